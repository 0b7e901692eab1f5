//! Stored files: what the blob store holds, by content.

use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

/// Notes that the bytes with this hash are stored; saying it twice is fine. Until
/// the transaction ends, nobody can forget them: store them meanwhile.
pub async fn note(
    conn: &mut PgConnection,
    sha256: &str,
    size_bytes: i64,
    media_type: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO files (sha256, size_bytes, media_type) VALUES ($1, $2, $3)
         ON CONFLICT (sha256) DO UPDATE SET size_bytes = files.size_bytes",
        sha256,
        size_bytes,
        media_type
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// The SHA-256 of its content.
    pub sha256: String,
    /// Its size.
    pub size_bytes: i64,
    /// Its media type.
    pub media_type: String,
    /// When these bytes came in first.
    pub stored_at: DateTime<Utc>,
}

/// One stored file.
pub async fn get(db: impl PgExecutor<'_>, sha256: &str) -> sqlx::Result<Option<StoredFile>> {
    sqlx::query_as!(
        StoredFile,
        "SELECT sha256, size_bytes, media_type, stored_at FROM files WHERE sha256 = $1",
        sha256
    )
    .fetch_optional(db)
    .await
}

/// All stored files, by hash.
pub async fn all(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<StoredFile>> {
    sqlx::query_as!(
        StoredFile,
        "SELECT sha256, size_bytes, media_type, stored_at FROM files ORDER BY sha256"
    )
    .fetch_all(db)
    .await
}

/// Locks a file and tells whether nothing needs it, as [`unused`] does. If so, remove its
/// bytes and [`forget`] it before the transaction ends: until then, nobody can note the
/// same bytes again.
pub async fn lock_unused(conn: &mut PgConnection, sha256: &str) -> sqlx::Result<bool> {
    // Locked before it is judged: a statement that has to wait for the row would
    // judge by the jobs it saw before it waited.
    let found = sqlx::query!(
        r#"SELECT 1 AS "one!" FROM files WHERE sha256 = $1 FOR UPDATE"#,
        sha256
    )
    .fetch_optional(&mut *conn)
    .await?;
    if found.is_none() {
        return Ok(false);
    }
    let unused = among_unused(conn, Some(sha256)).await?;
    Ok(!unused.is_empty())
}

/// Forgets a file whose bytes have been removed.
pub async fn forget(conn: &mut PgConnection, sha256: &str) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM files WHERE sha256 = $1", sha256)
        .execute(conn)
        .await?;
    Ok(())
}

/// Files that nothing needs: no document, deleted ones that can come back or are cited
/// included, and no job, neither an open one nor one that can be tried again.
pub async fn unused(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    among_unused(db, None).await
}

/// The only place that says what needs a file.
async fn among_unused(db: impl PgExecutor<'_>, only: Option<&str>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        "SELECT sha256 FROM files f
         WHERE ($1::text IS NULL OR f.sha256 = $1)
           AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.file_sha256 = f.sha256)
           AND NOT EXISTS (SELECT 1 FROM deleted_documents d WHERE d.file_sha256 = f.sha256)
           AND NOT EXISTS (SELECT 1 FROM jobs j
                           WHERE (j.state IN ('queued', 'running') OR j.file_kept_until > now())
                             AND j.payload->>'sha256' = f.sha256)",
        only
    )
    .fetch_all(db)
    .await
}
