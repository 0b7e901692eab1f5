//! Blocks to passages: the spans that are searched and cited.
//!
//! A passage has [`MIN_WORDS`] to [`MAX_WORDS`] words where the text allows, is cut
//! only between sentences, rows and headings, and carries its heading path and pages.
//! Every word of the document is in exactly one passage.

mod pack;
mod sections;
mod units;

use serde::{Deserialize, Serialize};

use crate::extract::Block;
use crate::tidy::word_count;
use units::Unit;

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
    /// The words, headings included. Paragraphs are separated by an empty line; list
    /// items and table rows stand on their own lines.
    pub text: String,
    /// The headings above it, outermost first, joined by [`PATH_SEPARATOR`].
    pub heading: Option<String>,
    /// The page it begins on, from 1.
    pub page_first: Option<u32>,
    /// The page on which it ends.
    pub page_last: Option<u32>,
    /// Number of words, separated by white space.
    pub words: u32,
}

/// Cuts a document into passages.
pub fn cut(blocks: &[Block]) -> Vec<Passage> {
    sections::grouped(blocks)
        .into_iter()
        .flat_map(|section| {
            let heading = section.heading();
            pack::pack(section.units)
                .into_iter()
                .map(move |units| (heading.clone(), units))
        })
        .zip(0..)
        .map(|((heading, units), ordinal)| passage(ordinal, heading, &units))
        .collect()
}

fn passage(ordinal: u32, heading: Option<String>, units: &[Unit]) -> Passage {
    let text = units::join(units);
    Passage {
        ordinal,
        heading,
        page_first: units
            .iter()
            .filter_map(|unit| unit.pages)
            .map(|(first, _)| first)
            .min(),
        page_last: units
            .iter()
            .filter_map(|unit| unit.pages)
            .map(|(_, last)| last)
            .max(),
        words: u32::try_from(word_count(&text)).unwrap_or(u32::MAX),
        text,
    }
}

#[cfg(test)]
mod tests;
