//! What a draft tells while it is written.

use serde::Serialize;
use utoipa::ToSchema;

use super::reply::{Checked, SourceReply};

/// One event: `metadata`, then any number of `content`, `sources`, `done`; or
/// `error` at any point, which ends the stream.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StreamEvent)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Event {
    /// Once, first.
    Metadata {
        /// Who writes.
        #[schema(example = "built-in composer")]
        model: String,
        /// How many passages were found.
        sources_count: usize,
        /// How long finding them took, in milliseconds.
        retrieval_time_ms: f64,
    },
    /// The next piece of the draft.
    Content {
        /// The piece.
        #[schema(example = "A board of eleven members governs the organization [1].")]
        text: String,
    },
    /// Once, after all content.
    Sources {
        /// The passages that the draft may cite.
        sources: Vec<SourceReply>,
    },
    /// Once, last.
    Done {
        /// How far the draft can be trusted, 0 to 1.
        confidence: f32,
        /// One line per kind of trouble; null when there is none.
        #[schema(example = json!(["The section says nothing of: leadership"]))]
        quality_issues: Option<Vec<String>>,
        /// Tokens that a language model wrote; 0 where there is none.
        tokens_used: u32,
        /// Who wrote.
        #[schema(example = "built-in composer")]
        model: String,
        /// What the checks say of the draft.
        #[serde(flatten)]
        checked: Checked,
    },
    /// The end, without a whole draft.
    Error {
        /// What went wrong and what to do.
        #[schema(example = "The library has nothing to write from: add documents to the library.")]
        message: String,
    },
}
