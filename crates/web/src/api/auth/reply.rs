//! What the sign-in routes answer.

use archivist_domain::{UserId, UserRole};
use archivist_store::users::User;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;

use crate::auth::session::TokenPair;
use crate::wire;

/// A person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "user_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
    "email": "ana@example.org",
    "full_name": "Ana Lopez",
    "role": "editor",
    "is_active": true,
    "is_superuser": false,
    "must_change_password": false,
    "created_at": "2026-11-22T13:07:22.770141",
    "updated_at": "2026-11-22T13:07:22.770141",
}))]
pub(in crate::api) struct UserResponse {
    /// The account.
    user_id: UserId,
    /// Its address.
    #[schema(example = "ana@example.org")]
    email: String,
    /// The person's name.
    #[schema(example = "Ana Rivera")]
    full_name: Option<String>,
    /// What the person may do.
    role: UserRole,
    /// Whether the person may sign in.
    is_active: bool,
    /// Counts as admin whatever the role.
    is_superuser: bool,
    /// Whether the password was generated and should be changed first.
    must_change_password: bool,
    /// When the account was made (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// When it last changed (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    updated_at: NaiveDateTime,
}

impl From<User> for UserResponse {
    fn from(user: User) -> Self {
        Self {
            user_id: user.user_id,
            email: user.email,
            full_name: user.full_name,
            role: user.role,
            is_active: user.is_active,
            is_superuser: user.is_superuser,
            must_change_password: user.must_change_password,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// A new session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LoginResponse {
    /// Opens the API until `expires_at`: send it as `Authorization: Bearer …`.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2lnbmF0dXJl")]
    access_token: String,
    /// Opens the next pair, once, within seven days.
    #[schema(example = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.cmVmcmVzaA")]
    refresh_token: String,
    /// Always `bearer`.
    #[schema(example = "bearer")]
    token_type: &'static str,
    /// When access ends (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    expires_at: NaiveDateTime,
    /// The same as `user.user_id`.
    user_id: UserId,
    /// The same as `user.email`.
    #[schema(example = "ana@example.org")]
    email: String,
    /// The same as `user.role`.
    role: UserRole,
    /// The person.
    user: UserResponse,
}

impl LoginResponse {
    /// The session that `tokens` open for `user`.
    pub(super) fn new(tokens: TokenPair, user: User) -> Self {
        Self {
            access_token: tokens.access,
            refresh_token: tokens.refresh,
            token_type: "bearer",
            expires_at: tokens.expires_at.naive_utc(),
            user_id: user.user_id,
            email: user.email.clone(),
            role: user.role,
            user: user.into(),
        }
    }
}

/// A valid session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionResponse {
    /// Always true: an invalid session is answered with 401.
    valid: bool,
    /// The person.
    user: UserResponse,
    /// The same in words.
    #[schema(example = "Session is valid")]
    message: &'static str,
}

impl SessionResponse {
    /// The reply for a session of `user`.
    pub(super) fn of(user: User) -> Self {
        Self {
            valid: true,
            user: user.into(),
            message: "Session is valid",
        }
    }
}

/// Something was done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Done {
    /// Always true.
    success: bool,
    /// What was done.
    #[schema(example = "Successfully logged out")]
    message: &'static str,
}

impl Done {
    /// The reply that says `message`.
    pub(super) fn saying(message: &'static str) -> Self {
        Self {
            success: true,
            message,
        }
    }
}
