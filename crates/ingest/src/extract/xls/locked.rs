//! Workbooks locked with a password ([MS-XLS] 2.2.10): every record's content is
//! encrypted, its kind and length are not.

use std::borrow::Cow;
use std::ops::Range;

use super::records::{self, SHEET, records, write_back};
use crate::bytes::u16_at;
use crate::compound::CompoundFile;
use crate::error::IngestError;
use crate::extract::Given;
use crate::unlock::DEFAULT_PASSWORD;
use crate::unlock::rc4;
use crate::unlock::xor::Obfuscation;

/// Each block of the stream has a key of its own.
const BLOCK: usize = 1024;

/// Begins a part of the workbook, with its version.
const BEGINNING: u16 = 0x0809;
/// Tells how the workbook is locked.
const FILE_PASS: u16 = 0x002f;
/// The place of a sheet is not encrypted.
const PLACE_BYTES: usize = 4;
/// Records that are never encrypted.
const OPEN: [u16; 7] = [BEGINNING, FILE_PASS, 0x00e1, 0x0138, 0x0194, 0x0195, 0x0196];

/// The workbook as it was before it was locked; any other file as it is.
///
/// Tries the password that Excel uses where nobody chose one, then the given one.
pub(super) fn unlock<'a>(bytes: &'a [u8], given: &Given<'_>) -> Result<Cow<'a, [u8]>, IngestError> {
    let Some(locked) = Locked::find(bytes) else {
        return Ok(Cow::Borrowed(bytes));
    };
    let lock = Lock::read(&locked.stream[locked.lock.clone()], locked.is_old);
    let lock = lock.ok_or_else(|| IngestError::UnknownType {
        found: "a locked older Excel workbook (.xls) whose encryption is not known".into(),
    })?;
    let passwords = [Some(DEFAULT_PASSWORD), given.password];
    let key = passwords
        .into_iter()
        .flatten()
        .find_map(|password| lock.key(password));
    let key = key.ok_or_else(|| IngestError::locked(given))?;
    let mut open = bytes.to_vec();
    let stream = locked.opened(&key);
    write_back(&mut open, locked.places, stream);
    Ok(Cow::Owned(open))
}

/// The stream of a locked workbook.
struct Locked {
    stream: Vec<u8>,
    /// Where its bytes lie in the file.
    places: Vec<Range<usize>>,
    /// Where in the stream it is told how it is locked.
    lock: Range<usize>,
    /// Of Excel 5 and 95.
    is_old: bool,
}

impl Locked {
    fn find(bytes: &[u8]) -> Option<Self> {
        let file = CompoundFile::open(bytes)?;
        let (stream, places) = records::stream(&file)?;
        let lock = records(&stream, 0)
            .take_while(|(kind, content)| *kind != BEGINNING || content.start == 4)
            .find(|(kind, _)| *kind == FILE_PASS)?;
        Some(Self {
            is_old: u16_at(&stream, 4)? < 0x0600,
            places: places?,
            lock: lock.1,
            stream,
        })
    }

    fn opened(&self, key: &Key) -> Vec<u8> {
        let mut opened = self.stream.clone();
        match key {
            Key::Rc4(key) => key.apply(BLOCK, &mut opened),
            Key::Xor(key) => {
                for (_, content) in records(&self.stream, 0) {
                    key.open(content.end, &mut opened[content]);
                }
            }
        }
        let mut keep = |range: Range<usize>| {
            opened[range.clone()].copy_from_slice(&self.stream[range]);
        };
        for (kind, content) in records(&self.stream, 0) {
            keep(content.start - 4..content.start);
            let open = match kind {
                SHEET => content.len().min(PLACE_BYTES),
                kind if OPEN.contains(&kind) => content.len(),
                _ => 0,
            };
            keep(content.start..content.start + open);
        }
        // It is not locked any more.
        opened[self.lock.clone()].fill(0);
        opened
    }
}

enum Lock {
    Rc4(rc4::Lock),
    Xor(Obfuscation),
}

enum Key {
    Rc4(rc4::Key),
    Xor(crate::unlock::xor::Key),
}

impl Lock {
    fn read(described: &[u8], is_old: bool) -> Option<Self> {
        if is_old {
            return Some(Self::Xor(Obfuscation::read(described)?));
        }
        let rest = described.get(2..)?;
        match u16_at(described, 0)? {
            0 => Some(Self::Xor(Obfuscation::read(rest)?)),
            _ => Some(Self::Rc4(rc4::Lock::read(rest)?)),
        }
    }

    /// The key that a password makes; `None` for a wrong one.
    fn key(&self, password: &str) -> Option<Key> {
        match self {
            Self::Rc4(lock) => lock.key(password).map(Key::Rc4),
            Self::Xor(lock) => lock.key(password).map(Key::Xor),
        }
    }
}
