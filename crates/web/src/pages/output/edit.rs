//! `/outputs/{id}/edit`: the title, the kind and the text itself.

use archivist_domain::{OutputId, OutputType};
use archivist_store::outputs::{Output, OutputFields};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use crate::error::Error;
use crate::extract::Client;
use crate::outputs;
use crate::pages::form::{CheckedForm, Problems};
use crate::pages::page;
use crate::pages::shell::{Place, Shell};
use crate::pages::visitor::{PageWriter, Visitor};
use crate::state::AppState;

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

    /// What is to be stored, or what cannot be read.
    fn merge(&self, stored: &Output) -> Result<OutputFields, Problems> {
        let mut problems = Problems::default();
        // Browsers send line ends as CR LF.
        let content = self.content.replace("\r\n", "\n");
        let output_type = self.output_type.parse().unwrap_or_else(|unknown| {
            problems.add("output_type", format!("{unknown}"));
            stored.output_type
        });
        if !problems.is_empty() {
            return Err(problems);
        }
        Ok(OutputFields {
            output_type,
            title: self.title.trim().to_owned(),
            word_count: outputs::words(&content),
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
    let actor = visitor.actor();
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    let stored = outputs::lock(&mut tx, &actor, super::named(&id)?).await?;
    let id = stored.output_id;
    let saved = match form.merge(&stored) {
        Ok(fields) => super::save(&mut tx, &fields, &stored, &visitor).await?,
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
