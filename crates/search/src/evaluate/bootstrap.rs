//! How sure a mean over queries is (Efron's percentile bootstrap).

use super::Measures;
use crate::random::SplitMix;

/// Draws of as many queries as there are.
const DRAWS: usize = 2000;

/// How many draws lie below the interval, and above it: 2.5 % each.
const TAIL: usize = DRAWS / 40;

/// Where a mean lies with 95 % confidence, measure by measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower ends.
    pub low: Measures,
    /// The upper ends.
    pub high: Measures,
}

pub(super) fn interval(queries: &[Measures], seed: u64) -> Interval {
    let mut random = SplitMix(seed);
    let mut drawn: [Vec<f64>; 5] = Default::default();
    for _ in 0..DRAWS {
        let mean = draw(queries, &mut random);
        for (means, value) in drawn.iter_mut().zip(mean.values()) {
            means.push(value);
        }
    }
    for means in &mut drawn {
        means.sort_unstable_by(f64::total_cmp);
    }
    let end = |at: usize| Measures::from_values(std::array::from_fn(|measure| drawn[measure][at]));
    Interval {
        low: end(TAIL),
        high: end(DRAWS - 1 - TAIL),
    }
}

fn draw(queries: &[Measures], random: &mut SplitMix) -> Measures {
    let again: Vec<Measures> = queries
        .iter()
        .map(|_| queries[random.below(queries.len())])
        .collect();
    Measures::mean(&again)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(right: usize, of: usize) -> Vec<Measures> {
        let answer = |at| Measures {
            mrr: if at < right { 1.0 } else { 0.0 },
            ..Measures::default()
        };
        (0..of).map(answer).collect()
    }

    /// The mean of `n` yes-or-no answers lies within 1.96 standard errors,
    /// √(p (1 − p) / n), of the share of right ones.
    #[test]
    fn the_interval_is_that_of_the_theory() {
        let Interval { low, high } = interval(&answers(120, 400), 7);
        let error = 1.96 * (0.3_f64 * 0.7 / 400.0).sqrt();
        assert!((low.mrr - (0.3 - error)).abs() < 0.005, "{low:?}");
        assert!((high.mrr - (0.3 + error)).abs() < 0.005, "{high:?}");
        assert_eq!(interval(&answers(120, 400), 7), Interval { low, high });
    }

    #[test]
    fn what_never_varies_is_certain() {
        let Interval { low, high } = interval(&answers(5, 5), 1);
        assert_eq!((low.mrr, high.mrr), (1.0, 1.0));
        let nothing = interval(&[], 1);
        assert_eq!(nothing.high, Measures::default());
    }
}
