//! Search for passages.

mod clicks;
mod models;
mod pins;
mod reply;
mod saved;
mod synonyms;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId, SearchOrder};
use archivist_search::{Filters, SearchRequest};
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::reply::{SearchHit, SearchResponse};
use super::refusals::{ForWriters, Searching, WithFields};
use crate::auth::Writer;
use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::extract::{Json, Query};
use crate::retrieve::{self, Findings, MAX_PASSAGES};
use crate::state::AppState;

const DEFAULT_LIMIT: usize = 10;
const MAX_LIMIT: usize = 50;
const MAX_OFFSET: usize = 1_000;
const MAX_DOCUMENTS: usize = 100;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(search))
        .routes(routes!(models::models))
        .routes(routes!(clicks::note))
        .routes(routes!(pins::list, pins::create))
        .routes(routes!(pins::delete))
        .routes(routes!(saved::list, saved::save))
        .routes(routes!(saved::delete))
        .routes(routes!(synonyms::list, synonyms::create))
        .routes(routes!(synonyms::update, synonyms::delete))
}

/// What to look for. Repeat a filter for several values: any of them will do, and
/// all filters hold together.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct SearchParams {
    /// What to look for, in plain words. What stands in quotation marks must stand in a passage
    /// like that; what has a `-` or a `NOT` before it must not. Conditions may be among the
    /// words: `type:report`, `year:2022-2024`, `program:"Early Literacy"`, `outcome:funded`,
    /// `tag:rural`, `funder:trust`; several of one name are alternatives.
    /// Without other words, conditions, filters and what must not stand in a passage list one
    /// passage of each document that is so, by age and outcome as far as these count, then by year;
    /// the other orders put all of them in order. Where a search engine outside of the server keeps
    /// the passages, that is refused.
    /// May be left out where `like` says what to look for, or a filter what to list.
    #[serde(default)]
    #[param(max_length = 1_000, example = "reading coaches")]
    q: String,
    /// Ids of passages that answer: others like them are looked for, too.
    #[serde(default)]
    #[param(max_items = 100)]
    like: Vec<PassageId>,
    /// Ids of passages that are not to be found. Without `q`, those of `like` are not
    /// found either.
    #[serde(default)]
    #[param(max_items = 100)]
    without: Vec<PassageId>,
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
    /// Parts of funders' names, in any letter case; documents without a funder are left out.
    #[serde(default)]
    #[param(example = json!(["trust"]))]
    funder: Vec<String>,
    /// Ids of documents to look in. Of one alone, all passages that answer are found, not only
    /// the best three.
    #[serde(default)]
    #[param(max_items = 100)]
    document: Vec<DocumentId>,
    /// Passages of older versions, too, of which there are newer ones; false when not given.
    #[param(example = false)]
    include_superseded: Option<bool>,
    /// How many passages to return at most; 10 when not given.
    #[param(minimum = 1, maximum = 50, example = 10)]
    limit: Option<usize>,
    /// How many passages to pass over before the first; none when not given.
    #[param(minimum = 0, maximum = 1_000, example = 0)]
    offset: Option<usize>,
    /// In which order the passages stand; `relevance` when not given. The others put the best
    /// hundred passages in order.
    #[param(inline, example = "newest")]
    sort: Option<SearchOrder>,
    /// How much the age of a document counts, 0 (not at all) to 1; when not given, as the site's
    /// `rag_config` says, which is 0.7 unless it was changed.
    #[param(minimum = 0, maximum = 1, example = 0.7)]
    recency_weight: Option<f32>,
    /// How much the outcome of a document counts, 0 (not at all) to 1; 0.3 when not given.
    #[param(minimum = 0, maximum = 1, example = 0.3)]
    outcome_weight: Option<f32>,
    /// How much it counts whether a document is of a year or a kind, for a funder or an audience, of
    /// a program or a passage of a section that `q` names among its words (`annual reports 2023`,
    /// `needs statement`), 0 (not at all) to 1; 0.5 when not given.
    #[param(minimum = 0, maximum = 1, example = 0.5)]
    named_weight: Option<f32>,
    /// Tell the figures behind each score, too; false when not given.
    #[param(example = false)]
    explain: Option<bool>,
}

