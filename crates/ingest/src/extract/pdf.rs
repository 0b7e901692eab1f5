//! PDF, read by unpdf; what it leaves is put right here.

mod furniture;

use unpdf::{ErrorKind, FieldType, Page, Paragraph, ParseOptions};

use crate::error::IngestError;
use crate::extract::{Block, BlockKind, Extracted, Given, is_shouted};
use crate::kind::FileKind;
use crate::tidy::{self, Vocabulary, word_count};

/// Text that a heading cannot be: longer than a line or two.
const MAX_HEADING_WORDS: usize = 25;
/// The level of a heading that only its capitals give away: below those that unpdf
/// tells by their size.
const SHOUTED_LEVEL: u8 = 4;

/// Reads a PDF. Pages are numbered from 1 as they lie in the file.
pub(super) fn extract(bytes: &[u8], given: &Given<'_>) -> Result<Extracted, IngestError> {
    // One page after the other: worker threads would each need the large stack, and
    // the sandbox already runs several files at once.
    let mut options = ParseOptions::new().lenient().sequential();
    if let Some(password) = given.password {
        options = options.with_password(password);
    }
    let document =
        unpdf::parse_bytes_with_options(bytes, options).map_err(|error| refusal(&error, given))?;
    let page_count = document.metadata.page_count.max(document.page_count());
    if page_count == 0 {
        return Err(IngestError::damaged("it has no pages"));
    }
    let pictures = pictures(&document);
    let mut pages: Vec<Vec<Block>> = document.pages.iter().map(page_blocks).collect();
    furniture::remove(&mut pages);
    let mut blocks: Vec<Block> = pages.into_iter().flatten().collect();
    blocks.extend(form_values(&document, &blocks));
    join_divided_words(&mut blocks);
    Ok(Extracted {
        kind: FileKind::Pdf,
        title: document
            .metadata
            .title
            .as_deref()
            .map(tidy::line)
            .filter(|title| !title.is_empty()),
        page_count: Some(page_count),
        blocks,
        notes: notes(&document, &pictures, page_count),
        pictures,
    })
}

fn refusal(error: &unpdf::Error, given: &Given<'_>) -> IngestError {
    match error.kind() {
        ErrorKind::Encrypted | ErrorKind::InvalidPassword => IngestError::locked(given),
        // unpdf's own words name objects and offsets, which help nobody here.
        ErrorKind::MissingObject => IngestError::damaged("parts of the PDF are missing"),
        _ => IngestError::damaged("its PDF structure is broken"),
    }
}

fn page_blocks(page: &Page) -> Vec<Block> {
    let mut blocks = Vec::new();
    for element in &page.elements {
        match element {
            unpdf::Block::Paragraph(paragraph) => blocks.extend(paragraph_block(paragraph)),
            unpdf::Block::Table(table) => blocks.extend(table.rows.iter().filter_map(|row| {
                Block::row(
                    None,
                    row.cells.iter().map(|cell| tidy::line(&cell.plain_text())),
                )
            })),
            unpdf::Block::Code { content } | unpdf::Block::Raw { content } => {
                blocks.push(Block::new(BlockKind::Paragraph, tidy::lines(content)));
            }
            _ => {}
        }
    }
    blocks.retain(|block| !block.text.is_empty());
    for block in &mut blocks {
        block.page = Some(page.number);
    }
    blocks
}

fn paragraph_block(paragraph: &Paragraph) -> Option<Block> {
    let text = close_up(&tidy::line(&paragraph.plain_text()));
    let kind = if paragraph.is_list_item() {
        BlockKind::ListItem
    } else if let Some(level) = paragraph.heading_level().filter(|_| may_be_heading(&text)) {
        BlockKind::Heading { level }
    } else if is_shouted(&text) {
        BlockKind::Heading {
            level: SHOUTED_LEVEL,
        }
    } else {
        BlockKind::Paragraph
    };
    let text = match kind {
        BlockKind::ListItem => without_bullet(&text).to_owned(),
        _ => text,
    };
    (!text.is_empty()).then(|| Block::new(kind, text))
}

/// Large type is not always a heading: it may set a whole paragraph, or a page number.
fn may_be_heading(text: &str) -> bool {
    let words = word_count(text);
    let sentence = text.ends_with('.') && words > 12;
    words <= MAX_HEADING_WORDS && !sentence && text.chars().any(char::is_alphabetic)
}

fn without_bullet(text: &str) -> &str {
    let mut chars = text.chars();
    match chars.next() {
        Some(c) if !c.is_alphanumeric() && !matches!(c, '(' | '"' | '“' | '[' | '$') => {
            chars.as_str().trim_start()
        }
        _ => text,
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
fn form_values(document: &unpdf::Document, blocks: &[Block]) -> Vec<Block> {
    let known = |value: &str| blocks.iter().any(|block| block.text.contains(value));
    document
        .form_fields
        .iter()
        .filter(|field| {
            matches!(
                field.field_type,
                FieldType::Text | FieldType::Dropdown | FieldType::ListBox
            )
        })
        .map(|field| tidy::lines(&field.display_value()))
        .filter(|value| !value.is_empty() && !known(value))
        .map(|value| Block::new(BlockKind::Paragraph, value))
        .collect()
}

fn join_divided_words(blocks: &mut [Block]) {
    let vocabulary = Vocabulary::of(blocks.iter().map(|block| block.text.as_str()));
    for block in blocks {
        block.text = vocabulary.join_hyphens(&block.text);
    }
}

/// Pages that show something and hold no text.
fn pictures(document: &unpdf::Document) -> Vec<u32> {
    document
        .pages
        .iter()
        .filter(|page| page.is_empty() && page.image_op_count > 0)
        .map(|page| page.number)
        .collect()
}

fn notes(document: &unpdf::Document, pictures: &[u32], page_count: u32) -> Vec<String> {
    let unread = page_count.saturating_sub(document.page_count());
    let scans = (!pictures.is_empty()).then(|| {
        format!(
            "Pages that are pictures without text, and were left out: {}.",
            page_list(pictures)
        )
    });
    let lost = (unread > 0).then(|| format!("{unread} of {page_count} pages could not be read."));
    let fonts = (document.extraction_quality.suppressed_text_runs > 0)
        .then(|| "Some text uses fonts that cannot be read, and is missing.".to_owned());
    [scans, lost, fonts].into_iter().flatten().collect()
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
