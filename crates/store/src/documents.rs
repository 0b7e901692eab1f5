//! Documents of the library, with their programs and tags.

mod memory;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId, ProgramId};
use chrono::{DateTime, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

pub use self::memory::Memory;
use crate::audit::{Audited, Facts, Subject, facts, mark};
use crate::memory::Answer;
use crate::passages::NewPassage;
use crate::{Page, changes, contains_pattern, passages};

/// A document's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub doc_id: DocumentId,
    /// The name of the file that was put in.
    pub filename: String,
    /// What to call it, where that is known.
    pub title: Option<String>,
    /// Its kind.
    pub doc_type: DocType,
    /// The year it is of.
    pub year: Option<i32>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Its fiscal year, as people write it (`FY2024`).
    pub fiscal_year: Option<String>,
    /// Who is asked for money, or gave it.
    pub funder: Option<String>,
    /// How much is asked for.
    pub requested_amount: Option<Decimal>,
    /// How much was given.
    pub awarded_amount: Option<Decimal>,
    /// Free notes.
    pub notes: Option<String>,
    /// When it was put in (UTC).
    pub upload_date: NaiveDateTime,
    /// Size of the file in bytes.
    pub file_size: Option<i32>,
    /// How many passages it has.
    pub chunks_count: Option<i32>,
    /// How many pages, where the format has pages.
    pub page_count: Option<i32>,
    /// Pages that are pictures without text, ascending: they need text recognition.
    pub pages_without_text: Vec<i32>,
    /// The stored file; `None` on adopted documents, whose files were never kept.
    pub file_sha256: Option<String>,
    /// Who put it in.
    pub created_by: Option<String>,
    /// Programs it is filed under, sorted.
    pub programs: Vec<String>,
    /// Tags, sorted.
    pub tags: Vec<String>,
    /// It may hold personal data, and no editor has decided yet: see [`crate::holds`].
    pub held: bool,
    /// The versions that it is one of, itself included, the oldest first; empty where it
    /// stands for itself. See [`crate::versions`].
    pub versions: Vec<DocumentId>,
    /// What was found in it waits for a person's word: see [`crate::reviews`].
    pub to_confirm: bool,
}

/// What people say of a document, as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    /// What to call it.
    pub title: Option<String>,
    /// Its kind.
    pub doc_type: DocType,
    /// The year it is of.
    pub year: Option<i32>,
    /// Its fiscal year.
    pub fiscal_year: Option<String>,
    /// Who is asked for money, or gave it.
    pub funder: Option<String>,
    /// How much is asked for.
    pub requested_amount: Option<Decimal>,
    /// How much was given.
    pub awarded_amount: Option<Decimal>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Programs it is filed under.
    pub programs: Vec<String>,
}

impl Document {
    /// What people say of it.
    pub fn values(&self) -> Values {
        Values {
            title: self.title.clone(),
            doc_type: self.doc_type,
            year: self.year,
            fiscal_year: self.fiscal_year.clone(),
            funder: self.funder.clone(),
            requested_amount: self.requested_amount,
            awarded_amount: self.awarded_amount,
            outcome: self.outcome,
            programs: self.programs.clone(),
        }
    }

    /// Whether pages of it are pictures whose text was not read.
    pub fn needs_ocr(&self) -> bool {
        !self.pages_without_text.is_empty()
    }

    /// What to call it: the title, or else the file name.
    pub fn display_title(&self) -> &str {
        self.title.as_deref().unwrap_or(&self.filename)
    }

    /// The newest of its versions, where it is an older one.
    pub fn superseded_by(&self) -> Option<DocumentId> {
        self.versions
            .last()
            .copied()
            .filter(|id| *id != self.doc_id)
    }

    /// Which of its versions it is, from 1, the oldest; 1 where it stands for itself.
    pub fn version(&self) -> usize {
        let place = self.versions.iter().position(|id| *id == self.doc_id);
        place.map_or(1, |place| place + 1)
    }
}

impl Subject for Document {
    const ENTITY: &'static str = "document";

    fn id(&self) -> Uuid {
        self.doc_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("filename", json!(self.filename)),
            ("title", json!(self.title)),
            ("doc_type", json!(self.doc_type)),
            ("year", json!(self.year)),
            ("outcome", json!(self.outcome)),
            ("fiscal_year", json!(self.fiscal_year)),
            ("funder", json!(self.funder)),
            ("requested_amount", json!(self.requested_amount)),
            ("awarded_amount", json!(self.awarded_amount)),
            ("notes", json!(self.notes.as_deref().map(mark))),
            ("programs", json!(self.programs)),
            ("tags", json!(self.tags)),
            ("file_sha256", json!(self.file_sha256)),
            ("file_size", json!(self.file_size)),
            ("passages", json!(self.chunks_count)),
            ("pages_without_text", json!(self.pages_without_text)),
            ("created_by", json!(self.created_by)),
        ])
    }
}

