//! Where sheets say that they have cells. The reader makes room for as many as a sheet says that
//! it has ([MS-XLS] 2.4.90) before it has seen one, and for all between those that are furthest
//! apart, so a few bytes could ask for all memory there is (found by fuzzing).

use std::borrow::Cow;
use std::ops::Range;

use super::damaged;
use super::records::{HEAD, SHEET, records, stream, write_back};
use crate::bytes::{u16_at, u32_at};
use crate::compound::CompoundFile;
use crate::error::IngestError;

const DIMENSIONS: u16 = 0x0200;

/// A cell without content: the reader passes over it.
const BLANK: u16 = 0x0201;

/// A row of numbers, one for each column.
const NUMBERS: u16 = 0x00bd;

/// All that begin with the row and the column of a cell: formulas, texts of three kinds,
/// numbers of two, whole rows of them, truth values.
const CELLS: [u16; 8] = [
    0x0006, 0x0204, 0x00d6, 0x00fd, 0x0203, 0x027e, NUMBERS, 0x0205,
];

/// How many columns a sheet of such a workbook can have ([MS-XLS] 2.2.2).
const COLUMNS: usize = 256;

/// The file with every size that it cannot have taken out, and every cell in a column that
/// there cannot be; the size is of no other use.
pub(super) fn keep(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, IngestError> {
    let Some((mut stream, places)) = CompoundFile::open(&bytes).as_ref().and_then(stream) else {
        return Ok(bytes);
    };
    let wrong = wrong(&stream);
    if wrong.is_empty() {
        return Ok(bytes);
    }
    let places = places.ok_or_else(damaged)?;
    for (kind, content) in wrong {
        if kind == DIMENSIONS {
            stream[content].fill(0);
        } else {
            let head = content.start - HEAD;
            stream[head..head + 2].copy_from_slice(&BLANK.to_le_bytes());
        }
    }
    let mut file = bytes.into_owned();
    write_back(&mut file, places, stream);
    Ok(Cow::Owned(file))
}

/// Sizes that are larger than what has room in the file, and cells in columns that there are
/// not, wherever the reader may come upon them.
fn wrong(stream: &[u8]) -> Vec<(u16, Range<usize>)> {
    let sheets = records(stream, 0).filter(|(kind, _)| *kind == SHEET);
    let starts = sheets.filter_map(|(_, content)| u32_at(stream, content.start));
    let starts: Vec<usize> = starts.filter_map(|at| usize::try_from(at).ok()).collect();
    let beginnings = std::iter::once(0).chain(starts);
    let all = beginnings.flat_map(|at| records(stream, at));
    let is_wrong = |kind: u16, content: &[u8]| {
        (kind == DIMENSIONS && !has_room(content, stream.len()))
            || (CELLS.contains(&kind) && last_column(kind, content) >= COLUMNS)
    };
    all.filter(|(kind, content)| is_wrong(*kind, &stream[content.clone()]))
        .collect()
}

/// The last column in which a record has a cell.
fn last_column(kind: u16, content: &[u8]) -> usize {
    let first = u16_at(content, 2).map_or(0, usize::from);
    // Row, first column, six bytes a number, last column.
    let more = content.len().saturating_sub(6 + 1) / 6;
    if kind == NUMBERS { first + more } else { first }
}

/// Whether as many cells can be in a stream of this length.
fn has_room(size: &[u8], stream: usize) -> bool {
    let narrow = |at| u16_at(size, at).map(u64::from);
    let wide = |at| u32_at(size, at).map(u64::from);
    let edges = if size.len() == 10 {
        [narrow(0), narrow(2), narrow(4), narrow(6)]
    } else {
        [wide(0), wide(4), narrow(8), narrow(10)]
    };
    let [Some(top), Some(bottom), Some(left), Some(right)] = edges else {
        // The reader refuses it.
        return true;
    };
    let cells = bottom
        .saturating_sub(top)
        .saturating_mul(right.saturating_sub(left));
    top <= bottom && left <= right && cells <= stream as u64
}
