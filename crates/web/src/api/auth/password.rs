//! One's own password.

use archivist_domain::password as rules;
use archivist_store::{audit, sessions, users};
use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::about_user;
use super::reply::Done;
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::{Writer, password};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;

/// A password and the one to take its place.
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    /// The password in use.
    #[schema(format = Password)]
    current_password: String,
    /// The new one; the rules are those of registration.
    #[schema(format = Password, min_length = 8)]
    new_password: String,
}

/// Changes one's own password, and ends the person's other sessions.
#[utoipa::path(post, path = "/api/auth/password", tag = "auth",
    request_body = ChangePassword,
    responses(
        (status = 200, description = "The password has been changed", body = Done),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn change(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    client: Client,
    Json(body): Json<ChangePassword>,
) -> Result<Json<Done>, Error> {
    let user = &signed_in.user;
    let current = Some(user.hashed_password.clone());
    if !password::verify(&state.cpu, body.current_password.clone(), current).await {
        return Err(Error::field("current_password", "is not your password"));
    }
    body.check_new()?;
    let hash = password::hash(&state.cpu, body.new_password).await;
    let mut tx = state.pool.begin().await?;
    users::set_password(&mut tx, user.user_id, &hash, false).await?;
    sessions::delete_others(&mut tx, user.user_id, Some(signed_in.session_id)).await?;
    let entry = about_user(&client, "user.password_change", user);
    audit::record(&mut tx, entry).await?;
    tx.commit().await?;
    Ok(Json(Done::saying(
        "Password changed; your other sessions have ended",
    )))
}

impl ChangePassword {
    fn check_new(&self) -> Result<(), Error> {
        let wrong = |message: String| Error::field("new_password", message);
        rules::check(&self.new_password).map_err(|weak| wrong(weak.to_string()))?;
        if self.new_password == self.current_password {
            return Err(wrong("must differ from the current password".to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_password_is_strong_and_new() {
        let change = |new: &str| ChangePassword {
            current_password: "Welcome1!".into(),
            new_password: new.into(),
        };
        assert!(change("Harbour7$").check_new().is_ok());
        assert!(change("Welcome1!").check_new().is_err());
        assert!(change("short").check_new().is_err());
    }
}
