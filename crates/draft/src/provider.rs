//! What every writer of drafts has in common.

use std::sync::Arc;

use futures_util::stream::BoxStream;

use crate::{DraftRequest, Source};

/// A writer of drafts: the built-in [`crate::Composer`] or a language model.
pub trait Provider: Send + Sync {
    /// The name that goes to clients as `model`.
    fn name(&self) -> &str;

    /// One honest line for people about who wrote the draft and how.
    fn disclosure(&self) -> &str;

    /// Writes a draft piece by piece: any number of [`Chunk::Text`], whose
    /// concatenation is the draft, then one [`Chunk::Done`]. An error ends the
    /// stream. Dropping the stream stops the work.
    fn stream(
        &self,
        request: DraftRequest,
        sources: Arc<[Source]>,
    ) -> BoxStream<'static, Result<Chunk, ProviderError>>;
}

/// One piece of a streamed draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// The next part of the text.
    Text(String),
    /// The end, with what a language model counted; zeros where there is none.
    Done {
        /// Tokens read.
        input_tokens: u32,
        /// Tokens written.
        output_tokens: u32,
    },
}

/// Why there is no draft. The texts are meant for people and say what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// No passages were found to write from.
    #[error(
        "There is nothing to draft from yet: add documents to the library, or widen the filters."
    )]
    NoSources,
    /// Passages were found, but none holds a sentence that fits the section.
    #[error(
        "None of the passages found says anything that fits this section: \
         describe the subject in other words, choose another section, or widen the filters."
    )]
    NothingRelevant,
    /// The word limit leaves no room for a single fitting sentence.
    #[error("No fitting sentence is as short as {max_words} words: allow at least {needed} words.")]
    NoRoom {
        /// The limit that was asked for.
        max_words: usize,
        /// The words of the shortest fitting sentence.
        needed: usize,
    },
}
