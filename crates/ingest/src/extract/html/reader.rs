//! From tokens to blocks.

use std::cell::RefCell;

use html5ever::tokenizer::{EndTag, Tag, Token, TokenSink, TokenSinkResult};

use super::table::Table;
use super::tags::{self, Role};
use crate::extract::{Block, BlockKind};
use crate::tidy;

/// Lists and tables inside each other that are told apart; what is deeper is still
/// read.
const MAX_DEPTH: usize = 200;

/// Something that hides text was still open at the end.
pub(super) struct Unclosed;

/// The tokenizer hands tokens to a shared reference.
pub(super) struct Sink(RefCell<Reader>);

impl Sink {
    pub(super) fn new(reader: Reader) -> Self {
        Self(RefCell::new(reader))
    }

    pub(super) fn into_reader(self) -> Reader {
        self.0.into_inner()
    }
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        self.0.borrow_mut().token(token)
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.0.borrow().is_xml
    }
}

/// What text belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Text,
    Title,
    Term,
}

pub(super) struct Reader {
    is_xml: bool,
    /// Whether hidden elements are left out.
    hides: bool,
    place: Place,
    blocks: Vec<Block>,
    title: Option<String>,
    /// Text of the block that is being read.
    text: String,
    heading: Option<u8>,
    /// Open elements whose white space counts.
    preformatted: usize,
    /// Numbers of the open lists' next items; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// What goes in front of the list item that is being read.
    lead: Option<String>,
    /// The term that waits for its definition.
    term: Option<String>,
    tables: Vec<Table>,
    /// The element that is left out, and how many of its name are open in it.
    skipped: Option<(String, usize)>,
    /// The note that is being read, and how many elements of its name are open in it.
    note: Option<(String, usize)>,
}

impl Reader {
    pub(super) fn new(is_xml: bool, hides: bool) -> Self {
        Self {
            is_xml,
            hides,
            place: Place::Text,
            blocks: Vec::new(),
            title: None,
            text: String::new(),
            heading: None,
            preformatted: 0,
            lists: Vec::new(),
            lead: None,
            term: None,
            tables: Vec::new(),
            skipped: None,
            note: None,
        }
    }

    /// The title and the blocks.
    pub(super) fn finish(mut self) -> Result<(Option<String>, Vec<Block>), Unclosed> {
        if self.skipped.is_some() && self.hides {
            return Err(Unclosed);
        }
        while !self.tables.is_empty() {
            self.close_table();
        }
        self.flush();
        self.flush_term();
        Ok((self.title, self.blocks))
    }

