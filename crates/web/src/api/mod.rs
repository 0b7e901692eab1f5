//! The JSON API, under the paths and in the shapes of the contract.
//!
//! Each area is a module with its own `routes()`; OpenAPI is made of what the
//! handlers say of themselves, so that a route cannot be left out of it.

mod alias;
pub(crate) mod amount;
mod audit;
mod auth;
mod chat;
pub(crate) mod citations;
mod config;
mod document;
mod documents;
pub(crate) mod failure;
mod feed;
mod jobs;
mod moment;
mod offsets;
mod outputs;
mod pagination;
mod path;
mod programs;
mod prompts;
mod query;
mod refusals;
mod search;
mod styles;
mod system;
mod users;

use axum::http::{StatusCode, Uri};
use axum::middleware;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get};
use axum::{Router, http::header::LOCATION};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_swagger_ui::{Config, SwaggerUi};

use crate::auth::SessionCookie;
use crate::error::{Error, panicked};
use crate::limit;
use crate::state::AppState;

/// What OpenAPI says of the API as a whole.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Org Archivist API",
        version = "0.1.0",
        description = "The archive of an organization, drafts with sources, and what became of them.\n\n\
            Timestamps are UTC without a zone. Amounts of money in replies are texts with two places. \
            Places in texts are counted in Unicode code points.",
    ),
    components(schemas(failure::ErrorBody, failure::Detail, crate::error::FieldProblem)),
    security(("bearer" = []), ("cookie" = [])),
    modifiers(&WaysToSignIn),
    tags(
        (name = "system", description = "What the service is, and whether it lives"),
        (name = "auth", description = "Accounts and sessions"),
        (name = "documents", description = "The library"),
        (name = "jobs", description = "Files on their way into the library"),
        (name = "search", description = "Passages of the library"),
        (name = "query", description = "Drafts with sources"),
        (name = "chat", description = "Questions to the library"),
        (name = "outputs", description = "Texts on their way from draft to decision"),
        (name = "programs", description = "Lines of the organization's work"),
        (name = "writing styles", description = "How texts should sound"),
        (name = "prompts", description = "Layers that a drafting model is given"),
        (name = "config", description = "What the site has set by itself"),
        (name = "users", description = "Accounts, for admins"),
        (name = "audit", description = "Who changed what"),
    ),
)]
struct ApiDoc;

struct WaysToSignIn;

impl Modify for WaysToSignIn {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_default();
        let mut http = Http::new(HttpAuthScheme::Bearer);
        http.bearer_format = Some("JWT".to_owned());
        http.description = Some("The `access_token` of `/api/auth/login`.".to_owned());
        components.add_security_scheme("bearer", SecurityScheme::Http(http));
        let cookie = ApiKeyValue::with_description(
            SessionCookie::NAME,
            "The session of the pages; what changes something also needs `X-CSRF-Token`.",
        );
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
}

/// All API routes, with `/openapi.json` and `/docs`.
pub(crate) fn router(state: &AppState) -> Router<AppState> {
    let (routes, document) = areas().split_for_parts();
    routes
        .route("/api", any(unknown))
        .route("/api/", any(unknown))
        .route("/api/{*rest}", any(unknown))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(state.clone(), limit::limit))
        .layer(middleware::from_fn(failure::render))
        .route("/redoc", get(|| async { Redirect::temporary("/docs/") }))
        .merge(docs(&document))
}

fn areas() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDoc::openapi())
        .merge(system::routes())
        .merge(auth::routes())
        .merge(documents::routes())
        .merge(citations::routes())
        .merge(jobs::routes())
        .merge(search::routes())
        .merge(query::routes())
        .merge(chat::routes())
        .merge(outputs::routes())
        .merge(programs::routes())
        .merge(styles::routes())
        .merge(prompts::routes())
        .merge(config::routes())
        .merge(users::routes())
        .merge(audit::routes())
}

fn docs(document: &Document) -> SwaggerUi {
    // The badge of an outside validator would call home.
    let config = Config::from("/openapi.json").validator_url("none");
    SwaggerUi::new("/docs")
        .external_url_unchecked("/openapi.json", document::complete(document))
        .config(config)
}

/// A path with a trailing slash is sent to the one without; no other is known.
async fn unknown(uri: Uri) -> Response {
    match without_slash(&uri) {
        Some(location) => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, location)]).into_response(),
        None => Error::NotFound(format!("There is no route {}.", uri.path())).into_response(),
    }
}

fn without_slash(uri: &Uri) -> Option<String> {
    let path = uri.path().strip_suffix('/')?.trim_end_matches('/');
    let query = uri.query().map(|query| format!("?{query}"));
    Some(format!("{path}{}", query.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailing_slash_is_dropped_and_the_query_kept() {
        let bare = |uri: &'static str| without_slash(&Uri::from_static(uri));
        assert_eq!(bare("/api/programs/").as_deref(), Some("/api/programs"));
        assert_eq!(
            bare("/api/outputs//?skip=1").as_deref(),
            Some("/api/outputs?skip=1")
        );
        assert_eq!(bare("/api/nothing"), None);
    }
}
