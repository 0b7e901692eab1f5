//! The page of hits that is asked for, in the order that is asked for.

use std::cmp::Reverse;

use archivist_domain::SearchOrder;

use crate::archive::Archive;
use crate::index::Index;
use crate::records::SearchRequest;
use crate::{diverse, rank};

/// Of so many of the best passages others than the best can come first.
const SORTED: usize = 100;

/// The slots of a page with their scores. `scores` by slot, 0 where nothing was found; those
/// that are `pinned` stand before all others in the order of relevance.
pub(crate) fn page(
    index: &Index,
    scores: &[f32],
    request: &SearchRequest,
    pinned: &[u32],
) -> Vec<(u32, f32)> {
    let end = request.offset.saturating_add(request.limit);
    let mut best = if request.lists_all() {
        listed(&index.archive, scores, request)
    } else {
        found(index, scores, request, end)
    };
    if request.order == SearchOrder::Relevance && !pinned.is_empty() {
        let is_one_of_each = request.of_each_document() == 1;
        let document = |slot: u32| index.archive.passage(slot).document;
        let is_same = |one: u32, other: u32| {
            one == other || is_one_of_each && document(one) == document(other)
        };
        best.retain(|(slot, _)| !pinned.iter().any(|&pin| is_same(pin, *slot)));
        let first = pinned.iter().map(|&slot| (slot, scores[slot as usize]));
        best.splice(0..0, first);
    }
    best.truncate(end);
    best.drain(..request.offset.min(best.len()));
    best
}

/// What was found, in order up to this place at least.
fn found(index: &Index, scores: &[f32], request: &SearchRequest, end: usize) -> Vec<(u32, f32)> {
    let dense = index.dense.as_ref().filter(|_| request.diversity > 0.0);
    let considered = match (request.order, dense) {
        (SearchOrder::Relevance, None) => end,
        (SearchOrder::Relevance, Some(_)) => end.max(diverse::POOL),
        _ => end.max(SORTED),
    };
    let archive = &index.archive;
    let mut best = rank::select(archive, scores, considered, request.of_each_document());
    match (request.order, dense) {
        (SearchOrder::Relevance, Some(dense)) => {
            diverse::reorder(&mut best, &dense.vectors, request.diversity);
        }
        (order, _) => {
            // No more than these, however far the page: else pages would sort other passages.
            let sorted = best.len().min(SORTED);
            sort(archive, &mut best[..sorted], order);
        }
    }
    best
}

/// All that is listed, in order: nothing is best where nothing was looked for.
fn listed(archive: &Archive, scores: &[f32], request: &SearchRequest) -> Vec<(u32, f32)> {
    let mut all = rank::select(archive, scores, usize::MAX, request.of_each_document());
    by_year(archive, &mut all);
    sort(archive, &mut all, request.order);
    all
}

/// Where nothing was looked for: of equals those of the latest year first, then by title.
fn by_year(archive: &Archive, best: &mut [(u32, f32)]) {
    best.sort_by(|(a, score), (b, other)| {
        let document = |slot: u32| &archive.documents[&archive.passage(slot).document];
        let (one, two) = (document(*a), document(*b));
        other
            .total_cmp(score)
            .then_with(|| two.facets.year.cmp(&one.facets.year))
            .then_with(|| one.title.cmp(&two.title))
    });
}

/// Passages that are equal in what is sorted by stay in the order of their scores.
fn sort(archive: &Archive, best: &mut [(u32, f32)], order: SearchOrder) {
    let document = |slot: u32| &archive.documents[&archive.passage(slot).document];
    let year = |slot: u32| document(slot).facets.year;
    match order {
        SearchOrder::Relevance => {}
        // `None` is less than any year.
        SearchOrder::Newest => best.sort_by_key(|(slot, _)| Reverse(year(*slot))),
        SearchOrder::Oldest => best.sort_by_key(|(slot, _)| (year(*slot).is_none(), year(*slot))),
        SearchOrder::Title => {
            best.sort_by_cached_key(|(slot, _)| document(*slot).title.to_lowercase());
        }
    }
}
