//! The audit log: one row per change, in the transaction of the change.

use archivist_domain::UserId;
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

/// What is written down about a change.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// `document.upload`, `output.update`, …
    pub event: &'a str,
    /// `document`, `output`, …
    pub entity: &'a str,
    /// The thing changed.
    pub entity_id: Option<Uuid>,
    /// Who did it; `None` for the system itself.
    pub actor: Option<UserId>,
    /// Facts about the request; never secrets or document text.
    pub details: Value,
}

/// Writes one entry.
pub async fn record(conn: &mut PgConnection, entry: Entry<'_>) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO audit_log (event_type, entity_type, entity_id, user_id, details)
         VALUES ($1, $2, $3, $4, $5)",
        entry.event,
        entry.entity,
        entry.entity_id,
        entry.actor.map(|id| id.to_string()),
        entry.details,
    )
    .execute(conn)
    .await?;
    Ok(())
}
