//! What a search is answered with.

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use archivist_search::FacetCounts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::offsets::{self, Span};
use crate::retrieve::Found;

/// The passages that answer a search, best first unless another order was asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchResponse {
    /// What was looked for.
    #[schema(example = "board members")]
    pub(super) query: String,
    /// The passages; at most three of one document, unless one alone was asked for.
    pub(super) hits: Vec<SearchHit>,
    /// How all documents that match are spread, not only those of `hits`.
    pub(super) counts: SearchCounts,
    /// The search with each word that stands nowhere in the library in a spelling that does, or
    /// with a usual word in the place of one that hardly any passage has; where there is one.
    #[schema(example = "board members")]
    pub(super) did_you_mean: Option<String>,
    /// What was read in another way than it may have been meant: a name before a colon that is no
    /// condition, a quotation mark that is never closed. For people.
    #[schema(example = json!(["“author:” is no condition and was looked for as a word: conditions are type:, year:, program:, outcome:, tag: and funder:"]))]
    pub(super) hints: Vec<String>,
}

/// How many of the documents that match have each value, the most frequent first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchCounts {
    /// All of them.
    #[schema(example = 12)]
    documents: usize,
    /// Their passages that match.
    #[schema(example = 31)]
    passages: usize,
    /// By kind.
    doc_type: Vec<ValueCount>,
    /// By year, the latest first.
    #[schema(example = json!([{"value": 2024, "count": 3}]))]
    year: Vec<YearCount>,
    /// By program.
    program: Vec<ValueCount>,
    /// By outcome.
    outcome: Vec<ValueCount>,
    /// By tag.
    tag: Vec<ValueCount>,
    /// By who is asked for money.
    funder: Vec<ValueCount>,
}

/// How many documents have a value.
#[derive(Debug, Serialize, ToSchema)]
struct ValueCount {
    /// The value, as the filter of this name takes it.
    #[schema(example = "rural")]
    value: String,
    /// How many documents have it.
    #[schema(example = 3)]
    count: usize,
}

/// How many documents are of a year.
#[derive(Debug, Serialize, ToSchema)]
struct YearCount {
    /// The year.
    #[schema(example = 2024)]
    value: i32,
    /// How many documents are of it.
    #[schema(example = 3)]
    count: usize,
}

/// The figures behind a score.
#[derive(Debug, Serialize, ToSchema)]
struct Numbers {
    /// BM25 of its words; null where none matched.
    #[schema(example = 8.21)]
    words: Option<f32>,
    /// The cosine of its meaning; null where it is no more than chance gives.
    #[schema(example = 0.61)]
    meaning: Option<f32>,
    /// By what the score was multiplied for the age of the document.
    #[schema(example = 0.93)]
    recency: f32,
    /// By what it was multiplied for what became of the document.
    #[schema(example = 1.0)]
    outcome: f32,
    /// By what it was multiplied where the document is an older version.
    #[schema(example = 1.0)]
    version: f32,
    /// By what it was multiplied since the passage says again what stands before it.
    #[schema(example = 1.0)]
    repetition: f32,
    /// By what it was multiplied for words in other forms than those typed: *government* for
    /// *governance*.
    #[schema(example = 1.0)]
    form: f32,
    /// By what it was multiplied where words stand apart that were typed in a row.
    #[schema(example = 1.0)]
    row: f32,
    /// By what it was multiplied for what the search names: years, kinds, funders, programs,
    /// audiences, sections.
    #[schema(example = 0.9)]
    named: f32,
    /// By what it was multiplied for what people chose before; null where nothing that was
    /// learned from that has its say.
    #[schema(example = 0.95)]
    preferred: Option<f32>,
    /// How well it answers by the model that judges hits, 0 to 1; null where there is none, or
    /// where it stands behind those that are judged.
    #[schema(example = 0.87)]
    judged: Option<f32>,
}

