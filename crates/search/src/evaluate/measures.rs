//! What an answer is worth.

use std::collections::HashMap;

/// Measures of an answer, or means over several, each 0 to 1; of differences, −1 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, serde::Serialize)]
pub struct Measures {
    /// Normalised discounted cumulative gain of the first ten.
    #[serde(rename = "ndcg@10")]
    pub ndcg_at_10: f64,
    /// Mean average precision of the first thousand.
    pub map: f64,
    /// Mean reciprocal rank of the first relevant answer.
    pub mrr: f64,
    /// The share of relevant documents among the first ten.
    #[serde(rename = "recall@10")]
    pub recall_at_10: f64,
    /// The share of relevant documents among the first hundred.
    #[serde(rename = "recall@100")]
    pub recall_at_100: f64,
}

impl Measures {
    /// In the order of the fields.
    pub(super) fn values(self) -> [f64; 5] {
        [
            self.ndcg_at_10,
            self.map,
            self.mrr,
            self.recall_at_10,
            self.recall_at_100,
        ]
    }

    pub(super) fn from_values(
        [ndcg_at_10, map, mrr, recall_at_10, recall_at_100]: [f64; 5],
    ) -> Self {
        Self {
            ndcg_at_10,
            map,
            mrr,
            recall_at_10,
            recall_at_100,
        }
    }

    pub(super) fn mean(of: &[Self]) -> Self {
        let mut sum = [0.0; 5];
        for one in of {
            for (sum, value) in sum.iter_mut().zip(one.values()) {
                *sum += value;
            }
        }
        Self::from_values(sum.map(|sum| sum / f64::max(of.len() as f64, 1.0)))
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        let (ours, theirs) = (self.values(), other.values());
        Self::from_values(std::array::from_fn(|at| ours[at] - theirs[at]))
    }
}

/// The measures of one answer, best document first, against its grades.
pub(crate) fn of_answer(answer: &[&str], grades: &HashMap<String, u32>) -> Measures {
    let gains: Vec<u32> = answer
        .iter()
        .map(|id| grades.get(*id).copied().unwrap_or_default())
        .collect();
    let mut ideal: Vec<u32> = grades
        .values()
        .copied()
        .filter(|grade| *grade > 0)
        .collect();
    ideal.sort_unstable_by(|a, b| b.cmp(a));
    let relevant = ideal.len() as f64;
    let found = |depth: usize| gains.iter().take(depth).filter(|gain| **gain > 0).count() as f64;
    let first = gains.iter().position(|gain| *gain > 0);
    Measures {
        ndcg_at_10: discounted(&gains) / discounted(&ideal),
        map: summed_precision(&gains) / relevant,
        mrr: first.map_or(0.0, |at| 1.0 / (at + 1) as f64),
        recall_at_10: found(10) / relevant,
        recall_at_100: found(100) / relevant,
    }
}

/// Discounted cumulative gain of the first ten.
fn discounted(gains: &[u32]) -> f64 {
    let at = gains.iter().take(10).enumerate();
    at.map(|(rank, &gain)| f64::from(gain) / (rank as f64 + 2.0).log2())
        .sum()
}

/// The precision at each relevant place, summed up.
fn summed_precision(gains: &[u32]) -> f64 {
    let places = gains.iter().enumerate().filter(|(_, gain)| **gain > 0);
    (1..)
        .zip(places)
        .map(|(found, (at, _))| f64::from(found) / (at + 1) as f64)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grades(pairs: &[(&str, u32)]) -> HashMap<String, u32> {
        pairs
            .iter()
            .map(|(id, grade)| ((*id).to_owned(), *grade))
            .collect()
    }

    #[test]
    fn measures_of_a_known_answer() {
        let found = of_answer(
            &["x", "a", "b"],
            &grades(&[("a", 1), ("b", 1), ("c", 1), ("x", 0)]),
        );
        let dcg = 1.0 / 3_f64.log2() + 0.5;
        let ideal = 1.0 + 1.0 / 3_f64.log2() + 0.5;
        assert!((found.ndcg_at_10 - dcg / ideal).abs() < 1e-12);
        assert!((found.map - (0.5 + 2.0 / 3.0) / 3.0).abs() < 1e-12);
        assert!((found.mrr - 0.5).abs() < 1e-12);
        assert!((found.recall_at_10 - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn the_ideal_answer_scores_one_with_grades() {
        let found = of_answer(&["best", "good"], &grades(&[("good", 1), ("best", 3)]));
        assert!((found.ndcg_at_10 - 1.0).abs() < 1e-12);
        let swapped = of_answer(&["good", "best"], &grades(&[("good", 1), ("best", 3)]));
        assert!(swapped.ndcg_at_10 < 0.85);
    }
}
