//! Writing styles: how texts should sound.

use archivist_domain::{StyleId, StylePurpose, StyleType, UserId};
use chrono::NaiveDateTime;
use serde_json::json;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts, mark};

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
    /// Who makes it.
    pub created_by: Option<UserId>,
}

impl Subject for NewStyle {
    const ENTITY: &'static str = "writing_style";

    fn id(&self) -> Uuid {
        self.style_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("name", json!(self.name)),
            ("type", json!(self.purpose)),
            ("style_type", json!(self.register)),
            ("description", json!(self.description)),
            ("prompt_content", mark(&self.prompt)),
        ])
    }
}

/// An active style, as a list offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StyleName {
    /// Its id.
    pub style_id: StyleId,
    /// Its name.
    pub name: String,
}

/// Makes a writing style at time `now` (UTC).
pub async fn create(tx: &mut Audited, new: &NewStyle, now: NaiveDateTime) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO writing_styles (style_id, name, type, style_type, description, prompt_content,
             samples, sample_count, active, created_at, updated_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, '[]', 0, true, $7, $7, $8)",
        new.style_id.0,
        new.name,
        new.purpose.as_str(),
        new.register as Option<StyleType>,
        new.description,
        new.prompt,
        now,
        new.created_by.map(|id| id.0)
    )
    .execute(&mut **tx)
    .await?;
    tx.created(new).await
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
