//! The library (contract, 7.2).

mod deleted;
mod entities;
pub(in crate::api) mod file;
mod form;
mod ocr;
mod proposals;
mod reply;
mod sensitivity;
mod upload;
mod versions;

use archivist_domain::permission::Actor;
use archivist_domain::{DocType, DocumentId, Outcome, UserRole};
use archivist_store::documents::{self, Document, DocumentFilter};
use archivist_store::passages;
use axum::extract::{DefaultBodyLimit, State};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

use self::reply::{DocumentDeleted, DocumentInfo, DocumentList, LibraryStats, PassageList};
use super::failure::ErrorBody;
use super::pagination::{PageSize, Pagination};
use super::path::Id;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::removal;
use crate::state::AppState;

const PAGE: PageSize = PageSize {
    default: 100,
    max: 1000,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    // The form counts for itself, so that it can say what is too large.
    let upload = routes!(upload::upload).layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .routes(upload)
        .routes(routes!(list))
        .routes(routes!(stats))
        .routes(routes!(deleted::deleted))
        .routes(routes!(deleted::restore))
        .routes(routes!(get, delete))
        .routes(routes!(list_passages))
        .routes(routes!(file::file))
        .routes(routes!(entities::entities))
        .routes(routes!(
            proposals::proposals,
            proposals::confirm,
            proposals::correct
        ))
        .routes(routes!(ocr::recognise))
        .routes(routes!(sensitivity::sensitivity))
        .routes(routes!(sensitivity::release))
        .routes(routes!(versions::similar))
        .routes(routes!(versions::list, versions::add, versions::remove))
}

/// Which documents to list; all conditions hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Of this kind.
    doc_type: Option<DocType>,
    /// With this outcome.
    outcome: Option<Outcome>,
    /// Of this year.
    #[param(example = 2024)]
    year: Option<i32>,
    /// Filed under the program of exactly this name.
    #[param(example = "Early Literacy")]
    program: Option<String>,
    /// With exactly this tag.
    #[param(example = "rural")]
    tag: Option<String>,
    /// This text in file name or title, in any letter case.
    #[param(example = "report")]
    search: Option<String>,
    /// Only those that wait for a person to confirm what was found in them (true), or that
    /// do not (false).
    #[param(example = true)]
    to_confirm: Option<bool>,
    /// Only those that wait for an editor's decision (true), or that do not (false); others
    /// than editors see none that wait.
    #[param(example = false)]
    held: Option<bool>,
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0, example = 0)]
    skip: Option<i64>,
    /// How many to return at most; 100 when not given.
    #[param(minimum = 1, maximum = 1000, example = 100)]
    limit: Option<i64>,
}

/// Documents, the one put in last first.
#[utoipa::path(get, path = "/api/documents", operation_id = "list_documents", tag = "documents", params(ListParams), responses(
    (status = 200, description = "A page of documents", body = DocumentList),
    WithFields,
        ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    writer: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<DocumentList>, Error> {
    let actor = writer.actor();
    let window = PAGE.window(params.skip, params.limit)?;
    let filter = DocumentFilter {
        doc_type: params.doc_type,
        year: params.year,
        outcome: params.outcome,
        program: params.program,
        tag: params.tag,
        search: params.search,
        without_held: !actor.is_at_least(UserRole::Editor),
        held: params.held,
        to_confirm: params.to_confirm,
    };
    let page = state
        .documents
        .list(&state.pool, &filter, window.skip, window.limit)
        .await?;
    Ok(Json(DocumentList {
        documents: page.rows.into_iter().map(Into::into).collect(),
        pagination: Pagination::new(page.total, window),
    }))
}

/// What the library holds, counted: documents that can be searched.
///
/// Documents that are held, and their passages, count from when they are released.
#[utoipa::path(get, path = "/api/documents/stats", operation_id = "document_stats", tag = "documents", responses(
    (status = 200, description = "The figures", body = LibraryStats),
    ForWriters,
))]
async fn stats(State(state): State<AppState>, _: Writer) -> Result<Json<LibraryStats>, Error> {
    Ok(Json(
        state.documents.figures(&state.pool, false).await?.into(),
    ))
}

/// One document.
#[utoipa::path(get, path = "/api/documents/{doc_id}", operation_id = "get_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The document", body = DocumentInfo),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
) -> Result<Json<DocumentInfo>, Error> {
    Ok(Json(find(&state, id, &writer.actor()).await?.into()))
}

/// All passages of a document, in its order.
#[utoipa::path(get, path = "/api/documents/{doc_id}/passages", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The passages", body = PassageList),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForWriters,
    ))]
async fn list_passages(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
) -> Result<Json<PassageList>, Error> {
    find(&state, id, &writer.actor()).await?;
    let found = passages::of_documents(&state.pool, &[id]).await?;
    Ok(Json(PassageList::new(id, found)))
}

/// Deletes a document.
///
/// It and its passages are out of the library at once. For 30 days it can be brought back;
/// then it is gone for good, with its file, except for passages that outputs and answers
/// cite: these can be opened for ever.
#[utoipa::path(delete, path = "/api/documents/{doc_id}", operation_id = "delete_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The document is gone", body = DocumentDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        ForHigherRoles,
    ))]
async fn delete(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
) -> Result<Json<DocumentDeleted>, Error> {
    let origin = client.by(signed_in.user.user_id);
    let document = removal::remove(&state, id, origin).await?;
    Ok(Json(document.into()))
}

/// The document, unless it is held and `actor` is no editor: then it is not there.
async fn find(state: &AppState, id: DocumentId, actor: &Actor) -> Result<Document, Error> {
    documents::get(&state.pool, id)
        .await?
        .filter(|document| !document.held || actor.is_at_least(UserRole::Editor))
        .ok_or_else(|| Error::NotFound(format!("There is no document {id}.")))
}
