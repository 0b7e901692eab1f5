//! Outputs: texts written with the system, tracked from draft to decision.

mod memory;

use archivist_domain::output::Tracking;
use archivist_domain::{ConversationId, OutputId, OutputStatus, OutputType, StyleId};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

pub use self::memory::Memory;
use crate::audit::{Audited, Facts, Subject, facts, mark};
use crate::memory::Answer;
use crate::{Page, contains_pattern};

/// An output.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    /// Its id.
    pub output_id: OutputId,
    /// The conversation it came from.
    pub conversation_id: Option<ConversationId>,
    /// What kind of text it is.
    pub output_type: OutputType,
    /// Its title.
    pub title: String,
    /// The text.
    pub content: String,
    /// Its words.
    pub word_count: Option<i32>,
    /// Where it stands.
    pub status: OutputStatus,
    /// The style it was written in.
    pub writing_style_id: Option<StyleId>,
    /// Who was asked.
    pub funder_name: Option<String>,
    /// What was asked for.
    pub requested_amount: Option<Decimal>,
    /// What was given.
    pub awarded_amount: Option<Decimal>,
    /// When it was sent in.
    pub submission_date: Option<NaiveDate>,
    /// When the funder decided.
    pub decision_date: Option<NaiveDate>,
    /// What was learned.
    pub success_notes: Option<String>,
    /// Anything else that a client keeps.
    pub metadata: Option<Value>,
    /// The owner's e-mail address.
    pub created_by: Option<String>,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
}

impl Output {
    /// The fields that rules look at together.
    pub fn tracking(&self) -> Tracking {
        Tracking {
            funder_name: self.funder_name.clone(),
            requested_amount: self.requested_amount,
            awarded_amount: self.awarded_amount,
            submission_date: self.submission_date,
            decision_date: self.decision_date,
        }
    }
}

impl Subject for Output {
    const ENTITY: &'static str = "output";

    fn id(&self) -> Uuid {
        self.output_id.0
    }

    fn facts(&self) -> Facts {
        let metadata = self.metadata.as_ref().map(|m| mark(&m.to_string()));
        facts([
            ("output_type", json!(self.output_type)),
            ("title", json!(self.title)),
            ("content", mark(&self.content)),
            ("word_count", json!(self.word_count)),
            ("status", json!(self.status)),
            ("writing_style_id", json!(self.writing_style_id)),
            ("funder_name", json!(self.funder_name)),
            ("requested_amount", json!(self.requested_amount)),
            ("awarded_amount", json!(self.awarded_amount)),
            ("submission_date", json!(self.submission_date)),
            ("decision_date", json!(self.decision_date)),
            (
                "success_notes",
                json!(self.success_notes.as_deref().map(mark)),
            ),
            ("metadata", json!(metadata)),
            ("created_by", json!(self.created_by)),
        ])
    }
}

/// Which outputs to list; an empty filter is all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OutputFilter {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Of any of these types; empty means all.
    pub types: Vec<OutputType>,
    /// In any of these statuses; empty means all.
    pub statuses: Vec<OutputStatus>,
    /// In this style.
    pub style: Option<StyleId>,
    /// With this text in the funder's name, ignoring case.
    pub funder: Option<String>,
    /// With this text in title, content, funder or notes, ignoring case.
    pub search: Option<String>,
}

