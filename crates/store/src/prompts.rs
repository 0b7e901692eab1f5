//! Prompt templates: layers that a drafting model is given.

use archivist_domain::{PromptCategory, PromptId};
use chrono::NaiveDateTime;
use serde_json::{Value, json};
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts, mark};
use crate::contains_pattern;
use crate::json::texts;

/// A prompt template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its id.
    pub prompt_id: PromptId,
    /// Its unique name.
    pub name: String,
    /// Which layer it belongs to.
    pub category: PromptCategory,
    /// The text itself.
    pub content: String,
    /// The names that stand in the text in braces, as its author says.
    pub variables: Vec<String>,
    /// Whether it is in use.
    pub active: bool,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
    /// How often it was written: 1 for a new one.
    pub version: i32,
}

impl Subject for Prompt {
    const ENTITY: &'static str = "prompt";

    fn id(&self) -> Uuid {
        self.prompt_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("name", json!(self.name)),
            ("category", json!(self.category)),
            ("content", mark(&self.content)),
            ("variables", json!(self.variables)),
            ("active", json!(self.active)),
            ("version", json!(self.version)),
        ])
    }
}

/// The fields of a new prompt template.
#[derive(Debug, Clone)]
pub struct NewPrompt {
    /// Its unique name.
    pub name: String,
    /// Which layer it belongs to.
    pub category: PromptCategory,
    /// The text itself.
    pub content: String,
    /// The names that stand in the text in braces.
    pub variables: Vec<String>,
}

/// Changed fields; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct PromptChange {
    /// A new name.
    pub name: Option<String>,
    /// A new text.
    pub content: Option<String>,
    /// New names.
    pub variables: Option<Vec<String>>,
    /// On or off.
    pub active: Option<bool>,
}

/// Which prompt templates to list; an empty filter is all.
#[derive(Debug, Clone, Default)]
pub struct PromptFilter {
    /// Of this layer.
    pub category: Option<PromptCategory>,
    /// In use, or not.
    pub active: Option<bool>,
    /// With this text in name or content, ignoring case.
    pub search: Option<String>,
}

/// A row: old ones lack what is new, or keep lists as texts.
struct Row {
    prompt_id: PromptId,
    name: String,
    category: PromptCategory,
    content: String,
    variables: Option<Value>,
    active: Option<bool>,
    created_at: NaiveDateTime,
    updated_at: NaiveDateTime,
    version: Option<i32>,
}

impl From<Row> for Prompt {
    fn from(row: Row) -> Self {
        Self {
            prompt_id: row.prompt_id,
            name: row.name,
            category: row.category,
            content: row.content,
            variables: texts(row.variables),
            active: row.active.unwrap_or(true),
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version.unwrap_or(1),
        }
    }
}

/// Prompt templates that match, in the order in which they were put in.
pub async fn list(db: impl PgExecutor<'_>, filter: &PromptFilter) -> sqlx::Result<Vec<Prompt>> {
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT prompt_id AS "prompt_id: PromptId", name, category AS "category: PromptCategory",
                  content, variables, active, created_at, updated_at, version
           FROM prompt_templates
           WHERE ($1::text IS NULL OR category = $1)
             AND ($2::boolean IS NULL OR coalesce(active, true) = $2)
             AND ($3::text IS NULL OR name ILIKE $3 OR content ILIKE $3)
           ORDER BY created_at, name"#,
        filter.category.map(PromptCategory::as_str),
        filter.active,
        filter.search.as_deref().map(contains_pattern)
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// One prompt template.
pub async fn get(db: impl PgExecutor<'_>, id: PromptId) -> sqlx::Result<Option<Prompt>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT prompt_id AS "prompt_id: PromptId", name, category AS "category: PromptCategory",
                  content, variables, active, created_at, updated_at, version
           FROM prompt_templates WHERE prompt_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(Into::into))
}

/// Makes a prompt template.
pub async fn create(tx: &mut Audited, new: &NewPrompt) -> sqlx::Result<Prompt> {
    let row = sqlx::query_as!(
        Row,
        r#"INSERT INTO prompt_templates (name, category, content, variables)
           VALUES ($1, $2, $3, $4)
           RETURNING prompt_id AS "prompt_id: PromptId", name, category AS "category: PromptCategory",
                  content, variables, active, created_at, updated_at, version"#,
        new.name,
        new.category.as_str(),
        new.content,
        json!(new.variables)
    )
    .fetch_one(&mut **tx)
    .await?;
    let prompt = row.into();
    tx.created(&prompt).await?;
    Ok(prompt)
}

/// Writes a prompt template anew: each time is a version, even where nothing differs.
pub async fn update(
    tx: &mut Audited,
    id: PromptId,
    change: &PromptChange,
) -> sqlx::Result<Option<Prompt>> {
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    let row = sqlx::query_as!(
        Row,
        r#"UPDATE prompt_templates SET name = coalesce($2, name), content = coalesce($3, content),
                  variables = coalesce($4, variables), active = coalesce($5, active),
                  version = coalesce(version, 1) + 1
           WHERE prompt_id = $1
           RETURNING prompt_id AS "prompt_id: PromptId", name, category AS "category: PromptCategory",
                  content, variables, active, created_at, updated_at, version"#,
        id.0,
        change.name,
        change.content,
        change.variables.as_ref().map(|names| json!(names)),
        change.active
    )
    .fetch_one(&mut **tx)
    .await?;
    let new = row.into();
    tx.updated(&old, &new).await?;
    Ok(Some(new))
}

/// Deletes a prompt template, and returns it.
pub async fn delete(tx: &mut Audited, id: PromptId) -> sqlx::Result<Option<Prompt>> {
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    sqlx::query!("DELETE FROM prompt_templates WHERE prompt_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&old).await?;
    Ok(Some(old))
}

/// One prompt template for changing: nobody else changes it until the transaction ends.
async fn get_for_update(conn: &mut PgConnection, id: PromptId) -> sqlx::Result<Option<Prompt>> {
    let row = sqlx::query_as!(
        Row,
        r#"SELECT prompt_id AS "prompt_id: PromptId", name, category AS "category: PromptCategory",
                  content, variables, active, created_at, updated_at, version
           FROM prompt_templates WHERE prompt_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(Into::into))
}
