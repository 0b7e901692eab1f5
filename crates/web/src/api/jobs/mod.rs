//! Background jobs: how far files have come on their way into the library.

mod follow;

use archivist_domain::{JobId, JobState};
use archivist_store::jobs::{self, Job, JobFilter};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::failure::ErrorBody;
use super::pagination::{PageSize, Pagination};
use super::path::Id;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::jobs::{JobInfo, cancel as call_off, describe, info, retry as do_again};
use crate::secret::Secret;
use crate::state::AppState;

const PAGE: PageSize = PageSize {
    default: 100,
    max: 1000,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(follow_all))
        .routes(routes!(get))
        .routes(routes!(follow_one))
        .routes(routes!(cancel))
        .routes(routes!(retry))
}

/// A job that the person may see: their own, for editors any. Others are not told from
/// those that do not exist.
struct VisibleJob(Job);

impl FromRequestParts<AppState> for VisibleJob {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        let writer = Writer::from_request_parts(parts, state).await?;
        let Id(id) = Id::<JobId>::from_request_parts(parts, state).await?;
        let filter = JobFilter::among(vec![id], writer.actor().jobs_scope());
        let found = jobs::list(&state.pool, &filter, 0, 1).await?.pop();
        let unknown = || Error::NotFound(format!("There is no job {id}."));
        found.map(Self).ok_or_else(unknown)
    }
}

/// Which jobs to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Only those that wait or run (true), or that have ended (false).
    #[param(example = true)]
    open: Option<bool>,
    /// Only those that came out of this one.
    parent_id: Option<JobId>,
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0, example = 0)]
    skip: Option<i64>,
    /// How many to return at most; 100 when not given.
    #[param(minimum = 1, maximum = 1000, example = 100)]
    limit: Option<i64>,
}

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
struct JobList {
    /// The jobs asked for, newest first.
    jobs: Vec<JobInfo>,
    /// Where the page stands.
    pagination: Pagination,
}

/// Jobs, the one asked for last first: one's own, for editors all.
///
/// Jobs that have ended are kept for 30 days.
#[utoipa::path(get, path = "/api/jobs", operation_id = "list_jobs", tag = "jobs", params(ListParams), responses(
    (status = 200, description = "A page of jobs", body = JobList),
    WithFields,
        ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<JobList>, Error> {
    let window = PAGE.window(params.skip, params.limit)?;
    let filter = JobFilter {
        ids: None,
        requested_by: writer.actor().jobs_scope(),
        states: match params.open {
            None => Vec::new(),
            Some(true) => vec![JobState::Queued, JobState::Running],
            Some(false) => vec![JobState::Done, JobState::Failed, JobState::Cancelled],
        },
        parent_id: params.parent_id,
    };
    let total = jobs::count(&state.pool, &filter).await?;
    let found = jobs::list(&state.pool, &filter, window.skip, window.limit).await?;
    Ok(Json(JobList {
        jobs: describe(&state, &found).await,
        pagination: Pagination::new(total, window),
    }))
}

/// One job.
#[utoipa::path(get, path = "/api/jobs/{job_id}", operation_id = "get_job", tag = "jobs",
    params(("job_id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "The job", body = JobInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such job that you may see", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    VisibleJob(job): VisibleJob,
) -> Result<Json<JobInfo>, Error> {
    Ok(Json(info(&state, job.job_id).await?))
}

/// Calls a job off, and those that came out of it.
///
/// One that waits does not begin; of one that runs nothing is kept, and its reader is
/// stopped; the file of one that failed is no longer kept.
#[utoipa::path(post, path = "/api/jobs/{job_id}/cancel", operation_id = "cancel_job", tag = "jobs",
    params(("job_id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "The job, as it is now", body = JobInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such job that you may see", body = ErrorBody),
        (status = 409, description = "It has ended already", body = ErrorBody),
        ForWriters,
    ))]
async fn cancel(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    client: Client,
    VisibleJob(job): VisibleJob,
) -> Result<Json<JobInfo>, Error> {
    let origin = client.by(signed_in.user.user_id);
    call_off(&state, job.job_id, origin).await?;
    Ok(Json(info(&state, job.job_id).await?))
}

/// What may be said when a job is tried again.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct RetryRequest {
    /// The password that opens the file, where it is locked. It is kept sealed until the
    /// job has ended, and told to nobody.
    password: Option<Secret>,
}

/// Has a job that failed done again.
///
/// Its file is kept for a week. A file that is locked (`code` is `locked`) needs its
/// password; with an empty object it is tried as before.
#[utoipa::path(post, path = "/api/jobs/{job_id}/retry", operation_id = "retry_job", tag = "jobs",
    params(("job_id" = JobId, Path, description = "The job")),
    request_body = RetryRequest,
    responses(
        (status = 200, description = "The job, as it is now", body = JobInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such job that you may see", body = ErrorBody),
        (status = 409, description = "It has not failed, or its file was not kept", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn retry(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    VisibleJob(job): VisibleJob,
    body: Option<Json<RetryRequest>>,
) -> Result<Json<JobInfo>, Error> {
    let password = body.and_then(|Json(body)| body.password);
    let origin = client.by(signed_in.user.user_id);
    do_again(&state, &job, password.as_ref(), origin).await?;
    Ok(Json(info(&state, job.job_id).await?))
}

/// Follows one job: an event with the whole job now, and whenever something about it
/// changes. The stream ends with the job.
#[utoipa::path(get, path = "/api/jobs/{job_id}/events", operation_id = "follow_job", tag = "jobs",
    params(("job_id" = JobId, Path, description = "The job")),
    responses(
        (status = 200, description = "Server-sent events", body = JobInfo, content_type = "text/event-stream"),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such job that you may see", body = ErrorBody),
        ForWriters,
    ))]
async fn follow_one(State(state): State<AppState>, VisibleJob(job): VisibleJob) -> Response {
    follow::one(state, job.job_id)
}

/// Follows all jobs that one may see: an event with each that waits or runs now, and
/// one whenever something about any of them changes.
///
/// The stream ends when none waits or runs any more, and after five minutes in any
/// case: then ask again.
#[utoipa::path(get, path = "/api/jobs/events", operation_id = "follow_jobs", tag = "jobs", responses(
    (status = 200, description = "Server-sent events", body = JobInfo, content_type = "text/event-stream"),
        ForWriters,
))]
async fn follow_all(State(state): State<AppState>, writer: Writer) -> Response {
    follow::all(state, writer.actor().jobs_scope())
}
