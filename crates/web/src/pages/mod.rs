//! The pages: HTML for people, rendered on the server.
//!
//! A page handler names who may see it ([`visitor::PageWriter`],
//! [`visitor::PageEditor`]); people who are not signed in are sent to the sign-in
//! page and back. Forms are read by [`form::CheckedForm`], which proves the CSRF
//! token. Errors become pages in [`failure`].

mod account;
mod add;
mod assets;
mod board;
mod citation;
mod cited;
mod confirm;
mod deleted;
mod document;
mod facet;
pub(crate) mod failure;
mod filter;
mod form;
mod jobs;
mod library;
mod marked;
mod named;
mod output;
mod pins;
mod saved;
mod search;
mod shell;
mod show;
mod sign_in;
mod synonyms;
#[cfg(test)]
mod tests;
mod versions;
mod visitor;
mod write;

use askama::Template;
use axum::extract::DefaultBodyLimit;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use tower_http::catch_panic::CatchPanicLayer;

use crate::error::{Error, panicked};
use crate::limit;
use crate::state::AppState;

/// All pages and static files.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    // The form counts for itself, so that it can say what is too large.
    let files = post(add::send).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::sign_in))
        .route("/sign-out", post(sign_in::sign_out))
        .route(
            "/account/password",
            get(account::show).post(account::change),
        )
        .route("/library", get(library::list))
        .route("/library/jobs", get(library::open_jobs))
        .route("/library/jobs/{id}/cancel", post(jobs::cancel))
        .route("/library/jobs/{id}/retry", post(jobs::retry))
        .route("/library/add", get(add::show).merge(files))
        .route("/library/deleted", get(deleted::list))
        .route("/library/{id}", get(document::show))
        .route(
            "/library/{id}/delete",
            get(document::confirm_delete).post(document::delete),
        )
        .route("/library/{id}/release", post(document::release))
        .route("/library/{id}/recognise", post(document::recognise))
        .route("/library/{id}/recognition", get(document::recognition))
        .route("/library/{id}/versions", post(versions::add))
        .route("/library/{id}/versions/remove", post(versions::remove))
        .route("/library/{id}/restore", post(deleted::restore))
        .route("/cited/{passage}", get(citation::show))
        .route(
            "/library/{id}/confirm",
            get(confirm::show).post(confirm::confirm),
        )
        .route("/search", get(search::search))
        .route("/search/synonyms", get(synonyms::list).post(synonyms::add))
        .route("/search/saved", post(saved::save))
        .route("/search/saved/{id}/delete", post(saved::delete))
        .route("/search/pins", post(pins::pin))
        .route("/search/pins/remove", post(pins::unpin))
        .route("/search/synonyms/{id}", post(synonyms::save))
        .route("/search/synonyms/{id}/delete", post(synonyms::delete))
        .route("/write", get(write::show))
        .route("/outputs", get(board::show))
        .route("/outputs/{id}", get(output::show).post(output::track))
        .route(
            "/outputs/{id}/edit",
            get(output::edit::show).post(output::edit::save),
        )
        .route(
            "/outputs/{id}/delete",
            get(output::delete::confirm).post(output::delete::delete),
        )
        .route("/static/{version}/{*path}", get(assets::serve))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(state.clone(), limit::limit))
        .layer(middleware::from_fn(failure::render))
}

/// A rendered template as a reply.
fn page(template: &impl Template) -> Result<Response, Error> {
    Ok(Html(template.render().map_err(Error::internal)?).into_response())
}
