//! What the routes of writing styles answer.

use archivist_domain::{StyleId, StylePurpose, StyleType, UserId};
use archivist_store::styles::Style;
use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::wire;

/// A writing style.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WritingStyle {
    /// Its id.
    style_id: StyleId,
    /// Its name.
    #[schema(example = "Letters to foundations")]
    name: String,
    /// What it is for.
    r#type: StylePurpose,
    /// What it is about.
    #[schema(example = "For letters to foundations")]
    description: Option<String>,
    /// The guide itself; empty in a list.
    #[schema(example = "Write short sentences, in the first person plural.")]
    prompt_content: String,
    /// The texts that it was drawn from; none in a list.
    #[schema(example = json!(["We began with two volunteers."]))]
    samples: Vec<String>,
    /// What their analysis found; null in a list.
    #[schema(value_type = Option<Object>)]
    analysis_metadata: Option<Value>,
    /// How many samples it was drawn from.
    #[schema(minimum = 0, example = 3)]
    sample_count: i32,
    /// Whether it is offered.
    active: bool,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// Who made it; null where nobody knows any more.
    created_by: Option<UserId>,
    /// Its register, where it has one.
    register: Option<StyleType>,
}

impl From<Style> for WritingStyle {
    fn from(style: Style) -> Self {
        Self {
            style_id: style.style_id,
            name: style.name,
            r#type: style.purpose,
            description: style.description,
            prompt_content: style.prompt,
            samples: style.samples,
            analysis_metadata: style.analysis,
            sample_count: style.sample_count,
            active: style.active,
            created_at: style.created_at,
            updated_at: style.updated_at,
            created_by: style.created_by,
            register: style.register,
        }
    }
}

/// A writing style, and what was done with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StyleReply {
    /// The writing style as it now is.
    style: WritingStyle,
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was done, in words.
    #[schema(example = "Writing style 'Letters to foundations' created successfully")]
    message: String,
}

impl StyleReply {
    /// The reply after `style` was `done` (`created`).
    pub(super) fn new(style: Style, done: &str) -> Self {
        Self {
            success: true,
            message: format!("Writing style '{}' {done} successfully", style.name),
            style: style.into(),
        }
    }
}

/// Writing styles without their texts, and how many they are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StyleList {
    /// Those asked for, 100 at most.
    styles: Vec<WritingStyle>,
    /// How many stand here.
    #[schema(example = 1)]
    total: usize,
    /// How many of them are active.
    #[schema(example = 1)]
    active_count: usize,
}

impl From<Vec<Style>> for StyleList {
    fn from(styles: Vec<Style>) -> Self {
        Self {
            total: styles.len(),
            active_count: styles.iter().filter(|style| style.active).count(),
            styles: styles.into_iter().map(Into::into).collect(),
        }
    }
}

/// A writing style is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StyleDeleted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was done, in words.
    #[schema(example = "Writing style 'Letters to foundations' deleted successfully")]
    message: String,
    /// The style that is gone.
    style_id: StyleId,
}

impl From<Style> for StyleDeleted {
    fn from(style: Style) -> Self {
        Self {
            success: true,
            message: format!("Writing style '{}' deleted successfully", style.name),
            style_id: style.style_id,
        }
    }
}
