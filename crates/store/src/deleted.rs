//! Deleted documents: out of the library at once, and back as they were if somebody
//! wants them within the time for that. What is cited of them stays beyond it.
//!
//! A deleted document is not a document with a mark: its rows are gone from their tables,
//! so that nothing which reads documents can find it by mistake. They are kept here.

use archivist_domain::{DocumentId, PassageId, ProgramId};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::{PgConnection, PgExecutor, PgPool};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Origin, Subject, facts};
use crate::documents::{self, Document};
use crate::{Page, changes, versions};

/// The tables whose rows go with a document and come back with it, in the order in which
/// they can be filled. Passages and what they name are kept
/// apart, and programs and versions by their ids.
pub const TABLES: [&str; 8] = [
    "documents",
    "document_tags",
    "document_holds",
    "document_findings",
    "document_fingerprints",
    "document_bands",
    "document_reviews",
    "document_proposals",
];

/// What stands for the programs among the kept rows.
const PROGRAMS: &str = "programs";

/// What stands for what its passages name.
const ENTITIES: &str = "passage_entities";

/// What stands for the searches on top of which its passages are kept.
const PINS: &str = "search_pins";

/// What stands for its versions there, the oldest first.
const VERSIONS: &str = "versions";

/// A deleted document that can come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deleted {
    /// Its id.
    pub doc_id: DocumentId,
    /// The name of its file.
    pub filename: String,
    /// What it was called.
    pub title: Option<String>,
    /// The year it was of.
    pub year: Option<i32>,
    /// Its file.
    pub file_sha256: Option<String>,
    /// When it was deleted.
    pub deleted_at: DateTime<Utc>,
    /// The address of who did it; nobody where the command line did.
    pub deleted_by: Option<String>,
}

impl Deleted {
    /// What to call it: the title, or else the file name.
    pub fn display_title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.filename)
    }
}

impl Subject for Deleted {
    const ENTITY: &'static str = Document::ENTITY;

    fn id(&self) -> Uuid {
        self.doc_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("filename", json!(self.filename)),
            ("title", json!(self.title)),
            ("file_sha256", json!(self.file_sha256)),
        ])
    }
}

