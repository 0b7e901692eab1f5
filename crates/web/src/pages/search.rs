//! `/search`: passages that answer a question, and why.

use archivist_domain::{DocType, DocumentId, Outcome, PassageId, SearchOrder};
use archivist_search::{FacetCounts, Hint, SearchRequest};
use archivist_store::documents;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::facet::{Facet, FacetValue, Field};
use super::filter::{Choices, FilterForm};
use super::form::filled;
use super::marked::{Excerpt, excerpt};
use super::saved::{self, SavedView};
use super::shell::{Place, Shell};
use super::visitor::PageWriter;
use super::{page, show};
use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::extract::Query;
use crate::retrieve::{self, Figure, Findings, Found, MAX_PASSAGES};
use crate::state::AppState;

/// Passages on a page of hits.
const HITS: usize = 20;

/// The last page of hits: nobody looks further.
const LAST_PAGE: i64 = 50;

/// So many values of each kind are offered to narrow a search down.
const MAX_CHOICES: usize = 40;

/// About 20 words of a passage that others are to be like.
const LIKED_BYTES: usize = 140;

/// About 70 words: enough to see whether a passage answers.
const EXCERPT_BYTES: usize = 440;

#[derive(Template)]
#[template(path = "pages/search.html")]
pub(super) struct SearchPage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    pub(super) filter: FilterForm,
    pub(super) choices: Choices,
    pub(super) funders: Vec<String>,
    /// Documents in the library.
    pub(super) documents: i64,
    pub(super) hits: Vec<HitView>,
    /// The orders that passages may stand in.
    pub(super) orders: &'static [&'static str],
    /// Whether conditions alone list documents.
    pub(super) lists: bool,
    /// Whether they do here.
    pub(super) listed: bool,
    /// How far an embedding model has come that has not read everything yet.
    pub(super) reading: Option<String>,
    /// How many documents and passages match, and how many of each are shown.
    pub(super) matching: String,
    /// What the search can be narrowed down by.
    pub(super) facets: Vec<Facet>,
    /// The search in another spelling, and its address.
    pub(super) did_you_mean: Option<(String, String)>,
    /// What was read in another way than it may have been meant.
    pub(super) hints: Vec<Hint>,
    /// The first passage of those that others are like.
    pub(super) liked: Option<String>,
    /// The title of the one document that is looked in.
    pub(super) within: Option<String>,
    pub(super) page: i64,
    /// Addresses of the pages before and after.
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
    /// Searches that the person comes back to.
    pub(super) saved: Vec<SavedView>,
    /// What is wrong with the search, for whoever typed it.
    pub(super) problem: Option<Problem>,
}

/// Why a search has no answer.
pub(super) struct Problem {
    pub(super) heading: &'static str,
    pub(super) text: String,
}

impl Problem {
    fn new(heading: &'static str, refused: FieldProblem) -> Self {
        Self {
            heading,
            text: refused.msg,
        }
    }
}

/// A passage that was found.
pub(super) struct HitView {
    pub(super) address: String,
    /// An editor keeps it on top of this search.
    pub(super) is_pinned: bool,
    /// Where a form is sent that puts it there or takes it away; none where nothing was typed.
    pub(super) pin: Option<String>,
    pub(super) passage: PassageId,
    /// The search for others like it.
    pub(super) more_like: String,
    /// The search without it.
    pub(super) without: String,
    /// The search in its document alone; none where that is what was asked.
    pub(super) within: Option<String>,
    pub(super) file: Option<String>,
    pub(super) title: String,
    pub(super) doc_type: &'static str,
    pub(super) year: Option<i32>,
    pub(super) outcome: Option<show::Chip>,
    /// There is a newer version of its document.
    pub(super) is_superseded: bool,
    pub(super) pages: Option<String>,
    pub(super) heading: Option<String>,
    /// 0 to 100: comparable within one answer.
    pub(super) score: u32,
    pub(super) reasons: String,
    /// The figures behind the score.
    pub(super) figures: String,
    /// What the first sentence points back to, where the excerpt begins with it.
    pub(super) lead: Option<String>,
    pub(super) excerpt: Excerpt,
}

impl SearchPage {
    pub(super) fn asks(&self) -> bool {
        asks(&self.filter, self.lists)
    }

    /// The order that is chosen.
    pub(super) fn is_order(&self, label: &str) -> bool {
        filled(&self.filter.sort).unwrap_or(SearchOrder::Relevance.as_str()) == label
    }

    /// Whether passages are named that others are to be like or that are left out.
    pub(super) fn names_passages(&self) -> bool {
        !self.filter.like.is_empty() || !self.filter.without.is_empty()
    }
}

/// Whether the form says what to look for, or to list.
fn asks(filter: &FilterForm, lists: bool) -> bool {
    filled(&filter.q).is_some() || !filter.like.is_empty() || lists && filter.is_narrowed()
}

