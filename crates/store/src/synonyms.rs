//! Wordings that stand for each other in searches.

use archivist_domain::{SynonymId, UserId};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};

/// A group of wordings: whoever looks for one looks for the others, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SynonymGroup {
    /// Its id.
    pub synonym_id: SynonymId,
    /// Two and more.
    pub wordings: Vec<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Who made it; nobody where it has been there from the beginning.
    pub created_by: Option<UserId>,
}

impl Subject for SynonymGroup {
    const ENTITY: &'static str = "synonyms";

    fn id(&self) -> Uuid {
        self.synonym_id.0
    }

    fn facts(&self) -> Facts {
        facts([("wordings", json!(self.wordings))])
    }
}

/// All groups, by their first wordings.
pub async fn list(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<SynonymGroup>> {
    sqlx::query_as!(
        SynonymGroup,
        r#"SELECT synonym_id AS "synonym_id: SynonymId", wordings, created_at,
                  created_by AS "created_by: UserId"
           FROM search_synonyms ORDER BY lower(wordings[1]), synonym_id"#
    )
    .fetch_all(db)
    .await
}

/// Makes a group.
pub async fn create(
    tx: &mut Audited,
    wordings: &[String],
    by: UserId,
) -> sqlx::Result<SynonymGroup> {
    let group = sqlx::query_as!(
        SynonymGroup,
        r#"INSERT INTO search_synonyms (wordings, created_by) VALUES ($1, $2)
           RETURNING synonym_id AS "synonym_id: SynonymId", wordings, created_at,
                  created_by AS "created_by: UserId""#,
        wordings,
        by.0
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.created(&group).await?;
    Ok(group)
}

/// Puts other wordings into a group, if it is there.
pub async fn update(
    tx: &mut Audited,
    id: SynonymId,
    wordings: &[String],
) -> sqlx::Result<Option<SynonymGroup>> {
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    let new = sqlx::query_as!(
        SynonymGroup,
        r#"UPDATE search_synonyms SET wordings = $2 WHERE synonym_id = $1
           RETURNING synonym_id AS "synonym_id: SynonymId", wordings, created_at,
                  created_by AS "created_by: UserId""#,
        id.0,
        wordings
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.updated(&old, &new).await?;
    Ok(Some(new))
}

/// Deletes a group. False if it was not there.
pub async fn delete(tx: &mut Audited, id: SynonymId) -> sqlx::Result<bool> {
    let Some(group) = get_for_update(tx, id).await? else {
        return Ok(false);
    };
    sqlx::query!("DELETE FROM search_synonyms WHERE synonym_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&group).await?;
    Ok(true)
}

async fn get_for_update(tx: &mut Audited, id: SynonymId) -> sqlx::Result<Option<SynonymGroup>> {
    sqlx::query_as!(
        SynonymGroup,
        r#"SELECT synonym_id AS "synonym_id: SynonymId", wordings, created_at,
                  created_by AS "created_by: UserId"
           FROM search_synonyms WHERE synonym_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await
}
