//! Near duplicates of a document, and the versions that it is one of.

use archivist_domain::{DocumentId, UserRole};
use archivist_store::documents::Document;
use archivist_store::versions::Side;
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::find;
use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::similar::{self, SimilarDocument};
use crate::state::AppState;
use crate::{versions, wire};

/// Documents that have much in common with one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SimilarList {
    /// The document.
    doc_id: DocumentId,
    /// From which share on others are listed.
    #[schema(example = 0.5)]
    least_share: f64,
    /// The others, the most in common first; its versions are not among them.
    similar: Vec<SimilarDocument>,
}

/// The versions of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VersionList {
    /// The document.
    doc_id: DocumentId,
    /// All versions, the newest first; a document without others is its only one.
    versions: Vec<VersionInfo>,
}

/// One of the versions of a document.
#[derive(Debug, Serialize, ToSchema)]
struct VersionInfo {
    /// The document that it is.
    doc_id: DocumentId,
    /// Which it is, from 1, the oldest.
    #[schema(example = 2)]
    version: usize,
    /// Whether it is the one that is searched.
    #[schema(example = true)]
    is_newest: bool,
    /// What to call it.
    #[schema(example = "Annual Report 2024")]
    title: String,
    /// Its file name.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// Its year.
    year: Option<i32>,
    /// When it was put in (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    upload_date: NaiveDateTime,
}

impl From<Document> for VersionInfo {
    fn from(document: Document) -> Self {
        Self {
            doc_id: document.doc_id,
            version: document.version(),
            is_newest: document.superseded_by().is_none(),
            title: document.display_title().to_owned(),
            filename: document.filename,
            year: document.year,
            upload_date: document.upload_date,
        }
    }
}

/// On which side of another document one stands.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VersionSide {
    /// It takes the other's place.
    Newer,
    /// The other took its place.
    Older,
}

impl From<VersionSide> for Side {
    fn from(side: VersionSide) -> Self {
        match side {
            VersionSide::Newer => Self::Newer,
            VersionSide::Older => Self::Older,
        }
    }
}

/// What a document becomes a version of.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct VersionRequest {
    /// The other document.
    of: DocumentId,
    /// Whether the document of the path is the version right after that one, or the one
    /// right before it.
    side: VersionSide,
}

/// Near duplicates of a document.
///
/// They are found by fingerprints and measured on the texts. One that has only just come
/// from an older release of this server has no fingerprint for a while, and no list.
#[utoipa::path(get, path = "/api/documents/{doc_id}/similar", operation_id = "similar_documents", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The documents that have much in common with it", body = SimilarList),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForWriters,
    ))]
pub(super) async fn similar(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
) -> Result<Json<SimilarList>, Error> {
    let actor = writer.actor();
    find(&state, id, &actor).await?;
    let mut conn = state.pool.acquire().await?;
    let found = similar::find(&mut conn, &state.cpu, id).await?;
    let sees_held = actor.is_at_least(UserRole::Editor);
    let seen = found.into_iter();
    let seen = seen.filter(|one| sees_held || !one.document.held);
    Ok(Json(SimilarList {
        doc_id: id,
        least_share: f64::from(similar::LEAST_SHARE),
        similar: seen.map(Into::into).collect(),
    }))
}

/// The versions of a document.
#[utoipa::path(get, path = "/api/documents/{doc_id}/versions", operation_id = "list_versions", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "Its versions", body = VersionList),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForWriters,
    ))]
pub(super) async fn list(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
) -> Result<Json<VersionList>, Error> {
    let document = find(&state, id, &writer.actor()).await?;
    load(&state, &document).await.map(Json)
}

/// Makes a document a version of another one.
///
/// The newest of the versions is searched. The older ones are superseded: they stay in
/// the library with their passages and files, and what cites them still leads to them.
#[utoipa::path(post, path = "/api/documents/{doc_id}/versions", operation_id = "add_version", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    request_body = VersionRequest,
    responses(
        (status = 200, description = "All versions", body = VersionList),
        (status = 400, description = "The id is not a UUID, or `of` names no other document", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        (status = 409, description = "It is a version already, or one of the two may hold personal data", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn add(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
    Json(request): Json<VersionRequest>,
) -> Result<Json<VersionList>, Error> {
    let origin = client.by(signed_in.user.user_id);
    versions::add(&state, id, request.side.into(), request.of, origin).await?;
    let document = find(&state, id, &Writer(signed_in).actor()).await?;
    load(&state, &document).await.map(Json)
}

/// Takes a document out of its versions: it stands for itself again, and is searched.
///
/// The others close the gap. One that has no other versions stays as it is.
#[utoipa::path(delete, path = "/api/documents/{doc_id}/versions", operation_id = "remove_version", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "It is its only version", body = VersionList),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn remove(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
) -> Result<Json<VersionList>, Error> {
    let origin = client.by(signed_in.user.user_id);
    versions::remove(&state, id, origin).await?;
    let document = find(&state, id, &Writer(signed_in).actor()).await?;
    load(&state, &document).await.map(Json)
}

async fn load(state: &AppState, document: &Document) -> Result<VersionList, Error> {
    let found = versions::list(state, document).await?;
    Ok(VersionList {
        doc_id: document.doc_id,
        versions: found.into_iter().map(Into::into).collect(),
    })
}
