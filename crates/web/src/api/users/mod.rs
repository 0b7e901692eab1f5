//! Accounts, for admins. There is no way to give one another address: what people own
//! hangs on it.

mod body;
mod reply;

use archivist_domain::{UserId, UserRole};
use archivist_store::sessions;
use archivist_store::users::{self, User};
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use self::body::{ChangeRole, CreateUser, UpdateUser};
use self::reply::{Deactivated, UserList};
use super::alias::also_below;
use super::auth::UserResponse;
use super::failure::ErrorBody;
use super::path::Id;
use super::refusals::{ForHigherRoles, WithFields};
use crate::accounts;
use crate::auth::{Admin, Writer, password};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;

const HERE: &str = "/api/users";

/// Where tests of the original look for them.
const THERE: &str = "/api/v1/users";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    let below = |routes| also_below(routes, HERE, THERE);
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, update, deactivate))
        .routes(routes!(set_role))
        .routes(below(routes!(list, create)))
        .routes(below(routes!(get, update, deactivate)))
        .routes(below(routes!(set_role)))
}

/// All accounts by address, deactivated ones too.
#[utoipa::path(get, path = "/api/users", operation_id = "list_users", tag = "users", responses(
    (status = 200, description = "The accounts", body = UserList),
    ForHigherRoles,
))]
async fn list(State(state): State<AppState>, _: Admin) -> Result<Json<UserList>, Error> {
    let all = users::list(&state.pool).await?;
    Ok(Json(UserList::new(all)))
}

/// Makes an account of any role.
#[utoipa::path(post, path = "/api/users", operation_id = "create_user", tag = "users",
    request_body = CreateUser,
    responses(
        (status = 201, description = "The new account", body = UserResponse),
        (status = 409, description = "An account has this address, in any letter case", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn create(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Json(body): Json<CreateUser>,
) -> Result<(StatusCode, Json<UserResponse>), Error> {
    let new = body.check(UserId(Uuid::new_v4()))?;
    let origin = client
        .answering(StatusCode::CREATED)
        .by(signed_in.user.user_id);
    let user = accounts::create(&state, origin, new).await?;
    let user = user.ok_or_else(|| Error::Conflict("Email already registered".to_owned()))?;
    Ok((StatusCode::CREATED, Json(user.into())))
}

/// One account: one's own, or any for an admin.
#[utoipa::path(get, path = "/api/users/{user_id}", operation_id = "get_user", tag = "users",
    params(("user_id" = UserId, Path, description = "The account", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    responses(
        (status = 200, description = "The account", body = UserResponse),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        ForHigherRoles,
    ))]
async fn get(
    State(state): State<AppState>,
    Writer(signed_in): Writer,
    Id(id): Id<UserId>,
) -> Result<Json<UserResponse>, Error> {
    may_see(&signed_in.user, id)?;
    let found = users::get(&state.pool, id).await?;
    let found = found.ok_or_else(|| Error::NotFound(format!("There is no account {id}.")))?;
    Ok(Json(found.into()))
}

/// Changes an account; what is left out or null stays as it is.
///
/// Another role or a deactivation counts at once. A deactivated person's sessions end,
/// as do those of a person who is given another password, which must then be changed at the
/// next sign-in. There is always an active admin, and nobody deactivates themselves.
#[utoipa::path(put, path = "/api/users/{user_id}", operation_id = "update_user", tag = "users",
    params(("user_id" = UserId, Path, description = "The account", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    request_body = UpdateUser,
    responses(
        (status = 200, description = "The account as it now is", body = UserResponse),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        (status = 409, description = "It is your own, or that of the only active admin", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn update(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Id(id): Id<UserId>,
    Json(body): Json<UpdateUser>,
) -> Result<Json<UserResponse>, Error> {
    body.check(&signed_in.user, id)?;
    let hash = match body.password.clone() {
        Some(password) => Some(password::hash(&state.cpu, password).await),
        None => None,
    };
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let mut user = users::update(&mut tx, id, body.change()).await?.after;
    if let Some(hash) = hash {
        users::reset_password(&mut tx, &user, &hash).await?;
        sessions::delete_others(&mut tx, id, None).await?;
        user.must_change_password = true;
    }
    tx.commit().await?;
    Ok(Json(user.into()))
}

/// Gives an account another role, which counts at once.
#[utoipa::path(put, path = "/api/users/{user_id}/role", operation_id = "set_user_role", tag = "users",
    params(("user_id" = UserId, Path, description = "The account", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    request_body = ChangeRole,
    responses(
        (status = 200, description = "The account as it now is", body = UserResponse),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        (status = 409, description = "It is that of the only active admin", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn set_role(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Id(id): Id<UserId>,
    Json(body): Json<ChangeRole>,
) -> Result<Json<UserResponse>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let changed = users::set_role(&mut tx, id, body.role).await?;
    tx.commit().await?;
    Ok(Json(changed.after.into()))
}

/// Deactivates an account: the person can no longer sign in, and all sessions end.
///
/// What the person has made stays. `PUT` with `is_active: true` opens the account again.
#[utoipa::path(delete, path = "/api/users/{user_id}", operation_id = "deactivate_user", tag = "users",
    params(("user_id" = UserId, Path, description = "The account", example = "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f")),
    responses(
        (status = 200, description = "The account is deactivated", body = Deactivated),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such account", body = ErrorBody),
        (status = 409, description = "It is your own, or that of the only active admin", body = ErrorBody),
        ForHigherRoles,
    ))]
async fn deactivate(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Id(id): Id<UserId>,
) -> Result<Json<Deactivated>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let changed = users::deactivate(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(Deactivated::of(changed.after)))
}

fn may_see(caller: &User, id: UserId) -> Result<(), Error> {
    let actor = caller.actor();
    if caller.user_id == id || actor.is_at_least(UserRole::Admin) {
        return Ok(());
    }
    Err(Error::Forbidden(format!(
        "Admin access required for other people's accounts: your role is {}",
        actor.effective_role()
    )))
}
