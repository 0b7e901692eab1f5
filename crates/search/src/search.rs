//! One search, from the request to the hits.

use crate::embed::Embedder;
use crate::explain::Matches;
use crate::fuse::{self, Cosines};
use crate::index::Index;
use crate::query::Query;
use crate::rank;
use crate::records::{Hit, Mode, SearchRequest};

/// What the voices said, by slot.
struct Voices {
    lexical: Option<Vec<f32>>,
    dense: Option<Cosines>,
}

/// See [`Index::search`].
pub(crate) fn search(index: &Index, request: &SearchRequest, current_year: i32) -> Vec<Hit> {
    let query = Query::parse(&request.text);
    if query.is_empty() {
        return Vec::new();
    }
    let factors = index.archive.factors(|document, facets| {
        if request.filters.admit(document, facets) {
            rank::multiplier(facets, request, current_year)
        } else {
            0.0
        }
    });
    let voices = Voices::ask(index, request, &query, &factors);
    let mut scores = fuse::fuse(voices.lexical.as_deref(), voices.dense.as_ref());
    scores
        .iter_mut()
        .zip(&factors)
        .for_each(|(score, factor)| *score *= factor);
    rank::select(&index.archive, &scores, request.limit, request.per_document)
        .into_iter()
        .map(|(slot, score)| hit(index, request, &query, &voices, slot, score))
        .collect()
}

impl Voices {
    fn ask(index: &Index, request: &SearchRequest, query: &Query, factors: &[f32]) -> Self {
        let lexical =
            (request.mode != Mode::Dense).then(|| index.lexical.score(&query.terms, factors));
        let dense = index
            .dense
            .as_ref()
            .filter(|_| request.mode != Mode::Lexical);
        let dense = dense.and_then(|dense| {
            let vector = dense.model.query(&request.text)?;
            let by_slot = dense.vectors.scan(&vector, factors);
            Some(Cosines {
                by_slot,
                floor: dense.model.floor(),
            })
        });
        Self { lexical, dense }
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
    let mut reasons = matches.reasons();
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
