//! Opening sessions: by password, for the API and for pages.

use archivist_domain::UserId;
use archivist_store::sessions::{self, NewSession, SignedIn, Token};
use archivist_store::users::{self, User};
use axum::extract::Request;
use axum::http::Extensions;
use chrono::{DateTime, TimeDelta, Utc};

use super::cookie::SessionCookie;
use super::password::{self, Hashes};
use super::tokens;
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
    refresh_expires_at: DateTime<Utc>,
}

/// The active account with this address and password. Whether the address or
/// the password was wrong shows neither in the answer nor in its time, nor in how
/// often one may try.
pub async fn check_password(
    state: &AppState,
    email: &str,
    password: String,
) -> Result<User, Error> {
    let guess = state.limits.guess(email, state.clock.now())?;
    let user = users::find_by_email(&state.pool, email.trim()).await?;
    let user = user.filter(|user| user.is_active);
    let hash = user.as_ref().map(|u| u.hashed_password.clone());
    let hashes = Hashes::of_site(users::bcrypt_cost(&state.pool).await?);
    if !password::verify(&state.cpu, password.clone(), hash, hashes).await {
        return Err(Error::Unauthenticated("Invalid email or password"));
    }
    guess.forgive();
    let user = user.ok_or(Error::Unauthenticated("Invalid email or password"))?;
    renew_outdated_hash(state, &user, password).await?;
    Ok(user)
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
    state: &AppState,
    user: &User,
    client: &Client,
) -> Result<TokenPair, Error> {
    let pair = TokenPair::new(state, user);
    let (access, refresh) = pair.hashes();
    let mut tx = state.begin(client.by(user.user_id)).await?;
    sessions::open(&mut tx, &pair.session(user, client, &access, &refresh)).await?;
    tx.commit().await?;
    Ok(pair)
}

/// Puts a new session of the API in the place of an old one; `None` where that one
/// has ended meanwhile.
pub async fn renew_for_api(
    state: &AppState,
    old: &SignedIn,
    client: &Client,
) -> Result<Option<TokenPair>, Error> {
    let pair = TokenPair::new(state, &old.user);
    let (access, refresh) = pair.hashes();
    let mut tx = state.begin(client.by(old.user.user_id)).await?;
    let new = pair.session(&old.user, client, &access, &refresh);
    let is_ours = sessions::renew(&mut tx, old.session_id, &new).await?;
    tx.commit().await?;
    Ok(is_ours.then_some(pair))
}

impl TokenPair {
    fn new(state: &AppState, user: &User) -> Self {
        let now = state.clock.now();
        let expires_at = now + state.settings.session;
        let refresh_expires_at = now + tokens::REFRESH_LIFETIME;
        Self {
            access: state.keys.access(user.user_id, now, expires_at),
            refresh: state.keys.refresh(user.user_id, now, refresh_expires_at),
            expires_at,
            refresh_expires_at,
        }
    }

    /// What the database keeps of both.
    fn hashes(&self) -> (String, String) {
        (tokens::hash(&self.access), tokens::hash(&self.refresh))
    }

    fn session<'a>(
        &self,
        user: &'a User,
        client: &'a Client,
        access: &'a str,
        refresh: &'a str,
    ) -> NewSession<'a> {
        NewSession {
            user,
            access_hash: access,
            refresh_hash: Some(refresh),
            expires_at: self.expires_at,
            refresh_expires_at: Some(self.refresh_expires_at),
            ip_address: client.address.as_deref(),
            user_agent: client.agent.as_deref(),
        }
    }
}

/// Opens a session for a browser.
pub async fn open_for_browser(
    state: &AppState,
    user: &User,
    client: &Client,
) -> Result<SessionCookie, Error> {
    let cookie = SessionCookie::generate();
    let mut tx = state.begin(client.by(user.user_id)).await?;
    let new = NewSession {
        user,
        access_hash: &cookie.hash(),
        refresh_hash: None,
        expires_at: state.clock.now() + COOKIE_LIFETIME,
        refresh_expires_at: None,
        ip_address: client.address.as_deref(),
        user_agent: client.agent.as_deref(),
    };
    sessions::open(&mut tx, &new).await?;
    tx.commit().await?;
    Ok(cookie)
}

/// The session behind the cookie of a request, found before its handler runs.
#[derive(Debug, Clone)]
struct Found(SignedIn);

/// Who is signed in by the cookie of a request. The request keeps what was found, so
/// that nobody has to ask again.
pub(crate) async fn find_for(request: &mut Request, state: &AppState) -> Option<UserId> {
    let cookie = SessionCookie::read(request.headers())?;
    // An error shows again where somebody has to be signed in.
    let signed_in = look_up(&cookie, state).await.ok().flatten()?;
    let user = signed_in.user.user_id;
    request.extensions_mut().insert(Found(signed_in));
    Some(user)
}

/// The session behind a cookie, while it lasts.
pub async fn of_cookie(
    cookie: &SessionCookie,
    known: &Extensions,
    state: &AppState,
) -> Result<Option<SignedIn>, Error> {
    match known.get::<Found>() {
        Some(Found(signed_in)) => Ok(Some(signed_in.clone())),
        None => look_up(cookie, state).await,
    }
}

async fn look_up(cookie: &SessionCookie, state: &AppState) -> Result<Option<SignedIn>, Error> {
    let found = sessions::find(
        &state.pool,
        Token::Cookie {
            hash: &cookie.hash(),
        },
        state.clock.now(),
    )
    .await?;
    Ok(found)
}
