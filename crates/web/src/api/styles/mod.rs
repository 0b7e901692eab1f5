//! Writing styles (contract, 7.5).

mod analysis;
mod body;
mod reply;

use archivist_domain::{StyleId, UserId};
use archivist_store::styles::{self, StyleFilter};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CreateStyle, UpdateStyle};
use self::reply::{StyleDeleted, StyleList, StyleReply};
use super::failure::ErrorBody;
use super::path::Id;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;

/// A list has no pages.
const MAX_LISTED: i64 = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(analysis::analyze))
        .routes(routes!(list, create))
        .routes(routes!(get, update, delete))
}

/// Which writing styles to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// For exactly this: `grant`, `proposal`, `report` or `general`; there are none for
    /// anything else.
    #[param(example = "grant")]
    r#type: Option<String>,
    /// Offered, or not.
    active: Option<bool>,
    /// This text in name or description, in any letter case.
    #[param(example = "letter")]
    search: Option<String>,
    /// Made by the person with this id.
    created_by: Option<UserId>,
}

/// Writing styles, newest first; 100 at most.
///
/// Their guides and samples are left out: ask for one style to have them. The counts are
/// over the styles in the reply.
#[utoipa::path(get, path = "/api/writing-styles", operation_id = "list_writing_styles", tag = "writing styles", params(ListParams), responses(
    (status = 200, description = "The writing styles", body = StyleList),
    WithFields,
    ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<StyleList>, Error> {
    let Ok(purpose) = params.r#type.map(|text| text.parse()).transpose() else {
        return Ok(Json(Vec::new().into()));
    };
    let filter = StyleFilter {
        purpose,
        active: params.active,
        search: params.search,
        created_by: params.created_by,
    };
    let found = styles::list(&state.pool, &filter, MAX_LISTED).await?;
    Ok(Json(found.into()))
}

/// Keeps a writing style.
///
/// It is offered at once. `POST /api/writing-styles/analyze` makes a guide from samples.
#[utoipa::path(post, path = "/api/writing-styles", operation_id = "create_writing_style", tag = "writing styles", request_body = CreateStyle, responses(
    (status = 201, description = "The new writing style", body = StyleReply),
    (status = 409, description = "A writing style of this name exists already", body = ErrorBody),
    WithFields,
    ForHigherRoles,
))]
async fn create(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Json(body): Json<CreateStyle>,
) -> Result<(StatusCode, Json<StyleReply>), Error> {
    let actor = signed_in.user.user_id;
    let new = body.check(actor)?;
    let origin = client.answering(StatusCode::CREATED).by(actor);
    let mut tx = state.begin(origin).await?;
    let style = styles::create(&mut tx, &new, state.clock.now().naive_utc()).await?;
    tx.commit().await?;
    let reply = StyleReply::new(style, "created");
    Ok((StatusCode::CREATED, Json(reply)))
}

/// One writing style, with its guide and samples.
#[utoipa::path(get, path = "/api/writing-styles/{style_id}", operation_id = "get_writing_style", tag = "writing styles",
    params(("style_id" = StyleId, Path, description = "The writing style")),
    responses(
        (status = 200, description = "The writing style", body = StyleReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such writing style", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    _: Writer,
    Id(id): Id<StyleId>,
) -> Result<Json<StyleReply>, Error> {
    let found = styles::get(&state.pool, id).await?;
    let style = found.ok_or_else(|| unknown(id))?;
    Ok(Json(StyleReply::new(style, "retrieved")))
}

/// Changes a writing style.
///
/// What is left out or null stays as it is; `type` and samples are what they were at
/// first.
#[utoipa::path(put, path = "/api/writing-styles/{style_id}", operation_id = "update_writing_style", tag = "writing styles",
    params(("style_id" = StyleId, Path, description = "The writing style")),
    request_body = UpdateStyle,
    responses(
        (status = 200, description = "The writing style as it now is", body = StyleReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such writing style", body = ErrorBody),
        (status = 409, description = "A writing style of this name exists already", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn update(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<StyleId>,
    Json(body): Json<UpdateStyle>,
) -> Result<Json<StyleReply>, Error> {
    let Some(change) = body.check()? else {
        let found = styles::get(&state.pool, id).await?;
        let style = found.ok_or_else(|| unknown(id))?;
        return Ok(Json(StyleReply::new(style, "updated")));
    };
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let style = styles::update(&mut tx, id, &change, state.clock.now().naive_utc()).await?;
    let style = style.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(Json(StyleReply::new(style, "updated")))
}

/// Deletes a writing style for good.
///
/// Outputs that were written in it stay, without a style.
#[utoipa::path(delete, path = "/api/writing-styles/{style_id}", operation_id = "delete_writing_style", tag = "writing styles",
    params(("style_id" = StyleId, Path, description = "The writing style")),
    responses(
        (status = 200, description = "The writing style is gone", body = StyleDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such writing style", body = ErrorBody),
        (status = 409, description = "An adopted output that refers to it breaks a rule", body = ErrorBody),
        ForHigherRoles,
    ))]
async fn delete(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<StyleId>,
) -> Result<Json<StyleDeleted>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let style = styles::delete(&mut tx, id).await;
    let style = style.map_err(Error::of_deletion)?;
    let style = style.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(Json(style.into()))
}

fn unknown(id: StyleId) -> Error {
    Error::NotFound(format!("There is no writing style {id}."))
}
