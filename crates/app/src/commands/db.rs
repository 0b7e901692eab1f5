//! `archivist db …`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_store::contract;

use crate::config::{DbCommand, PlaceArgs};
use crate::database::Database;

mod compare;
mod verify;

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
