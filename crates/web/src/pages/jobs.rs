//! Buttons on the jobs that the library shows.

use archivist_domain::JobId;
use archivist_store::jobs::{self, Job};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{CheckedForm, NoFields};
use super::visitor::PageEditor;
use crate::error::Error;
use crate::extract::Client;
use crate::jobs::{cancel as call_off, retry as do_again};
use crate::secret::Secret;
use crate::state::AppState;

/// Calls a job off.
pub(super) async fn cancel(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let job = find(&state, &id).await?;
    let origin = client.by(visitor.signed_in.user.user_id);
    call_off(&state, job.job_id, origin).await?;
    Ok(Redirect::to("/library").into_response())
}

/// What opens the file.
#[derive(Debug, Deserialize)]
pub(super) struct RetryForm {
    password: Option<Secret>,
}

/// Has a job that failed done again.
pub(super) async fn retry(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(form): CheckedForm<RetryForm>,
) -> Result<Response, Error> {
    let job = find(&state, &id).await?;
    let origin = client.by(visitor.signed_in.user.user_id);
    do_again(&state, &job, form.password.as_ref(), origin).await?;
    Ok(Redirect::to("/library").into_response())
}

async fn find(state: &AppState, id: &str) -> Result<Job, Error> {
    let not_found = || Error::NotFound("There is no such job: it may be long over.".to_owned());
    let id: JobId = id.parse().map_err(|_| not_found())?;
    jobs::get(&state.pool, id).await?.ok_or_else(not_found)
}
