//! Programs (contract, 7.9).

mod body;

use archivist_domain::ProgramId;
use archivist_store::PgConnection;
use archivist_store::programs::{self, Program};
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::{CreateProgram, ProgramDeleted, ProgramList, ProgramResponse, UpdateProgram};
use super::failure::ErrorBody;
use super::pagination::PageSize;
use super::path::Id;
use super::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Admin, Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;

const PAGE: PageSize = PageSize {
    default: 100,
    max: 1000,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(active))
        .routes(routes!(get, update, delete))
}

/// The names of active programs, sorted by code point.
#[utoipa::path(get, path = "/api/programs/active", operation_id = "active_programs", tag = "programs", responses(
    (status = 200, description = "The names", body = Vec<String>, example = json!(["Early Literacy"])),
    ForWriters,
))]
async fn active(State(state): State<AppState>, _: Writer) -> Result<Json<Vec<String>>, Error> {
    Ok(Json(programs::active_names(&state.pool).await?))
}

/// Which programs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct ListParams {
    /// Leave out the ones that are not active.
    #[serde(default)]
    #[param(default = false)]
    active_only: bool,
    /// How many to pass over; 0 when not given.
    #[param(minimum = 0)]
    skip: Option<i64>,
    /// How many to return at most; 100 when not given.
    #[param(minimum = 1, maximum = 1000, example = 100)]
    limit: Option<i64>,
}

/// Programs by display order, then name.
///
/// The three counts are over all programs, whatever was asked for.
#[utoipa::path(get, path = "/api/programs", operation_id = "list_programs", tag = "programs", params(ListParams), responses(
    (status = 200, description = "The programs", body = ProgramList),
    WithFields,
        ForWriters,
))]
async fn list(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<ProgramList>, Error> {
    let window = PAGE.window(params.skip, params.limit)?;
    let rows = programs::list(&state.pool, params.active_only, window.skip, window.limit).await?;
    let counts = programs::counts(&state.pool).await?;
    Ok(Json(ProgramList::new(rows, counts)))
}

/// One program.
#[utoipa::path(get, path = "/api/programs/{program_id}", operation_id = "get_program", tag = "programs",
    params(("program_id" = ProgramId, Path, description = "The program")),
    responses(
        (status = 200, description = "The program", body = ProgramResponse),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such program", body = ErrorBody),
        ForWriters,
    ))]
async fn get(
    State(state): State<AppState>,
    _: Writer,
    Id(id): Id<ProgramId>,
) -> Result<Json<ProgramResponse>, Error> {
    let found = programs::get(&state.pool, id).await?;
    Ok(Json(found.ok_or_else(|| unknown(id))?.into()))
}

/// Makes a program.
#[utoipa::path(post, path = "/api/programs", operation_id = "create_program", tag = "programs", request_body = CreateProgram, responses(
    (status = 201, description = "The new program", body = ProgramResponse),
    (status = 409, description = "A program of this name exists already", body = ErrorBody),
    WithFields,
        ForHigherRoles,
))]
async fn create(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Json(body): Json<CreateProgram>,
) -> Result<(StatusCode, Json<ProgramResponse>), Error> {
    let actor = signed_in.user.user_id;
    let new = body.check(actor)?;
    let origin = client.answering(StatusCode::CREATED).by(actor);
    let mut tx = state.begin(origin).await?;
    take_name(&mut tx, &new.name, None).await?;
    let program = programs::create(&mut tx, &new).await?;
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(program.into())))
}

/// Changes a program.
///
/// A new name follows into the documents that are filed under it. What is left
/// out or null stays as it is.
#[utoipa::path(put, path = "/api/programs/{program_id}", operation_id = "update_program", tag = "programs",
    params(("program_id" = ProgramId, Path, description = "The program")),
    request_body = UpdateProgram,
    responses(
        (status = 200, description = "The program as it now is", body = ProgramResponse),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such program", body = ErrorBody),
        (status = 409, description = "A program of this name exists already", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn update(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Id(id): Id<ProgramId>,
    Json(body): Json<UpdateProgram>,
) -> Result<Json<ProgramResponse>, Error> {
    let current = programs::get(&state.pool, id).await?;
    let current = current.ok_or_else(|| unknown(id))?;
    let Some(change) = body.check()? else {
        return Ok(Json(current.into()));
    };
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    if let Some(name) = &change.name {
        take_name(&mut tx, name, Some(id)).await?;
    }
    let program = programs::update(&mut tx, id, &change).await?;
    let program = program.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(Json(program.into()))
}

/// How to delete.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct DeleteParams {
    /// Also when documents are filed under it.
    #[serde(default)]
    #[param(default = false)]
    force: bool,
}

/// Deletes a program.
///
/// Documents stay; with `force` those filed under it are taken out of it.
#[utoipa::path(delete, path = "/api/programs/{program_id}", operation_id = "delete_program", tag = "programs",
    params(("program_id" = ProgramId, Path, description = "The program"), DeleteParams),
    responses(
        (status = 200, description = "The program is gone", body = ProgramDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such program", body = ErrorBody),
        (status = 409, description = "Documents are filed under it, and `force` is false", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
async fn delete(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Id(id): Id<ProgramId>,
    Query(params): Query<DeleteParams>,
) -> Result<Json<ProgramDeleted>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let deleted = programs::delete(&mut tx, id).await?;
    let (program, freed) = deleted.ok_or_else(|| unknown(id))?;
    if freed > 0 && !params.force {
        // Leaving the transaction behind undoes the deletion.
        return Err(Error::Conflict(in_use(&program, freed)));
    }
    tx.commit().await?;
    Ok(Json(ProgramDeleted::new(&program, freed)))
}

fn unknown(id: ProgramId) -> Error {
    Error::NotFound(format!("There is no program {id}."))
}

fn in_use(program: &Program, documents: u64) -> String {
    format!(
        "Documents filed under '{}': {documents}. Delete it with force=true to take them out of it, or switch it off instead.",
        program.name
    )
}

/// Names are unique ignoring letter case, which the database alone does not see to.
/// Nobody else takes the name until the transaction ends.
async fn take_name(
    conn: &mut PgConnection,
    name: &str,
    except: Option<ProgramId>,
) -> Result<(), Error> {
    programs::lock_names(conn).await?;
    if programs::name_taken(&mut *conn, name, except).await? {
        let message = format!("A program named '{name}' exists already.");
        return Err(Error::Conflict(message));
    }
    Ok(())
}
