//! What the users' routes answer.

use archivist_domain::UserId;
use archivist_store::users::User;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::auth::UserResponse;

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserList {
    /// The accounts by address.
    users: Vec<UserResponse>,
    /// How many there are.
    total: usize,
}

impl UserList {
    /// The list of `all` accounts.
    pub(super) fn new(all: Vec<User>) -> Self {
        Self {
            total: all.len(),
            users: all.into_iter().map(Into::into).collect(),
        }
    }
}

/// An account that is closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UserDeactivated)]
pub(super) struct Deactivated {
    /// Always true.
    success: bool,
    /// What was done.
    #[schema(example = "User deactivated: ana@example.org")]
    message: String,
    /// The account.
    user_id: UserId,
    /// Its address.
    #[schema(example = "ana@example.org")]
    email: String,
}

impl Deactivated {
    /// The reply about `user`.
    pub(super) fn of(user: User) -> Self {
        Self {
            success: true,
            message: format!("User deactivated: {}", user.email),
            user_id: user.user_id,
            email: user.email,
        }
    }
}
