//! `archivist migrate` and `archivist db …`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_store::contract::{self, Finding};
use archivist_store::migrate;
use serde_json::json;

use super::print_json;
use crate::config::{DbCommand, PlaceArgs};
use crate::database::Database;

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
        println!("{}  {:<32} {state}", is.version, is.description);
    }
    Ok(())
}

/// `archivist db …`.
pub(crate) async fn run(place: &PlaceArgs, command: DbCommand) -> Result<ExitCode> {
    let database = Database::open(place, 2).await?;
    let result = match command {
        DbCommand::Verify { json } => verify(&database, json).await,
        DbCommand::Contract => print_contract(&database).await,
    };
    database.close().await?;
    result
}

async fn verify(database: &Database, as_json: bool) -> Result<ExitCode> {
    let mut conn = database.pool.acquire().await?;
    let findings = contract::verify(&contract::read(&mut conn).await?)?;
    if as_json {
        print_json(&json!({ "agrees": findings.is_empty(), "differences": findings }));
    } else if findings.is_empty() {
        println!("Code and database agree: {}.", contract::summary()?);
    } else {
        print_table(&findings);
    }
    Ok(if findings.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_table(findings: &[Finding]) {
    let width = findings
        .iter()
        .map(|f| f.subject.chars().count())
        .max()
        .unwrap_or(0);
    println!("{:<width$}  expected → found", "what");
    for finding in findings {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "(nothing)".to_owned());
        println!(
            "{:<width$}  {} → {}",
            finding.subject,
            side(&finding.expected),
            side(&finding.found)
        );
    }
    let differences = match findings.len() {
        1 => "1 difference".to_owned(),
        n => format!("{n} differences"),
    };
    println!("\n{differences} between code and database.");
}

async fn print_contract(database: &Database) -> Result<ExitCode> {
    let mut conn = database.pool.acquire().await?;
    let catalog = contract::read(&mut conn).await?;
    print!("{}", contract::contract_of(&catalog));
    Ok(ExitCode::SUCCESS)
}
