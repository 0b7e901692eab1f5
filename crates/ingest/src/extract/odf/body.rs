//! The text of a document or presentation, in reading order.

use std::mem;

use quick_xml::events::BytesStart;

use crate::extract::numbering::Counters;
use crate::extract::odf::styles::Styles;
use crate::extract::tables::Tables;
use crate::extract::xml::{self, Visitor, attribute};
use crate::extract::{Block, BlockKind, bold_heading, notes};
use crate::tidy::{self, word_count};

const MAX_HEADING_WORDS: usize = 40;
/// More spaces in a row are a picture made of characters.
const MAX_SPACES: usize = 100;

/// What was read of `content.xml`.
pub(super) struct Body {
    pub(super) blocks: Vec<Block>,
    /// The first paragraph in the title style.
    pub(super) title: Option<String>,
    /// Slides.
    pub(super) pages: u32,
    /// Whether the XML breaks off.
    pub(super) broken: bool,
}

impl Body {
    pub(super) fn read(xml: &str, styles: &Styles) -> Self {
        let mut reader = Reader::new(styles);
        let broken = !xml::walk(xml, &mut reader);
        reader.finish();
        Self {
            blocks: reader.flow.blocks,
            title: reader.title,
            pages: reader.page,
            broken,
        }
    }
}

struct Reader<'a> {
    styles: &'a Styles,
    title: Option<String>,
    flow: Flow,
    /// What was being read when a note began, outermost first.
    interrupted: Vec<Flow>,
    counters: Counters,
    /// The slide, from 1; 0 outside of slides.
    page: u32,
    /// The frame that is open holds a slide's title.
    in_title: bool,
    in_citation: bool,
    /// How many tags deep in content that does not count; 0 outside.
    skipping: usize,
}

/// A stream of text: that of the document, or of a note in it.
#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    /// Open paragraphs: a text box opens one inside another.
    paragraphs: Vec<Paragraph>,
    tables: Tables,
    in_head: bool,
    lists: Vec<List>,
    /// Notes cited in the paragraph or row that is being read.
    cited: Vec<Block>,
    /// The mark of the note that this is.
    mark: String,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    style: String,
    heading: Option<u8>,
    /// Some of its text is not bold.
    plain: bool,
    /// For each open span, whether it is bold and whether it is shown.
    spans: Vec<Span>,
}

#[derive(Clone, Copy)]
struct Span {
    bold: bool,
    hidden: bool,
}

/// A list, or a list in an item of another.
struct List {
    style: String,
    /// The next paragraph is the first of its item.
    at_item: bool,
}

impl<'a> Reader<'a> {
    fn new(styles: &'a Styles) -> Self {
        Self {
            styles,
            title: None,
            flow: Flow::default(),
            interrupted: Vec::new(),
            counters: Counters::default(),
            page: 0,
            in_title: false,
            in_citation: false,
            skipping: 0,
        }
    }

    /// Closes what a part that breaks off left open.
    fn finish(&mut self) {
        self.finish_flow();
        while !self.interrupted.is_empty() {
            self.end_note();
            self.finish_flow();
        }
    }

    fn finish_flow(&mut self) {
        while !self.flow.paragraphs.is_empty() {
            self.end_paragraph();
        }
        while self.flow.tables.is_open() {
            self.end_row();
            self.flow.tables.close();
        }
        self.place_notes();
    }

    fn begin_paragraph(&mut self, heading: Option<u8>, tag: &BytesStart<'_>) {
        let style = attribute(tag, "style-name").unwrap_or_default();
        let span = Span {
            bold: self.styles.is_bold("paragraph", &style) == Some(true),
            hidden: self.styles.is_hidden("paragraph", &style),
        };
        self.flow.paragraphs.push(Paragraph {
            style,
            heading,
            spans: vec![span],
            ..Paragraph::default()
        });
    }

    fn begin_span(&mut self, tag: &BytesStart<'_>) {
        let style = attribute(tag, "style-name").unwrap_or_default();
        let bold = self.styles.is_bold("text", &style);
        let hidden = self.styles.is_hidden("text", &style);
        if let Some(paragraph) = self.flow.paragraphs.last_mut()
            && let Some(around) = paragraph.spans.last().copied()
        {
            paragraph.spans.push(Span {
                bold: bold.unwrap_or(around.bold),
                hidden: hidden || around.hidden,
            });
        }
    }

    fn end_span(&mut self) {
        if let Some(paragraph) = self.flow.paragraphs.last_mut()
            && paragraph.spans.len() > 1
        {
            paragraph.spans.pop();
        }
    }

    fn push(&mut self, text: &str) {
        if self.in_citation {
            self.flow.mark.push_str(text);
            return;
        }
        let Some(paragraph) = self.flow.paragraphs.last_mut() else {
            return;
        };
        let span = paragraph.spans.last().copied();
        if span.is_some_and(|span| span.hidden) {
            return;
        }
        paragraph.plain |= !text.trim().is_empty() && !span.is_some_and(|span| span.bold);
        paragraph.text.push_str(text);
    }

    fn begin_list(&mut self, tag: &BytesStart<'_>) {
        let around = self.flow.lists.last();
        let inherited = around.map(|list| list.style.clone()).unwrap_or_default();
        let style = attribute(tag, "style-name").unwrap_or(inherited);
        let goes_on = attribute(tag, "continue-numbering").is_some_and(|on| on == "true")
            || attribute(tag, "continue-list").is_some();
        if around.is_none() && !goes_on {
            self.counters.restart(&style, 0);
        }
        self.flow.lists.push(List {
            style,
            at_item: false,
        });
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.flow.paragraphs.pop() else {
            return;
        };
        let text = tidy::lines(&paragraph.text);
        if !text.is_empty() {
            let kind = self.kind_of(&paragraph, &text);
            let text = match kind {
                BlockKind::Heading { .. } => tidy::line(&text),
                BlockKind::ListItem => self.labelled(text),
                _ => text,
            };
            if self.title.is_none() && self.styles.is_title(&paragraph.style) {
                self.title = Some(tidy::line(&text));
            }
            self.emit(kind, text);
        }
        if !self.flow.tables.is_open() && self.flow.paragraphs.is_empty() {
            self.place_notes();
        }
    }

