//! `/sign-in` and `/sign-out`.

use archivist_store::sessions;
use askama::Template;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::form::{CheckedForm, NoFields, Problems};
use super::page;
use super::shell::Shell;
use super::visitor::Visitor;
use crate::auth::{SessionCookie, session};
use crate::error::Error;
use crate::extract::{Client, Query};
use crate::state::AppState;

/// Where a person lands who came from nowhere.
const HOME: &str = "/library";

#[derive(Template)]
#[template(path = "pages/sign_in.html")]
pub(super) struct SignInPage {
    pub(super) shell: Shell,
    pub(super) organization: Option<String>,
    pub(super) email: String,
    pub(super) next: String,
    pub(super) problems: Problems,
}

/// Where to go after signing in.
#[derive(Debug, Deserialize)]
pub(super) struct Next {
    #[serde(default)]
    next: String,
}

/// What a person types.
#[derive(Deserialize)]
pub(super) struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    next: String,
}

/// The form.
pub(super) async fn show(
    State(state): State<AppState>,
    Query(next): Query<Next>,
) -> Result<Response, Error> {
    page(&SignInPage {
        shell: Shell::outside(),
        organization: state.settings.organization.clone(),
        email: String::new(),
        next: next.next,
        problems: Problems::default(),
    })
}

/// Opens a session, or shows the form again with what is wrong.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Form(credentials): Form<Credentials>,
) -> Result<Response, Error> {
    refuse_other_sites(&headers)?;
    let Credentials {
        email,
        password,
        next,
    } = credentials;
    let user = match session::check_password(&state, &email, password).await {
        Ok(user) => user,
        Err(Error::Unauthenticated(_)) => return refused(&state, email, next),
        Err(error) => return Err(error),
    };
    let cookie = session::open_for_browser(&state, &user, &client).await?;
    let jar = CookieJar::new().add(cookie.to_set(state.settings.secure_cookies));
    let address = if user.must_change_password {
        "/account/password".to_owned()
    } else {
        safe_address(&next)
    };
    Ok((jar, Redirect::to(&address)).into_response())
}

fn refused(state: &AppState, email: String, next: String) -> Result<Response, Error> {
    let message = "E-mail address or password is wrong. \
                   An admin of your organization can give you a new password.";
    let form = page(&SignInPage {
        shell: Shell::outside(),
        organization: state.settings.organization.clone(),
        email,
        next,
        problems: Problems::at("", message),
    })?;
    Ok((StatusCode::UNAUTHORIZED, form).into_response())
}

/// Ends the session.
pub(super) async fn sign_out(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let signed_in = &visitor.signed_in;
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    sessions::end(&mut tx, signed_in).await?;
    tx.commit().await?;
    let jar = CookieJar::new().add(SessionCookie::to_remove());
    Ok((jar, Redirect::to("/sign-in")).into_response())
}

/// Another site must not sign a person in under an account of its choice; there
/// is no session yet that could carry a token against it.
fn refuse_other_sites(headers: &HeaderMap) -> Result<(), Error> {
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        None | Some(b"same-origin" | b"none") => Ok(()),
        Some(_) => Err(Error::Forbidden(
            "Sign in on this site's own page.".to_owned(),
        )),
    }
}

/// An address of this site: anything else leads home.
fn safe_address(next: &str) -> String {
    let stays = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if stays { next } else { HOME }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        assert_eq!(safe_address("/search?q=a"), "/search?q=a");
        for next in [
            "",
            "//evil.example",
            "https://evil.example",
            "/\\evil",
            "/\t/evil",
        ] {
            assert_eq!(safe_address(next), HOME, "{next}");
        }
    }

    #[test]
    fn a_form_of_another_site_is_refused() {
        let mut headers = HeaderMap::new();
        assert!(refuse_other_sites(&headers).is_ok());
        headers.insert("sec-fetch-site", "same-origin".parse().unwrap());
        assert!(refuse_other_sites(&headers).is_ok());
        headers.insert("sec-fetch-site", "cross-site".parse().unwrap());
        assert!(refuse_other_sites(&headers).is_err());
    }
}
