//! Putting a document in.

use archivist_domain::DocumentId;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_ingest::{FileKind, IngestError, kind};
use archivist_store::documents;
use archivist_store::users::User;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::form::{self, SentFile, UploadForm};
use super::reply::Uploaded;
use crate::api::failure::ErrorBody;
use crate::api::refusals::{ForHigherRoles, WithFields};
use crate::auth::Editor;
use crate::blobs::BlobWriter;
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::intake::{self, Description, Metadata, Order, Receipt};
use crate::lax;
use crate::state::AppState;

/// The parts of an upload, in any order.
#[derive(Debug, ToSchema)]
#[schema(example = json!({
    "file": "A board of eleven members governs the organization.",
    "metadata": {"doc_type": "Annual Report", "year": 2024, "outcome": "N/A"},
    "sensitivity_confirmed": true,
}))]
#[expect(dead_code, reason = "describes the form for OpenAPI; see `UploadForm`")]
struct UploadParts {
    /// A PDF, Word, Excel, PowerPoint, OpenDocument, Rich Text, plain text or Markdown file.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// What is said about it, as JSON; `year` is needed.
    metadata: Description,
    /// That the document is fit for the public.
    sensitivity_confirmed: bool,
}

/// Puts a document in.
///
/// The answer comes when the file has been read and all its passages are in. What
/// is wrong is told in this order: missing parts, the confirmation, the metadata,
/// programs, the type of the file, its size, an empty file.
#[utoipa::path(post, path = "/api/documents/upload", operation_id = "upload_document", tag = "documents",
    request_body(content = UploadParts, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The document is in the library", body = Uploaded),
        (status = 400, description = "Not confirmed, or metadata, programs, type or content will not do", body = ErrorBody),
        (status = 409, description = "The same file is in the library already", body = ErrorBody),
        (status = 413, description = "The file is too large", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn upload(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    form: UploadForm,
) -> Result<(StatusCode, Json<Uploaded>), Error> {
    let missing = form.missing();
    let (Some(file), Some(metadata), Some(confirmed)) =
        (form.file, form.metadata, form.sensitivity_confirmed)
    else {
        return Err(Error::Invalid(missing));
    };
    check_confirmed(&confirmed)?;
    let metadata = describe(&metadata)?
        .check(&state.pool, state.clock.year())
        .await?;
    let name = file.name.clone();
    let (kind, file) = check_file(&state, file).await?;
    refuse_duplicate(&state, &file.sha256()).await?;
    let client = client.answering(StatusCode::CREATED);
    let order = order(&state, &client, &signed_in.user, &name, &file, metadata);
    let user = Some(signed_in.user.user_id);
    let job = intake::submit(&state, file, kind.media_type(), order, user).await?;
    let receipt = intake::wait(&state, job).await?;
    let uploaded = answer(&state, receipt, name).await?;
    Ok((StatusCode::CREATED, Json(uploaded)))
}

fn check_confirmed(sent: &str) -> Result<(), Error> {
    match lax::boolean(sent) {
        Some(true) => Ok(()),
        Some(false) => Err(Error::Refused(json!({
            "error": "Sensitivity confirmation required",
            "message": "The library is for public-facing documents: confirm that this one may be read by the public.",
            "action": "Set sensitivity_confirmed to true if the document is fit for the public.",
        }))),
        None => Err(Error::field(
            "sensitivity_confirmed",
            "must be true or false",
        )),
    }
}

/// Reads what is said about a document. A year is needed here: nobody is asked for
/// it later.
fn describe(metadata: &str) -> Result<Description, Error> {
    let metadata: Value = serde_json::from_str(metadata)
        .map_err(|_| Error::refused("Invalid metadata JSON: it cannot be read as JSON"))?;
    let invalid = |what: &str| Error::refused(format!("Invalid metadata: {what}"));
    if !metadata.is_object() {
        return Err(invalid("it must be a JSON object"));
    }
    let description: Description =
        lax::from_json(metadata).map_err(|misfit| invalid(&misfit.to_string()))?;
    if description.year.is_none() {
        return Err(invalid("year: Field required"));
    }
    Ok(description)
}

/// Checks the file itself.
async fn check_file(state: &AppState, mut file: SentFile) -> Result<(FileKind, BlobWriter), Error> {
    if file.name.is_empty() || file.name.chars().count() > MAX_FILENAME_CHARS {
        let message = format!("its name must have 1 to {MAX_FILENAME_CHARS} characters");
        return Err(Error::field("file", message));
    }
    file.writer.flush().await?;
    let (path, name) = (file.writer.path().to_owned(), file.name);
    let kind = state.cpu.run(move || glance(&path, &name)).await?;
    if file.is_too_large {
        return Err(form::too_large(state.settings.max_upload_bytes));
    }
    Ok((kind, file.writer))
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
async fn duplicate_of(state: &AppState, id: DocumentId) -> Result<Error, Error> {
    let existing = documents::get(&state.pool, id).await?;
    let name = existing.map_or_else(String::new, |document| document.filename);
    Ok(Error::Conflict(format!(
        "The same file is in the library already: '{name}' (document {id})."
    )))
}

fn order(
    state: &AppState,
    client: &Client,
    user: &User,
    filename: &str,
    file: &BlobWriter,
    metadata: Metadata,
) -> Order {
    Order {
        sha256: file.sha256(),
        size: file.size(),
        filename: filename.to_owned(),
        metadata,
        submitted_by: Some(user.email.clone()),
        confirmed_at: state.clock.now(),
        request: client.facts(),
    }
}

async fn answer(state: &AppState, receipt: Receipt, filename: String) -> Result<Uploaded, Error> {
    match receipt {
        Receipt::Added {
            doc_id,
            passages,
            notes,
        } => Ok(Uploaded {
            success: true,
            doc_id,
            chunks_created: passages,
            message: format!("Document '{filename}' uploaded successfully"),
            filename,
            notes,
        }),
        Receipt::Duplicate { doc_id } => Err(duplicate_of(state, doc_id).await?),
        Receipt::Refused { reason } => Err(Error::Unprocessable(reason)),
        Receipt::Broken { reason } => Err(Error::internal(anyhow::anyhow!(reason))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        let error = result.unwrap_err();
        assert_eq!(error.status(), StatusCode::BAD_REQUEST, "{error:?}");
        error.message()
    }

    #[test]
    fn only_a_yes_confirms() {
        assert!(check_confirmed("true").is_ok());
        assert!(refusal(check_confirmed("false")).contains("public-facing documents"));
        let unclear = check_confirmed("perhaps").unwrap_err();
        assert_eq!(unclear.status(), StatusCode::UNPROCESSABLE_ENTITY);
    }

    #[test]
    fn a_year_may_be_a_text() {
        let said = describe(r#"{"doc_type": "Other", "year": "2024"}"#).unwrap();
        assert_eq!(said.year, Some(2024));
    }

    #[test]
    fn metadata_is_an_object_with_a_year() {
        let said = describe(r#"{"doc_type": "Other", "year": 2024}"#).unwrap();
        assert_eq!(said.year, Some(2024));
        assert!(refusal(describe("{")).starts_with("Invalid metadata JSON"));
        assert!(refusal(describe("[]")).starts_with("Invalid metadata:"));
        assert!(refusal(describe(r#"{"doc_type": "Other"}"#)).contains("year"));
        let soon = refusal(describe(r#"{"year": "soon"}"#));
        assert_eq!(soon, "Invalid metadata: year: expected i32");
    }

    #[test]
    fn an_empty_file_is_told_so() {
        let error = kind::glance(b"", "plan.pdf").map_err(unreadable);
        assert!(refusal(error).starts_with("File is empty"));
        let error = kind::glance(b"\x89PNG\r\n", "plan.pdf").map_err(unreadable);
        assert!(refusal(error).contains("PNG"));
    }
}
