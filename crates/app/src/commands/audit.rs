//! `archivist audit …`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_store::DatabaseError;
use archivist_store::audit::seal::{self, Head, Reach};
use archivist_store::audit::verify::{self, Report};
use archivist_store::audit::{self, LogFilter, LogRow};
use archivist_web::wire::timestamp_text;
use serde_json::{Value, json};

use super::db::with_database;
use super::print_json;
use crate::config::{AuditCommand, PlaceArgs};
use crate::database::Database;

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: AuditCommand) -> Result<ExitCode> {
    with_database(place, async |database| match command {
        AuditCommand::Verify { expect, json } => verify(database, expect.as_ref(), json).await,
        AuditCommand::Seal => seal_now(database).await,
        AuditCommand::List {
            event,
            entity,
            user,
            limit,
            json,
        } => {
            let filter = LogFilter {
                event_type: event,
                entity_type: entity,
                user_id: user,
                ..LogFilter::default()
            };
            list(database, &filter, limit, json).await
        }
    })
    .await
}

/// Says what to do where the tables are not there yet.
fn explained(error: DatabaseError) -> anyhow::Error {
    let is_older = error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some(UNDEFINED_TABLE));
    let error = anyhow::Error::new(error);
    if is_older {
        error.context("this database has no sealed audit log yet: run `archivist migrate` first")
    } else {
        error
    }
}

/// PostgreSQL's code for a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

async fn verify(database: &Database, expect: Option<&Head>, as_json: bool) -> Result<ExitCode> {
    let report = verify::verify(&database.pool, expect).await;
    let report = report.map_err(explained)?;
    let holds = report.holds();
    if as_json {
        let mut value = serde_json::to_value(&report)?;
        value["holds"] = json!(holds);
        print_json(&value);
    } else {
        print_report(&report);
    }
    Ok(if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_report(report: &Report) {
    for finding in &report.findings {
        say!("BROKEN: {}", finding.message);
    }
    let untold = report.broken - report.findings.len();
    if untold > 0 {
        say!("… and {untold} more.");
    }
    if report.holds() {
        say!("No sealed row was altered or removed.");
    }
    say!(
        "Sealed: {}. Waiting for a seal: {}.",
        report.sealed,
        report.waiting
    );
    if let Some(head) = &report.head {
        say!("Head: {head}");
        say!("Keep the head somewhere else: `archivist audit verify --expect HEAD` proves later");
        say!("that nothing up to it was cut off, and that the chain was not made anew.");
    }
}

async fn seal_now(database: &Database) -> Result<ExitCode> {
    let sealed = seal::run(&database.pool, Reach::All).await;
    let sealed = sealed.map_err(explained)?;
    match sealed {
        Some(sealed) => say!("Sealed {} rows.", sealed.rows),
        None => say!("A server on this database is sealing just now: nothing is left to do."),
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(
    database: &Database,
    filter: &LogFilter,
    limit: u32,
    as_json: bool,
) -> Result<ExitCode> {
    let page = audit::list(&database.pool, filter, 0, i64::from(limit)).await;
    let page = page.map_err(explained)?;
    if as_json {
        print_json(&Value::Array(page.rows.iter().map(row_as_json).collect()));
        return Ok(ExitCode::SUCCESS);
    }
    page.rows.iter().for_each(print_row);
    say!("\n{} of {} rows.", page.rows.len(), page.total);
    Ok(ExitCode::SUCCESS)
}

fn row_as_json(row: &LogRow) -> Value {
    json!({
        "log_id": row.log_id,
        "event_type": row.event_type,
        "entity_type": row.entity_type,
        "entity_id": row.entity_id,
        "user_id": row.user_id,
        "details": row.details,
        "created_at": timestamp_text(&row.created_at),
    })
}

fn print_row(row: &LogRow) {
    let fact = |name: &str| row.details.as_ref().and_then(|d| d[name].as_str());
    let who = row
        .user_id
        .as_deref()
        .or_else(|| fact("origin"))
        .unwrap_or("-");
    let what = row.entity_id.map(|id| id.to_string()).unwrap_or_default();
    say!(
        "{}  {:<24} {who:<36}  {what}",
        row.created_at.format("%Y-%m-%d %H:%M:%S"),
        row.event_type
    );
}
