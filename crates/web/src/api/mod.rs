//! The JSON API, under the paths and in the shapes of the contract.

mod failure;

use axum::Router;

use crate::state::AppState;

/// All API routes, with `/openapi.json` and `/docs`.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
}
