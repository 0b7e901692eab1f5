//! Stored files: what the blob store holds, by content.

use sqlx::{PgConnection, PgExecutor};

/// Notes that the bytes with this hash are stored. Saying it twice is fine.
pub async fn note(
    conn: &mut PgConnection,
    sha256: &str,
    size_bytes: i64,
    media_type: &str,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO files (sha256, size_bytes, media_type) VALUES ($1, $2, $3)
         ON CONFLICT (sha256) DO NOTHING",
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

/// Forgets a file that no document uses; says whether its bytes may go.
pub async fn forget_unused(conn: &mut PgConnection, sha256: &str) -> sqlx::Result<bool> {
    let gone = sqlx::query!(
        "DELETE FROM files f WHERE sha256 = $1
         AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.file_sha256 = f.sha256)",
        sha256
    )
    .execute(conn)
    .await?;
    Ok(gone.rows_affected() == 1)
}
