//! One error type for handlers; layers render it as JSON or as a page.
//!
//! | status | when |
//! |---|---|
//! | 400 | the request contradicts itself or names what does not exist |
//! | 401 | nobody is signed in, or the token is no good |
//! | 403 | signed in, but not allowed |
//! | 404 | no such thing (also: no such route) |
//! | 409 | something that exists is in the way |
//! | 413 | the file is too large |
//! | 422 | a field is missing or has a value that is never right |
//! | 429 | a limit is reached; the reply says how long to wait |
//! | 500 | our fault: the reply says no more than that, the log has the rest |
//! | 503 | the store of files or the search engine does not answer: the same request may do later |

use std::any::Any;

use archivist_engine::EngineError;
use archivist_store::users::ChangeError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::blobs::BlobError;
use crate::limit::Reached;

/// A field that cannot be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// What kind of problem it is (`missing`, `value_error`, …).
    #[serde(rename = "type")]
    #[schema(example = "value_error")]
    pub kind: &'static str,
    /// Where it is: `["body", "years", 0]`.
    pub loc: Vec<Step>,
    /// What is wrong and what to do.
    #[schema(example = "must be between 1 and 100")]
    pub msg: String,
    /// What was sent there; null if that is long, left out, or might be a secret.
    pub input: Value,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Step {
    /// Of an object.
    Name(String),
    /// Of a list, from 0.
    Index(usize),
}

impl PartialEq<&str> for Step {
    fn eq(&self, name: &&str) -> bool {
        self.name() == *name
    }
}

impl From<&str> for Step {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl Step {
    /// The name; empty for a place in a list.
    pub fn name(&self) -> &str {
        match self {
            Self::Name(name) => name,
            Self::Index(_) => "",
        }
    }
}

impl FieldProblem {
    /// A field of the body with a value that cannot be accepted.
    pub fn body(field: &str, msg: impl Into<String>) -> Self {
        Self::at(&["body", field], msg)
    }

    /// A query parameter with a value that cannot be accepted.
    pub fn query(field: &str, msg: impl Into<String>) -> Self {
        Self::at(&["query", field], msg)
    }

    /// A part of the path with a value that cannot be accepted.
    pub fn path(name: &str, msg: impl Into<String>) -> Self {
        Self::at(&["path", name], msg)
    }

    /// A field of the body that has to be there.
    pub fn missing(field: &str) -> Self {
        Self {
            kind: "missing",
            ..Self::body(field, "Field required")
        }
    }

    fn at(loc: &[&str], msg: impl Into<String>) -> Self {
        Self {
            kind: "value_error",
            loc: loc.iter().map(|&name| name.into()).collect(),
            msg: msg.into(),
            input: Value::Null,
        }
    }

    /// The same, of a body that stands deeper in the request, at these steps.
    #[must_use]
    pub(crate) fn below(mut self, steps: &[Step]) -> Self {
        let from = 1.min(self.loc.len());
        self.loc.splice(from..from, steps.iter().cloned());
        self
    }

    /// A part of a request that cannot be read as a whole.
    pub(crate) fn whole(part: &str, msg: impl Into<String>) -> Self {
        Self::at(&[part], msg)
    }

    /// The field, as forms call it; `None` if it is about the request as a whole.
    pub fn field(&self) -> Option<&str> {
        self.loc.get(1).map(Step::name)
    }
}

/// Why a request is not answered as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// 400 with a message, or with an object that clients read (`detail`).
    #[error("{0}")]
    Refused(Value),
    /// 401.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// 403.
    #[error("{0}")]
    Forbidden(String),
    /// 404.
    #[error("{0}")]
    NotFound(String),
    /// 409.
    #[error("{0}")]
    Conflict(String),
    /// 413.
    #[error("{0}")]
    TooLarge(String),
    /// 422, field by field.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldProblem>),
    /// 422 with one message that is about no single field.
    #[error("{0}")]
    Unprocessable(String),
    /// 429, with how long to wait.
    #[error(transparent)]
    TooMany(Reached),
    /// 503. The cause is for the log only.
    #[error("The store of files does not answer. Nothing was changed; try again in a minute.")]
    StoreAway(#[source] BlobError),
    /// 503. The cause is for the log only.
    #[error("The search engine does not answer, or is being filled. Try again in a minute.")]
    EngineAway(#[source] EngineError),
    /// 500. The cause is for the log only.
    #[error("Internal server error")]
    Internal(#[source] anyhow::Error),
}

fn join(problems: &[FieldProblem]) -> String {
    let texts: Vec<_> = problems
        .iter()
        .map(|p| match p.field() {
            Some(field) => format!("{field}: {}", p.msg),
            None => p.msg.clone(),
        })
        .collect();
    texts.join("; ")
}

impl Error {
    /// 400 with a message.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::Refused(Value::String(message.into()))
    }

    /// 422 for one field of the body.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::body(field, message)])
    }

    /// 500 with its cause.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        Self::Internal(cause.into())
    }

