//! `/outputs/{id}/delete`: asked once, then gone.

use archivist_domain::OutputId;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use crate::error::Error;
use crate::extract::Client;
use crate::outputs;
use crate::pages::form::{CheckedForm, NoFields};
use crate::pages::page;
use crate::pages::shell::{Place, Shell};
use crate::pages::visitor::PageWriter;
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/output_delete.html")]
pub(in crate::pages) struct DeletePage {
    pub(in crate::pages) shell: Shell,
    pub(in crate::pages) id: OutputId,
    pub(in crate::pages) title: String,
}

/// Asks whether the output is to be deleted.
pub(in crate::pages) async fn confirm(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let output = super::find(&state, &visitor, &id).await?;
    outputs::check_deletable(&output, &visitor.actor())?;
    page(&DeletePage {
        shell: visitor.shell(Place::Outputs),
        id: output.output_id,
        title: output.title,
    })
}

/// Deletes it.
pub(in crate::pages) async fn delete(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let (id, actor) = (super::named(&id)?, visitor.actor());
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    outputs::delete(&mut tx, &actor, id).await?;
    tx.commit().await?;
    Ok(Redirect::to("/outputs").into_response())
}
