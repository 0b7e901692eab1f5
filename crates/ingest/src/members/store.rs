//! Where members are written, and how much of them.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use super::{Fault, Found, MAX_MEMBERS, UnpackLimits};
use crate::error::IngestError;

/// Text compresses to a tenth, monotonous tables to a hundredth; beyond this it is a
/// bomb. Little that comes out of little is let off.
const MAX_RATIO: u64 = 400;
const RATIO_FROM: u64 = 64 << 20;

pub(super) struct Store<'a> {
    into: &'a Path,
    member_bytes: u64,
    /// What may still be written, in bytes.
    left: u64,
    files: u32,
    found: Vec<Found>,
}

/// Where the member of a number is written.
pub(super) fn path(into: &Path, file: u32) -> PathBuf {
    into.join(format!("{file:06}"))
}

impl<'a> Store<'a> {
    /// `size` is that of the outermost container, in bytes: nothing inside it may
    /// blow it up beyond reason.
    pub(super) fn new(into: &'a Path, limits: UnpackLimits, size: u64) -> Self {
        let reasonable = size.saturating_mul(MAX_RATIO).max(RATIO_FROM);
        Self {
            into,
            member_bytes: limits.member_bytes,
            left: limits.total_bytes.min(reasonable),
            files: 0,
            found: Vec::new(),
        }
    }

    pub(super) fn path(&self, file: u32) -> PathBuf {
        path(self.into, file)
    }

    /// Notes a member.
    pub(super) fn found(
        &mut self,
        name: String,
        file: Result<u32, IngestError>,
    ) -> Result<(), Fault> {
        if self.found.len() >= MAX_MEMBERS {
            return Err(Fault::All(IngestError::damaged(format!(
                "it holds more than {MAX_MEMBERS} files"
            ))));
        }
        self.found.push(Found { name, file });
        Ok(())
    }

    /// Writes a member under the next number. The size that a container declares may
    /// lie: only what really comes out counts.
    pub(super) fn write(&mut self, from: &mut impl Read) -> Result<u32, Fault> {
        self.files += 1;
        let file = self.files;
        let limit = self.member_bytes.min(self.left);
        let written = self.copy(file, from, limit + 1);
        let bytes = *written.as_ref().unwrap_or_else(|(_, bytes)| bytes);
        self.left = self.left.saturating_sub(bytes);
        let fault = match written {
            Ok(bytes) if bytes <= limit => return Ok(file),
            Ok(_) if limit < self.member_bytes => Fault::All(bomb()),
            Ok(bytes) => Fault::One(IngestError::TooLarge {
                bytes,
                limit_bytes: limit,
            }),
            Err((fault, _)) => fault,
        };
        self.discard(file);
        Err(fault)
    }

    /// Copies at most `most` bytes; an error comes with what was written till then.
    fn copy(&self, file: u32, from: &mut impl Read, most: u64) -> Result<u64, (Fault, u64)> {
        let path = self.path(file);
        let mut to = OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| (Fault::All(error.into()), 0))?;
        let mut from = from.take(most);
        let mut piece = vec![0; 64 * 1024];
        let mut written = 0;
        loop {
            match from.read(&mut piece) {
                Ok(0) => return Ok(written),
                Ok(read) => {
                    to.write_all(&piece[..read])
                        .map_err(|error| (Fault::All(error.into()), written))?;
                    written += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Err((Fault::One(broken()), written)),
            }
        }
    }

    /// Removes a member that was written and is not wanted.
    pub(super) fn discard(&self, file: u32) {
        // The folder is the caller's, who removes it as a whole.
        let _ = fs::remove_file(self.path(file));
    }

    pub(super) fn into_found(self) -> Vec<Found> {
        self.found
    }
}

fn bomb() -> IngestError {
    IngestError::damaged("it unpacks to far more than an archive of documents holds")
}

fn broken() -> IngestError {
    IngestError::damaged("it cannot be unpacked from its archive")
}