    /// A deletion that the database refuses: 409 where a rule is in the way that an output
    /// breaks which refers to the thing. Adopted outputs may.
    pub(crate) fn of_deletion(error: archivist_store::DatabaseError) -> Self {
        match archivist_store::constraint::violation(&error) {
            Some(broken) if !broken.conflict => Self::Conflict(format!(
                "An output that refers to it breaks a rule ({}): mend or delete that output first.",
                broken.message
            )),
            _ => error.into(),
        }
    }

    /// The status to answer with.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Refused(_) => StatusCode::BAD_REQUEST,
            Self::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Invalid(_) | Self::Unprocessable(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::StoreAway(_) | Self::EngineAway(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Writes the cause of an error of ours to the log; others need no line.
    pub fn log(&self) {
        match self {
            Self::Internal(cause) => {
                tracing::error!(error = format!("{cause:#}"), "request failed");
            }
            Self::StoreAway(cause) => tracing::error!(error = %cause, "request failed"),
            Self::EngineAway(cause) => tracing::error!(error = %cause, "request failed"),
            _ => {}
        }
    }

    /// For people: what is wrong, in one sentence or more.
    pub fn message(&self) -> String {
        match self {
            Self::Refused(Value::String(text)) => text.clone(),
            Self::Refused(object) => object["message"]
                .as_str()
                .or(object["error"].as_str())
                .unwrap_or("The request was refused.")
                .to_owned(),
            Self::Internal(_) => {
                "Something went wrong on our side. Nothing was changed; please try again."
                    .to_owned()
            }
            other => other.to_string(),
        }
    }
}

/// A violated named constraint, or a text that cannot be stored, is the client's
/// mistake; anything else is ours.
impl From<archivist_store::DatabaseError> for Error {
    fn from(error: archivist_store::DatabaseError) -> Self {
        match archivist_store::constraint::violation(&error) {
            Some(violation) if violation.conflict => Self::Conflict(violation.message.to_owned()),
            Some(violation) => Self::field(violation.field, violation.message),
            None if archivist_store::constraint::holds_nul(&error) => {
                Self::Unprocessable("A text holds the character NUL: remove it.".to_owned())
            }
            None => Self::internal(error),
        }
    }
}

impl From<ChangeError> for Error {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown => Self::NotFound(error.to_string()),
            ChangeError::LastAdmin(_) | ChangeError::Oneself => Self::Conflict(error.to_string()),
            ChangeError::Database(error) => error.into(),
        }
    }
}

/// What a provider cannot write from is for the person to mend.
impl From<archivist_draft::ProviderError> for Error {
    fn from(error: archivist_draft::ProviderError) -> Self {
        use archivist_draft::ProviderError::{NoRoom, NoSources, NothingRelevant};
        match error {
            NoSources | NothingRelevant | NoRoom { .. } => Self::Unprocessable(error.to_string()),
        }
    }
}

/// What is left of a handler that panicked: 500, and a line in the log.
#[expect(
    clippy::needless_pass_by_value,
    reason = "the layer that catches panics hands it over"
)]
pub(crate) fn panicked(cause: Box<dyn Any + Send>) -> Response {
    let text = cause.downcast_ref::<String>().cloned();
    let text = text.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
    let text = text.unwrap_or_else(|| "no message".to_owned());
    Error::internal(anyhow::anyhow!("a handler panicked: {text}")).into_response()
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Store(_) => Self::StoreAway(error),
            other => Self::internal(other),
        }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        Self::EngineAway(error)
    }
}

/// An error on its way to the layer that renders it.
#[derive(Debug, Clone)]
pub(crate) struct Failure(pub(crate) std::sync::Arc<Error>);

/// Leaves the rendering to the layer around the router (see [`crate::api`] and
/// `pages`): the response carries the error as an extension.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.status().into_response();
        if let Self::TooMany(reached) = &self {
            reached.write_headers(response.headers_mut());
        }
        response
            .extensions_mut()
            .insert(Failure(std::sync::Arc::new(self)));
        response
    }
}
