//! Where a request comes from and what it asks, for sessions and the audit log.

use std::convert::Infallible;

use archivist_domain::UserId;
use archivist_store::audit::Origin;
use axum::extract::FromRequestParts;
use axum::http::header::{REFERER, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderName, StatusCode};
use serde_json::{Map, Value, json};
use url::form_urlencoded;
use uuid::Uuid;

use crate::address;
use crate::state::AppState;
use crate::trace::RequestId;

/// What is kept of a text that a client sends along.
const MAX_CHARS: usize = 500;

/// How many query parameters are kept.
const MAX_PARAMETERS: usize = 50;

/// The client and the facts of its request.
#[derive(Debug, Clone)]
pub struct Client {
    /// Its address.
    pub address: Option<String>,
    /// What it says it is.
    pub agent: Option<String>,
    method: String,
    path: String,
    query: Option<Map<String, Value>>,
    referer: Option<String>,
    request_id: Option<Uuid>,
    status: StatusCode,
}

impl Client {
    /// The status of the reply, where it is not the usual one: the audit log tells it,
    /// and the row is written before the reply.
    #[must_use]
    pub fn answering(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// For a change by this person.
    pub fn by(&self, person: UserId) -> Origin {
        Origin::request(Some(person), self.facts())
    }

    /// The facts of the request, under the names that clients of the log know
    /// (contract, 6.1).
    pub(crate) fn facts(&self) -> Map<String, Value> {
        let facts = json!({
            "ip_address": self.address,
            "user_agent": self.agent,
            "method": self.method,
            "path": self.path,
            "status_code": self.status.as_u16(),
            "query_params": self.query,
            "request_id": self.request_id,
        });
        let Value::Object(mut facts) = facts else {
            unreachable!("it is written as an object")
        };
        if let Some(referer) = &self.referer {
            facts.insert("referer".to_owned(), json!(referer));
        }
        facts
    }
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let proxies = &state.settings.trusted_proxies;
        let address = address::of_client(&parts.extensions, &parts.headers, proxies);
        Ok(Self {
            address: address.map(|address| address.to_string()),
            agent: header(parts, &USER_AGENT),
            method: parts.method.to_string(),
            path: short(parts.uri.path()),
            query: parts.uri.query().and_then(parameters),
            referer: header(parts, &REFERER),
            request_id: parts.extensions.get::<RequestId>().map(|id| id.0),
            status: usual_status(parts.uri.path()),
        })
    }
}

/// A change made in the API is answered with 200; one made on a page leads to another.
fn usual_status(path: &str) -> StatusCode {
    if path.starts_with("/api/") {
        StatusCode::OK
    } else {
        StatusCode::SEE_OTHER
    }
}

fn header(parts: &Parts, name: &HeaderName) -> Option<String> {
    let value = parts.headers.get(name)?;
    Some(short(&String::from_utf8_lossy(value.as_bytes())))
}

/// The last value of each parameter; `None` where there is none.
fn parameters(query: &str) -> Option<Map<String, Value>> {
    let pairs = form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMETERS);
    let all: Map<_, _> = pairs
        .map(|(name, value)| (short(&name), Value::String(short(&value))))
        .collect();
    (!all.is_empty()).then_some(all)
}

/// PostgreSQL cannot store the character NUL.
fn short(text: &str) -> String {
    text.chars()
        .filter(|c| *c != '\0')
        .take(MAX_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_repeated_parameter_the_last_value_is_kept() {
        let found = parameters("force=false&x=%00y&force=true").unwrap();
        assert_eq!(Value::from(found), json!({ "force": "true", "x": "y" }));
        assert_eq!(parameters(""), None);
    }

    #[test]
    fn nobody_fills_the_log_with_a_long_header() {
        assert_eq!(short(&"ö".repeat(4000)).chars().count(), MAX_CHARS);
    }
}