/// Outputs that match, newest first, with how many there are: in one round trip, even
/// past the end. [`Memory::list`] does not search again for what it has found.
pub async fn list(
    db: impl PgExecutor<'_>,
    filter: &OutputFilter,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Page<Output>> {
    Ok(known_list(db, filter, skip, limit, None).await?.value)
}

/// A row of a list: an output, or nothing where the page is empty, with what holds for all.
struct Listed {
    output_id: Option<OutputId>,
    conversation_id: Option<ConversationId>,
    output_type: Option<OutputType>,
    title: Option<String>,
    content: Option<String>,
    word_count: Option<i32>,
    status: Option<OutputStatus>,
    writing_style_id: Option<StyleId>,
    funder_name: Option<String>,
    requested_amount: Option<Decimal>,
    awarded_amount: Option<Decimal>,
    submission_date: Option<NaiveDate>,
    decision_date: Option<NaiveDate>,
    success_notes: Option<String>,
    metadata: Option<Value>,
    created_by: Option<String>,
    created_at: Option<NaiveDateTime>,
    updated_at: Option<NaiveDateTime>,
    revision: Option<Uuid>,
    total: Option<i64>,
}

impl Listed {
    /// The page that `rows` are; there is always one.
    fn page(rows: Vec<Self>) -> Answer<Page<Output>> {
        let (revision, total) = rows
            .first()
            .map_or((None, None), |row| (row.revision, row.total));
        Answer {
            revision,
            value: Page {
                rows: rows.into_iter().filter_map(Self::output).collect(),
                total: total.unwrap_or(0),
            },
        }
    }

    fn output(self) -> Option<Output> {
        Some(Output {
            output_id: self.output_id?,
            conversation_id: self.conversation_id,
            output_type: self.output_type?,
            title: self.title?,
            content: self.content?,
            word_count: self.word_count,
            status: self.status?,
            writing_style_id: self.writing_style_id,
            funder_name: self.funder_name,
            requested_amount: self.requested_amount,
            awarded_amount: self.awarded_amount,
            submission_date: self.submission_date,
            decision_date: self.decision_date,
            success_notes: self.success_notes,
            metadata: self.metadata,
            created_by: self.created_by,
            created_at: self.created_at?,
            updated_at: self.updated_at?,
        })
    }
}

/// [`list`], where the total that is `known` is believed as long as the outputs are in that
/// state.
async fn known_list(
    db: impl PgExecutor<'_>,
    filter: &OutputFilter,
    skip: i64,
    limit: i64,
    known: Option<(Uuid, i64)>,
) -> sqlx::Result<Answer<Page<Output>>> {
    let types = (!filter.types.is_empty()).then_some(filter.types.as_slice());
    let statuses = (!filter.statuses.is_empty()).then_some(filter.statuses.as_slice());
    let (revision, total) = known.unzip();
    // What CASE does not come to is not executed. The outer join keeps the total where the
    // page is empty.
    let rows = sqlx::query_as!(
        Listed,
        r#"WITH matching AS NOT MATERIALIZED (
               SELECT * FROM outputs
               WHERE ($1::text IS NULL OR created_by = $1)
                 AND ($2::outputtype[] IS NULL OR output_type = ANY ($2))
                 AND ($3::outputstatus[] IS NULL OR status = ANY ($3))
                 AND ($4::uuid IS NULL OR writing_style_id = $4)
                 AND ($5::text IS NULL OR funder_name ILIKE $5)
                 AND ($6::text IS NULL OR title ILIKE $6 OR content ILIKE $6
                      OR funder_name ILIKE $6 OR success_notes ILIKE $6)),
           page AS (SELECT * FROM matching ORDER BY created_at DESC, output_id OFFSET $7 LIMIT $8),
           state AS (SELECT (SELECT revision FROM output_revision) AS revision)
           SELECT output_id AS "output_id?: OutputId", conversation_id AS "conversation_id?: ConversationId",
                  output_type AS "output_type?: OutputType", title AS "title?", content AS "content?",
                  word_count AS "word_count?", status AS "status?: OutputStatus",
                  writing_style_id AS "writing_style_id?: StyleId", funder_name AS "funder_name?",
                  requested_amount AS "requested_amount?", awarded_amount AS "awarded_amount?",
                  submission_date AS "submission_date?", decision_date AS "decision_date?",
                  success_notes AS "success_notes?", metadata AS "metadata?", created_by AS "created_by?",
                  created_at AS "created_at?", updated_at AS "updated_at?", revision AS "revision?",
                  CASE WHEN revision = $9 THEN $10 ELSE (SELECT count(*) FROM matching) END AS "total?"
           FROM state LEFT JOIN page ON true ORDER BY created_at DESC, output_id"#,
        filter.owner,
        types as Option<&[OutputType]>,
        statuses as Option<&[OutputStatus]>,
        filter.style.map(|id| id.0),
        filter.funder.as_deref().map(contains_pattern),
        filter.search.as_deref().map(contains_pattern),
        skip,
        limit,
        revision,
        total
    )
    .fetch_all(db)
    .await?;
    Ok(Listed::page(rows))
}

/// A page of which is known what stands on it and how many match in all, if the outputs are
/// still in the state of which it is known. A query of its own, because PostgreSQL keeps its
/// plan: planning [`known_list`] takes longer than reading a page.
async fn known_page(
    db: impl PgExecutor<'_>,
    revision: Uuid,
    total: i64,
    ids: &[OutputId],
) -> sqlx::Result<Option<Page<Output>>> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query_as!(
        Listed,
        r#"SELECT output_id AS "output_id?: OutputId", conversation_id AS "conversation_id?: ConversationId",
                  output_type AS "output_type?: OutputType", title AS "title?", content AS "content?",
                  word_count AS "word_count?", status AS "status?: OutputStatus",
                  writing_style_id AS "writing_style_id?: StyleId", funder_name AS "funder_name?",
                  requested_amount AS "requested_amount?", awarded_amount AS "awarded_amount?",
                  submission_date AS "submission_date?", decision_date AS "decision_date?",
                  success_notes AS "success_notes?", metadata AS "metadata?", created_by AS "created_by?",
                  created_at AS "created_at?", updated_at AS "updated_at?", revision AS "revision?",
                  $3::bigint AS "total?"
           FROM output_revision LEFT JOIN outputs ON output_id = ANY ($1)
           WHERE revision = $2 ORDER BY created_at DESC, output_id"#,
        &ids,
        revision,
        total
    )
    .fetch_all(db)
    .await?;
    Ok((!rows.is_empty()).then(|| Listed::page(rows).value))
}

