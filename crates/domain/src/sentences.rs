//! Where sentences begin and end, leaning to English.
//!
//! Splitting too little is the smaller harm: a passage or a citation then carries
//! one sentence more. Splitting inside "Dr. Lee", "$1.5 million" or an address
//! would tear a fact apart.

mod abbreviations;

use std::ops::Range;

use abbreviations::{Stop, stop_after};

/// The byte ranges of the sentences of `text`, in order, without surrounding white
/// space. Together they hold everything that is not white space. A line break always
/// ends a sentence: callers join wrapped lines first.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for line in text.split_inclusive(['\n', '\r']) {
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        split_line(line, start, &mut found);
    }
    found
}

fn split_line(line: &str, offset: usize, found: &mut Vec<Range<usize>>) {
    let mut start = 0;
    for (at, c) in line.char_indices() {
        if at < start || !is_terminator(c) {
            continue;
        }
        let end = end_of_stop(line, at);
        if is_boundary(&line[start..at], &line[at..end], &line[end..]) {
            push_trimmed(line, start..end, offset, found);
            start = end;
        }
    }
    push_trimmed(line, start..line.len(), offset, found);
}

fn push_trimmed(line: &str, range: Range<usize>, offset: usize, found: &mut Vec<Range<usize>>) {
    let text = &line[range.clone()];
    let trimmed = text.trim();
    if !trimmed.is_empty() {
        let start = offset + range.start + (text.len() - text.trim_start().len());
        found.push(start..start + trimmed.len());
    }
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…') || is_wide_terminator(c)
}

/// Full stops of scripts that put no space after them.
fn is_wide_terminator(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '।')
}

fn is_closer(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | ')' | ']' | '}' | '”' | '’' | '»' | '」' | '』' | '）' | '*' | '_'
    )
}

fn is_opener(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '(' | '[' | '{' | '“' | '‘' | '«' | '¿' | '¡' | '「' | '『' | '*' | '_'
    )
}

/// The end of a run of stops together with the quotes and brackets that close after it.
fn end_of_stop(line: &str, at: usize) -> usize {
    let rest = &line[at..];
    let stops = rest.find(|c| !is_terminator(c)).unwrap_or(rest.len());
    let closers = rest[stops..]
        .find(|c| !is_closer(c))
        .unwrap_or(rest.len() - stops);
    at + stops + closers
}

/// `before` is the sentence so far, `stop` its stops and closers, `after` the rest.
fn is_boundary(before: &str, stop: &str, after: &str) -> bool {
    if stop.chars().any(is_wide_terminator) {
        return true;
    }
    // Decimals, addresses and "U.S.-based" have no space after the stop.
    if !after.starts_with(char::is_whitespace) {
        return false;
    }
    let next = after.trim_start();
    let Some(first) = next.chars().find(|c| !is_opener(*c)) else {
        return false;
    };
    if first.is_lowercase() || matches!(first, ',' | ';' | ':' | ')' | ']') {
        return false;
    }
    if stop.starts_with('.') && !stop.starts_with("..") {
        return ends_with_full_stop(before, next);
    }
    true
}

/// Whether a single full stop ends the sentence, rather than a number, an initial or
/// an abbreviation.
fn ends_with_full_stop(before: &str, next: &str) -> bool {
    let word_start = before
        .rfind(char::is_whitespace)
        .map_or(0, |at| at + char_len(before, at));
    let word = before[word_start..].trim_start_matches(is_opener);
    if before.trim_start().len() == before[word_start..].len() && is_list_number(word) {
        return false;
    }
    let next_word = next
        .trim_start_matches(is_opener)
        .split_whitespace()
        .next()
        .unwrap_or_default();
    match stop_after(word) {
        Stop::Sentence => true,
        Stop::Abbreviation => false,
        Stop::BeforeNumber => !next_word.starts_with(|c: char| c.is_ascii_digit()),
        Stop::Either => abbreviations::starts_sentences(next_word),
    }
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(1, char::len_utf8)
}

/// `1`, `12`, `a`, `iv`, `2.1`: a number in front of a list item or heading.
fn is_list_number(word: &str) -> bool {
    let word = word.trim_end_matches(')');
    let numeric = word.len() <= 6 && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    let letter = word.len() == 1 && word.chars().all(char::is_alphabetic);
    let roman = word.len() <= 5 && word.chars().all(|c| "ivxIVX".contains(c));
    !word.is_empty() && (numeric || letter || roman)
}

#[cfg(test)]
mod tests;
