//! `/outputs/{id}`: one output, its sources, where it stands and what became of it.

pub(super) mod delete;
pub(super) mod edit;
mod tracking;

use archivist_domain::output::{self as life_cycle, Warning};
use archivist_domain::{OutputId, OutputStatus};
use archivist_store::audit::Audited;
use archivist_store::outputs::{Output, OutputFields};
use archivist_store::sources::{self, OutputSource};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::cited::{self, Piece};
use super::form::{CheckedForm, Problems};
use super::shell::{Place, Shell};
use super::visitor::{PageWriter, Visitor};
use super::{page, show};
use crate::error::Error;
use crate::extract::Client;
use crate::outputs;
use crate::state::AppState;

pub(super) use tracking::TrackingForm;

#[derive(Template)]
#[template(path = "pages/output.html")]
pub(super) struct OutputPage {
    pub(super) shell: Shell,
    pub(super) output: Output,
    pub(super) paragraphs: Vec<Vec<Piece>>,
    pub(super) sources: Vec<SourceView>,
    pub(super) steps: Vec<Step>,
    pub(super) form: TrackingForm,
    pub(super) problems: Problems,
    pub(super) warnings: Vec<Warning>,
    pub(super) may_delete: bool,
}

/// A source with its links: to the document while it exists, and else to what was kept.
pub(super) struct SourceView {
    pub(super) source: OutputSource,
    pub(super) passage: Option<String>,
    pub(super) file: Option<String>,
    /// What was kept of a deleted document.
    pub(super) kept: Option<String>,
}

/// A status on the way, with whether it may come next.
pub(super) struct Step {
    pub(super) status: OutputStatus,
    pub(super) chip: show::Chip,
    pub(super) is_current: bool,
    pub(super) is_allowed: bool,
}

impl OutputPage {
    pub(super) fn chip(&self) -> show::Chip {
        show::status(self.output.status)
    }

    pub(super) fn created(&self) -> String {
        show::moment(self.output.created_at)
    }

    pub(super) fn updated(&self) -> String {
        show::moment(self.output.updated_at)
    }

    /// Whether the life cycle ends here for this person.
    pub(super) fn is_final(&self) -> bool {
        !self
            .steps
            .iter()
            .any(|step| step.is_allowed && !step.is_current)
    }
}

/// The output.
pub(super) async fn show(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let output = find(&state, &visitor, &id).await?;
    let form = TrackingForm::of(&output);
    page(&view(&state, &visitor, output, form, Problems::default()).await?)
}

/// Moves the output along and records funder, money, dates and notes; what
/// cannot be accepted is shown beside its field, with all that was typed.
pub(super) async fn track(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(form): CheckedForm<TrackingForm>,
) -> Result<Response, Error> {
    let actor = visitor.actor();
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    let stored = outputs::lock(&mut tx, &actor, named(&id)?).await?;
    let id = stored.output_id;
    let checked = form.merge(&stored, actor.may_override_status());
    let saved = match checked {
        Ok(fields) => save(&mut tx, &fields, &stored, &visitor).await?,
        Err(problems) => Err(problems),
    };
    match saved {
        Ok(()) => tx.commit().await?,
        Err(problems) => {
            tx.rollback().await?;
            let page = page(&view(&state, &visitor, stored, form, problems).await?)?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    }
    Ok(Redirect::to(&format!("/outputs/{id}")).into_response())
}

/// Writes the fields, or says what is wrong with them.
async fn save(
    tx: &mut Audited,
    fields: &OutputFields,
    stored: &Output,
    visitor: &Visitor,
) -> Result<Result<(), Problems>, Error> {
    match outputs::change(tx, &visitor.actor(), stored, fields).await {
        Ok(_) => Ok(Ok(())),
        Err(error) => Problems::of_error(error).map(Err),
    }
}

/// The output that the address names, if this person may see it.
async fn find(state: &AppState, visitor: &Visitor, id: &str) -> Result<Output, Error> {
    outputs::find(&state.pool, &visitor.actor(), named(id)?).await
}

fn named(id: &str) -> Result<OutputId, Error> {
    let unknown = || Error::NotFound("There is no output at this address.".to_owned());
    id.parse().map_err(|_| unknown())
}

async fn view(
    state: &AppState,
    visitor: &Visitor,
    output: Output,
    form: TrackingForm,
    problems: Problems,
) -> Result<OutputPage, Error> {
    let sources = sources::of_output(&state.pool, output.output_id).await?;
    let has_source = |number: u32| {
        sources
            .iter()
            .any(|s| i64::from(s.number) == i64::from(number))
    };
    let actor = visitor.actor();
    Ok(OutputPage {
        shell: visitor.shell(Place::Outputs),
        paragraphs: cited::paragraphs(&output.content, has_source),
        sources: sources.into_iter().map(source_view).collect(),
        steps: steps(output.status, actor.may_override_status()),
        warnings: output.tracking().warnings(output.status),
        may_delete: actor.may_delete_output(output.created_by.as_deref()),
        output,
        form,
        problems,
    })
}

fn source_view(source: OutputSource) -> SourceView {
    let passage = source
        .doc_id
        .zip(source.passage_id)
        .map(|(document, passage)| show::passage_address(document, passage));
    let file = source
        .doc_id
        .map(|document| show::file_address(document, &source.filename, source.page));
    let kept = source.cited_passage_id.filter(|_| source.doc_id.is_none());
    SourceView {
        source,
        passage,
        file,
        kept: kept.map(show::citation_address),
    }
}

pub(super) fn steps(current: OutputStatus, may_override: bool) -> Vec<Step> {
    OutputStatus::ALL
        .iter()
        .map(|&status| Step {
            status,
            chip: show::status(status),
            is_current: status == current,
            is_allowed: life_cycle::check_transition(current, status, may_override).is_ok(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_steps_are_open_but_all_to_an_admin() {
        let open = |may_override| -> Vec<_> {
            steps(OutputStatus::Submitted, may_override)
                .iter()
                .filter(|s| s.is_allowed && !s.is_current)
                .map(|s| s.status)
                .collect()
        };
        assert_eq!(open(false), [OutputStatus::Draft, OutputStatus::Pending]);
        assert_eq!(open(true).len(), 4);
    }
}
