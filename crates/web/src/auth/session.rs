//! Opening sessions: by password, for the API and for pages.

use archivist_store::sessions::{self, NewSession, SignedIn, Token};
use archivist_store::users::{self, User};
use archivist_store::{PgConnection, audit};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::cookie::SessionCookie;
use super::{password, tokens};
use crate::error::Error;
use crate::extract::Client;
use crate::state::AppState;

/// How long a browser stays signed in.
const COOKIE_LIFETIME: TimeDelta = TimeDelta::hours(12);

/// The pair of tokens that the API hands out.
#[derive(Debug, Clone)]
pub struct TokenPair {
    /// Opens the API until `expires_at`.
    pub access: String,
    /// Opens the next pair.
    pub refresh: String,
    /// When access ends.
    pub expires_at: DateTime<Utc>,
}

/// The active account with this address and password. Whether the address or
/// the password was wrong shows neither in the answer nor in its time.
pub async fn check_password(
    state: &AppState,
    email: &str,
    password: String,
) -> Result<User, Error> {
    let user = users::find_by_email(&state.pool, email.trim()).await?;
    let hash = user.as_ref().map(|u| u.hashed_password.clone());
    let matches = password::verify(&state.cpu, password.clone(), hash).await;
    match user {
        Some(user) if matches && user.is_active => {
            renew_outdated_hash(state, &user, password).await?;
            Ok(user)
        }
        _ => Err(Error::Unauthenticated("Invalid email or password")),
    }
}

async fn renew_outdated_hash(state: &AppState, user: &User, password: String) -> Result<(), Error> {
    if password::is_outdated(&user.hashed_password) {
        let hash = password::hash(&state.cpu, password).await;
        users::renew_hash(&state.pool, user.user_id, &user.hashed_password, &hash).await?;
    }
    Ok(())
}

/// Opens a session for the API.
pub async fn open_for_api(
    conn: &mut PgConnection,
    state: &AppState,
    user: &User,
    client: &Client,
) -> Result<TokenPair, Error> {
    let now = state.clock.now();
    let expires_at = now + state.settings.session;
    let refresh_expires_at = now + tokens::REFRESH_LIFETIME;
    let pair = TokenPair {
        access: state.keys.access(user.user_id, now, expires_at),
        refresh: state.keys.refresh(user.user_id, now, refresh_expires_at),
        expires_at,
    };
    let new = NewSession {
        user_id: user.user_id,
        access_hash: &tokens::hash(&pair.access),
        refresh_hash: Some(&tokens::hash(&pair.refresh)),
        expires_at,
        refresh_expires_at: Some(refresh_expires_at),
        ip_address: client.address.as_deref(),
        user_agent: client.agent.as_deref(),
    };
    sessions::create(conn, &new).await?;
    Ok(pair)
}

/// Opens a session for a browser, and writes the sign-in down.
pub async fn open_for_browser(
    state: &AppState,
    user: &User,
    client: &Client,
) -> Result<SessionCookie, Error> {
    let cookie = SessionCookie::generate();
    let mut tx = state.pool.begin().await?;
    let new = NewSession {
        user_id: user.user_id,
        access_hash: &cookie.hash(),
        refresh_hash: None,
        expires_at: state.clock.now() + COOKIE_LIFETIME,
        refresh_expires_at: None,
        ip_address: client.address.as_deref(),
        user_agent: client.agent.as_deref(),
    };
    sessions::create(&mut tx, &new).await?;
    audit::record(
        &mut tx,
        client.audit(
            "user.login",
            "user",
            Some(user.user_id.0),
            Some(user.user_id),
            json!({}),
        ),
    )
    .await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The session behind a cookie, while it lasts.
pub async fn of_cookie(
    cookie: &SessionCookie,
    state: &AppState,
) -> Result<Option<SignedIn>, Error> {
    let found = sessions::find(
        &state.pool,
        Token::Access(&cookie.hash()),
        state.clock.now(),
    )
    .await?;
    Ok(found)
}