/// Searches the library for passages, by words and by meaning.
#[utoipa::path(get, path = "/api/search", tag = "search", params(SearchParams), responses(
    (status = 200, description = "The passages", body = SearchResponse),
    WithFields,
    Searching,
    ForWriters,
))]
async fn search(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<SearchParams>,
) -> Result<Json<SearchResponse>, Error> {
    let query = params.q.clone();
    let explains = params.explain.unwrap_or(false);
    let (liked, unwanted) = (params.like.clone(), params.without.clone());
    let recency_weight = params.recency_weight;
    let mut request = params.check()?;
    request.recency_weight = retrieve::recency_weight(&state, recency_weight).await?;
    request.like = retrieve::places(&state, &liked).await?;
    request.without = retrieve::places(&state, &unwanted).await?;
    if let Some(problem) = retrieve::unlike(&request, &liked) {
        return Err(Error::Invalid(vec![problem]));
    }
    request.pinned = retrieve::pinned(&state, &query).await?;
    if request.text.is_empty() {
        request.without.extend(&request.like);
    }
    let Findings {
        found,
        counts,
        did_you_mean,
        hints,
    } = retrieve::find(&state, request).await?;
    let hits = found.into_iter();
    Ok(Json(SearchResponse {
        query,
        hits: hits.map(|found| SearchHit::new(found, explains)).collect(),
        counts: counts.into(),
        did_you_mean,
        hints: hints.iter().map(ToString::to_string).collect(),
    }))
}

impl SearchParams {
    fn check(self) -> Result<SearchRequest, Error> {
        let usual = SearchRequest::default();
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        let offset = self.offset.unwrap_or_default();
        let recency_weight = self.recency_weight.unwrap_or(usual.recency_weight);
        let outcome_weight = self.outcome_weight.unwrap_or(usual.outcome_weight);
        let named_weight = self.named_weight.unwrap_or(usual.named_weight);
        let mut problems = Vec::new();
        let mut refuse = |field: &str, message: Option<String>| {
            problems.extend(message.map(|message| FieldProblem::query(field, message)));
        };
        let filters = Filters {
            doc_types: self.doc_type,
            years: self.year,
            programs: self.program,
            outcomes: self.outcome,
            tags: self.tag,
            funders: self.funder,
            documents: self.document,
            include_superseded: self.include_superseded.unwrap_or(false),
            ..Filters::default()
        };
        let says_nothing = self.q.trim().is_empty() && self.like.is_empty() && !filters.narrow();
        let message = || "say what to look for, or set a filter".to_owned();
        refuse("q", says_nothing.then(message));
        refuse("limit", bounds::number(&limit, &(1..=MAX_LIMIT)));
        refuse("offset", bounds::number(&offset, &(0..=MAX_OFFSET)));
        refuse("like", bounds::items(self.like.len(), MAX_PASSAGES));
        refuse("without", bounds::items(self.without.len(), MAX_PASSAGES));
        refuse(
            "document",
            bounds::items(filters.documents.len(), MAX_DOCUMENTS),
        );
        refuse("named_weight", bounds::number(&named_weight, &(0.0..=1.0)));
        refuse(
            "recency_weight",
            bounds::number(&recency_weight, &(0.0..=1.0)),
        );
        refuse(
            "outcome_weight",
            bounds::number(&outcome_weight, &(0.0..=1.0)),
        );
        let typed = retrieve::typed(&self.q).map_err(|problem| problems.push(problem));
        let typed = match typed {
            Ok(typed) if problems.is_empty() => typed,
            _ => return Err(Error::Invalid(problems)),
        };
        Ok(SearchRequest {
            limit,
            offset,
            recency_weight,
            named_weight,
            outcome_weight,
            order: self.sort.unwrap_or(SearchOrder::Relevance),
            filters,
            ..typed
        })
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
            tag: vec!["rural".into()],
            limit: Some(limit),
            ..SearchParams::default()
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
        let nothing = SearchParams {
            q: "  ".into(),
            limit: Some(51),
            include_superseded: Some(true),
            ..SearchParams::default()
        };
        let Err(Error::Invalid(problems)) = nothing.check() else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["q", "limit"]);
        assert!(
            params("", 5)
                .check()
                .is_ok_and(|request| request.lists_all())
        );
        let longest = retrieve::MAX_QUERY_CHARS;
        assert!(params(&"é".repeat(longest), 5).check().is_ok());
        assert!(params(&"é".repeat(longest + 1), 5).check().is_err());
    }
}
