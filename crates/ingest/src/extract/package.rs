//! The ZIP container of a document, unpacked within limits: for every format that is
//! a bundle of parts.

use std::collections::HashMap;
use std::io::{Cursor, Read};

use flate2::read::DeflateDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use crate::error::IngestError;
use crate::extract::decode::decode;

/// More members than any document has.
const MAX_MEMBERS: usize = 10_000;
/// The most that one part may unpack to, in bytes.
const MAX_PART: u64 = 64 << 20;
/// The most that all parts that are read may unpack to, in bytes.
const MAX_TOTAL: u64 = 160 << 20;
/// Text compresses to a tenth, monotonous tables to a hundredth; beyond this it is a
/// bomb. Small parts are let off.
const MAX_RATIO: u64 = 400;
const RATIO_FROM: u64 = 4 << 20;

/// An opened container.
pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    /// Members by lower-case path: writers disagree on case and leading slashes.
    members: HashMap<String, usize>,
    unpacked: u64,
}

impl<'a> Package<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, IngestError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
        if archive.len() > MAX_MEMBERS {
            return Err(bomb());
        }
        let members = archive
            .file_names_raw()
            .zip(0..)
            .map(|(name, index)| (normalized(&String::from_utf8_lossy(name)), index))
            .collect();
        Ok(Self {
            archive,
            members,
            unpacked: 0,
        })
    }

    /// Whether there is a part of this path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.members.contains_key(&normalized(path))
    }

    /// The text of a part, or `None` when the package has no such part. A part that
    /// breaks off gives what it has: its reader will say so.
    pub(super) fn part(&mut self, path: &str) -> Result<Option<String>, IngestError> {
        let bytes = self.bytes(path)?;
        Ok(bytes.map(|bytes| decode(&bytes).text))
    }

    /// The bytes of a part, like [`Self::part`].
    pub(super) fn bytes(&mut self, path: &str) -> Result<Option<Vec<u8>>, IngestError> {
        let Some(index) = self.members.get(&normalized(path)).copied() else {
            return Ok(None);
        };
        let file = self
            .archive
            .by_index(index)
            .map_err(|error| refusal(&error))?;
        let packed = file.compressed_size();
        let bytes = unpacked(file, packed, &mut self.unpacked)?;
        Ok(Some(bytes))
    }

    /// What a member was packed from that was locked, within the package's limits.
    pub(super) fn inflated(&mut self, packed: &[u8]) -> Result<Vec<u8>, IngestError> {
        let size = packed.len() as u64;
        unpacked(DeflateDecoder::new(packed), size, &mut self.unpacked)
    }
}

/// What comes out of `from`, of which `packed` bytes go in; `total` is what came out of
/// the package before. The declared size may lie: only what really comes out counts.
fn unpacked(mut from: impl Read, packed: u64, total: &mut u64) -> Result<Vec<u8>, IngestError> {
    let limit = MAX_PART.min(MAX_TOTAL - *total).min(ratio_limit(packed));
    let mut bytes = Vec::new();
    let read = from.by_ref().take(limit + 1).read_to_end(&mut bytes);
    if bytes.len() as u64 > limit {
        return Err(bomb());
    }
    *total += bytes.len() as u64;
    if read.is_err() && bytes.is_empty() {
        return Err(IngestError::damaged("a part of it cannot be unpacked"));
    }
    Ok(bytes)
}

fn ratio_limit(compressed: u64) -> u64 {
    compressed.saturating_mul(MAX_RATIO).max(RATIO_FROM)
}

fn refusal(error: &ZipError) -> IngestError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) | ZipError::InvalidPassword => {
            IngestError::Encrypted
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            IngestError::damaged("its parts are packed in an unusual way")
        }
        _ => IngestError::damaged("its container is broken"),
    }
}

fn bomb() -> IngestError {
    IngestError::damaged("it unpacks to far more than a document holds")
}

fn normalized(path: &str) -> String {
    path.replace('\\', "/")
        .trim_start_matches('/')
        .to_lowercase()
}

/// Resolves a target against the folder of the part that refers to it.
pub(super) fn resolve(folder: &str, target: &str) -> String {
    let folder = if target.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = folder.split('/').collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.retain(|part| !part.is_empty());
    parts.join("/")
}

#[cfg(test)]
pub(super) mod tests;
