//! The form of an upload: parts in any order, the file streamed to disk.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

use crate::blobs::BlobWriter;
use crate::error::{Error, FieldProblem};
use crate::state::AppState;

/// The longest text part, in bytes.
const MAX_TEXT_BYTES: usize = 1024 * 1024;

/// How much of a request is read to its end, so that a client which sends too much
/// still hears why: this many times the largest file.
const PATIENCE: u64 = 4;

/// A form that has been read to its end, its parts not yet checked.
#[derive(Debug, Default)]
pub(super) struct UploadForm {
    /// The file.
    pub(super) file: Option<SentFile>,
    /// What is said about it: JSON.
    pub(super) metadata: Option<String>,
    /// Whether it is fit for the public: a boolean.
    pub(super) sensitivity_confirmed: Option<String>,
}

/// A file on its way into the library.
#[derive(Debug)]
pub(super) struct SentFile {
    /// Its name, as sent.
    pub(super) name: String,
    /// Its content, up to the largest size allowed.
    pub(super) writer: BlobWriter,
    /// Whether there was more.
    pub(super) is_too_large: bool,
}

impl FromRequest<AppState> for UploadForm {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let mut parts = Multipart::from_request(request, state)
            .await
            .map_err(|_| Error::Unprocessable("Send the file as multipart/form-data.".into()))?;
        let mut form = Self::default();
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            form.take(part, state).await?;
        }
        Ok(form)
    }
}

impl UploadForm {
    async fn take(&mut self, part: Field<'_>, state: &AppState) -> Result<(), Error> {
        match part.name() {
            Some("file") => {
                if self.file.is_some() {
                    return Err(Error::field("file", "send one file at a time"));
                }
                self.file = receive(part, state).await?;
            }
            Some("metadata") => self.metadata = Some(text("metadata", part).await?),
            Some("sensitivity_confirmed") => {
                self.sensitivity_confirmed = Some(text("sensitivity_confirmed", part).await?);
            }
            _ => {}
        }
        Ok(())
    }

    /// The parts that are needed and not there.
    pub(super) fn missing(&self) -> Vec<FieldProblem> {
        let parts = [
            ("file", self.file.is_some()),
            ("metadata", self.metadata.is_some()),
            (
                "sensitivity_confirmed",
                self.sensitivity_confirmed.is_some(),
            ),
        ];
        let missing = parts.iter().filter(|(_, is_there)| !is_there);
        missing
            .map(|(name, _)| FieldProblem::missing(name))
            .collect()
    }
}

/// Streams a file to disk as far as it may go. What is too much is read and
/// dropped: a connection closed early would hide the reason from the client.
async fn receive(mut part: Field<'_>, state: &AppState) -> Result<Option<SentFile>, Error> {
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
    Ok(Some(SentFile {
        name,
        writer,
        is_too_large: received > limit,
    }))
}

/// The refusal of a file larger than `limit` bytes.
pub(super) fn too_large(limit: u64) -> Error {
    let mib = limit as f64 / (1024.0 * 1024.0);
    Error::TooLarge(format!(
        "The file is larger than the {limit} bytes ({mib:.0} MiB) allowed. Split it, or save it with smaller pictures."
    ))
}

async fn text(name: &'static str, mut part: Field<'_>) -> Result<String, Error> {
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

fn broken(error: MultipartError) -> Error {
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
    fn an_empty_form_lacks_everything() {
        let missing = UploadForm::default().missing();
        let names: Vec<_> = missing.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(names, ["file", "metadata", "sensitivity_confirmed"]);
        assert!(missing.iter().all(|p| p.kind == "missing"));
    }
}
