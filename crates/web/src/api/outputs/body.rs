//! What the output routes take.

use archivist_domain::output::Tracking;
use archivist_domain::{ConversationId, OutputStatus, OutputType, PassageId, StyleId};
use archivist_store::outputs::{Output, OutputFields};
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::date::Date;
use crate::api::amount::{Amount, AmountInput};
use crate::error::Error;
use crate::outputs::{self, NewOutput};

/// A new output.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "output_type": "grant_proposal",
    "title": "Capacity section for the literacy grant",
    "content": "Our board of eleven members meets every month [1].",
    "sources": [{"number": 1, "passage_id": "5f0f9c1e-6a0e-4b52-9d3a-0c6d2b1a7e44"}],
}))]
pub(super) struct CreateOutput {
    /// What kind of text it is.
    output_type: OutputType,
    /// Its title.
    #[schema(min_length = 1, max_length = 500)]
    title: String,
    /// The text.
    #[schema(min_length = 1)]
    content: String,
    /// Its words; counted in the content when not given.
    word_count: Option<i32>,
    /// Where it stands: any status will do at first.
    #[serde(default = "draft")]
    status: OutputStatus,
    /// The style it was written in.
    writing_style_id: Option<StyleId>,
    /// The conversation it came from.
    conversation_id: Option<ConversationId>,
    /// Who was asked.
    #[schema(max_length = 255)]
    funder_name: Option<String>,
    /// What was asked for.
    #[schema(value_type = Option<AmountInput>)]
    requested_amount: Option<Amount>,
    /// What was given: not more than was asked for.
    #[schema(value_type = Option<AmountInput>)]
    awarded_amount: Option<Amount>,
    /// When it was sent in.
    #[schema(value_type = Option<NaiveDate>)]
    submission_date: Option<Date>,
    /// When the funder decided: not before it was sent in.
    #[schema(value_type = Option<NaiveDate>)]
    decision_date: Option<Date>,
    /// What was learned.
    success_notes: Option<String>,
    /// Anything else that a client keeps.
    metadata: Option<Map<String, Value>>,
    /// The passages that its markers cite.
    #[serde(default)]
    sources: Vec<CitedSource>,
}

fn draft() -> OutputStatus {
    OutputStatus::Draft
}

/// A marker of a text, and the passage it stands for.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
struct CitedSource {
    /// The number in the marker, from 1.
    #[schema(minimum = 1)]
    number: i32,
    /// The passage.
    passage_id: PassageId,
}

impl CreateOutput {
    /// What to store, if all of it will do.
    pub(super) fn check(self) -> Result<NewOutput, Error> {
        if self.sources.iter().any(|source| source.number < 1) {
            return Err(Error::field("sources", "markers are numbered from 1"));
        }
        let fields = OutputFields {
            output_type: self.output_type,
            title: self.title,
            word_count: self.word_count.or_else(|| outputs::words(&self.content)),
            content: self.content,
            status: self.status,
            writing_style_id: self.writing_style_id,
            tracking: Tracking {
                funder_name: self.funder_name,
                requested_amount: self.requested_amount.map(|amount| amount.0),
                awarded_amount: self.awarded_amount.map(|amount| amount.0),
                submission_date: self.submission_date.map(|date| date.0),
                decision_date: self.decision_date.map(|date| date.0),
            },
            success_notes: self.success_notes,
            metadata: self.metadata.map(Value::Object),
        };
        outputs::check(&fields)?;
        Ok(NewOutput {
            fields,
            conversation: self.conversation_id,
            sources: (self.sources.iter())
                .map(|source| (source.number, source.passage_id))
                .collect(),
        })
    }
}

/// What is to change in an output; what is left out or null stays as it is.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, ToSchema)]
#[schema(example = json!({"status": "submitted", "funder_name": "Rivers Foundation", "requested_amount": "50000.00", "submission_date": "2026-11-02"}))]
pub(super) struct UpdateOutput {
    /// What kind of text it is.
    output_type: Option<OutputType>,
    /// Its title.
    #[schema(min_length = 1, max_length = 500)]
    title: Option<String>,
    /// The text.
    #[schema(min_length = 1)]
    content: Option<String>,
    /// Its words; counted anew when the content changes and this is not given.
    word_count: Option<i32>,
    /// Where it stands: one step at a time, except for admins.
    pub(super) status: Option<OutputStatus>,
    /// The style it was written in.
    writing_style_id: Option<StyleId>,
    /// Who was asked.
    #[schema(max_length = 255)]
    funder_name: Option<String>,
    /// What was asked for.
    #[schema(value_type = Option<AmountInput>)]
    requested_amount: Option<Amount>,
    /// What was given: not more than was asked for.
    #[schema(value_type = Option<AmountInput>)]
    awarded_amount: Option<Amount>,
    /// When it was sent in.
    #[schema(value_type = Option<NaiveDate>)]
    submission_date: Option<Date>,
    /// When the funder decided: not before it was sent in.
    #[schema(value_type = Option<NaiveDate>)]
    decision_date: Option<Date>,
    /// What was learned.
    success_notes: Option<String>,
    /// Anything else that a client keeps; takes the place of what was kept.
    metadata: Option<Map<String, Value>>,
}

impl UpdateOutput {
    /// Whether nothing is to change.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// `stored` with the changes, if the whole of it will do.
    pub(super) fn merge(self, stored: Output) -> Result<OutputFields, Error> {
        let counted = self.content.as_deref().and_then(outputs::words);
        let before = stored.tracking();
        let fields = OutputFields {
            output_type: self.output_type.unwrap_or(stored.output_type),
            title: self.title.unwrap_or(stored.title),
            content: self.content.unwrap_or(stored.content),
            word_count: self.word_count.or(counted).or(stored.word_count),
            status: self.status.unwrap_or(stored.status),
            writing_style_id: self.writing_style_id.or(stored.writing_style_id),
            tracking: Tracking {
                funder_name: self.funder_name.or(before.funder_name),
                requested_amount: self
                    .requested_amount
                    .map(|a| a.0)
                    .or(before.requested_amount),
                awarded_amount: self.awarded_amount.map(|a| a.0).or(before.awarded_amount),
                submission_date: self.submission_date.map(|d| d.0).or(before.submission_date),
                decision_date: self.decision_date.map(|d| d.0).or(before.decision_date),
            },
            success_notes: self.success_notes.or(stored.success_notes),
            metadata: self.metadata.map(Value::Object).or(stored.metadata),
        };
        outputs::check(&fields)?;
        Ok(fields)
    }
}

#[cfg(test)]
mod tests;
