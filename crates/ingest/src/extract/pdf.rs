//! PDF: glyphs with their places from hayro, and the layout from here.
//!
//! A page's content is run for its words, rules and pictures ([`content`]). Words become
//! lines ([`line`]), ruled tables take theirs ([`grid`]), what runs over the pages goes
//! ([`furniture`]); the page is cut into columns ([`order`]), the columns into tables
//! without rules ([`table`]) and paragraphs ([`paragraph`]). What is a heading
//! ([`heading`]) or a footnote ([`note`]) is judged by what is usual in the document.

mod content;
mod document;
mod font;
mod furniture;
mod grid;
mod heading;
mod inline;
mod line;
mod matrix;
mod note;
mod order;
mod owner;
mod paragraph;
mod path;
mod strings;
mod table;
mod word;

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_syntax::Pdf;

use crate::error::IngestError;
use crate::extract::{Block, BlockKind, Extracted, Given};
use crate::kind::FileKind;
use crate::tidy::{self, Vocabulary};
use content::Content;
use font::Fonts;
use furniture::PageRows;
use heading::Headings;
use note::Noted;
use paragraph::{Form, Paragraph};
use word::{Turn, Word};

/// A page whose picture takes this share of it may be a scan …
const SCAN_AREA: f64 = 0.5;
/// … if it has no more words than a stamp or a page number.
const STAMP_WORDS: usize = 8;
/// A picture on a page without a word may show words from this share of the page on.
const PICTURE_AREA: f64 = 0.05;
/// Curves on a page without a word that may be letters.
const LETTER_CURVES: usize = 200;
/// Glyphs without characters in a document that are worth a word.
const UNREADABLE: usize = 20;

/// Reads a PDF. Pages are numbered from 1 as they lie in the file.
pub(super) fn extract(bytes: &[u8], given: &Given<'_>) -> Result<Extracted, IngestError> {
    let pdf = document::open(bytes, given)?;
    let pages = contents(&pdf);
    let page_count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    if page_count == 0 {
        return Err(IngestError::damaged("it has no pages"));
    }
    let facts = Facts::of(&pages);
    let paragraphs = pages_paragraphs(pages);
    let mut blocks = blocks(paragraphs);
    blocks.extend(form_blocks(&pdf, &blocks));
    join_divided_words(&mut blocks);
    Ok(Extracted {
        kind: FileKind::Pdf,
        title: document::title(&pdf),
        page_count: Some(page_count),
        blocks,
        notes: facts.notes(page_count),
        pictures: facts.pictures,
    })
}

/// What each page shows; nothing for pages that cannot be read.
fn contents(pdf: &Pdf) -> Vec<Option<Content>> {
    let hidden = document::hidden_layers(pdf);
    let mut fonts = Fonts::new();
    let mut work = content::MAX_WORK;
    pdf.pages()
        .iter()
        .map(|page| {
            let read = AssertUnwindSafe(|| content::read(page, &mut fonts, &hidden, &mut work));
            catch_unwind(read).ok()
        })
        .collect()
}

/// What is said of the reading.
#[derive(Debug)]
struct Facts {
    /// Pages that need text recognition.
    pictures: Vec<u32>,
    /// Pages that could not be read.
    lost: usize,
    unreadable: usize,
}

impl Facts {
    fn of(pages: &[Option<Content>]) -> Self {
        let numbered = || pages.iter().zip(1..);
        Self {
            pictures: numbered()
                .filter(|(page, _)| page.as_ref().is_some_and(is_picture))
                .map(|(_, number)| number)
                .collect(),
            lost: pages.iter().filter(|page| page.is_none()).count(),
            unreadable: pages.iter().flatten().map(|page| page.unreadable).sum(),
        }
    }

    fn notes(&self, page_count: u32) -> Vec<String> {
        let scans = (!self.pictures.is_empty()).then(|| {
            format!(
                "Pages that are pictures without text, and need text recognition (OCR): {}.",
                page_list(&self.pictures)
            )
        });
        let lost = (self.lost > 0)
            .then(|| format!("{} of {page_count} pages could not be read.", self.lost));
        let fonts = (self.unreadable > UNREADABLE)
            .then(|| "Some text uses fonts that cannot be read, and is missing.".to_owned());
        [scans, lost, fonts].into_iter().flatten().collect()
    }
}

/// Whether a page has to be looked at to be read: a scan, perhaps with a stamp or a page
/// number as text; letters drawn as shapes; or a font without characters.
fn is_picture(page: &Content) -> bool {
    let has_letters = |word: &&Word| word.text.contains(char::is_alphanumeric);
    let words = page.words.iter().filter(has_letters).count();
    let letters: usize = page
        .words
        .iter()
        .map(|word| word.text.chars().count())
        .sum();
    let largest = page
        .pictures
        .iter()
        .map(|area| area.width() * area.height())
        .fold(0.0, f64::max);
    let share = largest / (page.width * page.height).max(1.0);
    let unread_font = page.unreadable > UNREADABLE && page.unreadable > 4 * letters;
    let shown = share >= PICTURE_AREA || page.curves >= LETTER_CURVES;
    unread_font || words <= STAMP_WORDS && share >= SCAN_AREA || words == 0 && shown
}