    fn kind_of(&self, paragraph: &Paragraph, text: &str) -> BlockKind {
        let own = paragraph.heading.or(self.in_title.then_some(1));
        let level = own.or_else(|| self.styles.heading(&paragraph.style));
        if let Some(level) = level.filter(|_| word_count(text) <= MAX_HEADING_WORDS) {
            return BlockKind::Heading { level };
        }
        if !self.flow.lists.is_empty() {
            return BlockKind::ListItem;
        }
        bold_heading(!paragraph.plain, text).unwrap_or(BlockKind::Paragraph)
    }

    /// The first paragraph of a list's item, with its number.
    fn labelled(&mut self, text: String) -> String {
        let depth = self.flow.lists.len().saturating_sub(1);
        let Some(list) = self.flow.lists.last_mut() else {
            return text;
        };
        if !mem::take(&mut list.at_item) {
            return text;
        }
        let levels = self.styles.list(&list.style);
        match self.counters.next(&list.style, depth, levels) {
            Some(label) => format!("{label} {text}"),
            None => text,
        }
    }

    fn end_row(&mut self) {
        for block in self.flow.tables.end_row() {
            if let Some(block) = self.flow.tables.put_outside(block) {
                self.flow.blocks.push(block);
            }
        }
        if self.flow.tables.depth() == 1 {
            self.place_notes();
        }
    }

    fn emit(&mut self, kind: BlockKind, text: String) {
        let page = (self.page > 0).then_some(self.page);
        if let Some(block) = self.flow.tables.put(Block { page, kind, text }) {
            self.flow.blocks.push(block);
        }
    }

    /// Puts cited notes after the paragraph or row that cites them.
    fn place_notes(&mut self) {
        self.flow.blocks.append(&mut self.flow.cited);
    }

    fn begin_note(&mut self) {
        self.interrupted.push(mem::take(&mut self.flow));
    }

    fn end_note(&mut self) {
        let Some(around) = self.interrupted.pop() else {
            return;
        };
        let note = mem::replace(&mut self.flow, around);
        let page = (self.page > 0).then_some(self.page);
        self.flow
            .cited
            .extend(notes::marked(&note.mark, page, note.blocks));
        if self.flow.paragraphs.is_empty() && !self.flow.tables.is_open() {
            self.place_notes();
        }
    }
}

/// Whether the content of a tag is no text of the document.
fn is_skipped(name: &str, tag: &BytesStart<'_>) -> bool {
    match name {
        "annotation" | "tracked-changes" | "desc" | "title" | "ruby-text" | "hidden-text"
        | "binary-data" | "scripts" | "forms" | "event-listeners" | "styles"
        | "automatic-styles" | "header-decl" | "footer-decl" | "date-time-decl" => true,
        "frame" => attribute(tag, "class").is_some_and(|class| {
            ["header", "footer", "date-time", "page-number"].contains(&class.as_str())
        }),
        _ => name.ends_with("-source"),
    }
}

impl Visitor for Reader<'_> {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if self.skipping > 0 || is_skipped(name, tag) {
            self.skipping += 1;
            return;
        }
        match name {
            "h" => {
                let level = attribute(tag, "outline-level").and_then(|level| level.parse().ok());
                self.begin_paragraph(Some(level.unwrap_or(1).clamp(1, 9)), tag);
            }
            "p" => self.begin_paragraph(None, tag),
            "span" => self.begin_span(tag),
            "s" => {
                let count = attribute(tag, "c").and_then(|count| count.parse().ok());
                self.push(&" ".repeat(count.unwrap_or(1).min(MAX_SPACES)));
            }
            "tab" => self.push(" "),
            "line-break" => self.push("\n"),
            "list" => self.begin_list(tag),
            "list-item" => {
                if let Some(list) = self.flow.lists.last_mut() {
                    list.at_item = true;
                }
            }
            "table" => self.flow.tables.open(),
            "table-header-rows" => self.flow.in_head = true,
            "table-row" => {
                self.flow.tables.open_row();
                if self.flow.in_head {
                    self.flow.tables.mark_head();
                }
            }
            "table-cell" | "covered-table-cell" => self.flow.tables.open_cell(),
            // Notes have no notes: deeper ones are only made to wear a reader out.
            "note" if !self.interrupted.is_empty() => self.skipping += 1,
            "note" | "notes" => self.begin_note(),
            "note-citation" => self.in_citation = true,
            "page" => self.page += 1,
            "frame" => {
                self.in_title = attribute(tag, "class").is_some_and(|class| class == "title");
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        match name {
            "h" | "p" => self.end_paragraph(),
            "span" => self.end_span(),
            "list" => drop(self.flow.lists.pop()),
            "table-header-rows" => self.flow.in_head = false,
            "table-row" => self.end_row(),
            "table" => self.flow.tables.close(),
            "note" | "notes" => {
                self.finish_flow();
                self.end_note();
            }
            "note-citation" => self.in_citation = false,
            "frame" => self.in_title = false,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipping == 0 {
            // A line's end in the source is a space; breaks have tags of their own.
            self.push(&text.replace(['\n', '\r', '\t'], " "));
        }
    }
}
