//! Changing one's own password, through the API and the pages alike.

use archivist_domain::password::{self as rules, WeakPassword};
use archivist_store::sessions::SignedIn;
use archivist_store::{sessions, users};

use super::password::{self, Hashes};
use crate::error::Error;
use crate::extract::Client;
use crate::state::AppState;

/// A password and the one to take its place, as typed.
#[derive(Clone)]
pub(crate) struct PasswordChange {
    /// The password in use.
    pub(crate) current: String,
    /// The new one.
    pub(crate) new: String,
}

/// What is wrong with a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Objection {
    /// Whoever asks does not know the password.
    #[error("this is not your current password")]
    NotCurrent,
    /// The new one breaks rules.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// The new one is the old one.
    #[error("choose another password than the current one")]
    Unchanged,
}

/// Changes the password and ends the person's other sessions; or says what is wrong,
/// and does nothing.
pub(crate) async fn change(
    state: &AppState,
    client: &Client,
    signed_in: &SignedIn,
    change: PasswordChange,
) -> Result<Result<(), Vec<Objection>>, Error> {
    let user = &signed_in.user;
    let guess = state.limits.guess(&user.email, state.clock.now())?;
    let objections = objections(state, &user.hashed_password, &change).await;
    if !objections.contains(&Objection::NotCurrent) {
        guess.forgive();
    }
    if !objections.is_empty() {
        return Ok(Err(objections));
    }
    let hash = password::hash(&state.cpu, change.new).await;
    let mut tx = state.begin(client.by(user.user_id)).await?;
    if !users::change_password(&mut tx, user, &hash).await? {
        return Ok(Err(vec![Objection::NotCurrent]));
    }
    sessions::delete_others(&mut tx, user.user_id, Some(signed_in.session_id)).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Everything that is wrong with a change, of the current password first.
async fn objections(state: &AppState, hash: &str, change: &PasswordChange) -> Vec<Objection> {
    let current = change.current.clone();
    let hash = Some(hash.to_owned());
    let is_current = password::verify(&state.cpu, current, hash, Hashes::Argon2).await;
    let unknown = (!is_current).then_some(Objection::NotCurrent);
    unknown
        .into_iter()
        .chain(change.check_new().err())
        .collect()
}

impl PasswordChange {
    fn check_new(&self) -> Result<(), Objection> {
        rules::check(&self.new)?;
        if self.new == self.current {
            return Err(Objection::Unchanged);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_strong_and_new() {
        let change = |new: &str| PasswordChange {
            current: "Welcome1!".into(),
            new: new.into(),
        };
        assert_eq!(change("Harbour7$").check_new(), Ok(()));
        assert_eq!(change("Welcome1!").check_new(), Err(Objection::Unchanged));
        assert!(matches!(
            change("short").check_new(),
            Err(Objection::Weak(_))
        ));
    }
}
