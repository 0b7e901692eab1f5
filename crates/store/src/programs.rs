//! Programs: the lines of the organization's work.

use archivist_domain::{ProgramId, UserId};
use chrono::NaiveDateTime;
use serde_json::json;
use sqlx::{PgConnection, PgExecutor};
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};
use crate::changes;

/// A program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its id.
    pub program_id: ProgramId,
    /// Its name, unique ignoring case.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Higher comes first.
    pub display_order: i32,
    /// Whether documents may be filed under it.
    pub active: bool,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it last changed (UTC).
    pub updated_at: NaiveDateTime,
    /// Who made it.
    pub created_by: Option<UserId>,
}

impl Subject for Program {
    const ENTITY: &'static str = "program";

    fn id(&self) -> Uuid {
        self.program_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("name", json!(self.name)),
            ("description", json!(self.description)),
            ("display_order", json!(self.display_order)),
            ("active", json!(self.active)),
        ])
    }
}

/// The fields of a new program.
#[derive(Debug, Clone)]
pub struct NewProgram {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub description: Option<String>,
    /// Higher comes first.
    pub display_order: i32,
    /// Whether documents may be filed under it.
    pub active: bool,
    /// Who makes it.
    pub created_by: Option<UserId>,
}

/// Changed fields; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct ProgramChange {
    /// A new name.
    pub name: Option<String>,
    /// A new description.
    pub description: Option<String>,
    /// A new place.
    pub display_order: Option<i32>,
    /// On or off.
    pub active: Option<bool>,
}

/// How many programs there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: i64,
    /// The active ones.
    pub active: i64,
}

/// Programs by display order, then name.
pub async fn list(
    db: impl PgExecutor<'_>,
    active_only: bool,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Vec<Program>> {
    sqlx::query_as!(
        Program,
        r#"SELECT program_id AS "program_id: ProgramId", name, description, display_order, active,
                  created_at, updated_at, created_by AS "created_by: UserId"
           FROM programs WHERE active OR NOT $1
           ORDER BY display_order DESC, name OFFSET $2 LIMIT $3"#,
        active_only,
        skip,
        limit
    )
    .fetch_all(db)
    .await
}

/// One program.
pub async fn get(db: impl PgExecutor<'_>, id: ProgramId) -> sqlx::Result<Option<Program>> {
    sqlx::query_as!(
        Program,
        r#"SELECT program_id AS "program_id: ProgramId", name, description, display_order, active,
                  created_at, updated_at, created_by AS "created_by: UserId"
           FROM programs WHERE program_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// All and active programs, counted.
pub async fn counts(db: impl PgExecutor<'_>) -> sqlx::Result<Counts> {
    sqlx::query_as!(
        Counts,
        r#"SELECT count(*) AS "total!", count(*) FILTER (WHERE active) AS "active!" FROM programs"#
    )
    .fetch_one(db)
    .await
}

/// The names of active programs, sorted by code point.
pub async fn active_names(db: impl PgExecutor<'_>) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar!(r#"SELECT name FROM programs WHERE active ORDER BY name COLLATE "C""#)
        .fetch_all(db)
        .await
}

/// Lets writers of names take turns until the transaction ends, so that a name that
/// was free when asked for stays free.
pub async fn lock_names(conn: &mut PgConnection) -> sqlx::Result<()> {
    // In the order of `update` and `delete`, or the two wait for each other.
    changes::take_turn(&mut *conn).await?;
    sqlx::query!("LOCK TABLE programs IN SHARE ROW EXCLUSIVE MODE")
        .execute(conn)
        .await?;
    Ok(())
}

/// The ids of the programs with these names.
pub async fn ids(db: impl PgExecutor<'_>, names: &[String]) -> sqlx::Result<Vec<ProgramId>> {
    sqlx::query_scalar!(
        r#"SELECT program_id AS "program_id: ProgramId" FROM programs WHERE name = ANY ($1::text[])"#,
        names
    )
    .fetch_all(db)
    .await
}

/// Whether another program than `except` has this name, ignoring case.
pub async fn name_taken(
    db: impl PgExecutor<'_>,
    name: &str,
    except: Option<ProgramId>,
) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM programs WHERE lower(name) = lower($1)
             AND ($2::uuid IS NULL OR program_id <> $2)) AS "taken!""#,
        name,
        except.map(|id| id.0)
    )
    .fetch_one(db)
    .await
}

/// Makes a program.
pub async fn create(tx: &mut Audited, new: &NewProgram) -> sqlx::Result<Program> {
    let program = sqlx::query_as!(
        Program,
        r#"INSERT INTO programs (name, description, display_order, active, created_by)
           VALUES ($1, $2, $3, $4, $5)
           RETURNING program_id AS "program_id: ProgramId", name, description, display_order, active,
                  created_at, updated_at, created_by AS "created_by: UserId""#,
        new.name,
        new.description,
        new.display_order,
        new.active,
        new.created_by.map(|id| id.0)
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.created(&program).await?;
    Ok(program)
}

/// Changes a program; a new name follows into the documents filed under it.
pub async fn update(
    tx: &mut Audited,
    id: ProgramId,
    change: &ProgramChange,
) -> sqlx::Result<Option<Program>> {
    // A document that comes in has the turn and then asks for its programs; a new
    // name holds its program and then goes into documents.
    changes::take_turn(tx).await?;
    let Some(old) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    let new = sqlx::query_as!(
        Program,
        r#"UPDATE programs SET name = coalesce($2, name), description = coalesce($3, description),
                  display_order = coalesce($4, display_order), active = coalesce($5, active)
           WHERE program_id = $1
           RETURNING program_id AS "program_id: ProgramId", name, description, display_order, active,
                  created_at, updated_at, created_by AS "created_by: UserId""#,
        id.0,
        change.name,
        change.description,
        change.display_order,
        change.active
    )
    .fetch_one(&mut **tx)
    .await?;
    tx.updated(&old, &new).await?;
    Ok(Some(new))
}

/// One program for changing: nobody else changes it until the transaction ends.
async fn get_for_update(conn: &mut PgConnection, id: ProgramId) -> sqlx::Result<Option<Program>> {
    sqlx::query_as!(
        Program,
        r#"SELECT program_id AS "program_id: ProgramId", name, description, display_order, active,
                  created_at, updated_at, created_by AS "created_by: UserId"
           FROM programs WHERE program_id = $1 FOR UPDATE"#,
        id.0
    )
    .fetch_optional(conn)
    .await
}

/// Deletes a program, if it is there, and takes documents out of it; the documents stay.
/// Returns what it was, and how many were filed under it.
pub async fn delete(tx: &mut Audited, id: ProgramId) -> sqlx::Result<Option<(Program, u64)>> {
    // In the order of documents that come in, as in `update`.
    changes::take_turn(tx).await?;
    let Some(program) = get_for_update(tx, id).await? else {
        return Ok(None);
    };
    let freed = sqlx::query!(
        "DELETE FROM document_programs WHERE program = $1",
        program.name
    )
    .execute(&mut **tx)
    .await?
    .rows_affected();
    sqlx::query!("DELETE FROM programs WHERE program_id = $1", id.0)
        .execute(&mut **tx)
        .await?;
    tx.deleted(&program).await?;
    Ok(Some((program, freed)))
}
