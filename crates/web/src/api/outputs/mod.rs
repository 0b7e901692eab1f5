//! Outputs: texts on their way from draft to decision (contract, 7.6).
//!
//! Writers see and change their own, editors and admins all; only the owner and
//! admins delete.

mod analytics;
mod body;
mod date;
mod reply;
mod stats;

use archivist_domain::{OutputId, OutputStatus, OutputType, StyleId};
use archivist_store::outputs::OutputFilter;
use archivist_store::sources;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CreateOutput, UpdateOutput};
use self::reply::{OutputDeleted, OutputList, OutputResponse, SourceList};
use super::failure::ErrorBody;
use super::pagination::{PageSize, Pagination};
use super::path::IdOr422;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::outputs;
use crate::state::AppState;

const PAGE: PageSize = PageSize {
    default: 10,
    max: 100,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(stats::stats))
        .routes(routes!(analytics::summary))
        .routes(routes!(analytics::funders))
        .routes(routes!(analytics::style))
        .routes(routes!(analytics::funder))
        .routes(routes!(analytics::year))
        .routes(routes!(get, update, delete))
        .routes(routes!(list_sources))
}

/// Which outputs to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Any of these types; repeat the parameter for several.
    #[serde(default)]
    output_type: Vec<OutputType>,
    /// Any of these statuses; repeat the parameter for several.
    #[serde(default)]
    status: Vec<OutputStatus>,
    /// Written in this style.
    writing_style_id: Option<StyleId>,
    /// This text in the funder's name, in any letter case.
    #[param(example = "rivers")]
    funder_name: Option<String>,
    /// This text in title, content, funder or notes, in any letter case.
    #[param(example = "literacy")]
    search: Option<String>,
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0)]
    skip: Option<i64>,
    /// How many to return at most; 10 when not given.
    #[param(minimum = 1, maximum = 100, example = 10)]
    limit: Option<i64>,
}

/// Outputs, newest first.
///
/// Writers see their own, editors and admins all.
#[utoipa::path(get, path = "/api/outputs", operation_id = "list_outputs", tag = "outputs", params(ListParams), responses(
    (status = 200, description = "A page of outputs", body = OutputList),
    WithFields,
        ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<OutputList>, Error> {
    let window = PAGE.window(params.skip, params.limit)?;
    let filter = OutputFilter {
        owner: writer.actor().outputs_scope().map(str::to_owned),
        types: params.output_type,
        statuses: params.status,
        style: params.writing_style_id,
        funder: params.funder_name,
        search: params.search,
    };
    let (skip, limit) = (window.skip, window.limit);
    let page = state
        .outputs
        .list(&state.pool, &filter, skip, limit)
        .await?;
    Ok(Json(OutputList {
        outputs: page.rows.into_iter().map(Into::into).collect(),
        pagination: Pagination::new(page.total, window),
    }))
}

/// Keeps a text as an output of the caller.
#[utoipa::path(post, path = "/api/outputs", operation_id = "create_output", tag = "outputs", request_body = CreateOutput, responses(
    (status = 201, description = "The new output", body = OutputResponse),
    WithFields,
        ForWriters,
))]
async fn create(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    Json(body): Json<CreateOutput>,
) -> Result<(StatusCode, Json<OutputResponse>), Error> {
    let (new, actor) = (body.check()?, writer.actor());
    let origin = client.answering(StatusCode::CREATED).by(actor.user_id);
    let mut tx = state.begin(origin).await?;
    let output = outputs::create(&mut tx, &actor, &new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(output.into())))
}

/// One output.
#[utoipa::path(get, path = "/api/outputs/{output_id}", operation_id = "get_output", tag = "outputs",
    params(("output_id" = OutputId, Path, description = "The output")),
    responses(
        (status = 200, description = "The output", body = OutputResponse),
        (status = 404, description = "There is no such output", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn get(
    State(state): State<AppState>,
    writer: Writer,
    IdOr422(id): IdOr422<OutputId>,
) -> Result<Json<OutputResponse>, Error> {
    Ok(Json(
        outputs::find(&state.pool, &writer.actor(), id)
            .await?
            .into(),
    ))
}

/// The passages that an output cites, by marker, as they were when cited.
#[utoipa::path(get, path = "/api/outputs/{output_id}/sources", operation_id = "list_output_sources", tag = "outputs",
    params(("output_id" = OutputId, Path, description = "The output")),
    responses(
        (status = 200, description = "The passages", body = SourceList),
        (status = 404, description = "There is no such output", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn list_sources(
    State(state): State<AppState>,
    writer: Writer,
    IdOr422(id): IdOr422<OutputId>,
) -> Result<Json<SourceList>, Error> {
    outputs::find(&state.pool, &writer.actor(), id).await?;
    let found = sources::of_output(&state.pool, id).await?;
    Ok(Json(SourceList {
        sources: found.into_iter().map(Into::into).collect(),
    }))
}

/// Changes an output.
///
/// A status moves one step at a time: draft → submitted → pending → awarded or not
/// awarded, or a step back before the decision; admins may make any change. The
/// rules between fields hold for the record as it is after the change.
#[utoipa::path(put, path = "/api/outputs/{output_id}", operation_id = "update_output", tag = "outputs",
    params(("output_id" = OutputId, Path, description = "The output")),
    request_body = UpdateOutput,
    responses(
        (status = 200, description = "The output as it now is", body = OutputResponse),
        (status = 404, description = "There is no such output", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn update(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    IdOr422(id): IdOr422<OutputId>,
    Json(body): Json<UpdateOutput>,
) -> Result<Json<OutputResponse>, Error> {
    let actor = writer.actor();
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    let stored = outputs::lock(&mut tx, &actor, id).await?;
    if body.is_empty() {
        return Ok(Json(stored.into()));
    }
    let fields = body.merge(stored.clone())?;
    let output = outputs::change(&mut tx, &actor, &stored, &fields).await?;
    tx.commit().await?;
    Ok(Json(output.into()))
}

/// Deletes an output: one's own, or any as an admin.
#[utoipa::path(delete, path = "/api/outputs/{output_id}", operation_id = "delete_output", tag = "outputs",
    params(("output_id" = OutputId, Path, description = "The output")),
    responses(
        (status = 200, description = "The output is gone", body = OutputDeleted),
        (status = 404, description = "There is no such output", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn delete(
    State(state): State<AppState>,
    writer: Writer,
    client: Client,
    IdOr422(id): IdOr422<OutputId>,
) -> Result<Json<OutputDeleted>, Error> {
    let actor = writer.actor();
    let mut tx = state.begin(client.by(actor.user_id)).await?;
    let stored = outputs::delete(&mut tx, &actor, id).await?;
    tx.commit().await?;
    Ok(Json(OutputDeleted {
        message: format!("Output '{}' deleted successfully", stored.title),
    }))
}
