//! Invented documents for measurements.
//!
//! Words are drawn by Zipf's law, from a theme for half of them, so that lists are as long and
//! vectors as crowded as in real text.

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use archivist_search::{DocumentRecord, Facets, PassageRecord};
use uuid::Uuid;

const WORDS: usize = 30_000;
const THEMES: usize = 60;
pub(crate) const PASSAGES_PER_DOCUMENT: usize = 20;
const WORDS_PER_PASSAGE: usize = 200;

/// Three to eight words of one theme.
pub(crate) fn words(random: &mut Random) -> Vec<String> {
    let theme = random.below(THEMES);
    let count = 3 + random.below(6);
    (0..count).map(|_| word(theme, random)).collect()
}

/// Documents with so many passages in all, each made when it is asked for.
pub(crate) fn invented(
    passages: usize,
    random: &mut Random,
) -> impl Iterator<Item = DocumentRecord> {
    let documents = passages.div_ceil(PASSAGES_PER_DOCUMENT);
    (0..documents).map(|number| document(number, random))
}

/// A document by its number.
pub(crate) fn document(number: usize, random: &mut Random) -> DocumentRecord {
    let theme = random.below(THEMES);
    let passages = (0..PASSAGES_PER_DOCUMENT).map(|ordinal| PassageRecord {
        id: PassageId(Uuid::from_u128(
            (number * PASSAGES_PER_DOCUMENT + ordinal) as u128,
        )),
        ordinal: u32::try_from(ordinal).expect("few passages a document"),
        heading: Some(word(theme, random)),
        text: (0..WORDS_PER_PASSAGE)
            .map(|_| word(theme, random) + " ")
            .collect(),
    });
    DocumentRecord {
        id: DocumentId(Uuid::from_u128(number as u128)),
        title: format!("Plan {number}"),
        language: None,
        facets: facets(number),
        passages: passages.collect(),
    }
}

/// What a document is filed as: of a dozen programs, some forty tags and two hundred funders.
fn facets(number: usize) -> Facets {
    let all = DocType::ALL;
    Facets {
        doc_type: all[number % all.len()],
        year: i32::try_from(2018 + number % 8).ok(),
        outcome: Outcome::ALL.get(number % 7).copied(),
        programs: vec![format!("Program {}", number % 12)],
        tags: vec![
            format!("tag-{}", number % 17),
            format!("of-{}", number % 23),
        ],
        funder: Some(format!("Foundation {}", number % 200)),
        superseded: false,
    }
}

/// A word by Zipf's law; every second one from the theme's own order of words.
fn word(theme: usize, random: &mut Random) -> String {
    // Inverse of the cumulative distribution of 1/rank: WORDS to a random power.
    let share = random.below(1 << 20) as f64 / f64::from(1 << 20);
    let rank = (WORDS as f64).powf(share);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 1 and the number of words"
    )]
    let rank = rank as usize;
    let shift = if random.below(2) == 0 {
        1 + theme * 97
    } else {
        0
    };
    spelled((rank + shift) % WORDS)
}

/// A pronounceable word for a number.
fn spelled(mut number: usize) -> String {
    let mut word = String::new();
    for _ in 0..4 {
        word.push(char::from(b"bdfgklmnprstvz"[number % 14]));
        number /= 14;
        word.push(char::from(b"aeiou"[number % 5]));
        number /= 5;
    }
    word
}

/// SplitMix64.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % bound as u64).expect("below a usize")
    }
}
