//! Extractors whose refusals have the API's shape.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, OptionalFromRequest, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub use crate::client::Client;
use crate::error::{Error, FieldProblem, Step};
use crate::lax::{self, Misfit};
use crate::state::AppState;

/// The longest text that is repeated to who sent it, in bytes.
const MAX_ECHO: usize = 100;

/// A JSON body, of a request or of a reply; a request's that does not fit is
/// refused with 422, field by field. A body without a Content-Type is taken as JSON.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let problem = |msg: &str| Error::Invalid(vec![FieldProblem::whole("body", msg)]);
        if !may_be_json(request.headers()) {
            return Err(problem(
                "send a JSON body with Content-Type: application/json",
            ));
        }
        let body = Bytes::from_request(request, state).await;
        let body = body.map_err(|rejection| Error::TooLarge(rejection.body_text()))?;
        let read = || serde_json::from_slice::<Value>(&body);
        let value = read().map_err(|_| problem("the body is not valid JSON"))?;
        lax::from_json(value).map(Self).map_err(|misfit| {
            let sent = read().unwrap_or_default();
            Error::Invalid(vec![field_problem("body", &misfit, &sent)])
        })
    }
}

/// `None` where the request has no body.
impl<T: DeserializeOwned> OptionalFromRequest<AppState> for Json<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Option<Self>, Error> {
        let (parts, body) = request.into_parts();
        let body = Bytes::from_request(Request::new(body), state).await;
        let body = body.map_err(|rejection| Error::TooLarge(rejection.body_text()))?;
        if body.is_empty() {
            return Ok(None);
        }
        let request = Request::from_parts(parts, Body::from(body));
        let read = <Self as FromRequest<AppState>>::from_request(request, state);
        read.await.map(Some)
    }
}

fn may_be_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(CONTENT_TYPE) else {
        return true;
    };
    let kind = kind.to_str().unwrap_or_default().to_ascii_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters; what does not fit is refused with 422.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Query<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Error> {
        Self::read(parts.uri.query().unwrap_or_default())
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads what stands behind the question mark of an address.
    pub(crate) fn read(query: &str) -> Result<Self, Error> {
        let pairs = || url::form_urlencoded::parse(query.as_bytes()).into_owned();
        lax::from_pairs(pairs()).map(Self).map_err(|misfit| {
            let name = misfit.at.first().map(Step::name).unwrap_or_default();
            let sent = pairs().filter(|(other, _)| other == name).last();
            let sent = sent.map(|(name, text)| serde_json::json!({ name: text }));
            Error::Invalid(vec![field_problem(
                "query",
                &misfit,
                &sent.unwrap_or_default(),
            )])
        })
    }
}

/// Says where the problem is and what was expected.
fn field_problem(part: &str, misfit: &Misfit, sent: &Value) -> FieldProblem {
    let text = misfit.message.as_str();
    let missing = text
        .strip_prefix("missing field `")
        .and_then(|name| name.strip_suffix('`'));
    let mut loc = vec![Step::Name(part.to_owned())];
    loc.extend(misfit.at.iter().cloned());
    if let Some(name) = missing {
        loc.push(Step::Name(name.to_owned()));
    }
    FieldProblem {
        kind: if missing.is_some() {
            "missing"
        } else {
            "value_error"
        },
        input: echo(&misfit.at, sent),
        loc,
        msg: missing.map_or_else(|| text.to_owned(), |_| "Field required".to_owned()),
    }
}

/// What was sent there, if it may be repeated.
fn echo(at: &[Step], sent: &Value) -> Value {
    let secret = |step: &Step| {
        ["password", "token", "secret"]
            .iter()
            .any(|it| step.name().contains(it))
    };
    if at.iter().any(secret) {
        return Value::Null;
    }
    let found = at.iter().try_fold(sent, |value, step| match step {
        Step::Name(name) => value.get(name),
        Step::Index(index) => value.get(index),
    });
    match found {
        Some(Value::String(text)) if text.len() <= MAX_ECHO => Value::String(text.clone()),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.clone(),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read from JSON")]
    struct Wish {
        years: Vec<i32>,
        password: Option<u8>,
    }

    fn problem(sent: &Value) -> FieldProblem {
        let misfit = lax::from_json::<Wish>(sent.clone()).unwrap_err();
        field_problem("body", &misfit, sent)
    }

    #[test]
    fn a_problem_names_the_place_and_what_was_sent_there() {
        let record = serde_json::to_value(problem(&json!({ "years": [1, "soon"] }))).unwrap();
        assert_eq!(
            record,
            json!({ "type": "value_error", "loc": ["body", "years", 1], "msg": "expected a whole number",
                    "input": "soon" })
        );
    }

    #[test]
    fn d_10_secrets_and_long_texts_are_not_repeated() {
        let of_password = problem(&json!({ "years": [], "password": "Secret1!" }));
        assert_eq!(of_password.input, Value::Null);
        let of_long = problem(&json!({ "years": ["x".repeat(101)] }));
        assert_eq!(of_long.input, Value::Null);
    }

    #[test]
    fn what_is_missing_is_named() {
        let missing = problem(&json!({}));
        assert_eq!((missing.kind, missing.field()), ("missing", Some("years")));
    }
}
