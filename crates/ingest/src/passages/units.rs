//! The smallest parts of a document that a cut may separate.

use crate::extract::{Block, BlockKind};
use crate::passages::MAX_WORDS;
use crate::tidy::word_count;
use archivist_domain::sentences::sentences;

/// Beyond this a "sentence" is text without punctuation: it is cut between words, as
/// the last resort.
const CUT_BETWEEN_WORDS_ABOVE: usize = 2 * MAX_WORDS;

/// A sentence of so many words that lacks its end goes on after the page break.
const OPEN_SENTENCE_WORDS: usize = 12;

/// A heading, a sentence or a table row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) text: String,
    pub(super) words: usize,
    /// Where it begins and, after a page break inside the sentence, where it ends.
    pub(super) pages: Option<(u32, u32)>,
    /// What separates it from the unit before, when both are in one passage.
    pub(super) joint: Joint,
    pub(super) kind: BlockKind,
}

impl Unit {
    pub(super) fn is_heading(&self) -> bool {
        matches!(self.kind, BlockKind::Heading { .. })
    }
}

/// How a unit follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// The next sentence of the same paragraph.
    Space,
    /// The next line: of the same list or table, or after the author's line break.
    Line,
    /// A new paragraph.
    Paragraph,
}

impl Joint {
    fn text(self) -> &'static str {
        match self {
            Self::Space => " ",
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

/// The text of units as it stands in a passage.
pub(super) fn join(units: &[Unit]) -> String {
    let mut text = String::new();
    for unit in units {
        if !text.is_empty() {
            text.push_str(unit.joint.text());
        }
        text.push_str(&unit.text);
    }
    text
}

/// The units of one block that follows `before`.
pub(super) fn of_block(before: Option<&Block>, block: &Block) -> Vec<Unit> {
    let first = joint_between(before, block);
    // A "row" that holds a whole page is a page laid out as a table: it has sentences.
    let whole = (block.kind.is_row() && word_count(&block.text) <= CUT_BETWEEN_WORDS_ABOVE)
        || matches!(block.kind, BlockKind::Heading { .. });
    let mut units = Vec::new();
    if whole {
        push(&mut units, &block.text, first, block);
        return units;
    }
    let mut end = 0;
    for range in sentences(&block.text) {
        let joint = match units.is_empty() {
            true => first,
            false if block.text[end..range.start].contains('\n') => Joint::Line,
            false => Joint::Space,
        };
        end = range.end;
        push(&mut units, &block.text[range], joint, block);
    }
    units
}

fn joint_between(before: Option<&Block>, block: &Block) -> Joint {
    let after = |is: fn(BlockKind) -> bool| before.is_some_and(|before| is(before.kind));
    match block.kind {
        BlockKind::ListItem if after(|kind| kind == BlockKind::ListItem) => Joint::Line,
        BlockKind::TableHead | BlockKind::TableRow if after(BlockKind::is_row) => Joint::Line,
        _ => Joint::Paragraph,
    }
}

fn push(units: &mut Vec<Unit>, text: &str, joint: Joint, block: &Block) {
    let words = word_count(text);
    let pages = block.page.map(|page| (page, page));
    let unit = |text: String, words, joint| Unit {
        text,
        words,
        pages,
        joint,
        kind: block.kind,
    };
    if words <= CUT_BETWEEN_WORDS_ABOVE {
        units.push(unit(text.to_owned(), words, joint));
        return;
    }
    let all: Vec<&str> = text.split_whitespace().collect();
    let size = words.div_ceil(words.div_ceil(MAX_WORDS));
    for (i, piece) in all.chunks(size).enumerate() {
        let joint = if i == 0 { joint } else { Joint::Space };
        units.push(unit(piece.join(" "), piece.len(), joint));
    }
}

/// Adds units, joining a sentence that runs over a break of page or column from one
/// paragraph into the next. Notes at the foot of the first page stand between the two.
pub(super) fn append(units: &mut Vec<Unit>, mut next: Vec<Unit>) {
    let last = units
        .iter_mut()
        .rev()
        .find(|unit| unit.kind != BlockKind::Note);
    if let (Some(last), Some(first)) = (last, next.first_mut())
        && runs_on(last, first)
    {
        last.text.push(' ');
        last.text.push_str(&first.text);
        last.words += first.words;
        last.pages = last
            .pages
            .zip(first.pages)
            .map(|((start, _), (_, end))| (start, end));
        next.remove(0);
    }
    units.append(&mut next);
}

/// Whether a paragraph ends without an end and the next one goes on: in lower case, or on
/// the next page after so many words that the first was no line of its own. Without
/// pages there are no such breaks.
fn runs_on(last: &Unit, first: &Unit) -> bool {
    let Some(((_, end), (start, _))) = last.pages.zip(first.pages) else {
        return false;
    };
    let prose = last.kind == BlockKind::Paragraph && first.kind == BlockKind::Paragraph;
    let open = last
        .text
        .ends_with(|c: char| c.is_alphanumeric() || matches!(c, ',' | '-'));
    let lower = first.text.starts_with(char::is_lowercase);
    let long = start > end && last.words >= OPEN_SENTENCE_WORDS;
    prose && open && (lower || long) && last.words + first.words <= MAX_WORDS
}
