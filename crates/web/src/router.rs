//! Every route, in one flat list.

use axum::extract::DefaultBodyLimit;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderName, Method};
use axum::{Router, middleware};
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::state::{AppState, Settings};
use crate::{api, pages, trace};

// A multipart body holds a file and some fields around it.
const ROOM_FOR_FIELDS: u64 = 1024 * 1024;

/// The whole service.
pub fn router(state: AppState) -> Router {
    let body_limit =
        usize::try_from(state.settings.max_upload_bytes + ROOM_FOR_FIELDS).unwrap_or(usize::MAX);
    let cors = cors(&state.settings);
    api::router()
        .layer(cors)
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(body_limit))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn(trace::trace))
        .with_state(state)
}

fn cors(settings: &Settings) -> CorsLayer {
    let origins = settings
        .cors_origins
        .iter()
        .filter_map(|origin| origin.parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("x-csrf-token"),
        ])
}
