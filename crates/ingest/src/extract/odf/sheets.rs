//! The tables of a spreadsheet.

use quick_xml::events::BytesStart;

use crate::extract::grid::{Cell, Sheet, Sheets};
use crate::extract::xml::{self, Visitor, attribute};
use crate::tidy;

/// A cell or row that says how often it is repeated is believed up to here; nobody
/// writes the same words more often.
const MAX_REPEATED: usize = 200;

/// Reads the tables of `content.xml`, and says whether it is whole.
pub(super) fn read(xml: &str) -> (Sheets, bool) {
    let mut reader = Reader::default();
    let whole = xml::walk(xml, &mut reader);
    reader.end_row();
    reader.end_sheet();
    (reader.sheets, whole)
}

#[derive(Default)]
struct Reader {
    sheets: Sheets,
    sheet: Option<Sheet>,
    row: Vec<Cell>,
    /// The column of the next cell, from 0.
    column: usize,
    row_repeated: usize,
    cell_repeated: usize,
    is_text: bool,
    in_cell: bool,
    text: String,
    /// How many tags deep in content that does not count; 0 outside.
    skipping: usize,
}

impl Reader {
    fn end_cell(&mut self) {
        let text = tidy::line(&std::mem::take(&mut self.text));
        self.in_cell = false;
        if !text.is_empty() && !self.sheets.is_full() {
            for at in 0..self.cell_repeated.min(MAX_REPEATED) {
                self.row.push(Cell {
                    column: self.column + at,
                    text: text.clone(),
                    is_text: self.is_text,
                });
            }
        }
        self.column = self.column.saturating_add(self.cell_repeated);
    }

    fn end_row(&mut self) {
        let row = std::mem::take(&mut self.row);
        let Some(sheet) = &mut self.sheet else {
            return;
        };
        let times = if row.is_empty() { 1 } else { self.row_repeated };
        for _ in 0..times.min(MAX_REPEATED) {
            if self.sheets.is_full() {
                return;
            }
            self.sheets.put_row(sheet, row.clone());
        }
    }

    fn end_sheet(&mut self) {
        if let Some(sheet) = self.sheet.take() {
            self.sheets.push(sheet);
        }
    }
}

fn repeated(tag: &BytesStart<'_>, name: &str) -> usize {
    let count = attribute(tag, name).and_then(|count| count.parse().ok());
    count.unwrap_or(1)
}

impl Visitor for Reader {
    fn open(&mut self, name: &str, tag: &BytesStart<'_>) {
        let skipped = matches!(name, "annotation" | "shapes" | "forms" | "tracked-changes");
        if self.skipping > 0 || skipped {
            self.skipping += 1;
            return;
        }
        match name {
            "table" => {
                self.end_sheet();
                self.sheet = Some(Sheet::named(&attribute(tag, "name").unwrap_or_default()));
            }
            "table-row" => {
                self.column = 0;
                self.row_repeated = repeated(tag, "number-rows-repeated");
            }
            "table-cell" | "covered-table-cell" => {
                self.in_cell = true;
                self.cell_repeated = repeated(tag, "number-columns-repeated");
                let kind = attribute(tag, "value-type");
                self.is_text = kind.is_none_or(|kind| kind == "string");
            }
            "p" | "s" | "line-break" | "tab" if self.in_cell => self.text.push(' '),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        if self.skipping > 0 {
            self.skipping -= 1;
            return;
        }
        match name {
            "table-cell" | "covered-table-cell" => self.end_cell(),
            "table-row" => self.end_row(),
            "table" => self.end_sheet(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.in_cell && self.skipping == 0 {
            self.text.push_str(text);
        }
    }
}
