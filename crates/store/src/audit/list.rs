//! Reading the log.

use chrono::NaiveDateTime;
use serde_json::Value;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::Page;

/// A row of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRow {
    /// Its id.
    pub log_id: Uuid,
    /// `document.upload`, `output.update`, …
    pub event_type: String,
    /// `document`, `output`, …
    pub entity_type: Option<String>,
    /// The thing changed.
    pub entity_id: Option<Uuid>,
    /// Who did it, where a person did.
    pub user_id: Option<String>,
    /// Facts about the request and the change.
    pub details: Option<Value>,
    /// When the change began (UTC).
    pub created_at: NaiveDateTime,
}

/// Which rows to list; an empty filter is all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFilter {
    /// By this person.
    pub user_id: Option<String>,
    /// With exactly this event.
    pub event_type: Option<String>,
    /// About things of exactly this kind.
    pub entity_type: Option<String>,
    /// Not before this moment (UTC).
    pub from: Option<NaiveDateTime>,
    /// Not after this moment (UTC).
    pub to: Option<NaiveDateTime>,
}

/// Rows that match, newest first.
pub async fn list<'c>(
    db: impl PgExecutor<'c> + Copy,
    filter: &LogFilter,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Page<LogRow>> {
    let rows = sqlx::query_as!(
        LogRow,
        "SELECT log_id, event_type, entity_type, entity_id, user_id, details, created_at
         FROM audit_log
         WHERE ($1::text IS NULL OR user_id = $1)
           AND ($2::text IS NULL OR event_type = $2)
           AND ($3::text IS NULL OR entity_type = $3)
           AND ($4::timestamp IS NULL OR created_at >= $4)
           AND ($5::timestamp IS NULL OR created_at <= $5)
         ORDER BY created_at DESC, log_id OFFSET $6 LIMIT $7",
        filter.user_id,
        filter.event_type,
        filter.entity_type,
        filter.from,
        filter.to,
        skip,
        limit
    )
    .fetch_all(db)
    .await?;
    let total = count(db, filter).await?;
    Ok(Page { rows, total })
}

// Beside the list, not in it: counted in it, every row would be read and sorted for
// each page.
async fn count(db: impl PgExecutor<'_>, filter: &LogFilter) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "n!" FROM audit_log
           WHERE ($1::text IS NULL OR user_id = $1)
             AND ($2::text IS NULL OR event_type = $2)
             AND ($3::text IS NULL OR entity_type = $3)
             AND ($4::timestamp IS NULL OR created_at >= $4)
             AND ($5::timestamp IS NULL OR created_at <= $5)"#,
        filter.user_id,
        filter.event_type,
        filter.entity_type,
        filter.from,
        filter.to
    )
    .fetch_one(db)
    .await
}

/// All rows about one thing, newest first.
pub async fn of_entity(
    db: impl PgExecutor<'_>,
    entity_type: &str,
    entity_id: Uuid,
) -> sqlx::Result<Vec<LogRow>> {
    sqlx::query_as!(
        LogRow,
        "SELECT log_id, event_type, entity_type, entity_id, user_id, details, created_at
         FROM audit_log WHERE entity_type = $1 AND entity_id = $2
         ORDER BY created_at DESC, log_id",
        entity_type,
        entity_id
    )
    .fetch_all(db)
    .await
}