/// Deletes a document with its passages; returns what it was, where it was there.
pub async fn delete(
    tx: &mut Audited,
    id: DocumentId,
    at: DateTime<Utc>,
) -> sqlx::Result<Option<Document>> {
    // Before its filing is locked, which a renamed program changes too. From here on
    // nobody else changes it.
    changes::take_turn(tx).await?;
    let Some(document) = documents::get(&mut **tx, id).await? else {
        return Ok(None);
    };
    keep(tx, &document, at).await?;
    sqlx::query!("DELETE FROM documents WHERE doc_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&document).await?;
    Ok(Some(document))
}

async fn keep(tx: &mut Audited, document: &Document, at: DateTime<Utc>) -> sqlx::Result<()> {
    let (id, by) = (document.doc_id, tx.actor());
    let mut rows = rows_of(tx, id).await?;
    rows.insert(VERSIONS.to_owned(), json!(document.versions));
    sqlx::query!(
        "INSERT INTO deleted_documents (doc_id, deleted_at, deleted_by, filename, title, year, file_sha256, kept_rows)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.0,
        at,
        by.map(|by| by.0),
        document.filename,
        document.title,
        document.year,
        document.file_sha256,
        Value::Object(rows)
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO deleted_passages (passage_id, doc_id, kept_row)
         SELECT passage_id, doc_id, to_jsonb(p) FROM passages p WHERE doc_id = $1",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn rows_of(conn: &mut PgConnection, id: DocumentId) -> sqlx::Result<Map<String, Value>> {
    let mut rows = Map::new();
    for table in TABLES.into_iter().chain([PINS]) {
        let found = sqlx::query_scalar!(
            r#"SELECT rows_of_document($1::text::regclass, $2) AS "rows!""#,
            table,
            id.0
        )
        .fetch_one(&mut *conn)
        .await?;
        rows.insert(table.to_owned(), found);
    }
    let entities = sqlx::query_scalar!(
        r#"SELECT coalesce(jsonb_agg(to_jsonb(e)), '[]') AS "rows!"
           FROM passage_entities e JOIN passages p USING (passage_id) WHERE p.doc_id = $1"#,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    rows.insert(ENTITIES.to_owned(), entities);
    let programs = sqlx::query_scalar!(
        r#"SELECT p.program_id AS "id: ProgramId" FROM document_programs d
           JOIN programs p ON p.name = d.program WHERE d.doc_id = $1"#,
        id.0
    )
    .fetch_all(conn)
    .await?;
    rows.insert(PROGRAMS.to_owned(), json!(programs));
    Ok(rows)
}

/// Documents that can come back, the one deleted last first.
pub async fn list(
    db: impl PgExecutor<'_> + Copy,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Page<Deleted>> {
    let total = sqlx::query_scalar!(
        r#"SELECT count(*) AS "total!" FROM deleted_documents WHERE kept_rows IS NOT NULL"#
    )
    .fetch_one(db)
    .await?;
    let rows = sqlx::query_as!(
        Deleted,
        r#"SELECT d.doc_id AS "doc_id: DocumentId", d.filename, d.title, d.year, d.file_sha256,
                  d.deleted_at, u.email AS "deleted_by?"
           FROM deleted_documents d LEFT JOIN users u ON u.user_id = d.deleted_by
           WHERE d.kept_rows IS NOT NULL
           ORDER BY d.deleted_at DESC, d.doc_id OFFSET $1 LIMIT $2"#,
        skip,
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(Page { rows, total })
}

/// One document that can come back.
pub async fn get(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Option<Deleted>> {
    sqlx::query_as!(
        Deleted,
        r#"SELECT d.doc_id AS "doc_id: DocumentId", d.filename, d.title, d.year, d.file_sha256,
                  d.deleted_at, u.email AS "deleted_by?"
           FROM deleted_documents d LEFT JOIN users u ON u.user_id = d.deleted_by
           WHERE d.doc_id = $1 AND d.kept_rows IS NOT NULL"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// Why a document does not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotRestored {
    /// It was never deleted, or that was too long ago.
    Unknown,
    /// The same file has been put in since, as this document.
    FileIsBack(DocumentId),
}

/// Brings a document back as it was, passages and ids included. Programs that have been
/// deleted since are left out.
pub async fn restore(
    tx: &mut Audited,
    id: DocumentId,
) -> sqlx::Result<Result<Document, NotRestored>> {
    changes::take_turn(tx).await?;
    let kept = sqlx::query!(
        r#"SELECT kept_rows AS "kept_rows!", file_sha256 FROM deleted_documents
           WHERE doc_id = $1 AND kept_rows IS NOT NULL FOR UPDATE"#,
        id.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(kept) = kept else {
        return Ok(Err(NotRestored::Unknown));
    };
    if let Some(sha256) = &kept.file_sha256
        && let Some(other) = documents::find_by_file(&mut **tx, sha256).await?
    {
        return Ok(Err(NotRestored::FileIsBack(other)));
    }
    put_back(tx, id, &kept.kept_rows).await?;
    let document = documents::get(&mut **tx, id).await?;
    let document = document.ok_or(sqlx::Error::RowNotFound)?;
    tx.write(
        "document.restore",
        &document,
        Facts::new(),
        document.facts(),
    )
    .await?;
    Ok(Ok(document))
}

async fn put_back(conn: &mut PgConnection, id: DocumentId, rows: &Value) -> sqlx::Result<()> {
    for table in TABLES {
        put_rows_back(conn, table, &rows[table]).await?;
    }
    let passages = sqlx::query_scalar!(
        r#"SELECT coalesce(jsonb_agg(kept_row), '[]') AS "rows!" FROM deleted_passages WHERE doc_id = $1"#,
        id.0
    )
    .fetch_one(&mut *conn)
    .await?;
    put_rows_back(conn, "passages", &passages).await?;
    put_rows_back(conn, ENTITIES, &rows[ENTITIES]).await?;
    put_rows_back(conn, PINS, &rows[PINS]).await?;
    sqlx::query!(
        "INSERT INTO document_programs (doc_id, program)
         SELECT $1, name FROM programs
         WHERE program_id IN (SELECT jsonb_array_elements_text($2)::uuid)",
        id.0,
        rows[PROGRAMS]
    )
    .execute(&mut *conn)
    .await?;
    let versions = Vec::deserialize(&rows[VERSIONS]).unwrap_or_default();
    versions::rejoin(&mut *conn, id, &versions).await?;
    sqlx::query!("DELETE FROM deleted_documents WHERE doc_id = $1", id.0)
        .execute(conn)
        .await?;
    Ok(())
}

async fn put_rows_back(conn: &mut PgConnection, table: &str, rows: &Value) -> sqlx::Result<()> {
    sqlx::query!("SELECT put_rows_back($1::text::regclass, $2)", table, rows)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends the time of those that were deleted before `before`: they cannot come back, and
/// only what is cited of them is left. What was left earlier and is no longer cited goes,
/// too. Returns how many documents are gone for good; files that nothing needs then are
/// for [`crate::files::unused`] to tell.
pub async fn sweep(pool: &PgPool, before: DateTime<Utc>) -> sqlx::Result<u64> {
    for id in over(pool, before).await? {
        let mut tx = Audited::begin(pool, Origin::program("housekeeping")).await?;
        end_time(&mut tx, id, before).await?;
        tx.commit().await?;
    }
    let mut tx = pool.begin().await?;
    drop_uncited(&mut tx).await?;
    let gone = sqlx::query!(
        "DELETE FROM deleted_documents d WHERE d.kept_rows IS NULL
           AND NOT EXISTS (SELECT 1 FROM deleted_passages p WHERE p.doc_id = d.doc_id)
           AND NOT EXISTS (SELECT 1 FROM output_sources s WHERE s.doc_id = d.doc_id)"
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(gone.rows_affected())
}

async fn over(pool: &PgPool, before: DateTime<Utc>) -> sqlx::Result<Vec<DocumentId>> {
    sqlx::query_scalar!(
        r#"SELECT doc_id AS "doc_id: DocumentId" FROM deleted_documents
           WHERE kept_rows IS NOT NULL AND deleted_at < $1"#,
        before
    )
    .fetch_all(pool)
    .await
}

async fn end_time(tx: &mut Audited, id: DocumentId, before: DateTime<Utc>) -> sqlx::Result<()> {
    let Some(deleted) = get(&mut **tx, id).await? else {
        return Ok(());
    };
    // It may have come back meanwhile, and been deleted anew.
    let done = sqlx::query!(
        "UPDATE deleted_documents SET kept_rows = NULL
         WHERE doc_id = $1 AND kept_rows IS NOT NULL AND deleted_at < $2",
        id.0,
        before
    )
    .execute(&mut **tx)
    .await?;
    if done.rows_affected() == 1 {
        tx.write("document.purge", &deleted, deleted.facts(), Facts::new())
            .await?;
    }
    Ok(())
}

/// Drops the passages of documents that cannot come back, except for those that are cited.
async fn drop_uncited(conn: &mut PgConnection) -> sqlx::Result<()> {
    let documents = sqlx::query_scalar!(
        r#"SELECT doc_id AS "doc_id: DocumentId" FROM deleted_documents WHERE kept_rows IS NULL"#
    )
    .fetch_all(&mut *conn)
    .await?;
    if documents.is_empty() {
        return Ok(());
    }
    let cited = cited_of(&mut *conn, &documents).await?;
    let cited: Vec<_> = cited.into_iter().map(|id| id.0).collect();
    let documents: Vec<_> = documents.into_iter().map(|id| id.0).collect();
    sqlx::query!(
        "DELETE FROM deleted_passages WHERE doc_id = ANY ($1) AND passage_id <> ALL ($2)",
        &documents,
        &cited
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The passages of these documents that outputs and answers cite, deleted ones included.
pub(crate) async fn cited_of(
    db: impl PgExecutor<'_>,
    documents: &[DocumentId],
) -> sqlx::Result<Vec<PassageId>> {
    let documents: Vec<_> = documents.iter().map(|id| id.0).collect();
    // Adopted sites have answers whose sources are no list, or name no passage.
    sqlx::query_scalar!(
        r#"SELECT passage_id AS "passage_id!: PassageId" FROM output_sources
           WHERE doc_id = ANY ($1) AND passage_id IS NOT NULL
           UNION
           SELECT p.passage_id FROM messages m
           CROSS JOIN LATERAL jsonb_array_elements(
               CASE jsonb_typeof(m.sources) WHEN 'array' THEN m.sources ELSE '[]' END) AS s(source)
           JOIN deleted_passages p ON p.passage_id::text = s.source ->> 'passage_id'
           WHERE p.doc_id = ANY ($1)"#,
        &documents
    )
    .fetch_all(db)
    .await
}