/// The paragraphs of all pages, in reading order.
fn pages_paragraphs(pages: Vec<Option<Content>>) -> Vec<Vec<Paragraph>> {
    let mut grids = Vec::new();
    let mut turned = Vec::new();
    let mut upright = Vec::new();
    for page in pages {
        let mut page = page.unwrap_or_default();
        let mut words = std::mem::take(&mut page.words);
        let others = words.extract_if(.., |word| word.turn != Turn::None);
        turned.push(others.collect::<Vec<Word>>());
        grids.push(grid::take(&mut words, &page.rules));
        upright.push(PageRows {
            rows: line::rows(words),
            height: page.height,
        });
    }
    furniture::remove(&mut upright);
    let pages = upright.into_iter().zip(grids).zip(turned).zip(1..);
    pages
        .map(|(((upright, grids), turned), number)| {
            let height = upright.height;
            let mut parts = order::parts(upright.rows, grids);
            parts.extend(turned_parts(&turned));
            parts
                .into_iter()
                .flat_map(|part| paragraph::paragraphs(part, number, height))
                .collect()
        })
        .collect()
}

/// Text that runs in other directions is read after the rest, each direction by itself.
fn turned_parts(words: &[Word]) -> Vec<Vec<order::Piece>> {
    let mut parts = Vec::new();
    for turn in Turn::ALL {
        let same: Vec<Word> = words.iter().filter(|w| w.turn == turn).cloned().collect();
        if !same.is_empty() {
            parts.extend(order::parts(line::rows(same), Vec::new()));
        }
    }
    parts
}

fn blocks(pages: Vec<Vec<Paragraph>>) -> Vec<Block> {
    let all: Vec<Paragraph> = pages.iter().flatten().cloned().collect();
    let headings = Headings::of(&all);
    let body = headings.body();
    let mut blocks = Vec::new();
    for page in pages {
        let placed = note::placed(page, body);
        let signs: Vec<String> = placed
            .iter()
            .filter_map(|noted| note::sign_of(noted, body))
            .collect();
        for noted in placed {
            if let Some(block) = block(&noted, &headings, &signs) {
                add(&mut blocks, block, noted.paragraph.opens);
            }
        }
    }
    blocks
}

fn block(noted: &Noted, headings: &Headings, signs: &[String]) -> Option<Block> {
    let paragraph = &noted.paragraph;
    let written = |text: &String| tidy::line(&note::written(text, signs));
    let mut block = if matches!(paragraph.form, Form::Head | Form::Row) {
        let mut row = Block::row(None, paragraph.texts.iter().map(written))?;
        if paragraph.form == Form::Head {
            row.kind = BlockKind::TableHead;
        }
        row
    } else {
        let text = close_up(&written(&paragraph.texts[0]));
        let kind = if noted.is_note {
            BlockKind::Note
        } else if let Some(level) = headings.level(paragraph) {
            BlockKind::Heading { level }
        } else if paragraph.form == Form::Item {
            BlockKind::ListItem
        } else {
            BlockKind::Paragraph
        };
        let text = match kind {
            BlockKind::ListItem => without_bullet(&text).to_owned(),
            _ => text,
        };
        Block::new(kind, text)
    };
    block.page = Some(paragraph.page);
    (!block.text.is_empty()).then_some(block)
}

/// Adds a block; or joins it to the last one, if a paragraph goes on over the end of a
/// column or page.
fn add(blocks: &mut Vec<Block>, block: Block, opens: bool) {
    // Notes at the foot of a page stand between the halves of its last paragraph.
    let last = blocks
        .iter_mut()
        .rev()
        .find(|last| last.kind != BlockKind::Note);
    if let Some(last) = last.filter(|last| opens && goes_on(last, &block)) {
        last.text.push(' ');
        last.text.push_str(&block.text);
    } else {
        blocks.push(block);
    }
}

fn goes_on(last: &Block, block: &Block) -> bool {
    let text = matches!(last.kind, BlockKind::Paragraph | BlockKind::ListItem);
    let open = !last
        .text
        .ends_with(['.', '!', '?', ':', ';', '”', '"', ')', ']']);
    let lower = block.text.starts_with(|c: char| c.is_lowercase());
    text && block.kind == BlockKind::Paragraph && open && lower
}

fn without_bullet(text: &str) -> &str {
    let first = text.split(' ').next().unwrap_or_default();
    if line::is_bullet(first) {
        text[first.len()..].trim_start()
    } else {
        text
    }
}

/// Letters set apart (`R E P O R T`) to words again, also where the font's kerning
/// left some together. Where the words begin cannot be told any more.
fn close_up(text: &str) -> String {
    let lengths: Vec<usize> = text.split(' ').map(|word| word.chars().count()).collect();
    let single = lengths.iter().filter(|length| **length == 1).count();
    let spaced = lengths.len() >= 4
        && lengths.iter().all(|length| *length <= 2)
        && single * 4 >= lengths.len() * 3
        && text.chars().any(char::is_alphabetic);
    if spaced {
        text.replace(' ', "")
    } else {
        text.to_owned()
    }
}

/// What was typed into form fields and is not part of the page's own text.
fn form_blocks(pdf: &Pdf, blocks: &[Block]) -> Vec<Block> {
    let known = |value: &str| blocks.iter().any(|block| block.text.contains(value));
    document::form_values(pdf)
        .into_iter()
        .filter(|value| !known(value))
        .map(|value| Block::new(BlockKind::Paragraph, value))
        .collect()
}

fn join_divided_words(blocks: &mut [Block]) {
    let vocabulary = Vocabulary::of(blocks.iter().map(|block| block.text.as_str()));
    for block in blocks {
        block.text = vocabulary.join_hyphens(&block.text);
    }
}

/// `1–3, 7`.
fn page_list(pages: &[u32]) -> String {
    pages
        .chunk_by(|a, b| a + 1 == *b)
        .map(|run| match run {
            [only] => only.to_string(),
            _ => format!("{}–{}", run[0], run[run.len() - 1]),
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests;
