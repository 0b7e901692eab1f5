//! One search, from the request to the hits.

use archivist_domain::DocumentId;

use crate::embed::Embedder;
use crate::explain::Matches;
use crate::feedback;
use crate::fuse::{self, Cosines};
use crate::index::Index;
use crate::phrase;
use crate::query::Query;
use crate::rank;
use crate::records::{Hit, Mode, SearchRequest};

/// What the voices said, by slot.
#[derive(Default)]
struct Voices {
    lexical: Option<Vec<f32>>,
    dense: Option<Cosines>,
}

/// See [`Index::search`].
pub(crate) fn search(index: &Index, request: &SearchRequest, current_year: i32) -> Vec<Hit> {
    let query = Query::of(&request.text, &index.lexical);
    let (ranking, voices) = ranking(index, request, &query, current_year);
    let explained = ranking
        .into_iter()
        .map(|(slot, score)| hit(index, request, &query, &voices, slot, score));
    explained.collect()
}

/// The documents of the best passages, without explanations.
pub(crate) fn documents(index: &Index, request: &SearchRequest, year: i32) -> Vec<DocumentId> {
    let query = Query::of(&request.text, &index.lexical);
    let (ranking, _) = ranking(index, request, &query, year);
    let document = |(slot, _)| index.archive.passage(slot).document;
    ranking.into_iter().map(document).collect()
}

/// The best slots with their scores, and what the voices said of all slots.
fn ranking(
    index: &Index,
    request: &SearchRequest,
    query: &Query,
    current_year: i32,
) -> (Vec<(u32, f32)>, Voices) {
    if query.is_empty() {
        return (Vec::new(), Voices::default());
    }
    let mut factors = index.archive.factors(|document, facets| {
        if request.admits(document, facets) {
            rank::multiplier(facets, request, current_year)
        } else {
            0.0
        }
    });
    phrase::restrict(index, &request.phrases, &mut factors);
    let voices = Voices::ask(index, request, query, &factors);
    let mut scores = voices.fused(query);
    for (score, factor) in scores.iter_mut().zip(&factors) {
        *score *= factor;
    }
    let best = rank::select(&index.archive, &scores, request.limit, request.per_document);
    (best, voices)
}

impl Voices {
    fn ask(index: &Index, request: &SearchRequest, query: &Query, factors: &[f32]) -> Self {
        let lexical =
            (request.mode != Mode::Dense).then(|| index.lexical.score(&query.terms, factors));
        let mut voices = Self {
            lexical,
            dense: None,
        };
        let dense = index
            .dense
            .as_ref()
            .filter(|_| request.mode != Mode::Lexical);
        let Some((dense, vector)) = dense.and_then(|d| Some((d, d.model.query(&request.text)?)))
        else {
            return voices;
        };
        let scan = |vector: &[f32]| Cosines {
            by_slot: dense.vectors.scan(vector, factors),
            floor: dense.model.floor(),
        };
        voices.dense = Some(scan(&vector));
        if request.mode == Mode::Hybrid {
            let first_look = voices.fused(query);
            let best = rank::select(&index.archive, &first_look, feedback::PASSAGES, usize::MAX);
            let moved = feedback::moved(&dense.vectors, vector, &best, query.breadth());
            voices.dense = Some(scan(&moved));
        }
        voices
    }

    /// One score from 0 to 1 by slot.
    fn fused(&self, query: &Query) -> Vec<f32> {
        fuse::fuse(
            self.lexical.as_deref(),
            self.dense.as_ref(),
            query.breadth(),
        )
    }
}

fn hit(
    index: &Index,
    request: &SearchRequest,
    query: &Query,
    voices: &Voices,
    slot: u32,
    score: f32,
) -> Hit {
    let at = slot as usize;
    let passage = index.archive.passage(slot);
    let matches = Matches::find(query, passage);
    let lexical = voices
        .lexical
        .as_ref()
        .map(|scores| scores[at])
        .filter(|s| *s > 0.0);
    let dense = voices.dense.as_ref().and_then(|d| d.above_floor(at));
    let mut reasons = phrase::reasons(&request.phrases);
    reasons.extend(matches.reasons());
    if dense.is_some() {
        reasons.push("similar in meaning".to_owned());
    }
    let facets = &index.archive.documents[&passage.document].facets;
    reasons.extend(rank::reasons(facets, request));
    Hit {
        passage: passage.id,
        document: passage.document,
        score,
        lexical,
        dense,
        matched: matches.words,
        reasons,
        marks: matches.marks,
    }
}
