//! The records that an older workbook consists of ([MS-XLS] 2.1.4).

use std::ops::Range;

use crate::bytes::u16_at;
use crate::compound::CompoundFile;

/// Tells where a sheet begins, and its name.
pub(super) const SHEET: u16 = 0x0085;

/// Length of a record's kind and length, before its content.
pub(super) const HEAD: usize = 4;

/// Where the bytes of a stream lie in the file, in their order.
type Places = Vec<Range<usize>>;

/// The stream of a workbook, and where its bytes lie in the file: `None` where that is among
/// those of other short streams.
pub(super) fn stream(file: &CompoundFile<'_>) -> Option<(Vec<u8>, Option<Places>)> {
    let read = |name| Some((file.stream(name)?, file.places(name)));
    read("Workbook").or_else(|| read("Book"))
}

/// Kinds of records from a place on, and where their contents are.
pub(super) fn records(stream: &[u8], mut at: usize) -> impl Iterator<Item = (u16, Range<usize>)> {
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, u16_at(stream, at + 2)?);
        let start = at + HEAD;
        at = (start + usize::from(length)).min(stream.len());
        Some((kind, start..at))
    })
}

/// Writes a stream to where it lies in the file.
pub(super) fn write_back(file: &mut [u8], places: Places, stream: Vec<u8>) {
    let mut stream = stream.into_iter();
    for place in places {
        file[place].fill_with(|| stream.next().unwrap_or_default());
    }
}
