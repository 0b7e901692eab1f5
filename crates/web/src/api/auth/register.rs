//! New accounts.

use archivist_domain::{UserId, UserRole};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reply::UserResponse;
use crate::accounts::{self, NewAccount};
use crate::api::failure::ErrorBody;
use crate::api::refusals::{ForAnyone, WithFields};
use crate::auth::MaybeBearer;
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;

/// A new account.
#[derive(Deserialize, ToSchema)]
pub(super) struct RegisterRequest {
    /// Its address.
    #[schema(example = "ana@example.org")]
    email: String,
    /// At least 8 characters with an upper-case letter, a lower-case letter, a
    /// digit and a special character; nothing easily guessed.
    #[schema(format = Password, min_length = 8, example = "Welcome1!")]
    password: String,
    /// The person's name.
    #[schema(max_length = 255, example = "Ana Rivera")]
    full_name: Option<String>,
    /// What the person may do; only an admin may give more than `writer`.
    #[serde(default = "writer")]
    role: UserRole,
}

fn writer() -> UserRole {
    UserRole::Writer
}

/// Makes an account; no session is opened.
///
/// An admin's token makes accounts of any role. Without one, people may make
/// themselves writers where the site allows it.
#[utoipa::path(post, path = "/api/auth/register", tag = "auth", security((), ("bearer" = [])),
    request_body = RegisterRequest,
    responses(
        (status = 201, description = "The new account", body = UserResponse),
        (status = 400, description = "Email already registered", body = ErrorBody),
        (status = 401, description = "A token was sent, and it is no good", body = ErrorBody),
        (status = 403, description = "Registration is closed, or the role is not yours to give", body = ErrorBody),
        WithFields,
        ForAnyone,
    ))]
pub(super) async fn register(
    State(state): State<AppState>,
    MaybeBearer(caller): MaybeBearer,
    client: Client,
    Json(body): Json<RegisterRequest>,
) -> Result<(StatusCode, Json<UserResponse>), Error> {
    let admin = caller
        .map(|signed_in| signed_in.user.actor())
        .filter(|actor| actor.is_at_least(UserRole::Admin));
    if admin.is_none() {
        may_register_oneself(&state, body.role)?;
    }
    let email = accounts::check(&body.email, &body.password, body.full_name.as_deref())?;
    let new = NewAccount {
        user_id: UserId(Uuid::new_v4()),
        email,
        password: body.password,
        full_name: body.full_name,
        role: body.role,
        is_active: true,
        is_superuser: false,
        must_change_password: false,
    };
    let actor = admin.map_or(new.user_id, |admin| admin.user_id);
    let origin = client.answering(StatusCode::CREATED).by(actor);
    let user = accounts::create(&state, origin, new).await?;
    let user = user.ok_or_else(|| Error::refused("Email already registered"))?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

fn may_register_oneself(state: &AppState, role: UserRole) -> Result<(), Error> {
    let reason = if !state.settings.open_registration {
        "Registration is closed here: ask an admin for an account."
    } else if role != UserRole::Writer {
        "Only an admin may make an account with this role: leave the role out to become a writer."
    } else {
        return Ok(());
    };
    Err(Error::Forbidden(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_writer_unless_said() {
        let body = r#"{"email": "a@b.org", "password": "Welcome1!"}"#;
        let body: RegisterRequest = serde_json::from_str(body).unwrap();
        assert_eq!(body.role, UserRole::Writer);
    }
}
