//! Sentences that were true when they were written, and are not any more.
//!
//! "Now" is the newest year among the sources: no clock is asked, so that a
//! draft can be made again.

use std::collections::BTreeSet;

use super::candidate::{self, Candidate};
use crate::Source;

/// A plan in a document so many years older than the newest has been carried
/// out or given up: strategic plans and grants run about three years.
const PLAN_YEARS: i32 = 3;

/// The candidates without those that a newer source outdates, and without plans
/// whose time is over.
pub(super) fn current(candidates: Vec<Candidate>, sources: &[Source]) -> Vec<Candidate> {
    let newest = sources.iter().filter_map(|source| source.year).max();
    let is_current = |candidate: &Candidate| {
        let year = sources[candidate.source].year;
        !is_outdated(candidate, &candidates) && !is_past_plan(candidate, year, newest)
    };
    let kept: BTreeSet<usize> = (0..candidates.len())
        .filter(|&index| is_current(&candidates[index]))
        .collect();
    candidate::keep(candidates, &kept)
}

/// Whether a newer sentence gives another figure for what this one states as present.
fn is_outdated(candidate: &Candidate, all: &[Candidate]) -> bool {
    candidate.measures.iter().any(|measure| {
        all.iter()
            .flat_map(|other| &other.measures)
            .any(|newer| measure.is_outdated_by(newer))
    })
}

/// A plan for a year that is over, or for no named year in an old document.
fn is_past_plan(candidate: &Candidate, year: Option<i32>, newest: Option<i32>) -> bool {
    let Some((plan, newest)) = candidate.plan.zip(newest) else {
        return false;
    };
    match (plan.year, year) {
        (Some(planned), _) => planned < newest,
        (None, Some(year)) => newest - year >= PLAN_YEARS,
        (None, None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::candidate::candidates;
    use crate::fixture;
    use crate::ground::Passage;

    /// What is left of the sentences of an old document beside a new one.
    fn left(old: (i32, &str), new: (i32, &str)) -> Vec<String> {
        let sources = [
            fixture::source(1, old.0, "Our work", old.1),
            fixture::source(2, new.0, "Our work", new.1),
        ];
        let passages: Vec<_> = sources.iter().map(Passage::read).collect();
        current(candidates(&passages), &sources)
            .into_iter()
            .filter(|candidate| candidate.source == 0)
            .map(|candidate| candidate.text)
            .collect()
    }

    #[test]
    fn a_present_figure_gives_way_to_a_newer_one() {
        let old = "We employ 14 full-time staff, including four reading coaches.";
        let new = "In January 2025 the organization employed 28 full-time and 12 part-time staff.";
        assert_eq!(left((2019, old), (2025, new)), [""; 0]);
        assert_eq!(left((2019, old), (2025, "Our coaches met in May.")), [old]);
    }

    #[test]
    fn history_stays() {
        let old = "In fiscal year 2019 we served 610 children.";
        assert_eq!(left((2019, old), (2025, "We serve 900 children.")), [old]);
    }

    #[test]
    fn plans_of_the_past_fall_and_plans_ahead_stay() {
        let new = (2026, "Our coaches met in May.");
        let undated = "Our coaches will visit forty more families.";
        assert_eq!(left((2022, undated), new), [""; 0]);
        assert_eq!(left((2025, undated), new), [undated]);
        let under_way = "Our coaches are therefore preparing a second study.";
        assert_eq!(left((2022, under_way), new), [""; 0]);
        let over = "Our coaches will open a new site in 2024.";
        assert_eq!(left((2024, over), new), [""; 0]);
        let ahead = "Our coaches will open a new site by 2028.";
        assert_eq!(left((2022, ahead), new), [ahead]);
    }

    #[test]
    fn what_leans_on_a_stale_sentence_falls_with_it() {
        let old = "The board has nine members. They meet six times a year in Oak Hill.";
        let new = (2025, "The board has 13 members.");
        assert_eq!(left((2021, old), new), [""; 0]);
    }
}
