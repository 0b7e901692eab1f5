//! Extractors whose refusals have the API's shape.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use crate::client::Client;
use crate::error::{Error, FieldProblem};
use crate::state::AppState;

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
    if let Some(field) = missing_field(&text) {
        return FieldProblem::missing(field);
    }
    match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => {
            FieldProblem::body(path, without_value(message))
        }
        _ => FieldProblem {
            kind: "value_error",
            loc: vec!["body".to_owned()],
            msg: text,
        },
    }
}

fn missing_field(message: &str) -> Option<&str> {
    message.strip_prefix("missing field `")?.strip_suffix('`')
}

/// serde repeats a value of the wrong type, which may be a secret; what it
/// expected is enough.
fn without_value(message: &str) -> &str {
    let repeats = message.starts_with("invalid type") || message.starts_with("invalid value");
    match message.rfind("expected ") {
        Some(start) if repeats => &message[start..],
        _ => message,
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
    if let Some(field) = missing_field(text) {
        return FieldProblem {
            kind: "missing",
            ..FieldProblem::query(field, "Field required")
        };
    }
    match text.split_once(": ") {
        Some((field, message)) if !field.contains(' ') => {
            FieldProblem::query(field, without_value(message))
        }
        _ => FieldProblem {
            kind: "value_error",
            loc: vec!["query".to_owned()],
            msg: text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_the_wrong_type_is_not_repeated() {
        let message = "invalid type: string \"Secret, expected 1!\", expected u32";
        assert_eq!(without_value(message), "expected u32");
        let message = "unknown variant `boss`, expected one of `writer`, `editor`";
        assert_eq!(without_value(message), message);
    }

    #[test]
    fn a_query_problem_names_its_parameter() {
        let problem = query_problem("Failed to deserialize query string: missing field `q`");
        assert_eq!((problem.kind, problem.loc[1].as_str()), ("missing", "q"));
        let problem = query_problem("year: invalid digit found in string");
        assert_eq!(problem.loc, ["query", "year"]);
    }
}
