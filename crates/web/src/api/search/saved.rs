//! Searches that people come back to.

use archivist_domain::SavedSearchId;
use archivist_store::saved_searches::{self as store, SavedSearch};
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SearchParams;
use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;
use crate::{saved_searches, wire};

/// A search to keep.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewSavedSearch {
    /// What to call it.
    #[schema(min_length = 1, max_length = 100, example = "Coaches since 2022")]
    name: String,
    /// The search, as it stands behind the question mark of `GET /api/search`.
    #[schema(
        min_length = 1,
        max_length = 8_000,
        example = "q=reading+coaches+year%3A2022-"
    )]
    query: String,
}

/// A search that somebody comes back to.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedSearchReply {
    /// Its id.
    search_id: SavedSearchId,
    /// What its owner calls it.
    #[schema(example = "Coaches since 2022")]
    name: String,
    /// The search, as it stands behind the question mark of `GET /api/search`.
    #[schema(example = "q=reading+coaches+year%3A2022-")]
    query: String,
    /// When it was saved (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
}

impl From<SavedSearch> for SavedSearchReply {
    fn from(saved: SavedSearch) -> Self {
        Self {
            search_id: saved.search_id,
            name: saved.name,
            query: saved.query,
            created_at: saved.created_at.naive_utc(),
        }
    }
}

/// One's own searches.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedSearchList {
    /// By name.
    searches: Vec<SavedSearchReply>,
}

/// A saved search is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedSearchDeleted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// The search that is gone.
    search_id: SavedSearchId,
}

/// The searches that one comes back to: only one's own.
#[utoipa::path(get, path = "/api/search/saved", operation_id = "list_saved_searches", tag = "search", responses(
    (status = 200, description = "One's own searches", body = SavedSearchList),
    ForWriters,
))]
pub(super) async fn list(
    State(state): State<AppState>,
    writer: Writer,
) -> Result<Json<SavedSearchList>, Error> {
    let saved = store::list(&state.pool, writer.0.user.user_id).await?;
    Ok(Json(SavedSearchList {
        searches: saved.into_iter().map(Into::into).collect(),
    }))
}

/// Keeps a search.
///
/// One of one's own with this name is replaced.
#[utoipa::path(post, path = "/api/search/saved", operation_id = "save_search", tag = "search",
    request_body = NewSavedSearch,
    responses(
        (status = 201, description = "The search", body = SavedSearchReply),
        (status = 409, description = "There are too many", body = ErrorBody),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn save(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    client: Client,
    Json(body): Json<NewSavedSearch>,
) -> Result<(StatusCode, Json<SavedSearchReply>), Error> {
    let asked = Query::<SearchParams>::read(&body.query)?;
    asked.0.check()?;
    let owner = signed_in.user.user_id;
    let origin = client.answering(StatusCode::CREATED).by(owner);
    let saved = saved_searches::save(&state, owner, &body.name, &body.query, origin).await?;
    Ok((StatusCode::CREATED, Json(saved.into())))
}

/// Deletes a saved search of one's own.
#[utoipa::path(delete, path = "/api/search/saved/{search_id}", operation_id = "delete_saved_search", tag = "search",
    params(("search_id" = SavedSearchId, Path, description = "The search")),
    responses(
        (status = 200, description = "The search is gone", body = SavedSearchDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "One has no such search", body = ErrorBody),
        ForWriters,
    ))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    client: Client,
    Id(search_id): Id<SavedSearchId>,
) -> Result<Json<SavedSearchDeleted>, Error> {
    let owner = signed_in.user.user_id;
    saved_searches::delete(&state, owner, search_id, client.by(owner)).await?;
    Ok(Json(SavedSearchDeleted {
        success: true,
        search_id,
    }))
}
