//! Tables as text: cells apart by commas, semicolons, tabs or bars (RFC 4180, and what
//! spreadsheets of many countries make of it).

use csv::{ReaderBuilder, StringRecord};

use crate::error::IngestError;
use crate::extract::Extracted;
use crate::extract::decode::decode;
use crate::extract::grid::{self, Cell, Sheet, Sheets};
use crate::kind::FileKind;
use crate::tidy;

/// What may stand between cells.
const SEPARATORS: [u8; 4] = [b'\t', b';', b',', b'|'];
/// The records that tell which one does.
const SAMPLE: usize = 50;

/// Reads a table in any encoding. Lines that leave cells out are fine.
pub(super) fn extract(bytes: &[u8]) -> Result<Extracted, IngestError> {
    let decoded = decode(bytes);
    let (said, text) = said_separator(&decoded.text);
    let separator = said.unwrap_or_else(|| likely_separator(text));
    let mut sheets = Sheets::default();
    let mut sheet = Sheet::named("");
    for record in records(text, separator) {
        if sheets.is_full() {
            break;
        }
        sheets.put_row(&mut sheet, cells(&record));
    }
    sheets.push(sheet);
    let mut extracted = grid::extracted(FileKind::Csv, sheets, None, true)?;
    extracted.notes.extend(decoded.guess_note());
    Ok(extracted)
}

/// The first line `sep=;`, which Excel writes and reads, and the text after it.
fn said_separator(text: &str) -> (Option<u8>, &str) {
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.trim_end().as_bytes() {
        [b's', b'e', b'p', b'=', separator] => (Some(*separator), rest),
        _ => (None, text),
    }
}

/// The separator by which most records have as many cells as the first one, and more
/// than one.
fn likely_separator(text: &str) -> u8 {
    let agreeing = |separator: &u8| {
        let lengths: Vec<usize> = records(text, *separator)
            .take(SAMPLE)
            .map(|record| record.len())
            .collect();
        let usual = lengths.first().copied().unwrap_or(0);
        let agree = lengths.iter().filter(|length| **length == usual).count();
        if usual > 1 { agree } else { 0 }
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(agreeing);
    best.filter(|best| agreeing(best) > 0).unwrap_or(b',')
}

/// The records; one with errors in it ends nothing.
fn records(text: &str, separator: u8) -> impl Iterator<Item = StringRecord> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes())
        .into_records()
        .flatten()
}

fn cells(record: &StringRecord) -> Vec<Cell> {
    let cells = record.iter().map(tidy::line).enumerate();
    cells
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| Cell {
            column,
            is_text: text.contains(char::is_alphabetic),
            text,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::BlockKind;

    fn read(text: &[u8]) -> Vec<(BlockKind, String)> {
        let blocks = extract(text).unwrap().blocks.into_iter();
        blocks.map(|block| (block.kind, block.text)).collect()
    }

    const HEAD: BlockKind = BlockKind::TableHead;
    const ROW: BlockKind = BlockKind::TableRow;

    fn owned<const N: usize>(rows: [(BlockKind, &str); N]) -> Vec<(BlockKind, String)> {
        rows.map(|(kind, text)| (kind, text.to_owned())).to_vec()
    }

    #[test]
    fn rows_follow_their_head_whatever_parts_the_cells() {
        let expected = owned([
            (HEAD, "Line | Amount | Note"),
            (ROW, "Staff | 1,200.50 | as agreed; in June"),
            (ROW, "Rent | 900"),
        ]);
        for text in [
            "Line,Amount,Note\r\nStaff,\"1,200.50\",as agreed; in June\r\nRent,900,\r\n",
            "Line;Amount;Note\nStaff;1,200.50;\"as agreed; in June\"\nRent;900;\n",
            "Line\tAmount\tNote\nStaff\t1,200.50\tas agreed; in June\nRent\t900\n",
            "sep=|\nLine|Amount|Note\nStaff|1,200.50|as agreed; in June\nRent|900|\n",
        ] {
            assert_eq!(read(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_cell_may_have_lines_and_any_encoding() {
        let rows = read(b"Ort,Ziel\n\"M\xfcnchen\nund K\xf6ln\",\"Gr\xf6\xdfe \"\"A\"\"\"\n");
        assert_eq!(rows[1], (ROW, "München und Köln | Größe \"A\"".to_owned()));
    }

    #[test]
    fn one_column_is_no_table() {
        let paragraphs = owned([
            (BlockKind::Paragraph, "Reading for All"),
            (BlockKind::Paragraph, "Winter Heat"),
        ]);
        assert_eq!(read(b"Reading for All\nWinter Heat\n"), paragraphs);
    }
}
