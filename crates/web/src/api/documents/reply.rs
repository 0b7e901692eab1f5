//! What the document routes answer.

use std::collections::BTreeMap;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use archivist_store::documents::Document;
use archivist_store::passages::Passage;
use archivist_store::statistics::{LibraryFigures, Tally};
use chrono::NaiveDateTime;
use rust_decimal::Decimal;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::pagination::Pagination;
use crate::similar::SimilarDocument;
use crate::wire;

/// A document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentInfo {
    /// Its id.
    doc_id: DocumentId,
    /// The name of the file that was put in.
    #[schema(example = "annual-report-2024.pdf")]
    filename: String,
    /// What to call it, where that is known.
    #[schema(example = "Annual Report 2024")]
    title: Option<String>,
    /// Its kind.
    doc_type: DocType,
    /// The year it is of.
    year: Option<i32>,
    /// Programs it is filed under.
    #[schema(example = json!(["Early Literacy"]))]
    programs: Vec<String>,
    /// Tags.
    #[schema(example = json!(["rural"]))]
    tags: Vec<String>,
    /// What became of it.
    outcome: Option<Outcome>,
    /// Its fiscal year, as people write it.
    #[schema(example = "FY2024")]
    fiscal_year: Option<String>,
    /// Who is asked for money, or gave it.
    #[schema(example = "Rivers Foundation")]
    funder: Option<String>,
    /// How much is asked for.
    #[serde(serialize_with = "wire::amount")]
    #[schema(value_type = Option<String>, example = "50000.00")]
    requested_amount: Option<Decimal>,
    /// How much was given.
    #[serde(serialize_with = "wire::amount")]
    #[schema(value_type = Option<String>, example = "45000.00")]
    awarded_amount: Option<Decimal>,
    /// How many passages it has.
    chunks_count: Option<i32>,
    /// How many pages, where the format has pages.
    page_count: Option<i32>,
    /// Whether pages of it are pictures whose text was not read: it is not found by what
    /// they say.
    needs_ocr: bool,
    /// Those pages, ascending, from 1.
    #[schema(example = json!([3, 4]))]
    pages_without_text: Vec<i32>,
    /// When it was put in (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    upload_date: NaiveDateTime,
    /// Size of the file in bytes.
    file_size: Option<i32>,
    /// It may hold personal data: only editors see it, until one of them has decided.
    held: bool,
    /// Which of its versions it is, from 1, the oldest.
    #[schema(example = 1)]
    version: usize,
    /// How many versions there are of it, itself included.
    #[schema(example = 1)]
    versions: usize,
    /// The newest version of it, where it is an older one: then search leaves it out.
    superseded_by: Option<DocumentId>,
    /// What was found in it waits for a person to confirm or correct it.
    to_confirm: bool,
}

impl From<Document> for DocumentInfo {
    fn from(document: Document) -> Self {
        Self {
            needs_ocr: document.needs_ocr(),
            version: document.version(),
            versions: document.versions.len().max(1),
            superseded_by: document.superseded_by(),
            doc_id: document.doc_id,
            filename: document.filename,
            title: document.title,
            doc_type: document.doc_type,
            year: document.year,
            programs: document.programs,
            tags: document.tags,
            outcome: document.outcome,
            fiscal_year: document.fiscal_year,
            funder: document.funder,
            requested_amount: document.requested_amount,
            awarded_amount: document.awarded_amount,
            chunks_count: document.chunks_count,
            page_count: document.page_count,
            pages_without_text: document.pages_without_text,
            upload_date: document.upload_date,
            file_size: document.file_size,
            held: document.held,
            to_confirm: document.to_confirm,
        }
    }
}

/// A page of documents.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentList {
    /// The documents asked for, newest first.
    pub(super) documents: Vec<DocumentInfo>,
    /// Where the page stands.
    pub(super) pagination: Pagination,
}

/// What the library holds and can be searched.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(super) struct LibraryStats {
    /// Documents.
    #[schema(example = 2)]
    total_documents: i64,
    /// Their passages.
    #[schema(example = 25)]
    total_chunks: i64,
    /// Documents of each kind that occurs.
    #[schema(example = json!({"Annual Report": 2}))]
    by_type: BTreeMap<String, i64>,
    /// Documents of each year that occurs.
    #[schema(example = json!({"2024": 2}))]
    by_year: BTreeMap<String, i64>,
    /// Documents with each outcome that occurs.
    #[schema(example = json!({"Funded": 2}))]
    by_outcome: BTreeMap<String, i64>,
    /// Passages per document, with two decimals; 0 when there are none.
    #[schema(example = 12.5)]
    avg_chunks_per_doc: f64,
}

