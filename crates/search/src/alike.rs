//! More like these passages: what they add to a query.

use std::cmp::Ordering;

use crate::archive::Archive;
use crate::index::Index;
use crate::lexical::{Counts, Lexical};
use crate::query::{Query, QueryTerm};
use crate::records::{PassagePlace, SearchRequest};
use crate::vectors::{Vectors, unit};

/// So many words speak for a passage.
const TERMS: usize = 12;
/// What all of them count together beside words that were typed, against 1 for one of these.
const BESIDE_TYPED: f32 = 1.0;
/// How far the passages move the vector of what was typed, against its own length of 1.
const STRENGTH: f32 = 0.75;

/// The slots of the passages that are there.
pub(crate) fn slots(archive: &Archive, places: &[PassagePlace]) -> Vec<u32> {
    let slot = |place| slot(archive, place);
    places.iter().filter_map(slot).collect()
}

/// The slot of a passage, if it is there.
pub(crate) fn slot(archive: &Archive, place: &PassagePlace) -> Option<u32> {
    let document = archive.documents.get(&place.document)?;
    let is_it = |slot: &&u32| archive.passage(**slot).id == place.passage;
    document.slots.iter().find(is_it).copied()
}

/// The query with the words by which the passages that are liked can be told from others.
pub(crate) fn broadened(index: &Index, request: &SearchRequest, mut query: Query) -> Query {
    let liked = slots(&index.archive, &request.like);
    if liked.is_empty() {
        return query;
    }
    let share = 1.0 / liked.len() as f32;
    let mut terms: Vec<QueryTerm> = Vec::new();
    for slot in liked {
        let counts = Counts::of(&index.archive.passage(slot).fields());
        for (term, weight) in telling(&index.lexical, &counts) {
            let weight = weight * share * BESIDE_TYPED;
            match terms.iter_mut().find(|known| known.term == term) {
                Some(known) => known.weight += weight,
                None => terms.push(QueryTerm::new(term, weight)),
            }
        }
    }
    query.broaden(terms);
    query
}

/// The passage's words of the greatest frequency × rarity, with weights that add up to 1.
fn telling<'a>(lexical: &Lexical, counts: &'a Counts) -> Vec<(&'a str, f32)> {
    let mut terms: Vec<(&str, f32)> = counts
        .words()
        .map(|(term, frequency)| {
            let damped = 1.0 + frequency.max(1.0).ln();
            (term, damped * lexical.rarity(term))
        })
        .collect();
    let by_weight = |a: &(&str, f32), b: &(&str, f32)| -> Ordering {
        b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0))
    };
    terms.sort_unstable_by(by_weight);
    terms.truncate(TERMS);
    let total: f32 = terms.iter().map(|(_, weight)| weight).sum();
    let scale = if total > 0.0 { 1.0 / total } else { 0.0 };
    terms
        .into_iter()
        .map(|(term, w)| (term, w * scale))
        .collect()
}

/// The vector of what was typed, moved towards those of the passages; their own where nothing
/// was.
pub(crate) fn vector(
    index: &Index,
    request: &SearchRequest,
    vectors: &Vectors,
    typed: Option<Vec<f32>>,
) -> Option<Vec<f32>> {
    let liked = slots(&index.archive, &request.like);
    if liked.is_empty() {
        return typed;
    }
    let strength = STRENGTH / liked.len() as f32;
    let mut sum = typed.unwrap_or_else(|| vec![0.0; vectors.dims()]);
    for slot in liked {
        if let Some(vector) = vectors.get(slot as usize) {
            sum.iter_mut()
                .zip(vector)
                .for_each(|(s, v)| *s += strength * v);
        }
    }
    unit(sum)
}
