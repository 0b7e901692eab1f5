//! Bytes of a known kind to blocks of text in reading order.

mod csv;
pub mod decode;
mod doc;
mod docx;
pub(crate) mod eml;
mod epub;
mod grid;
mod html;
mod markdown;
mod notes;
mod numbering;
mod odf;
mod ooxml;
mod package;
mod pdf;
mod pptx;
mod rtf;
mod tables;
mod text;
mod xls;
mod xlsx;
pub(crate) mod xml;

use serde::{Deserialize, Serialize};

use crate::error::IngestError;
use crate::kind::FileKind;
use crate::tidy::word_count;

/// What was read from one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Extracted {
    /// What the bytes were read as.
    pub kind: FileKind,
    /// The document's own title, from its metadata or a paragraph marked as title.
    pub title: Option<String>,
    /// Pages, where they are known.
    pub page_count: Option<u32>,
    /// The text in reading order; empty only where all pages are pictures.
    pub blocks: Vec<Block>,
    /// Pages that are pictures without text, ascending: they need text recognition.
    pub pictures: Vec<u32>,
    /// What a person should know about the reading, as sentences.
    pub notes: Vec<String>,
}

/// A stretch of text that belongs together. Its text is tidy and not empty; a line
/// break in it is one that the author made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The page it begins on, from 1.
    pub page: Option<u32>,
    /// What it is.
    pub kind: BlockKind,
    /// Its words.
    pub text: String,
}

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlockKind {
    /// A heading; `level` is from 1 (highest) to 9.
    Heading {
        /// Depth in the outline.
        level: u8,
    },
    /// Running text.
    Paragraph,
    /// One item of a list, with its number if it has one, without its bullet.
    ListItem,
    /// The row of a table that names its columns; written like [`Self::TableRow`].
    TableHead,
    /// One row of a table, its non-empty cells joined by [`CELL_SEPARATOR`].
    TableRow,
    /// A footnote or endnote, after the paragraph that cites it, with its mark.
    Note,
}

impl BlockKind {
    /// Whether it is a row of a table, head or not.
    pub fn is_row(self) -> bool {
        matches!(self, Self::TableHead | Self::TableRow)
    }
}

/// What is known of a file beside its bytes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// The password that opens it, where a person gave one.
    pub password: Option<&'a str>,
    /// What text recognition has read on its pages.
    pub recognised: &'a [Recognised],
}

/// What text recognition has read on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recognised {
    /// Which one, from 1.
    pub page: u32,
    /// Its text, tidy; nothing where there is none.
    pub paragraphs: Vec<String>,
}

/// What stands between the cells of a table row.
pub const CELL_SEPARATOR: &str = " | ";

/// Reads bytes as `kind`. A file without any text is [`IngestError::NoText`], unless it
/// has pages whose pictures may hold some.
pub fn extract(kind: FileKind, bytes: &[u8], given: &Given<'_>) -> Result<Extracted, IngestError> {
    let extracted = match kind {
        FileKind::Pdf => pdf::extract(bytes, given)?,
        FileKind::Docx => docx::extract(bytes)?,
        FileKind::Odt | FileKind::Odp | FileKind::Ods => odf::extract(kind, bytes, given)?,
        FileKind::Doc => doc::extract(bytes, given)?,
        FileKind::Rtf => rtf::extract(bytes)?,
        FileKind::Pptx => pptx::extract(bytes)?,
        FileKind::Xls => xls::extract(bytes, given)?,
        FileKind::Xlsx => xlsx::extract(bytes)?,
        FileKind::Csv => csv::extract(bytes)?,
        FileKind::Text => text::extract(bytes),
        FileKind::Markdown => markdown::extract(bytes),
        FileKind::Html => html::extract(bytes)?,
        FileKind::Epub => epub::extract(bytes)?,
        FileKind::Eml => eml::extract(bytes)?,
        FileKind::Zip => return Err(IngestError::Archive),
    };
    let has_words = |block: &Block| block.text.chars().any(char::is_alphanumeric);
    if extracted.blocks.iter().any(has_words) || !extracted.pictures.is_empty() {
        Ok(extracted)
    } else {
        Err(IngestError::NoText {
            pages: extracted.page_count,
        })
    }
}

