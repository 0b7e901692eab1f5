//! Search for passages.

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use archivist_search::{Filters, SearchRequest};
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::offsets::{self, Span};
use super::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::extract::{Json, Query};
use crate::retrieve::{self, Found};
use crate::state::AppState;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 50;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(search))
}

/// What to look for. Repeat a filter for several values: any of them will do, and
/// all filters hold together.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// What to look for, in plain words. What stands in quotation marks must stand in a passage
    /// like that. Conditions may be among the words: `type:report`, `year:2022-2024`,
    /// `program:"Early Literacy"`, `outcome:funded`, `tag:rural`, `funder:trust`; several of
    /// one name are alternatives.
    #[param(min_length = 1, max_length = 1_000, example = "reading coaches")]
    q: String,
    /// Kinds of documents.
    #[serde(default)]
    doc_type: Vec<DocType>,
    /// Years; documents without one are left out.
    #[serde(default)]
    #[param(example = json!([2024]))]
    year: Vec<i32>,
    /// Programs, in any letter case.
    #[serde(default)]
    #[param(example = json!(["Early Literacy"]))]
    program: Vec<String>,
    /// Outcomes; documents without one are left out.
    #[serde(default)]
    outcome: Vec<Outcome>,
    /// Tags, in any letter case.
    #[serde(default)]
    #[param(example = json!(["rural"]))]
    tag: Vec<String>,
    /// Passages of older versions, too, of which there are newer ones; false when not given.
    #[param(example = false)]
    include_superseded: Option<bool>,
    /// How many passages to return at most; 10 when not given.
    #[param(minimum = 1, maximum = 50, example = 10)]
    limit: Option<usize>,
}

/// The passages that answer a search, best first.
#[derive(Debug, Serialize, ToSchema)]
struct SearchResponse {
    /// What was looked for.
    #[schema(example = "board members")]
    query: String,
    /// The passages; at most three of one document.
    hits: Vec<SearchHit>,
}

/// A passage that answers a search, and why.
#[derive(Debug, Serialize, ToSchema)]
struct SearchHit {
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
    #[schema(example = json!(["The words 'board' and 'members' occur in it"]))]
    reasons: Vec<String>,
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

/// Searches the library for passages, by words and by meaning.
#[utoipa::path(get, path = "/api/search", tag = "search", params(SearchParams), responses(
    (status = 200, description = "The passages", body = SearchResponse),
    WithFields,
        ForWriters,
))]
async fn search(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<SearchParams>,
) -> Result<Json<SearchResponse>, Error> {
    let query = params.q.clone();
    let found = retrieve::search(&state, params.check()?).await?;
    let hits = found.into_iter().map(Into::into).collect();
    Ok(Json(SearchResponse { query, hits }))
}

impl SearchParams {
    fn check(self) -> Result<SearchRequest, Error> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let mut problems = Vec::new();
        if self.q.trim().is_empty() {
            problems.push(FieldProblem::query("q", "say what to look for"));
        }
        let typed = retrieve::typed(&self.q).map_err(|problem| problems.push(problem));
        let outside = bounds::number(&limit, &(1..=MAX_LIMIT));
        problems.extend(outside.map(|message| FieldProblem::query("limit", message)));
        let typed = match typed {
            Ok(typed) if problems.is_empty() => typed,
            _ => return Err(Error::Invalid(problems)),
        };
        Ok(SearchRequest {
            limit,
            filters: Filters {
                doc_types: self.doc_type,
                years: self.year,
                programs: self.program,
                outcomes: self.outcome,
                tags: self.tag,
                include_superseded: self.include_superseded.unwrap_or(false),
                ..Filters::default()
            },
            ..typed
        })
    }
}

impl From<Found> for SearchHit {
    fn from(found: Found) -> Self {
        let Found {
            hit,
            passage,
            document,
        } = found;
        let text = passage.content;
        let marks = hit.marks.iter();
        Self {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn params(q: &str, limit: usize) -> SearchParams {
        SearchParams {
            q: q.into(),
            doc_type: vec![DocType::AnnualReport],
            year: vec![2024, 2025],
            program: Vec::new(),
            outcome: Vec::new(),
            tag: vec!["rural".into()],
            include_superseded: None,
            limit: Some(limit),
        }
    }

    #[test]
    fn filters_reach_the_index() {
        let request = params("coaches", 5).check().unwrap();
        assert_eq!((request.text.as_str(), request.limit), ("coaches", 5));
        assert_eq!(request.filters.doc_types, [DocType::AnnualReport]);
        assert_eq!(request.filters.years, [2024, 2025]);
        assert_eq!(request.filters.tags, ["rural"]);
    }

    #[test]
    fn nothing_to_look_for_and_too_much_are_refused() {
        let Err(Error::Invalid(problems)) = params("  ", 51).check() else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["q", "limit"]);
        let longest = retrieve::MAX_QUERY_CHARS;
        assert!(params(&"é".repeat(longest), 5).check().is_ok());
        assert!(params(&"é".repeat(longest + 1), 5).check().is_err());
    }
}
