//! Words of texts, and how alike two sequences of them are.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

/// Words in one way of writing: lower case, compatibility forms (ligatures, full-width
/// letters) replaced, only letters, digits and marks; `well-known` is two words. Soft
/// hyphens do not count, and a word divided at a line's end is one word, so that texts
/// with and without lines can be compared.
pub(super) fn words(text: &str) -> Vec<String> {
    let text: String = text.chars().filter(|c| *c != '\u{ad}').nfkc().collect();
    join_divided(&text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// `divi-⏎ded` → `divided`.
fn join_divided(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("-\n") {
        out.push_str(before);
        let continued = after.trim_start_matches(' ');
        let divided = before.ends_with(char::is_alphabetic)
            && continued.starts_with(|c: char| c.is_lowercase());
        if divided {
            rest = continued;
        } else {
            out.push_str("-\n");
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// Two sequences with a number for each distinct word.
pub(super) struct Pair {
    pub(super) a: Vec<u32>,
    pub(super) b: Vec<u32>,
}

impl Pair {
    /// Numbers the words of both.
    pub(super) fn of<'t>(a: &'t [String], b: &'t [String]) -> Self {
        let mut numbers: HashMap<&'t str, u32> = HashMap::new();
        let mut number = |words: &'t [String]| -> Vec<u32> {
            words
                .iter()
                .map(|word| {
                    let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                    *numbers.entry(word.as_str()).or_insert(next)
                })
                .collect()
        };
        let (a, b) = (number(a), number(b));
        Self { a, b }
    }

    /// How many words both have, each as often as in the one that has it less often.
    pub(super) fn common(&self) -> usize {
        let mut counts: HashMap<u32, i64> = HashMap::new();
        for word in &self.a {
            *counts.entry(*word).or_default() += 1;
        }
        self.b
            .iter()
            .filter(|word| {
                counts.get_mut(word).is_some_and(|count| {
                    *count -= 1;
                    *count >= 0
                })
            })
            .count()
    }

    /// Twice the longest common subsequence over the sum of the lengths: 1 for the same
    /// words in the same order.
    pub(super) fn similarity(&self) -> f64 {
        share(2 * self.lcs(), self.a.len() + self.b.len())
    }

    /// Like [`Self::similarity`], whatever the order.
    pub(super) fn bag_f1(&self) -> f64 {
        share(2 * self.common(), self.a.len() + self.b.len())
    }

    /// The share of the common words that stand in the same order in both.
    pub(super) fn order(&self) -> f64 {
        share(self.lcs(), self.common())
    }

    /// Length of the longest common subsequence, 64 words of `a` at a time (Hyyrö's
    /// bit-vector algorithm).
    pub(super) fn lcs(&self) -> usize {
        let mut places: HashMap<u32, Vec<usize>> = HashMap::new();
        for (place, word) in self.a.iter().enumerate() {
            places.entry(*word).or_default().push(place);
        }
        // A cleared bit is a place that the subsequence has reached.
        let mut open = vec![u64::MAX; self.a.len().div_ceil(64)];
        let mut matches = vec![0_u64; open.len()];
        for word in &self.b {
            let Some(places) = places.get(word) else {
                continue;
            };
            for place in places {
                matches[place / 64] |= 1 << (place % 64);
            }
            advance(&mut open, &matches, places[0] / 64);
            for place in places {
                matches[place / 64] = 0;
            }
        }
        let length = self.a.len();
        (0..length)
            .filter(|place| open[place / 64] >> (place % 64) & 1 == 0)
            .count()
    }
}

/// `open + (open & matches)`, with the places that do not match kept open.
fn advance(open: &mut [u64], matches: &[u64], first: usize) {
    let mut carry = false;
    for (open, matches) in open.iter_mut().zip(matches).skip(first) {
        let met = *open & matches;
        let (sum, over) = open.overflowing_add(met);
        let (sum, over_again) = sum.overflowing_add(u64::from(carry));
        carry = over || over_again;
        *open = sum | (*open & !matches);
    }
}

/// A share of nothing is a whole: two empty texts are alike.
pub(super) fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        1.0
    } else {
        part as f64 / whole as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(a: &str, b: &str) -> Pair {
        Pair::of(&words(a), &words(b))
    }

    #[test]
    fn words_are_written_in_one_way() {
        assert_eq!(
            words("The e\u{fb03}cient, well-known divi-\nsion of 2019-\n2020"),
            [
                "the",
                "efficient",
                "well",
                "known",
                "division",
                "of",
                "2019",
                "2020"
            ]
        );
        assert_eq!(words("out\u{ad}come"), ["outcome"]);
    }

    #[test]
    fn similarity_minds_order_and_the_bag_does_not() {
        let swapped = pair("a b c d", "c d a b");
        assert_eq!((swapped.lcs(), swapped.common()), (2, 4));
        assert!((swapped.similarity() - 0.5).abs() < 1e-9);
        assert!((swapped.bag_f1() - 1.0).abs() < 1e-9);
        assert!((swapped.order() - 0.5).abs() < 1e-9);
        assert!((pair("", "").similarity() - 1.0).abs() < 1e-9);
        assert!(pair("a", "").similarity() < 1e-9);
    }

    #[test]
    fn long_sequences_are_measured_like_short_ones() {
        let a: Vec<u32> = (0..500).map(|n| n * 7 % 13).collect();
        let b: Vec<u32> = (0..400).map(|n| n * 5 % 17).collect();
        let mut table = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                table[i + 1][j + 1] = if x == y {
                    table[i][j] + 1
                } else {
                    table[i][j + 1].max(table[i + 1][j])
                };
            }
        }
        let expected = table[a.len()][b.len()];
        assert_eq!(Pair { a, b }.lcs(), expected);
    }
}
