//! The name of the database itself.

use sqlx::PgExecutor;
use uuid::Uuid;

/// The id that a database got when it was made.
pub async fn id(db: impl PgExecutor<'_>) -> sqlx::Result<Uuid> {
    sqlx::query_scalar!(
        r#"SELECT (value #>> '{}')::uuid AS "id!" FROM system_config WHERE key = 'site_id'"#
    )
    .fetch_one(db)
    .await
}
