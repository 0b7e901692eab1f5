//! The original file of a document.

use std::ops::Range;

use archivist_domain::DocumentId;
use archivist_store::files::{self, StoredFile};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::TryStreamExt;
use utoipa::ToSchema;

use super::find;
use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::ForWriters;
use crate::auth::Writer;
use crate::error::Error;
use crate::partial::{self, Wanted};
use crate::state::AppState;

/// The bytes of a file, for OpenAPI.
#[derive(ToSchema)]
#[schema(as = FileBytes, value_type = String, format = Binary)]
pub(in crate::api) struct Bytes(#[expect(dead_code, reason = "only described")] Vec<u8>);

/// The original file of a document.
///
/// PDFs open in the browser, others are saved, with a `Content-Security-Policy` under
/// which nothing in them runs. Ranges of bytes can be asked for.
#[utoipa::path(get, path = "/api/documents/{doc_id}/file", tag = "documents",
    params(("doc_id" = DocumentId, Path, description = "The document")),
    responses(
        (status = 200, description = "The file", content(
            (Bytes = "application/pdf"),
            (Bytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Bytes = "text/plain"),
            (Bytes = "text/markdown"),
            (Bytes = "text/html"),
            (Bytes = "application/epub+zip"),
            (Bytes = "message/rfc822"),
            (Bytes = "application/zip"),
        ), headers(
            ("Content-Disposition" = String, description = "Shown or saved, and the name of the file"),
            ("X-Content-Type-Options" = String, description = "`nosniff`"),
            ("Cache-Control" = String, description = "`private, no-cache`"),
        )),
        (status = 206, description = "The part asked for with `Range`", content(
            (Bytes = "application/pdf"),
            (Bytes = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            (Bytes = "text/plain"),
            (Bytes = "text/markdown"),
            (Bytes = "text/html"),
            (Bytes = "application/epub+zip"),
            (Bytes = "message/rfc822"),
            (Bytes = "application/zip"),
        ), headers(("Content-Range" = String, description = "Which part, and of how much"))),
        (status = 304, description = "Not changed since `If-Modified-Since`"),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such document, or its file was never kept", body = ErrorBody),
        (status = 412, description = "Changed since `If-Unmodified-Since`"),
        (status = 416, description = "The file has no such part", headers(
            ("Content-Range" = String, description = "How much there is"),
        )),
        (status = 503, description = "The store of files does not answer; try again", body = ErrorBody),
        ForWriters,
    ))]
pub(super) async fn file(
    State(state): State<AppState>,
    writer: Writer,
    Id(id): Id<DocumentId>,
    request: Request,
) -> Result<Response, Error> {
    let document = find(&state, id, &writer.actor()).await?;
    let sha256 = document.file_sha256.as_deref().ok_or_else(never_kept)?;
    let (request, _) = request.into_parts();
    send(&state, sha256, &document.filename, &request).await
}

/// The answer with a stored file, or with the part of it that is asked for.
pub(in crate::api) async fn send(
    state: &AppState,
    sha256: &str,
    filename: &str,
    request: &Parts,
) -> Result<Response, Error> {
    let file = files::get(&state.pool, sha256).await?;
    let file = file.ok_or_else(never_kept)?;
    let size = u64::try_from(file.size_bytes).map_err(Error::internal)?;
    let mut response = match Wanted::of(&request.headers, size, file.stored_at) {
        Wanted::Unchanged => StatusCode::NOT_MODIFIED.into_response(),
        Wanted::Changed => StatusCode::PRECONDITION_FAILED.into_response(),
        Wanted::Beyond => {
            let range = [(CONTENT_RANGE, format!("bytes */{size}"))];
            (StatusCode::RANGE_NOT_SATISFIABLE, range).into_response()
        }
        Wanted::Whole => {
            let length = [(CONTENT_LENGTH, size.to_string())];
            (length, body(state, sha256, None, request).await?).into_response()
        }
        Wanted::Part(part) => {
            let headers = [
                (CONTENT_LENGTH, (part.end - part.start).to_string()),
                (
                    CONTENT_RANGE,
                    format!("bytes {}-{}/{size}", part.start, part.end - 1),
                ),
            ];
            let body = body(state, sha256, Some(part), request).await?;
            (StatusCode::PARTIAL_CONTENT, headers, body).into_response()
        }
    };
    describe(response.headers_mut(), &file, filename);
    Ok(response)
}

async fn body(
    state: &AppState,
    sha256: &str,
    part: Option<Range<u64>>,
    request: &Parts,
) -> Result<Body, Error> {
    if request.method == Method::HEAD {
        return Ok(Body::empty());
    }
    let pieces = state.blobs.read(sha256, part).await?;
    // The reply has begun: all that is left is to break it off, and to say why.
    let pieces = pieces.inspect_err(|error| tracing::error!(%error, "a file broke off"));
    Ok(Body::from_stream(pieces))
}

pub(in crate::api) fn never_kept() -> Error {
    Error::NotFound("The original file of this document was never kept.".to_owned())
}

/// For files that are saved: whatever a browser makes of one, it runs nothing in it
/// and takes it for no page of ours. A PDF needs more to be shown.
const INERT: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

fn describe(headers: &mut HeaderMap, file: &StoredFile, filename: &str) {
    let shown = file.media_type == "application/pdf";
    let disposition = disposition(shown, filename);
    let since = partial::written(file.stored_at);
    for (name, value) in [
        (CONTENT_TYPE, file.media_type.as_str()),
        (CONTENT_DISPOSITION, &disposition),
        (LAST_MODIFIED, &since),
        (ACCEPT_RANGES, "bytes"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CACHE_CONTROL, "private, no-cache"),
    ] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    if !shown {
        headers.insert(CONTENT_SECURITY_POLICY, INERT);
    }
}

/// `Content-Disposition` with a plain name for old clients and the true one
/// (RFC 6266, RFC 5987).
fn disposition(shown: bool, filename: &str) -> String {
    let way = if shown { "inline" } else { "attachment" };
    let plain: String = filename
        .chars()
        .map(|c| if c == ' ' || is_plain(c) { c } else { '_' })
        .collect();
    format!(
        "{way}; filename=\"{plain}\"; filename*=UTF-8''{}",
        encoded(filename)
    )
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-._~".contains(c)
}

fn encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if is_plain(char::from(byte)) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_header() {
        assert_eq!(
            disposition(false, "Año \"1\";\r\nx.docx"),
            "attachment; filename=\"A_o _1____x.docx\"; filename*=UTF-8''A%C3%B1o%20%221%22%3B%0D%0Ax.docx"
        );
        assert!(disposition(true, "plan.pdf").starts_with("inline; filename=\"plan.pdf\""));
    }
}
