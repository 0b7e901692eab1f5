//! Documents as versions of each other, for the API and the pages.

use archivist_domain::DocumentId;
use archivist_store::audit::Origin;
use archivist_store::documents::{self, Document};
use archivist_store::versions::{self, Refusal, Side};

use crate::error::Error;
use crate::state::AppState;

/// Makes a document the version right after or right before another one.
pub(crate) async fn add(
    state: &AppState,
    id: DocumentId,
    side: Side,
    of: DocumentId,
    origin: Origin,
) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    if let Err(refusal) = versions::add(&mut tx, id, side, of).await? {
        return Err(error(refusal, id));
    }
    Ok(tx.commit().await?)
}

/// Takes a document out of its versions, if it is one.
pub(crate) async fn remove(state: &AppState, id: DocumentId, origin: Origin) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    match versions::remove(&mut tx, id).await? {
        None => Err(no_document(id)),
        Some(_) => Ok(tx.commit().await?),
    }
}

/// The versions of a document, the newest first; itself, where there are no others.
pub(crate) async fn list(state: &AppState, document: &Document) -> Result<Vec<Document>, Error> {
    if document.versions.is_empty() {
        return Ok(vec![document.clone()]);
    }
    let mut found = documents::by_ids(&state.pool, &document.versions).await?;
    found.sort_by_key(|one| std::cmp::Reverse(one.version()));
    Ok(found)
}

fn error(refusal: Refusal, asked: DocumentId) -> Error {
    match refusal {
        Refusal::Missing(id) if id == asked => no_document(id),
        Refusal::Missing(id) => Error::refused(format!("There is no document {id}.")),
        Refusal::Itself => Error::refused("A document is no version of itself."),
        Refusal::IsVersion => Error::Conflict(
            "This document is a version of another already: take it out of its versions first."
                .to_owned(),
        ),
        Refusal::Held(id) => Error::Conflict(format!(
            "Document {id} may hold personal data: release or delete it first."
        )),
    }
}

fn no_document(id: DocumentId) -> Error {
    Error::NotFound(format!("There is no document {id}."))
}
