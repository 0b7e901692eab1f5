//! What is printed on every page around the text: running heads, footers, page numbers.

use std::collections::{HashMap, HashSet};

use crate::extract::Block;
use crate::tidy::word_count;

/// How many blocks at the top and at the bottom of a page may be furniture.
const EDGE: usize = 2;
/// A running line is short.
const MAX_WORDS: usize = 20;
/// A line is running when it stands at the edge of this many pages or more …
const MIN_PAGES: usize = 3;
/// … and of one page in this many: left and right pages may differ, and so may parts.
const MIN_SHARE: usize = 4;

/// Removes page numbers and repeated lines from the edges of pages. The first of the
/// repeated lines stays, so that a title that runs on is not lost. Rows of tables stay
/// all: a table that runs over pages repeats its header.
pub(super) fn remove(pages: &mut [Vec<Block>]) {
    let running = running_lines(pages);
    let mut seen = HashSet::new();
    for page in pages {
        let length = page.len();
        let mut at = 0..;
        page.retain(|block| {
            let edge = at
                .next()
                .is_some_and(|at| may_be_furniture(at, length, block));
            let pattern = pattern(&block.text);
            let repeated = running.contains(&pattern) && !seen.insert(pattern);
            !edge || !(repeated || is_page_number(&block.text))
        });
    }
}

/// Whether a block stands at the edge of a page of `length` blocks, and is short and no
/// table's.
fn may_be_furniture(at: usize, length: usize, block: &Block) -> bool {
    let edge = at < EDGE || at + EDGE >= length;
    edge && !block.kind.is_row() && word_count(&block.text) <= MAX_WORDS
}

/// The patterns of the lines that stand at the edges of enough pages.
fn running_lines(pages: &[Vec<Block>]) -> HashSet<String> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for page in pages {
        let edges = page.iter().enumerate();
        let edges = edges.filter(|(at, block)| may_be_furniture(*at, page.len(), block));
        let patterns: HashSet<String> = edges.map(|(_, block)| pattern(&block.text)).collect();
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

/// A line without what changes from page to page: the page number. Larger numbers are
/// values.
fn pattern(text: &str) -> String {
    let number = |word: &str| word.len() <= 3 && word.chars().all(|c| c.is_ascii_digit());
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
    use super::*;
    use crate::extract::BlockKind;

    fn pages(lines: &[&[&str]]) -> Vec<Vec<Block>> {
        let block = |text: &&str| Block::new(BlockKind::Paragraph, *text);
        lines
            .iter()
            .map(|page| page.iter().map(block).collect())
            .collect()
    }

    fn texts(pages: &[Vec<Block>]) -> Vec<Vec<&str>> {
        pages
            .iter()
            .map(|page| page.iter().map(|block| block.text.as_str()).collect())
            .collect()
    }

    #[test]
    fn running_heads_go_but_for_the_first() {
        let mut document = pages(&[
            &["Our Plan 2024", "One.", "First body.", "Page 1 of 3"],
            &["Our Plan 2024", "Two.", "Second body.", "Page 2 of 3"],
            &["Our Plan 2024", "Three.", "Third body.", "Page 3 of 3"],
        ]);
        remove(&mut document);
        let expected = [
            vec!["Our Plan 2024", "One.", "First body."],
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
        assert!(document.iter().all(|page| page.len() == 5));
        let mut document = pages(&[&["Same", "One."], &["Same", "Two."]]);
        remove(&mut document);
        assert_eq!(texts(&document), [["Same", "One."], ["Same", "Two."]]);
    }

    #[test]
    fn rows_of_tables_stay() {
        let row = |text: &str| Block::new(BlockKind::TableRow, text);
        let mut document: Vec<Vec<Block>> = ["12", "14", "17"]
            .map(|n| vec![row(&format!("Total | {n}"))])
            .into();
        remove(&mut document);
        assert_eq!(document.concat().len(), 3);
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
