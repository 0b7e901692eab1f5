//! The members of a ZIP archive.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::{Fault, Unpacker, name};
use crate::error::IngestError;

type Archive = ZipArchive<BufReader<File>>;

/// What an entry of the archive's list is.
enum Entry {
    File(String),
    /// A file that is not taken, by its name and why.
    Refused(String, IngestError),
    /// A folder, or what systems add by themselves.
    Nothing,
}

impl Unpacker<'_> {
    pub(super) fn open_zip(
        &mut self,
        path: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), Fault> {
        let file = File::open(path).map_err(|error| Fault::All(error.into()))?;
        let mut archive = ZipArchive::new(BufReader::new(file))
            .map_err(|_| Fault::One(IngestError::damaged("its list of contents is broken")))?;
        for index in 0..archive.len() {
            match entry(&mut archive, index, prefix) {
                Entry::Nothing => {}
                Entry::Refused(name, error) => self.store.found(name, Err(error))?,
                Entry::File(name) => match self.unpack_entry(&mut archive, index) {
                    Ok(file) => self.settle(name, file, depth)?,
                    // One password is for the whole archive: nothing of it opens.
                    Err(Fault::One(
                        error @ (IngestError::Encrypted | IngestError::WrongPassword),
                    )) => return Err(Fault::One(error)),
                    Err(Fault::One(error)) => self.store.found(name, Err(error))?,
                    Err(all) => return Err(all),
                },
            }
        }
        Ok(())
    }

    fn unpack_entry(&mut self, archive: &mut Archive, index: usize) -> Result<u32, Fault> {
        let given = self.given;
        let opened = match given.password {
            Some(password) => archive.by_index_decrypt(index, password.as_bytes()),
            None => archive.by_index(index),
        };
        let mut file = opened.map_err(|error| {
            Fault::One(match error {
                ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)
                | ZipError::InvalidPassword => IngestError::locked(given),
                ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
                    IngestError::damaged("it is packed in an unusual way")
                }
                _ => IngestError::damaged("its place in the archive is broken"),
            })
        })?;
        let encrypted = file.encrypted();
        match self.store.write(&mut file) {
            // The old encryption of ZIP takes one wrong password in 256 for right.
            Err(Fault::One(IngestError::Damaged { .. })) if encrypted => {
                Err(Fault::One(IngestError::locked(given)))
            }
            result => result,
        }
    }
}

fn entry(archive: &mut Archive, index: usize, prefix: &str) -> Entry {
    let Ok(file) = archive.by_index_raw(index) else {
        let error = IngestError::damaged("its place in the archive is broken");
        return Entry::Refused(format!("{prefix}{index}"), error);
    };
    let raw = decoded_name(&file);
    let told = || format!("{prefix}{}", name::harmless(&raw));
    if file.is_dir() || name::is_clutter(&raw.replace('\\', "/")) {
        return Entry::Nothing;
    }
    if file.is_symlink() {
        let error = IngestError::UnknownType {
            found: "a link to another file".to_owned(),
        };
        return Entry::Refused(told(), error);
    }
    match name::checked(&raw) {
        Ok(name) => Entry::File(format!("{prefix}{name}")),
        Err(error) => Entry::Refused(told(), error),
    }
}

/// UTF-8 where it is that, whatever the archive says of it; else the code page of
/// DOS, as the format has it.
fn decoded_name<R: std::io::Read>(file: &ZipFile<'_, R>) -> String {
    match std::str::from_utf8(file.name_raw()) {
        Ok(name) => name.to_owned(),
        Err(_) => file.name().map_or_else(
            |_| String::from_utf8_lossy(file.name_raw()).into_owned(),
            Into::into,
        ),
    }
}
