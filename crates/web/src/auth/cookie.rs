//! The session cookie of the pages, and the CSRF token that goes with it.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::tokens;
use crate::error::Error;

/// The header that scripts send the CSRF token in.
pub const CSRF_HEADER: &str = "x-csrf-token";

/// The form field that carries the CSRF token.
pub const CSRF_FIELD: &str = "csrf";

/// The secret that a signed-in browser holds.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie(String);

// The secret must not reach a log.
impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionCookie(…)")
    }
}

impl SessionCookie {
    /// What it is called.
    pub const NAME: &'static str = "archivist_session";

    /// A new secret: 256 random bits.
    pub fn generate() -> Self {
        Self(tokens::random_secret())
    }

    /// The cookie of a request, where there is one.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let jar = CookieJar::from_headers(headers);
        jar.get(Self::NAME)
            .map(|cookie| Self(cookie.value().to_owned()))
    }

    /// What the database keeps of it.
    pub fn hash(&self) -> String {
        tokens::hash(&self.0)
    }

    /// As the browser is to keep it: until it is closed. The session
    /// behind it may end sooner.
    pub fn to_set(&self, secure: bool) -> Cookie<'static> {
        Cookie::build((Self::NAME, self.0.clone()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(secure)
            .build()
    }

    /// What makes the browser forget it.
    pub fn to_remove() -> Cookie<'static> {
        let mut cookie = Cookie::build((Self::NAME, "")).path("/").build();
        cookie.make_removal();
        cookie
    }

    /// The token that forms and scripts send back. It is derived from the
    /// secret, which another site cannot read, so nothing has to be kept.
    pub fn csrf(&self) -> String {
        csrf_token(&self.0)
    }

    /// Refuses a request that changes something without the token.
    pub fn check_csrf(&self, sent: Option<&str>) -> Result<(), Error> {
        if sent.is_some_and(|sent| same_secret(sent, &self.csrf())) {
            Ok(())
        } else {
            Err(Error::Forbidden(
                "This form has expired. Reload the page and try again.".to_owned(),
            ))
        }
    }

    pub(super) fn check_csrf_header(&self, headers: &HeaderMap) -> Result<(), Error> {
        self.check_csrf(headers.get(CSRF_HEADER).and_then(|v| v.to_str().ok()))
    }
}

/// The CSRF token that belongs to a cookie's secret.
pub fn csrf_token(secret: &str) -> String {
    tokens::hash(&format!("csrf:{secret}"))
}

/// Compares without telling by its duration where two texts differ.
pub fn same_secret(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0, |diff, (x, y)| diff | (x ^ y))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_cookie_expires_at_once() {
        let header = SessionCookie::to_remove().to_string();
        assert!(header.contains("Max-Age=0"), "{header}");
    }

    #[test]
    fn a_token_of_another_session_is_refused() {
        let (mine, other) = (SessionCookie::generate(), SessionCookie::generate());
        assert!(mine.check_csrf(Some(&mine.csrf())).is_ok());
        assert!(mine.check_csrf(Some(&other.csrf())).is_err());
        assert!(mine.check_csrf(None).is_err());
    }
}
