//! The text, which lies in pieces all over the main stream.

use std::ops::Range;

use encoding_rs::WINDOWS_1252;

use super::fib::{self, Fib};
use crate::bytes::{place_at, u32_at};
use crate::error::IngestError;

/// The text of all parts of a document.
pub(super) struct Text {
    /// UTF-16.
    units: Vec<u16>,
    pieces: Vec<Piece>,
}

struct Piece {
    /// The place of its first unit in the text.
    start: usize,
    /// The place of its first byte in the main stream.
    offset: usize,
    /// One byte for each unit, and not two.
    narrow: bool,
}

impl Text {
    pub(super) fn read(main: &[u8], table: &[u8], fib: &Fib) -> Result<Self, IngestError> {
        let mut text = Self {
            units: Vec::new(),
            pieces: Vec::new(),
        };
        if let Some(offset) = fib.old_text {
            text.put(main, offset, fib.characters(), true);
            return Ok(text);
        }
        let pieces = piece_table(fib.piece(table, fib::PIECES))
            .ok_or_else(|| IngestError::damaged("its list of pieces is missing"))?;
        let count = pieces.len().saturating_sub(4) / 12;
        for at in 0..count {
            let bounds = (place_at(pieces, 4 * at), place_at(pieces, 4 * at + 4));
            let place = u32_at(pieces, 4 * (count + 1) + 8 * at + 2);
            let ((Some(from), Some(to)), Some(place)) = (bounds, place) else {
                break;
            };
            let narrow = place & 0x4000_0000 != 0;
            let offset = usize::try_from(place & 0x3fff_ffff).unwrap_or(usize::MAX);
            let offset = if narrow { offset / 2 } else { offset };
            // Pieces of a sound document do not lie over each other.
            if to < from || text.units.len() > main.len() {
                break;
            }
            text.put(main, offset, to - from, narrow);
        }
        Ok(text)
    }

    /// Adds what the stream has of a piece.
    fn put(&mut self, main: &[u8], offset: usize, length: usize, narrow: bool) {
        let bytes = main.get(offset..).unwrap_or_default();
        let size = if narrow {
            length
        } else {
            length.saturating_mul(2)
        };
        let bytes = &bytes[..size.min(bytes.len())];
        self.pieces.push(Piece {
            start: self.units.len(),
            offset,
            narrow,
        });
        if narrow {
            let text = WINDOWS_1252.decode_without_bom_handling(bytes).0;
            self.units.extend(text.encode_utf16());
        } else {
            let units = bytes.chunks_exact(2);
            self.units
                .extend(units.map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
        }
    }

    /// The units of a span, as far as there are any.
    pub(super) fn units(&self, span: Range<usize>) -> &[u16] {
        let end = span.end.min(self.units.len());
        self.units.get(span.start..end).unwrap_or_default()
    }

    /// Where in the main stream a unit lies.
    pub(super) fn offset(&self, at: usize) -> usize {
        let next = self.pieces.partition_point(|piece| piece.start <= at);
        next.checked_sub(1).map_or(0, |piece| {
            let piece = &self.pieces[piece];
            let units = at - piece.start;
            piece.offset + if piece.narrow { units } else { 2 * units }
        })
    }
}

/// The list of pieces, after the properties that may come before it.
fn piece_table(mut list: &[u8]) -> Option<&[u8]> {
    loop {
        match list.split_first()? {
            (1, rest) => {
                let length = usize::from(u16::from_le_bytes(*rest.first_chunk()?));
                list = rest.get(2 + length..)?;
            }
            (2, rest) => {
                let length = place_at(rest, 0)?;
                let rest = rest.get(4..)?;
                return Some(&rest[..length.min(rest.len())]);
            }
            _ => return None,
        }
    }
}
