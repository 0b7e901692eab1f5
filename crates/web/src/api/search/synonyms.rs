//! Wordings that stand for each other.

use archivist_domain::{SynonymId, UserId};
use archivist_store::synonyms::{self as store, SynonymGroup};
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;
use crate::{synonyms, wire};

/// Wordings that stand for each other.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Wordings {
    /// Two to twelve words or phrases of at most 80 characters: whoever looks for one looks for
    /// the others, too. A wording of two letters counts only as it is written here.
    #[schema(min_items = 2, max_items = 12, example = json!(["LOI", "Letter of Intent", "Letter of Inquiry"]))]
    wordings: Vec<String>,
}

/// A group of wordings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SynonymReply {
    /// Its id.
    synonym_id: SynonymId,
    /// The wordings that stand for each other.
    #[schema(example = json!(["LOI", "Letter of Intent", "Letter of Inquiry"]))]
    wordings: Vec<String>,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// Who made it; null where it has been there from the beginning.
    created_by: Option<UserId>,
}

impl From<SynonymGroup> for SynonymReply {
    fn from(group: SynonymGroup) -> Self {
        Self {
            synonym_id: group.synonym_id,
            wordings: group.wordings,
            created_at: group.created_at.naive_utc(),
            created_by: group.created_by,
        }
    }
}

/// All groups.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SynonymList {
    /// By their first wordings.
    synonyms: Vec<SynonymReply>,
}

/// A group is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SynonymDeleted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// The group that is gone.
    synonym_id: SynonymId,
}

/// Wordings that stand for each other in searches.
#[utoipa::path(get, path = "/api/search/synonyms", operation_id = "list_synonyms", tag = "search", responses(
    (status = 200, description = "All groups", body = SynonymList),
    ForWriters,
))]
pub(super) async fn list(
    State(state): State<AppState>,
    _: Writer,
) -> Result<Json<SynonymList>, Error> {
    let groups = store::list(&state.pool).await?;
    Ok(Json(SynonymList {
        synonyms: groups.into_iter().map(Into::into).collect(),
    }))
}

/// Makes a group.
///
/// Searches know it within a second, in every server process.
#[utoipa::path(post, path = "/api/search/synonyms", operation_id = "create_synonyms", tag = "search",
    request_body = Wordings,
    responses(
        (status = 201, description = "The new group", body = SynonymReply),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn create(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Json(body): Json<Wordings>,
) -> Result<(StatusCode, Json<SynonymReply>), Error> {
    let actor = signed_in.user.user_id;
    let origin = client.answering(StatusCode::CREATED).by(actor);
    let group = synonyms::create(&state, &body.wordings, actor, origin).await?;
    Ok((StatusCode::CREATED, Json(group.into())))
}

/// Puts other wordings into a group.
#[utoipa::path(put, path = "/api/search/synonyms/{synonym_id}", operation_id = "update_synonyms", tag = "search",
    params(("synonym_id" = SynonymId, Path, description = "The group")),
    request_body = Wordings,
    responses(
        (status = 200, description = "The group as it now is", body = SynonymReply),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such group", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn update(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<SynonymId>,
    Json(body): Json<Wordings>,
) -> Result<Json<SynonymReply>, Error> {
    let origin = client.by(signed_in.user.user_id);
    let group = synonyms::update(&state, id, &body.wordings, origin).await?;
    Ok(Json(group.into()))
}

/// Deletes a group.
#[utoipa::path(delete, path = "/api/search/synonyms/{synonym_id}", operation_id = "delete_synonyms", tag = "search",
    params(("synonym_id" = SynonymId, Path, description = "The group")),
    responses(
        (status = 200, description = "The group is gone", body = SynonymDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such group", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(synonym_id): Id<SynonymId>,
) -> Result<Json<SynonymDeleted>, Error> {
    let origin = client.by(signed_in.user.user_id);
    synonyms::delete(&state, synonym_id, origin).await?;
    Ok(Json(SynonymDeleted {
        success: true,
        synonym_id,
    }))
}
