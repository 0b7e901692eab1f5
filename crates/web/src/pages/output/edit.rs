//! `/outputs/{id}/edit`: the title, the kind and the text itself.

use archivist_domain::{OutputId, OutputType, count};
use archivist_draft::citation;
use archivist_store::outputs::{Output, OutputFields};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::error::Error;
use crate::extract::Client;
use crate::pages::form::{CheckedForm, Problems, filled};
use crate::pages::page;
use crate::pages::shell::{Place, Shell};
use crate::pages::visitor::{PageWriter, Visitor};
use crate::state::AppState;

/// The longest title, in characters (the column's width).
const MAX_TITLE_CHARS: usize = 500;

#[derive(Template)]
#[template(path = "pages/output_edit.html")]
pub(in crate::pages) struct EditPage {
    pub(in crate::pages) shell: Shell,
    pub(in crate::pages) id: OutputId,
    pub(in crate::pages) types: &'static [OutputType],
    pub(in crate::pages) form: EditForm,
    pub(in crate::pages) problems: Problems,
}

/// The fields as typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(in crate::pages) struct EditForm {
    pub(in crate::pages) title: String,
    pub(in crate::pages) output_type: String,
    pub(in crate::pages) content: String,
}

impl EditForm {
    fn of(output: &Output) -> Self {
        Self {
            title: output.title.clone(),
            output_type: output.output_type.to_string(),
            content: output.content.clone(),
        }
    }

    /// What is to be stored, or what is wrong, field by field.
    fn merge(&self, stored: &Output) -> Result<OutputFields, Problems> {
        let mut problems = Problems::default();
        let title = filled(&self.title).unwrap_or_default();
        if title.is_empty() {
            problems.add("title", "give it a title");
        } else if title.chars().count() > MAX_TITLE_CHARS {
            let message = format!("a title has at most {MAX_TITLE_CHARS} characters");
            problems.add("title", message);
        }
        // Browsers send line ends as CR LF.
        let content = self.content.replace("\r\n", "\n");
        if filled(&content).is_none() {
            problems.add(
                "content",
                "the text is empty: delete the output if it is not needed",
            );
        }
        let output_type = self.output_type.parse().unwrap_or_else(|unknown| {
            problems.add("output_type", format!("{unknown}"));
            stored.output_type
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(OutputFields {
            output_type,
            title: title.to_owned(),
            word_count: i32::try_from(count::words(&citation::strip(&content))).ok(),
            content,
            status: stored.status,
            writing_style_id: stored.writing_style_id,
            tracking: stored.tracking(),
            success_notes: stored.success_notes.clone(),
            metadata: stored.metadata.clone(),
        })
    }
}

/// The form.
pub(in crate::pages) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let output = super::find(&state, &visitor, &id).await?;
    let form = EditForm::of(&output);
    page(&view(&visitor, output.output_id, form, Problems::default()))
}

/// Saves the text, or shows the form again with what is wrong.
pub(in crate::pages) async fn save(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(form): CheckedForm<EditForm>,
) -> Result<Response, Error> {
    let id = super::find(&state, &visitor, &id).await?.output_id;
    let mut tx = state.pool.begin().await?;
    let stored = super::lock(&mut tx, id).await?;
    let saved = match form.merge(&stored) {
        Ok(fields) => super::save(&mut tx, id, &fields, &stored, &visitor, &client).await?,
        Err(problems) => Err(problems),
    };
    if let Err(problems) = saved {
        tx.rollback().await?;
        let page = page(&view(&visitor, id, form, problems))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    tx.commit().await?;
    Ok(Redirect::to(&format!("/outputs/{id}")).into_response())
}

fn view(visitor: &Visitor, id: OutputId, form: EditForm, problems: Problems) -> EditPage {
    EditPage {
        shell: visitor.shell(Place::Outputs),
        id,
        types: OutputType::ALL,
        form,
        problems,
    }
}
