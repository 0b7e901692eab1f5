//! What is asked of a provider, and the passages it may use.

use archivist_domain::{Audience, DocType, DocumentId, Outcome, PassageId, Section};

/// One section to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftRequest {
    /// What the person asked for, in their words.
    pub query: String,
    /// Who will read the section.
    pub audience: Audience,
    /// Which section of an application it is.
    pub section: Section,
    /// How it should sound; free text such as `Professional`.
    pub tone: String,
    /// Further wishes; the composer, which writes no words of its own, ignores them.
    pub custom_instructions: Option<String>,
    /// Whether sentences carry markers `[n]`.
    pub include_citations: bool,
    /// The longest draft wanted, in words as portals count them (markers excluded).
    pub max_words: usize,
    /// Randomness of a language model, 0 to 1; the composer has none.
    pub temperature: f32,
    /// The longest reply of a language model, in its tokens.
    pub max_tokens: u32,
    /// The name of the organization that applies, when known.
    pub organization: Option<String>,
}

/// A passage that a draft may cite.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The number in its markers, counted from 1.
    pub number: u32,
    /// The passage.
    pub passage: PassageId,
    /// The document it stands in.
    pub document: DocumentId,
    /// The document's title.
    pub title: String,
    /// The document's file name.
    pub filename: String,
    /// What kind of document it is.
    pub doc_type: DocType,
    /// The year the document is of.
    pub year: Option<i32>,
    /// What became of the document.
    pub outcome: Option<Outcome>,
    /// The page the passage begins on, counted from 1.
    pub page: Option<u32>,
    /// The heading it stands under.
    pub heading: Option<String>,
    /// The passage's whole text.
    pub text: String,
    /// Its place among the document's passages, counted from 0.
    pub ordinal: u32,
    /// The search engine's score, 0 to 1.
    pub relevance: f32,
}
