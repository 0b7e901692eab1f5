//! One reading against the text that was expected, and against pdftotext's.

use std::collections::{HashMap, HashSet};

use archivist_ingest::{FileKind, Parsed, decode};
use serde::Serialize;
use unicode_normalization::UnicodeNormalization as _;

use super::measure::{Reference, ReferenceText};
use super::words::{Pair, share, words};

/// How a reading compares with the expected text.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Likeness {
    /// See [`Pair::similarity`].
    pub(super) similarity: f64,
    /// See [`Pair::bag_f1`].
    pub(super) bag_f1: f64,
    /// Whether the texts are the same but for white space.
    pub(super) exact: bool,
}

impl Likeness {
    /// Of a file that was not read.
    pub(super) const NONE: Self = Self {
        similarity: 0.0,
        bag_f1: 0.0,
        exact: false,
    };

    /// Compares the passages' text with the expected one.
    pub(super) fn of(parsed: &Parsed, expected: &str) -> Self {
        let text = text_of(parsed);
        let pair = Pair::of(&words(&text), &words(expected));
        Self {
            similarity: pair.similarity(),
            bag_f1: pair.bag_f1(),
            exact: text.split_whitespace().eq(expected.split_whitespace()),
        }
    }
}

/// Whether the bytes of a text, decoded, are the expected text but for a byte-order mark,
/// white space, and characters that are written in several ways. Nothing for other files,
/// and for pages of which not the source is expected.
pub(super) fn is_decoded(kind: FileKind, bytes: &[u8], expected: &str) -> Option<bool> {
    let is_source = match kind {
        FileKind::Text | FileKind::Markdown | FileKind::Csv => true,
        FileKind::Html => expected.contains("</"),
        _ => false,
    };
    let words = |text: &str| -> Vec<String> {
        let text: String = text.trim_start_matches('\u{feff}').nfc().collect();
        text.split_whitespace().map(str::to_owned).collect()
    };
    is_source.then(|| words(&decode(bytes).text) == words(expected))
}

/// How a reading compares with pdftotext's.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Against {
    /// The share of the words of `pdftotext` that were found. Lines that run over the
    /// pages (heads, footers, page numbers) are to be removed, and do not count.
    pub(super) found_plain: f64,
    /// The same of `pdftotext -layout`.
    pub(super) found_layout: f64,
    /// As [`Self::found_plain`], with the running lines of every page.
    pub(super) found_with_running_lines: f64,
    /// The words common with `pdftotext` that stand in the same order, as a share; or
    /// with `pdftotext -layout` where that is more.
    pub(super) order: f64,
    /// The same between pdftotext's two ways.
    pub(super) order_of_pdftotext: f64,
    /// Pages of the file.
    pub(super) pages: u32,
    /// Processor time for each page, in seconds, process start included.
    pub(super) seconds_per_page: f64,
    /// That of `pdftotext`.
    pub(super) pdftotext_seconds_per_page: f64,
}

impl Against {
    /// Nothing where pdftotext finds no words.
    pub(super) fn of(parsed: &Parsed, cpu_seconds: f64, reference: &Reference) -> Option<Self> {
        let ours = words(&text_of(parsed));
        let all = words(&reference.plain.text);
        if all.is_empty() {
            return None;
        }
        let plain = words(&without_running_lines(&reference.plain));
        let layout = words(&without_running_lines(&reference.layout));
        let order = |theirs: &[String]| Pair::of(&ours, theirs).order();
        let pages = parsed.page_count.unwrap_or(1).max(1);
        Some(Self {
            found_plain: found(&plain, &ours),
            found_layout: found(&layout, &ours),
            found_with_running_lines: found(&all, &ours),
            order: order(&plain).max(order(&layout)),
            order_of_pdftotext: Pair::of(&plain, &layout).order(),
            pages,
            seconds_per_page: cpu_seconds / f64::from(pages),
            pdftotext_seconds_per_page: reference.plain.cpu_seconds / f64::from(pages),
        })
    }
}

fn text_of(parsed: &Parsed) -> String {
    let texts: Vec<&str> = parsed
        .passages
        .iter()
        .map(|passage| passage.text.as_str())
        .collect();
    texts.join("\n")
}

/// The share of `wanted` that is in `ours`, each word as often as it is wanted.
fn found(wanted: &[String], ours: &[String]) -> f64 {
    share(Pair::of(ours, wanted).common(), wanted.len())
}

/// How many lines at each edge of a page may run over the pages.
const EDGE: usize = 3;

/// Without the lines at pages' edges that stand on three pages or more and on one page
/// in four, numbers aside; the first of each stays.
fn without_running_lines(reference: &ReferenceText) -> String {
    let pages: Vec<Vec<&str>> = reference
        .text
        .split('\u{c}')
        .map(|page| {
            page.lines()
                .filter(|line| !line.trim().is_empty())
                .collect()
        })
        .collect();
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in &pages {
        let patterns: HashSet<String> = edges(page).map(|(_, line)| pattern(line)).collect();
        for pattern in patterns {
            *counts.entry(pattern).or_default() += 1;
        }
    }
    let runs = |pattern: &String| counts[pattern] >= 3 && counts[pattern] * 4 >= pages.len();
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for page in &pages {
        let gone: HashSet<usize> = edges(page)
            .filter(|(_, line)| {
                let pattern = pattern(line);
                runs(&pattern) && !seen.insert(pattern)
            })
            .map(|(place, _)| place)
            .collect();
        let lines = page.iter().enumerate();
        kept.extend(
            lines
                .filter(|(at, _)| !gone.contains(at))
                .map(|(_, line)| *line),
        );
    }
    kept.join("\n")
}

fn edges<'p>(page: &'p [&'p str]) -> impl Iterator<Item = (usize, &'p str)> {
    let length = page.len();
    page.iter()
        .copied()
        .enumerate()
        .filter(move |(at, _)| *at < EDGE || at + EDGE >= length)
}

fn pattern(line: &str) -> String {
    line.split_whitespace()
        .map(|word| word.trim_matches(|c: char| c.is_ascii_digit()))
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_decoded_and_pages_where_their_source_is_expected() {
        let bytes = b"<p>Caf\xe9 f\xfcr alle Sch\xfcler</p>\r\n";
        let source = "<p>Café für alle Schüler</p>\n";
        for kind in [FileKind::Text, FileKind::Html] {
            assert_eq!(is_decoded(kind, bytes, source), Some(true));
        }
        let shown = "Café für alle Schüler";
        assert_eq!(is_decoded(FileKind::Html, bytes, shown), None);
        assert_eq!(is_decoded(FileKind::Text, bytes, shown), Some(false));
        assert_eq!(is_decoded(FileKind::Pdf, bytes, source), None);
    }

    #[test]
    fn running_lines_count_once() {
        let page =
            |n: u32| format!("Our Plan\nBody {n} of the page\na\nb\nlines\nd\ne\nPage {n}\n\u{c}");
        let reference = ReferenceText {
            text: (1..=4).map(page).collect(),
            cpu_seconds: 0.0,
        };
        let text = without_running_lines(&reference);
        assert_eq!(text.matches("Our Plan").count(), 1);
        assert_eq!(text.matches("Page").count(), 1);
        assert_eq!(text.matches("lines").count(), 4);
    }

    #[test]
    fn words_are_found_as_often_as_they_are_wanted() {
        let (wanted, ours) = (words("a a b c"), words("a b b"));
        assert!((found(&wanted, &ours) - 0.5).abs() < 1e-9);
    }
}
