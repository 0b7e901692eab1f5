//! How much of two documents is the same: MinHash over runs of words to find the few
//! that may be alike, and the runs themselves to say how much.
//!
//! A document is the set of its runs of [`SHINGLE_WORDS`] words, [`Shingles`]. Two such
//! sets tell exactly what they share, but only where both texts are at hand. A
//! [`Fingerprint`] is small enough to be kept: of each of [`HASHES`] hash functions the
//! least value over the set. The share of equal values of two documents estimates what
//! their sets have in common, with a standard error of 4 % at the most.
//! [`Fingerprint::bands`] are for finding candidates by an index: of documents that share
//! half of their runs 99.6 % have a band in common, of those that share a twentieth 0.5 %.
//!
//! The values are stored: the functions must not change.

use serde::{Deserialize, Serialize};

/// Words of a run: long enough that runs are not shared by chance.
pub const SHINGLE_WORDS: usize = 5;
/// Hash functions.
pub const HASHES: usize = 128;
/// Values of a band: all must be equal.
const ROWS: usize = 3;

/// The runs of words of a text, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shingles(
    /// Their hashes, ascending.
    Vec<u64>,
);

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

impl Shingles {
    /// The runs of a text given in parts. Runs go over the cuts, so it does not matter
    /// where they lie; nor do letter case and punctuation.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<u64> = Vec::new();
        for part in parts {
            words.extend(
                part.split(|c: char| !c.is_alphanumeric())
                    .filter(|word| !word.is_empty())
                    .map(hash_word),
            );
        }
        let size = SHINGLE_WORDS.min(words.len()).max(1);
        let mut runs: Vec<u64> = words.windows(size).map(hash_run).collect();
        runs.sort_unstable();
        runs.dedup();
        Self(runs)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What is kept of them.
    pub fn fingerprint(&self) -> Fingerprint {
        let least = (0..HASHES as u64)
            .map(|function| {
                let seed = mix(function + 1);
                let least = self.0.iter().map(|shingle| mix(shingle ^ seed)).min();
                least.map(|least| (least >> 32) as u32)
            })
            .collect::<Option<Vec<u32>>>();
        Fingerprint {
            shingles: u32::try_from(self.0.len()).unwrap_or(u32::MAX),
            least: least.unwrap_or_default(),
        }
    }

    /// What this text and another have in common, counted.
    pub fn overlap(&self, other: &Self) -> Overlap {
        let (first, second) = (self.0.len() as f32, other.0.len() as f32);
        let shared = self.shared(other) as f32;
        Overlap {
            both: part(shared, first + second - shared),
            first_in_second: part(shared, first),
            second_in_first: part(shared, second),
        }
    }

    /// How many runs both have.
    fn shared(&self, other: &Self) -> usize {
        let mut rest = other.0.iter().peekable();
        let is_shared = |run: &&u64| {
            while rest.next_if(|other| other < run).is_some() {}
            rest.next_if_eq(run).is_some()
        };
        self.0.iter().filter(is_shared).count()
    }
}

fn part(shared: f32, of: f32) -> f32 {
    if of > 0.0 {
        (shared / of).min(1.0)
    } else {
        0.0
    }
}

impl Fingerprint {
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

    /// The part of both texts together that is estimated to be in both.
    pub fn estimate(&self, other: &Self) -> f32 {
        let pairs = self.least.iter().zip(&other.least);
        let equal = pairs.filter(|(a, b)| a == b).count();
        equal as f32 / HASHES as f32
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
    use std::collections::HashSet;

    use super::*;

    /// A text of so many words, other ones for another seed.
    fn text(seed: u64, words: u64) -> String {
        let words: Vec<String> = (0..words)
            .map(|n| format!("w{}", mix(seed * 1_000_003 + n) % 5_000))
            .collect();
        words.join(" ")
    }

    fn of(text: &str) -> Shingles {
        Shingles::of([text])
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
        assert_eq!(of(&text), Shingles::of([&first[..at], rest.as_str()]));
    }

    #[test]
    fn a_longer_version_holds_the_shorter_one() {
        let (short, added) = (text(1, 1_000), text(2, 1_000));
        let (first, second) = (of(&short), of(&format!("{short} {added}")));
        let overlap = first.overlap(&second);
        // 996 runs, and 1,996 with those over the seam.
        assert!(
            (overlap.both - 996.0 / 1_996.0).abs() < 0.001,
            "{overlap:?}"
        );
        assert!(overlap.first_in_second > 0.999, "{overlap:?}");
        assert!((overlap.second_in_first - overlap.both).abs() < 0.001);
        let estimate = first.fingerprint().estimate(&second.fingerprint());
        assert!(near(estimate, overlap.both), "{estimate}");
    }

    #[test]
    fn half_in_common_is_found_by_the_bands_and_strangers_are_not() {
        let bands =
            |text: &str| -> HashSet<i64> { of(text).fingerprint().bands().into_iter().collect() };
        let mut found = 0;
        for seed in 1..=50 {
            let (shared, added) = (text(seed, 1_000), text(seed + 100, 1_000));
            let version = format!("{shared} {added}");
            found += usize::from(!bands(&shared).is_disjoint(&bands(&version)));
            assert!(bands(&shared).is_disjoint(&bands(&added)), "{seed}");
        }
        assert!(found >= 49, "{found} of 50");
    }

    #[test]
    fn an_empty_text_shares_nothing() {
        let empty = of(" . ");
        let print = empty.fingerprint();
        assert_eq!((empty.count(), print.bands().len()), (0, 0));
        let overlap = empty.overlap(&of("some words of a text"));
        assert!(overlap.both + overlap.first_in_second < f32::EPSILON);
        assert!(empty.overlap(&empty).both < f32::EPSILON);
    }

    #[test]
    fn bytes_come_back_and_stored_values_stay_valid() {
        let print = of(&text(3, 200)).fingerprint();
        let back = Fingerprint::from_bytes(print.shingles, &print.to_bytes());
        assert_eq!(back, Some(print));
        assert_eq!(Fingerprint::from_bytes(3, &[1, 2, 3]), None);
        // What is in databases was made by these functions.
        let print = of("forty tutors read with children").fingerprint();
        assert_eq!(print.least[..2], [1_221_811_572, 1_010_762_892]);
    }
}
