//! What outputs and answers cite: a passage can be opened for ever, also when its
//! document has been deleted.

use archivist_domain::{DocumentId, PassageId};
use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::deleted;

/// A passage, with what is known of its document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The passage.
    pub passage_id: PassageId,
    /// Its document.
    pub doc_id: DocumentId,
    /// What the document is called, or was.
    pub title: String,
    /// The name of its file.
    pub filename: String,
    /// Its year.
    pub year: Option<i32>,
    /// The file, where it was kept.
    pub file_sha256: Option<String>,
    /// The page that the passage begins on.
    pub page: Option<i32>,
    /// The headings above it.
    pub heading: Option<String>,
    /// Its text.
    pub text: String,
    /// When the document was deleted; `None` while it is in the library.
    pub deleted_at: Option<DateTime<Utc>>,
    /// The document may hold personal data: it is for editors only.
    pub held: bool,
}

/// A passage that is in the library, or that was and is cited.
pub async fn get(pool: &PgPool, id: PassageId) -> sqlx::Result<Option<Citation>> {
    let found = sqlx::query_as!(
        Citation,
        r#"SELECT p.passage_id AS "passage_id: PassageId", d.doc_id AS "doc_id: DocumentId",
                  coalesce(d.title, d.filename) AS "title!", d.filename, d.year, d.file_sha256,
                  p.page_first AS "page?", p.heading AS "heading?", p.content AS text,
                  NULL::timestamptz AS deleted_at,
                  EXISTS (SELECT 1 FROM document_holds h
                          WHERE h.doc_id = d.doc_id AND h.released_at IS NULL) AS "held!"
           FROM passages p JOIN documents d USING (doc_id) WHERE p.passage_id = $1"#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    match found {
        Some(citation) => Ok(Some(citation)),
        None => deleted_and_cited(pool, id).await,
    }
}

async fn deleted_and_cited(pool: &PgPool, id: PassageId) -> sqlx::Result<Option<Citation>> {
    let found = sqlx::query_as!(
        Citation,
        r#"SELECT p.passage_id AS "passage_id: PassageId", d.doc_id AS "doc_id: DocumentId",
                  coalesce(d.title, d.filename) AS "title!", d.filename, d.year, d.file_sha256,
                  (p.kept_row ->> 'page_first')::int AS page, p.kept_row ->> 'heading' AS heading,
                  p.kept_row ->> 'content' AS "text!", d.deleted_at AS "deleted_at?", false AS "held!"
           FROM deleted_passages p JOIN deleted_documents d USING (doc_id) WHERE p.passage_id = $1"#,
        id.0
    )
    .fetch_optional(pool)
    .await?;
    let Some(citation) = found else {
        return Ok(None);
    };
    let cited = deleted::cited_of(pool, &[citation.doc_id]).await?;
    Ok(cited.contains(&id).then_some(citation))
}