/// Which documents to list; an empty filter is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct DocumentFilter {
    /// Of this kind.
    pub doc_type: Option<DocType>,
    /// Of this year.
    pub year: Option<i32>,
    /// With this outcome.
    pub outcome: Option<Outcome>,
    /// Filed under this program.
    pub program: Option<String>,
    /// With this tag.
    pub tag: Option<String>,
    /// With this text in title or file name, ignoring case.
    pub search: Option<String>,
    /// Leave out those that wait for an editor's decision.
    pub without_held: bool,
    /// Only those that wait for an editor's decision (true), or that do not (false).
    pub held: Option<bool>,
    /// Only those that wait for a person's word (true), or that do not (false).
    pub to_confirm: Option<bool>,
}

/// Documents that match, newest first. See also [`Memory::list`].
pub async fn list<'c>(
    db: impl PgExecutor<'c> + Copy,
    filter: &DocumentFilter,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Page<Document>> {
    let found = find(db, filter, skip, limit).await?.value;
    Ok(Page {
        rows: by_ids(db, &found.ids).await?,
        total: found.total,
    })
}

/// Which documents stand on a page, and how many match in all.
#[derive(Debug, Clone)]
struct Found {
    ids: Vec<DocumentId>,
    total: i64,
}

/// Finds and counts by little rows; what is shown of them is looked up for one page only.
async fn find(
    db: impl PgExecutor<'_>,
    filter: &DocumentFilter,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Answer<Found>> {
    let row = sqlx::query!(
        r#"WITH matching AS MATERIALIZED (
               SELECT d.doc_id, d.upload_date FROM documents d
               WHERE ($1::text IS NULL OR d.doc_type = $1)
                 AND ($2::int IS NULL OR d.year = $2)
                 AND ($3::text IS NULL OR d.outcome = $3)
                 AND ($4::text IS NULL OR EXISTS (SELECT 1 FROM document_programs p WHERE p.doc_id = d.doc_id AND p.program = $4))
                 AND ($5::text IS NULL OR EXISTS (SELECT 1 FROM document_tags t WHERE t.doc_id = d.doc_id AND t.tag = $5))
                 AND ($6::text IS NULL OR d.filename ILIKE $6 OR d.title ILIKE $6)
                 AND (NOT $7::bool OR NOT EXISTS (SELECT 1 FROM document_holds h
                                                  WHERE h.doc_id = d.doc_id AND h.released_at IS NULL))
                 AND ($8::bool IS NULL OR $8 = EXISTS (SELECT 1 FROM document_holds h
                                                       WHERE h.doc_id = d.doc_id AND h.released_at IS NULL))
                 AND ($9::bool IS NULL OR $9 = EXISTS (SELECT 1 FROM document_reviews r
                                                       WHERE r.doc_id = d.doc_id AND r.to_confirm))
           )
           SELECT (SELECT revision FROM library_revision) AS revision,
                  (SELECT count(*) FROM matching) AS "total!",
                  ARRAY(SELECT doc_id FROM matching ORDER BY upload_date DESC, doc_id
                        OFFSET $10 LIMIT $11) AS "ids!: Vec<DocumentId>""#,
        filter.doc_type.map(DocType::as_str),
        filter.year,
        filter.outcome.map(Outcome::as_str),
        filter.program,
        filter.tag,
        filter.search.as_deref().map(contains_pattern),
        filter.without_held,
        filter.held,
        filter.to_confirm,
        skip,
        limit
    )
    .fetch_one(db)
    .await?;
    Ok(Answer {
        revision: row.revision,
        value: Found {
            ids: row.ids,
            total: row.total,
        },
    })
}

/// The documents among `ids` that exist, newest first.
pub async fn by_ids(db: impl PgExecutor<'_>, ids: &[DocumentId]) -> sqlx::Result<Vec<Document>> {
    in_state(db, ids, None).await
}

