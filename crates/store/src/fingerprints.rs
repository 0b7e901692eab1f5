//! Fingerprints of documents: by them it is found which have much in common.

use archivist_domain::DocumentId;
use sqlx::{PgConnection, PgExecutor};

/// So many candidates are looked at, those with the most bands in common.
const MOST_CANDIDATES: i64 = 100;

/// What is kept of a document's text to compare it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// Which document.
    pub doc_id: DocumentId,
    /// Distinct runs of words.
    pub shingles: i32,
    /// The least value of each hash function, as bytes.
    pub least: Vec<u8>,
}

/// Keeps the fingerprint of a document's text with the bands by which it is found, in
/// the place of an older one.
pub async fn keep(conn: &mut PgConnection, print: &Fingerprint, bands: &[i64]) -> sqlx::Result<()> {
    sqlx::query!(
        "DELETE FROM document_fingerprints WHERE doc_id = $1",
        print.doc_id.0
    )
    .execute(&mut *conn)
    .await?;
    keep_first(conn, print, bands).await
}

/// Keeps a fingerprint that was made of what the document's text was a moment ago: where
/// there is one by now, that one is newer. A document that has gone meanwhile gets none.
pub async fn keep_first(
    conn: &mut PgConnection,
    print: &Fingerprint,
    bands: &[i64],
) -> sqlx::Result<()> {
    let kept = sqlx::query!(
        "INSERT INTO document_fingerprints (doc_id, shingles, least)
         SELECT doc_id, $2, $3 FROM documents WHERE doc_id = $1 FOR KEY SHARE
         ON CONFLICT (doc_id) DO NOTHING",
        print.doc_id.0,
        print.shingles,
        print.least
    )
    .execute(&mut *conn)
    .await?;
    if kept.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query!(
        "INSERT INTO document_bands (band, doc_id) SELECT DISTINCT unnest($2::bigint[]), $1::uuid",
        print.doc_id.0,
        bands
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The fingerprint of a document, where it has one yet.
pub async fn get(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Option<Fingerprint>> {
    sqlx::query_as!(
        Fingerprint,
        r#"SELECT doc_id AS "doc_id: DocumentId", shingles, least
           FROM document_fingerprints WHERE doc_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// The fingerprints of other documents than `id` that are found by any of these bands.
pub async fn by_bands(
    db: impl PgExecutor<'_>,
    id: DocumentId,
    bands: &[i64],
) -> sqlx::Result<Vec<Fingerprint>> {
    sqlx::query_as!(
        Fingerprint,
        r#"SELECT doc_id AS "doc_id: DocumentId", shingles, least FROM document_fingerprints
           WHERE doc_id IN (SELECT b.doc_id FROM document_bands b
                            WHERE b.band = ANY ($2) AND b.doc_id <> $1
                            GROUP BY b.doc_id ORDER BY count(*) DESC LIMIT $3)"#,
        id.0,
        bands,
        MOST_CANDIDATES
    )
    .fetch_all(db)
    .await
}

/// Up to `limit` documents that have no fingerprint yet.
pub async fn missing(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<DocumentId>> {
    sqlx::query_scalar!(
        r#"SELECT doc_id AS "doc_id: DocumentId" FROM documents d
           WHERE NOT EXISTS (SELECT 1 FROM document_fingerprints f WHERE f.doc_id = d.doc_id)
           ORDER BY doc_id LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await
}
