//! `/account/password`: changing one's own password.

use archivist_domain::password as rules;
use archivist_store::{audit, sessions, users};
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::form::{CheckedForm, Problems};
use super::page;
use super::shell::{Place, Shell};
use super::visitor::Visitor;
use crate::auth::password;
use crate::error::Error;
use crate::extract::{Client, Query};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/password.html")]
pub(super) struct PasswordPage {
    pub(super) shell: Shell,
    pub(super) email: String,
    /// Whether the old one was generated and must be replaced first.
    pub(super) is_due: bool,
    pub(super) is_changed: bool,
    pub(super) min_chars: usize,
    pub(super) problems: Problems,
}

/// What a person types.
#[derive(Deserialize)]
pub(super) struct PasswordChange {
    #[serde(default)]
    current: String,
    #[serde(default)]
    new: String,
    #[serde(default)]
    repeated: String,
}

/// Whether the change has just been made.
#[derive(Debug, Deserialize)]
pub(super) struct Done {
    #[serde(default)]
    changed: bool,
}

/// The form.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Result<Response, Error> {
    page(&form(&visitor, done.changed, Problems::default()))
}

/// Changes the password and ends all other sessions, or says what is wrong.
pub(super) async fn change(
    State(state): State<AppState>,
    visitor: Visitor,
    client: Client,
    CheckedForm(change): CheckedForm<PasswordChange>,
) -> Result<Response, Error> {
    let user = &visitor.signed_in.user;
    let problems = check(&state, &change, user).await;
    if !problems.is_empty() {
        let form = page(&form(&visitor, false, problems))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response());
    }
    let hash = password::hash(&state.cpu, change.new).await;
    let mut tx = state.pool.begin().await?;
    users::set_password(&mut tx, user.user_id, &hash, false).await?;
    sessions::delete_others(&mut tx, user.user_id, Some(visitor.signed_in.session_id)).await?;
    let (id, actor) = (Some(user.user_id.0), Some(user.user_id));
    audit::record(
        &mut tx,
        client.audit("user.password_change", "user", id, actor, json!({})),
    )
    .await?;
    tx.commit().await?;
    let was_due = user.must_change_password;
    let address = if was_due {
        "/library"
    } else {
        "/account/password?changed=true"
    };
    Ok(Redirect::to(address).into_response())
}

fn form(visitor: &Visitor, is_changed: bool, problems: Problems) -> PasswordPage {
    let user = &visitor.signed_in.user;
    PasswordPage {
        shell: visitor.shell(Place::Account),
        email: user.email.clone(),
        is_due: user.must_change_password,
        is_changed,
        min_chars: rules::MIN_CHARS,
        problems,
    }
}

async fn check(state: &AppState, change: &PasswordChange, user: &users::User) -> Problems {
    let mut problems = Problems::default();
    let hash = Some(user.hashed_password.clone());
    if !password::verify(&state.cpu, change.current.clone(), hash).await {
        problems.add("current", "this is not your current password");
    }
    if let Err(weak) = rules::check(&change.new) {
        problems.add("new", weak.to_string());
    } else if change.new == change.current {
        problems.add("new", "choose another password than the current one");
    }
    if change.new != change.repeated {
        problems.add("repeated", "the two new passwords differ");
    }
    problems
}
