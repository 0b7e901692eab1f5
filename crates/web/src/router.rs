//! The whole service: API and pages, with what is around both.

use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, Method};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::{AppState, Settings};
use crate::{api, pages, trace};

/// The largest JSON body or form, in bytes. The route for files reads its body as
/// a stream and has a limit of its own.
const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// The whole service.
pub fn router(state: AppState) -> Router {
    let cors = cors(&state.settings);
    api::router(&state)
        .layer(cors)
        .merge(pages::router(&state))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(trace::trace))
        .with_state(state)
}

fn cors(settings: &Settings) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(settings.cors_origins.clone()))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("x-csrf-token"),
        ])
}
