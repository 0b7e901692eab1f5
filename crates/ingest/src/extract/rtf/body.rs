//! The text of a Rich Text document, in reading order.

use std::mem;

use crate::error::IngestError;
use crate::extract::numbering::Format;
use crate::extract::rtf::destinations::{self, Destination};
use crate::extract::rtf::encodings::Encodings;
use crate::extract::rtf::styles::{Styles, outline_level};
use crate::extract::rtf::tokens::{Token, Tokens};
use crate::extract::tables::MarkedTable;
use crate::extract::{Block, BlockKind, bold_heading, notes};
use crate::tidy::{self, word_count};

/// Groups lie no deeper in any document that was written by a program.
const MAX_DEPTH: usize = 1000;
const MAX_HEADING_WORDS: usize = 40;

/// What was read.
pub(super) struct Body {
    pub(super) blocks: Vec<Block>,
    pub(super) title: Option<String>,
    /// Groups were still open at the end.
    pub(super) torn: bool,
}

pub(super) struct Reader {
    encodings: Encodings,
    styles: Styles,
    group: Group,
    groups: Vec<Group>,
    /// A group has begun, and nothing came yet but perhaps its star.
    at_start: bool,
    starred: bool,
    /// Bytes of text that are not decoded yet: a letter may take several.
    bytes: Vec<u8>,
    /// The first half of a letter outside of the basic plane.
    surrogate: Option<u16>,
    /// How many characters for older readers are to be passed over.
    passing: usize,
    flow: Flow,
    /// What was being read when a note began, outermost first.
    interrupted: Vec<Flow>,
    footnotes: u32,
    endnotes: u32,
    property_title: String,
    title: Option<String>,
}

/// What holds for a group, and is as before after it.
#[derive(Clone)]
struct Group {
    destination: Destination,
    font: Option<i32>,
    bold: bool,
    hidden: bool,
    deleted: bool,
    /// How many characters follow a Unicode one for older readers.
    replaced_by: usize,
    paragraph: Properties,
}

/// What holds for a paragraph.
#[derive(Clone, Default)]
struct Properties {
    style: i32,
    outline: Option<u8>,
    in_table: bool,
    in_list: bool,
}

/// A stream of text: that of the document, or of a note in it.
#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    text: String,
    label: String,
    /// The paragraph has a label, which may be a bullet that cannot be read.
    labelled: bool,
    /// Some of the paragraph's text is not bold.
    plain: bool,
    table: MarkedTable,
    /// Notes cited in the paragraph or row that is being read.
    cited: Vec<Block>,
    is_endnote: bool,
}

impl Reader {
    pub(super) fn read(bytes: &[u8]) -> Result<Body, IngestError> {
        let mut reader = Self::new();
        for token in Tokens::new(bytes) {
            reader.take(token)?;
        }
        reader.flush();
        let torn = !reader.groups.is_empty();
        while !reader.interrupted.is_empty() {
            reader.end_note();
        }
        reader.finish_flow();
        let title = tidy::line(&reader.property_title);
        Ok(Body {
            blocks: reader.flow.blocks,
            title: reader.title.or((!title.is_empty()).then_some(title)),
            torn,
        })
    }

    fn new() -> Self {
        Self {
            encodings: Encodings::default(),
            styles: Styles::default(),
            group: Group {
                destination: Destination::Body,
                font: None,
                bold: false,
                hidden: false,
                deleted: false,
                replaced_by: 1,
                paragraph: Properties::default(),
            },
            groups: Vec::new(),
            at_start: false,
            starred: false,
            bytes: Vec::new(),
            surrogate: None,
            passing: 0,
            flow: Flow::default(),
            interrupted: Vec::new(),
            footnotes: 0,
            endnotes: 0,
            property_title: String::new(),
            title: None,
        }
    }

    fn take(&mut self, token: Token<'_>) -> Result<(), IngestError> {
        match token {
            Token::Open => {
                self.flush();
                if self.groups.len() >= MAX_DEPTH {
                    return Err(IngestError::damaged("its groups are nested without end"));
                }
                self.groups.push(self.group.clone());
                self.at_start = true;
                self.starred = false;
                self.passing = 0;
                return Ok(());
            }
            Token::Close => self.close(),
            Token::Symbol(b'*') if self.at_start => {
                self.starred = true;
                return Ok(());
            }
            Token::Symbol(symbol) => self.symbol(symbol),
            Token::Word(word, value) => self.word(word, value),
            Token::Byte(byte) => self.text(&[byte]),
            Token::Text(text) => self.text(text),
        }
        self.at_start = false;
        Ok(())
    }

