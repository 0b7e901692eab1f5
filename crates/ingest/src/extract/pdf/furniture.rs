//! What is printed on every page around the text: running heads, footers, page numbers.

use std::collections::{HashMap, HashSet};

use super::line::{Line, Row};
use crate::tidy::word_count;

/// How many rows at the top and at the bottom of a page may be furniture.
const EDGE: usize = 4;
/// They stand within this share of the page's height from its edge.
const ZONE: f64 = 0.15;
/// A running line is short.
const MAX_WORDS: usize = 25;
/// A line is running when it stands at the edge of this many pages or more …
const MIN_PAGES: usize = 3;
/// … and of one page in this many: left and right pages may differ, and so may parts.
const MIN_SHARE: usize = 4;

/// The rows of one page, from top to bottom, and its height in points.
#[derive(Debug)]
pub(super) struct PageRows {
    pub(super) rows: Vec<Row>,
    pub(super) height: f64,
}

/// Removes page numbers and repeated lines from the edges of pages. The first of the
/// repeated lines stays, so that a title that runs on is not lost.
pub(super) fn remove(pages: &mut [PageRows]) {
    let running = running_lines(pages);
    let mut seen = HashSet::new();
    for page in pages {
        let numbers = page.numbers();
        let gone: HashSet<usize> = page
            .edges()
            .filter(|(at, text)| {
                let pattern = pattern(text);
                running.contains(&pattern) && !seen.insert(pattern) || numbers.contains(&Some(*at))
            })
            .map(|(at, _)| at)
            .collect();
        let mut at = 0..;
        page.rows
            .retain(|_| at.next().is_some_and(|at| !gone.contains(&at)));
    }
}

impl PageRows {
    /// The rows that are page numbers: one at the top and one at the bottom at most, and no
    /// row of a table. More numbers than these are text.
    fn numbers(&self) -> [Option<usize>; 2] {
        let middle = 0.5 * self.height;
        let numbers: Vec<usize> = self
            .edges()
            .filter(|(at, text)| self.rows[*at].len() == 1 && is_page_number(text))
            .map(|(at, _)| at)
            .collect();
        let is_upper = |at: &&usize| self.rows[**at][0].y < middle;
        let upper = numbers.iter().find(is_upper);
        let lower = numbers.iter().rfind(|at| !is_upper(at));
        [upper.copied(), lower.copied()]
    }

    /// The short rows at the edges, with their text.
    fn edges(&self) -> impl Iterator<Item = (usize, String)> {
        let length = self.rows.len();
        let zone = ZONE * self.height;
        let rows = self.rows.iter().enumerate();
        rows.filter(move |(at, row)| {
            let y = row[0].y;
            let top = *at < EDGE && y < zone;
            let bottom = at + EDGE >= length && y > self.height - zone;
            top || bottom
        })
        .map(|(at, row)| (at, row.iter().map(Line::text).collect::<Vec<_>>().join(" ")))
        .filter(|(_, text)| word_count(text) <= MAX_WORDS)
    }
}

/// The patterns of the lines that stand at the edges of enough pages.
fn running_lines(pages: &[PageRows]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let patterns: HashSet<String> = page.edges().map(|(_, text)| pattern(&text)).collect();
        for pattern in patterns {
            *counts.entry(pattern).or_default() += 1;
        }
    }
    let enough = |count: usize| count >= MIN_PAGES && count * MIN_SHARE >= pages.len();
    counts
        .into_iter()
        .filter(|(_, count)| enough(*count))
        .map(|(pattern, _)| pattern)
        .collect()
}

/// A line without what changes from page to page: the page number (`7`, `7/12`). Larger
/// numbers are values.
fn pattern(text: &str) -> String {
    let digits =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_digit());
    let number = |word: &str| word.split('/').count() <= 2 && word.split('/').all(digits);
    let words = text
        .split(' ')
        .map(|word| if number(word) { "#" } else { word });
    words.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// `7`, `- 7 -`, `Page 7 of 12`, `7/12`, `iv`. Four digits are rather a year.
fn is_page_number(text: &str) -> bool {
    let words = || {
        text.split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
    };
    let around = |word: &str| matches!(word.to_lowercase().as_str(), "page" | "pg" | "p" | "of");
    let value = text.contains(['$', '€', '£', '%', '(']);
    !value
        && text.len() <= 20
        && words().any(is_numeral)
        && words().all(|word| is_numeral(word) || around(word))
}

