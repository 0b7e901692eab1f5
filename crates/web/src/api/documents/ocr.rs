//! Having the pictures among a document's pages read.

use archivist_domain::DocumentId;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find;
use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::jobs::{JobInfo, info};
use crate::recognition::{self, Asked};
use crate::secret::Secret;
use crate::state::AppState;

/// How pages are to be read.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(super) struct OcrRequest {
    /// In which languages they are, by their names for tesseract, joined by `+`; those of the
    /// site when not given. When given, pages that were read in other languages are read again.
    #[schema(example = "eng+deu")]
    languages: Option<String>,
    /// The password that opens the file, where it is locked. It is kept sealed until the
    /// job has ended, and told to nobody.
    password: Option<Secret>,
}

/// Has the pages of a document that are pictures read (text recognition).
///
/// This happens by itself when a document is put in and the programs for it are installed.
/// Afterwards the document is cut anew, and what cites it follows.
#[utoipa::path(post, path = "/api/documents/{doc_id}/ocr", operation_id = "recognise_document", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    request_body = OcrRequest,
    responses(
        (status = 202, description = "The pages wait to be read", body = JobInfo, headers(
            ("Location" = String, description = "Where to ask how far it has come")
        )),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document", body = ErrorBody),
        (status = 409, description = "There is nothing to read, it is being read, or this server cannot read pictures", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn recognise(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(id): Id<DocumentId>,
    body: Option<Json<OcrRequest>>,
) -> Result<Response, Error> {
    let user = signed_in.user.user_id;
    let document = find(&state, id, &Writer(signed_in).actor()).await?;
    let OcrRequest {
        languages,
        password,
    } = body.map(|Json(body)| body).unwrap_or_default();
    let asked = Asked {
        languages: languages.as_deref(),
        password: password.as_ref(),
    };
    let client = client.answering(StatusCode::ACCEPTED);
    let job = recognition::request(&state, &document, asked, client.facts(), user).await?;
    let location = [(LOCATION, format!("/api/jobs/{job}"))];
    let info = info(&state, job).await?;
    Ok((StatusCode::ACCEPTED, location, Json(info)).into_response())
}
