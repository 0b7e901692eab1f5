//! One's own password.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Done;
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::auth::own_password::{self, Objection, PasswordChange};
use crate::error::{Error, FieldProblem};
use crate::extract::{Client, Json};
use crate::state::AppState;

/// A password and the one to take its place.
#[derive(Deserialize, ToSchema)]
pub(super) struct ChangePassword {
    /// The password in use.
    #[schema(format = Password, example = "Orchard-7-lamp")]
    current_password: String,
    /// The new one; the rules are those of registration.
    #[schema(format = Password, min_length = 8, max_length = 1_000, example = "Harbour-7-lamp")]
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
    let change = PasswordChange {
        current: body.current_password,
        new: body.new_password,
    };
    match own_password::change(&state, &client, &signed_in, change).await? {
        Ok(()) => Ok(Json(Done::saying(
            "Password changed; your other sessions have ended",
        ))),
        Err(objections) => Err(Error::Invalid(objections.iter().map(problem).collect())),
    }
}

fn problem(objection: &Objection) -> FieldProblem {
    let field = match objection {
        Objection::NotCurrent => "current_password",
        Objection::Weak(_) | Objection::Unchanged => "new_password",
    };
    FieldProblem::body(field, objection.to_string())
}
