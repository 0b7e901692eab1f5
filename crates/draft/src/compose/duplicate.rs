//! Sentences that say the same: one is enough.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::Candidate;
use crate::ground::{self, Passage};

/// From this likeness on (shared stems of all stems, figures aside) two
/// sentences state the same fact, perhaps of two years.
const SAME_FACT: f32 = 0.7;

/// The candidates without repetitions. Of two alike the one of the newer
/// document stays, then the one from the better ranked source; it carries the
/// other's marker too if the other's passage supports it, figures included.
pub(super) fn merged(mut candidates: Vec<Candidate>, passages: &[Passage<'_>]) -> Vec<Candidate> {
    let mut by_rank: Vec<usize> = (0..candidates.len()).collect();
    by_rank.sort_by_key(|&index| {
        let source = passages[candidates[index].source].source;
        (
            std::cmp::Reverse(source.year),
            source.number,
            candidates[index].position,
        )
    });
    let mut kept: Vec<usize> = Vec::new();
    for index in by_rank {
        let twin = kept
            .iter()
            .copied()
            .find(|&other| are_alike(&candidates[other], &candidates[index]));
        match twin {
            None => kept.push(index),
            Some(twin) => {
                let other = candidates[index].source;
                cite_too(&mut candidates[twin], &passages[other]);
            }
        }
    }
    renumbered(candidates, &kept.into_iter().collect())
}

fn are_alike(a: &Candidate, b: &Candidate) -> bool {
    let (a, b) = (without_figures(a), without_figures(b));
    let shared = a.intersection(&b).count() as f32;
    let all = a.union(&b).count() as f32;
    shared >= SAME_FACT * all
}

fn without_figures(candidate: &Candidate) -> BTreeSet<&str> {
    let is_figure = |stem: &&str| stem.starts_with(|c: char| c.is_ascii_digit());
    candidate
        .content
        .iter()
        .map(String::as_str)
        .filter(|stem| !is_figure(stem))
        .collect()
}

fn cite_too(kept: &mut Candidate, passage: &Passage<'_>) {
    let number = passage.source.number;
    if !kept.numbers.contains(&number) && ground::is_supported_by(&kept.text, passage) {
        kept.numbers.push(number);
    }
}

/// The kept candidates; those that lean on one that fell are left out too.
fn renumbered(candidates: Vec<Candidate>, kept: &BTreeSet<usize>) -> Vec<Candidate> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    let mut left = Vec::new();
    for (index, mut candidate) in candidates.into_iter().enumerate() {
        let lead = candidate.leans_on.map(|lead| places.get(&lead).copied());
        if !kept.contains(&index) || lead == Some(None) {
            continue;
        }
        candidate.leans_on = lead.flatten();
        places.insert(index, left.len());
        left.push(candidate);
    }
    left
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
}
