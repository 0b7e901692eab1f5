//! People, places, organizations, money, percentages and dates that passages name, by
//! their bytes in the passage's text.

use archivist_domain::{DocumentId, EntityKind, PassageId};
use sqlx::{PgConnection, PgExecutor};

use crate::audit::Audited;

/// What a passage names, in its order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassageEntities {
    /// The passage.
    pub passage_id: PassageId,
    /// What each is.
    pub kinds: Vec<EntityKind>,
    /// Where each begins in the passage's text, in bytes.
    pub starts: Vec<i32>,
    /// Where each ends.
    pub ends: Vec<i32>,
}

impl PassageEntities {
    /// Each with its bytes.
    pub fn iter(&self) -> impl Iterator<Item = (EntityKind, i32, i32)> {
        let places = self.starts.iter().zip(&self.ends);
        let kinds = self.kinds.iter().zip(places);
        kinds.map(|(kind, (start, end))| (*kind, *start, *end))
    }
}

/// Keeps what the passages of a new document name. Passages that name nothing have no
/// row.
pub async fn keep(tx: &mut Audited, entities: &[PassageEntities]) -> sqlx::Result<()> {
    insert(tx, entities).await
}

/// Writes what another reading found in the place of what was found in a document.
pub async fn replace(
    tx: &mut Audited,
    id: DocumentId,
    entities: &[PassageEntities],
) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM passage_entities e USING passages p
         WHERE p.doc_id = $1 AND e.passage_id = p.passage_id",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    insert(tx, entities).await
}

async fn insert(conn: &mut PgConnection, entities: &[PassageEntities]) -> sqlx::Result<()> {
    let with_some = || entities.iter().filter(|of| !of.kinds.is_empty());
    let ids: Vec<_> = with_some().map(|of| of.passage_id.0).collect();
    // Lists of lists must be of one length in PostgreSQL: these travel as texts.
    let kinds: Vec<_> = with_some().map(|of| list(&of.kinds)).collect();
    let starts: Vec<_> = with_some().map(|of| list(&of.starts)).collect();
    let ends: Vec<_> = with_some().map(|of| list(&of.ends)).collect();
    sqlx::query!(
        "INSERT INTO passage_entities (passage_id, kinds, starts, ends)
         SELECT id, kinds::entitykind[], starts::integer[], ends::integer[]
         FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS e(id, kinds, starts, ends)",
        &ids,
        &kinds,
        &starts,
        &ends
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// `{1,2,3}`, as PostgreSQL writes a list.
fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<_> = items.iter().map(ToString::to_string).collect();
    format!("{{{}}}", items.join(","))
}

/// What the passages of a document name, in its order.
pub async fn of_document(
    db: impl PgExecutor<'_>,
    id: DocumentId,
) -> sqlx::Result<Vec<PassageEntities>> {
    sqlx::query_as!(
        PassageEntities,
        r#"SELECT passage_id AS "passage_id: PassageId", kinds AS "kinds: Vec<EntityKind>", starts, ends
           FROM passage_entities JOIN passages USING (passage_id)
           WHERE doc_id = $1 ORDER BY ordinal"#,
        id.0
    )
    .fetch_all(db)
    .await
}
