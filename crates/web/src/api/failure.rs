//! Errors as JSON: a superset of what existing clients read (contract, 1.4).

use axum::Json;
use axum::extract::Request;
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::error::{Error, Failure};
use crate::trace::RequestId;

/// Renders errors of API routes, and replies of the framework that have no body
/// of ours (405 among them).
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0);
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    let mut body = match response.extensions().get::<Failure>() {
        Some(Failure(error)) => body_of(error),
        None if status == StatusCode::METHOD_NOT_ALLOWED => {
            json!({"error": "Method not allowed", "detail": "Method not allowed", "method": method.as_str(), "path": path})
        }
        None => return response,
    };
    body["request_id"] = json!(id);
    body["status_code"] = json!(status.as_u16());
    if status == StatusCode::NOT_FOUND {
        body["path"] = json!(path);
    }
    let mut rendered = (status, Json(body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        rendered
            .headers_mut()
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(allow) = response.headers().get(axum::http::header::ALLOW) {
        rendered
            .headers_mut()
            .insert(axum::http::header::ALLOW, allow.clone());
    }
    rendered
}

fn body_of(error: &Error) -> Value {
    match error {
        Error::Refused(detail) => json!({"error": detail, "detail": detail}),
        Error::NotFound(detail) => json!({"error": "Resource not found", "detail": detail}),
        Error::Invalid(problems) => json!({"error": "Validation error", "detail": problems}),
        Error::Internal(_) => json!({"error": "Internal server error", "detail": null}),
        other => json!({"error": other.message(), "detail": other.message()}),
    }
}
