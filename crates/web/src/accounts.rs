//! New accounts: what they must be, and how one is made, by whatever road it comes
//! (registration, the users' API, the command line).

use archivist_domain::email::Email;
use archivist_domain::{UserId, UserRole, password as rules};
use archivist_store::audit::Origin;
use archivist_store::users::{self, NewUser, User};

use crate::auth::password;
use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::state::AppState;

/// The longest name, in characters (the column's width).
pub const MAX_NAME_CHARS: usize = 255;

/// A new account whose fields will do.
#[derive(Clone)]
pub struct NewAccount {
    /// Its id.
    pub user_id: UserId,
    /// Its address.
    pub email: Email,
    /// Its password, in the clear.
    pub password: String,
    /// The person's name.
    pub full_name: Option<String>,
    /// What the person may do.
    pub role: UserRole,
    /// Whether the person may sign in.
    pub is_active: bool,
    /// Counts as admin whatever the role.
    pub is_superuser: bool,
    /// Whether the first sign-in asks for another password.
    pub must_change_password: bool,
}

/// Makes an account, unless one has its address in any letter case: `None`.
pub async fn create(
    state: &AppState,
    origin: Origin,
    new: NewAccount,
) -> Result<Option<User>, Error> {
    let hashed_password = password::hash(&state.cpu, new.password).await;
    let mut tx = state.begin(origin).await?;
    let row = NewUser {
        user_id: new.user_id,
        email: &new.email,
        hashed_password: &hashed_password,
        full_name: new.full_name.as_deref(),
        role: new.role,
        is_active: new.is_active,
        is_superuser: new.is_superuser,
        must_change_password: new.must_change_password,
    };
    let made = users::create(&mut tx, &row).await?;
    tx.commit().await?;
    Ok(made)
}

/// Checks what somebody typed for a new account; the error names all that is wrong.
pub(crate) fn check(email: &str, password: &str, name: Option<&str>) -> Result<Email, Error> {
    let parsed = Email::parse(email);
    let wrong_email = parsed
        .as_ref()
        .err()
        .map(|error| FieldProblem::body("email", error.to_string()));
    let problems: Vec<_> = wrong_email
        .into_iter()
        .chain(check_password(password).err())
        .chain(check_name(name).err())
        .collect();
    match parsed {
        Ok(email) if problems.is_empty() => Ok(email),
        _ => Err(Error::Invalid(problems)),
    }
}

/// Whether a password follows the rules; the problem does not repeat it.
pub(crate) fn check_password(password: &str) -> Result<(), FieldProblem> {
    rules::check(password).map_err(|weak| FieldProblem::body("password", weak.to_string()))
}

/// Whether a name fits.
pub fn check_name(name: Option<&str>) -> Result<(), FieldProblem> {
    match bounds::characters(name.unwrap_or_default(), &(0..=MAX_NAME_CHARS)) {
        None => Ok(()),
        Some(message) => Err(FieldProblem::body("full_name", message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named_and_the_password_is_not_repeated() {
        let Err(Error::Invalid(problems)) = check("ana", "weakling", Some(&"x".repeat(256))) else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["email", "password", "full_name"]);
        assert!(!problems[1].msg.contains("weakling"));
    }

    #[test]
    fn a_proper_account_passes() {
        let name = "x".repeat(MAX_NAME_CHARS);
        let email = check(" Ana@Example.ORG", "Welcome1!", Some(&name)).unwrap();
        assert_eq!(email.as_str(), "Ana@example.org");
    }
}
