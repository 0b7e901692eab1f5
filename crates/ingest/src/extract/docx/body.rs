//! The text of a document part: paragraphs, tables, notes, in reading order.

use std::collections::HashMap;
use std::mem;

use quick_xml::events::BytesStart;

use crate::extract::docx::numbering::Numbering;
use crate::extract::docx::styles::{self, Styles, outline_level};
use crate::extract::notes;
use crate::extract::numbering::Format;
use crate::extract::tables::Tables;
use crate::extract::xml::{self, Visitor, attribute, is_on};
use crate::extract::{Block, BlockKind, bold_heading};
use crate::tidy::{self, word_count};

/// Longer headings are text.
const MAX_HEADING_WORDS: usize = 40;

/// What was read of the main part.
pub(super) struct Body {
    pub(super) blocks: Vec<Block>,
    /// The first paragraph in the title style.
    pub(super) title: Option<String>,
    /// Known only where Word wrote its page breaks down.
    pub(super) page_count: Option<u32>,
    /// Whether the XML breaks off.
    pub(super) broken: bool,
}

impl Body {
    pub(super) fn read(xml: &str, styles: &Styles, numbering: Numbering, notes: &Notes) -> Self {
        let mut reader = Reader::new(styles, numbering, notes);
        let broken = !xml::walk(xml, &mut reader);
        reader.finish();
        let page_count = reader.pages.rendered.then_some(reader.pages.current);
        if page_count.is_none() {
            reader.blocks.iter_mut().for_each(|block| block.page = None);
        }
        Self {
            blocks: reader.blocks,
            title: reader.title,
            page_count,
            broken,
        }
    }
}

/// Footnotes and endnotes, by what refers to them.
#[derive(Default)]
pub(super) struct Notes(HashMap<(String, String), Vec<Block>>);

impl Notes {
    /// Adds the notes of one part.
    pub(super) fn read(&mut self, xml: &str, styles: &Styles) {
        let none = Self::default();
        let mut reader = Reader::new(styles, Numbering::default(), &none);
        let _ = xml::walk(xml, &mut reader);
        self.0.extend(reader.found_notes);
    }
}

struct Reader<'a> {
    styles: &'a Styles,
    numbering: Numbering,
    notes: &'a Notes,
    blocks: Vec<Block>,
    title: Option<String>,
    /// Open paragraphs: a text box opens one inside another.
    paragraphs: Vec<Paragraph>,
    tables: Tables,
    pages: Pages,
    run: Run,
    /// The large first letter of the paragraph that comes.
    drop_cap: String,
    in_text: bool,
    in_paragraph_properties: bool,
    /// How many tags deep in content that does not count; 0 outside.
    skipping: usize,
    /// For each open choice of contents, whether one was taken.
    choices: Vec<bool>,
    /// Notes cited in the paragraph or table that is being read.
    cited: Vec<Block>,
    /// How many notes of each kind were cited.
    footnotes: u32,
    endnotes: u32,
    /// The note that is being read, and those that were, in a part of notes.
    open_note: Option<(String, String)>,
    found_notes: Vec<((String, String), Vec<Block>)>,
}

/// A paragraph that is being read.
#[derive(Default)]
struct Paragraph {
    text: String,
    style: String,
    /// The list it belongs to; empty where it is taken out of its style's list.
    list: Option<String>,
    depth: Option<usize>,
    outline: Option<u8>,
    page: Option<u32>,
    /// Some of its text is not bold.
    plain: bool,
    /// It is the large first letter of the next one.
    is_drop_cap: bool,
}

/// A run of equally formatted text.
#[derive(Default)]
struct Run {
    bold: bool,
    hidden: bool,
}

/// The page count while reading.
struct Pages {
    current: u32,
    /// Word wrote where its pages ended.
    rendered: bool,
    /// A page break was counted that Word will write down once more.
    counted: bool,
}

impl<'a> Reader<'a> {
    fn new(styles: &'a Styles, numbering: Numbering, notes: &'a Notes) -> Self {
        Self {
            styles,
            numbering,
            notes,
            blocks: Vec::new(),
            title: None,
            paragraphs: Vec::new(),
            tables: Tables::default(),
            pages: Pages {
                current: 1,
                rendered: false,
                counted: false,
            },
            run: Run::default(),
            drop_cap: String::new(),
            in_text: false,
            in_paragraph_properties: false,
            skipping: 0,
            choices: Vec::new(),
            cited: Vec::new(),
            footnotes: 0,
            endnotes: 0,
            open_note: None,
            found_notes: Vec::new(),
        }
    }

