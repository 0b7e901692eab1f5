//! What the prompt routes take and answer.

use archivist_domain::{PromptCategory, PromptId};
use archivist_store::prompts::{NewPrompt, Prompt, PromptChange};
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::wire;

const MAX_NAME_CHARS: usize = 100;

/// A new prompt template.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "name": "Rural Foundations",
    "category": "audience",
    "content": "Write for the officers of {funder}, who know small towns well.",
    "variables": ["funder"],
}))]
pub(super) struct CreatePrompt {
    /// Its name, which no other prompt has.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// Which layer of a prompt it belongs to: `audience`, `section`, `brand_voice` or
    /// `custom`.
    #[schema(example = "audience")]
    category: String,
    /// The text itself.
    #[schema(min_length = 1)]
    content: String,
    /// The names that stand in the text in braces. They are kept as they are given:
    /// nothing looks for them in the text.
    variables: Option<Vec<String>>,
}

impl CreatePrompt {
    /// The fields to store, if all of them will do.
    pub(super) fn check(self) -> Result<NewPrompt, Error> {
        let mut problems: Vec<_> = name_problem(&self.name, 1).into_iter().collect();
        if self.content.is_empty() {
            problems.push(FieldProblem::body("content", "must not be empty"));
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let category = PromptCategory::from_wire(&self.category);
        Ok(NewPrompt {
            name: self.name,
            category: category.ok_or_else(unknown_category)?,
            content: self.content,
            variables: self.variables.unwrap_or_default(),
        })
    }
}

fn unknown_category() -> Error {
    let known: Vec<_> = PromptCategory::ALL.iter().map(|it| it.wire()).collect();
    Error::refused(format!("Invalid category: use one of {}", known.join(", ")))
}

/// What is to change in a prompt template; what is left out or null stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({"content": "Write for people who know small towns well.", "variables": []}))]
pub(super) struct UpdatePrompt {
    /// A new name, which no other prompt has.
    #[schema(max_length = 100)]
    name: Option<String>,
    /// A new text; an empty one will do.
    content: Option<String>,
    /// New names in place of all that there were.
    variables: Option<Vec<String>>,
    /// Whether it is in use.
    active: Option<bool>,
}

impl UpdatePrompt {
    /// The change to store, if all its fields will do.
    pub(super) fn check(self) -> Result<PromptChange, Error> {
        let name = self.name.as_deref();
        if let Some(problem) = name.and_then(|name| name_problem(name, 0)) {
            return Err(Error::Invalid(vec![problem]));
        }
        Ok(PromptChange {
            name: self.name,
            content: self.content,
            variables: self.variables,
            active: self.active,
        })
    }
}

fn name_problem(name: &str, least: usize) -> Option<FieldProblem> {
    let message = bounds::characters(name, &(least..=MAX_NAME_CHARS))?;
    Some(FieldProblem::body("name", message))
}

/// A prompt template.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromptTemplate {
    /// Its id.
    id: PromptId,
    /// Its name.
    #[schema(example = "Rural Foundations")]
    name: String,
    /// Which layer of a prompt it belongs to: `audience`, `section`, `brand_voice` or
    /// `custom`.
    #[schema(example = "audience")]
    category: &'static str,
    /// The text itself.
    #[schema(example = "Write for the officers of {funder}, who know small towns well.")]
    content: String,
    /// The names that stand in the text in braces.
    #[schema(example = json!(["funder"]))]
    variables: Vec<String>,
    /// Whether it is in use.
    active: bool,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it was last written (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// How often it was written: 1 for a new one.
    #[schema(minimum = 1, example = 1)]
    version: i32,
}

impl From<Prompt> for PromptTemplate {
    fn from(prompt: Prompt) -> Self {
        Self {
            id: prompt.prompt_id,
            name: prompt.name,
            category: prompt.category.wire(),
            content: prompt.content,
            variables: prompt.variables,
            active: prompt.active,
            created_at: prompt.created_at,
            updated_at: prompt.updated_at,
            version: prompt.version,
        }
    }
}

/// A prompt template, and what was done with it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromptReply {
    /// The prompt template as it now is.
    prompt: PromptTemplate,
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was done, in words.
    #[schema(example = "Prompt 'Rural Foundations' created successfully")]
    message: String,
}

impl PromptReply {
    /// The reply after `prompt` was `done` (`created`).
    pub(super) fn new(prompt: Prompt, done: &str) -> Self {
        Self {
            success: true,
            message: format!("Prompt '{}' {done} successfully", prompt.name),
            prompt: prompt.into(),
        }
    }
}

/// Prompt templates, and how many there are.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromptList {
    /// All that were asked for.
    prompts: Vec<PromptTemplate>,
    /// How many they are.
    #[schema(example = 1)]
    total: usize,
}

impl From<Vec<Prompt>> for PromptList {
    fn from(prompts: Vec<Prompt>) -> Self {
        Self {
            total: prompts.len(),
            prompts: prompts.into_iter().map(Into::into).collect(),
        }
    }
}

/// A prompt template is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromptDeleted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was done, in words.
    #[schema(example = "Prompt 'Rural Foundations' deleted successfully")]
    message: String,
    /// The prompt that is gone.
    prompt_id: PromptId,
}

impl From<Prompt> for PromptDeleted {
    fn from(prompt: Prompt) -> Self {
        Self {
            success: true,
            message: format!("Prompt '{}' deleted successfully", prompt.name),
            prompt_id: prompt.prompt_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use serde_json::json;

    use super::*;

    fn status_of(body: serde_json::Value) -> StatusCode {
        let body: CreatePrompt = serde_json::from_value(body).unwrap();
        body.check().unwrap_err().status()
    }

    #[test]
    fn a_bad_category_is_400_and_a_bad_text_422() {
        let body = json!({ "name": "A", "category": "General", "content": "B" });
        assert_eq!(status_of(body), StatusCode::BAD_REQUEST);
        for body in [
            json!({ "name": "", "category": "custom", "content": "B" }),
            json!({ "name": "A", "category": "custom", "content": "" }),
            json!({ "name": "x".repeat(101), "category": "nothing", "content": "B" }),
        ] {
            assert_eq!(status_of(body), StatusCode::UNPROCESSABLE_ENTITY);
        }
    }

    #[test]
    fn a_change_may_empty_a_text() {
        let body: UpdatePrompt =
            serde_json::from_value(json!({ "name": "", "content": "", "active": null })).unwrap();
        let change = body.check().unwrap();
        assert_eq!(change.content.as_deref(), Some(""));
        assert_eq!((change.active, change.variables), (None, None));
    }
}
