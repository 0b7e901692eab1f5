//! The whole service: API and pages, with what is around both.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use crate::error::Error;
use crate::state::{AppState, Settings};
use crate::{accept, api, limit, pages, trace};

/// The largest JSON body or form, in bytes. The route for files reads its body as
/// a stream and has a limit of its own.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// What pages of allowed origins may use.
const METHODS: [Method; 7] = [
    Method::DELETE,
    Method::GET,
    Method::HEAD,
    Method::OPTIONS,
    Method::PATCH,
    Method::POST,
    Method::PUT,
];

/// For how long a browser need not ask again whether it may.
const PREFLIGHT: Duration = Duration::from_mins(10);

/// The whole service.
pub fn router(state: AppState) -> Router {
    let cors = cors(&state.settings);
    let metrics = Arc::clone(&state.metrics);
    api::router(&state)
        .layer(cors)
        .merge(pages::router(&state))
        .fallback_service(nowhere(&state))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(metrics, trace::trace))
        .with_state(state)
}

/// The answer at an address that no route has: a page for browsers, else JSON.
fn nowhere(state: &AppState) -> Router {
    let lost = || async { Error::NotFound("There is nothing at this address.".to_owned()) };
    Router::new()
        .fallback(lost)
        .layer(middleware::from_fn_with_state(state.clone(), limit::limit))
        .layer(middleware::from_fn(render))
}

async fn render(request: Request, next: Next) -> Response {
    if accept::prefers_html(request.headers()) {
        pages::failure::render(request, next).await
    } else {
        let response = api::failure::render(request, next).await;
        pages::failure::with_security_headers(response)
    }
}

fn cors(settings: &Settings) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(settings.cors_origins.clone()))
        .allow_credentials(true)
        .allow_methods(AllowMethods::list(METHODS))
        .allow_headers(AllowHeaders::mirror_request())
        .max_age(PREFLIGHT)
}
