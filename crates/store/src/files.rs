//! Stored files: what the blob store holds, by content.

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

/// The media type of a stored file.
pub async fn media_type(db: impl PgExecutor<'_>, sha256: &str) -> sqlx::Result<Option<String>> {
    sqlx::query_scalar!("SELECT media_type FROM files WHERE sha256 = $1", sha256)
        .fetch_optional(db)
        .await
}

/// Forgets a file that no document and no job needs, neither an open one nor one that
/// can be tried again; says whether its bytes
/// may go. Remove them before the transaction ends: until then, nobody can note
/// the same bytes again.
pub async fn forget_unused(conn: &mut PgConnection, sha256: &str) -> sqlx::Result<bool> {
    // Locked before it is judged: a statement that has to wait for the row would
    // judge by the jobs it saw before it waited.
    sqlx::query!(
        r#"SELECT 1 AS "one!" FROM files WHERE sha256 = $1 FOR UPDATE"#,
        sha256
    )
    .fetch_optional(&mut *conn)
    .await?;
    let gone = sqlx::query!(
        "DELETE FROM files f WHERE sha256 = $1
         AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.file_sha256 = f.sha256)
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE (j.state IN ('queued', 'running') OR j.file_kept_until > now())
                         AND j.payload->>'sha256' = f.sha256)",
        sha256
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected() == 1)
}
