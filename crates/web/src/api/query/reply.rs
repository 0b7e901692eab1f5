//! What is said of a draft.

use archivist_domain::{DocType, DocumentId, PassageId};
use archivist_draft::ground::{Claim, Support, Verdict};
use archivist_draft::{Review, Source};
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::offsets;

/// A passage that a draft may cite.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Source)]
pub(super) struct SourceReply {
    /// The number in its markers, from 1.
    id: u32,
    /// The file name of its document.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// The kind of its document.
    doc_type: DocType,
    /// The year of its document.
    year: Option<i32>,
    /// The beginning of its text.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    excerpt: String,
    /// The score of the search, 0 to 1.
    #[schema(example = 0.91)]
    relevance: f32,
    /// Its place in the document, from 0.
    chunk_index: u32,
    /// The passage.
    passage_id: PassageId,
    /// Its document.
    doc_id: DocumentId,
    /// What the document is called.
    #[schema(example = "Annual Report 2024")]
    title: String,
    /// The page it begins on, from 1.
    page: Option<u32>,
    /// The headings above it.
    #[schema(example = "Governance › Board")]
    heading: Option<String>,
    /// Its whole text, which the claims' supports point into.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    text: String,
}

impl SourceReply {
    /// All sources, each with its first `chars` characters.
    pub(super) fn all(sources: &[Source], chars: usize) -> Vec<Self> {
        let reply = |source: &Source| Self::new(source, chars);
        sources.iter().map(reply).collect()
    }

    fn new(source: &Source, chars: usize) -> Self {
        Self {
            id: source.number,
            filename: source.filename.clone(),
            doc_type: source.doc_type,
            year: source.year,
            excerpt: offsets::excerpt(&source.text, chars),
            relevance: source.relevance,
            chunk_index: source.ordinal,
            passage_id: source.passage,
            doc_id: source.document,
            title: source.title.clone(),
            page: source.page,
            heading: source.heading.clone(),
            text: source.text.clone(),
        }
    }
}

/// What the checks say of a draft, whoever wrote it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub(super) struct Checked {
    /// Every sentence with its verdict, in order.
    claims: Vec<ClaimReply>,
    /// What the section should speak of and does not.
    #[schema(example = json!(["leadership"]))]
    missing_elements: Vec<&'static str>,
    /// Words as portals count them, markers excluded.
    #[schema(example = 9)]
    words: usize,
    /// One honest line about who wrote the draft and how.
    #[schema(example = "Composed from your documents; no language model configured.")]
    disclosure: String,
}

impl Checked {
    /// The checks of the draft `text`.
    pub(super) fn new(review: Review, text: &str, sources: &[Source], disclosure: &str) -> Self {
        let claims = review.claims.into_iter();
        Self {
            claims: claims
                .filter_map(|claim| ClaimReply::new(claim, text, sources))
                .collect(),
            missing_elements: review.missing_elements,
            words: review.words,
            disclosure: disclosure.to_owned(),
        }
    }
}

/// A sentence of a draft, and which passages support it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Claim)]
struct ClaimReply {
    /// Where it begins in the draft, in Unicode code points.
    #[schema(example = 0)]
    start: usize,
    /// Where it ends, its markers included.
    #[schema(example = 55)]
    end: usize,
    /// Whether the passages say it.
    verdict: VerdictReply,
    /// The numbers of its markers.
    #[schema(example = json!([1]))]
    markers: Vec<u32>,
    /// Figures, names and quotations in it that the passages do not hold.
    #[schema(example = json!([]))]
    missing: Vec<String>,
    /// The passages that speak of it, best first.
    supports: Vec<SupportReply>,
}

impl ClaimReply {
    fn new(claim: Claim, text: &str, sources: &[Source]) -> Option<Self> {
        let [start, end] = offsets::span(text, &claim.range)?;
        let supports = claim.supports.iter();
        Some(Self {
            start,
            end,
            verdict: claim.verdict.into(),
            markers: claim.markers,
            missing: claim.missing,
            supports: supports
                .filter_map(|support| SupportReply::new(support, sources))
                .collect(),
        })
    }
}

