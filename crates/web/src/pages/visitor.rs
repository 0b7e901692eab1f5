//! Who looks at a page.
//!
//! [`Visitor`] is anybody signed in, even with a password that must be changed
//! first. [`PageWriter`] and [`PageEditor`] may use the pages of their role.

use archivist_domain::UserRole;
use archivist_domain::permission::Actor;
use archivist_store::sessions::SignedIn;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use url::form_urlencoded::byte_serialize;

use super::shell::{Person, Place, Shell};
use crate::auth::{SessionCookie, session};
use crate::error::Error;
use crate::state::AppState;

/// A person who is signed in.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    pub(super) signed_in: SignedIn,
    pub(super) cookie: SessionCookie,
}

/// A visitor who may use the pages: any role, no password to be changed first.
#[derive(Debug, Clone)]
pub(crate) struct PageWriter(pub(super) Visitor);

/// A visitor who is at least an editor.
#[derive(Debug, Clone)]
pub(crate) struct PageEditor(pub(super) Visitor);

impl Visitor {
    /// The person as permissions see it.
    pub(super) fn actor(&self) -> Actor {
        self.signed_in.user.actor()
    }

    /// Whether this person may add and delete documents.
    pub(super) fn is_editor(&self) -> bool {
        self.actor().is_at_least(UserRole::Editor)
    }

    /// What surrounds a page for this person.
    pub(super) fn shell(&self, place: Place) -> Shell {
        let user = &self.signed_in.user;
        let name = user.full_name.as_deref().filter(|n| !n.trim().is_empty());
        Shell {
            person: Some(Person {
                name: name.unwrap_or(&user.email).to_owned(),
                role: user.actor().effective_role(),
                csrf: self.cookie.csrf(),
            }),
            place: Some(place),
        }
    }
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match find(parts, state).await {
            Ok(Some(visitor)) => Ok(visitor),
            Ok(None) => Err(go_to(parts, &sign_in_address(parts))),
            Err(error) => Err(error.into_response()),
        }
    }
}

impl FromRequestParts<AppState> for PageWriter {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        if visitor.signed_in.user.must_change_password {
            return Err(go_to(parts, "/account/password"));
        }
        Ok(Self(visitor))
    }
}

impl FromRequestParts<AppState> for PageEditor {
    type Rejection = Response;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let PageWriter(visitor) = PageWriter::from_request_parts(parts, state).await?;
        if visitor.is_editor() {
            return Ok(Self(visitor));
        }
        let message = "Only editors and admins add or delete documents. \
                       Ask an admin of your organization for that role.";
        Err(Error::Forbidden(message.to_owned()).into_response())
    }
}

async fn find(parts: &Parts, state: &AppState) -> Result<Option<Visitor>, Error> {
    let Some(cookie) = SessionCookie::read(&parts.headers) else {
        return Ok(None);
    };
    let signed_in = session::of_cookie(&cookie, &parts.extensions, state).await?;
    Ok(signed_in.map(|signed_in| Visitor { signed_in, cookie }))
}

/// The sign-in page, which leads back to a page that was only looked at; a form
/// that was sent cannot be repeated.
fn sign_in_address(parts: &Parts) -> String {
    if !parts.method.is_safe() || is_partial(parts) {
        return "/sign-in".to_owned();
    }
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let next: String = byte_serialize(here.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// Leads the browser elsewhere; where htmx asks for a part of a page, the whole
/// page has to go.
fn go_to(parts: &Parts, address: &str) -> Response {
    if is_partial(parts) {
        [("HX-Redirect", address.to_owned())].into_response()
    } else {
        Redirect::to(address).into_response()
    }
}

fn is_partial(parts: &Parts) -> bool {
    parts.headers.contains_key("HX-Request")
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn parts(method: &str, uri: &str) -> Parts {
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        request.into_parts().0
    }

    #[test]
    fn sign_in_leads_back_to_the_page_with_its_query() {
        let address = sign_in_address(&parts("GET", "/search?q=a+b&year=2024"));
        assert_eq!(address, "/sign-in?next=%2Fsearch%3Fq%3Da%2Bb%26year%3D2024");
        assert_eq!(
            sign_in_address(&parts("POST", "/outputs/1/delete")),
            "/sign-in"
        );
    }

    #[test]
    fn a_part_of_a_page_takes_the_whole_page_along() {
        let mut parts = parts("GET", "/library/jobs");
        assert!(go_to(&parts, "/sign-in").status().is_redirection());
        parts.headers.insert("HX-Request", "true".parse().unwrap());
        let reply = go_to(&parts, "/sign-in");
        assert!(reply.status().is_success());
        assert_eq!(reply.headers()["HX-Redirect"], "/sign-in");
    }
}
