//! Facts about the database as a whole.

use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

/// The id that a database got when it was made.
pub async fn id(db: impl PgExecutor<'_>) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        r#"SELECT (value #>> '{}')::uuid AS "id!" FROM system_config WHERE key = 'site_id'"#
    )
    .fetch_one(db)
    .await
}

/// Whether the demo has been put in: `None` before it was begun, then whether it
/// was finished.
pub async fn demo_finished(db: impl PgExecutor<'_>) -> sqlx::Result<Option<bool>> {
    sqlx::query_scalar!(
        r#"SELECT (value #>> '{}')::boolean AS "finished!" FROM system_config WHERE key = 'demo_finished'"#
    )
    .fetch_optional(db)
    .await
}

/// Notes that the demo has been begun or finished.
pub async fn note_demo(conn: &mut PgConnection, finished: bool) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO system_config (key, value, description)
         VALUES ('demo_finished', to_jsonb($1::boolean), 'Whether the demo has been put in')
         ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value",
        finished
    )
    .execute(conn)
    .await?;
    Ok(())
}
