//! The characters of a span to blocks.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

use super::pieces::Text;
use super::runs::{CharacterRuns, Characters, Paragraph, ParagraphRuns};
use super::styles::Styles;
use crate::extract::tables::MarkedTable;
use crate::extract::{Block, BlockKind, bold_heading};
use crate::tidy::{self, word_count};

const MAX_HEADING_WORDS: usize = 40;

/// A document whose parts have been found.
pub(super) struct Document<'a> {
    pub(super) text: &'a Text,
    pub(super) characters: CharacterRuns,
    pub(super) paragraphs: ParagraphRuns,
    pub(super) styles: Styles,
}

/// Notes, by the place in the text that cites them.
#[derive(Default)]
pub(super) struct Notes(BTreeMap<usize, Vec<Block>>);

impl Notes {
    pub(super) fn add(&mut self, place: usize, blocks: Vec<Block>) {
        self.0.entry(place).or_default().extend(blocks);
    }
}

/// What was read of a span.
#[derive(Default)]
pub(super) struct Part {
    pub(super) blocks: Vec<Block>,
    /// The first paragraph in the title style.
    pub(super) title: Option<String>,
}

impl Document<'_> {
    /// Reads a span of the text, with the notes that it cites.
    pub(super) fn read(&self, span: Range<usize>, notes: &Notes) -> Part {
        let mut reader = Reader {
            document: self,
            notes,
            part: Part::default(),
            units: Vec::new(),
            plain: false,
            fields: Vec::new(),
            table: MarkedTable::default(),
            cited: Vec::new(),
        };
        let mut look = Characters::default();
        let mut until = 0;
        let mut before = usize::MAX;
        for (at, unit) in span.clone().zip(self.text.units(span)) {
            let offset = self.text.offset(at);
            if offset >= until || offset < before {
                (look, until) = self.characters.at(offset);
            }
            before = offset;
            reader.take(*unit, at, offset, look);
        }
        reader.finish();
        reader.part
    }
}

struct Reader<'a> {
    document: &'a Document<'a>,
    notes: &'a Notes,
    part: Part,
    /// The text of the open paragraph.
    units: Vec<u16>,
    /// Some of it is not bold.
    plain: bool,
    /// For each open field, whether its result has begun: before, there is its code.
    fields: Vec<bool>,
    table: MarkedTable,
    /// Notes cited in the paragraph or row that is being read.
    cited: Vec<Block>,
}

impl Reader<'_> {
    fn take(&mut self, unit: u16, at: usize, offset: usize, look: Characters) {
        if let Some(note) = self.notes.0.get(&at) {
            self.cited.extend(note.iter().cloned());
        }
        match unit {
            0x13 => self.fields.push(false),
            0x14 => {
                if let Some(has_result) = self.fields.last_mut() {
                    *has_result = true;
                }
            }
            0x15 => drop(self.fields.pop()),
            0x07 | 0x0c | 0x0d => self.end_paragraph(unit, offset),
            _ if look.unseen || self.fields.contains(&false) => {}
            0x09 => self.put(u16::from(b' '), look.bold),
            0x0b => self.put(u16::from(b'\n'), look.bold),
            0x1e => self.put(u16::from(b'-'), look.bold),
            // Pictures, marks of notes and comments, soft hyphens.
            0..0x20 => {}
            _ => self.put(unit, look.bold),
        }
    }

    fn put(&mut self, unit: u16, bold: bool) {
        let space = matches!(unit, 0x20 | 0x0a | 0xa0);
        self.plain |= !bold && !space;
        self.units.push(unit);
    }

    fn end_paragraph(&mut self, mark: u16, offset: usize) {
        // A field does not go over a paragraph of its code.
        let look = self.document.paragraphs.at(offset);
        let in_table = look.in_table || mark == 0x07;
        if !in_table && self.table.is_open() {
            self.close_table();
        }
        if let Some(block) = self.paragraph(look) {
            if in_table {
                self.table.put(block);
            } else {
                self.part.blocks.push(block);
            }
        }
        match mark {
            0x07 if look.ends_row => self.end_row(look),
            0x07 => self.table.end_cell(),
            _ if !in_table => self.part.blocks.append(&mut self.cited),
            _ => {}
        }
    }

    fn paragraph(&mut self, look: Paragraph) -> Option<Block> {
        let bold = !mem::take(&mut self.plain);
        let text = tidy::lines(&String::from_utf16_lossy(&mem::take(&mut self.units)));
        if text.is_empty() {
            return None;
        }
        let styles = &self.document.styles;
        let level = look.outline.or_else(|| styles.heading(look.style));
        if let Some(level) = level.filter(|_| word_count(&text) <= MAX_HEADING_WORDS) {
            let text = tidy::line(&text);
            if self.part.title.is_none() && styles.is_title(look.style) {
                self.part.title = Some(text.clone());
            }
            return Some(Block::new(BlockKind::Heading { level }, text));
        }
        let listed = look.in_list.unwrap_or_else(|| styles.is_list(look.style));
        let kind = if listed {
            BlockKind::ListItem
        } else {
            bold_heading(bold, &text).unwrap_or(BlockKind::Paragraph)
        };
        Some(Block::new(kind, text))
    }

    fn end_row(&mut self, look: Paragraph) {
        if look.heads_table {
            self.table.mark_head();
        }
        let row = self.table.end_row();
        self.part.blocks.extend(row);
        self.part.blocks.append(&mut self.cited);
    }

    fn close_table(&mut self) {
        let row = self.table.close();
        self.part.blocks.extend(row);
    }

    /// The last paragraph may lack its mark.
    fn finish(&mut self) {
        if let Some(block) = self.paragraph(Paragraph::default()) {
            self.part.blocks.push(block);
        }
        if self.table.is_open() {
            self.close_table();
        }
        self.part.blocks.append(&mut self.cited);
    }
}
