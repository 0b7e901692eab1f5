//! Names (capitalised words) and quoted words.

use std::ops::Range;

use crate::text::{self, Word};

/// How many words may stand between two words of a name in a passage, as a
/// middle name or a title does.
const NAME_GAP: usize = 2;

/// Fewer quoted words than this are a manner of speaking, not a quotation.
const SHORTEST_QUOTE: usize = 3;

/// The names of one sentence with the bytes they stand in, as stems in order.
///
/// A single capitalised word at the start says nothing (every sentence starts
/// with one), unless it is an abbreviation.
pub(super) fn names(sentence: &str, words: &[Word]) -> Vec<(Range<usize>, Vec<String>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let length = name_length(sentence, &words[at..]);
        let name = &words[at..at + length];
        at += length.max(1);
        if let (Some(first), Some(last)) = (name.first(), name.last())
            && (length > 1 || first.range != words[0].range || is_abbreviation(sentence, first))
        {
            let stems = name.iter().map(|word| word.stem.clone()).collect();
            found.push((first.range.start..last.range.end, stems));
        }
    }
    found
}

/// How many of the first words form a name: capitalised, side by side.
fn name_length(sentence: &str, words: &[Word]) -> usize {
    let side_by_side = |pair: &[Word]| {
        matches!(
            &sentence[pair[0].range.end..pair[1].range.start],
            " " | "-" | "\n" | ". " | " & "
        )
    };
    let capitals = words
        .iter()
        .take_while(|word| is_name_word(sentence, word))
        .count();
    let unbroken = words[..capitals]
        .windows(2)
        .take_while(|pair| side_by_side(pair))
        .count();
    if capitals == 0 { 0 } else { unbroken + 1 }
}

fn is_name_word(sentence: &str, word: &Word) -> bool {
    const TITLES: [&str; 6] = ["dr", "mr", "mrs", "ms", "prof", "st"];
    let written = &sentence[word.range.clone()];
    written.starts_with(char::is_uppercase)
        && !text::is_stop_word(&word.lower)
        && !TITLES.contains(&word.lower.as_str())
}

fn is_abbreviation(sentence: &str, word: &Word) -> bool {
    let written = &sentence[word.range.clone()];
    written.chars().filter(|c| c.is_uppercase()).count() > 1
}

/// The quotations of a sentence with the bytes they stand in, as words.
pub(super) fn quotes(sentence: &str) -> Vec<(Range<usize>, Vec<String>)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some((start, close)) = opening(sentence, from) {
        let Some(length) = sentence[start..].find(close) else {
            break;
        };
        let quoted = lower_words(&sentence[start..start + length]);
        if quoted.len() >= SHORTEST_QUOTE {
            found.push((start..start + length, quoted));
        }
        from = start + length + close.len_utf8();
    }
    found
}

/// Where the next quotation's words begin, and the sign that closes it.
fn opening(sentence: &str, from: usize) -> Option<(usize, char)> {
    sentence[from..].char_indices().find_map(|(at, c)| {
        let close = match c {
            '“' => '”',
            '"' => '"',
            _ => return None,
        };
        Some((from + at + c.len_utf8(), close))
    })
}

fn lower_words(text: &str) -> Vec<String> {
    text::words(text)
        .into_iter()
        .map(|word| word.lower)
        .collect()
}

/// Whether the words of a name stand in the passage in order and close together.
pub(super) fn is_named(name: &[String], passage: &[Word]) -> bool {
    let Some((first, rest)) = name.split_first() else {
        return true;
    };
    passage
        .iter()
        .enumerate()
        .filter(|(_, word)| word.stem == *first)
        .any(|(at, _)| follows(rest, &passage[at + 1..]))
}

fn follows(rest: &[String], passage: &[Word]) -> bool {
    let Some((next, rest)) = rest.split_first() else {
        return true;
    };
    let near = &passage[..passage.len().min(NAME_GAP + 1)];
    near.iter()
        .position(|word| word.stem == *next)
        .is_some_and(|at| follows(rest, &passage[at + 1..]))
}

/// Whether the quoted words stand in the passage word after word.
pub(super) fn is_quoted(quoted: &[String], passage: &[Word]) -> bool {
    passage.windows(quoted.len()).any(|window| {
        window
            .iter()
            .zip(quoted)
            .all(|(word, quoted)| word.lower == *quoted)
    })
}
