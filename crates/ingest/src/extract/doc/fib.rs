//! The file information block: where everything else is.

use std::ops::Range;

use crate::bytes::{place_at, u16_at};
use crate::error::IngestError;

// Places in the table stream, by their number in the block ([MS-DOC] 2.5.6).
pub(super) const STYLES: usize = 1;
pub(super) const FOOTNOTE_MARKS: usize = 2;
pub(super) const FOOTNOTES: usize = 3;
pub(super) const CHARACTER_RUNS: usize = 12;
pub(super) const PARAGRAPH_RUNS: usize = 13;
pub(super) const PIECES: usize = 33;
pub(super) const ENDNOTE_MARKS: usize = 46;
pub(super) const ENDNOTES: usize = 47;

/// What Word 97 and later write at the beginning.
const WORD_97: u16 = 0xa5ec;
/// What Word 6 and 95 write there.
const WORD_6: u16 = 0xa5dc;
/// Where the places begin.
const PLACES: usize = 0x9a;

/// The block.
pub(super) struct Fib {
    pub(super) encrypted: bool,
    pub(super) table_stream: &'static str,
    /// Where the text begins in the main stream, for documents before 1997.
    pub(super) old_text: Option<usize>,
    /// Characters in the main text, the notes, headers, a part that is not used,
    /// comments, endnotes and text boxes; they follow each other in this order.
    counts: [usize; 7],
    /// Offset and length of each place.
    places: Vec<(usize, usize)>,
}

impl Fib {
    pub(super) fn read(main: &[u8]) -> Result<Self, IngestError> {
        Self::parse(main).ok_or_else(|| IngestError::damaged("it is no Word document inside"))
    }

    fn parse(main: &[u8]) -> Option<Self> {
        let (kind, version, flags) = (u16_at(main, 0)?, u16_at(main, 2)?, u16_at(main, 10)?);
        let old = kind == WORD_6 || version < 106;
        if !matches!(kind, WORD_97 | WORD_6) {
            return None;
        }
        let count_at = |number: usize| place_at(main, if old { 0x34 } else { 0x4c } + 4 * number);
        let mut counts = [0; 7];
        for (number, count) in counts.iter_mut().enumerate() {
            *count = count_at(number)?;
        }
        let offsets = (PLACES..).step_by(8).take(if old { 0 } else { 93 });
        Some(Self {
            encrypted: flags & 0x0100 != 0,
            table_stream: if flags & 0x0200 == 0 {
                "0Table"
            } else {
                "1Table"
            },
            old_text: old.then(|| place_at(main, 0x18)).flatten(),
            counts,
            places: offsets
                .map_while(|at| Some((place_at(main, at)?, place_at(main, at + 4)?)))
                .collect(),
        })
    }

    /// A place in the table stream; empty where there is none.
    pub(super) fn piece<'a>(&self, table: &'a [u8], number: usize) -> &'a [u8] {
        let place = self.places.get(number);
        let piece = place.and_then(|(at, length)| table.get(*at..at.checked_add(*length)?));
        piece.unwrap_or_default()
    }

    pub(super) fn main(&self) -> Range<usize> {
        self.part(0)
    }

    pub(super) fn footnotes(&self) -> Range<usize> {
        self.part(1)
    }

    pub(super) fn endnotes(&self) -> Range<usize> {
        self.part(5)
    }

    pub(super) fn text_boxes(&self) -> Range<usize> {
        self.part(6)
    }

    /// Characters in all parts.
    pub(super) fn characters(&self) -> usize {
        self.part(6).end
    }

    fn part(&self, number: usize) -> Range<usize> {
        let sum = |counts: &[usize]| counts.iter().fold(0_usize, |a, b| a.saturating_add(*b));
        sum(&self.counts[..number])..sum(&self.counts[..=number])
    }
}

/// The positions of a list in which each but the last has `data` bytes of its own.
pub(super) fn positions(list: &[u8], data: usize) -> Vec<usize> {
    let count = list.len().saturating_sub(4) / (4 + data);
    (0..count).map_while(|at| place_at(list, 4 * at)).collect()
}

/// The spans of text in a part, from a list of where each begins. The last but one
/// position is the end.
pub(super) fn spans(list: &[u8], part: &Range<usize>) -> Vec<Range<usize>> {
    let starts: Vec<usize> = (0..list.len() / 4)
        .map_while(|at| place_at(list, 4 * at))
        .map(|start| part.start.saturating_add(start).min(part.end))
        .collect();
    starts
        .windows(2)
        .map(|pair| pair[0]..pair[1].max(pair[0]))
        .collect()
}
