//! What is cited, which can be opened for ever.

use archivist_domain::permission::Actor;
use archivist_domain::{DocumentId, PassageId, UserRole};
use archivist_store::citations::{self, Citation};
use axum::extract::{Request, State};
use axum::response::Response;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::documents::file::{self, Bytes};
use super::failure::ErrorBody;
use super::path::Id;
use super::refusals::ForWriters;
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::Json;
use crate::state::AppState;
use crate::wire;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get))
        .routes(routes!(cited_file))
}

/// A passage that is in the library, or that was and is cited.
#[derive(Debug, Serialize, ToSchema)]
struct CitationInfo {
    /// The passage.
    passage_id: PassageId,
    /// Its document, which may have been deleted.
    doc_id: DocumentId,
    /// What the document is called, or was.
    #[schema(example = "Annual Report 2024")]
    title: String,
    /// The name of its file.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// Its year.
    year: Option<i32>,
    /// The page that the passage begins on, from 1.
    page: Option<i32>,
    /// The headings above it.
    #[schema(example = "Governance › Board")]
    heading: Option<String>,
    /// Its text.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    text: String,
    /// When the document was deleted (UTC, without zone); null while it is in the library.
    #[serde(serialize_with = "wire::optional_timestamp")]
    deleted_at: Option<NaiveDateTime>,
    /// Whether its original file can be had.
    has_file: bool,
}

impl From<Citation> for CitationInfo {
    fn from(citation: Citation) -> Self {
        Self {
            passage_id: citation.passage_id,
            doc_id: citation.doc_id,
            title: citation.title,
            filename: citation.filename,
            year: citation.year,
            page: citation.page,
            heading: citation.heading,
            text: citation.text,
            deleted_at: citation.deleted_at.map(|at| at.naive_utc()),
            has_file: citation.file_sha256.is_some(),
        }
    }
}

/// A cited passage, also when its document has been deleted.
///
/// What outputs and answers cite is kept as long as they are.
#[utoipa::path(get, path = "/api/citations/{passage_id}", operation_id = "get_citation", tag = "documents",
    params(("passage_id" = PassageId, Path, description = "The passage")),
    responses(
        (status = 200, description = "The passage", body = CitationInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such passage, or it was deleted and nothing cites it", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<PassageId>,
) -> Result<Json<CitationInfo>, Error> {
    Ok(Json(find(&state, id, &writer.actor()).await?.into()))
}

/// The original file that a cited passage is in.
///
/// As `/api/documents/{doc_id}/file`, also when the document has been deleted.
#[utoipa::path(get, path = "/api/citations/{passage_id}/file", operation_id = "get_citation_file", tag = "documents",
    params(("passage_id" = PassageId, Path, description = "The passage")),
    responses(
        (status = 200, description = "The file", content(
            (Bytes = "application/pdf"),
            (Bytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Bytes = "text/plain"),
            (Bytes = "text/markdown"),
            (Bytes = "text/html"),
            (Bytes = "application/epub+zip"),
            (Bytes = "message/rfc822"),
            (Bytes = "application/zip"),
        )),
        (status = 206, description = "The part asked for with `Range`", content(
            (Bytes = "application/pdf"),
            (Bytes = "text/plain"),
        )),
        (status = 304, description = "Not changed since `If-Modified-Since`"),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such passage, or its file was never kept", body = ErrorBody),
        (status = 412, description = "Changed since `If-Unmodified-Since`"),
        (status = 416, description = "The file has no such part"),
        (status = 503, description = "The store of files does not answer; try again", body = ErrorBody),
        ForWriters,
    ))]
async fn cited_file(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<PassageId>,
    request: Request,
) -> Result<Response, Error> {
    let citation = find(&state, id, &writer.actor()).await?;
    let sha256 = citation.file_sha256.as_deref();
    let sha256 = sha256.ok_or_else(file::never_kept)?;
    let (request, _) = request.into_parts();
    file::send(&state, sha256, &citation.filename, &request).await
}

/// The passage, unless its document is held and `actor` is no editor: then it is not there.
pub(crate) async fn find(
    state: &AppState,
    id: PassageId,
    actor: &Actor,
) -> Result<Citation, Error> {
    citations::get(&state.pool, id)
        .await?
        .filter(|citation| !citation.held || actor.is_at_least(UserRole::Editor))
        .ok_or_else(|| Error::NotFound(format!("There is no passage {id} that is cited.")))
}
