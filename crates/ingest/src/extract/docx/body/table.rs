//! Tables that are being read: cells collect blocks until their row is whole.

use crate::extract::{Block, BlockKind};

/// The open tables, outermost first.
#[derive(Default)]
pub(super) struct Tables {
    open: Vec<Row>,
}

/// The cells of the row that is being read.
type Row = Vec<Vec<Block>>;

impl Tables {
    pub(super) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    pub(super) fn open(&mut self) {
        self.open.push(Row::new());
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    pub(super) fn open_row(&mut self) {
        if let Some(row) = self.open.last_mut() {
            row.clear();
        }
    }

    pub(super) fn open_cell(&mut self) {
        if let Some(row) = self.open.last_mut() {
            row.push(Vec::new());
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
        let mut cells = self.open.last_mut().map(std::mem::take).unwrap_or_default();
        if cells.len() == 1 {
            return cells.pop().unwrap_or_default();
        }
        let page = cells.iter().flatten().find_map(|block| block.page);
        Block::row(page, cells.iter().map(|cell| flat(cell)))
            .into_iter()
            .collect()
    }
}

fn put_into(row: Option<&mut Row>, block: Block) -> Option<Block> {
    match row.and_then(|row| row.last_mut()) {
        Some(cell) => {
            cell.push(block);
            None
        }
        None => Some(block),
    }
}

/// A cell on one line. The rows of a table inside it are set off by semicolons.
fn flat(cell: &[Block]) -> String {
    let mut text = String::new();
    for (at, block) in cell.iter().enumerate() {
        let row = block.kind == BlockKind::TableRow && at > 0;
        text.push_str(if row {
            "; "
        } else if at > 0 {
            " "
        } else {
            ""
        });
        text.push_str(&block.text.replace('\n', " "));
    }
    text
}
