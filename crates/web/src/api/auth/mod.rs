//! Accounts and sessions of the API (contract, chapter 3).

mod password;
mod register;
mod reply;

use archivist_domain::email::Email;
use archivist_store::sessions::{self, SignedIn, Token};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::reply::{Done, LoginResponse, SessionResponse};
use super::failure::ErrorBody;
use super::refusals::{ForAnyone, ForWriters, WithFields};
use crate::auth::session;
use crate::auth::{Writer, tokens};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;

pub(super) use self::reply::UserResponse;

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(register::register))
        .routes(routes!(login))
        .routes(routes!(refresh))
        .routes(routes!(logout))
        .routes(routes!(show_session))
        .routes(routes!(me))
        .routes(routes!(password::change))
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
struct LoginRequest {
    /// The address of the account, in any letter case.
    #[schema(example = "ana@example.org")]
    email: String,
    /// Its password.
    #[schema(format = Password, example = "Orchard-7-lamp")]
    password: String,
}

/// Signs in.
///
/// Whether the address or the password is wrong, or the account inactive, shows
/// neither in the text nor in the time of the answer.
#[utoipa::path(post, path = "/api/auth/login", tag = "auth", security(()),
    request_body = LoginRequest,
    responses(
        (status = 200, description = "A new session", body = LoginResponse),
        (status = 401, description = "Invalid email or password", body = ErrorBody),
        WithFields,
        ForAnyone,
    ))]
async fn login(
    State(state): State<AppState>,
    client: Client,
    Json(body): Json<LoginRequest>,
) -> Result<Json<LoginResponse>, Error> {
    Email::parse(&body.email).map_err(|e| Error::field("email", e.to_string()))?;
    // As it was typed: on an adopted site another account may differ in letter case.
    let user = session::check_password(&state, &body.email, body.password).await?;
    let tokens = session::open_for_api(&state, &user, &client).await?;
    Ok(Json(LoginResponse::new(tokens, user)))
}

/// The end of one session and the beginning of the next.
#[derive(Deserialize, ToSchema)]
struct RefreshRequest {
    /// The refresh token of the last reply.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.cmVmcmVzaA")]
    refresh_token: String,
}

/// Exchanges a refresh token for a new pair of tokens.
///
/// Each token works once: the session it belongs to ends here, its access token
/// with it.
#[utoipa::path(post, path = "/api/auth/refresh", tag = "auth", security(()),
    request_body = RefreshRequest,
    responses(
        (status = 200, description = "A new session", body = LoginResponse),
        (status = 401, description = "Invalid, used or expired refresh token", body = ErrorBody),
        WithFields,
        ForAnyone,
    ))]
async fn refresh(
    State(state): State<AppState>,
    client: Client,
    Json(body): Json<RefreshRequest>,
) -> Result<Json<LoginResponse>, Error> {
    let old = by_refresh_token(&state, &body.refresh_token).await?;
    let tokens = session::renew_for_api(&state, &old, &client).await?;
    // Without them, somebody else has used the same token in this moment.
    Ok(Json(LoginResponse::new(tokens.ok_or(NO_GOOD)?, old.user)))
}

const NO_GOOD: Error = Error::Unauthenticated("Invalid or expired refresh token");

/// The session of an active user that a refresh token belongs to.
async fn by_refresh_token(state: &AppState, token: &str) -> Result<SignedIn, Error> {
    let now = state.clock.now();
    let user_id = state.keys.read_refresh(token, now).ok_or(NO_GOOD)?;
    let hash = tokens::hash(token);
    let token = Token::Refresh {
        clear: token,
        hash: &hash,
    };
    let found = sessions::find(&state.pool, token, now).await?;
    found
        .filter(|found| found.user.user_id == user_id)
        .ok_or(NO_GOOD)
}

/// Signs out: ends this session, leaves the person's others.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses(
    (status = 200, description = "The session has ended", body = Done),
    ForWriters,
))]
async fn logout(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    client: Client,
) -> Result<Json<Done>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    sessions::end(&mut tx, &signed_in).await?;
    tx.commit().await?;
    Ok(Json(Done::saying("Successfully logged out")))
}

/// Whether the session is valid, and whose it is.
#[utoipa::path(get, path = "/api/auth/session", tag = "auth", responses(
    (status = 200, description = "It is", body = SessionResponse),
    ForWriters,
))]
async fn show_session(Writer(signed_in): Writer) -> Json<SessionResponse> {
    Json(SessionResponse::of(signed_in.user))
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses(
    (status = 200, description = "The person", body = UserResponse),
    ForWriters,
))]
async fn me(Writer(signed_in): Writer) -> Json<UserResponse> {
    Json(signed_in.user.into())
}
