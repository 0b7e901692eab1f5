//! Sentences that say the same: one is enough.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::candidate::{self, Candidate, is_figure};
use super::role::{Role, tells_a_purpose};
use crate::ground::{self, Passage};

/// From this likeness on (shared stems of all stems, figures aside) two
/// sentences state the same fact, perhaps of two years.
const SAME_FACT: f32 = 0.7;

/// From this share on (of the shorter one's stems, figures aside) the longer
/// sentence says what the shorter one says.
const CONTAINED: f32 = 0.85;

/// From this share on two sentences of two documents that begin with the same
/// words state the same thing of two years.
const CONTAINED_AFTER_SAME_OPENING: f32 = 0.6;

/// Fewer stems are too little to compare.
const FEWEST_STEMS: usize = 4;

/// The candidates without repetitions. Of two that state the same, the richer
/// one stays where the facts are equal, otherwise the one of the newer document,
/// then of the better ranked source; it carries the other's marker too if the
/// other's passage supports it, figures included.
pub(super) fn merged(mut candidates: Vec<Candidate>, passages: &[Passage<'_>]) -> Vec<Candidate> {
    let mut by_rank: Vec<usize> = (0..candidates.len()).collect();
    by_rank.sort_by_key(|&index| {
        let source = passages[candidates[index].source].source;
        (
            Reverse(source.year),
            source.number,
            candidates[index].position,
        )
    });
    let mut kept: Vec<usize> = Vec::new();
    for index in by_rank {
        let twin = kept.iter().position(|&other| {
            let (a, b) = (&candidates[other], &candidates[index]);
            are_alike(a, b) || is_same_of_two_years(a, b, passages)
        });
        let Some(twin) = twin else {
            kept.push(index);
            continue;
        };
        let mut fallen = index;
        if is_richer(&candidates[index], &candidates[kept[twin]]) {
            fallen = std::mem::replace(&mut kept[twin], index);
        }
        let passage = &passages[candidates[fallen].source];
        cite_too(&mut candidates[kept[twin]], passage);
    }
    candidate::keep(candidates, &kept.into_iter().collect())
}

fn are_alike(a: &Candidate, b: &Candidate) -> bool {
    let shared = a.matter.intersection(&b.matter).count();
    let all = (a.matter.len() + b.matter.len() - shared) as f32;
    let (shared, shorter) = (shared as f32, shorter(a, b));
    shared >= SAME_FACT * all
        || (shorter >= FEWEST_STEMS && shared >= CONTAINED * shorter as f32)
        || count_the_same(a, b)
}

/// Whether all that one of them counts the other counts too, with the same figures.
fn count_the_same(a: &Candidate, b: &Candidate) -> bool {
    let (fewer, more) = if a.measures.len() <= b.measures.len() {
        (a, b)
    } else {
        (b, a)
    };
    let is_repeated = |measure| more.measures.iter().any(|other| other.repeats(measure));
    !fewer.measures.is_empty() && fewer.measures.iter().all(is_repeated)
}

/// "Travel of $3,200 a year pays mileage …" in one proposal and "Travel of
/// $6,120 a year pays mileage …" in the next.
fn is_same_of_two_years(a: &Candidate, b: &Candidate, passages: &[Passage<'_>]) -> bool {
    let of_two_documents = passages[a.source].source.document != passages[b.source].source.document;
    let shared = || a.matter.intersection(&b.matter).count() as f32;
    of_two_documents
        && a.has_figure
        && b.has_figure
        && a.opening == b.opening
        && shared() >= CONTAINED_AFTER_SAME_OPENING * shorter(a, b) as f32
}

fn shorter(a: &Candidate, b: &Candidate) -> usize {
    a.matter.len().min(b.matter.len())
}

/// Whether the older sentence says more and nothing else: the newer one's
/// figures are its own too, or they count the same.
fn is_richer(older: &Candidate, newer: &Candidate) -> bool {
    let figures = |candidate: &Candidate| -> BTreeSet<String> {
        let all = candidate.content.iter();
        all.filter(|stem| is_figure(stem)).cloned().collect()
    };
    let holds_all =
        figures(newer).is_subset(&figures(older)) && newer.matter.is_subset(&older.matter);
    // Of two introductions the one that tells a purpose says more than any detail.
    let richness = |candidate: &Candidate| {
        let has_purpose = candidate.role == Role::Introduction && tells_a_purpose(&candidate.stems);
        (has_purpose, candidate.matter.len())
    };
    let says_more = richness(older) > richness(newer);
    says_more && (holds_all || count_the_same(older, newer))
}

fn cite_too(kept: &mut Candidate, passage: &Passage<'_>) {
    let number = passage.source.number;
    if !kept.numbers.contains(&number) && ground::is_supported_by(&kept.text, passage) {
        kept.numbers.push(number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::candidate::candidates;
    use crate::{Source, fixture};

    fn merge(sources: &[Source]) -> Vec<(String, Vec<u32>)> {
        let passages: Vec<_> = sources.iter().map(Passage::read).collect();
        merged(candidates(&passages), &passages)
            .into_iter()
            .map(|candidate| (candidate.text, candidate.numbers))
            .collect()
    }

    #[test]
    fn of_the_same_fact_in_two_years_the_newer_stays() {
        let left = merge(&[
            fixture::source(
                1,
                2022,
                "Results",
                "In 2022 our coaches served 380 children at nine schools.",
            ),
            fixture::source(
                2,
                2024,
                "Results",
                "In 2024 our coaches served 412 children at nine schools.",
            ),
        ]);
        let newer = "In 2024 our coaches served 412 children at nine schools.".to_owned();
        assert_eq!(left, [(newer, vec![2])]);
    }

    #[test]
    fn two_passages_that_say_it_are_both_cited() {
        let text = "An operating reserve covers four months of expenses.";
        let left = merge(&[
            fixture::source(1, 2022, "Finances", text),
            fixture::source(2, 2024, "Finances", text),
        ]);
        assert_eq!(left, [(text.to_owned(), vec![2, 1])]);
    }

    #[test]
    fn what_leans_on_a_fallen_sentence_falls_with_it() {
        let left = merge(&[
            fixture::source(
                1,
                2024,
                "Results",
                "In 2024 our coaches served 412 children at nine schools.",
            ),
            fixture::source(
                2,
                2022,
                "Results",
                "In 2022 our coaches served 380 children at nine schools. They met weekly in small reading groups.",
            ),
        ]);
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn the_richer_of_two_that_count_the_same_stays() {
        let rich =
            "Willow Creek Reads was founded in 1998 to help every child in Harlan County read.";
        let poor = "Willow Creek was founded in 1998 and incorporated in the same year.";
        for years in [(2021, 2024), (2024, 2021)] {
            let left = merge(&[
                fixture::source(1, years.0, "History", rich),
                fixture::source(2, years.1, "History", poor),
            ]);
            assert_eq!(left, [(rich.to_owned(), vec![1])]);
        }
    }

    #[test]
    fn of_two_introductions_the_one_with_a_purpose_stays() {
        let purpose = "Willow Creek Reads was founded in 1998 to help children read.";
        let detail = "Willow Creek Reads was founded in May 1998 by a retired librarian in the old mill on Mill Street.";
        for years in [(2021, 2024), (2024, 2021)] {
            let left = merge(&[
                fixture::source(1, years.0, "History", purpose),
                fixture::source(2, years.1, "History", detail),
            ]);
            assert_eq!(left.len(), 1);
            assert_eq!(left[0].0, purpose);
        }
    }

    #[test]
    fn a_sentence_within_another_falls() {
        let long =
            "The county has renewed its contract through June and named our lessons a priority.";
        let left = merge(&[
            fixture::source(
                1,
                2024,
                "Plans",
                "The county has renewed its contract through June.",
            ),
            fixture::source(2, 2022, "Plans", long),
        ]);
        assert_eq!(left, [(long.to_owned(), vec![2])]);
    }

    #[test]
    fn the_same_item_of_two_budgets_is_told_once() {
        let newer = "Travel of $6,120 a year pays mileage to the new sites.";
        let left = merge(&[
            fixture::source(
                1,
                2021,
                "Budget",
                "Travel of $3,200 a year pays mileage on county roads.",
            ),
            fixture::source(2, 2024, "Budget", newer),
        ]);
        assert_eq!(left, [(newer.to_owned(), vec![2])]);
    }
}
