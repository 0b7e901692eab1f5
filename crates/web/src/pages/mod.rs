//! The pages.

use axum::Router;

use crate::state::AppState;

/// All pages and static files.
pub(crate) fn router(_state: AppState) -> Router<AppState> {
    Router::new()
}
