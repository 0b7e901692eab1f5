//! What sheets say of their own size ([MS-XLS] 2.4.90). The reader makes room for as many cells
//! before it has seen one, so a few bytes could ask for all memory there is (found by fuzzing).

use std::borrow::Cow;
use std::ops::Range;

use super::damaged;
use super::records::{SHEET, records, stream, write_back};
use crate::bytes::{u16_at, u32_at};
use crate::compound::CompoundFile;
use crate::error::IngestError;

const DIMENSIONS: u16 = 0x0200;

/// The file with every size that it cannot have taken out; the size is of no other use.
pub(super) fn forget(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, [u8]>, IngestError> {
    let Some((mut stream, places)) = CompoundFile::open(&bytes).as_ref().and_then(stream) else {
        return Ok(bytes);
    };
    let wrong = wrong(&stream);
    if wrong.is_empty() {
        return Ok(bytes);
    }
    let places = places.ok_or_else(damaged)?;
    for content in wrong {
        stream[content].fill(0);
    }
    let mut file = bytes.into_owned();
    write_back(&mut file, places, stream);
    Ok(Cow::Owned(file))
}

/// Where sizes stand that are larger than what has room in the file, wherever the reader may
/// come upon them.
fn wrong(stream: &[u8]) -> Vec<Range<usize>> {
    let sheets = records(stream, 0).filter(|(kind, _)| *kind == SHEET);
    let starts = sheets.filter_map(|(_, content)| u32_at(stream, content.start));
    let starts: Vec<usize> = starts.filter_map(|at| usize::try_from(at).ok()).collect();
    let beginnings = std::iter::once(0).chain(starts);
    let sizes = beginnings.flat_map(|at| records(stream, at));
    let sizes = sizes.filter(|(kind, _)| *kind == DIMENSIONS);
    sizes
        .map(|(_, content)| content)
        .filter(|content| !has_room(&stream[content.clone()], stream.len()))
        .collect()
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
