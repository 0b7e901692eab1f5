//! Blocks to passages: the spans that are searched and cited.
//!
//! A passage has [`MIN_WORDS`] to [`MAX_WORDS`] words where the text allows, is cut
//! only between sentences, rows and headings, and carries its heading path and pages.
//! Every word of the document is in exactly one passage, apart from what
//! [`Passage::repeated`] and [`Passage::lead`] mark as said before.

mod context;
mod diff;
mod key;
mod pack;
mod sections;
mod units;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::extract::Block;
use crate::tidy::word_count;
pub use diff::{Diff, diff};
pub use key::keys;
use sections::Section;

/// A passage should not be shorter; a section that is, stays short.
pub const MIN_WORDS: usize = 100;
/// A passage is longer only when a single sentence or row is.
pub const MAX_WORDS: usize = 300;
/// Stands between the headings of a path.
pub const PATH_SEPARATOR: &str = " › ";

/// A citable span of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// Place in the document, from 0, without gaps.
    pub ordinal: u32,
    /// The same for the same text in the same place of a document, wherever the
    /// passages around it are cut; see [`keys`].
    pub key: String,
    /// What its first sentence leans on ("This …"): the end of the passage before, at
    /// most 50 words. It is not part of the text.
    pub lead: Option<String>,
    /// The words, headings included. Paragraphs are separated by an empty line; list
    /// items and table rows stand on their own lines.
    pub text: String,
    /// So many bytes at the start of the text are the head of a table that an earlier
    /// passage begins; they stand there for the reader and are not counted again.
    pub repeated: u32,
    /// The headings above it, outermost first, joined by [`PATH_SEPARATOR`].
    pub heading: Option<String>,
    /// The page it begins on, from 1.
    pub page_first: Option<u32>,
    /// The page on which it ends.
    pub page_last: Option<u32>,
    /// Number of words, separated by white space, without those that are repeated.
    pub words: u32,
}

/// Cuts a document into passages.
pub fn cut(blocks: &[Block]) -> Vec<Passage> {
    let mut passages: Vec<Passage> = sections::grouped(blocks)
        .iter()
        .flat_map(|section| {
            pack::pack(&section.units)
                .into_iter()
                .map(|range| passage(section, range))
        })
        .collect();
    let keys = keys(passages.iter().map(|passage| passage.text.as_str()));
    for ((passage, key), ordinal) in passages.iter_mut().zip(keys).zip(0..) {
        passage.key = key;
        passage.ordinal = ordinal;
    }
    passages
}

/// The passage of these units; its place and key are known when all are cut.
fn passage(section: &Section, range: Range<usize>) -> Passage {
    let (before, units) = (&section.units[..range.start], &section.units[range]);
    let own = units::join(units);
    let words = word_count(&own);
    let head = context::table_head(before, units);
    let text = head.clone() + &own;
    let pages = || units.iter().filter_map(|unit| unit.pages);
    let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Passage {
        ordinal: 0,
        key: String::new(),
        lead: context::lead(before, units),
        text,
        repeated: narrow(head.len()),
        heading: section.heading(),
        page_first: pages().map(|(first, _)| first).min(),
        page_last: pages().map(|(_, last)| last).max(),
        words: narrow(words),
    }
}

#[cfg(test)]
mod tests;
