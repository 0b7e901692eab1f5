//! A second look at the best hits, by a model that reads question and passage together.

use archivist_domain::SearchOrder;
use archivist_search::{Mode, SearchRequest};

use crate::models::Models;
use crate::retrieve::Found;
use crate::state::AppState;

/// How many hits are judged: each costs the model one reading.
pub(crate) const JUDGED: usize = 20;

/// What is left of the score of a hit that does not answer at all.
const LEAST: f32 = 0.25;

/// From which judgement on a hit is said to answer.
const ANSWERS: f32 = 0.5;

/// Whether the hits of this request are judged: its order has to be that of relevance, and it
/// has to begin among those that are.
pub(crate) fn is_asked(models: &Models, request: &SearchRequest) -> bool {
    models.has_reranker()
        && request.order == SearchOrder::Relevance
        && request.mode != Mode::Lexical
        && request.offset < JUDGED
        && !request.text.trim().is_empty()
}

/// The request for all hits that are judged and those that were asked for.
pub(crate) fn widened(request: &SearchRequest) -> SearchRequest {
    SearchRequest {
        offset: 0,
        limit: (request.offset + request.limit).max(JUDGED),
        ..request.clone()
    }
}

/// Puts the best hits in the order of their scores times what the model says, and cuts out
/// those that were asked for. Where the model fails, they stay as they are.
pub(crate) async fn judge(
    state: &AppState,
    request: &SearchRequest,
    mut found: Vec<Found>,
) -> Vec<Found> {
    let judged = found.len().min(JUDGED);
    let passages = found.iter().take(judged).map(as_text);
    let passages: Vec<String> = passages.collect();
    if let Some(reranker) = state.models.reranker() {
        match reranker.score(request.text.trim(), &passages).await {
            Ok(scores) => weigh(&mut found, &scores),
            Err(error) => tracing::warn!(%error, "hits were not judged"),
        }
    }
    let asked_for = found.into_iter().skip(request.offset).take(request.limit);
    asked_for.collect()
}

fn as_text(found: &Found) -> String {
    let heading = found.passage.heading.as_deref().unwrap_or_default();
    let parts = [
        found.document.display_title(),
        heading,
        &found.passage.content,
    ];
    let said = parts.into_iter().filter(|part| !part.is_empty());
    said.collect::<Vec<_>>().join("\n")
}

/// Those that were not judged stay behind the others: their scores become as small as the
/// judged ones' may.
fn weigh(found: &mut [Found], scores: &[f32]) {
    for found in found.iter_mut().skip(scores.len()) {
        found.hit.score *= LEAST;
    }
    for (found, score) in found.iter_mut().zip(scores) {
        let judged = 1.0 / (1.0 + (-score).exp());
        found.judged = Some(judged);
        found.hit.score *= LEAST + (1.0 - LEAST) * judged;
        if judged >= ANSWERS {
            found.hit.reasons.push("judged to answer".to_owned());
        }
    }
    let judged = scores.len().min(found.len());
    // What is kept on top stands there.
    let pinned = found.iter().take_while(|found| found.pinned).count();
    if pinned < judged {
        found[pinned..judged].sort_by(|a, b| b.hit.score.total_cmp(&a.hit.score));
    }
}