fn is_numeral(word: &str) -> bool {
    let digits = word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
    let roman = word.len() <= 5 && word.chars().all(|c| "ivxl".contains(c));
    digits || roman
}

#[cfg(test)]
mod tests {
    use super::super::line::rows;
    use super::super::word::{Turn, Word};
    use super::*;

    /// Pages of one line every 90 points, the first and the last near the edges.
    fn pages(lines: &[&[&str]]) -> Vec<PageRows> {
        let word = |(text, y): (&&str, f64)| Word {
            text: (*text).to_owned(),
            x0: 0.0,
            x1: 50.0,
            y,
            size: 10.0,
            bold: false,
            spaced: false,
            turn: Turn::None,
        };
        let page = |lines: &&[&str]| {
            let ys = (0..lines.len()).map(|n| 40.0 + 720.0 * n as f64 / (lines.len() - 1) as f64);
            PageRows {
                rows: rows(lines.iter().zip(ys).map(word).collect()),
                height: 800.0,
            }
        };
        lines.iter().map(page).collect()
    }

    fn texts(pages: &[PageRows]) -> Vec<Vec<String>> {
        let text = |row: &Row| row.iter().map(Line::text).collect::<String>();
        pages
            .iter()
            .map(|page| page.rows.iter().map(text).collect())
            .collect()
    }

    #[test]
    fn running_heads_go_but_for_the_first() {
        let mut document = pages(&[
            &[
                "Our Plan 2024",
                "One.",
                "First body.",
                "Readers 1/3",
                "Page 1 of 3",
            ],
            &[
                "Our Plan 2024",
                "Two.",
                "Second body.",
                "Readers 2/3",
                "Page 2 of 3",
            ],
            &[
                "Our Plan 2024",
                "Three.",
                "Third body.",
                "Readers 3/3",
                "Page 3 of 3",
            ],
        ]);
        for page in &mut document {
            page.rows[3][0].y = 750.0;
        }
        remove(&mut document);
        let expected = [
            vec!["Our Plan 2024", "One.", "First body.", "Readers 1/3"],
            vec!["Two.", "Second body."],
            vec!["Three.", "Third body."],
        ];
        assert_eq!(texts(&document), expected);
    }

    #[test]
    fn what_repeats_in_the_middle_or_seldom_stays() {
        let mut document = pages(&[
            &["One.", "Two.", "Yes", "Three.", "Four."],
            &["Five.", "Six.", "Yes", "Seven.", "Eight."],
            &["Nine.", "Ten.", "Yes", "Eleven.", "Twelve."],
        ]);
        remove(&mut document);
        assert!(document.iter().all(|page| page.rows.len() == 5));
        let mut document = pages(&[&["Same", "One."], &["Same", "Two."]]);
        remove(&mut document);
        assert_eq!(texts(&document), [["Same", "One."], ["Same", "Two."]]);
    }

    #[test]
    fn one_number_at_an_edge_is_a_page_number_and_a_table_is_none() {
        let mut document = pages(&[&["Our plan.", "Text.", "More text.", "7"]]);
        document[0].rows[3][0].y = 790.0;
        document[0].rows[2] = rows(vec![Word {
            text: "6".to_owned(),
            y: 770.0,
            ..document[0].rows[2][0].words[0].clone()
        }])
        .remove(0);
        remove(&mut document);
        assert_eq!(texts(&document), [["Our plan.", "Text.", "6"]]);

        let mut document = pages(&[&["1", "Text."]]);
        let cell = document[0].rows[0][0].clone();
        document[0].rows[0].push(cell);
        remove(&mut document);
        assert_eq!(document[0].rows.len(), 2);
    }

    #[test]
    fn page_numbers_are_told_from_values() {
        for number in ["7", "- 12 -", "Page 3 of 14", "3/14", "iv", "p. 9"] {
            assert!(is_page_number(number), "{number}");
        }
        for value in [
            "$7", "of", "Page", "12%", "20456", "2018", "Mix", "(3)", "Figure 3", "",
        ] {
            assert!(!is_page_number(value), "{value}");
        }
    }
}
