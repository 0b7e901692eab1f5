//! The files inside a file: the members of an archive, the attachments of an e-mail.
//!
//! [`crate::Sandbox::unpack`] runs this in a child process. Every member is written
//! under a number into a folder of the caller's, never under a name from inside the
//! container, so that no name leads anywhere. Archives inside archives are opened
//! too, down to [`MAX_DEPTH`]; the attachments of an e-mail inside an archive
//! follow it. What comes out is complete: no member needs to be unpacked again.

mod archive;
mod mail;
mod name;
mod store;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::error::IngestError;
use crate::extract::Given;
use crate::kind::{self, FileKind};
use store::Store;

/// How deep archives and e-mails may lie inside each other; the outermost is 1.
pub const MAX_DEPTH: usize = 4;
/// The most members of one container, those of inner containers included.
pub const MAX_MEMBERS: usize = 20_000;

/// A file that was inside a container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its path inside the container, with `/`; never absolute, never with `..`.
    /// Inside an inner container it begins with that one's path
    /// (`2024/mail.eml/budget.docx`).
    pub name: String,
    /// Where it was unpacked to, below the folder that the caller gave. Nothing is
    /// there when there was [trouble](Self::trouble).
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Why it could not be unpacked, though the others could.
    pub trouble: Option<IngestError>,
}

/// A member as the child tells of it: the file's number, no path that could lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Found {
    name: String,
    /// `Err` holds why it could not be unpacked.
    file: Result<u32, IngestError>,
}

/// What unpacking may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnpackLimits {
    /// Size of one member, in bytes.
    pub(crate) member_bytes: u64,
    /// Size of everything that is written, in bytes.
    pub(crate) total_bytes: u64,
}

/// Why something was not unpacked: this member alone, or everything.
enum Fault {
    One(IngestError),
    All(IngestError),
}

/// Unpacks the container at `path` into `into`, in this process. On an error the
/// folder may hold some of the members.
pub(crate) fn unpack(
    path: &Path,
    file_name: &str,
    given: &Given<'_>,
    limits: UnpackLimits,
    into: &Path,
) -> Result<Vec<Found>, IngestError> {
    let size = File::open(path)?.metadata()?.len();
    let mut unpacker = Unpacker {
        given,
        store: Store::new(into, limits, size),
    };
    let kind = container_kind(path, file_name)?;
    match unpacker.open(kind, path, "", 1) {
        Ok(()) => Ok(unpacker.store.into_found()),
        Err(Fault::One(error) | Fault::All(error)) => Err(error),
    }
}

/// A file that is no container has no members: that is an error of its own, as a
/// caller would otherwise lose the file.
fn container_kind(path: &Path, file_name: &str) -> Result<FileKind, IngestError> {
    if let Some(kind) = kind_of_container(path, file_name)? {
        return Ok(kind);
    }
    let head = head(path)?;
    Err(match kind::glance(&head, file_name) {
        Ok(FileKind::Zip) => IngestError::damaged("its list of contents is broken"),
        Ok(kind) => IngestError::UnknownType {
            found: format!("{}, which holds no other files", kind.described()),
        },
        Err(error) => error,
    })
}

/// The kind of a container by its content, or `None` for any other file.
fn kind_of_container(path: &Path, file_name: &str) -> Result<Option<FileKind>, IngestError> {
    let head = head(path)?;
    if kind::is_zip(&head) {
        return Ok(kind::is_plain_archive(File::open(path)?).then_some(FileKind::Zip));
    }
    Ok(kind::is_plain_mail(&head, file_name).then_some(FileKind::Eml))
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let beginning = File::open(path)?;
    beginning
        .take(kind::HEAD_BYTES as u64)
        .read_to_end(&mut head)?;
    Ok(head)
}

struct Unpacker<'a> {
    given: &'a Given<'a>,
    store: Store<'a>,
}

impl Unpacker<'_> {
    /// Unpacks a container whose members' names begin with `prefix`.
    fn open(
        &mut self,
        kind: FileKind,
        path: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), Fault> {
        match kind {
            FileKind::Eml => self.open_mail(path, prefix, depth),
            _ => self.open_zip(path, prefix, depth),
        }
    }

    /// Decides about a member that was written as `file`: an inner archive is
    /// replaced by its members, an inner e-mail is followed by its attachments.
    fn settle(&mut self, name: String, file: u32, depth: usize) -> Result<(), Fault> {
        let path = self.store.path(file);
        let Ok(Some(kind)) = kind_of_container(&path, &name) else {
            return self.store.found(name, Ok(file));
        };
        if kind.has_text() {
            self.store.found(name.clone(), Ok(file))?;
        }
        let opened = if depth < MAX_DEPTH {
            self.open(kind, &path, &format!("{name}/"), depth + 1)
        } else if kind.has_text() {
            Ok(())
        } else {
            Err(Fault::One(too_deep()))
        };
        if !kind.has_text() {
            self.store.discard(file);
        }
        match opened {
            // An e-mail whose attachments cannot be told from its text is one file.
            Err(Fault::One(_)) if kind.has_text() => Ok(()),
            Err(Fault::One(error)) => self.store.found(name, Err(error)),
            result => result,
        }
    }
}

fn too_deep() -> IngestError {
    IngestError::damaged(format!(
        "it is an archive inside archives, more than {MAX_DEPTH} deep"
    ))
}

impl Found {
    /// The member as the caller sees it. The child is not trusted: only a plain file
    /// in the folder counts.
    pub(crate) fn into_member(self, into: &Path) -> Member {
        let path = match &self.file {
            Ok(file) => store::path(into, *file),
            Err(_) => PathBuf::new(),
        };
        let plain = std::fs::symlink_metadata(&path).ok();
        let bytes = plain
            .filter(std::fs::Metadata::is_file)
            .map(|file| file.len());
        let missing = || IngestError::ReaderCrashed;
        Member {
            name: name::harmless(&self.name),
            path,
            bytes: bytes.unwrap_or(0),
            trouble: self.file.err().or_else(|| bytes.is_none().then(missing)),
        }
    }
}

#[cfg(test)]
mod tests;
