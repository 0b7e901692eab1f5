//! One entry for each parser, for fuzzers: `make fuzz-readers`, and the targets of
//! cargo-fuzz in `fuzz/`.

use crate::extract::{self, Block, BlockKind, Given};
use crate::kind::{self, FileKind};
use crate::members::{self, UnpackLimits};
use crate::passages;

type Entry = fn(&[u8]);

/// Entries beside those of the kinds of files, which go by their extensions.
const OTHERS: &[(&str, Entry)] = &[
    ("decode", decode),
    ("kind", recognise),
    ("members", unpack),
    ("passages", cut),
];

/// The names of all entries.
pub fn entries() -> Vec<&'static str> {
    let kinds = FileKind::ALL.into_iter().map(FileKind::extension);
    kinds.chain(OTHERS.iter().map(|(name, _)| *name)).collect()
}

/// Gives `data` to an entry.
///
/// # Panics
/// When what comes out is not what readers promise, or there is no such entry.
pub fn run(entry: &str, data: &[u8]) {
    let kind = FileKind::ALL
        .into_iter()
        .find(|kind| kind.extension() == entry);
    match (kind, OTHERS.iter().find(|(name, _)| *name == entry)) {
        (Some(kind), _) => read(kind, data),
        (None, Some((_, run))) => run(data),
        (None, None) => panic!("there is no entry {entry}, but {:?}", entries()),
    }
}

fn read(kind: FileKind, data: &[u8]) {
    let given = Given {
        password: Some("grants"),
        ..Given::default()
    };
    // An error is a good answer to a broken file.
    if let Ok(extracted) = extract::extract(kind, data, &given) {
        assert!(!extracted.blocks.is_empty() || !extracted.pictures.is_empty());
        check(&extracted.blocks);
    }
}

fn check(blocks: &[Block]) {
    for block in blocks {
        assert!(!block.text.trim().is_empty(), "an empty block: {block:?}");
        if let BlockKind::Heading { level } = block.kind {
            assert!((1..=9).contains(&level), "level {level}");
        }
    }
    for (passage, ordinal) in passages::cut(blocks).iter().zip(0..) {
        assert_eq!(passage.ordinal, ordinal);
        assert!(!passage.text.trim().is_empty(), "an empty passage");
    }
}

fn decode(data: &[u8]) {
    let text = extract::decode::decode(data).text;
    // The longest that one byte can become, in UTF-8.
    assert!(text.len() <= data.len() * 4);
}

fn recognise(data: &[u8]) {
    for name in ["a", "a.pdf", "a.docx", "a.zip", "a.html", "a.eml"] {
        let _ = kind::detect(data, name);
        let _ = kind::glance(data, name);
    }
}

fn unpack(data: &[u8]) {
    let Ok(place) = tempfile::tempdir() else {
        return;
    };
    let file = place.path().join("container");
    let into = place.path().join("into");
    if std::fs::write(&file, data)
        .and_then(|()| std::fs::create_dir(&into))
        .is_err()
    {
        return;
    }
    let limits = UnpackLimits {
        member_bytes: 1 << 20,
        total_bytes: 8 << 20,
    };
    let name = if data.starts_with(b"PK") {
        "a.zip"
    } else {
        "a.eml"
    };
    let given = Given::default();
    if let Ok(found) = members::unpack(&file, name, &given, limits, &into) {
        for found in found {
            let member = found.into_member(&into);
            assert!(!member.name.split('/').any(|part| part == ".."));
            assert!(member.trouble.is_some() || member.path.starts_with(&into));
        }
    }
    let names: Vec<_> = std::fs::read_dir(place.path())
        .into_iter()
        .flatten()
        .flatten()
        .collect();
    assert_eq!(names.len(), 2, "something was written elsewhere");
}

/// Every line is a block, of a kind that its first byte says.
fn cut(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let blocks = text.lines().filter_map(|line| {
        let kind = match line.bytes().next()? % 8 {
            0 => BlockKind::ListItem,
            1 => BlockKind::TableHead,
            2 | 3 => BlockKind::TableRow,
            4 => BlockKind::Note,
            level @ 5..=6 => BlockKind::Heading { level: level - 4 },
            _ => BlockKind::Paragraph,
        };
        let text = crate::tidy::line(line);
        (!text.is_empty()).then(|| Block::new(kind, text))
    });
    check(&blocks.collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_takes_anything() {
        for entry in entries() {
            for data in [
                b"".as_slice(),
                b"\0",
                b"PK\x03\x04",
                b"%PDF-",
                b"<a",
                b"From: a\n\nb",
            ] {
                run(entry, data);
            }
        }
    }

    #[test]
    fn every_entry_has_its_target_for_cargo_fuzz() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/fuzz_targets");
        for entry in entries() {
            let target = std::fs::read_to_string(format!("{folder}/{entry}.rs"));
            let target =
                target.unwrap_or_else(|_| panic!("fuzz/fuzz_targets/{entry}.rs is missing"));
            assert!(
                target.contains(&format!("run(\"{entry}\", data)")),
                "{entry}"
            );
        }
    }
}
