use std::io::Write as _;

use super::*;
use crate::extract::BlockKind;
use crate::unlock::rc4::{self, Scheme};
use crate::unlock::xor;

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
    container(stream(cells, before))
}

fn stream(cells: &[Vec<u8>], before: &[u8]) -> Vec<u8> {
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
    stream.concat()
}

fn container(mut content: Vec<u8>) -> Vec<u8> {
    let version = cfb::Version::V3;
    let mut file =
        cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).unwrap();
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

/// A workbook as Excel locks it: the contents of most records are encrypted.
fn locked(described: &[u8], lock: impl Fn(usize, &mut [u8])) -> Vec<u8> {
    let cells = [label(0, 0, "Staff"), number(0, 1, 0, 1200.5)];
    let mut stream = stream(&cells, &record(0x002f, described));
    let mut at = 0;
    while at < stream.len() {
        let (kind, length) = (
            [stream[at], stream[at + 1]],
            usize::from(stream[at + 2]) + 256 * usize::from(stream[at + 3]),
        );
        let (start, end) = (at + 4, at + 4 + length);
        let place = stream[start..end.min(start + 4)].to_vec();
        if !matches!(kind, [0x09, 0x08] | [0x2f, 0]) {
            lock(start, &mut stream[start..end]);
        }
        if kind == [0x85, 0] {
            // Where a sheet begins stays open.
            stream[start..start + 4].copy_from_slice(&place);
        }
        at = end;
    }
    container(stream)
}

fn obfuscated(password: &str) -> Vec<u8> {
    let (described, key) = xor::tests::lock(password);
    let lock = |start: usize, content: &mut [u8]| {
        xor::tests::close(&key, start + content.len(), content);
    };
    locked(&[&[0, 0], &described[..]].concat(), lock)
}

fn encrypted(scheme: Scheme, password: &str) -> Vec<u8> {
    let (described, secret) = rc4::tests::lock(scheme, password);
    let lock = |start: usize, content: &mut [u8]| {
        let mut padded = [vec![0; start], content.to_vec()].concat();
        scheme.apply(&secret, 1024, &mut padded);
        content.copy_from_slice(&padded[start..]);
    };
    locked(&[&[1, 0], &described[..]].concat(), lock)
}

#[test]
fn a_locked_workbook_is_read_with_its_password() {
    let given = |password| Given {
        password,
        ..Given::default()
    };
    for locked in [
        obfuscated("open"),
        encrypted(Scheme::Md5, "open"),
        encrypted(Scheme::Sha1 { key_size: 5 }, "open"),
        encrypted(Scheme::Sha1 { key_size: 16 }, "open"),
    ] {
        let blocks = extract(&locked, &given(Some("open"))).unwrap().blocks;
        assert_eq!(blocks[0].text, "Budget");
        assert_eq!(blocks[1].text, "Staff | 1200.5");
        let error = extract(&locked, &given(None)).unwrap_err();
        assert_eq!(error, IngestError::Encrypted);
        let error = extract(&locked, &given(Some("other"))).unwrap_err();
        assert_eq!(error, IngestError::WrongPassword);
    }
}

#[test]
fn a_workbook_that_nobody_chose_a_password_for_opens_by_itself() {
    let locked = encrypted(Scheme::Sha1 { key_size: 16 }, "VelvetSweatshop");
    let blocks = extract(&locked, &Given::default()).unwrap().blocks;
    assert_eq!(blocks[1].text, "Staff | 1200.5");
}

#[test]
fn locked_and_broken_workbooks_are_told() {
    let lock = record(0x002f, &[1, 0, 1, 0, 1, 0]);
    let locked = workbook(&[], &lock);
    let error = extract(&locked, &Given::default()).unwrap_err();
    assert!(
        error.to_string().contains("encryption is not known"),
        "{error}"
    );
    let broken = extract(&locked[..600], &Given::default()).unwrap_err();
    assert!(matches!(broken, IngestError::Damaged { .. }));
}

#[test]
fn a_container_whose_chains_lead_in_a_circle_is_damaged() {
    let mut file = workbook(&[label(0, 0, "Coaches")], &[]);
    assert!(extract(&file, &Given::default()).is_ok());
    // The first sector that says which follows which; each then follows itself.
    let table = u32::from_le_bytes(file[0x4c..0x50].try_into().unwrap()) as usize;
    let start = (table + 1) * 512;
    let directory = u32::from_le_bytes(file[0x30..0x34].try_into().unwrap());
    let at = start + directory as usize * 4;
    file[at..at + 4].copy_from_slice(&directory.to_le_bytes());
    let error = extract(&file, &Given::default()).unwrap_err();
    assert_eq!(error, IngestError::damaged("its container is broken"));
}

#[test]
fn records_that_end_too_early_are_damaged_and_no_panic() {
    // The place of a sheet, and the texts of all sheets, without what they should hold.
    for broken in [record(0x0085, &[]), record(0x00fc, &[])] {
        let found = extract(&workbook(&[], &broken), &Given::default());
        assert!(found.is_err(), "{found:?}");
    }
}

#[test]
fn a_sheet_that_says_it_is_huge_takes_no_more_room_than_its_cells() {
    let size = |top: u32, bottom: u32, left: u16, right: u16| {
        let (rows, columns) = ([top, bottom], [left, right]);
        let rows = rows.iter().flat_map(|row| row.to_le_bytes());
        let columns = columns.iter().flat_map(|column| column.to_le_bytes());
        let data: Vec<u8> = rows.chain(columns).chain([0, 0]).collect();
        record(0x0200, &data)
    };
    for size in [size(0, u32::MAX, 0, u16::MAX), size(9, 3, 7, 2)] {
        let bytes = workbook(&[size, label(0, 0, "Rent")], &[]);
        let extracted = extract(&bytes, &Given::default()).unwrap();
        assert_eq!(extracted.blocks.last().unwrap().text, "Rent");
    }
}

#[test]
fn cells_in_columns_that_there_are_not_take_no_room() {
    let far = [0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let truth = [9, 0, 0, 0xff, 0, 0, 1, 0];
    let mut row = vec![9, 0, 250, 0];
    row.extend([0; 6 * 40]);
    row.extend([35, 1]);
    for far in [
        record(0x0203, &far),
        record(0x0205, &truth),
        record(0x00bd, &row),
    ] {
        let bytes = workbook(&[label(0, 0, "Rent"), far], &[]);
        let extracted = extract(&bytes, &Given::default()).unwrap();
        assert_eq!(extracted.blocks.len(), 1 + 1, "{:?}", extracted.blocks);
        assert_eq!(extracted.blocks[1].text, "Rent");
    }
}