impl Extracted {
    /// Takes in what was read on pages that are pictures; what is said of other pages does
    /// not count. A stamp or a number that such a page has as text is in its picture, too.
    pub(crate) fn recognise(&mut self, pages: &[Recognised]) {
        for Recognised { page, paragraphs } in pages {
            let Ok(at) = self.pictures.binary_search(page) else {
                continue;
            };
            self.pictures.remove(at);
            if paragraphs.is_empty() {
                continue;
            }
            self.blocks.retain(|block| block.page != Some(*page));
            let is_later = |block: &Block| block.page.is_some_and(|other| other > *page);
            let place = self.blocks.iter().position(is_later);
            let place = place.unwrap_or(self.blocks.len());
            let blocks = paragraphs.iter().map(|text| Block {
                page: Some(*page),
                kind: recognised_kind(text),
                text: text.clone(),
            });
            self.blocks.splice(place..place, blocks);
        }
    }
}

/// Recognition knows no type sizes: lines in capitals are all that tells a heading.
fn recognised_kind(text: &str) -> BlockKind {
    if is_shouted(text) {
        BlockKind::Heading { level: BOLD_LEVEL }
    } else {
        BlockKind::Paragraph
    }
}

impl Block {
    /// A block without a page.
    pub(crate) fn new(kind: BlockKind, text: impl Into<String>) -> Self {
        Self {
            page: None,
            kind,
            text: text.into(),
        }
    }

    /// The same row as the one that names the columns.
    pub(crate) fn into_head(self) -> Self {
        Self {
            kind: BlockKind::TableHead,
            ..self
        }
    }

    /// A table row of its non-empty cells, or nothing when all are empty.
    pub(crate) fn row(page: Option<u32>, cells: impl IntoIterator<Item = String>) -> Option<Self> {
        let cells: Vec<String> = cells.into_iter().filter(|cell| !cell.is_empty()).collect();
        let text = cells.join(CELL_SEPARATOR);
        (!text.is_empty()).then_some(Self {
            page,
            kind: BlockKind::TableRow,
            text,
        })
    }
}

/// The level of a heading that only its bold type gives away: below real ones.
const BOLD_LEVEL: u8 = 5;
/// Longer bold lines are emphasis.
const MAX_BOLD_WORDS: usize = 12;

/// Whether a bold paragraph is a heading by its looks: short, and no label of a value.
fn bold_heading(bold: bool, text: &str) -> Option<BlockKind> {
    let label = text.ends_with(['.', ',', ':', ';', '?', '!']) || text.contains('\n');
    let worded = text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    let heading = bold && worded && !label && word_count(text) <= MAX_BOLD_WORDS;
    heading.then_some(BlockKind::Heading { level: BOLD_LEVEL })
}

/// Whether a line is a heading by its looks: short, and all in capitals.
fn is_shouted(line: &str) -> bool {
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = line.chars().filter(|c| c.is_uppercase()).count();
    let plain_end = !line.ends_with(['.', ',', ';', '?', '!']);
    letters >= 4 && letters == capitals && plain_end && word_count(line) <= 10
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(page: u32, text: &str) -> Block {
        Block {
            page: Some(page),
            ..Block::new(BlockKind::Paragraph, text)
        }
    }

    fn read(page: u32, paragraphs: &[&str]) -> Recognised {
        Recognised {
            page,
            paragraphs: paragraphs.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    #[test]
    fn what_was_recognised_stands_on_its_pages() {
        let mut extracted = Extracted {
            kind: FileKind::Pdf,
            title: None,
            page_count: Some(4),
            blocks: vec![block(1, "First."), block(2, "Received"), block(4, "Last.")],
            pictures: vec![2, 3],
            notes: Vec::new(),
        };
        extracted.recognise(&[
            read(1, &["Is no picture."]),
            read(2, &["OUR NEED", "Coaches read."]),
            read(3, &[]),
        ]);
        let texts: Vec<_> = extracted.blocks.iter().map(|b| b.text.as_str()).collect();
        assert_eq!(texts, ["First.", "OUR NEED", "Coaches read.", "Last."]);
        assert!(matches!(
            extracted.blocks[1].kind,
            BlockKind::Heading { .. }
        ));
        assert!(extracted.pictures.is_empty(), "an empty page is read, too");
    }
}
