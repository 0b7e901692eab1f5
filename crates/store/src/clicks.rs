//! What people chose among what a search found: how often, not who.

use archivist_domain::PassageId;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::pins::query_key;

/// Notes that somebody chose a passage for a search. False where there is no such passage, or
/// nothing was searched for.
pub async fn note(
    db: impl PgExecutor<'_>,
    query: &str,
    passage: PassageId,
    now: DateTime<Utc>,
) -> sqlx::Result<bool> {
    let noted = sqlx::query!(
        "INSERT INTO search_clicks (query, passage_id, last_at)
         SELECT $1, passage_id, $3 FROM passages WHERE passage_id = $2 AND $1 <> ''
         ON CONFLICT (query, passage_id) DO UPDATE
         SET clicks = search_clicks.clicks + 1, last_at = excluded.last_at",
        query_key(query),
        passage.0,
        now
    )
    .execute(db)
    .await?;
    Ok(noted.rows_affected() > 0)
}

/// Forgets what nobody has chosen since then; says how much.
pub async fn purge(db: impl PgExecutor<'_>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let gone = sqlx::query!("DELETE FROM search_clicks WHERE last_at < $1", before)
        .execute(db)
        .await?;
    Ok(gone.rows_affected())
}

/// Passages that have the words of others now (old, new) are chosen as these were.
pub(crate) async fn follow(
    conn: &mut PgConnection,
    old: &[Uuid],
    new: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO search_clicks (query, passage_id, clicks, last_at)
         SELECT c.query, m.new, c.clicks, c.last_at
         FROM search_clicks c JOIN unnest($1::uuid[], $2::uuid[]) AS m(old, new) ON c.passage_id = m.old
         ON CONFLICT (query, passage_id) DO NOTHING",
        old,
        new
    )
    .execute(conn)
    .await?;
    Ok(())
}
