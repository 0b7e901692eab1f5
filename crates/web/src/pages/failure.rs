//! Errors as pages, and the headers that every page carries.

use askama::Template;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use super::shell::Shell;
use crate::error::Failure;

/// Only what this server sends is run or shown; nobody may frame a page.
const POLICY: &str = "default-src 'self'; object-src 'none'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "pages/error.html")]
pub(super) struct ErrorPage {
    pub(super) shell: Shell,
    pub(super) status: u16,
    pub(super) heading: &'static str,
    pub(super) message: String,
}

/// Renders errors of page routes, and the framework's replies without a body.
pub(crate) async fn render(request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let status = response.status();
    let message = match response.extensions().get::<Failure>() {
        Some(Failure(error)) => Some(error.message()),
        None if status == StatusCode::METHOD_NOT_ALLOWED => {
            Some("This address does not take that kind of request.".to_owned())
        }
        None => None,
    };
    let response = match message {
        Some(message) => instead_of(response, error_page(status, message)),
        None => response,
    };
    with_security_headers(response)
}

/// A page in the place of a reply. What that said beside its body stays, such as how
/// long to wait.
fn instead_of(response: Response, page: Response) -> Response {
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.extend(page.headers().clone());
    Response::from_parts(parts, page.into_body())
}

fn error_page(status: StatusCode, message: String) -> Response {
    let page = ErrorPage {
        shell: Shell::outside(),
        status: status.as_u16(),
        heading: heading(status),
        message,
    };
    match page.render() {
        Ok(html) => (status, Html(html)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the error page cannot be rendered");
            status.into_response()
        }
    }
}

fn heading(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Not found",
        StatusCode::FORBIDDEN => "Not allowed",
        StatusCode::TOO_MANY_REQUESTS => "Too many at once",
        StatusCode::INTERNAL_SERVER_ERROR => "Something went wrong",
        _ => "That did not work",
    }
}

/// Adds what keeps a browser from running or framing what it should not.
pub(crate) fn with_security_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages hold what only the person who is signed in may see.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn our_own_faults_are_not_explained_to_strangers() {
        let error = Error::internal(anyhow::anyhow!("password of the database"));
        let page = ErrorPage {
            shell: Shell::outside(),
            status: 500,
            heading: heading(error.status()),
            message: error.message(),
        };
        let html = page.render().unwrap();
        assert!(html.contains("Something went wrong") && !html.contains("database"));
    }
}
