//! What the output routes answer.

use archivist_domain::output::Warning;
use archivist_domain::{
    ConversationId, DocumentId, OutputId, OutputStatus, OutputType, PassageId, StyleId,
};
use archivist_store::outputs::Output;
use archivist_store::sources::OutputSource;
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::api::pagination::Pagination;
use crate::wire;

/// An output.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutputResponse {
    /// Its id.
    output_id: OutputId,
    /// What kind of text it is.
    output_type: OutputType,
    /// Its title.
    #[schema(example = "Capacity section for the literacy grant")]
    title: String,
    /// The text.
    #[schema(example = "Our board of eleven members meets every month [1].")]
    content: String,
    /// Its words.
    word_count: Option<i32>,
    /// Where it stands.
    status: OutputStatus,
    /// The style it was written in.
    writing_style_id: Option<StyleId>,
    /// The conversation it came from.
    conversation_id: Option<ConversationId>,
    /// Who was asked.
    #[schema(example = "Rivers Foundation")]
    funder_name: Option<String>,
    /// What was asked for, as a text with two places.
    #[serde(serialize_with = "wire::amount")]
    #[schema(value_type = Option<String>, example = "50000.00")]
    requested_amount: Option<Decimal>,
    /// What was given, as a text with two places.
    #[serde(serialize_with = "wire::amount")]
    #[schema(value_type = Option<String>, example = "45000.00")]
    awarded_amount: Option<Decimal>,
    /// When it was sent in.
    submission_date: Option<NaiveDate>,
    /// When the funder decided.
    decision_date: Option<NaiveDate>,
    /// What was learned.
    #[schema(example = "They liked the figures of the coaches.")]
    success_notes: Option<String>,
    /// Anything else that a client keeps.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// The owner's e-mail address.
    #[schema(example = "ana@example.org")]
    created_by: Option<String>,
    /// When it was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
    /// What a careful person would still fill in at this status.
    warnings: Vec<Warning>,
}

impl From<Output> for OutputResponse {
    fn from(output: Output) -> Self {
        Self {
            warnings: output.tracking().warnings(output.status),
            output_id: output.output_id,
            output_type: output.output_type,
            title: output.title,
            content: output.content,
            word_count: output.word_count,
            status: output.status,
            writing_style_id: output.writing_style_id,
            conversation_id: output.conversation_id,
            funder_name: output.funder_name,
            requested_amount: output.requested_amount,
            awarded_amount: output.awarded_amount,
            submission_date: output.submission_date,
            decision_date: output.decision_date,
            success_notes: output.success_notes,
            metadata: output.metadata.map(opened),
            created_by: output.created_by,
            created_at: output.created_at,
            updated_at: output.updated_at,
        }
    }
}

/// On adopted sites some objects were kept as texts that hold them.
fn opened(kept: Value) -> Value {
    let inside = kept
        .as_str()
        .and_then(|text| serde_json::from_str(text).ok());
    inside.filter(Value::is_object).unwrap_or(kept)
}

/// A page of outputs.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutputList {
    /// The outputs asked for, newest first.
    pub(super) outputs: Vec<OutputResponse>,
    /// Where the page stands.
    pub(super) pagination: Pagination,
}

/// The passages that an output cites.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourceList {
    /// By marker.
    pub(super) sources: Vec<SourceResponse>,
}

/// A cited passage, with its excerpt as it was when cited.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SourceResponse {
    /// The number in the marker, from 1.
    number: i32,
    /// The passage, while it exists.
    passage_id: Option<PassageId>,
    /// The document, while it exists.
    doc_id: Option<DocumentId>,
    /// The passage, also when its document has been deleted: `/api/citations/{passage_id}`
    /// has it. Null where its text was read anew since, and is in no passage any more.
    cited_passage_id: Option<PassageId>,
    /// What the document was called.
    #[schema(example = "Annual Report 2024")]
    title: String,
    /// Its file name.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// Its year.
    year: Option<i32>,
    /// The page, from 1.
    page: Option<i32>,
    /// The headings above the passage.
    #[schema(example = "Governance › Board")]
    heading: Option<String>,
    /// The passage's text.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    excerpt: String,
    /// The newest version of the document, where it is an older one.
    superseded_by: Option<DocumentId>,
}

impl From<OutputSource> for SourceResponse {
    fn from(source: OutputSource) -> Self {
        Self {
            number: source.number,
            passage_id: source.passage_id,
            doc_id: source.doc_id,
            cited_passage_id: source.cited_passage_id,
            title: source.title,
            filename: source.filename,
            year: source.year,
            page: source.page,
            heading: source.heading,
            excerpt: source.excerpt,
            superseded_by: source.superseded_by,
        }
    }
}

/// An output is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutputDeleted {
    /// What was done, in words.
    #[schema(example = "Output 'Capacity section' deleted successfully")]
    pub(super) message: String,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_that_was_kept_as_a_text_is_an_object() {
        assert_eq!(opened(json!({ "a": 1 })), json!({ "a": 1 }));
        assert_eq!(opened(json!("{\"a\": 1}")), json!({ "a": 1 }));
        assert_eq!(
            opened(json!("7")),
            json!("7"),
            "nothing else is taken apart"
        );
    }
}