/// One output.
pub async fn get(db: impl PgExecutor<'_>, id: OutputId) -> sqlx::Result<Option<Output>> {
    sqlx::query_as!(
        Output,
        r#"SELECT output_id AS "output_id: OutputId", conversation_id AS "conversation_id: ConversationId",
                  output_type AS "output_type: OutputType", title, content, word_count,
                  status AS "status: OutputStatus", writing_style_id AS "writing_style_id: StyleId",
                  funder_name, requested_amount, awarded_amount, submission_date, decision_date,
                  success_notes, metadata, created_by, created_at, updated_at
           FROM outputs WHERE output_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// One output for changing: nobody else changes it until the transaction ends.
pub async fn get_for_update(conn: &mut PgConnection, id: OutputId) -> sqlx::Result<Option<Output>> {
    sqlx::query_as!(
        Output,
        r#"SELECT output_id AS "output_id: OutputId", conversation_id AS "conversation_id: ConversationId",
                  output_type AS "output_type: OutputType", title, content, word_count,
                  status AS "status: OutputStatus", writing_style_id AS "writing_style_id: StyleId",
                  funder_name, requested_amount, awarded_amount, submission_date, decision_date,
                  success_notes, metadata, created_by, created_at, updated_at
           FROM outputs WHERE output_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// The fields of an output that a person sets: all of them, after a change has
/// been merged into what was stored.
#[derive(Debug, Clone)]
pub struct OutputFields {
    /// What kind of text it is.
    pub output_type: OutputType,
    /// Its title.
    pub title: String,
    /// The text.
    pub content: String,
    /// Its words.
    pub word_count: Option<i32>,
    /// Where it stands.
    pub status: OutputStatus,
    /// The style it was written in.
    pub writing_style_id: Option<StyleId>,
    /// Money, dates and funder.
    pub tracking: Tracking,
    /// What was learned.
    pub success_notes: Option<String>,
    /// Anything else that a client keeps.
    pub metadata: Option<Value>,
}

/// Makes an output.
pub async fn create(
    tx: &mut Audited,
    fields: &OutputFields,
    conversation: Option<ConversationId>,
    owner: &str,
) -> sqlx::Result<Output> {
    let output = sqlx::query_as!(
        Output,
        r#"INSERT INTO outputs (output_type, title, content, word_count, status, writing_style_id,
               funder_name, requested_amount, awarded_amount, submission_date, decision_date,
               success_notes, metadata, conversation_id, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
           RETURNING output_id AS "output_id: OutputId", conversation_id AS "conversation_id: ConversationId",
                  output_type AS "output_type: OutputType", title, content, word_count,
                  status AS "status: OutputStatus", writing_style_id AS "writing_style_id: StyleId",
                  funder_name, requested_amount, awarded_amount, submission_date, decision_date,
                  success_notes, metadata, created_by, created_at, updated_at"#,
        fields.output_type as OutputType,
        fields.title,
        fields.content,
        fields.word_count,
        fields.status as OutputStatus,
        fields.writing_style_id.map(|id| id.0),
        fields.tracking.funder_name,
        fields.tracking.requested_amount,
        fields.tracking.awarded_amount,
        fields.tracking.submission_date,
        fields.tracking.decision_date,
        fields.success_notes,
        fields.metadata,
        conversation.map(|id| id.0),
        owner
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.created(&output).await?;
    Ok(output)
}

/// Writes the merged fields of an output as [`get_for_update`] holds it.
pub async fn update(tx: &mut Audited, old: &Output, fields: &OutputFields) -> sqlx::Result<Output> {
    let new = sqlx::query_as!(
        Output,
        r#"UPDATE outputs SET output_type = $2, title = $3, content = $4, word_count = $5, status = $6,
               writing_style_id = $7, funder_name = $8, requested_amount = $9, awarded_amount = $10,
               submission_date = $11, decision_date = $12, success_notes = $13, metadata = $14
           WHERE output_id = $1
           RETURNING output_id AS "output_id: OutputId", conversation_id AS "conversation_id: ConversationId",
                  output_type AS "output_type: OutputType", title, content, word_count,
                  status AS "status: OutputStatus", writing_style_id AS "writing_style_id: StyleId",
                  funder_name, requested_amount, awarded_amount, submission_date, decision_date,
                  success_notes, metadata, created_by, created_at, updated_at"#,
        old.output_id.0,
        fields.output_type as OutputType,
        fields.title,
        fields.content,
        fields.word_count,
        fields.status as OutputStatus,
        fields.writing_style_id.map(|id| id.0),
        fields.tracking.funder_name,
        fields.tracking.requested_amount,
        fields.tracking.awarded_amount,
        fields.tracking.submission_date,
        fields.tracking.decision_date,
        fields.success_notes,
        fields.metadata
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.updated(old, &new).await?;
    Ok(new)
}

/// Deletes an output as [`get_for_update`] holds it.
pub async fn delete(tx: &mut Audited, old: &Output) -> sqlx::Result<()> {
    sqlx::query!("DELETE FROM outputs WHERE output_id = $1", old.output_id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(old).await
}
