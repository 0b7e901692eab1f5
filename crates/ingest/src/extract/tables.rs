//! Tables that are being read: cells collect blocks until their row is whole.

use crate::extract::{Block, BlockKind};
use crate::tidy::word_count;

/// A cell of more words is no name of a column.
const MAX_NAME_WORDS: usize = 12;

/// The open tables, outermost first.
#[derive(Default)]
pub(super) struct Tables {
    open: Vec<Table>,
}

#[derive(Default)]
struct Table {
    /// The cells of the row that is being read.
    row: Vec<Vec<Block>>,
    /// The document marks this row as one that names the columns.
    marked: bool,
    /// Rows that were read.
    rows: usize,
}

impl Tables {
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self) {
        self.open.push(Table::default());
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    pub(super) fn open_row(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.row.clear();
            table.marked = false;
        }
    }

    /// Says that the open row names the columns.
    pub(super) fn mark_head(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.marked = true;
        }
    }

    pub(super) fn open_cell(&mut self) {
        if let Some(table) = self.open.last_mut() {
            table.row.push(Vec::new());
        }
    }

    /// Takes a block into the open cell, or gives it back when there is none.
    pub(super) fn put(&mut self, block: Block) -> Option<Block> {
        put_into(self.open.last_mut(), block)
    }

    /// Like [`Self::put`], for the cell around the innermost table.
    pub(super) fn put_outside(&mut self, block: Block) -> Option<Block> {
        let around = self.open.len().checked_sub(2);
        put_into(around.and_then(|at| self.open.get_mut(at)), block)
    }

    /// The blocks of the finished row. A row of a single cell is layout, not a table:
    /// its blocks stay what they are.
    pub(super) fn end_row(&mut self) -> Vec<Block> {
        let Some(table) = self.open.last_mut() else {
            return Vec::new();
        };
        let mut cells = std::mem::take(&mut table.row);
        if cells.len() == 1 {
            return cells.pop().unwrap_or_default();
        }
        let head = table.marked || (table.rows == 0 && names_columns(&cells));
        table.rows += 1;
        let page = cells.iter().flatten().find_map(|block| block.page);
        let row = Block::row(page, cells.iter().map(|cell| flat(cell)));
        row.map(|row| if head { row.into_head() } else { row })
            .into_iter()
            .collect()
    }
}

/// A table that is told by marks where its cells and rows end, as in the formats before
/// 2007. Tables inside of its cells are text of these.
#[derive(Default)]
pub(super) struct MarkedTable {
    tables: Tables,
    row_open: bool,
    cell_open: bool,
}

impl MarkedTable {
    pub(super) fn is_open(&self) -> bool {
        self.tables.is_open()
    }

    /// Opens the next row, if none is.
    pub(super) fn begin_row(&mut self) {
        if !self.tables.is_open() {
            self.tables.open();
        }
        if !std::mem::replace(&mut self.row_open, true) {
            self.tables.open_row();
        }
    }

    /// Says that the open row names the columns.
    pub(super) fn mark_head(&mut self) {
        self.tables.mark_head();
    }

    /// Takes a block into the cell that ends next.
    pub(super) fn put(&mut self, block: Block) {
        self.begin_row();
        if !std::mem::replace(&mut self.cell_open, true) {
            self.tables.open_cell();
        }
        self.tables.put(block);
    }

    pub(super) fn end_cell(&mut self) {
        self.begin_row();
        if !std::mem::take(&mut self.cell_open) {
            self.tables.open_cell();
        }
    }

    /// The blocks of the finished row.
    pub(super) fn end_row(&mut self) -> Vec<Block> {
        self.cell_open = false;
        if std::mem::take(&mut self.row_open) {
            self.tables.end_row()
        } else {
            Vec::new()
        }
    }

    /// Ends the table, with the row that was perhaps left open.
    pub(super) fn close(&mut self) -> Vec<Block> {
        let row = self.end_row();
        self.tables.close();
        row
    }
}

fn put_into(table: Option<&mut Table>, block: Block) -> Option<Block> {
    match table.and_then(|table| table.row.last_mut()) {
        Some(cell) => {
            cell.push(block);
            None
        }
        None => Some(block),
    }
}

/// Whether a first row looks as if it named the columns: every cell holds a few words
/// and no figure. A row of two cells may as well be a label and its value: there the
/// type must be bold.
fn names_columns(cells: &[Vec<Block>]) -> bool {
    let heading = |block: &Block| matches!(block.kind, BlockKind::Heading { .. });
    let bold = cells
        .iter()
        .all(|cell| !cell.is_empty() && cell.iter().all(heading));
    (bold || cells.len() >= 3) && are_names(cells.iter().map(|cell| flat(cell)))
}

/// Whether all of these could be names of columns.
pub(super) fn are_names(cells: impl IntoIterator<Item = String>) -> bool {
    cells.into_iter().all(|cell| {
        let letters = cell.chars().filter(|c| c.is_alphabetic()).count();
        let digits = cell.chars().filter(char::is_ascii_digit).count();
        let name = letters >= digits || has_year(&cell);
        !cell.is_empty() && name && word_count(&cell) <= MAX_NAME_WORDS
    })
}

/// A year names a column; an amount does not.
fn has_year(cell: &str) -> bool {
    let words = cell.split(|c: char| !c.is_ascii_alphanumeric());
    !cell.contains(['$', '€', '£', ','])
        && words.filter(|word| word.len() == 4).any(|word| {
            let year = word.parse();
            year.is_ok_and(|year: u32| (1900..2200).contains(&year))
        })
}

/// A cell on one line. The rows of a table inside it are set off by semicolons.
fn flat(cell: &[Block]) -> String {
    let mut text = String::new();
    for (at, block) in cell.iter().enumerate() {
        text.push_str(match at {
            0 => "",
            _ if block.kind.is_row() => "; ",
            _ => " ",
        });
        text.push_str(&block.text.replace('\n', " "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first_row(cells: &[&str], kind: BlockKind) -> BlockKind {
        let mut tables = Tables::default();
        tables.open();
        tables.open_row();
        for cell in cells {
            tables.open_cell();
            assert_eq!(tables.put(Block::new(kind, *cell)), None);
        }
        tables.end_row()[0].kind
    }

    #[test]
    fn a_first_row_of_names_is_a_head() {
        let (head, row) = (BlockKind::TableHead, BlockKind::TableRow);
        let plain = BlockKind::Paragraph;
        assert_eq!(first_row(&["Program", "FY 2024", "Total"], plain), head);
        assert_eq!(first_row(&["Literacy", "$1,200", "$1,400"], plain), row);
        assert_eq!(first_row(&["Applicant", "River House"], plain), row);
        let bold = BlockKind::Heading { level: 5 };
        assert_eq!(first_row(&["Program", "Budget"], bold), head);
    }
}
