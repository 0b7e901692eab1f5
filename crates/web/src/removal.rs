//! Deleting documents and bringing them back, through the API, the pages and the command
//! line alike.

use archivist_domain::DocumentId;
use archivist_store::audit::Origin;
use archivist_store::deleted::{self, NotRestored};
use archivist_store::documents::{self, Document};
use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Error;
use crate::intake;
use crate::state::AppState;

/// How long a deleted document can come back.
pub const UNDO: TimeDelta = TimeDelta::days(30);

/// Until when a document can come back that was deleted then.
pub fn restorable_until(deleted_at: DateTime<Utc>) -> DateTime<Utc> {
    deleted_at + UNDO
}

/// Deletes a document with its passages; its file stays as long as it can come back.
/// Returns the document that was deleted.
pub async fn remove(state: &AppState, id: DocumentId, origin: Origin) -> Result<Document, Error> {
    let mut tx = state.begin(origin).await?;
    let document = deleted::delete(&mut tx, id, state.clock.now()).await?;
    let document =
        document.ok_or_else(|| Error::NotFound(format!("There is no document {id}.")))?;
    tx.commit().await?;
    Ok(document)
}

/// Brings a deleted document back, with the ids that it and its passages had.
pub async fn restore(state: &AppState, id: DocumentId, origin: Origin) -> Result<Document, Error> {
    let mut tx = state.begin(origin).await?;
    match deleted::restore(&mut tx, id).await? {
        Ok(document) => {
            tx.commit().await?;
            Ok(document)
        }
        Err(NotRestored::Unknown) => Err(Error::NotFound(format!(
            "There is no deleted document {id} that can come back: that is possible for {} days.",
            UNDO.num_days()
        ))),
        Err(NotRestored::FileIsBack(other)) => {
            tx.rollback().await?;
            let existing = documents::get(&state.pool, other).await?;
            let name = existing.map_or_else(String::new, |document| document.filename);
            Err(Error::Conflict(format!(
                "The same file has been put in again since: '{name}' (document {other}). \
                 Delete that one first, then this one can come back."
            )))
        }
    }
}

/// Removes for good what was deleted too long ago, and all files that nothing needs any
/// more. What is cited stays.
pub async fn sweep(state: &AppState, now: DateTime<Utc>) -> Result<(), Error> {
    let gone = deleted::sweep(&state.pool, now - UNDO).await?;
    if gone > 0 {
        tracing::info!(gone, "deleted documents were removed for good");
    }
    intake::sweep_files(state).await
}
