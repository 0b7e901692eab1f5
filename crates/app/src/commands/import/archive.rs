//! `archivist import papers.zip`: an archive, taken in like a folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_ingest::kind::{HEAD_BYTES, glance};
use archivist_ingest::{FileKind, Given, IngestError, Member};
use archivist_web::intake::Receipt;
use archivist_web::secret::Secret;
use tempfile::TempDir;

use super::report::Report;
use super::{Item, is_passed_over, refused};
use crate::site::Site;

/// An unpacked archive; what came out of it is there as long as this is.
pub(super) struct Archive {
    /// The files in it.
    pub(super) files: Vec<Item>,
    /// What became of those that could not be unpacked.
    pub(super) troubles: Vec<Report>,
    // Removed when dropped.
    _folder: TempDir,
}

/// Whether a file is an archive by its beginning.
pub(super) fn is_archive(path: &Path) -> io::Result<bool> {
    let mut head = Vec::new();
    let limit = u64::try_from(HEAD_BYTES).unwrap_or(u64::MAX);
    File::open(path)?.take(limit).read_to_end(&mut head)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(matches!(glance(&head, &name), Ok(FileKind::Zip)))
}

impl Archive {
    /// Unpacks an archive in the sandbox.
    pub(super) async fn open(
        site: &Site,
        path: &Path,
        password: Option<&Secret>,
    ) -> Result<Self, IngestError> {
        let folder = site.state.blobs.scratch().await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let given = Given {
            password: password.map(Secret::reveal),
            ..Given::default()
        };
        let members = site
            .sandbox
            .unpack(path, &name, &given, folder.path())
            .await?;
        let (mut files, mut troubles) = (Vec::new(), Vec::new());
        for member in members {
            let shown = path.join(&member.name);
            match &member.trouble {
                Some(trouble) => troubles.push(Report {
                    file: shown,
                    result: Ok(refused(trouble)),
                }),
                None if is_passed_over(&shown) => {}
                None => files.push(item(member, shown)),
            }
        }
        files.sort();
        Ok(Self {
            files,
            troubles,
            _folder: folder,
        })
    }
}

fn item(member: Member, shown: PathBuf) -> Item {
    let name = member.name.rsplit('/').next().unwrap_or(&member.name);
    Item {
        name: name.chars().take(MAX_FILENAME_CHARS).collect(),
        inside: member.name,
        path: member.path,
        shown,
    }
}

/// What is told of an archive that was not unpacked.
pub(super) fn not_unpacked(path: &Path, error: &IngestError) -> Report {
    let reason = error.to_string();
    let receipt = match error {
        IngestError::Encrypted | IngestError::WrongPassword => Receipt::Locked { reason },
        _ => Receipt::Refused { reason },
    };
    Report {
        file: path.to_owned(),
        result: Ok(receipt),
    }
}
