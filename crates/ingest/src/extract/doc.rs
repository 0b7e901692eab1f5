//! Word documents of 1997 to 2003 ([MS-DOC]), and the plain text of those of 1993 to
//! 1996.

mod body;
mod fib;
mod locked;
mod pieces;
mod runs;
mod styles;

use crate::compound::CompoundFile;
use crate::error::IngestError;
use crate::extract::{Block, BlockKind, Extracted, Given, notes};
use crate::kind::FileKind;
use body::{Document, Notes};
use fib::Fib;
use pieces::Text;
use runs::{CharacterRuns, ParagraphRuns};
use styles::Styles;

/// Reads the text of an older Word document. Its pages are laid out anew by every
/// program, and are not known.
pub(super) fn extract(bytes: &[u8], given: &Given<'_>) -> Result<Extracted, IngestError> {
    let file =
        CompoundFile::open(bytes).ok_or_else(|| IngestError::damaged("its container is broken"))?;
    let mut main = file
        .stream("WordDocument")
        .ok_or_else(|| IngestError::damaged("its text is missing"))?;
    let mut fib = Fib::read(&main)?;
    let mut table = file.stream(fib.table_stream).unwrap_or_default();
    if fib.encrypted {
        locked::unlock(&mut main, &mut table, given)?;
        fib = Fib::read(&main)?;
    }
    let text = Text::read(&main, &table, &fib)?;
    let document = Document {
        characters: CharacterRuns::read(&main, fib.piece(&table, fib::CHARACTER_RUNS)),
        paragraphs: ParagraphRuns::read(&main, fib.piece(&table, fib::PARAGRAPH_RUNS)),
        styles: Styles::read(fib.piece(&table, fib::STYLES)),
        text: &text,
    };
    let (blocks, title) = read_blocks(&document, &fib, &table);
    Ok(Extracted {
        kind: FileKind::Doc,
        title,
        page_count: None,
        blocks,
        pictures: Vec::new(),
        notes: Vec::new(),
    })
}

/// The main text with its notes, then what stands in text boxes.
fn read_blocks(document: &Document<'_>, fib: &Fib, table: &[u8]) -> (Vec<Block>, Option<String>) {
    let mut cited = Notes::default();
    let parts = [
        (fib.footnotes(), fib::FOOTNOTE_MARKS, fib::FOOTNOTES),
        (fib.endnotes(), fib::ENDNOTE_MARKS, fib::ENDNOTES),
    ];
    for (at, (range, marks, texts)) in parts.into_iter().enumerate() {
        let spans = fib::spans(fib.piece(table, texts), &range);
        let marks = fib::positions(fib.piece(table, marks), 2);
        for (number, (mark, span)) in (1..).zip(marks.into_iter().zip(spans)) {
            let note = document.read(span, &Notes::default()).blocks;
            let shown = match at {
                0 => crate::extract::numbering::Format::Decimal,
                _ => crate::extract::numbering::Format::LowerRoman,
            };
            cited.add(mark, notes::marked(&shown.write(number), None, note));
        }
    }
    let main = document.read(fib.main(), &cited);
    let boxes = document.read(fib.text_boxes(), &Notes::default());
    let mut blocks = main.blocks;
    blocks.extend(boxes.blocks.into_iter().map(|block| Block {
        kind: match block.kind {
            BlockKind::Heading { .. } => BlockKind::Paragraph,
            kind => kind,
        },
        ..block
    }));
    (blocks, main.title)
}

#[cfg(test)]
mod tests;
