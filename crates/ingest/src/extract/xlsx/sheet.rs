//! The cells of one sheet.

use quick_xml::events::BytesStart;

use super::Strings;
use super::styles::Styles;
use crate::extract::grid::{Cell, Sheet, Sheets};
use crate::extract::xml::{self, Visitor, attribute};
use crate::tidy;

/// More merged cells no person made; each costs a look at its rows.
const MAX_MERGED: usize = 2000;

/// Reads a sheet into `sheets`, and says whether its XML is whole.
pub(super) fn read(
    xml: &str,
    name: &str,
    strings: &Strings,
    styles: &mut Styles,
    sheets: &mut Sheets,
) -> bool {
    let mut reader = Reader {
        strings,
        styles,
        sheets,
        sheet: Sheet::named(name),
        numbers: Vec::new(),
        row: Vec::new(),
        number: 0,
        cell: OpenCell::default(),
        next_column: 0,
        merged: Vec::new(),
        inside: Inside::Nothing,
    };
    let whole = xml::walk(xml, &mut reader);
    reader.end_row();
    reader.fill_merged();
    let sheet = reader.sheet;
    sheets.push(sheet);
    whole
}

struct Reader<'a> {
    strings: &'a Strings,
    styles: &'a mut Styles,
    sheets: &'a mut Sheets,
    sheet: Sheet,
    /// The number of each row that the sheet holds, from 1.
    numbers: Vec<u32>,
    row: Vec<Cell>,
    number: u32,
    cell: OpenCell,
    next_column: usize,
    merged: Vec<Merged>,
    inside: Inside,
}

/// The cell that is being read.
#[derive(Default)]
struct OpenCell {
    column: usize,
    kind: String,
    style: usize,
    value: String,
}

#[derive(PartialEq, Eq)]
enum Inside {
    Nothing,
    Value,
    Phonetic,
}

/// Cells that are shown as one, in one column.
struct Merged {
    column: usize,
    first: u32,
    last: u32,
}

impl Reader<'_> {
    fn begin_row(&mut self, tag: &BytesStart<'_>) {
        self.end_row();
        let number = attribute(tag, "r").and_then(|number| number.parse().ok());
        let number = number.unwrap_or(self.number.saturating_add(1));
        if number > self.number.saturating_add(1) {
            self.put_row(number.saturating_sub(1), Vec::new());
        }
        self.number = number;
        self.next_column = 0;
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        if self.number > 0 {
            self.put_row(self.number, row);
        }
    }

    fn put_row(&mut self, number: u32, row: Vec<Cell>) {
        let before = self.sheet.rows_mut().len();
        self.sheets.put_row(&mut self.sheet, row);
        if self.sheet.rows_mut().len() > before {
            self.numbers.push(number);
        }
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) {
        let reference = attribute(tag, "r").and_then(|reference| place(&reference));
        let style = attribute(tag, "s").and_then(|style| style.parse().ok());
        self.cell = OpenCell {
            column: reference.map_or(self.next_column, |(column, _)| column),
            kind: attribute(tag, "t").unwrap_or_default(),
            style: style.unwrap_or(0),
            value: String::new(),
        };
        self.next_column = self.cell.column.saturating_add(1);
    }

    fn end_cell(&mut self) {
        let cell = std::mem::take(&mut self.cell);
        let (text, is_text) = match cell.kind.as_str() {
            "s" => (self.strings.get(&cell.value).to_owned(), true),
            "str" | "inlineStr" => (tidy::line(&cell.value), true),
            "b" if cell.value.trim() == "1" => ("TRUE".to_owned(), false),
            "b" => ("FALSE".to_owned(), false),
            // An error is no word of the author's.
            "e" => return,
            "d" => (tidy::line(&cell.value), false),
            _ if cell.value.is_empty() => return,
            _ => (self.styles.shown(&cell.value, cell.style), false),
        };
        if !text.is_empty() && !self.sheets.is_full() {
            self.row.push(Cell {
                column: cell.column,
                text,
                is_text,
            });
        }
    }

    fn merge(&mut self, range: &str) {
        let ends = range.split_once(':');
        let ends = ends.and_then(|(from, to)| Some((place(from)?, place(to)?)));
        if let Some(((column, first), (_, last))) = ends.filter(|((_, from), (_, to))| to > from) {
            self.merged.push(Merged {
                column,
                first,
                last,
            });
        }
    }

    /// Words that are shown once beside several rows belong to each of them.
    fn fill_merged(&mut self) {
        let rows = self.sheet.rows_mut();
        for merged in self.merged.iter().take(MAX_MERGED) {
            let start = self
                .numbers
                .partition_point(|number| *number < merged.first);
            let end = self
                .numbers
                .partition_point(|number| *number <= merged.last);
            let Some(([head], rest)) = rows
                .get_mut(start..end)
                .map(|rows| rows.split_at_mut(1.min(rows.len())))
            else {
                continue;
            };
            let Some(cell) = head.iter().find(|cell| cell.column == merged.column) else {
                continue;
            };
            for row in rest.iter_mut().filter(|row| !row.is_empty()) {
                let at = row.partition_point(|other| other.column < merged.column);
                let taken = row
                    .get(at)
                    .is_some_and(|other| other.column == merged.column);
                if !taken && self.sheets.count(1, cell.text.len()) {
                    row.insert(at, cell.clone());
                }
            }
            if self.sheets.is_full() {
                return;
            }
        }
    }
}

/// `C12` → column 2 (from 0), row 12 (from 1).
fn place(reference: &str) -> Option<(usize, u32)> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.clone().take(4).fold(0, |column, letter| {
        column * 26 + usize::from(letter.to_ascii_uppercase() - b'A') + 1
    });
    let row = reference.get(letters.count()..)?.parse().ok()?;
    Some((column.checked_sub(1)?, row))
}

impl Visitor for Reader<'_> {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        match name {
            "row" => self.begin_row(tag),
            "c" => self.begin_cell(tag),
            "v" | "t" if self.inside == Inside::Nothing => self.inside = Inside::Value,
            "rPh" => self.inside = Inside::Phonetic,
            "mergeCell" => {
                if let Some(range) = attribute(tag, "ref") {
                    self.merge(&range);
                }
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "c" => self.end_cell(),
            "v" | "t" if self.inside == Inside::Value => self.inside = Inside::Nothing,
            "rPh" => self.inside = Inside::Nothing,
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.inside == Inside::Value {
            self.cell.value.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn places_are_read() {
        assert_eq!(place("A1"), Some((0, 1)));
        assert_eq!(place("AB12"), Some((27, 12)));
        for wrong in ["", "12", "A", "A0x"] {
            assert_eq!(place(wrong), None, "{wrong}");
        }
    }
}
