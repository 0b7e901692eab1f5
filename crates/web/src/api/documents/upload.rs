//! Putting a document in.

use archivist_domain::JobId;
use archivist_store::users::User;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::form::UploadForm;
use super::reply::Uploaded;
use crate::accept::prefers_async;
use crate::api::failure::ErrorBody;
use crate::api::refusals::{ForHigherRoles, WithFields};
use crate::auth::Editor;
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::intake::{self, Asked, Description, Metadata, Order, Receipt};
use crate::jobs::{self, JobInfo};
use crate::lax;
use crate::sent::{self, FitFile};
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
    /// What is said about it, as JSON. `doc_type` and `year` are needed, unless `wait` is
    /// false: then they are looked for in the document, as the title is.
    metadata: Description,
    /// That the document is fit for the public.
    sensitivity_confirmed: bool,
    /// What opens the file, where it is protected. It is kept sealed until the file has
    /// been read, and told to nobody.
    password: Option<String>,
}

/// Whether to answer when all is done.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadParams {
    /// Whether the answer comes only when the document is in the library; true when not
    /// given. The header `Prefer: respond-async` says false, too.
    #[param(example = true)]
    wait: Option<bool>,
}

/// Puts a document in.
///
/// The answer comes when the file has been read and all its passages are in; with
/// `wait=false` or `Prefer: respond-async`, when it waits to be read: then follow the job.
/// An archive (.zip) is always answered like that: each file in it has a job of its own.
/// What is wrong is told in this order: missing parts, the confirmation, the metadata,
/// programs, the type of the file, its size, an empty file.
#[utoipa::path(post, path = "/api/documents/upload", operation_id = "upload_document", tag = "documents",
    params(UploadParams,
        ("Prefer" = Option<String>, Header, description = "`respond-async`: do not wait (RFC 7240)", example = "respond-async")),
    request_body(content = UploadParts, content_type = "multipart/form-data"),
    responses(
        (status = 201, description = "The document is in the library", body = Uploaded),
        (status = 202, description = "The file waits to be read", body = JobInfo, headers(
            ("Location" = String, description = "Where to ask how far it has come"),
            ("Preference-Applied" = String, description = "`respond-async`"),
        )),
        (status = 400, description = "Not confirmed, or metadata, programs, type or content will not do", body = ErrorBody),
        (status = 409, description = "The same file is in the library already", body = ErrorBody),
        (status = 413, description = "The file is too large", body = ErrorBody),
        (status = 503, description = "The store of files does not answer; try again", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn upload(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Query(params): Query<UploadParams>,
    headers: HeaderMap,
    form: UploadForm,
) -> Result<Response, Error> {
    let missing = form.missing();
    let (Some(file), Some(metadata), Some(confirmed)) =
        (form.file, form.metadata, form.sensitivity_confirmed)
    else {
        return Err(Error::Invalid(missing));
    };
    check_confirmed(&confirmed)?;
    let may_wait = params.wait.unwrap_or_else(|| !prefers_async(&headers));
    let description = describe(&metadata, may_wait)?;
    let year = state.clock.year();
    let metadata = if may_wait {
        description.check(&state.pool, year).await?
    } else {
        description.check_said(&state.pool, year).await?
    };
    let file = file.check(&state).await?;
    // An archive is many documents: there is no single answer to wait for.
    let is_awaited = file.kind.has_text() && may_wait;
    let client = client.answering(if is_awaited {
        StatusCode::CREATED
    } else {
        StatusCode::ACCEPTED
    });
    let order = Order {
        is_awaited,
        ..order(&state, &client, &signed_in.user, &file, metadata)
    };
    let name = file.name;
    let asked = Asked {
        user: Some(signed_in.user.user_id),
        password: form.password.as_ref(),
        ..Asked::default()
    };
    let media_type = file.kind.media_type();
    let job = intake::submit(&state, file.writer, media_type, order, asked).await?;
    if !is_awaited {
        return accepted(&state, job).await;
    }
    let receipt = intake::wait(&state, job).await?;
    let uploaded = answer(&state, receipt, name).await?;
    Ok((StatusCode::CREATED, Json(uploaded)).into_response())
}

async fn accepted(state: &AppState, id: JobId) -> Result<Response, Error> {
    let job = jobs::info(state, id).await?;
    let headers = [
        (LOCATION.as_str(), format!("/api/jobs/{id}")),
        ("preference-applied", "respond-async".to_owned()),
    ];
    Ok((StatusCode::ACCEPTED, headers, Json(job)).into_response())
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

/// Reads what is said about a document. Who waits for the document has to say a year, as
/// the contract has it; who follows the job may leave it to be found and confirmed.
fn describe(metadata: &str, may_wait: bool) -> Result<Description, Error> {
    let metadata: Value = serde_json::from_str(metadata)
        .map_err(|_| Error::refused("Invalid metadata JSON: it cannot be read as JSON"))?;
    let invalid = |what: &str| Error::refused(format!("Invalid metadata: {what}"));
    if !metadata.is_object() {
        return Err(invalid("it must be a JSON object"));
    }
    let description: Description =
        lax::from_json(metadata).map_err(|misfit| invalid(&misfit.to_string()))?;
    if may_wait && description.year.is_none() {
        return Err(invalid("year: Field required"));
    }
    Ok(description)
}

fn order(
    state: &AppState,
    client: &Client,
    user: &User,
    file: &FitFile,
    metadata: Metadata,
) -> Order {
    Order {
        sha256: file.writer.sha256(),
        size: file.writer.size(),
        filename: file.name.clone(),
        metadata,
        submitted_by: Some(user.email.clone()),
        confirmed_at: state.clock.now(),
        request: client.facts(),
        inside: None,
        is_awaited: true,
    }
}

async fn answer(
    state: &AppState,
    receipt: Option<Receipt>,
    filename: String,
) -> Result<Uploaded, Error> {
    let cancelled = || Error::Conflict("Somebody cancelled this while it was read.".to_owned());
    match receipt.ok_or_else(cancelled)? {
        Receipt::Added {
            doc_id,
            passages,
            notes,
            similar,
            ..
        } => Ok(Uploaded {
            success: true,
            doc_id,
            chunks_created: passages,
            message: format!("Document '{filename}' uploaded successfully"),
            filename,
            notes,
            similar,
        }),
        // Not waited for, see above.
        Receipt::Unpacked { .. } => Err(Error::internal(anyhow::anyhow!(
            "an archive has no document"
        ))),
        Receipt::Duplicate { doc_id } => Err(sent::duplicate_of(state, doc_id).await?),
        Receipt::Refused { reason } | Receipt::Locked { reason } => {
            Err(Error::Unprocessable(reason))
        }
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
        let said = describe(r#"{"doc_type": "Other", "year": "2024"}"#, true).unwrap();
        assert_eq!(said.year, Some(2024));
    }

    #[test]
    fn metadata_is_an_object_with_a_year() {
        let said = describe(r#"{"doc_type": "Other", "year": 2024}"#, true).unwrap();
        assert_eq!(said.year, Some(2024));
        assert!(refusal(describe("{", true)).starts_with("Invalid metadata JSON"));
        assert!(refusal(describe("[]", true)).starts_with("Invalid metadata:"));
        let without_year = r#"{"doc_type": "Other"}"#;
        assert!(refusal(describe(without_year, true)).contains("year"));
        assert_eq!(describe(without_year, false).unwrap().year, None);
        let soon = refusal(describe(r#"{"year": "soon"}"#, true));
        assert_eq!(soon, "Invalid metadata: year: expected a whole number");
    }
}
