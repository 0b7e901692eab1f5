//! `archivist migrate` and `archivist db …`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_store::contract;
use archivist_store::migrate;
use serde_json::json;

use super::print_json;
use crate::config::{DbCommand, PlaceArgs};
use crate::database::Database;

mod compare;
mod verify;

/// `archivist migrate`.
pub(crate) async fn migrate(
    place: &PlaceArgs,
    status_only: bool,
    as_json: bool,
) -> Result<ExitCode> {
    let database = Database::open(place, 2).await?;
    let result = migrate_open(&database, status_only, as_json).await;
    database.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn migrate_open(database: &Database, status_only: bool, as_json: bool) -> Result<()> {
    let before = migrate::status(&database.pool).await?;
    if !status_only {
        migrate::run(&database.pool).await?;
    }
    let after = migrate::status(&database.pool).await?;
    if as_json {
        print_json(&json!(after));
        return Ok(());
    }
    for (was, is) in before.iter().zip(&after) {
        let state = match (was.applied, is.applied) {
            (true, _) => "applied",
            (false, true) => "applied now",
            (false, false) => "missing",
        };
        say!("{}  {:<32} {state}", is.version, is.description);
    }
    Ok(())
}

/// `archivist db …`.
pub(crate) async fn run(place: &PlaceArgs, command: DbCommand) -> Result<ExitCode> {
    match command {
        DbCommand::Verify { no_probe, json } => {
            with_database(place, async |db| verify::verify(db, !no_probe, json).await).await
        }
        DbCommand::Fingerprint { output } => {
            with_database(place, async |db| compare::fingerprint(db, output).await).await
        }
        DbCommand::Diff { left, right, json } => compare::diff(place, &left, &right, json).await,
        DbCommand::Contract => with_database(place, print_contract).await,
    }
}

/// Opens the database as it is, for a command that needs nothing else.
pub(super) async fn with_database(
    place: &PlaceArgs,
    ask: impl AsyncFnOnce(&Database) -> Result<ExitCode>,
) -> Result<ExitCode> {
    Database::refuse_missing(place)?;
    let database = Database::open(place, 2).await?;
    let result = ask(&database).await;
    database.close().await?;
    result
}

async fn print_contract(database: &Database) -> Result<ExitCode> {
    let mut conn = database.pool.acquire().await?;
    let catalog = contract::read(&mut conn).await?;
    print!("{}", contract::contract_of(&catalog));
    Ok(ExitCode::SUCCESS)
}
