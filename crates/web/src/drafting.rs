//! From a request for a section to its sources: which passages a draft may use.

use std::collections::HashSet;
use std::sync::Arc;

use archivist_draft::{Chunk, DraftRequest, ProviderError, Review, Source, section};
use archivist_search::{Filters, SearchRequest};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;

use crate::error::Error;
use crate::retrieve::{self, Found};
use crate::state::AppState;

/// What retrieval is asked for, beside the request for the draft itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrieval {
    /// How many passages at most.
    pub max_sources: usize,
    /// How much age counts, 0 to 1.
    pub recency_weight: f32,
    /// Hard restrictions.
    pub filters: Filters,
}

/// The passages that a draft may cite, best first and numbered from 1.
///
/// Half of them are the best answers to the request as a whole; the others are
/// looked up element by element (a capacity section needs a passage on
/// governance even where the request speaks of literacy).
pub async fn find_sources(
    state: &AppState,
    request: &DraftRequest,
    retrieval: &Retrieval,
) -> Result<Arc<[Source]>, Error> {
    let ask = |text: String, limit| SearchRequest {
        text,
        filters: retrieval.filters.clone(),
        limit,
        recency_weight: retrieval.recency_weight,
        ..SearchRequest::default()
    };
    let mut searches = vec![ask(request.query.clone(), retrieval.max_sources)];
    searches.extend(
        section::elements(request.section)
            .iter()
            .map(|element| ask(element_query(&request.query, element), 3)),
    );
    let answers = retrieve::search_all(state, searches).await?;
    let mut chosen = choose(answers, retrieval.max_sources);
    chosen.sort_by(|a, b| b.hit.score.total_cmp(&a.hit.score));
    Ok(numbered(chosen))
}

/// Passages as sources, numbered from 1 as they come.
pub(crate) fn numbered(found: Vec<Found>) -> Arc<[Source]> {
    (1..)
        .zip(found)
        .map(|(number, found)| source(number, found))
        .collect()
}

/// Starts the provider, which may compute before its first word.
pub(crate) async fn begin(
    state: &AppState,
    request: &DraftRequest,
    sources: &Arc<[Source]>,
) -> BoxStream<'static, Result<Chunk, ProviderError>> {
    let (provider, request) = (Arc::clone(&state.provider), request.clone());
    let sources = Arc::clone(sources);
    state
        .cpu
        .run(move || provider.stream(request, sources))
        .await
}

/// A draft as a whole.
pub(crate) struct Written {
    /// The text with its markers.
    pub(crate) text: String,
    /// Tokens that a language model read and wrote; 0 where there is none.
    pub(crate) tokens_used: u32,
}

/// Writes a draft to its end.
pub(crate) async fn write(
    state: &AppState,
    request: &DraftRequest,
    sources: &Arc<[Source]>,
) -> Result<Written, ProviderError> {
    let mut chunks = begin(state, request, sources).await;
    let (mut text, mut tokens_used) = (String::new(), 0);
    while let Some(chunk) = chunks.next().await {
        match chunk? {
            Chunk::Text(piece) => text.push_str(&piece),
            Chunk::Done {
                input_tokens,
                output_tokens,
            } => tokens_used = input_tokens.saturating_add(output_tokens),
        }
    }
    Ok(Written { text, tokens_used })
}

/// Checks a draft, whoever wrote it.
pub(crate) async fn review(
    state: &AppState,
    request: &DraftRequest,
    sources: &Arc<[Source]>,
    draft: &str,
) -> Review {
    let (request, sources, draft) = (request.clone(), Arc::clone(sources), draft.to_owned());
    state
        .cpu
        .run(move || archivist_draft::review(&request, &sources, &draft))
        .await
}

/// The element's name and its foremost cues, with the request behind them.
fn element_query(query: &str, element: &section::Element) -> String {
    let cues: Vec<_> = element.cues.iter().take(6).copied().collect();
    format!("{} {} {query}", element.name, cues.join(" "))
}

/// The first half from the answers to the whole request, then the elements in
/// turn, then what is left of the whole; nothing twice.
fn choose(answers: Vec<Vec<Found>>, max: usize) -> Vec<Found> {
    let mut answers = answers.into_iter();
    let mut whole = answers.next().unwrap_or_default();
    let rest = whole.split_off(whole.len().min(max.div_ceil(2)));
    let mut elements: Vec<_> = answers.map(Vec::into_iter).collect();
    let mut in_turn = Vec::new();
    loop {
        let round: Vec<_> = elements.iter_mut().filter_map(Iterator::next).collect();
        if round.is_empty() {
            break;
        }
        in_turn.extend(round);
    }
    let mut seen = HashSet::new();
    whole
        .into_iter()
        .chain(in_turn)
        .chain(rest)
        .filter(|found| seen.insert(found.passage.passage_id))
        .take(max)
        .collect()
}

fn source(number: u32, found: Found) -> Source {
    let Found {
        hit,
        passage,
        document,
        ..
    } = found;
    Source {
        number,
        passage: passage.passage_id,
        document: document.doc_id,
        title: document.display_title().to_owned(),
        filename: document.filename,
        doc_type: document.doc_type,
        year: document.year,
        outcome: document.outcome,
        page: passage.page_first.and_then(|page| u32::try_from(page).ok()),
        heading: passage.heading,
        text: passage.content,
        ordinal: u32::try_from(passage.ordinal).unwrap_or(0),
        relevance: hit.score,
    }
}