/// The answer to a question, or the empty form.
pub(super) async fn search(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Query(filter): Query<FilterForm>,
) -> Result<Response, Error> {
    let figures = state.documents.figures(&state.pool, false).await?;
    let page_number = filter.page_number()?.min(LAST_PAGE);
    let (mut findings, mut problem) = (Findings::default(), None);
    let (mut shown, mut listed) = ("", false);
    let lists = retrieve::lists(&state);
    match retrieve::typed(&filter.q) {
        _ if !asks(&filter, lists) => {}
        Ok(typed) => {
            let request = request(&state, typed, &filter, page_number).await?;
            (shown, listed) = (of_each(&request), request.lists_all());
            let unlike = retrieve::unlike(&request, &filter.like);
            let refused = retrieve::refused(&state, &request);
            let unlike = unlike.map(|refused| Problem::new("That passage is gone", refused));
            let refused = refused.map(|refused| Problem::new("This search needs words", refused));
            problem = unlike.or(refused);
            if problem.is_none() {
                findings = retrieve::find(&state, request).await?;
            }
        }
        Err(refused) => problem = Some(Problem::new("This search was not understood", refused)),
    }
    let page_address = |page: i64| filter.address_with("/search", "page", &page.to_string());
    let is_full = findings.found.len() == HITS && page_number < LAST_PAGE;
    page(&SearchPage {
        shell: visitor.shell(Place::Search),
        is_editor: visitor.is_editor(),
        choices: Choices::load(&state.pool, &figures).await?,
        funders: documents::funders(&state.pool).await?,
        documents: figures.documents,
        orders: SearchOrder::LABELS,
        lists,
        listed,
        reading: reading(&state).await?,
        matching: matching(&findings.counts, shown),
        facets: facets(&findings.counts, &filter),
        did_you_mean: findings.did_you_mean.map(|meant| {
            let address = filter.address_with("/search", "q", &meant);
            (meant, address)
        }),
        hints: findings.hints,
        liked: liked(&state, &filter).await?,
        within: within(&state, &filter).await?,
        saved: saved::of(&state, &visitor).await?,
        page: page_number,
        previous: (page_number > 1).then(|| page_address(page_number - 1)),
        next: is_full.then(|| page_address(page_number + 1)),
        hits: findings
            .found
            .into_iter()
            .map(|found| hit_view(found, &filter))
            .collect(),
        problem,
        filter,
    })
}

async fn request(
    state: &AppState,
    typed: SearchRequest,
    filter: &FilterForm,
    page: i64,
) -> Result<SearchRequest, Error> {
    for (field, passages) in [("like", &filter.like), ("without", &filter.without)] {
        if let Some(message) = bounds::items(passages.len(), MAX_PASSAGES) {
            return Err(Error::Invalid(vec![FieldProblem::query(field, message)]));
        }
    }
    let like = retrieve::places(state, &filter.like).await?;
    let mut without = retrieve::places(state, &filter.without).await?;
    if typed.text.is_empty() {
        without.extend(&like);
    }
    let (recency, outcome) = filter.weights()?;
    Ok(SearchRequest {
        pinned: retrieve::pinned(state, &filter.q).await?,
        like,
        without,
        recency_weight: retrieve::recency_weight(state, recency).await?,
        outcome_weight: outcome.unwrap_or(typed.outcome_weight),
        filters: filter.for_search()?,
        order: filter.order()?,
        offset: HITS * usize::try_from(page - 1).unwrap_or_default(),
        limit: HITS,
        ..typed
    })
}

/// What the first passage says that others are to be like.
async fn liked(state: &AppState, filter: &FilterForm) -> Result<Option<String>, Error> {
    let Some(first) = filter.like.first() else {
        return Ok(None);
    };
    let passage = retrieve::passage(state, *first).await?;
    Ok(passage.map(|passage| excerpt(&passage.content, &[], LIKED_BYTES).plain()))
}

/// What the one document is called that is looked in.
async fn within(state: &AppState, filter: &FilterForm) -> Result<Option<String>, Error> {
    let Some(id) = filter.document_id()? else {
        return Ok(None);
    };
    let document = documents::get(&state.pool, id).await?;
    let document = document.filter(|document| !document.held);
    let title = document.map(|document| document.display_title().to_owned());
    Ok(Some(
        title.unwrap_or_else(|| "a document that is gone".to_owned()),
    ))
}

/// What to know about a model that is still reading, so that nobody wonders why results change.
async fn reading(state: &AppState) -> Result<Option<String>, Error> {
    let Some(wanted) = state.models.voices().wanted else {
        return Ok(None);
    };
    let serving = retrieve::serving(state).await;
    if serving.is_some_and(|serving| serving.model_id == wanted.model_id) {
        return Ok(None);
    }
    let coverage = retrieve::coverage(state, &wanted).await?;
    if coverage.read >= coverage.passages || coverage.is_enough() {
        return Ok(None);
    }
    let read = coverage.read;
    let passages = show::counted(coverage.passages, "passage");
    let model = &wanted.embedder.identity().model;
    Ok(Some(format!(
        "The model {model} has read {read} of {passages}; it has its say once it has read nearly all."
    )))
}

