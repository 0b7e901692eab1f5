//! Extractors whose refusals have the API's shape.

use std::convert::Infallible;
use std::net::SocketAddr;

use archivist_domain::UserId;
use archivist_store::audit::Entry;
use axum::extract::rejection::JsonRejection;
use axum::extract::{ConnectInfo, FromRequest, FromRequestParts, Request};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use crate::error::{Error, FieldProblem};
use crate::state::AppState;
use crate::trace::RequestId;

/// A JSON body, of a request or of a reply; a request's that does not fit is
/// refused with 422, field by field.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(JsonRejection::BytesRejection(rejection)) => {
                Err(Error::TooLarge(rejection.body_text()))
            }
            Err(rejection) => Err(Error::Invalid(vec![body_problem(&rejection)])),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Reads the field out of serde's message (`year: invalid type …`), so that the
/// caller sees where the problem is, without the value that was sent.
fn body_problem(rejection: &JsonRejection) -> FieldProblem {
    let text = match rejection {
        JsonRejection::JsonDataError(error) => {
            std::error::Error::source(error).map_or_else(|| error.body_text(), ToString::to_string)
        }
        JsonRejection::JsonSyntaxError(_) => "the body is not valid JSON".to_owned(),
        _ => "send a JSON body with Content-Type: application/json".to_owned(),
    };
    let text = text.split(" at line ").next().unwrap_or(&text).to_owned();
    if let Some(field) = text
        .strip_prefix("missing field `")
        .and_then(|t| t.strip_suffix('`'))
    {
        return FieldProblem::missing(field);
    }
    match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => FieldProblem::body(path, message),
        _ => FieldProblem {
            kind: "value_error",
            loc: vec!["body".to_owned()],
            msg: text,
        },
    }
}

/// Query parameters; what does not fit is refused with 422.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        // The variant of axum-extra reads repeated keys into lists.
        match axum_extra::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum_extra::extract::Query(value)) => Ok(Self(value)),
            Err(rejection) => Err(Error::Invalid(vec![query_problem(&rejection.body_text())])),
        }
    }
}

fn query_problem(text: &str) -> FieldProblem {
    let text = text.trim_start_matches("Failed to deserialize query string: ");
    match text.split_once(": ") {
        Some((field, message)) if !field.contains(' ') => FieldProblem::query(field, message),
        _ => FieldProblem {
            kind: "value_error",
            loc: vec!["query".to_owned()],
            msg: text.to_owned(),
        },
    }
}

/// Where a request comes from and what it asks, for sessions and the audit log.
#[derive(Debug, Clone)]
pub struct Client {
    /// The peer's address.
    pub address: Option<String>,
    /// What it says it is.
    pub agent: Option<String>,
    method: String,
    path: String,
    request_id: Option<Uuid>,
}

impl Client {
    /// Facts for the audit log, completed with `extra`'s fields.
    pub fn audit<'a>(
        &self,
        event: &'a str,
        entity: &'a str,
        entity_id: Option<Uuid>,
        actor: Option<UserId>,
        extra: Value,
    ) -> Entry<'a> {
        let mut details = serde_json::json!({
            "ip_address": self.address,
            "user_agent": self.agent,
            "method": self.method,
            "path": self.path,
            "request_id": self.request_id,
        });
        if let (Some(details), Value::Object(extra)) = (details.as_object_mut(), extra) {
            details.extend(extra);
        }
        Entry {
            event,
            entity,
            entity_id,
            actor,
            details,
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let agent = parts.headers.get(USER_AGENT).and_then(|v| v.to_str().ok());
        Ok(Self {
            address: peer.map(|ConnectInfo(address)| address.ip().to_string()),
            agent: agent.map(|a| a.chars().take(500).collect()),
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0),
        })
    }
}