    /// Closes what a part that breaks off left open.
    fn finish(&mut self) {
        while !self.paragraphs.is_empty() {
            self.end_paragraph();
        }
        if !self.drop_cap.is_empty() {
            self.paragraphs.push(Paragraph::default());
            self.end_paragraph();
        }
        while self.tables.is_open() {
            self.end_row();
            self.tables.close();
        }
        self.place_notes();
    }

    /// Whether the content of a tag is no text of the document.
    fn is_skipped(&mut self, name: &str) -> bool {
        match name {
            "del" | "moveFrom" | "delText" | "instrText" | "delInstrText" | "rt" | "sdtPr"
            | "tblPr" | "sectPr" | "pPrChange" | "rPrChange" | "trPrChange" => true,
            "Choice" => self
                .choices
                .last_mut()
                .is_some_and(|taken| mem::replace(taken, true)),
            // The same content for older readers.
            "Fallback" => self.choices.last().is_some_and(|taken| *taken),
            _ => false,
        }
    }

    fn open_structure(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "p" => self.paragraphs.push(Paragraph::default()),
            "pPr" => self.in_paragraph_properties = true,
            "r" => self.run = Run::default(),
            "t" => self.in_text = true,
            "AlternateContent" => self.choices.push(false),
            "tbl" => self.tables.open(),
            "tr" => self.tables.open_row(),
            "tblHeader" if is_on(tag) => self.tables.mark_head(),
            "tc" => self.tables.open_cell(),
            "footnote" | "endnote" => {
                self.open_note = attribute(tag, "id").map(|id| (name.to_owned(), id));
            }
            "footnoteReference" => self.cite("footnote", tag),
            "endnoteReference" => self.cite("endnote", tag),
            _ if self.in_paragraph_properties => self.paragraph_property(name, tag),
            _ => self.run_content(name, tag),
        }
    }

    fn paragraph_property(&mut self, name: &str, tag: &BytesStart<'_>) {
        let break_before = name == "pageBreakBefore" && is_on(tag);
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        match name {
            "pStyle" => paragraph.style = attribute(tag, "val").unwrap_or_default(),
            "numId" => paragraph.list = attribute(tag, "val").map(styles::list_id),
            "ilvl" => paragraph.depth = styles::depth(tag),
            "framePr" => {
                let kind = attribute(tag, "dropCap");
                paragraph.is_drop_cap = kind.is_some_and(|kind| kind != "none");
            }
            "outlineLvl" => paragraph.outline = outline_level(tag),
            _ if break_before => self.pages.hard_break(),
            _ => {}
        }
    }

    fn run_content(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "b" => self.run.bold = is_on(tag),
            "vanish" => self.run.hidden = is_on(tag),
            "tab" | "ptab" => self.push(" "),
            "noBreakHyphen" => self.push("-"),
            "lastRenderedPageBreak" => self.pages.rendered_break(),
            "br" if attribute(tag, "type").is_some_and(|kind| kind == "page") => {
                self.pages.hard_break();
            }
            "br" | "cr" => self.push("\n"),
            _ => {}
        }
    }

    fn push(&mut self, text: &str) {
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        if self.run.hidden {
            return;
        }
        if !text.trim().is_empty() {
            self.pages.counted = false;
            paragraph.page.get_or_insert(self.pages.current);
            paragraph.plain |= !self.run.bold;
        }
        paragraph.text.push_str(text);
    }

    /// Footnotes are counted in figures and endnotes in Roman ones, as Word does where
    /// nobody chose otherwise.
    fn cite(&mut self, kind: &str, tag: &BytesStart<'_>) {
        let key = attribute(tag, "id").map(|id| (kind.to_owned(), id));
        let Some(blocks) = key.and_then(|key| self.notes.0.get(&key)) else {
            return;
        };
        let (count, format) = match kind {
            "footnote" => (&mut self.footnotes, Format::Decimal),
            _ => (&mut self.endnotes, Format::LowerRoman),
        };
        *count += 1;
        let mark = format.write(*count);
        let page = Some(self.pages.current);
        self.cited
            .extend(notes::marked(&mark, page, blocks.iter().cloned()));
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        if paragraph.is_drop_cap {
            self.drop_cap.push_str(paragraph.text.trim());
            return;
        }
        let text = tidy::lines(&(mem::take(&mut self.drop_cap) + &paragraph.text));
        if !text.is_empty() {
            let kind = self.kind_of(&paragraph, &text);
            let heading = matches!(kind, BlockKind::Heading { .. });
            let text = match self.label(&paragraph) {
                Some(label) if kind == BlockKind::ListItem => format!("{label} {text}"),
                _ if heading => tidy::line(&text),
                _ => text,
            };
            if heading && self.title.is_none() && self.styles.is_title(&paragraph.style) {
                self.title = Some(text.clone());
            }
            self.emit(Block {
                page: paragraph.page,
                kind,
                text,
            });
        }
        if !self.tables.is_open() {
            self.place_notes();
        }
    }

    /// The list that a paragraph belongs to, by itself or by its style.
    fn list_of<'p>(&'p self, paragraph: &'p Paragraph) -> Option<&'p str> {
        let own = paragraph.list.as_deref();
        own.or_else(|| self.styles.list(&paragraph.style))
            .filter(|list| !list.is_empty())
    }

    /// The number of a paragraph in its list.
    fn label(&mut self, paragraph: &Paragraph) -> Option<String> {
        let list = self.list_of(paragraph)?.to_owned();
        let depth = paragraph.depth;
        let depth = depth.or_else(|| self.styles.depth(&paragraph.style));
        self.numbering.next(&list, depth.unwrap_or(0))
    }

    fn kind_of(&self, paragraph: &Paragraph, text: &str) -> BlockKind {
        let words = word_count(text);
        let level = paragraph
            .outline
            .or_else(|| self.styles.heading(&paragraph.style));
        if let Some(level) = level.filter(|_| words <= MAX_HEADING_WORDS) {
            return BlockKind::Heading { level };
        }
        if self.list_of(paragraph).is_some() {
            return BlockKind::ListItem;
        }
        bold_heading(!paragraph.plain, text).unwrap_or(BlockKind::Paragraph)
    }

    fn end_row(&mut self) {
        for block in self.tables.end_row() {
            self.emit_outside(block);
        }
        if self.tables.depth() == 1 {
            self.place_notes();
        }
    }

    /// Adds a block to the open cell, or to the document.
    fn emit(&mut self, block: Block) {
        if let Some(block) = self.tables.put(block) {
            self.blocks.push(block);
        }
    }

    /// Adds a block of the innermost table to what is around that table.
    fn emit_outside(&mut self, block: Block) {
        if let Some(block) = self.tables.put_outside(block) {
            self.blocks.push(block);
        }
    }

    /// Puts cited notes after the paragraph or row that cites them.
    fn place_notes(&mut self) {
        self.blocks.append(&mut self.cited);
    }

    fn end_note(&mut self) {
        let blocks = mem::take(&mut self.blocks);
        if let Some(key) = self.open_note.take() {
            self.found_notes.push((key, blocks));
        }
    }
}

impl Visitor for Reader<'_> {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if self.skipping > 0 || self.is_skipped(name) {
            self.skipping += 1;
        } else {
            self.open_structure(name, tag);
        }
    }

    fn close(&mut self, name: &str) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        match name {
            "p" => self.end_paragraph(),
            "pPr" => self.in_paragraph_properties = false,
            "t" => self.in_text = false,
            "AlternateContent" => drop(self.choices.pop()),
            "tr" => self.end_row(),
            "tbl" => self.tables.close(),
            "footnote" | "endnote" => self.end_note(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.skipping == 0 {
            self.push(text);
        }
    }
}

impl Pages {
    /// A break that the author made. Word writes it down once more at the start of the
    /// next page, with the text that it laid out there.
    fn hard_break(&mut self) {
        self.current += 1;
        self.counted = true;
    }

    fn rendered_break(&mut self) {
        self.rendered = true;
        if !mem::replace(&mut self.counted, false) {
            self.current += 1;
        }
    }
}
