//! Forms: read with their CSRF token, and shown again with what is wrong.

use std::collections::BTreeMap;

use axum::body::{Body, Bytes};
use axum::extract::{Form, FromRequest, Request};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use crate::auth::{CSRF_FIELD, SessionCookie};
use crate::error::Error;
use crate::state::AppState;

/// The fields of a form that this site's own page has sent.
#[derive(Debug)]
pub(super) struct CheckedForm<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<AppState> for CheckedForm<T> {
    type Rejection = Error;
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Error> {
        let cookie = SessionCookie::read(request.headers())
            .ok_or(Error::Unauthenticated("Sign in again, please."))?;
        let (parts, body) = request.into_parts();
        let bytes = Bytes::from_request(Request::new(body), state)
            .await
            .map_err(|e| Error::TooLarge(e.body_text()))?;
        let token = form_urlencoded::parse(&bytes)
            .find(|(name, _)| name == CSRF_FIELD)
            .map(|(_, value)| value.into_owned());
        cookie.check_csrf(token.as_deref())?;
        read(Request::from_parts(parts, Body::from(bytes)), state)
            .await
            .map(Self)
    }
}

/// The fields of a form, its token not checked.
async fn read<T: DeserializeOwned>(request: Request, state: &AppState) -> Result<T, Error> {
    let Form(fields) = Form::from_request(request, state)
        .await
        .map_err(|e| Error::Unprocessable(e.body_text()))?;
    Ok(fields)
}

/// A form with a button and nothing else.
#[derive(Debug, Deserialize)]
pub(super) struct NoFields {}

/// What is wrong with a form, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Problems(BTreeMap<String, String>);

/// The key of a problem that no single field has.
const WHOLE_FORM: &str = "";

impl Problems {
    /// One problem of one field.
    pub(super) fn at(field: &str, message: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, message);
        problems
    }

    /// Notes a problem; the first one of a field stays.
    pub(super) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0
            .entry(field.to_owned())
            .or_insert_with(|| sentence(&message.into()));
    }

    /// An error as problems of the form, where the person can mend it there;
    /// any other error is handed back.
    pub(super) fn of_error(error: Error) -> Result<Self, Error> {
        match error {
            Error::Invalid(found) => {
                let mut problems = Self::default();
                for problem in found {
                    let field = problem.field().unwrap_or(WHOLE_FORM);
                    problems.add(field, problem.msg.clone());
                }
                Ok(problems)
            }
            Error::Refused(_) | Error::Conflict(_) | Error::Unprocessable(_) => {
                Ok(Self::at(WHOLE_FORM, error.message()))
            }
            other => Err(other),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with a field.
    pub(super) fn of(&self, field: &str) -> Option<&str> {
        self.0.get(field).map(String::as_str)
    }

    /// What is wrong with the form as a whole.
    pub(super) fn of_form(&self) -> Option<&str> {
        self.of(WHOLE_FORM)
    }
}

/// Messages of rules begin in lower case; beside a field they are sentences.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let Some(first) = chars.next() else {
        return String::new();
    };
    let end = if message.ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    format!("{}{}{end}", first.to_uppercase(), chars.as_str())
}

/// A text field: `None` when it holds only white space.
pub(super) fn filled(text: &str) -> Option<&str> {
    let text = text.trim();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_errors_stay_beside_their_field() {
        let problems = Problems::of_error(Error::field("year", "no such year")).unwrap();
        assert_eq!(problems.of("year"), Some("No such year."));
        assert_eq!(problems.of_form(), None);
        let whole = Problems::of_error(Error::Conflict("Taken!".to_owned())).unwrap();
        assert_eq!(whole.of_form(), Some("Taken!"));
        assert!(Problems::of_error(Error::NotFound("gone".to_owned())).is_err());
    }
}
