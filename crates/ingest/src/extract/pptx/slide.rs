//! The text of one slide, of its notes, or of a diagram on it.

use quick_xml::events::BytesStart;

use crate::extract::numbering::{Counters, Format, Level};
use crate::extract::tables::Tables;
use crate::extract::xml::{self, Visitor, attribute};
use crate::extract::{Block, BlockKind};
use crate::tidy;

/// The level of a slide's title.
const TITLE_LEVEL: u8 = 1;

/// What was read of a slide.
#[derive(Default)]
pub(super) struct Slide {
    /// Its title, wherever it stands among the shapes.
    pub(super) title: Vec<Block>,
    /// Its other text, shape by shape.
    pub(super) blocks: Vec<Block>,
    /// What it calls the diagrams that are kept in parts of their own.
    pub(super) diagrams: Vec<String>,
    /// Whether the XML is well-formed to its end.
    pub(super) whole: bool,
}

impl Slide {
    /// Reads a slide or a diagram's data.
    pub(super) fn read(xml: &str) -> Self {
        let mut reader = Reader::default();
        let whole = xml::walk(xml, &mut reader);
        while !reader.paragraphs.is_empty() {
            reader.end_paragraph();
        }
        Self {
            whole,
            ..reader.slide
        }
    }

    /// Reads a page of notes: what the speaker wrote, and neither the slide's picture
    /// nor its number.
    pub(super) fn read_notes(xml: &str) -> Vec<Block> {
        let mut reader = Reader {
            only_body: true,
            ..Reader::default()
        };
        let _ = xml::walk(xml, &mut reader);
        reader.slide.blocks
    }
}

#[derive(Default)]
struct Reader {
    slide: Slide,
    /// Only the shape that holds the body counts.
    only_body: bool,
    shape: Shape,
    /// Open paragraphs.
    paragraphs: Vec<Paragraph>,
    counters: Counters,
    tables: Tables,
    /// The next row of the table names its columns.
    first_row: bool,
    in_text: bool,
    /// How many tags deep in content that does not count; 0 outside.
    skipping: usize,
}

/// What a shape is there for.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Drawn by the author.
    #[default]
    Free,
    Title,
    /// The place for the slide's text, which is a list on most slides.
    Body,
    /// Date, footer, number.
    Furniture,
}

#[derive(Default)]
struct Paragraph {
    text: String,
    depth: usize,
    bullet: Option<Bullet>,
}

enum Bullet {
    Off,
    On,
    Number(Level),
}

impl Reader {
    fn placeholder(&mut self, tag: &BytesStart<'_>) {
        self.shape = match attribute(tag, "type").as_deref() {
            Some("title" | "ctrTitle") => Shape::Title,
            Some("dt" | "ftr" | "hdr" | "sldNum" | "sldImg") => Shape::Furniture,
            None | Some("body" | "obj") => Shape::Body,
            Some(_) => Shape::Free,
        };
    }

    fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            paragraph.text.push_str(text);
        }
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        let text = tidy::lines(&paragraph.text);
        let skipped =
            self.shape == Shape::Furniture || (self.only_body && self.shape != Shape::Body);
        if text.is_empty() || skipped {
            return;
        }
        let label = self.label(&paragraph);
        let kind = self.kind_of(&paragraph);
        let text = match label {
            Some(label) if kind == BlockKind::ListItem => format!("{label} {text}"),
            _ => text,
        };
        if let BlockKind::Heading { .. } = kind {
            let block = Block::new(kind, tidy::line(&text));
            self.slide.title.push(block);
        } else {
            let block = self.tables.put(Block::new(kind, text));
            self.slide.blocks.extend(block);
        }
    }

    fn kind_of(&self, paragraph: &Paragraph) -> BlockKind {
        match (&paragraph.bullet, self.shape) {
            (_, Shape::Title) => BlockKind::Heading { level: TITLE_LEVEL },
            (Some(Bullet::On | Bullet::Number(_)), _) => BlockKind::ListItem,
            (None, Shape::Body) if !self.only_body && !self.tables.is_open() => BlockKind::ListItem,
            _ => BlockKind::Paragraph,
        }
    }

    /// Numbers run on in one shape.
    fn label(&mut self, paragraph: &Paragraph) -> Option<String> {
        let Some(Bullet::Number(level)) = &paragraph.bullet else {
            return None;
        };
        let levels = vec![level.clone(); paragraph.depth + 1];
        self.counters.next("", paragraph.depth, &levels)
    }

    fn paragraph_property(&mut self, name: &str, tag: &BytesStart<'_>) {
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        let bullet = match name {
            "pPr" => {
                let depth = attribute(tag, "lvl").and_then(|level| level.parse().ok());
                paragraph.depth = depth.unwrap_or(0).min(8);
                return;
            }
            "buNone" => Bullet::Off,
            "buChar" | "buBlip" => Bullet::On,
            _ => Bullet::Number(automatic(tag, paragraph.depth)),
        };
        paragraph.bullet = Some(bullet);
    }
}

/// `arabicPeriod`, `alphaLcParenR`, `romanUcParenBoth` and so on.
fn automatic(tag: &BytesStart<'_>, depth: usize) -> Level {
    let name = attribute(tag, "type").unwrap_or_default();
    let format = match () {
        () if name.starts_with("alphaLc") => Format::LowerLetter,
        () if name.starts_with("alphaUc") => Format::UpperLetter,
        () if name.starts_with("romanLc") => Format::LowerRoman,
        () if name.starts_with("romanUc") => Format::UpperRoman,
        () => Format::Decimal,
    };
    let number = format!("%{}", depth + 1);
    let pattern = match () {
        () if name.ends_with("ParenBoth") => format!("({number})"),
        () if name.ends_with("ParenR") => format!("{number})"),
        () if name.ends_with("Plain") => number,
        () => format!("{number}."),
    };
    let start = attribute(tag, "startAt").and_then(|start| start.parse().ok());
    Level {
        format,
        pattern,
        start: start.unwrap_or(1),
    }
}

impl Visitor for Reader {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        if self.skipping > 0 || matches!(name, "Fallback" | "extLst" | "tableStyleId") {
            self.skipping += 1;
            return;
        }
        match name {
            "sp" | "graphicFrame" => {
                self.shape = Shape::Free;
                self.counters = Counters::default();
            }
            "ph" => self.placeholder(tag),
            "p" => self.paragraphs.push(Paragraph::default()),
            "pPr" | "buNone" | "buChar" | "buBlip" | "buAutoNum" => {
                self.paragraph_property(name, tag);
            }
            "t" => self.in_text = true,
            "br" => self.push("\n"),
            "tab" => self.push(" "),
            "tbl" => self.tables.open(),
            "tblPr" => self.first_row = attribute(tag, "firstRow").is_some_and(|on| on == "1"),
            "tr" => {
                self.tables.open_row();
                if std::mem::take(&mut self.first_row) {
                    self.tables.mark_head();
                }
            }
            "tc" => self.tables.open_cell(),
            // A diagram names its parts here, the data first.
            "relIds" => self.slide.diagrams.extend(xml::prefixed(tag, "dm")),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        match name {
            "p" => self.end_paragraph(),
            "t" => self.in_text = false,
            "tr" => {
                let row = self.tables.end_row();
                self.slide.blocks.extend(row);
            }
            "tbl" => self.tables.close(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_text && self.skipping == 0 {
            self.push(text);
        }
    }
}