/// Whether the passages say what a sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Verdict)]
enum VerdictReply {
    /// They say it, every fact included.
    Supported,
    /// They speak of it, but not all of it is there.
    Partial,
    /// They do not say it, or its figures are not theirs.
    Unsupported,
    /// A heading, a question or a connecting phrase: nothing to support.
    NotAClaim,
}

impl From<Verdict> for VerdictReply {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Supported => Self::Supported,
            Verdict::Partial => Self::Partial,
            Verdict::Unsupported => Self::Unsupported,
            Verdict::NotAClaim => Self::NotAClaim,
        }
    }
}

/// A passage that speaks of a claim.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Support)]
struct SupportReply {
    /// The source's marker number.
    #[schema(example = 1)]
    number: u32,
    /// The passage.
    passage_id: PassageId,
    /// The share of the claim's meaning found there, 0 to 1.
    #[schema(example = 0.93)]
    score: f32,
    /// Where the best sentence begins in the passage's whole text, in Unicode code points.
    #[schema(example = 0)]
    start: usize,
    /// Where it ends.
    #[schema(example = 58)]
    end: usize,
}

impl SupportReply {
    fn new(support: &Support, sources: &[Source]) -> Option<Self> {
        let source = sources.iter().find(|s| s.number == support.number)?;
        let [start, end] = offsets::span(&source.text, &support.range)?;
        Some(Self {
            number: support.number,
            passage_id: support.passage,
            score: support.score,
            start,
            end,
        })
    }
}

/// A draft with its sources.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueryResponse {
    /// The draft.
    #[schema(example = "A board of eleven members governs the organization [1].")]
    pub(super) text: String,
    /// The passages it may cite, in the order of their markers.
    pub(super) sources: Vec<SourceReply>,
    /// How far the draft can be trusted, 0 to 1.
    #[schema(example = 0.93)]
    pub(super) confidence: f32,
    /// One line per kind of trouble; empty when there is none.
    #[schema(example = json!(["The section says nothing of: leadership"]))]
    pub(super) quality_issues: Vec<String>,
    /// How it was made.
    pub(super) metadata: DraftMetadata,
    /// Always null; see `claims`.
    #[schema(value_type = Option<Object>)]
    pub(super) validation: (),
    /// What the checks say of it.
    #[serde(flatten)]
    pub(super) checked: Checked,
}

/// How a draft was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftMetadata {
    /// Who wrote it.
    #[schema(example = "built-in composer")]
    pub(super) model: String,
    /// Tokens that a language model read and wrote; 0 where there is none.
    #[schema(example = 0)]
    pub(super) tokens_used: u32,
    /// Seconds that writing took.
    pub(super) generation_time: f64,
    /// The randomness asked for.
    #[schema(example = 0.3)]
    pub(super) temperature: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn source() -> Source {
        Source {
            number: 1,
            passage: PassageId(Uuid::from_u128(1)),
            document: DocumentId(Uuid::from_u128(2)),
            title: "Plan".into(),
            filename: "plan.pdf".into(),
            doc_type: DocType::Other,
            year: None,
            outcome: None,
            page: Some(3),
            heading: None,
            text: "Où? Our board meets monthly.".into(),
            ordinal: 0,
            relevance: 0.9,
        }
    }

    #[test]
    fn places_are_code_points_in_draft_and_passage() {
        let claim = Claim {
            range: 4..11,
            text: "We é".into(),
            markers: vec![1],
            verdict: Verdict::NotAClaim,
            supports: vec![Support {
                number: 1,
                passage: PassageId(Uuid::from_u128(1)),
                score: 1.0,
                range: 5..29,
            }],
            missing: Vec::new(),
        };
        let reply = ClaimReply::new(claim, "Ça. We é x.", &[source()]).unwrap();
        assert_eq!((reply.start, reply.end), (3, 9));
        assert_eq!((reply.supports[0].start, reply.supports[0].end), (4, 28));
        assert_eq!(
            serde_json::to_string(&reply.verdict).unwrap(),
            "\"not_a_claim\""
        );
    }

    #[test]
    fn an_excerpt_is_cut_and_the_score_stays_short() {
        let reply = SourceReply::all(&[source()], 3).remove(0);
        assert_eq!(reply.excerpt, "Où?");
        let json = serde_json::to_string(&reply).unwrap();
        assert!(json.contains("\"relevance\":0.9,"), "{json}");
    }
}