    fn close(&mut self) {
        self.flush();
        self.passing = 0;
        let Some(around) = self.groups.pop() else {
            return;
        };
        let ended = mem::replace(&mut self.group, around);
        if ended.destination == Destination::Note && self.group.destination != Destination::Note {
            self.end_note();
        }
    }

    fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'\\' | b'{' | b'}' => self.text(&[symbol]),
            b'~' => self.put("\u{a0}"),
            b'_' => self.put("-"),
            b'\n' | b'\r' => self.end_paragraph(),
            _ => {}
        }
    }

    fn word(&mut self, word: &str, value: Option<i32>) {
        if self.passing > 0 && word != "bin" {
            self.passing -= 1;
            return;
        }
        if word == "u" {
            self.unicode(value.unwrap_or(0));
            return;
        }
        self.flush();
        if self.at_start
            && let Some(destination) = destinations::of(word, self.starred)
        {
            self.begin(destination);
            return;
        }
        match self.group.destination {
            Destination::Nowhere => {}
            Destination::FontTable => self.font_word(word, value),
            Destination::StyleSheet => self.styles.word(word, value),
            _ => self.body_word(word, value),
        }
    }

    fn begin(&mut self, destination: Destination) {
        // What lies in something that is left out is left out, too.
        let inside = self.group.destination;
        let nowhere = inside == Destination::Nowhere;
        match destination {
            // The properties are left out but for the title.
            Destination::Title if nowhere => self.group.destination = Destination::Title,
            _ if nowhere => {}
            Destination::Title => self.group.destination = Destination::Nowhere,
            Destination::Body | Destination::Note if inside == Destination::Note => {}
            Destination::Note => {
                self.group.destination = Destination::Note;
                self.interrupted.push(mem::take(&mut self.flow));
                self.group.paragraph = Properties::default();
            }
            _ => {
                self.flow.labelled |= destination == Destination::Label;
                self.group.destination = destination;
            }
        }
    }

    fn font_word(&mut self, word: &str, value: Option<i32>) {
        match (word, value) {
            ("f", font) => self.group.font = font,
            ("fcharset", Some(charset)) => {
                if let Some(font) = self.group.font {
                    self.encodings.set_charset(font, charset);
                }
            }
            ("cpg", Some(page)) => {
                if let Some(font) = self.group.font {
                    self.encodings.set_page(font, page);
                }
            }
            _ => {}
        }
    }

    fn body_word(&mut self, word: &str, value: Option<i32>) {
        if let Some(text) = text_of(word) {
            return self.put(text);
        }
        match word {
            "par" | "sect" | "page" | "column" | "nestcell" => self.end_paragraph(),
            "cell" => self.end_cell(),
            "row" => self.end_row(),
            "trowd" => self.flow.table.begin_row(),
            "trhdr" => self.flow.table.mark_head(),
            "ftnalt" => self.flow.is_endnote = true,
            "ansicpg" => self.encodings.set_default(value.unwrap_or(0)),
            "mac" => self.encodings.set_default(10_000),
            "deff" => self.encodings.set_default_font(value.unwrap_or(0)),
            _ => self.property(word, value),
        }
    }

    fn property(&mut self, word: &str, value: Option<i32>) {
        let on = value != Some(0);
        let group = &mut self.group;
        match word {
            "plain" => {
                (group.bold, group.hidden, group.deleted) = (false, false, false);
                group.font = None;
            }
            "b" => group.bold = on,
            "v" => group.hidden = on,
            "deleted" => group.deleted = on,
            "f" => group.font = value,
            "uc" => group.replaced_by = usize::try_from(value.unwrap_or(1)).unwrap_or(1),
            "pard" => group.paragraph = Properties::default(),
            "s" => group.paragraph.style = value.unwrap_or(0),
            "outlinelevel" => group.paragraph.outline = outline_level(value),
            "intbl" => group.paragraph.in_table = true,
            "ls" => group.paragraph.in_list = on,
            _ => {}
        }
    }

    /// A letter by its number, and with it the beginning of what stands for it in
    /// older readers.
    fn unicode(&mut self, value: i32) {
        if !self.bytes.is_empty() {
            self.flush();
        }
        // Numbers over 32,767 are written as negative ones.
        let unit = u16::try_from(value.rem_euclid(0x1_0000)).unwrap_or(0xfffd);
        let units = match self.surrogate.take() {
            Some(first) => vec![first, unit],
            None if (0xd800..0xdc00).contains(&unit) => {
                self.surrogate = Some(unit);
                Vec::new()
            }
            None => vec![unit],
        };
        self.put(&String::from_utf16_lossy(&units));
        self.passing = self.group.replaced_by;
    }

    fn text(&mut self, text: &[u8]) {
        let passed = self.passing.min(text.len());
        self.passing -= passed;
        self.bytes.extend_from_slice(&text[passed..]);
    }

    fn flush(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let text = self.encodings.decode(self.group.font, &self.bytes);
        self.bytes.clear();
        self.put(&text);
    }

    fn put(&mut self, text: &str) {
        if !self.bytes.is_empty() {
            self.flush();
        }
        match self.group.destination {
            Destination::Nowhere | Destination::FontTable => {}
            Destination::StyleSheet => self.styles.text(text),
            Destination::Title => self.property_title.push_str(text),
            Destination::Label => self.flow.label.push_str(text),
            Destination::Body | Destination::Note => {
                if !self.group.hidden && !self.group.deleted {
                    self.flow.plain |= !text.trim().is_empty() && !self.group.bold;
                    self.flow.text.push_str(text);
                }
            }
        }
    }

    fn end_paragraph(&mut self) {
        if matches!(
            self.group.destination,
            Destination::Body | Destination::Note
        ) {
            self.close_paragraph();
        }
    }

    fn close_paragraph(&mut self) {
        let properties = self.group.paragraph.clone();
        if !properties.in_table && self.flow.table.is_open() {
            self.close_table();
        }
        let text = tidy::lines(&mem::take(&mut self.flow.text));
        let label = tidy::line(&mem::take(&mut self.flow.label));
        let bold = !mem::take(&mut self.flow.plain);
        let listed = mem::take(&mut self.flow.labelled) || properties.in_list;
        if !text.is_empty() {
            let block = self.block(&properties, listed, bold, text);
            let numbered = block.kind == BlockKind::ListItem && is_number(&label);
            self.emit(Block {
                text: if numbered {
                    format!("{label} {}", block.text)
                } else {
                    block.text
                },
                ..block
            });
        }
        if !self.flow.table.is_open() {
            self.place_notes();
        }
    }

    fn block(&mut self, properties: &Properties, listed: bool, bold: bool, text: String) -> Block {
        let own = properties.outline;
        let level = own.or_else(|| self.styles.heading(properties.style));
        if let Some(level) = level.filter(|_| word_count(&text) <= MAX_HEADING_WORDS) {
            let text = tidy::line(&text);
            if self.title.is_none() && self.styles.is_title(properties.style) {
                self.title = Some(text.clone());
            }
            return Block::new(BlockKind::Heading { level }, text);
        }
        let kind = if listed {
            BlockKind::ListItem
        } else {
            bold_heading(bold, &text).unwrap_or(BlockKind::Paragraph)
        };
        Block::new(kind, text)
    }

    fn emit(&mut self, block: Block) {
        if self.group.paragraph.in_table {
            self.flow.table.put(block);
        } else {
            self.flow.blocks.push(block);
        }
    }

    fn end_cell(&mut self) {
        self.group.paragraph.in_table = true;
        self.end_paragraph();
        self.flow.table.end_cell();
    }

    fn end_row(&mut self) {
        let row = self.flow.table.end_row();
        self.flow.blocks.extend(row);
        self.place_notes();
    }

    fn close_table(&mut self) {
        let row = self.flow.table.close();
        self.flow.blocks.extend(row);
        self.place_notes();
    }

    fn finish_flow(&mut self) {
        self.close_paragraph();
        if self.flow.table.is_open() {
            self.close_table();
        }
        self.place_notes();
    }

    /// Puts cited notes after the paragraph or row that cites them.
    fn place_notes(&mut self) {
        self.flow.blocks.append(&mut self.flow.cited);
    }

    fn end_note(&mut self) {
        let paragraph = mem::take(&mut self.group.paragraph);
        self.finish_flow();
        self.group.paragraph = paragraph;
        let Some(around) = self.interrupted.pop() else {
            return;
        };
        let note = mem::replace(&mut self.flow, around);
        if note.blocks.is_empty() {
            return;
        }
        let (count, format) = if note.is_endnote {
            (&mut self.endnotes, Format::LowerRoman)
        } else {
            (&mut self.footnotes, Format::Decimal)
        };
        *count += 1;
        let mark = format.write(*count);
        self.flow
            .cited
            .extend(notes::marked(&mark, None, note.blocks));
    }
}

/// Words that stand for characters.
fn text_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "tab" | "emspace" | "enspace" | "qmspace" => " ",
        "line" | "lbr" => "\n",
        "emdash" => "—",
        "endash" => "–",
        "lquote" => "‘",
        "rquote" => "’",
        "ldblquote" => "“",
        "rdblquote" => "”",
        "bullet" => "•",
        _ => return None,
    })
}

/// A label that counts, and is not a bullet drawn with a letter.
fn is_number(label: &str) -> bool {
    let lettered = label.chars().any(char::is_alphanumeric) && label.ends_with(['.', ')', ':']);
    lettered || label.chars().any(|c| c.is_ascii_digit())
}
