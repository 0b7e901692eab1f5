//! `/account/password`: changing one's own password.

use archivist_domain::password as rules;
use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::form::{CheckedForm, Problems};
use super::page;
use super::shell::{Place, Shell};
use super::visitor::Visitor;
use crate::auth::own_password::{self, Objection, PasswordChange};
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
pub(super) struct PasswordForm {
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
    CheckedForm(typed): CheckedForm<PasswordForm>,
) -> Result<Response, Error> {
    if let Err(problems) = save(&state, &visitor, &client, typed).await? {
        let form = page(&form(&visitor, false, problems))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, form).into_response());
    }
    let was_due = visitor.signed_in.user.must_change_password;
    let address = if was_due {
        "/library"
    } else {
        "/account/password?changed=true"
    };
    Ok(Redirect::to(address).into_response())
}

async fn save(
    state: &AppState,
    visitor: &Visitor,
    client: &Client,
    typed: PasswordForm,
) -> Result<Result<(), Problems>, Error> {
    if typed.new != typed.repeated {
        let differ = Problems::at("repeated", "the two new passwords differ");
        return Ok(Err(differ));
    }
    let change = PasswordChange {
        current: typed.current,
        new: typed.new,
    };
    let changed = own_password::change(state, client, &visitor.signed_in, change).await?;
    Ok(changed.map_err(|objections| problems(&objections)))
}

fn problems(objections: &[Objection]) -> Problems {
    let mut problems = Problems::default();
    for objection in objections {
        let field = match objection {
            Objection::NotCurrent => "current",
            Objection::Weak(_) | Objection::Unchanged => "new",
        };
        problems.add(field, objection.to_string());
    }
    problems
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
