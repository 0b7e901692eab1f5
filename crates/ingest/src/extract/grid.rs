//! Sheets of cells, from whichever program, to blocks: a sheet is a heading, a row of
//! one cell a paragraph, any other a row of a table.

use crate::error::IngestError;
use crate::extract::tables::are_names;
use crate::extract::{Block, BlockKind, Extracted, xml};
use crate::kind::FileKind;
use crate::tidy;

/// The most cells that are read of one workbook; more is data and not a document.
const MAX_CELLS: usize = 500_000;
/// The most bytes of text that are read of one workbook.
const MAX_TEXT: usize = 32 << 20;

/// The sheets of a workbook, bounded in all.
#[derive(Default)]
pub(super) struct Sheets {
    all: Vec<Sheet>,
    cells: usize,
    text: usize,
    full: bool,
}

/// One sheet.
pub(super) struct Sheet {
    name: String,
    rows: Vec<Vec<Cell>>,
}

/// A cell that is not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    /// From 0.
    pub(super) column: usize,
    /// What is shown, on one line.
    pub(super) text: String,
    /// It is text, and neither a number nor a date.
    pub(super) is_text: bool,
}

impl Sheet {
    /// An empty sheet.
    pub(super) fn named(name: &str) -> Self {
        Self {
            name: tidy::line(name),
            rows: Vec::new(),
        }
    }

    /// Its rows so far; empty ones divide one table from the next.
    pub(super) fn rows_mut(&mut self) -> &mut [Vec<Cell>] {
        &mut self.rows
    }
}

impl Sheets {
    /// Whether no more cells are taken.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Adds a row to a sheet of this workbook. One empty row says as much as many.
    pub(super) fn put_row(&mut self, sheet: &mut Sheet, row: Vec<Cell>) {
        let text = row.iter().map(|cell| cell.text.len()).sum();
        self.count(row.len(), text);
        let again = row.is_empty() && sheet.rows.last().is_none_or(Vec::is_empty);
        if !self.full && !again {
            sheet.rows.push(row);
        }
    }

    /// Counts cells and bytes of text that are added, and says whether they still find
    /// room.
    pub(super) fn count(&mut self, cells: usize, text: usize) -> bool {
        self.cells += cells;
        self.text += text;
        self.full |= self.cells > MAX_CELLS || self.text > MAX_TEXT;
        !self.full
    }

    /// Adds a finished sheet.
    pub(super) fn push(&mut self, sheet: Sheet) {
        self.all.push(sheet);
    }
}

/// The sheets as a document.
pub(super) fn extracted(
    kind: FileKind,
    sheets: Sheets,
    title: Option<String>,
    whole: bool,
) -> Result<Extracted, IngestError> {
    let blocks: Vec<Block> = sheets.all.into_iter().flat_map(blocks).collect();
    if !whole && blocks.is_empty() {
        return Err(IngestError::damaged("its cells are not well-formed"));
    }
    let cut = sheets.full.then(|| {
        format!("The table is very large: what comes after its first {MAX_CELLS} cells or {} MiB of text was left out.", MAX_TEXT >> 20)
    });
    Ok(Extracted {
        kind,
        title,
        page_count: None,
        blocks,
        pictures: Vec::new(),
        notes: xml::broken_note(!whole).into_iter().chain(cut).collect(),
    })
}

fn blocks(sheet: Sheet) -> Vec<Block> {
    let heading = Block::new(BlockKind::Heading { level: 1 }, sheet.name);
    let mut blocks = Vec::new();
    for table in sheet.rows.split(Vec::is_empty) {
        let head = head_of(table);
        let rows = table.iter().enumerate();
        blocks.extend(rows.filter_map(|(at, row)| row_block(row, head == Some(at))));
    }
    if !blocks.is_empty() && !heading.text.is_empty() {
        blocks.insert(0, heading);
    }
    blocks
}

/// The row that names the columns: the first one of several cells, when all of them
/// are names and another such row follows.
fn head_of(table: &[Vec<Cell>]) -> Option<usize> {
    let is_row = |row: &Vec<Cell>| row.len() > 1;
    let at = table.iter().position(is_row)?;
    let followed = table[at + 1..].iter().any(is_row);
    let names = table[at].iter().all(|cell| cell.is_text || is_year(cell))
        && are_names(table[at].iter().map(|cell| cell.text.clone()));
    (followed && names).then_some(at)
}

fn is_year(cell: &Cell) -> bool {
    let year = cell.text.parse();
    year.is_ok_and(|year: u32| (1900..2200).contains(&year))
}

fn row_block(row: &[Cell], head: bool) -> Option<Block> {
    if let [only] = row {
        return Some(Block::new(BlockKind::Paragraph, only.text.clone()));
    }
    let block = Block::row(None, row.iter().map(|cell| cell.text.clone()))?;
    Some(if head { block.into_head() } else { block })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(texts: &[&str]) -> Vec<Cell> {
        let cells = texts.iter().enumerate();
        cells
            .map(|(column, text)| Cell {
                column,
                text: (*text).to_owned(),
                is_text: !text.starts_with(|c: char| c.is_ascii_digit() || c == '$'),
            })
            .collect()
    }

    fn kinds(rows: &[Vec<Cell>]) -> Vec<BlockKind> {
        let mut sheets = Sheets::default();
        let mut sheet = Sheet::named("Budget");
        for row in rows {
            sheets.put_row(&mut sheet, row.clone());
        }
        sheets.push(sheet);
        let extracted = extracted(FileKind::Xlsx, sheets, None, true).unwrap();
        extracted.blocks.iter().map(|block| block.kind).collect()
    }

    #[test]
    fn each_table_of_a_sheet_has_its_own_head() {
        use BlockKind::{Heading, Paragraph, TableHead, TableRow};
        let rows = [
            row(&["Budget of the program"]),
            row(&["Line", "2024"]),
            row(&["Staff", "$1,200"]),
            row(&[]),
            row(&["Staff", "$7", "$8"]),
            row(&["Rent", "$7", "$8"]),
        ];
        let expected = [
            Heading { level: 1 },
            Paragraph,
            TableHead,
            TableRow,
            TableRow,
            TableRow,
        ];
        assert_eq!(kinds(&rows), expected);
    }

    #[test]
    fn a_row_without_another_is_no_head() {
        assert_eq!(
            kinds(&[row(&["Name", "River House"])])[1],
            BlockKind::TableRow
        );
    }

    #[test]
    fn an_endless_workbook_is_cut_and_says_so() {
        let mut sheets = Sheets::default();
        let mut sheet = Sheet::named("Data");
        let long = row(&["x"; 1000]);
        while !sheets.is_full() {
            sheets.put_row(&mut sheet, long.clone());
        }
        sheets.push(sheet);
        let extracted = extracted(FileKind::Xlsx, sheets, None, true).unwrap();
        assert!(extracted.notes[0].contains("was left out"));
        assert_eq!(extracted.blocks.len(), 1 + MAX_CELLS / 1000);
    }
}
