//! Passages: the spans that search finds and drafts cite.

use archivist_domain::{DocumentId, PassageId};
use sqlx::{PgConnection, PgExecutor};

/// A passage in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// Its id.
    pub passage_id: PassageId,
    /// The document it is of.
    pub doc_id: DocumentId,
    /// Its place in the document, from 0.
    pub ordinal: i32,
    /// Its text.
    pub content: String,
    /// The end of the passage before it, where its first sentence needs that.
    pub lead: Option<String>,
    /// The headings above it, joined with ` › `.
    pub heading: Option<String>,
    /// The page it begins on, from 1.
    pub page_first: Option<i32>,
    /// The page it ends on.
    pub page_last: Option<i32>,
    /// How many words it has.
    pub word_count: i32,
}

/// The fields of a new passage; its ordinal is its place in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPassage {
    /// Its id.
    pub passage_id: PassageId,
    /// Its text.
    pub content: String,
    /// The end of the passage before it, where its first sentence needs that.
    pub lead: Option<String>,
    /// The headings above it.
    pub heading: Option<String>,
    /// The page it begins on.
    pub page_first: Option<i32>,
    /// The page it ends on.
    pub page_last: Option<i32>,
    /// How many words it has.
    pub word_count: i32,
}

/// Writes all passages of a document in one statement. One that is there already gets
/// its new place and fields.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    doc_id: DocumentId,
    passages: &[NewPassage],
) -> sqlx::Result<()> {
    let ids: Vec<_> = passages.iter().map(|p| p.passage_id.0).collect();
    let contents: Vec<_> = passages.iter().map(|p| p.content.clone()).collect();
    let leads: Vec<_> = passages.iter().map(|p| p.lead.clone()).collect();
    let headings: Vec<_> = passages.iter().map(|p| p.heading.clone()).collect();
    let first: Vec<_> = passages.iter().map(|p| p.page_first).collect();
    let last: Vec<_> = passages.iter().map(|p| p.page_last).collect();
    let words: Vec<_> = passages.iter().map(|p| p.word_count).collect();
    sqlx::query!(
        "INSERT INTO passages (doc_id, ordinal, passage_id, content, lead, heading, page_first, page_last, word_count)
         SELECT $1, n - 1, id, content, lead, heading, page_first, page_last, words
         FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[])
              WITH ORDINALITY AS p(id, content, lead, heading, page_first, page_last, words, n)
         ON CONFLICT (passage_id) DO UPDATE SET ordinal = EXCLUDED.ordinal, content = EXCLUDED.content,
             lead = EXCLUDED.lead, heading = EXCLUDED.heading, page_first = EXCLUDED.page_first,
             page_last = EXCLUDED.page_last, word_count = EXCLUDED.word_count
         WHERE passages.doc_id = EXCLUDED.doc_id",
        doc_id.0,
        &ids,
        &contents,
        &leads as &[Option<String>],
        &headings as &[Option<String>],
        &first as &[Option<i32>],
        &last as &[Option<i32>],
        &words
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Puts other passages in the place of a document's own: those that are not among the
/// new ones go, and what cites one of `moved` (old, new) cites the new one from then
/// on. A citation of a passage that goes without a successor keeps its excerpt alone.
pub(crate) async fn replace(
    conn: &mut PgConnection,
    doc_id: DocumentId,
    passages: &[NewPassage],
    moved: &[(PassageId, PassageId)],
) -> sqlx::Result<()> {
    // Out of the way first: no two passages have the same place at any time.
    sqlx::query!(
        "UPDATE passages SET ordinal = -1 - ordinal WHERE doc_id = $1",
        doc_id.0
    )
    .execute(&mut *conn)
    .await?;
    insert(conn, doc_id, passages).await?;
    let (old, new): (Vec<_>, Vec<_>) = moved.iter().map(|(old, new)| (old.0, new.0)).unzip();
    crate::pins::follow(&mut *conn, &old, &new).await?;
    crate::clicks::follow(&mut *conn, &old, &new).await?;
    sqlx::query!(
        "UPDATE output_sources SET passage_id = m.new
         FROM unnest($1::uuid[], $2::uuid[]) AS m(old, new) WHERE passage_id = m.old",
        &old,
        &new
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "UPDATE output_sources SET passage_id = NULL
         WHERE passage_id IN (SELECT passage_id FROM passages WHERE doc_id = $1 AND ordinal < 0)",
        doc_id.0
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM passages WHERE doc_id = $1 AND ordinal < 0",
        doc_id.0
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All passages of the given documents, in document order.
pub async fn of_documents(
    db: impl PgExecutor<'_>,
    ids: &[DocumentId],
) -> sqlx::Result<Vec<Passage>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Passage,
        r#"SELECT passage_id AS "passage_id: PassageId", doc_id AS "doc_id: DocumentId", ordinal,
                  content, lead, heading, page_first, page_last, word_count
           FROM passages WHERE doc_id = ANY ($1) ORDER BY doc_id, ordinal"#,
        &ids
    )
    .fetch_all(db)
    .await
}

/// The passages among `ids` that exist, in no order.
pub async fn by_ids(db: impl PgExecutor<'_>, ids: &[PassageId]) -> sqlx::Result<Vec<Passage>> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Passage,
        r#"SELECT passage_id AS "passage_id: PassageId", doc_id AS "doc_id: DocumentId", ordinal,
                  content, lead, heading, page_first, page_last, word_count
           FROM passages WHERE passage_id = ANY ($1)"#,
        &ids
    )
    .fetch_all(db)
    .await
}