fn matching(counts: &FacetCounts, shown: &str) -> String {
    let passages = show::counted(counts.passages, "passage");
    let documents = show::counted(counts.documents, "document");
    format!("{passages} in {documents}{shown}")
}

/// How many passages of each document are shown, for people.
fn of_each(request: &SearchRequest) -> &'static str {
    if !request.filters.documents.is_empty() {
        ""
    } else if request.lists_all() {
        ", the first of each shown"
    } else {
        ", at most three of each shown"
    }
}

/// Where something is chosen, to give it up; else where a choice leaves something out.
fn facets(counts: &FacetCounts, filter: &FilterForm) -> Vec<Facet> {
    let facet = |heading, name, current, values: Vec<(String, usize)>| {
        let field = Field {
            heading,
            name,
            current,
        };
        let values = values.into_iter().take(MAX_CHOICES);
        let counted =
            values.map(|(value, count)| (value, i64::try_from(count).unwrap_or(i64::MAX)));
        Facet::new("/search", filter, field, counted)
    };
    let types = labelled(&counts.doc_types, DocType::as_str);
    let outcomes = labelled(&counts.outcomes, Outcome::as_str);
    let facets = [
        facet("Type", "doc_type", &filter.doc_type, types),
        facet("Outcome", "outcome", &filter.outcome, outcomes),
        facet("Year", "year", &filter.year, numbered(&counts.years)),
        facet(
            "Program",
            "program",
            &filter.program,
            counts.programs.clone(),
        ),
        facet("Tag", "tag", &filter.tag, counts.tags.clone()),
        facet("Funder", "funder", &filter.funder, counts.funders.clone()),
    ];
    let all = i64::try_from(counts.documents).unwrap_or(i64::MAX);
    let narrows = |value: &FacetValue| value.is_on || value.count < all;
    let is_of_use = |facet: &Facet| facet.values.iter().any(narrows);
    facets.into_iter().filter(is_of_use).collect()
}

fn labelled<T: Copy>(counts: &[(T, usize)], label: fn(T) -> &'static str) -> Vec<(String, usize)> {
    let named = counts
        .iter()
        .map(|(value, count)| (label(*value).to_owned(), *count));
    named.collect()
}

fn numbered(counts: &[(i32, usize)]) -> Vec<(String, usize)> {
    let named = counts
        .iter()
        .map(|(year, count)| (year.to_string(), *count));
    named.collect()
}

fn hit_view(found: Found, filter: &FilterForm) -> HitView {
    let figures = figures(&found);
    let Found {
        hit,
        passage,
        document,
        pinned,
        ..
    } = found;
    let id: DocumentId = document.doc_id;
    let file = document
        .file_sha256
        .is_some()
        .then(|| show::file_address(id, &document.filename, passage.page_first));
    let excerpt = excerpt(&passage.content, &hit.marks, EXCERPT_BYTES);
    let pins = if pinned {
        "/search/pins/remove"
    } else {
        "/search/pins"
    };
    HitView {
        is_pinned: pinned,
        pin: filled(&filter.q).map(|_| filter.address_with(pins, "", "")),
        passage: passage.passage_id,
        more_like: filter.with_like(passage.passage_id),
        without: filter.with_without(passage.passage_id),
        within: filled(&filter.document)
            .is_none()
            .then(|| filter.address_with("/search", "document", &id.to_string())),
        address: match filled(&filter.q) {
            Some(query) => show::found_address(id, passage.passage_id, query),
            None => show::passage_address(id, passage.passage_id),
        },
        file,
        title: document.display_title().to_owned(),
        doc_type: document.doc_type.as_str(),
        year: document.year,
        outcome: show::outcome(document.outcome),
        is_superseded: document.superseded_by().is_some(),
        pages: show::pages(passage.page_first, passage.page_last),
        heading: passage.heading,
        score: percent(hit.score),
        reasons: hit.reasons.join(" · "),
        figures,
        lead: passage.lead.filter(|_| !excerpt.is_cut_before),
        excerpt,
    }
}

/// What was measured, and by what the score was multiplied where that made a difference.
fn figures(found: &Found) -> String {
    let makes_a_difference = |figure: &Figure| match figure.value {
        Some(value) => !figure.is_multiplier || value < 1.0,
        None => false,
    };
    let figures = found.figures().into_iter().filter(makes_a_difference);
    let figures: Vec<String> = figures.map(|figure| figure.to_string()).collect();
    figures.join(", ")
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 to 100 before"
)]
fn percent(score: f32) -> u32 {
    (score * 100.0).round().clamp(0.0, 100.0) as u32
}