/// The documents among `ids` that exist, newest first; none where a `state` of the library
/// is named and is no more.
async fn in_state(
    db: impl PgExecutor<'_>,
    ids: &[DocumentId],
    state: Option<Uuid>,
) -> sqlx::Result<Vec<Document>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    sqlx::query_as!(
        Document,
        r#"SELECT d.doc_id AS "doc_id: DocumentId", d.filename, d.title,
                  d.doc_type AS "doc_type: DocType", d.year, d.outcome AS "outcome: Outcome",
                  d.fiscal_year, d.funder, d.requested_amount, d.awarded_amount,
                  d.notes, d.upload_date, d.file_size, d.chunks_count, d.page_count,
                  d.pages_without_text, d.file_sha256,
                  d.created_by,
                  ARRAY(SELECT p.program FROM document_programs p WHERE p.doc_id = d.doc_id ORDER BY 1) AS "programs!: Vec<String>",
                  ARRAY(SELECT t.tag FROM document_tags t WHERE t.doc_id = d.doc_id ORDER BY 1) AS "tags!: Vec<String>",
                  EXISTS (SELECT 1 FROM document_holds h WHERE h.doc_id = d.doc_id AND h.released_at IS NULL) AS "held!",
                  ARRAY(SELECT o.doc_id FROM document_versions v JOIN document_versions o USING (chain_id)
                        WHERE v.doc_id = d.doc_id ORDER BY o.number) AS "versions!: Vec<DocumentId>",
                  EXISTS (SELECT 1 FROM document_reviews r WHERE r.doc_id = d.doc_id AND r.to_confirm) AS "to_confirm!"
           FROM documents d
           WHERE d.doc_id = ANY ($1)
             AND ($2::uuid IS NULL OR (SELECT revision FROM library_revision) = $2)
           ORDER BY d.upload_date DESC, d.doc_id"#,
        &ids,
        state
    )
    .fetch_all(db)
    .await
}

/// One document.
pub async fn get(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Option<Document>> {
    Ok(by_ids(db, &[id]).await?.pop())
}

/// The document made of the file with this hash.
pub async fn find_by_file(
    db: impl PgExecutor<'_>,
    sha256: &str,
) -> sqlx::Result<Option<DocumentId>> {
    sqlx::query_scalar!(
        r#"SELECT doc_id AS "doc_id: DocumentId" FROM documents WHERE file_sha256 = $1"#,
        sha256
    )
    .fetch_optional(db)
    .await
}

/// The fields of a new document.
#[derive(Debug, Clone)]
pub struct NewDocument {
    /// Its id.
    pub doc_id: DocumentId,
    /// The name of the file.
    pub filename: String,
    /// What to call it.
    pub title: Option<String>,
    /// Its kind.
    pub doc_type: DocType,
    /// The year it is of.
    pub year: Option<i32>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who is asked for money, or gave it.
    pub funder: Option<String>,
    /// Free notes.
    pub notes: Option<String>,
    /// Size of the file in bytes.
    pub file_size: i32,
    /// How many pages.
    pub page_count: Option<i32>,
    /// Pages that are pictures without text, ascending.
    pub pages_without_text: Vec<i32>,
    /// The stored file.
    pub file_sha256: String,
    /// The address of the person who puts it in, and who confirmed that it is
    /// fit for the public.
    pub created_by: Option<String>,
    /// When that was confirmed.
    pub confirmed_at: DateTime<Utc>,
    /// Programs to file it under; those that have been deleted are left out.
    pub programs: Vec<ProgramId>,
    /// Tags.
    pub tags: Vec<String>,
}

/// Puts a document in with all its passages.
pub async fn insert(
    tx: &mut Audited,
    new: &NewDocument,
    passages: &[NewPassage],
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO documents (doc_id, filename, title, doc_type, year, outcome, notes, file_size,
             chunks_count, page_count, file_sha256, created_by, is_sensitive, sensitivity_level,
             sensitivity_confirmed_at, sensitivity_confirmed_by, pages_without_text, funder)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, false, 'low', $13, $12, $14, $15)",
        new.doc_id.0,
        new.filename,
        new.title,
        new.doc_type.as_str(),
        new.year,
        new.outcome.as_str(),
        new.notes,
        new.file_size,
        i32::try_from(passages.len()).unwrap_or(i32::MAX),
        new.page_count,
        new.file_sha256,
        new.created_by,
        new.confirmed_at.naive_utc(),
        &new.pages_without_text,
        new.funder
    )
    .execute(&mut **tx)
    .await?;
    passages::insert(tx, new.doc_id, passages).await?;
    file_under(tx, new.doc_id, &new.programs, &new.tags).await?;
    let document = get(&mut **tx, new.doc_id).await?;
    let document = document.ok_or(sqlx::Error::RowNotFound)?;
    tx.write("document.upload", &document, Facts::new(), document.facts())
        .await
}

