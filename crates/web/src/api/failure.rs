//! Errors as JSON: a superset of what existing clients read (contract, 1.4).

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::error::{Error, Failure, FieldProblem};
use crate::limit::Reached;
use crate::trace::RequestId;

/// The body of every reply with status 400 or more.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    /// What went wrong: a text, or an object where an upload is refused. For 404
    /// always `Resource not found`, for 422 with fields `Validation error`, for 429
    /// `Rate limit exceeded`.
    #[schema(value_type = Summary)]
    error: Value,
    /// The same in particular: a text, an object, or for 422 a list of problems; null
    /// for 500, where the log has the rest.
    #[schema(value_type = Option<Detail>)]
    detail: Value,
    /// The number of the request, as in `X-Request-ID`.
    request_id: Option<Uuid>,
    /// The status of the reply.
    #[schema(minimum = 400, maximum = 599)]
    status_code: u16,
    /// For 404 and 405 alone: what was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "/api/outputs/0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10")]
    path: Option<String>,
    /// For 405 alone: how it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "PATCH")]
    method: Option<String>,
    /// For 429 alone: in how many seconds it is worth trying again; as in `Retry-After`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, example = 42)]
    retry_after: Option<u32>,
    /// For 429 alone: how many are allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, example = 5)]
    limit: Option<u32>,
    /// For 429 alone: in how many seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, example = "60s")]
    window: Option<String>,
}

/// What `error` may hold.
#[derive(Debug, ToSchema)]
#[schema(as = ErrorSummary)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes the values of `error` for OpenAPI, which are made as JSON"
)]
pub(super) enum Summary {
    /// In words.
    Text(String),
    /// With keys that clients read (refused uploads).
    Object(serde_json::Map<String, Value>),
}

/// What `detail` may hold.
#[derive(Debug, ToSchema)]
#[schema(as = ErrorDetail)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "describes the values of `detail` for OpenAPI, which are made as JSON"
)]
pub(super) enum Detail {
    /// In words.
    Text(String),
    /// Field by field (422).
    Problems(Vec<FieldProblem>),
    /// With keys that clients read (refused uploads).
    Object(serde_json::Map<String, Value>),
}

/// Renders errors of API routes, and the framework's own 405.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().map(|id| id.0);
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let response = next.run(request).await;
    let status = response.status();
    let failure = response.extensions().get::<Failure>();
    let (error, detail) = match failure {
        Some(Failure(error)) => texts(error),
        None if status == StatusCode::METHOD_NOT_ALLOWED => {
            let text = json!("Method not allowed");
            (text.clone(), text)
        }
        None => return response,
    };
    let wrong_method = status == StatusCode::METHOD_NOT_ALLOWED;
    let reached = failure.and_then(|Failure(error)| reached_limit(error));
    let body = ErrorBody {
        error,
        detail,
        request_id: id,
        status_code: status.as_u16(),
        path: (wrong_method || status == StatusCode::NOT_FOUND).then_some(path),
        method: wrong_method.then_some(method),
        retry_after: reached.map(Reached::retry_after),
        limit: reached.map(Reached::limit),
        window: reached.map(Reached::window),
    };
    // What the reply says beside its body stays: which methods are allowed, how long to
    // wait.
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let rendered = Json(body).into_response();
    parts.headers.extend(rendered.headers().clone());
    if status == StatusCode::UNAUTHORIZED {
        let bearer = HeaderValue::from_static("Bearer");
        parts.headers.insert(WWW_AUTHENTICATE, bearer);
    }
    Response::from_parts(parts, rendered.into_body())
}

fn reached_limit(error: &Error) -> Option<&Reached> {
    match error {
        Error::TooMany(reached) => Some(reached),
        _ => None,
    }
}

/// `error` and `detail`.
fn texts(error: &Error) -> (Value, Value) {
    match error {
        Error::Refused(detail) => (detail.clone(), detail.clone()),
        Error::NotFound(detail) => (json!("Resource not found"), json!(detail)),
        Error::Invalid(problems) => (json!("Validation error"), json!(problems)),
        Error::TooMany(reached) => (json!("Rate limit exceeded"), json!(reached.to_string())),
        Error::Internal(_) => (json!("Internal server error"), Value::Null),
        other => (json!(other.message()), json!(other.message())),
    }
}

#[cfg(test)]
mod tests {
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;

    #[test]
    fn d_09_a_lost_thing_keeps_its_own_words_beside_the_pinned_ones() {
        let (error, detail) = texts(&Error::NotFound("There is no document 7.".into()));
        assert_eq!(error, "Resource not found");
        assert_eq!(detail, "There is no document 7.");
    }

    #[test]
    fn d_08_problems_are_a_list_that_names_the_field() {
        let (error, detail) = texts(&Error::field("year", "too early"));
        assert_eq!(error, "Validation error");
        assert_eq!(
            detail,
            json!([{"type": "value_error", "loc": ["body", "year"], "msg": "too early", "input": null}])
        );
    }

    #[test]
    fn d_74_our_own_faults_stay_in_the_log() {
        let (error, detail) = texts(&Error::internal(anyhow::anyhow!("/var/secret is gone")));
        assert_eq!(error, "Internal server error");
        assert!(detail.is_null());
    }

    #[tokio::test]
    async fn d_02_a_panic_is_answered_with_500_and_tells_nothing() {
        async fn broken() -> Response {
            panic!("/var/secret is gone")
        }
        let service = axum::Router::new()
            .route("/", axum::routing::get(broken))
            .layer(CatchPanicLayer::custom(crate::error::panicked))
            .layer(axum::middleware::from_fn(render));
        let reply = service
            .oneshot(Request::<axum::body::Body>::default())
            .await
            .unwrap();
        assert_eq!(reply.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let body = axum::body::to_bytes(reply.into_body(), 10_000)
            .await
            .unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["error"], "Internal server error");
        assert!(body["detail"].is_null());
    }
}
