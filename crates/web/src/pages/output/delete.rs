//! `/outputs/{id}/delete`: asked once, then gone.

use archivist_domain::OutputId;
use archivist_store::{audit, outputs};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::json;

use crate::error::Error;
use crate::extract::Client;
use crate::pages::form::{CheckedForm, NoFields};
use crate::pages::page;
use crate::pages::shell::{Place, Shell};
use crate::pages::visitor::{PageWriter, Visitor};
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
    let output = deletable(&state, &visitor, &id).await?;
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
    let id = deletable(&state, &visitor, &id).await?.output_id;
    let actor = visitor.signed_in.user.user_id;
    let mut tx = state.pool.begin().await?;
    if !outputs::delete(&mut tx, id).await? {
        return Err(super::not_found());
    }
    let entry = client.audit(
        "output.delete",
        "output",
        Some(id.0),
        Some(actor),
        json!({}),
    );
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Redirect::to("/outputs").into_response())
}

async fn deletable(
    state: &AppState,
    visitor: &Visitor,
    id: &str,
) -> Result<outputs::Output, Error> {
    let output = super::find(state, visitor, id).await?;
    if visitor
        .actor()
        .may_delete_output(output.created_by.as_deref())
    {
        return Ok(output);
    }
    let message = "This output belongs to somebody else: only they or an admin may delete it.";
    Err(Error::Forbidden(message.to_owned()))
}