    fn token(&mut self, token: Token) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == EndTag => self.end(&tag),
            Token::TagToken(tag) => return self.start(&tag),
            Token::CharacterTokens(text) => self.characters(&text),
            Token::EOFToken
            | Token::NullCharacterToken
            | Token::CommentToken(_)
            | Token::DoctypeToken(_)
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }

    fn characters(&mut self, text: &str) {
        if self.skipped.is_some() {
            return;
        }
        if self.place == Place::Title {
            self.title.get_or_insert_default().push_str(text);
        } else if self.preformatted > 0 {
            self.text.push_str(text);
        } else {
            // Only `br` ends a line.
            self.text.extend(
                text.chars()
                    .map(|c| if c == '\n' || c == '\r' { ' ' } else { c }),
            );
        }
    }

    fn start(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name = &*tag.name;
        let is_empty = tags::is_void(name) || self.is_xml && tag.self_closing;
        if !self.skips(name, is_empty, tag) {
            count(&mut self.note, name, is_empty);
            self.open(tag, is_empty);
            if is_empty && !tags::is_void(name) {
                self.close(name);
            }
        }
        match tags::raw_kind(name) {
            Some(kind) if !is_empty => TokenSinkResult::RawData(kind),
            _ => TokenSinkResult::Continue,
        }
    }

    /// Whether a tag that opens is left out, or begins something that is.
    fn skips(&mut self, name: &str, is_empty: bool, tag: &Tag) -> bool {
        if let Some((skipped, _)) = &self.skipped {
            if *skipped != name || !tags::ends_by_itself(name) {
                count(&mut self.skipped, name, is_empty);
                return true;
            }
            // The next of its kind ends what could not be closed.
            self.skipped = None;
        }
        let begins = tags::raw_kind(name).is_some() && name != "title" && name != "xmp"
            || self.hides && (tags::is_left_out(name) || tags::is_hidden(tag));
        if begins && !is_empty {
            if tags::role(name) != Role::Inline {
                self.boundary();
            }
            self.skipped = Some((name.to_owned(), 1));
        }
        begins
    }

    fn end(&mut self, tag: &Tag) {
        let name = &*tag.name;
        if self.skipped.is_some() {
            uncount(&mut self.skipped, name);
            return;
        }
        self.close(name);
        if matches!(&self.note, Some((note, 1)) if note == name) {
            self.flush();
        }
        uncount(&mut self.note, name);
    }

    fn open(&mut self, tag: &Tag, is_empty: bool) {
        let name = &*tag.name;
        if self.note.is_none() && tags::is_note(tag) && !is_empty {
            self.flush();
            self.note = Some((name.to_owned(), 1));
        }
        match tags::role(name) {
            Role::Inline => {}
            Role::Break => self.text.push('\n'),
            Role::Title if self.title.is_none() && self.blocks.is_empty() => {
                self.place = Place::Title;
            }
            Role::Title | Role::Block => self.boundary(),
            Role::TableHead => {
                self.boundary();
                self.with_table(|table| table.open_head(true));
            }
            Role::Heading(level) => {
                self.arrange();
                self.flush();
                self.heading = Some(level);
            }
            Role::Preformatted => {
                self.boundary();
                self.preformatted += 1;
            }
            Role::List { ordered } => {
                self.arrange();
                self.flush();
                if self.lists.len() < MAX_DEPTH {
                    self.lists.push(ordered.then(|| first_number(tag)));
                }
            }
            Role::Item => {
                self.flush();
                self.lead = self.lists.last_mut().and_then(next_number);
            }
            Role::Term => {
                self.flush();
                self.flush_term();
                self.place = Place::Term;
            }
            Role::Definition => {
                self.flush();
                self.lead = self.term.take().map(|term| format!("{term}:"));
            }
            Role::Table => self.open_table(),
            Role::Row => self.close_row(),
            Role::Cell { head } => self.open_cell(head),
        }
    }

    fn close(&mut self, name: &str) {
        match tags::role(name) {
            Role::Inline | Role::Break => {}
            Role::Title => self.place = Place::Text,
            Role::TableHead => {
                self.close_row();
                self.with_table(|table| table.open_head(false));
            }
            Role::Block | Role::Heading(_) => self.boundary(),
            Role::Preformatted => {
                self.boundary();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            Role::List { .. } => {
                self.boundary();
                self.lists.pop();
            }
            Role::Item | Role::Term | Role::Definition => {
                self.boundary();
                self.lead = None;
            }
            Role::Table => self.close_table(),
            Role::Row => self.close_row(),
            Role::Cell { .. } => self.close_cell(),
        }
    }

    /// A block begins or ends: in a cell of data that is a space.
    fn boundary(&mut self) {
        if self.tables.last().is_some_and(Table::takes_text) {
            self.text.push(' ');
        } else {
            self.flush();
        }
    }

    fn with_table(&mut self, act: impl FnOnce(&mut Table)) {
        if let Some(table) = self.tables.last_mut() {
            act(table);
        }
    }

    /// The open table turns out to arrange the page: its cells are read as blocks.
    fn arrange(&mut self) {
        let Some(table) = self.tables.last_mut().filter(|table| table.takes_text()) else {
            return;
        };
        table.arranges = true;
        let before = table.take_cells();
        let text = std::mem::take(&mut self.text);
        for cell in before {
            self.blocks.push(Block::new(BlockKind::Paragraph, cell));
        }
        self.text = text;
    }

    fn open_table(&mut self) {
        self.arrange();
        self.flush();
        if self.tables.len() < MAX_DEPTH {
            self.tables.push(Table::default());
        }
    }

    fn close_table(&mut self) {
        self.close_row();
        self.flush();
        self.tables.pop();
    }

    fn open_cell(&mut self, head: bool) {
        self.close_cell();
        self.boundary();
        self.with_table(|table| table.open_cell(head));
    }

    fn close_cell(&mut self) {
        match self.tables.last_mut() {
            Some(table) if table.takes_text() => {
                table.close_cell(&std::mem::take(&mut self.text));
            }
            _ => self.flush(),
        }
    }

    fn close_row(&mut self) {
        self.close_cell();
        let row = self.tables.last_mut().and_then(Table::close_row);
        self.blocks.extend(row);
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        let text = tidy::lines(&std::mem::take(&mut self.text));
        let heading = self.heading.take();
        if text.is_empty() {
            return;
        }
        if std::mem::replace(&mut self.place, Place::Text) == Place::Term {
            self.term = Some(text);
            return;
        }
        let lead = self.lead.take();
        let kind = match heading {
            _ if self.note.is_some() => BlockKind::Note,
            Some(level) => BlockKind::Heading { level },
            None if lead.is_some() || !self.lists.is_empty() => BlockKind::ListItem,
            None => BlockKind::Paragraph,
        };
        let text = match (kind, lead) {
            (BlockKind::Heading { .. }, _) => tidy::line(&text),
            (_, Some(lead)) => format!("{lead} {text}"),
            (_, None) => text,
        };
        self.blocks.push(Block::new(kind, text));
    }

    /// A term that got no definition stands alone.
    fn flush_term(&mut self) {
        let term = self.term.take();
        self.blocks
            .extend(term.map(|term| Block::new(BlockKind::ListItem, term)));
    }
}

/// Counts an element that opens inside one of the same name.
fn count(counted: &mut Option<(String, usize)>, name: &str, is_empty: bool) {
    if let Some((counted, open)) = counted
        && counted == name
        && !is_empty
    {
        *open += 1;
    }
}

/// Counts an element that closes, and forgets the outermost with it.
fn uncount(counted: &mut Option<(String, usize)>, name: &str) {
    if let Some((of, open)) = counted
        && of == name
    {
        *open -= 1;
        if *open == 0 {
            *counted = None;
        }
    }
}

/// The `start` of an ordered list.
fn first_number(tag: &Tag) -> u64 {
    let start = tag
        .attrs
        .iter()
        .find(|attribute| &*attribute.name.local == "start");
    start
        .and_then(|start| start.value.trim().parse().ok())
        .unwrap_or(1)
}

fn next_number(list: &mut Option<u64>) -> Option<String> {
    let number = (*list)?;
    *list = Some(number.saturating_add(1));
    Some(format!("{number}."))
}
