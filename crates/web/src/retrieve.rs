//! Search hits joined with what the database knows about them.

use std::collections::HashMap;

use archivist_domain::{DocumentId, PassageId};
use archivist_search::{Hit, SearchRequest};
use archivist_store::documents::{self, Document};
use archivist_store::passages::{self, Passage};

use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::state::AppState;

/// The longest search, in characters.
pub const MAX_QUERY_CHARS: usize = 1_000;

/// A search as it is typed: words, wordings in quotation marks and conditions. Refuses what
/// is too long or makes no sense, as a problem of its parameter `q`.
pub fn typed(query: &str) -> Result<SearchRequest, FieldProblem> {
    if let Some(message) = bounds::characters(query, &(0..=MAX_QUERY_CHARS)) {
        return Err(FieldProblem::query("q", message));
    }
    SearchRequest::typed(query).map_err(|error| FieldProblem::query("q", error.to_string()))
}

/// A passage that answers a search.
#[derive(Debug, Clone)]
pub struct Found {
    /// Score, marks and reasons.
    pub hit: Hit,
    /// The passage.
    pub passage: Passage,
    /// The document it is of.
    pub document: Document,
}

/// Searches the archive. Hits that have just been deleted, held or superseded are left
/// out, so that the database has the last word.
pub async fn search(state: &AppState, request: SearchRequest) -> Result<Vec<Found>, Error> {
    let mut answers = search_all(state, vec![request]).await?;
    Ok(answers.pop().unwrap_or_default())
}

/// Several searches in one pass over the index and one round trip each for
/// passages and documents.
pub async fn search_all(
    state: &AppState,
    requests: Vec<SearchRequest>,
) -> Result<Vec<Vec<Found>>, Error> {
    let (index, year) = (state.index.clone(), state.clock.year());
    let with_superseded: Vec<bool> = requests
        .iter()
        .map(|request| request.filters.include_superseded)
        .collect();
    let answers: Vec<Vec<Hit>> = state
        .cpu
        .run(move || {
            let index = index.blocking_read();
            requests
                .iter()
                .map(|request| index.search(request, year))
                .collect()
        })
        .await;
    let (passages, documents) = load(state, answers.iter().flatten()).await?;
    let join = |hit: Hit, with_superseded: bool| {
        let passage = passages.get(&hit.passage)?.clone();
        let document = documents.get(&hit.document)?.clone();
        if document.held || (document.superseded_by().is_some() && !with_superseded) {
            return None;
        }
        Some(Found {
            hit,
            passage,
            document,
        })
    };
    Ok(answers
        .into_iter()
        .zip(with_superseded)
        .map(|(hits, with)| hits.into_iter().filter_map(|hit| join(hit, with)).collect())
        .collect())
}

async fn load(
    state: &AppState,
    hits: impl Iterator<Item = &Hit> + Clone,
) -> Result<(HashMap<PassageId, Passage>, HashMap<DocumentId, Document>), Error> {
    let passage_ids: Vec<_> = hits.clone().map(|h| h.passage).collect();
    let mut document_ids: Vec<_> = hits.map(|h| h.document).collect();
    document_ids.sort_unstable();
    document_ids.dedup();
    let passages = passages::by_ids(&state.pool, &passage_ids).await?;
    let documents = documents::by_ids(&state.pool, &document_ids).await?;
    Ok((
        passages.into_iter().map(|p| (p.passage_id, p)).collect(),
        documents.into_iter().map(|d| (d.doc_id, d)).collect(),
    ))
}
