//! Words that stand in a row as they were typed, perhaps with one between them that says nothing: a
//! name of two words, and *request for proposals*, come before passages that have one here and the
//! other there.

use crate::index::Index;
use crate::query::{Abbreviation, Query};
use crate::step_back::{Candidate, StepBack};
use crate::text::{self, FirstBytes};

/// What is left of the score of a passage in which no words stand in a row that did where they were
/// typed, for a search of the fewest words. With 0.6 and 0.5 titles gained another tenth of
/// a point of nDCG@10, and descriptions lost as much and more (decision 0002).
const APART: f32 = 0.7;

/// Up to this breadth a word between two others that says nothing (*request for proposals*) keeps them
/// in a row: four words. For all searches it cost descriptions 0.1 points on both test sets.
const BRIDGED: f32 = 1.0 / 3.0;

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
pub(crate) fn step_back(
    index: &Index,
    rows: &Rows,
    breadth: f32,
    candidates: &[Candidate<'_>],
) -> StepBack {
    let least = 1.0 - (1.0 - breadth) * (1.0 - APART);
    StepBack::of(candidates, least, |candidate| rows.share(index, candidate))
}

/// The words of a search that stand in a row.
pub(crate) fn rows(index: &Index, text: &str, query: &Query) -> Rows {
    let words = text::words(text, &index.archive.languages());
    let rows = words.windows(2).filter_map(|pair| {
        let between = text::wording(&text[pair[0].range.end..pair[1].range.start]);
        let [first, last] =
            [0, 1].map(|at| beginning(&text[pair[at].range.clone()], &pair[at].stems));
        let words = match &between[..] {
            [] => vec![first, last],
            [word] if query.breadth() <= BRIDGED && is_plain(word) => {
                vec![first, Beginning::whole(word.clone()), last]
            }
            _ => return None,
        };
        Some(Row {
            words,
            abbreviations: abbreviations(query, pair),
        })
    });
    Rows::new(rows.collect())
}

/// Whether a text is read as one word where rows are looked for.
fn is_plain(word: &str) -> bool {
    word.chars().all(char::is_alphanumeric)
}

/// What stands for words of which these are two, in this order.
fn abbreviations(query: &Query, pair: &[text::Word]) -> Vec<String> {
    let is_of = |word: &text::Word, term: &String| word.stems.iter().any(|s| s.term == *term);
    let stands_for_both = |one: &&Abbreviation| {
        let mut words = one.typed.iter();
        words.any(|term| is_of(&pair[0], term)) && words.any(|term| is_of(&pair[1], term))
    };
    let abbreviations = query.abbreviations.iter().filter(stands_for_both);
    abbreviations.map(|one| one.term.clone()).collect()
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
        return Beginning::whole(word);
    }
    Beginning {
        letters: word.chars().take(shortest).collect(),
        is_whole: false,
    }
}

impl Beginning {
    /// A word by itself.
    const fn whole(letters: String) -> Self {
        Self {
            letters,
            is_whole: true,
        }
    }

    /// Whether a word is of it that is folded, or has ASCII letters alone.
    fn is_of(&self, word: &[u8]) -> bool {
        let letters = self.letters.as_bytes();
        let fits = !self.is_whole || word.len() == letters.len();
        let found = word.get(..letters.len());
        fits && found.is_some_and(|found| found.eq_ignore_ascii_case(letters))
    }
}

/// Words that were typed in a row.
struct Row {
    words: Vec<Beginning>,
    /// The terms that stand for it, and perhaps for words beside it.
    abbreviations: Vec<String>,
}

/// Rows of words that were typed.
pub(crate) struct Rows {
    rows: Vec<Row>,
    first_bytes: FirstBytes,
}

impl Rows {
    fn new(rows: Vec<Row>) -> Self {
        let first = rows.iter().filter_map(|row| row.words.first());
        let first_bytes = FirstBytes::of(first.map(|beginning| beginning.letters.as_str()));
        Self { rows, first_bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many stand in a passage, its heading or its title, or have something there that stands
    /// for them, 0 to 1.
    fn share(&self, index: &Index, candidate: &Candidate<'_>) -> f32 {
        let Candidate {
            slot,
            passage,
            text,
            ..
        } = candidate;
        let heading = passage.heading.as_deref().unwrap_or_default();
        let holds = |term: &String| index.lexical.holds(term, *slot);
        let rows = self.rows.iter();
        let mut standing: Vec<bool> = rows
            .map(|row| row.abbreviations.iter().any(holds))
            .collect();
        for field in [text, heading, &*passage.title] {
            self.find(field, &mut standing);
        }
        let standing = standing.into_iter().filter(|stands| *stands).count();
        standing as f32 / self.rows.len().max(1) as f32
    }

    /// Marks those that stand in a text, which is gone through once.
    fn find(&self, text: &str, standing: &mut [bool]) {
        // The rows that have begun, each with how many of its words were read.
        let mut begun: Vec<(usize, usize)> = Vec::new();
        let mut read = |word: &[u8]| {
            if begun.is_empty() && !self.first_bytes.may_begin(word) {
                return;
            }
            begun.retain_mut(|(row, done)| {
                let words = &self.rows[*row].words;
                let goes_on = words[*done].is_of(word);
                *done += 1;
                standing[*row] |= goes_on && *done == words.len();
                goes_on && *done < words.len()
            });
            let rows = self.rows.iter().enumerate();
            let begins = rows.filter(|(at, row)| !standing[*at] && row.words[0].is_of(word));
            begun.extend(begins.map(|(at, _)| (at, 1)));
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
