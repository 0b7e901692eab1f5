//! What the service is, and whether it lives.

use std::time::Duration;

use archivist_store::pool;
use axum::extract::State;
use axum::http::header::{ACCEPT, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusals::Limited;
use crate::extract::Json;
use crate::state::AppState;

/// The version of the API, which clients compare; not that of the program.
pub(super) const API_VERSION: &str = "0.1.0";

// Longer than a healthy database takes, shorter than a probe waits.
const PATIENCE: Duration = Duration::from_millis(500);

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(root))
        .routes(routes!(health))
}

/// What the service is and where to go on.
#[derive(Debug, Serialize, ToSchema)]
struct Root {
    /// Its name.
    #[schema(example = "Org Archivist API")]
    name: &'static str,
    /// The version of the API.
    version: &'static str,
    /// What it does.
    description: &'static str,
    /// The browsable documentation.
    docs_url: &'static str,
    /// The sign of life.
    health_url: &'static str,
    /// The counters.
    metrics_url: &'static str,
}

/// What this is.
///
/// A browser is sent on to the library.
#[utoipa::path(get, path = "/", tag = "system", security(()), responses(
    (status = 200, description = "Name, version and addresses", body = Root),
    (status = 303, description = "To the library, for clients that prefer HTML"),
))]
async fn root(headers: HeaderMap) -> Response {
    let mut response = if prefers_html(&headers) {
        Redirect::to("/library").into_response()
    } else {
        Json(Root {
            name: "Org Archivist API",
            version: API_VERSION,
            description: "Institutional memory and grant writing with sources",
            docs_url: "/docs",
            health_url: "/api/health",
            metrics_url: "/api/metrics",
        })
        .into_response()
    };
    let vary = HeaderValue::from_static("accept");
    response.headers_mut().append(VARY, vary);
    response
}

fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| quality(accept, "text/html") > quality(accept, "application/json"))
}

/// How welcome a media type is, 0 to 1: by its own name, else by `type/*`, else by
/// `*/*`.
fn quality(accept: &str, media_type: &str) -> f32 {
    let family = media_type.split('/').next().unwrap_or_default();
    let names = [
        media_type.to_owned(),
        format!("{family}/*"),
        "*/*".to_owned(),
    ];
    let of_name = |name: &String| {
        accept.split(',').find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let is_it = parts.next()?.eq_ignore_ascii_case(name);
            let weight = parts.find_map(|part| part.strip_prefix("q="));
            is_it.then(|| weight.map_or(1.0, |q| q.parse().unwrap_or(0.0)))
        })
    };
    names.iter().find_map(of_name).unwrap_or(0.0)
}

/// A sign of life.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `healthy` while the service answers.
    #[schema(example = "healthy")]
    status: &'static str,
    /// Which service this is.
    service: &'static str,
    /// The version of the API.
    version: &'static str,
    /// What was looked at.
    checks: Checks,
}

/// What a sign of life looked at.
#[derive(Debug, Serialize, ToSchema)]
struct Checks {
    /// Always `ok`.
    #[schema(example = "ok")]
    api: &'static str,
    /// `ok`, or `unreachable` where the database did not answer in time.
    #[schema(example = "ok")]
    database: &'static str,
}

/// Whether the service lives.
///
/// `status` speaks of this process alone; `checks.database` tells of the database.
#[utoipa::path(get, path = "/api/health", tag = "system", security(()), responses(
    (status = 200, description = "It lives", body = Health),
    Limited,
))]
async fn health(State(state): State<AppState>) -> Json<Health> {
    let probe = tokio::time::timeout(PATIENCE, pool::ping(&state.pool)).await;
    Json(Health {
        status: "healthy",
        service: "org-archivist-backend",
        version: API_VERSION,
        checks: Checks {
            api: "ok",
            database: match probe {
                Ok(Ok(())) => "ok",
                _ => "unreachable",
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefers(accept: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        prefers_html(&headers)
    }

    #[test]
    fn a_browser_wants_the_page_and_a_program_the_json() {
        assert!(prefers(
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        ));
        assert!(!prefers("*/*"));
        assert!(!prefers("application/json, text/plain, */*"));
        assert!(!prefers("application/json, text/html;q=0.5"));
        assert!(prefers("text/*, application/json;q=0.1"));
        assert!(!prefers_html(&HeaderMap::new()));
    }
}
