//! Words that stand in a row as they were typed: a name of two words comes before passages that
//! have one here and the other there.

use crate::index::Index;
use crate::step_back::{Candidate, StepBack};
use crate::text::{self, FirstBytes};

/// What is left of the score of a passage in which no two words stand side by side that did where
/// they were typed, for a search of the fewest words. With 0.6 and 0.5 titles gained another tenth of
/// a point of nDCG@10, and descriptions lost as much and more (decision 0002).
const APART: f32 = 0.7;

/// Shorter beginnings are those of too many words.
const MIN_BEGINNING: usize = 4;

/// A word that was typed: what all its forms begin with.
#[derive(Debug, PartialEq)]
struct Beginning {
    letters: String,
    /// It is a word by itself, and no other begins so.
    is_whole: bool,
}

/// How passages step back in which these words stand apart; the less, the broader the search is,
/// 0 to 1.
pub(crate) fn step_back(pairs: &Pairs, breadth: f32, candidates: &[Candidate<'_>]) -> StepBack {
    let least = 1.0 - (1.0 - breadth) * (1.0 - APART);
    StepBack::of(candidates, least, |candidate| pairs.share(candidate))
}

/// The words of a search that stand side by side.
pub(crate) fn pairs(index: &Index, text: &str) -> Pairs {
    let words = text::words(text, &index.archive.languages());
    let is_row = |pair: &&[text::Word]| {
        let between = &text[pair[0].range.end..pair[1].range.start];
        !between.contains(char::is_alphanumeric)
    };
    let pairs = words.windows(2).filter(is_row);
    let pairs = pairs
        .map(|pair| [0, 1].map(|at| beginning(&text[pair[at].range.clone()], &pair[at].stems)));
    Pairs::new(pairs.collect())
}

/// What a word has in common with what it is known by.
fn beginning(word: &str, stems: &[text::Stem]) -> Beginning {
    let word = text::fold(text::without_plural(word));
    let in_common = |stem: &text::Stem| {
        let pairs = word.chars().zip(stem.term.chars());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let shortest = stems.iter().map(in_common).min().unwrap_or_default();
    if shortest < MIN_BEGINNING {
        return Beginning {
            letters: word,
            is_whole: true,
        };
    }
    Beginning {
        letters: word.chars().take(shortest).collect(),
        is_whole: false,
    }
}

impl Beginning {
    /// Whether a word is of it that is folded, or has ASCII letters alone.
    fn is_of(&self, word: &[u8]) -> bool {
        let letters = self.letters.as_bytes();
        let fits = !self.is_whole || word.len() == letters.len();
        let found = word.get(..letters.len());
        fits && found.is_some_and(|found| found.eq_ignore_ascii_case(letters))
    }
}

/// Pairs of words that were typed side by side.
pub(crate) struct Pairs {
    pairs: Vec<[Beginning; 2]>,
    first_bytes: FirstBytes,
}

impl Pairs {
    fn new(pairs: Vec<[Beginning; 2]>) -> Self {
        let beginnings = pairs.iter().flatten();
        let first_bytes = FirstBytes::of(beginnings.map(|beginning| beginning.letters.as_str()));
        Self { pairs, first_bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// How many stand side by side in a passage, its heading or its title, 0 to 1.
    fn share(&self, Candidate { passage, text, .. }: &Candidate<'_>) -> f32 {
        let heading = passage.heading.as_deref().unwrap_or_default();
        let mut standing = vec![false; self.pairs.len()];
        for field in [text, heading, &*passage.title] {
            self.find(field, &mut standing);
        }
        let standing = standing.into_iter().filter(|stands| *stands).count();
        standing as f32 / self.pairs.len().max(1) as f32
    }

    /// Marks those that stand side by side in a text, which is gone through once.
    fn find(&self, text: &str, standing: &mut [bool]) {
        let mut before: Vec<usize> = Vec::new();
        let mut read = |word: &[u8]| {
            if before.is_empty() && !self.first_bytes.may_begin(word) {
                return;
            }
            for &pair in &before {
                standing[pair] |= self.pairs[pair][1].is_of(word);
            }
            before.clear();
            let all = self.pairs.iter().enumerate();
            let begun = all.filter(|(at, pair)| !standing[*at] && pair[0].is_of(word));
            before.extend(begun.map(|(at, _)| at));
        };
        let is_between = |byte: &u8| byte.is_ascii() && !byte.is_ascii_alphanumeric();
        let pieces = text.as_bytes().split(is_between);
        for piece in pieces.filter(|piece| !piece.is_empty()) {
            if piece.is_ascii() {
                read(piece);
                continue;
            }
            // It may have quotation marks and dashes in it, too.
            let piece = String::from_utf8_lossy(piece);
            let words = piece.split(|c: char| !c.is_alphanumeric());
            for word in words.filter(|word| !word.is_empty()) {
                read(text::fold(word).as_bytes());
            }
        }
    }
}