async fn file_under(
    conn: &mut PgConnection,
    id: DocumentId,
    programs: &[ProgramId],
    tags: &[String],
) -> sqlx::Result<()> {
    let programs: Vec<_> = programs.iter().map(|id| id.0).collect();
    sqlx::query!(
        "INSERT INTO document_programs (doc_id, program)
         SELECT $1, name FROM programs WHERE program_id = ANY ($2)",
        id.0,
        &programs
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO document_tags (doc_id, tag) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING",
        id.0,
        tags
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes what people say of a document, whose turn the transaction has. Programs that
/// have been deleted are left out.
pub(crate) async fn set_values(
    conn: &mut PgConnection,
    id: DocumentId,
    values: &Values,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE documents SET title = $2, doc_type = $3, year = $4, outcome = $5, fiscal_year = $6,
             funder = $7, requested_amount = $8, awarded_amount = $9
         WHERE doc_id = $1",
        id.0,
        values.title,
        values.doc_type.as_str(),
        values.year,
        values.outcome.map(Outcome::as_str),
        values.fiscal_year,
        values.funder,
        values.requested_amount,
        values.awarded_amount
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "DELETE FROM document_programs WHERE doc_id = $1 AND program <> ALL ($2)",
        id.0,
        &values.programs
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "INSERT INTO document_programs (doc_id, program)
         SELECT $1, name FROM programs WHERE name = ANY ($2) ON CONFLICT DO NOTHING",
        id.0,
        &values.programs
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Deletes a document with its passages; returns what it was, where it was there.
pub async fn delete(tx: &mut Audited, id: DocumentId) -> sqlx::Result<Option<Document>> {
    // Before its filing is locked, which a renamed program changes too. From here on
    // nobody else changes it.
    changes::take_turn(tx).await?;
    let Some(document) = get(&mut **tx, id).await? else {
        return Ok(None);
    };
    sqlx::query!("DELETE FROM documents WHERE doc_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&document).await?;
    Ok(Some(document))
}

/// How another reading of a document's file changed its passages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Difference {
    /// Passages that stayed, with their ids.
    pub kept: usize,
    /// Passages whose text is now in another one.
    pub changed: usize,
    /// Passages that are new.
    pub added: usize,
    /// Passages that are gone.
    pub removed: usize,
}

/// Waits until nobody else changes documents, then tells which passages this one has.
/// `None` where the document is gone.
pub async fn passages_to_replace(
    tx: &mut Audited,
    id: DocumentId,
) -> sqlx::Result<Option<Vec<passages::Passage>>> {
    changes::take_turn(tx).await?;
    if get(&mut **tx, id).await?.is_none() {
        return Ok(None);
    }
    passages::of_documents(&mut **tx, &[id]).await.map(Some)
}

/// Another reading of a document.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// How the audit log calls it.
    pub action: &'static str,
    /// Pages, where they are known.
    pub page_count: Option<i32>,
    /// Pages that are pictures, still.
    pub pages_without_text: &'a [i32],
    /// Its passages.
    pub new: &'a [NewPassage],
    /// Passages whose words are in others now, old and new: what cites them follows.
    pub moved: &'a [(PassageId, PassageId)],
    /// How it differs from what was there.
    pub counts: Difference,
}

/// Puts the passages of another reading in the place of those that
/// [`passages_to_replace`] told, in the same transaction.
pub async fn replace_passages(
    tx: &mut Audited,
    id: DocumentId,
    reading: &Reading<'_>,
) -> sqlx::Result<()> {
    let Reading {
        action,
        new,
        moved,
        counts,
        ..
    } = *reading;
    let before = get(&mut **tx, id).await?;
    let before = before.ok_or(sqlx::Error::RowNotFound)?;
    passages::replace(tx, id, new, moved).await?;
    sqlx::query!(
        "UPDATE documents SET chunks_count = $2, page_count = coalesce($3, page_count), pages_without_text = $4
         WHERE doc_id = $1",
        id.0,
        i32::try_from(new.len()).unwrap_or(i32::MAX),
        reading.page_count,
        reading.pages_without_text
    )
    .execute(&mut **tx)
    .await?;
    let changed = facts([
        ("passages", json!(new.len())),
        ("kept", json!(counts.kept)),
        ("changed", json!(counts.changed)),
        ("added", json!(counts.added)),
        ("removed", json!(counts.removed)),
    ]);
    let was = facts([("passages", json!(before.chunks_count))]);
    tx.write(action, &before, was, changed).await
}

/// Every program that a document belongs to, sorted.
pub async fn programs(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT DISTINCT program FROM document_programs ORDER BY program")
        .fetch_all(db)
        .await
}

/// Every tag in use, sorted.
pub async fn tags(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!("SELECT DISTINCT tag FROM document_tags ORDER BY tag")
        .fetch_all(db)
        .await
}

/// The funders of documents that everybody may see, each once, sorted.
pub async fn funders(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(
        r#"SELECT DISTINCT d.funder AS "funder!" FROM documents d
           WHERE d.funder IS NOT NULL AND NOT EXISTS
               (SELECT 1 FROM document_holds h WHERE h.doc_id = d.doc_id AND h.released_at IS NULL)
           ORDER BY 1"#
    )
    .fetch_all(db)
    .await
}
