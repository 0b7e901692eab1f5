//! What the users' routes are sent.

use archivist_domain::{UserId, UserRole};
use archivist_store::users::{User, UserChange};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::accounts::{self, NewAccount};
use crate::error::{Error, FieldProblem};

/// A new account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({
    "email": "ana@example.org",
    "full_name": "Ana Lopez",
    "password": "Welcome1!",
    "role": "editor",
}))]
pub(super) struct CreateUser {
    /// Its address.
    #[schema(max_length = 255)]
    email: String,
    /// The person's name.
    #[schema(max_length = 255)]
    full_name: Option<String>,
    /// The rules are those of registration.
    #[schema(format = Password, min_length = 8, max_length = 1_000)]
    password: String,
    /// What the person may do; `writer` when not given.
    role: Option<UserRole>,
    /// Whether the person may sign in; true when not given.
    is_active: Option<bool>,
    /// Whether the person counts as admin whatever the role; false when not given.
    is_superuser: Option<bool>,
}

impl CreateUser {
    /// The account, if all of it will do.
    pub(super) fn check(self, user_id: UserId) -> Result<NewAccount, Error> {
        let email = accounts::check(&self.email, &self.password, self.full_name.as_deref())?;
        Ok(NewAccount {
            user_id,
            email,
            password: self.password,
            full_name: self.full_name,
            role: self.role.unwrap_or(UserRole::Writer),
            is_active: self.is_active.unwrap_or(true),
            is_superuser: self.is_superuser.unwrap_or(false),
            must_change_password: false,
        })
    }
}

/// Changes of an account; what is left out or null stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "full_name": "Ana Lopez-Rey", "role": "admin" }))]
pub(super) struct UpdateUser {
    /// Another name.
    #[schema(max_length = 255)]
    full_name: Option<String>,
    /// Another role.
    role: Option<UserRole>,
    /// Whether the person may sign in.
    is_active: Option<bool>,
    /// Whether the person counts as admin whatever the role.
    is_superuser: Option<bool>,
    /// Another password, for somebody else: it must be changed at the next sign-in.
    #[schema(format = Password, min_length = 8, max_length = 1_000)]
    pub(super) password: Option<String>,
}

impl UpdateUser {
    /// Refuses what `caller` cannot ask for the account `id`.
    pub(super) fn check(&self, caller: &User, id: UserId) -> Result<(), Error> {
        let password = self.password.as_deref();
        let own = (password.is_some() && caller.user_id == id).then(|| {
            let message = "change your own password with POST /api/auth/password";
            FieldProblem::body("password", message)
        });
        let weak = password.and_then(|password| accounts::check_password(password).err());
        let problems: Vec<_> = accounts::check_name(self.full_name.as_deref())
            .err()
            .into_iter()
            .chain(own)
            .chain(weak)
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(problems))
        }
    }

    /// The change without the password.
    pub(super) fn change(&self) -> UserChange<'_> {
        UserChange {
            full_name: self.full_name.as_deref(),
            role: self.role,
            is_active: self.is_active,
            is_superuser: self.is_superuser,
        }
    }
}

/// Another role for an account.
#[derive(Deserialize, ToSchema)]
#[schema(example = json!({ "role": "editor" }))]
pub(super) struct ChangeRole {
    /// What the person may do from now on.
    pub(super) role: UserRole,
}
