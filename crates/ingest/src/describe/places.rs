//! The places in which rules look for their words.

use crate::extract::{Block, BlockKind};

/// How much of the beginning of a document counts as its opening.
const OPENING_WORDS: usize = 200;
/// How many lines from the beginning are looked at for labels.
const FRONT_LINES: usize = 400;

/// One line of a document's beginning.
#[derive(Debug, Clone)]
pub(super) struct Line<'a> {
    pub(super) text: &'a str,
    pub(super) page: Option<u32>,
    pub(super) is_heading: bool,
    /// The whole block that it is of.
    pub(super) block: &'a str,
    /// The block's place among all.
    pub(super) at: usize,
}

/// A document as rules see it.
#[derive(Debug)]
pub(super) struct Places<'a> {
    /// As it was put in.
    pub(super) file_name: &'a str,
    /// The file's name in words.
    pub(super) name: String,
    /// The title, once it is found.
    pub(super) title: String,
    /// The first lines.
    pub(super) lines: Vec<Line<'a>>,
    /// The first words, in lines.
    pub(super) opening: String,
    /// All of it.
    pub(super) blocks: &'a [Block],
}

impl<'a> Places<'a> {
    pub(super) fn of(file_name: &'a str, blocks: &'a [Block]) -> Self {
        let lines = blocks.iter().enumerate().flat_map(|(at, block)| {
            block.text.lines().map(move |text| Line {
                text: text.trim(),
                page: block.page,
                is_heading: matches!(block.kind, BlockKind::Heading { .. }),
                block: &block.text,
                at,
            })
        });
        Self {
            file_name,
            name: words_of_name(file_name),
            title: String::new(),
            lines: lines.take(FRONT_LINES).collect(),
            opening: opening(blocks),
            blocks,
        }
    }

    /// The first lines as one text.
    pub(super) fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text).collect();
        lines.join("\n")
    }
}

/// The first words of the document, in lines.
fn opening(blocks: &[Block]) -> String {
    let mut text = String::new();
    let mut count = 0;
    for block in blocks {
        if count >= OPENING_WORDS {
            break;
        }
        count += block.text.split_whitespace().count();
        text.push_str(&block.text);
        text.push('\n');
    }
    text
}

/// `2023AnnualReport_final.pdf` → `2023 Annual Report final`.
pub(super) fn words_of_name(file_name: &str) -> String {
    let base = file_name.rsplit(['/', '\\']).next().unwrap_or(file_name);
    let stem = base.rsplit_once('.').map_or(base, |(stem, _)| stem);
    let mut words = String::new();
    let mut before = ' ';
    for c in stem.chars() {
        let humps = (before.is_lowercase() && c.is_uppercase())
            || (before.is_ascii_digit() && c.is_alphabetic())
            || (before.is_alphabetic() && c.is_ascii_digit());
        words.push_str(if humps { " " } else { "" });
        words.push(if matches!(c, '_' | '-' | '+') { ' ' } else { c });
        before = c;
    }
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    if words.is_empty() {
        file_name.to_owned()
    } else {
        words
    }
}

/// Lower case, words only, with a space at both ends: for finding whole phrases.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::from(" ");
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        plain.push_str(&word.to_lowercase());
        plain.push(' ');
    }
    plain
}

/// The first words of a text, for evidence.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 16;
    let words: Vec<&str> = text.split_whitespace().take(MOST + 1).collect();
    if words.len() <= MOST {
        return words.join(" ");
    }
    format!("{} …", words[..MOST].join(" "))
}
