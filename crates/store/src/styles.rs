//! Writing styles: how texts should sound.

use archivist_domain::{StyleId, StylePurpose, StyleType, UserId};
use chrono::NaiveDateTime;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts, mark};
use crate::contains_pattern;
use crate::json::{decoded, texts};

/// A writing style.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// Its id.
    pub style_id: StyleId,
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: StylePurpose,
    /// Its register.
    pub register: Option<StyleType>,
    /// What it is about.
    pub description: Option<String>,
    /// The guide itself.
    pub prompt: String,
    /// The texts that it was drawn from.
    pub samples: Vec<String>,
    /// How many they were.
    pub sample_count: i32,
    /// What their analysis found.
    pub analysis: Option<Value>,
    /// Whether it is offered.
    pub active: bool,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
    /// Who made it.
    pub created_by: Option<UserId>,
}

impl Subject for Style {
    const ENTITY: &'static str = "writing_style";

    fn id(&self) -> Uuid {
        self.style_id.0
    }

    fn facts(&self) -> Facts {
        let samples: Vec<_> = self.samples.iter().map(|sample| mark(sample)).collect();
        let analysis = self.analysis.as_ref().map(|it| mark(&it.to_string()));
        facts([
            ("name", json!(self.name)),
            ("type", json!(self.purpose)),
            ("style_type", json!(self.register)),
            ("description", json!(self.description)),
            ("prompt_content", mark(&self.prompt)),
            ("samples", json!(samples)),
            ("analysis_metadata", json!(analysis)),
            ("active", json!(self.active)),
        ])
    }
}

/// The fields of a new writing style.
#[derive(Debug, Clone)]
pub struct NewStyle {
    /// Its id.
    pub style_id: StyleId,
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: StylePurpose,
    /// Its register.
    pub register: Option<StyleType>,
    /// What it is about.
    pub description: Option<String>,
    /// The guide itself.
    pub prompt: String,
    /// The texts that it was drawn from.
    pub samples: Vec<String>,
    /// What their analysis found.
    pub analysis: Option<Value>,
    /// Who makes it.
    pub created_by: Option<UserId>,
}

/// Changed fields; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct StyleChange {
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new guide.
    pub prompt: Option<String>,
    /// On or off.
    pub active: Option<bool>,
}

/// Which writing styles to list; an empty filter is all.
#[derive(Debug, Clone, Default)]
pub struct StyleFilter {
    /// For exactly this.
    pub purpose: Option<StylePurpose>,
    /// Offered, or not.
    pub active: Option<bool>,
    /// With this text in name or description, ignoring case.
    pub search: Option<String>,
    /// Made by this person.
    pub created_by: Option<UserId>,
}

/// An active style, as a list offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleName {
    /// Its id.
    pub style_id: StyleId,
    /// Its name.
    pub name: String,
}

/// A row: old ones lack what is new, or keep JSON as texts.
struct Row {
    style_id: StyleId,
    name: String,
    purpose: StylePurpose,
    register: Option<StyleType>,
    description: Option<String>,
    prompt: String,
    samples: Option<Value>,
    sample_count: Option<i32>,
    analysis: Option<Value>,
    active: bool,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    created_by: Option<UserId>,
}

impl From<Row> for Style {
    fn from(row: Row) -> Self {
        let samples = texts(row.samples);
        let counted = i32::try_from(samples.len()).unwrap_or(i32::MAX);
        Self {
            style_id: row.style_id,
            name: row.name,
            purpose: row.purpose,
            register: row.register,
            description: row.description,
            prompt: row.prompt,
            samples,
            sample_count: row.sample_count.unwrap_or(counted),
            analysis: row.analysis.map(decoded).filter(Value::is_object),
            active: row.active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
        }
    }
}

