//! Searches that people come back to, each their own.

use archivist_domain::{SavedSearchId, UserId};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};

/// A search that somebody comes back to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Its id.
    pub search_id: SavedSearchId,
    /// What its owner calls it.
    pub name: String,
    /// What stands behind the question mark of the search's address.
    pub query: String,
    /// Since when it is there.
    pub created_at: DateTime<Utc>,
}

impl Subject for SavedSearch {
    const ENTITY: &'static str = "saved_search";

    fn id(&self) -> Uuid {
        self.search_id.0
    }

    fn facts(&self) -> Facts {
        facts([("name", json!(self.name)), ("query", json!(self.query))])
    }
}

/// A person's own, by name.
pub async fn list(db: impl PgExecutor<'_>, owner: UserId) -> sqlx::Result<Vec<SavedSearch>> {
    sqlx::query_as!(
        SavedSearch,
        r#"SELECT search_id AS "search_id: SavedSearchId", name, query, created_at
           FROM saved_searches WHERE user_id = $1 ORDER BY lower(name), search_id"#,
        owner.0
    )
    .fetch_all(db)
    .await
}

/// Keeps a search; one of this name that the person has is replaced.
pub async fn save(
    tx: &mut Audited,
    owner: UserId,
    name: &str,
    query: &str,
) -> sqlx::Result<SavedSearch> {
    let saved = sqlx::query_as!(
        SavedSearch,
        r#"INSERT INTO saved_searches (user_id, name, query) VALUES ($1, $2, $3)
           ON CONFLICT (user_id, name) DO UPDATE SET query = EXCLUDED.query, created_at = now()
           RETURNING search_id AS "search_id: SavedSearchId", name, query, created_at"#,
        owner.0,
        name,
        query
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.created(&saved).await?;
    Ok(saved)
}

/// Deletes one of a person's own. False if there is none.
pub async fn delete(tx: &mut Audited, owner: UserId, id: SavedSearchId) -> sqlx::Result<bool> {
    let gone = sqlx::query_as!(
        SavedSearch,
        r#"DELETE FROM saved_searches WHERE search_id = $1 AND user_id = $2
           RETURNING search_id AS "search_id: SavedSearchId", name, query, created_at"#,
        id.0,
        owner.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(gone) = gone else {
        return Ok(false);
    };
    tx.deleted(&gone).await?;
    Ok(true)
}
