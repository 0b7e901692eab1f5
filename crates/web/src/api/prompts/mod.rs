//! Prompt templates (contract, 7.7).

mod body;

use archivist_domain::{PromptCategory, PromptId};
use archivist_store::prompts::{self, PromptFilter};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CreatePrompt, PromptDeleted, PromptList, PromptReply, UpdatePrompt};
use super::failure::ErrorBody;
use super::path::IdOr404;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// Which prompt templates to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Of exactly this category: `audience`, `section`, `brand_voice` or `custom`;
    /// there are none of any other.
    #[param(example = "audience")]
    category: Option<String>,
    /// In use, or not.
    active: Option<bool>,
    /// This text in name or content, in any letter case.
    #[param(example = "foundation")]
    search: Option<String>,
}

/// Prompt templates, in the order in which they were put in.
#[utoipa::path(get, path = "/api/prompts", operation_id = "list_prompts", tag = "prompts", params(ListParams), responses(
    (status = 200, description = "The prompt templates, all of them", body = PromptList),
    WithFields,
    ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<PromptList>, Error> {
    let category = params.category.as_deref().map(PromptCategory::from_wire);
    if category == Some(None) {
        return Ok(Json(Vec::new().into()));
    }
    let filter = PromptFilter {
        category: category.flatten(),
        active: params.active,
        search: params.search,
    };
    Ok(Json(prompts::list(&state.pool, &filter).await?.into()))
}

/// Makes a prompt template.
///
/// It is in use at once, as version 1.
#[utoipa::path(post, path = "/api/prompts", operation_id = "create_prompt", tag = "prompts", request_body = CreatePrompt, responses(
    (status = 201, description = "The new prompt template", body = PromptReply),
    (status = 400, description = "There is no such category", body = ErrorBody),
    (status = 409, description = "A prompt of this name exists already", body = ErrorBody),
    WithFields,
    ForHigherRoles,
))]
async fn create(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Json(body): Json<CreatePrompt>,
) -> Result<(StatusCode, Json<PromptReply>), Error> {
    let new = body.check()?;
    let origin = client.answering(StatusCode::CREATED);
    let mut tx = state.begin(origin.by(signed_in.user.user_id)).await?;
    let prompt = prompts::create(&mut tx, &new).await?;
    tx.commit().await?;
    let reply = PromptReply::new(prompt, "created");
    Ok((StatusCode::CREATED, Json(reply)))
}

/// One prompt template.
#[utoipa::path(get, path = "/api/prompts/{prompt_id}", operation_id = "get_prompt", tag = "prompts",
    params(("prompt_id" = PromptId, Path, description = "The prompt template")),
    responses(
        (status = 200, description = "The prompt template", body = PromptReply),
        (status = 404, description = "There is no such prompt template, or the id is not a UUID", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    _: Writer,
    IdOr404(id): IdOr404<PromptId>,
) -> Result<Json<PromptReply>, Error> {
    let found = prompts::get(&state.pool, id).await?;
    let prompt = found.ok_or_else(|| unknown(id))?;
    Ok(Json(PromptReply::new(prompt, "retrieved")))
}

/// Changes a prompt template.
///
/// What is left out or null stays as it is; the category is what it was at first. Each
/// call makes the next version, even one that changes nothing. Earlier versions are
/// not kept.
#[utoipa::path(put, path = "/api/prompts/{prompt_id}", operation_id = "update_prompt", tag = "prompts",
    params(("prompt_id" = PromptId, Path, description = "The prompt template")),
    request_body = UpdatePrompt,
    responses(
        (status = 200, description = "The prompt template as it now is", body = PromptReply),
        (status = 404, description = "There is no such prompt template, or the id is not a UUID", body = ErrorBody),
        (status = 409, description = "A prompt of this name exists already", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn update(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    IdOr404(id): IdOr404<PromptId>,
    Json(body): Json<UpdatePrompt>,
) -> Result<Json<PromptReply>, Error> {
    let change = body.check()?;
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let prompt = prompts::update(&mut tx, id, &change).await?;
    let prompt = prompt.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(Json(PromptReply::new(prompt, "updated")))
}

/// Deletes a prompt template for good.
#[utoipa::path(delete, path = "/api/prompts/{prompt_id}", operation_id = "delete_prompt", tag = "prompts",
    params(("prompt_id" = PromptId, Path, description = "The prompt template")),
    responses(
        (status = 200, description = "The prompt template is gone", body = PromptDeleted),
        (status = 404, description = "There is no such prompt template, or the id is not a UUID", body = ErrorBody),
        ForHigherRoles,
    ))]
async fn delete(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    IdOr404(id): IdOr404<PromptId>,
) -> Result<Json<PromptDeleted>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let prompt = prompts::delete(&mut tx, id).await?;
    let prompt = prompt.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(Json(prompt.into()))
}

fn unknown(id: PromptId) -> Error {
    Error::NotFound(format!("There is no prompt {id}."))
}
