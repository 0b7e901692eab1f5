//! What the service is, and whether it lives.

use std::time::Duration;

use archivist_store::pool;
use axum::extract::State;
use axum::http::header::VARY;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::refusals::{ForHigherRoles, Limited};
use crate::accept::prefers_html;
use crate::auth::Admin;
use crate::error::Error;
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
        .routes(routes!(metrics))
}

/// What the service is and where to go on.
#[derive(Debug, Serialize, ToSchema)]
struct Root {
    /// Its name.
    #[schema(example = "Org Archivist API")]
    name: &'static str,
    /// The version of the API.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// What it does.
    #[schema(example = "Institutional memory and grant writing with sources")]
    description: &'static str,
    /// The browsable documentation.
    #[schema(example = "/docs")]
    docs_url: &'static str,
    /// The sign of life.
    #[schema(example = "/api/health")]
    health_url: &'static str,
    /// The counters.
    #[schema(example = "/api/metrics")]
    metrics_url: &'static str,
}

/// What this is.
///
/// A browser is sent on to the library.
#[utoipa::path(get, path = "/", tag = "system", security(()), responses(
    (status = 200, description = "Name, version and addresses", body = Root),
    (status = 303, description = "To the library, for clients that prefer HTML", headers(
        ("Location" = String, description = "`/library`"),
    )),
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

/// A sign of life.
#[derive(Debug, Serialize, ToSchema)]
struct Health {
    /// `healthy` while the service answers.
    #[schema(example = "healthy")]
    status: &'static str,
    /// Which service this is.
    #[schema(example = "org-archivist-backend")]
    service: &'static str,
    /// The version of the API.
    #[schema(example = "0.1.0")]
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

/// What this process has answered since it started.
#[derive(Debug, Serialize, ToSchema)]
struct MetricsReply {
    /// Requests answered, this one not included.
    #[schema(example = 1200)]
    total_requests: u64,
    /// Those answered with a status of 400 or more.
    #[schema(example = 18)]
    total_errors: u64,
    /// Errors among all requests.
    #[schema(example = "1.50%")]
    error_rate: String,
    /// Mean time of an answer, in milliseconds. A stream counts until it begins.
    #[schema(example = "3.21")]
    avg_response_time_ms: String,
    /// Time of all answers together, in seconds.
    #[schema(example = "3.85")]
    total_duration_seconds: String,
}

/// Counters of this process.
///
/// For admins. They begin with zero at each start.
#[utoipa::path(get, path = "/api/metrics", operation_id = "metrics", tag = "system", responses(
    (status = 200, description = "The counters", body = MetricsReply),
    ForHigherRoles,
))]
async fn metrics(State(state): State<AppState>, _: Admin) -> Result<Json<MetricsReply>, Error> {
    let counts = state.metrics.counts();
    Ok(Json(MetricsReply {
        total_requests: counts.requests,
        total_errors: counts.errors,
        error_rate: format!("{:.2}%", counts.error_rate()),
        avg_response_time_ms: format!("{:.2}", counts.mean_millis()),
        total_duration_seconds: format!("{:.2}", counts.total.as_secs_f64()),
    }))
}
