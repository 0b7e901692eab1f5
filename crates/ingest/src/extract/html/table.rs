//! One table while it is read.

use crate::extract::{Block, BlockKind};
use crate::tidy;

#[derive(Default)]
pub(super) struct Table {
    cells: Vec<(String, bool)>,
    in_cell: bool,
    in_head: bool,
    /// Cells with headings, lists or tables in them arrange a page and are no data.
    pub(super) arranges: bool,
}

impl Table {
    /// Whether text belongs to a cell of data.
    pub(super) fn takes_text(&self) -> bool {
        self.in_cell && !self.arranges
    }

    pub(super) fn open_head(&mut self, open: bool) {
        self.in_head = open;
    }

    pub(super) fn open_cell(&mut self, head: bool) {
        self.in_cell = true;
        self.cells.push((String::new(), head));
    }

    /// Ends the cell that is open, whose text is `raw`.
    pub(super) fn close_cell(&mut self, raw: &str) {
        if let (true, Some((cell, _))) = (self.in_cell, self.cells.last_mut()) {
            *cell = tidy::line(raw);
        }
        self.in_cell = false;
    }

    /// The row that was read: a paragraph when it has one cell only.
    pub(super) fn close_row(&mut self) -> Option<Block> {
        let cells = std::mem::take(&mut self.cells);
        let is_head = self.in_head || cells.iter().all(|(_, head)| *head);
        let is_single = cells.len() == 1;
        let mut row = Block::row(None, cells.into_iter().map(|(cell, _)| cell))?;
        row.kind = match () {
            () if is_single => BlockKind::Paragraph,
            () if is_head => BlockKind::TableHead,
            () => BlockKind::TableRow,
        };
        Some(row)
    }

    /// What was read of the row before it turned out that it is none, cell by cell.
    pub(super) fn take_cells(&mut self) -> Vec<String> {
        let cells = std::mem::take(&mut self.cells);
        cells
            .into_iter()
            .map(|(cell, _)| cell)
            .filter(|cell| !cell.is_empty())
            .collect()
    }
}
