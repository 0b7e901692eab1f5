//! Words that stand in a row as they were typed: a name of two words comes before passages that
//! have one here and the other there.

use crate::archive::Passage;
use crate::index::Index;
use crate::step_back::StepBack;
use crate::text;

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

/// Has passages step back in which words that were typed side by side stand apart; the less, the
/// broader the search is, 0 to 1.
pub(crate) fn prefer(index: &Index, text: &str, breadth: f32, scores: &mut [f32]) -> StepBack {
    let pairs = pairs(index, text);
    if pairs.is_empty() || breadth >= 1.0 {
        return StepBack::none();
    }
    let least = 1.0 - (1.0 - breadth) * (1.0 - APART);
    StepBack::apply(index, scores, least, |slot| {
        share(&pairs, index.archive.passage(slot))
    })
}

/// The words of a search that stand side by side.
fn pairs(index: &Index, text: &str) -> Vec<[Beginning; 2]> {
    let words = text::words(text, &index.archive.languages());
    let is_row = |pair: &&[text::Word]| {
        let between = &text[pair[0].range.end..pair[1].range.start];
        !between.contains(char::is_alphanumeric)
    };
    let pairs = words.windows(2).filter(is_row);
    pairs
        .map(|pair| [0, 1].map(|at| beginning(&text[pair[at].range.clone()], &pair[at].stems)))
        .collect()
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
    fn is_of(&self, word: &str) -> bool {
        let begins_so = |word: &str| {
            let found = word.as_bytes().get(..self.letters.len());
            let fits = !self.is_whole || word.len() == self.letters.len();
            fits && found.is_some_and(|found| found.eq_ignore_ascii_case(self.letters.as_bytes()))
        };
        // Most words begin otherwise, which the first byte tells.
        let first = |text: &str| text.bytes().next().map(|byte| byte.to_ascii_lowercase());
        match first(word) {
            Some(byte) if byte.is_ascii() && Some(byte) != first(&self.letters) => return false,
            _ if word.is_ascii() => return begins_so(word),
            _ => {}
        }
        begins_so(&text::fold(word))
    }
}

/// How many of the pairs stand side by side in a passage, its heading or its title, 0 to 1.
fn share(pairs: &[[Beginning; 2]], passage: &Passage) -> f32 {
    let text = passage.text.text();
    let heading = passage.heading.as_deref().unwrap_or_default();
    let mut standing = vec![false; pairs.len()];
    for field in [&*text, heading, &*passage.title] {
        find(pairs, field, &mut standing);
    }
    let standing = standing.into_iter().filter(|stands| *stands).count();
    standing as f32 / pairs.len() as f32
}

/// Marks the pairs that stand side by side in a text, which is gone through once.
fn find(pairs: &[[Beginning; 2]], text: &str, standing: &mut [bool]) {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let mut before: Vec<usize> = Vec::new();
    let mut here: Vec<usize> = Vec::new();
    for word in words.filter(|word| !word.is_empty()) {
        for &pair in &before {
            standing[pair] |= pairs[pair][1].is_of(word);
        }
        here.clear();
        let begun = (0..pairs.len()).filter(|&at| !standing[at] && pairs[at][0].is_of(word));
        here.extend(begun);
        std::mem::swap(&mut before, &mut here);
    }
}