/// Up to `limit` writing styles that match, newest first. A list has neither their
/// guides nor their samples, which are long.
pub async fn list(
    db: impl PgExecutor<'_>,
    filter: &StyleFilter,
    limit: i64,
) -> sqlx::Result<Vec<Style>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT style_id AS "style_id: StyleId", name, type AS "purpose: StylePurpose",
                  style_type AS "register: StyleType", description, '' AS "prompt!",
                  NULL::jsonb AS samples,
                  coalesce(sample_count, CASE jsonb_typeof(samples) WHEN 'array' THEN jsonb_array_length(samples) END) AS sample_count,
                  NULL::jsonb AS analysis, active, created_at, updated_at, created_by AS "created_by: UserId"
           FROM writing_styles
           WHERE ($1::text IS NULL OR type = $1)
             AND ($2::boolean IS NULL OR active = $2)
             AND ($3::text IS NULL OR name ILIKE $3 OR description ILIKE $3)
             AND ($4::uuid IS NULL OR created_by = $4)
           ORDER BY created_at DESC, style_id LIMIT $5"#,
        filter.purpose.map(StylePurpose::as_str),
        filter.active,
        filter.search.as_deref().map(contains_pattern),
        filter.created_by.map(|id| id.0),
        limit
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One writing style.
pub async fn get(db: impl PgExecutor<'_>, id: StyleId) -> sqlx::Result<Option<Style>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT style_id AS "style_id: StyleId", name, type AS "purpose: StylePurpose",
                  style_type AS "register: StyleType", description, prompt_content AS prompt, samples,
                  sample_count, analysis_metadata AS analysis, active, created_at, updated_at,
                  created_by AS "created_by: UserId"
           FROM writing_styles WHERE style_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Into::into))
}

/// Makes a writing style at time `now` (UTC).
pub async fn create(tx: &mut Audited, new: &NewStyle, now: NaiveDateTime) -> sqlx::Result<Style> {
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO writing_styles (style_id, name, type, style_type, description, prompt_content,
               samples, sample_count, analysis_metadata, active, created_at, updated_at, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, jsonb_array_length($7), $8, true, $9, $9, $10)
           RETURNING style_id AS "style_id: StyleId", name, type AS "purpose: StylePurpose",
                  style_type AS "register: StyleType", description, prompt_content AS prompt, samples,
                  sample_count, analysis_metadata AS analysis, active, created_at, updated_at,
                  created_by AS "created_by: UserId""#,
        new.style_id.0,
        new.name,
        new.purpose.as_str(),
        new.register as Option<StyleType>,
        new.description,
        new.prompt,
        json!(new.samples),
        new.analysis,
        now,
        new.created_by.map(|id| id.0)
    )
    .fetch_one(&mut **tx)
    .await?;
    let style = row.into();
    tx.created(&style).await?;
    Ok(style)
}

/// Changes a writing style at time `now` (UTC).
pub async fn update(
    tx: &mut Audited,
    id: StyleId,
    change: &StyleChange,
    now: NaiveDateTime,
) -> sqlx::Result<Option<Style>> {
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE writing_styles SET name = coalesce($2, name), description = coalesce($3, description),
                  prompt_content = coalesce($4, prompt_content), active = coalesce($5, active), updated_at = $6
           WHERE style_id = $1
           RETURNING style_id AS "style_id: StyleId", name, type AS "purpose: StylePurpose",
                  style_type AS "register: StyleType", description, prompt_content AS prompt, samples,
                  sample_count, analysis_metadata AS analysis, active, created_at, updated_at,
                  created_by AS "created_by: UserId""#,
        id.0,
        change.name,
        change.description,
        change.prompt,
        change.active,
        now
    )
    .fetch_one(&mut **tx)
    .await?;
    let new = row.into();
    tx.updated(&old, &new).await?;
    Ok(Some(new))
}

/// Deletes a writing style, and returns it; outputs that were written in it stay.
pub async fn delete(tx: &mut Audited, id: StyleId) -> sqlx::Result<Option<Style>> {
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    sqlx::query!("DELETE FROM writing_styles WHERE style_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&old).await?;
    Ok(Some(old))
}

/// One writing style for changing: nobody else changes it until the transaction ends.
async fn get_for_update(conn: &mut PgConnection, id: StyleId) -> sqlx::Result<Option<Style>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT style_id AS "style_id: StyleId", name, type AS "purpose: StylePurpose",
                  style_type AS "register: StyleType", description, prompt_content AS prompt, samples,
                  sample_count, analysis_metadata AS analysis, active, created_at, updated_at,
                  created_by AS "created_by: UserId"
           FROM writing_styles WHERE style_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}

/// The active styles by name.
pub async fn active(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<StyleName>> {
    sqlx::query_as!(
        StyleName,
        r#"SELECT style_id AS "style_id: StyleId", name FROM writing_styles WHERE active ORDER BY name"#
    )
    .fetch_all(db)
    .await
}
