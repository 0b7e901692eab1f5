//! Outputs: texts written with the system, tracked from draft to decision.

mod memory;

use archivist_domain::output::Tracking;
use archivist_domain::{ConversationId, OutputId, OutputStatus, OutputType, StyleId};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

pub(crate) use self::memory::Answer;
pub use self::memory::Memory;
use crate::audit::{Audited, Facts, Subject, facts, mark};
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

/// What is known of a page, about one state of the outputs.
struct Known {
    revision: Uuid,
    /// How many match in all.
    total: i64,
    /// Which stand on the page.
    ids: Option<Vec<OutputId>>,
}

/// [`list`], where `known` is believed as long as the outputs are in that state.
async fn known_list(
    db: impl PgExecutor<'_>,
    filter: &OutputFilter,
    skip: i64,
    limit: i64,
    known: Option<Known>,
) -> sqlx::Result<Answer<Page<Output>>> {
    let types = (!filter.types.is_empty()).then_some(filter.types.as_slice());
    let statuses = (!filter.statuses.is_empty()).then_some(filter.statuses.as_slice());
    let (revision, total, ids) = known.map_or((None, None, None), |known| {
        (Some(known.revision), Some(known.total), known.ids)
    });
    let ids = ids.map(|ids| ids.iter().map(|id| id.0).collect::<Vec<_>>());
    // Neither what CASE does not come to is executed, nor a part whose condition does not
    // depend on its rows and is false. The outer join keeps the total where the page is
    // empty.
    let rows = sqlx::query!(
        r#"WITH matching AS NOT MATERIALIZED (
               SELECT * FROM outputs
               WHERE ($1::text IS NULL OR created_by = $1)
                 AND ($2::outputtype[] IS NULL OR output_type = ANY ($2))
                 AND ($3::outputstatus[] IS NULL OR status = ANY ($3))
                 AND ($4::uuid IS NULL OR writing_style_id = $4)
                 AND ($5::text IS NULL OR funder_name ILIKE $5)
                 AND ($6::text IS NULL OR title ILIKE $6 OR content ILIKE $6
                      OR funder_name ILIKE $6 OR success_notes ILIKE $6)),
           page AS (
               SELECT * FROM outputs
               WHERE output_id = ANY ($11) AND (SELECT revision FROM output_revision) = $9
               UNION ALL
               (SELECT * FROM matching
                WHERE ($11::uuid[] IS NOT NULL AND (SELECT revision FROM output_revision) = $9) IS NOT TRUE
                ORDER BY created_at DESC, output_id OFFSET $7 LIMIT $8)),
           state AS (SELECT (SELECT revision FROM output_revision) AS revision)
           SELECT output_id AS "output_id?: OutputId", conversation_id AS "conversation_id?: ConversationId",
                  output_type AS "output_type?: OutputType", title AS "title?", content AS "content?",
                  word_count AS "word_count?", status AS "status?: OutputStatus",
                  writing_style_id AS "writing_style_id?: StyleId", funder_name AS "funder_name?",
                  requested_amount AS "requested_amount?", awarded_amount AS "awarded_amount?",
                  submission_date AS "submission_date?", decision_date AS "decision_date?",
                  success_notes AS "success_notes?", metadata AS "metadata?", created_by AS "created_by?",
                  created_at AS "created_at?", updated_at AS "updated_at?", revision AS "revision?",
                  CASE WHEN revision = $9 THEN $10 ELSE (SELECT count(*) FROM matching) END AS "total!"
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
        total,
        ids as Option<Vec<Uuid>>
    )
    .fetch_all(db)
    .await?;
    let (total, revision) = rows
        .first()
        .map_or((0, None), |row| (row.total, row.revision));
    let outputs = rows.into_iter().filter_map(|r| {
        Some(Output {
            output_id: r.output_id?,
            conversation_id: r.conversation_id,
            output_type: r.output_type?,
            title: r.title?,
            content: r.content?,
            word_count: r.word_count,
            status: r.status?,
            writing_style_id: r.writing_style_id,
            funder_name: r.funder_name,
            requested_amount: r.requested_amount,
            awarded_amount: r.awarded_amount,
            submission_date: r.submission_date,
            decision_date: r.decision_date,
            success_notes: r.success_notes,
            metadata: r.metadata,
            created_by: r.created_by,
            created_at: r.created_at?,
            updated_at: r.updated_at?,
        })
    });
    let page = Page {
        rows: outputs.collect(),
        total,
    };
    Ok(Answer {
        revision,
        value: page,
    })
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
