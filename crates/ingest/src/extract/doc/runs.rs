//! How characters and paragraphs look: runs on pages of 512 bytes.

use crate::bytes::{place_at, u16_at};

/// The size of a page of runs.
const PAGE: usize = 512;

/// What is said of a stretch of the main stream.
#[derive(Debug, Clone)]
struct Run<T> {
    start: usize,
    end: usize,
    look: T,
}

/// How characters look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Characters {
    pub(super) bold: bool,
    /// Hidden, deleted, or drawn from a font of symbols.
    pub(super) unseen: bool,
}

/// How a paragraph looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Paragraph {
    /// The number of its style.
    pub(super) style: u16,
    /// Its level in the outline, from 1.
    pub(super) outline: Option<u8>,
    pub(super) in_table: bool,
    /// It is the mark at a row's end.
    pub(super) ends_row: bool,
    /// The row at whose end it is names the columns.
    pub(super) heads_table: bool,
    pub(super) in_list: Option<bool>,
}

/// The runs of characters.
pub(super) struct CharacterRuns(Vec<Run<Characters>>);

/// The runs of paragraphs.
pub(super) struct ParagraphRuns(Vec<Run<Paragraph>>);

impl CharacterRuns {
    /// Reads the pages that `list` names.
    pub(super) fn read(main: &[u8], list: &[u8]) -> Self {
        Self(read(main, list, 1, |page, entry| {
            let at = 2 * usize::from(*entry.first()?);
            let length = usize::from(*page.get(at).filter(|_| at > 0)?);
            let mut look = Characters::default();
            for (code, operand) in Properties(page.get(at + 1..at + 1 + length)?) {
                let on = operand.first().is_some_and(|value| value & 1 == 1);
                match code {
                    0x0835 => look.bold = on,
                    0x0800 | 0x083c => look.unseen |= on,
                    0x6a09 => look.unseen = true,
                    _ => {}
                }
            }
            Some(look)
        }))
    }

    /// How the characters at an offset look, and where that ends.
    pub(super) fn at(&self, offset: usize) -> (Characters, usize) {
        find(&self.0, offset)
    }
}

impl ParagraphRuns {
    /// Reads the pages that `list` names.
    pub(super) fn read(main: &[u8], list: &[u8]) -> Self {
        Self(read(main, list, 13, |page, entry| {
            let at = 2 * usize::from(*entry.first()?);
            let (at, length) = match *page.get(at).filter(|_| at > 0)? {
                0 => (at + 2, 2 * usize::from(*page.get(at + 1)?)),
                words => (at + 1, 2 * usize::from(words) - 1),
            };
            let look = page.get(at..at + length)?;
            let mut paragraph = Paragraph {
                style: u16_at(look, 0)?,
                ..Paragraph::default()
            };
            for (code, operand) in Properties(&look[2..]) {
                paragraph.apply(code, operand);
            }
            Some(paragraph)
        }))
    }

    /// How the paragraph whose mark is at an offset looks.
    pub(super) fn at(&self, offset: usize) -> Paragraph {
        find(&self.0, offset).0
    }
}

impl Paragraph {
    fn apply(&mut self, code: u16, operand: &[u8]) {
        let first = operand.first().copied().unwrap_or(0);
        match code {
            0x2416 => self.in_table = first != 0,
            0x2417 => self.ends_row = first != 0,
            0x3404 => self.heads_table = first != 0,
            0x2640 => self.outline = (first < 9).then_some(first + 1),
            0x460b => self.in_list = Some(u16_at(operand, 0).is_some_and(|list| list != 0)),
            _ => {}
        }
    }
}

/// The runs of all pages, in the order of the stream.
fn read<T>(
    main: &[u8],
    list: &[u8],
    entry_size: usize,
    look: impl Fn(&[u8], &[u8]) -> Option<T>,
) -> Vec<Run<T>> {
    let count = list.len().saturating_sub(4) / 8;
    let mut runs = Vec::new();
    for number in 0..count {
        let page = place_at(list, 4 * (count + 1) + 4 * number)
            .and_then(|number| number.checked_mul(PAGE))
            .and_then(|at| main.get(at..at.checked_add(PAGE)?));
        let Some(page) = page else { continue };
        let on_page = usize::from(page[PAGE - 1]);
        let entries = 4 * (on_page + 1);
        for at in 0..on_page {
            let bounds = (place_at(page, 4 * at), place_at(page, 4 * at + 4));
            let entry = entries + entry_size * at;
            if let ((Some(start), Some(end)), Some(entry)) =
                (bounds, page.get(entry..entry + entry_size))
                && let Some(look) = look(page, entry)
            {
                runs.push(Run { start, end, look });
            }
        }
    }
    runs.sort_by_key(|run| run.start);
    runs
}

/// What is said of an offset, and where that ends; what comes between runs looks as
/// nothing in particular.
fn find<T: Copy + Default>(runs: &[Run<T>], offset: usize) -> (T, usize) {
    let next = runs.partition_point(|run| run.start <= offset);
    let before = next.checked_sub(1).map(|at| &runs[at]);
    if let Some(run) = before.filter(|run| run.end > offset) {
        return (run.look, run.end);
    }
    let end = runs.get(next).map_or(usize::MAX, |run| run.start);
    (T::default(), end)
}

/// The properties in a list, each with its operand.
struct Properties<'a>(&'a [u8]);

impl<'a> Iterator for Properties<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = u16_at(self.0, 0)?;
        let rest = &self.0[2..];
        // The highest three bits tell how long the operand is ([MS-DOC] 2.6.1).
        let (skip, length) = match code >> 13 {
            0 | 1 => (0, 1),
            2 | 4 | 5 => (0, 2),
            3 => (0, 4),
            7 => (0, 3),
            _ if code == 0xd608 => (2, usize::from(u16_at(rest, 0)?).saturating_sub(1)),
            _ => (1, usize::from(*rest.first()?)),
        };
        let operand = rest.get(skip..skip + length)?;
        self.0 = &rest[skip + length..];
        Some((code, operand))
    }
}
