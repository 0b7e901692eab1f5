use std::io::Write as _;

use super::*;
use crate::extract::BlockKind;

fn record(kind: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap();
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
}

fn beginning(kind: u8) -> Vec<u8> {
    let mut data = vec![0, 6, kind, 0];
    data.resize(16, 0);
    record(0x0809, &data)
}

fn place(row: u8, column: u8, look: u8) -> Vec<u8> {
    vec![row, 0, column, 0, look, 0]
}

fn label(row: u8, column: u8, text: &str) -> Vec<u8> {
    let mut data = place(row, column, 0);
    data.extend([u8::try_from(text.len()).unwrap(), 0, 0]);
    data.extend(text.as_bytes());
    record(0x0204, &data)
}

fn number(row: u8, column: u8, look: u8, value: f64) -> Vec<u8> {
    let mut data = place(row, column, look);
    data.extend(value.to_le_bytes());
    record(0x0203, &data)
}

/// A workbook of one sheet; `look` 1 is a date.
fn workbook(cells: &[Vec<u8>], before: &[u8]) -> Vec<u8> {
    let looks: Vec<u8> = [0_u8, 14]
        .into_iter()
        .flat_map(|format| {
            let mut look = [0; 20];
            look[2] = format;
            record(0x00e0, &look)
        })
        .collect();
    let head = [beginning(5), before.to_vec(), looks].concat();
    let name = b"Budget";
    let start = u32::try_from(head.len() + 4 + 8 + name.len() + 4).unwrap();
    let mut sheet = start.to_le_bytes().to_vec();
    sheet.extend([0, 0, 6, 0]);
    sheet.extend(name);
    let end = record(0x000a, &[]);
    let stream = [
        head,
        record(0x0085, &sheet),
        end.clone(),
        beginning(0x10),
        cells.concat(),
        end,
    ];
    let version = cfb::Version::V3;
    let mut file =
        cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).unwrap();
    let mut content = stream.concat();
    content.resize(content.len().max(4096), 0);
    file.create_stream("/Workbook")
        .unwrap()
        .write_all(&content)
        .unwrap();
    file.flush().unwrap();
    file.into_inner().into_inner()
}

#[test]
fn rows_have_their_head_and_dates_are_dates() {
    let cells = [
        label(0, 0, "Line"),
        label(0, 1, "Amount"),
        label(0, 2, "Due"),
        label(1, 0, "Staff"),
        number(1, 1, 0, 1200.5),
        number(1, 2, 1, 45474.0),
    ];
    let extracted = extract(&workbook(&cells, &[]), &Given::default()).unwrap();
    let blocks = extracted.blocks.into_iter();
    let blocks: Vec<_> = blocks.map(|block| (block.kind, block.text)).collect();
    let expected = [
        (BlockKind::Heading { level: 1 }, "Budget"),
        (BlockKind::TableHead, "Line | Amount | Due"),
        (BlockKind::TableRow, "Staff | 1200.5 | 2024-07-01"),
    ];
    assert_eq!(blocks, expected.map(|(kind, text)| (kind, text.to_owned())));
}

#[test]
fn locked_and_broken_workbooks_are_told() {
    let lock = record(0x002f, &[1, 0, 1, 0, 1, 0]);
    let locked = workbook(&[], &lock);
    let error = extract(&locked, &Given::default()).unwrap_err();
    assert_eq!(error, IngestError::Encrypted);
    let broken = extract(&locked[..600], &Given::default()).unwrap_err();
    assert!(matches!(broken, IngestError::Damaged { .. }));
}
