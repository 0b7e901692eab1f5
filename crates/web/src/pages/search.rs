//! `/search`: passages that answer a question, and why.

use archivist_domain::DocumentId;
use archivist_search::SearchRequest;
use archivist_store::statistics;
use askama::Template;
use axum::extract::State;
use axum::response::Response;

use super::filter::{Choices, FilterForm};
use super::form::filled;
use super::marked::{Excerpt, excerpt};
use super::shell::{Place, Shell};
use super::visitor::PageWriter;
use super::{page, show};
use crate::error::Error;
use crate::extract::Query;
use crate::retrieve::{self, Found};
use crate::state::AppState;

const HITS: usize = 20;

/// About 70 words: enough to see whether a passage answers.
const EXCERPT_BYTES: usize = 440;

#[derive(Template)]
#[template(path = "pages/search.html")]
pub(super) struct SearchPage {
    pub(super) shell: Shell,
    pub(super) is_editor: bool,
    pub(super) filter: FilterForm,
    pub(super) choices: Choices,
    /// Documents in the library.
    pub(super) documents: i64,
    pub(super) hits: Vec<HitView>,
    /// What is wrong with the search, for whoever typed it.
    pub(super) problem: Option<String>,
}

/// A passage that was found.
pub(super) struct HitView {
    pub(super) address: String,
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
    /// What the first sentence points back to, where the excerpt begins with it.
    pub(super) lead: Option<String>,
    pub(super) excerpt: Excerpt,
}

impl SearchPage {
    pub(super) fn asks(&self) -> bool {
        filled(&self.filter.q).is_some()
    }

    pub(super) fn summary(&self) -> String {
        let distinct: std::collections::HashSet<_> =
            self.hits.iter().map(|hit| &hit.title).collect();
        let documents = i64::try_from(distinct.len()).unwrap_or(i64::MAX);
        let passages = i64::try_from(self.hits.len()).unwrap_or(i64::MAX);
        format!(
            "{} from {}",
            show::count(passages, "passage"),
            show::count(documents, "document")
        )
    }
}

/// The answer to a question, or the empty form.
pub(super) async fn search(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    Query(filter): Query<FilterForm>,
) -> Result<Response, Error> {
    let figures = statistics::library(&state.pool, false).await?;
    let (hits, problem) = match filled(&filter.q).map(retrieve::typed) {
        Some(Ok(typed)) => {
            let request = request(typed, &filter)?;
            (retrieve::search(&state, request).await?, None)
        }
        Some(Err(problem)) => (Vec::new(), Some(problem.msg)),
        None => (Vec::new(), None),
    };
    page(&SearchPage {
        shell: visitor.shell(Place::Search),
        is_editor: visitor.is_editor(),
        choices: Choices::load(&state.pool, &figures).await?,
        documents: figures.documents,
        hits: hits.into_iter().map(hit_view).collect(),
        problem,
        filter,
    })
}

fn request(typed: SearchRequest, filter: &FilterForm) -> Result<SearchRequest, Error> {
    Ok(SearchRequest {
        filters: filter.for_search()?,
        limit: HITS,
        ..typed
    })
}

fn hit_view(found: Found) -> HitView {
    let Found {
        hit,
        passage,
        document,
    } = found;
    let id: DocumentId = document.doc_id;
    let file = document
        .file_sha256
        .is_some()
        .then(|| show::file_address(id, &document.filename, passage.page_first));
    let excerpt = excerpt(&passage.content, &hit.marks, EXCERPT_BYTES);
    HitView {
        address: show::passage_address(id, passage.passage_id),
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
        lead: passage.lead.filter(|_| !excerpt.is_cut_before),
        excerpt,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0 to 100 before"
)]
fn percent(score: f32) -> u32 {
    (score * 100.0).round().clamp(0.0, 100.0) as u32
}
