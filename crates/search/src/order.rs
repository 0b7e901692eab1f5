//! The page of hits that is asked for, in the order that is asked for.

use std::cmp::Reverse;

use crate::archive::Archive;
use crate::index::Index;
use crate::records::{Order, SearchRequest};
use crate::{diverse, rank};

/// Of so many of the best passages others than the best can come first.
const SORTED: usize = 100;

/// The slots of a page with their scores. `scores` by slot, 0 where nothing was found.
pub(crate) fn page(index: &Index, scores: &[f32], request: &SearchRequest) -> Vec<(u32, f32)> {
    let end = request.offset.saturating_add(request.limit);
    let dense = index.dense.as_ref().filter(|_| request.diversity > 0.0);
    let considered = match (request.order, dense) {
        (Order::Relevance, None) => end,
        (Order::Relevance, Some(_)) => end.max(diverse::POOL),
        _ => end.max(SORTED),
    };
    let archive = &index.archive;
    let mut best = rank::select(archive, scores, considered, request.per_document);
    match (request.order, dense) {
        (Order::Relevance, Some(dense)) => {
            diverse::reorder(&mut best, &dense.vectors, request.diversity);
        }
        (order, _) => sort(archive, &mut best, order),
    }
    best.truncate(end);
    best.drain(..request.offset.min(best.len()));
    best
}

/// Passages that are equal in what is sorted by stay in the order of their scores.
fn sort(archive: &Archive, best: &mut [(u32, f32)], order: Order) {
    let document = |slot: u32| &archive.documents[&archive.passage(slot).document];
    let year = |slot: u32| document(slot).facets.year;
    match order {
        Order::Relevance => {}
        // `None` is less than any year.
        Order::Newest => best.sort_by_key(|(slot, _)| Reverse(year(*slot))),
        Order::Oldest => best.sort_by_key(|(slot, _)| (year(*slot).is_none(), year(*slot))),
        Order::Title => best.sort_by_cached_key(|(slot, _)| document(*slot).title.to_lowercase()),
    }
}
