//! The change sequence that search indexes follow.
//!
//! Every change of a document, its programs or tags takes the next number, in
//! commit order (see the trigger `note_document_change`). A notification wakes
//! followers up; asking again now and then is the guarantee.

use archivist_domain::DocumentId;
use sqlx::postgres::{PgListener, PgPool};
use sqlx::{PgConnection, PgExecutor};

/// The channel that announces changes.
pub const CHANNEL: &str = "document_changes";

/// A document that was put in, changed or deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// Which document.
    pub doc_id: DocumentId,
    /// Its place in the sequence.
    pub seq: i64,
}

/// Up to `limit` changes after number `seq`, oldest first.
pub async fn since(db: impl PgExecutor<'_>, seq: i64, limit: i64) -> sqlx::Result<Vec<Change>> {
    sqlx::query_as!(
        Change,
        r#"SELECT doc_id AS "doc_id: DocumentId", seq FROM document_changes
           WHERE seq > $1 ORDER BY seq LIMIT $2"#,
        seq,
        limit
    )
    .fetch_all(db)
    .await
}

/// The number of the latest change, 0 when there is none.
pub async fn latest(db: impl PgExecutor<'_>) -> sqlx::Result<i64> {
    sqlx::query_scalar!(r#"SELECT coalesce(max(seq), 0) AS "seq!" FROM document_changes"#)
        .fetch_one(db)
        .await
}

/// Waits for the turn to change documents, until the transaction ends.
///
/// The trigger would do so only after rows are locked. Who locks rows that others
/// reach while they have the turn (a program, the filing of a document) must take
/// it first, or the two wait for each other.
pub(crate) async fn take_turn(conn: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtext('document_changes'))")
        .execute(conn)
        .await?;
    Ok(())
}

/// A listener on [`CHANNEL`].
pub async fn listen(pool: &PgPool) -> sqlx::Result<PgListener> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