/// A passage that answers a search, and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SearchHit {
    /// The passage.
    passage_id: PassageId,
    /// The document it stands in.
    document: HitDocument,
    /// The page it begins on, from 1, where the format has pages.
    page: Option<i32>,
    /// The headings above it, joined with ` › `.
    #[schema(example = "Governance › Board")]
    heading: Option<String>,
    /// The end of the passage before it, where its first sentence points back to that. It is
    /// no part of `text`.
    #[schema(example = "Nine people founded the organization.")]
    lead: Option<String>,
    /// Its whole text.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    text: String,
    /// 0 to 1; comparable within one answer, not between answers.
    #[schema(example = 0.91)]
    score: f32,
    /// Where the matched words stand in `text`: `[start, end]` in Unicode code
    /// points, `end` not included, ascending.
    #[schema(value_type = Vec<Vec<usize>>, example = json!([[4, 11]]))]
    marks: Vec<Span>,
    /// The matched words as they stand in the text, each once.
    #[schema(example = json!(["eleven"]))]
    matched: Vec<String>,
    /// Why it is here, for people.
    #[schema(example = json!(["matched board, members", "similar in meaning", "2024"]))]
    reasons: Vec<String>,
    /// Whether an editor keeps it on top of this search.
    #[schema(example = false)]
    pinned: bool,
    /// The figures behind the score; null unless `explain=true`.
    numbers: Option<Numbers>,
}

/// The document of a hit.
#[derive(Debug, Serialize, ToSchema)]
struct HitDocument {
    /// Its id.
    doc_id: DocumentId,
    /// What to call it.
    #[schema(example = "Annual Report 2024")]
    title: String,
    /// Its file name.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// Its kind.
    doc_type: DocType,
    /// Its year.
    year: Option<i32>,
    /// What became of it.
    outcome: Option<Outcome>,
    /// Programs it is filed under.
    #[schema(example = json!(["Early Literacy"]))]
    programs: Vec<String>,
    /// Tags.
    #[schema(example = json!(["rural"]))]
    tags: Vec<String>,
    /// The newest version of it, where it is an older one.
    superseded_by: Option<DocumentId>,
}

impl SearchHit {
    /// With the figures behind the score where `explains` is set.
    pub(super) fn new(found: Found, explains: bool) -> Self {
        let Found {
            hit,
            passage,
            document,
            pinned,
            judged,
        } = found;
        let text = passage.content;
        let marks = hit.marks.iter();
        let numbers = explains.then_some(Numbers {
            words: hit.lexical,
            meaning: hit.dense,
            recency: hit.recency,
            version: hit.version,
            repetition: hit.repetition,
            form: hit.form,
            row: hit.row,
            outcome: hit.outcome,
            named: hit.named,
            preferred: hit.preferred,
            judged,
        });
        Self {
            pinned,
            numbers,
            passage_id: passage.passage_id,
            page: passage.page_first,
            heading: passage.heading,
            lead: passage.lead,
            score: hit.score,
            marks: marks
                .filter_map(|mark| offsets::span(&text, mark))
                .collect(),
            text,
            matched: hit.matched,
            reasons: hit.reasons,
            document: HitDocument {
                doc_id: document.doc_id,
                title: document.display_title().to_owned(),
                superseded_by: document.superseded_by(),
                filename: document.filename,
                doc_type: document.doc_type,
                year: document.year,
                outcome: document.outcome,
                programs: document.programs,
                tags: document.tags,
            },
        }
    }
}

impl From<FacetCounts> for SearchCounts {
    fn from(counts: FacetCounts) -> Self {
        let years = counts.years.into_iter();
        let years = years.map(|(value, count)| YearCount { value, count });
        Self {
            documents: counts.documents,
            passages: counts.passages,
            doc_type: counted(counts.doc_types, |doc_type| doc_type.as_str().to_owned()),
            year: years.collect(),
            program: counted(counts.programs, |name| name),
            outcome: counted(counts.outcomes, |outcome| outcome.as_str().to_owned()),
            tag: counted(counts.tags, |name| name),
            funder: counted(counts.funders, |name| name),
        }
    }
}

fn counted<T>(pairs: Vec<(T, usize)>, label: impl Fn(T) -> String) -> Vec<ValueCount> {
    let count = |(value, count)| ValueCount {
        value: label(value),
        count,
    };
    pairs.into_iter().map(count).collect()
}
