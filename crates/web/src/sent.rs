//! Files as people send them, in the parts of a form: streamed to disk, and looked at
//! before they are taken in.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use archivist_domain::DocumentId;
use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_ingest::{FileKind, IngestError, kind};
use archivist_store::documents;
use axum::extract::multipart::{Field, MultipartError};
use axum::http::StatusCode;

use crate::blobs::BlobWriter;
use crate::bounds;
use crate::error::Error;
use crate::state::AppState;

/// The longest text part, in bytes.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// How much of a request is read to its end, so that a client which sends too much
/// still hears why: this many times the largest file.
const PATIENCE: u64 = 4;

/// A file on its way into the library.
#[derive(Debug)]
pub(crate) struct SentFile {
    /// Its name, as sent.
    pub(crate) name: String,
    /// Its content, up to the largest size allowed.
    writer: BlobWriter,
    /// Whether there was more.
    is_too_large: bool,
}

/// A file that looks as if it could be read.
#[derive(Debug)]
pub(crate) struct FitFile {
    /// Its name.
    pub(crate) name: String,
    /// What it is.
    pub(crate) kind: FileKind,
    /// Its content.
    pub(crate) writer: BlobWriter,
}

impl SentFile {
    /// Streams a file to disk as far as it may go; `None` where the part is no file.
    /// What is too much is read and dropped: a connection closed early would hide the
    /// reason from the client.
    pub(crate) async fn receive(
        mut part: Field<'_>,
        state: &AppState,
    ) -> Result<Option<Self>, Error> {
        let Some(name) = part.file_name().map(base_name) else {
            return Ok(None);
        };
        let limit = state.settings.max_upload_bytes;
        let mut writer = state.blobs.begin().await?;
        let mut received = 0;
        while let Some(bytes) = part.chunk().await.map_err(broken)? {
            received += bytes.len() as u64;
            if received <= limit {
                writer.write(&bytes).await?;
            } else if received > limit.saturating_mul(PATIENCE) {
                return Err(too_large(limit));
            }
        }
        Ok(Some(Self {
            name,
            writer,
            is_too_large: received > limit,
        }))
    }

    /// Whether nothing was chosen: browsers send a file without a name then.
    pub(crate) fn is_nothing(&self) -> bool {
        self.name.is_empty() && self.writer.size() == 0
    }

    /// Checks the file itself; the library must not have it yet.
    pub(crate) async fn check(mut self, state: &AppState) -> Result<FitFile, Error> {
        if let Some(message) = bounds::characters(&self.name, &(1..=MAX_FILENAME_CHARS)) {
            return Err(Error::field("file", format!("its name {message}")));
        }
        self.writer.flush().await?;
        let (path, name) = (self.writer.path().to_owned(), self.name.clone());
        let kind = state.cpu.run(move || glance(&path, &name)).await?;
        if self.is_too_large {
            return Err(too_large(state.settings.max_upload_bytes));
        }
        refuse_duplicate(state, &self.writer.sha256()).await?;
        Ok(FitFile {
            name: self.name,
            kind,
            writer: self.writer,
        })
    }
}

/// Looks at the beginning only: what strangers send is opened in the sandbox.
fn glance(path: &Path, name: &str) -> Result<FileKind, Error> {
    let mut head = Vec::new();
    let mut beginning = File::open(path)?.take(kind::HEAD_BYTES as u64);
    beginning.read_to_end(&mut head)?;
    kind::glance(&head, name).map_err(unreadable)
}

fn unreadable(error: IngestError) -> Error {
    match error {
        IngestError::Empty => {
            Error::refused("File is empty. Check that it was saved completely, then send it again.")
        }
        other => Error::refused(other.to_string()),
    }
}

async fn refuse_duplicate(state: &AppState, sha256: &str) -> Result<(), Error> {
    match documents::find_by_file(&state.pool, sha256).await? {
        Some(id) => Err(duplicate_of(state, id).await?),
        None => Ok(()),
    }
}

/// The refusal of a file that is in the library as `id`.
pub(crate) async fn duplicate_of(state: &AppState, id: DocumentId) -> Result<Error, Error> {
    let existing = documents::get(&state.pool, id).await?;
    let name = existing.map_or_else(String::new, |document| document.filename);
    Ok(Error::Conflict(format!(
        "The same file is in the library already: '{name}' (document {id})."
    )))
}

/// The refusal of a file larger than `limit` bytes.
fn too_large(limit: u64) -> Error {
    let mib = limit as f64 / (1024.0 * 1024.0);
    Error::TooLarge(format!(
        "The file is larger than the {limit} bytes ({mib:.0} MiB) allowed. Split it, or save it with smaller pictures."
    ))
}

/// A part of a form that is a text.
pub(crate) async fn text(name: &str, mut part: Field<'_>) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(more) = part.chunk().await.map_err(broken)? {
        bytes.extend_from_slice(&more);
        if bytes.len() > MAX_TEXT_BYTES {
            return Err(Error::TooLarge(format!("The part '{name}' is too long.")));
        }
    }
    String::from_utf8(bytes).map_err(|_| Error::field(name, "must be UTF-8 text"))
}

/// The name without the folders that some browsers send along.
fn base_name(sent: &str) -> String {
    let name = sent.rsplit(['/', '\\']).next().unwrap_or_default();
    name.chars().filter(|c| !c.is_control()).collect()
}

/// A form that cannot be read to its end.
pub(crate) fn broken(error: MultipartError) -> Error {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(error.body_text()),
        status if status.is_client_error() => {
            Error::refused("The form could not be read to its end: send it again.")
        }
        _ => Error::internal(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_folders_and_no_control_characters() {
        assert_eq!(base_name("C:\\Desk\\plan.pdf"), "plan.pdf");
        assert_eq!(base_name("../../etc/a\r\nb.txt"), "ab.txt");
    }

    #[test]
    fn an_empty_file_is_told_so() {
        let error = kind::glance(b"", "plan.pdf").map_err(unreadable);
        assert!(error.unwrap_err().message().starts_with("File is empty"));
        let error = kind::glance(b"\x89PNG\r\n", "plan.pdf").map_err(unreadable);
        assert!(error.unwrap_err().message().contains("PNG"));
    }
}
