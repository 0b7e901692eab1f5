//! Sources of outputs: the passages that a saved text cites.

use archivist_domain::{DocumentId, OutputId, PassageId};
use sqlx::{PgConnection, PgExecutor};

/// A cited passage, with its excerpt as it was when cited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSource {
    /// The marker in the text, from 1.
    pub number: i32,
    /// The passage, while it exists.
    pub passage_id: Option<PassageId>,
    /// The document, while it exists.
    pub doc_id: Option<DocumentId>,
    /// The passage as it was cited, for [`crate::citations::get`]: it may be one of a deleted
    /// document.
    pub cited_passage_id: Option<PassageId>,
    /// What the document was called.
    pub title: String,
    /// Its file name.
    pub filename: String,
    /// Its year.
    pub year: Option<i32>,
    /// The page.
    pub page: Option<i32>,
    /// The headings above the passage.
    pub heading: Option<String>,
    /// The passage's text.
    pub excerpt: String,
    /// The newest version of the document, where it is an older one.
    pub superseded_by: Option<DocumentId>,
}

/// Keeps the passages that an output cites, given as marker and passage; what a
/// passage says is read here, not taken from the client. Markers of passages
/// that no longer exist are left out. Returns how many were kept.
pub async fn attach(
    conn: &mut PgConnection,
    output: OutputId,
    cited: &[(i32, PassageId)],
) -> sqlx::Result<u64> {
    let (numbers, passages): (Vec<_>, Vec<_>) = cited.iter().map(|(n, id)| (*n, id.0)).unzip();
    let done = sqlx::query!(
        "INSERT INTO output_sources (output_id, number, passage_id, doc_id, title, filename, year, page, heading, excerpt)
         SELECT $1, c.number, p.passage_id, d.doc_id, coalesce(d.title, d.filename), d.filename, d.year,
                p.page_first, p.heading, p.content
         FROM unnest($2::int[], $3::uuid[]) AS c(number, passage_id)
         JOIN passages p USING (passage_id) JOIN documents d USING (doc_id)
         ON CONFLICT (output_id, number) DO NOTHING",
        output.0,
        &numbers,
        &passages
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected())
}

/// The sources of an output by marker.
pub async fn of_output(
    db: impl PgExecutor<'_>,
    output: OutputId,
) -> sqlx::Result<Vec<OutputSource>> {
    sqlx::query_as!(
        OutputSource,
        r#"SELECT s.number, p.passage_id AS "passage_id?: PassageId", d.doc_id AS "doc_id?: DocumentId",
                  coalesce(p.passage_id, k.passage_id) AS "cited_passage_id: PassageId",
                  s.title, s.filename, s.year, s.page, s.heading, s.excerpt,
                  (SELECT n.doc_id FROM document_versions v JOIN document_versions n USING (chain_id)
                   WHERE v.doc_id = s.doc_id AND n.number > v.number
                   ORDER BY n.number DESC LIMIT 1) AS "superseded_by?: DocumentId"
           FROM output_sources s
           LEFT JOIN passages p ON p.passage_id = s.passage_id
           LEFT JOIN documents d ON d.doc_id = s.doc_id
           LEFT JOIN deleted_passages k ON k.passage_id = s.passage_id
           WHERE s.output_id = $1 ORDER BY s.number"#,
        output.0
    )
    .fetch_all(db)
    .await
}

/// Which of these passages are cited.
pub async fn cited_among(
    db: impl PgExecutor<'_>,
    passages: &[PassageId],
) -> sqlx::Result<Vec<PassageId>> {
    let ids: Vec<_> = passages.iter().map(|id| id.0).collect();
    sqlx::query_scalar!(
        r#"SELECT DISTINCT passage_id AS "passage_id!: PassageId" FROM output_sources
           WHERE passage_id = ANY ($1)"#,
        &ids
    )
    .fetch_all(db)
    .await
}
