//! Where to cut a section: the division with the least cost over all of it, so that
//! no crumb is left at the end, as filling one passage after the other would.

use std::ops::Range;

use crate::extract::BlockKind;
use crate::passages::units::{Joint, Unit};
use crate::passages::{MAX_WORDS, MIN_WORDS};

/// The size at which a passage costs nothing.
const IDEAL_WORDS: usize = usize::midpoint(MIN_WORDS, MAX_WORDS);
/// What a passage below the minimum costs, against one that is off as much above it.
const SHORT_FACTOR: usize = 4;
/// Costs of a cut, on the scale of squared words.
const CUT_IN_PARAGRAPH: usize = 4_000;
const CUT_IN_LIST: usize = 1_500;
const CUT_AFTER_HEADING: usize = 10_000_000;
/// A note says little without the text that cites it.
const CUT_BEFORE_NOTE: usize = 1_000_000;

/// Divides units into passages, in order.
pub(super) fn pack(units: &[Unit]) -> Vec<Range<usize>> {
    let mut start = 0;
    cheapest_ends(units)
        .into_iter()
        .map(|end| std::mem::replace(&mut start, end)..end)
        .collect()
}

/// The ends of the passages of the cheapest division: shortest path over the places
/// between units.
fn cheapest_ends(units: &[Unit]) -> Vec<usize> {
    // best[i]: cost of dividing the first i units, and where the last passage begins.
    let mut best: Vec<(usize, usize)> = vec![(0, 0)];
    for end in 1..=units.len() {
        let candidates = starts(units, end);
        let cost = |start: usize| best[start].0.saturating_add(cost(units, start..end));
        let cheapest = candidates.map(|start| (cost(start), start)).min();
        best.push(cheapest.unwrap_or((usize::MAX, end - 1)));
    }
    let mut ends = Vec::new();
    let mut end = units.len();
    while end > 0 {
        ends.push(end);
        end = best[end].1;
    }
    ends.reverse();
    ends
}

/// Where a passage that ends before `end` may begin: as far back as it fits. A
/// sentence that is too long alone still takes its headings along.
fn starts(units: &[Unit], end: usize) -> impl Iterator<Item = usize> {
    let (mut words, mut bodies) = (0, 0);
    (0..end).rev().take_while(move |start| {
        words += units[*start].words;
        bodies += usize::from(!units[*start].is_heading());
        *start + 1 == end || words <= MAX_WORDS || bodies <= 1
    })
}

fn cost(units: &[Unit], range: Range<usize>) -> usize {
    let cut = units
        .get(range.end)
        .map_or(0, |next| cut_cost(&units[range.end - 1], next));
    let words: usize = units[range].iter().map(|unit| unit.words).sum();
    let off = words.abs_diff(IDEAL_WORDS).pow(2);
    cut + if words < MIN_WORDS {
        off * SHORT_FACTOR
    } else {
        off
    }
}

fn cut_cost(before: &Unit, after: &Unit) -> usize {
    match after.joint {
        _ if before.is_heading() || before.kind == BlockKind::TableHead => CUT_AFTER_HEADING,
        _ if after.kind == BlockKind::Note => CUT_BEFORE_NOTE,
        Joint::Space => CUT_IN_PARAGRAPH,
        Joint::Line => CUT_IN_LIST,
        Joint::Paragraph => 0,
    }
}
