//! Documents that were deleted, and bringing them back.

use archivist_domain::DocumentId;
use archivist_store::deleted::{self, Deleted};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::PAGE;
use super::reply::DocumentInfo;
use crate::api::failure::ErrorBody;
use crate::api::pagination::Pagination;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, WithFields};
use crate::auth::Editor;
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::removal;
use crate::state::AppState;
use crate::wire;

/// A deleted document that can come back.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletedInfo {
    /// Its id, which it has again when it comes back.
    doc_id: DocumentId,
    /// The name of its file.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// What it was called, where that is known.
    #[schema(example = "Annual Report 2024")]
    title: Option<String>,
    /// The year it was of.
    year: Option<i32>,
    /// When it was deleted (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    deleted_at: NaiveDateTime,
    /// Who deleted it.
    #[schema(example = "editor@example.org")]
    deleted_by: Option<String>,
    /// Until when it can come back (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    restorable_until: NaiveDateTime,
}

impl From<Deleted> for DeletedInfo {
    fn from(deleted: Deleted) -> Self {
        Self {
            doc_id: deleted.doc_id,
            filename: deleted.filename,
            title: deleted.title,
            year: deleted.year,
            deleted_at: deleted.deleted_at.naive_utc(),
            deleted_by: deleted.deleted_by,
            restorable_until: removal::restorable_until(deleted.deleted_at).naive_utc(),
        }
    }
}

/// A page of deleted documents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeletedList {
    /// The documents asked for, the one deleted last first.
    documents: Vec<DeletedInfo>,
    /// Where the page stands.
    pagination: Pagination,
}

/// Which part of the list is asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DeletedParams {
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0, example = 0)]
    skip: Option<i64>,
    /// How many to return at most; 100 when not given.
    #[param(minimum = 1, maximum = 1000, example = 100)]
    limit: Option<i64>,
}

/// Deleted documents that can come back, the one deleted last first.
#[utoipa::path(get, path = "/api/documents/deleted", operation_id = "list_deleted_documents", tag = "documents",
    params(DeletedParams),
    responses(
        (status = 200, description = "A page of deleted documents", body = DeletedList),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn deleted(
    State(state): State<AppState>,
    _: Editor,
    Query(params): Query<DeletedParams>,
) -> Result<Json<DeletedList>, Error> {
    let window = PAGE.window(params.skip, params.limit)?;
    let page = deleted::list(&state.pool, window.skip, window.limit).await?;
    Ok(Json(DeletedList {
        documents: page.rows.into_iter().map(Into::into).collect(),
        pagination: Pagination::new(page.total, window),
    }))
}

/// Brings a deleted document back.
///
/// It and its passages have the ids that they had, so that what cites them leads there
/// again. Possible for 30 days, and as long as the same file has not been put in anew.
#[utoipa::path(post, path = "/api/documents/{doc_id}/restore", operation_id = "restore_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The document is back", body = DocumentInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such deleted document, or it cannot come back any more", body = ErrorBody),
        (status = 409, description = "The same file has been put in anew", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn restore(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
) -> Result<Json<DocumentInfo>, Error> {
    let origin = client.by(signed_in.user.user_id);
    Ok(Json(removal::restore(&state, id, origin).await?.into()))
}
