//! How much of two documents is the same, without comparing their texts: MinHash over
//! runs of words.
//!
//! A document is the set of its runs of [`SHINGLE_WORDS`] words. Of each of
//! [`HASHES`] hash functions the least value over the set is kept; the share of equal
//! values of two documents estimates what their sets have in common, with a standard
//! error of 4 % at the most. [`Fingerprint::bands`] are for finding candidates by an index: documents
//! that share half of their text have at least one band in common in practice always,
//! unrelated ones never.
//!
//! The values are stored: the functions must not change.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

/// Words of a run: long enough that runs are not shared by chance.
pub const SHINGLE_WORDS: usize = 5;
/// Hash functions.
pub const HASHES: usize = 128;
/// Values of a band: all must be equal.
const ROWS: usize = 4;

/// What is kept of a document's text to compare it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Distinct runs of words.
    pub shingles: u32,
    /// The least value of each hash function; empty for a text without words.
    pub least: Vec<u32>,
}

/// The parts that two documents share, each 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Of both together.
    pub both: f32,
    /// The part of the first that is in the second.
    pub first_in_second: f32,
    /// The part of the second that is in the first.
    pub second_in_first: f32,
}

impl Fingerprint {
    /// The fingerprint of a text given in parts. Runs go over the cuts, so it does not
    /// matter where they lie.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut shingles: HashSet<u64> = HashSet::new();
        let mut words: Vec<u64> = Vec::new();
        for part in parts {
            words.extend(
                part.split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(hash_word),
            );
        }
        let size = SHINGLE_WORDS.min(words.len()).max(1);
        shingles.extend(words.windows(size).map(hash_run));
        let least = (0..HASHES as u64)
            .map(|function| {
                let seed = mix(function + 1);
                let least = shingles.iter().map(|shingle| mix(shingle ^ seed)).min();
                least.map(|least| (least >> 32) as u32)
            })
            .collect::<Option<Vec<u32>>>();
        Self {
            shingles: u32::try_from(shingles.len()).unwrap_or(u32::MAX),
            least: least.unwrap_or_default(),
        }
    }

    /// Values to look candidates up by: two documents with one in common may be near
    /// duplicates.
    pub fn bands(&self) -> Vec<i64> {
        self.least
            .chunks_exact(ROWS)
            .zip(1..)
            .map(|(rows, band)| {
                let hash = rows
                    .iter()
                    .fold(mix(band), |hash, row| mix(hash ^ u64::from(*row)));
                hash.cast_signed()
            })
            .collect()
    }

    /// How much this document and another have in common.
    pub fn overlap(&self, other: &Self) -> Overlap {
        let equal = self
            .least
            .iter()
            .zip(&other.least)
            .filter(|(a, b)| a == b)
            .count();
        let both = equal as f32 / HASHES as f32;
        let (first, second) = (self.shingles as f32, other.shingles as f32);
        // |A ∩ B| from |A ∩ B| / |A ∪ B| and the sizes.
        let shared = both / (1.0 + both) * (first + second);
        let share = |of: f32| {
            if of > 0.0 {
                (shared / of).min(1.0)
            } else {
                0.0
            }
        };
        Overlap {
            both,
            first_in_second: share(first),
            second_in_first: share(second),
        }
    }

    /// As bytes, for a database.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.least
            .iter()
            .flat_map(|least| least.to_le_bytes())
            .collect()
    }

    /// From [`Self::to_bytes`] and the number of shingles; `None` where the bytes are no
    /// fingerprint.
    pub fn from_bytes(shingles: u32, bytes: &[u8]) -> Option<Self> {
        let (values, rest) = bytes.as_chunks::<4>();
        let whole = rest.is_empty() && (values.is_empty() || values.len() == HASHES);
        whole.then(|| Self {
            shingles,
            least: values
                .iter()
                .map(|value| u32::from_le_bytes(*value))
                .collect(),
        })
    }
}

/// FNV-1a over the lower-case letters.
fn hash_word(word: &str) -> u64 {
    word.chars()
        .flat_map(char::to_lowercase)
        .fold(0xcbf2_9ce4_8422_2325, |hash, c| {
            (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3)
        })
}

fn hash_run(words: &[u64]) -> u64 {
    words
        .iter()
        .fold(0, |hash: u64, word| mix(hash.rotate_left(17) ^ word))
}

/// The finalizer of SplitMix64: every bit of the input moves every bit of the output.
fn mix(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text of so many words, other ones for another seed.
    fn text(seed: u64, words: u64) -> String {
        let words: Vec<String> = (0..words)
            .map(|n| format!("w{}", mix(seed * 1_000_003 + n) % 5_000))
            .collect();
        words.join(" ")
    }

    fn of(text: &str) -> Fingerprint {
        Fingerprint::of([text])
    }

    fn near(a: f32, b: f32) -> bool {
        (a - b).abs() < 0.12
    }

    #[test]
    fn the_same_words_are_all_in_common_however_they_are_cut() {
        let text = text(1, 900);
        let (first, second) = text.split_at(text.len() / 2);
        let shouted = text.to_uppercase().replace(' ', ", ");
        assert_eq!(of(&text), of(&shouted));
        let at = first.rfind(' ').unwrap();
        let rest = format!("{}{second}", &first[at..]);
        assert_eq!(of(&text), Fingerprint::of([&first[..at], rest.as_str()]));
    }

    #[test]
    fn a_longer_version_holds_the_shorter_one() {
        let short = text(1, 1_000);
        let long = format!("{short} {}", text(2, 1_000));
        let overlap = of(&short).overlap(&of(&long));
        assert!(near(overlap.both, 0.5), "{overlap:?}");
        assert!(near(overlap.first_in_second, 1.0), "{overlap:?}");
        assert!(near(overlap.second_in_first, 0.5), "{overlap:?}");
    }

    #[test]
    fn half_in_common_is_found_by_the_bands_and_strangers_are_not() {
        let shared = text(0, 1_000);
        let bands = |text: &str| -> HashSet<i64> { of(text).bands().into_iter().collect() };
        for seed in 1..20 {
            let version = format!("{shared} {}", text(seed, 600));
            assert!(!bands(&shared).is_disjoint(&bands(&version)), "{seed}");
            assert!(bands(&shared).is_disjoint(&bands(&text(seed + 50, 1_000))));
        }
    }

    #[test]
    fn an_empty_text_shares_nothing() {
        let empty = of(" . ");
        assert_eq!((empty.shingles, empty.bands().len()), (0, 0));
        let overlap = empty.overlap(&of("some words of a text"));
        assert!(overlap.both + overlap.first_in_second < f32::EPSILON);
    }

    #[test]
    fn bytes_come_back_and_stored_values_stay_valid() {
        let print = of(&text(3, 200));
        let back = Fingerprint::from_bytes(print.shingles, &print.to_bytes());
        assert_eq!(back, Some(print));
        assert_eq!(Fingerprint::from_bytes(3, &[1, 2, 3]), None);
        // What is in databases was made by these functions.
        assert_eq!(
            of("forty tutors read with children").least[..2],
            [1_221_811_572, 1_010_762_892]
        );
    }
}
