//! Who asks, and whether they may.
//!
//! A handler names what it needs as an argument: [`Writer`], [`Editor`] or
//! [`Admin`] (each role may do what the ones before it may). The extractor has
//! then already proved it, by a bearer token or by the cookie of a page; with a
//! cookie, requests that change something must also carry the CSRF token.

mod cookie;
pub(crate) mod own_password;
pub mod password;
mod seal;
pub mod session;
pub mod tokens;

use archivist_domain::UserRole;
use archivist_domain::permission::Actor;
use archivist_store::sessions::{SignedIn, Token};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;

pub use cookie::{CSRF_FIELD, CSRF_HEADER, SessionCookie, csrf_token, same_secret};

use crate::error::Error;
use crate::state::AppState;

/// A signed-in person of any role.
#[derive(Debug, Clone)]
pub struct Writer(pub SignedIn);

/// A signed-in person who is at least an editor.
#[derive(Debug, Clone)]
pub struct Editor(pub SignedIn);

/// A signed-in admin or superuser.
#[derive(Debug, Clone)]
pub struct Admin(pub SignedIn);

/// The person behind a bearer token, where one is sent: for routes that are open
/// to everybody but do more for some.
#[derive(Debug, Clone)]
pub struct MaybeBearer(pub Option<SignedIn>);

impl Writer {
    /// The person as permissions see it.
    pub fn actor(&self) -> Actor {
        self.0.user.actor()
    }
}

impl FromRequestParts<AppState> for Writer {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        sign_in(parts, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Editor {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        at_least(UserRole::Editor, parts, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for Admin {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        at_least(UserRole::Admin, parts, state).await.map(Self)
    }
}

impl FromRequestParts<AppState> for MaybeBearer {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Error> {
        match bearer(&parts.headers)? {
            Some(token) => by_token(token, state).await.map(|found| Self(Some(found))),
            None => Ok(Self(None)),
        }
    }
}

async fn at_least(role: UserRole, parts: &mut Parts, state: &AppState) -> Result<SignedIn, Error> {
    let signed_in = sign_in(parts, state).await?;
    let actor = signed_in.user.actor();
    if actor.is_at_least(role) {
        return Ok(signed_in);
    }
    let needed = match role {
        UserRole::Admin => "Admin access required",
        _ => "Editor access required",
    };
    Err(Error::Forbidden(format!(
        "{needed}: your role is {}",
        actor.effective_role()
    )))
}

async fn sign_in(parts: &Parts, state: &AppState) -> Result<SignedIn, Error> {
    match bearer(&parts.headers)? {
        Some(token) => by_token(token, state).await,
        None => by_cookie(parts, state).await,
    }
}

/// The token that a request carries, where it carries one as it should.
pub(crate) fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    bearer(headers).ok().flatten()
}

fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Error> {
    let Some(value) = headers.get(AUTHORIZATION) else {
        return Ok(None);
    };
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|v| v.split_once(' '))
        .ok_or(Error::Unauthenticated("Invalid authentication credentials"))?;
    if scheme.eq_ignore_ascii_case("bearer") {
        Ok(Some(token.trim()))
    } else {
        Err(Error::Unauthenticated("Invalid authentication credentials"))
    }
}

async fn by_token(token: &str, state: &AppState) -> Result<SignedIn, Error> {
    let now = state.clock.now();
    let invalid = Error::Unauthenticated("Invalid or expired session");
    let Some(user_id) = state.keys.read_access(token, now) else {
        return Err(invalid);
    };
    let hash = tokens::hash(token);
    let token = Token::Access {
        clear: token,
        hash: &hash,
    };
    let found = archivist_store::sessions::find(&state.pool, token, now).await?;
    found.filter(|s| s.user.user_id == user_id).ok_or(invalid)
}

async fn by_cookie(parts: &Parts, state: &AppState) -> Result<SignedIn, Error> {
    let Some(cookie) = SessionCookie::read(&parts.headers) else {
        return Err(Error::Unauthenticated("Not authenticated"));
    };
    if !parts.method.is_safe() {
        cookie.check_csrf_header(&parts.headers)?;
    }
    session::of_cookie(&cookie, &parts.extensions, state)
        .await?
        .ok_or(Error::Unauthenticated("Invalid or expired session"))
}
