//! Footnotes and endnotes, set after what cites them.

use crate::extract::{Block, BlockKind};

/// A note's blocks, the first with its mark: `[1] See the census.`
pub(super) fn marked(
    mark: &str,
    page: Option<u32>,
    blocks: impl IntoIterator<Item = Block>,
) -> Vec<Block> {
    let mark = mark.trim();
    blocks
        .into_iter()
        .enumerate()
        .map(|(at, block)| Block {
            page,
            kind: BlockKind::Note,
            text: if at == 0 && !mark.is_empty() {
                format!("[{mark}] {}", block.text)
            } else {
                block.text
            },
        })
        .collect()
}