impl From<LibraryFigures> for LibraryStats {
    fn from(figures: LibraryFigures) -> Self {
        let mean = figures.passages as f64 / figures.documents.max(1) as f64;
        Self {
            total_documents: figures.documents,
            total_chunks: figures.passages,
            by_type: counts(figures.by_type),
            by_year: counts(figures.by_year),
            by_outcome: counts(figures.by_outcome),
            avg_chunks_per_doc: (mean * 100.0).round() / 100.0,
        }
    }
}

fn counts(tallies: Vec<Tally<String>>) -> BTreeMap<String, i64> {
    tallies.into_iter().map(|t| (t.value, t.count)).collect()
}

/// The passages of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassageList {
    /// The document.
    doc_id: DocumentId,
    /// Its passages, in its order.
    passages: Vec<PassageInfo>,
}

impl PassageList {
    /// The reply with the passages of `doc_id`.
    pub(super) fn new(doc_id: DocumentId, passages: Vec<Passage>) -> Self {
        Self {
            doc_id,
            passages: passages.into_iter().map(Into::into).collect(),
        }
    }
}

/// A passage: a span of a document.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassageInfo {
    /// Its id.
    passage_id: PassageId,
    /// Its place in the document, from 0.
    chunk_index: i32,
    /// The page it begins on, from 1, where the format has pages.
    page: Option<i32>,
    /// The page it ends on.
    page_last: Option<i32>,
    /// The headings above it, joined with ` › `.
    #[schema(example = "Governance › Board")]
    heading: Option<String>,
    /// The end of the passage before it, where its first sentence points back to that. It is
    /// no part of `text`.
    #[schema(example = "Nine people founded the organization.")]
    lead: Option<String>,
    /// Its text.
    #[schema(example = "A board of eleven members governs it and meets every month.")]
    text: String,
    /// Its words.
    word_count: i32,
}

impl From<Passage> for PassageInfo {
    fn from(passage: Passage) -> Self {
        Self {
            passage_id: passage.passage_id,
            chunk_index: passage.ordinal,
            page: passage.page_first,
            page_last: passage.page_last,
            heading: passage.heading,
            lead: passage.lead,
            text: passage.content,
            word_count: passage.word_count,
        }
    }
}

/// A document was put in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uploaded {
    /// Always true.
    pub(super) success: bool,
    /// The new document.
    pub(super) doc_id: DocumentId,
    /// The name of its file.
    #[schema(example = "annual-report-2024.pdf")]
    pub(super) filename: String,
    /// How many passages it has.
    pub(super) chunks_created: usize,
    /// What was done, in words.
    #[schema(example = "Document 'annual-report-2024.pdf' uploaded successfully")]
    pub(super) message: String,
    /// What a person should know about how the file was read.
    #[schema(example = json!(["Page 3 has no text: it may be a picture."]))]
    pub(super) notes: Vec<String>,
    /// Documents that have much in common with it: it may be a version of one of them.
    pub(super) similar: Vec<SimilarDocument>,
}

/// A document is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentDeleted {
    /// Always true.
    success: bool,
    /// What was done, in words.
    #[schema(example = "Document 'annual-report-2024.pdf' deleted successfully")]
    message: String,
    /// The document that is gone.
    doc_id: DocumentId,
    /// How many passages it had.
    chunks_deleted: i32,
}

impl From<Document> for DocumentDeleted {
    fn from(document: Document) -> Self {
        Self {
            success: true,
            message: format!("Document '{}' deleted successfully", document.filename),
            doc_id: document.doc_id,
            chunks_deleted: document.chunks_count.unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_has_two_decimals_and_an_empty_library_none() {
        let figures = LibraryFigures {
            documents: 3,
            passages: 8,
            by_year: vec![Tally {
                value: "2024".into(),
                count: 3,
            }],
            ..LibraryFigures::default()
        };
        let stats = LibraryStats::from(figures);
        assert!((stats.avg_chunks_per_doc - 2.67).abs() < f64::EPSILON);
        assert_eq!(stats.by_year["2024"], 3);
        let empty = LibraryStats::from(LibraryFigures::default());
        assert!(empty.avg_chunks_per_doc.abs() < f64::EPSILON);
    }
}
