//! Passages that are kept on top of a search.

use archivist_domain::{DocumentId, PassageId, PinId};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};

/// A passage on top of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Its id.
    pub pin_id: PinId,
    /// The search, by [`query_key`].
    pub query: String,
    /// The passage.
    pub passage_id: PassageId,
    /// Its document.
    pub doc_id: DocumentId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// The address of who put it there.
    pub created_by: Option<String>,
}

impl Subject for Pin {
    const ENTITY: &'static str = "search_pin";

    fn id(&self) -> Uuid {
        self.pin_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("query", json!(self.query)),
            ("passage_id", json!(self.passage_id)),
            ("doc_id", json!(self.doc_id)),
        ])
    }
}

/// One spelling of searches that are the same but for capitals and spaces.
pub fn query_key(query: &str) -> String {
    let words: Vec<&str> = query.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The pins of one search, or of all, by search and time.
pub async fn list(db: impl PgExecutor<'_>, query: Option<&str>) -> sqlx::Result<Vec<Pin>> {
    sqlx::query_as!(
        Pin,
        r#"SELECT pin_id AS "pin_id: PinId", query, passage_id AS "passage_id: PassageId",
                  doc_id AS "doc_id: DocumentId", created_at, created_by
           FROM search_pins WHERE $1::text IS NULL OR query = $1
           ORDER BY query, created_at, pin_id"#,
        query.map(query_key)
    )
    .fetch_all(db)
    .await
}

/// Puts a passage on top of a search, if it is not there yet. `None` where there is no such
/// passage.
pub async fn create(
    tx: &mut Audited,
    query: &str,
    passage: PassageId,
    by: &str,
) -> sqlx::Result<Option<Pin>> {
    let made = sqlx::query_as!(
        Pin,
        r#"INSERT INTO search_pins (query, passage_id, doc_id, created_by)
           SELECT $1, passage_id, doc_id, $3 FROM passages WHERE passage_id = $2
           ON CONFLICT (query, passage_id) DO NOTHING
           RETURNING pin_id AS "pin_id: PinId", query, passage_id AS "passage_id: PassageId",
                  doc_id AS "doc_id: DocumentId", created_at, created_by"#,
        query_key(query),
        passage.0,
        by
    )
    .fetch_optional(&mut **tx)
    .await?;
    if let Some(pin) = made {
        tx.created(&pin).await?;
        return Ok(Some(pin));
    }
    let there = list(&mut **tx, Some(query)).await?;
    Ok(there.into_iter().find(|pin| pin.passage_id == passage))
}

/// Takes a pin away. False if it was not there.
pub async fn delete(tx: &mut Audited, id: PinId) -> sqlx::Result<bool> {
    let gone = sqlx::query_as!(
        Pin,
        r#"DELETE FROM search_pins WHERE pin_id = $1
           RETURNING pin_id AS "pin_id: PinId", query, passage_id AS "passage_id: PassageId",
                  doc_id AS "doc_id: DocumentId", created_at, created_by"#,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(pin) = gone else {
        return Ok(false);
    };
    tx.deleted(&pin).await?;
    Ok(true)
}

/// Pins the passages that have the words of others now (old, new), where the others are
/// pinned.
pub(crate) async fn follow(
    conn: &mut PgConnection,
    old: &[Uuid],
    new: &[Uuid],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO search_pins (query, passage_id, doc_id, created_at, created_by)
         SELECT s.query, m.new, s.doc_id, s.created_at, s.created_by
         FROM search_pins s JOIN unnest($1::uuid[], $2::uuid[]) AS m(old, new) ON s.passage_id = m.old
         ON CONFLICT (query, passage_id) DO NOTHING",
        old,
        new
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_spaces_make_no_other_search() {
        assert_eq!(query_key("  Reading\tCoaches "), "reading coaches");
    }
}
