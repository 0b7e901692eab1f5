//! `archivist migrate`: brings a database up to date, and takes over one of the
//! original system.

use std::process::ExitCode;

use anyhow::{Result, bail};
use archivist_store::adopt::{self, AdoptionError, Pending, Plan, Recognised, Report};
use archivist_store::migrate::{self, MIGRATOR, MigrationStatus};
use serde_json::json;

use super::print_json;
use crate::config::{MigrateArgs, PlaceArgs};
use crate::database::Database;

/// Migrates, or only tells what that would do.
pub(crate) async fn migrate(place: &PlaceArgs, args: MigrateArgs) -> Result<ExitCode> {
    let database = Database::open(place, 2).await?;
    let result = if args.status {
        status(&database, args.json).await
    } else if args.dry_run {
        dry_run(&database, args.json).await
    } else {
        run(&database, args.json).await
    };
    database.close().await?;
    result.map(|()| ExitCode::SUCCESS)
}

async fn status(database: &Database, as_json: bool) -> Result<()> {
    let status = migrate::status(&database.pool).await?;
    if as_json {
        print_json(&json!(status));
        return Ok(());
    }
    let mut conn = database.pool.acquire().await?;
    if let Recognised::Original(original) = adopt::recognise(&mut conn).await? {
        say!("This is {original}. `archivist migrate --dry-run` says how it would be taken over.");
    }
    print_status(&status, &status);
    Ok(())
}

async fn run(database: &Database, as_json: bool) -> Result<()> {
    let before = migrate::status(&database.pool).await?;
    let report = adopt::adopt(&database.pool).await?;
    migrate::run(&database.pool).await?;
    let mut conn = database.pool.acquire().await?;
    let pending = adopt::validate(&mut conn).await?;
    let after = migrate::status(&database.pool).await?;
    if as_json {
        print_json(&json!({ "adoption": report, "pending": pending, "migrations": after }));
        return Ok(());
    }
    if let Some(report) = &report {
        print_report(report);
    } else {
        // An adoption has told of them among its remarks.
        print_pending(&pending);
    }
    print_status(&before, &after);
    Ok(())
}

fn print_status(before: &[MigrationStatus], after: &[MigrationStatus]) {
    for (was, is) in before.iter().zip(after) {
        let state = match (was.applied, is.applied) {
            (true, _) => "applied",
            (false, true) => "applied now",
            (false, false) => "missing",
        };
        say!("{}  {:<32} {state}", is.version, is.description);
    }
}

fn print_pending(pending: &[Pending]) {
    for it in pending {
        say!("Note: {it}");
    }
}

fn print_report(report: &Report) {
    say!(
        "This was {}.\nIt has been taken over; every row is still there:\n",
        report.database
    );
    say!(
        "{:<18} {:>9} {:>9} {:>7}  {:<12}  {:<12}",
        "table",
        "before",
        "after",
        "added",
        "checksum",
        "after"
    );
    for kept in &report.tables {
        say!(
            "{:<18} {:>9} {:>9} {:>7}  {:<12}  {:<12}",
            kept.table,
            kept.rows_before,
            kept.rows_after,
            kept.rows_added,
            short(&kept.checksum_before),
            short(&kept.checksum_after)
        );
    }
    say!("");
    for remark in &report.remarks {
        say!("Note: {remark}");
    }
}

/// Enough of a checksum to compare by eye; `--json` has all of it.
fn short(checksum: &str) -> &str {
    checksum.get(..12).unwrap_or(checksum)
}

async fn dry_run(database: &Database, as_json: bool) -> Result<()> {
    let status = migrate::status(&database.pool).await?;
    let mut conn = database.pool.acquire().await?;
    let plan = match adopt::recognise(&mut conn).await? {
        Recognised::Original(original) => Some(adopt::plan(&mut conn, &original).await?),
        Recognised::Unknown(unknown) => return Err(AdoptionError::Unknown(unknown).into()),
        Recognised::Empty | Recognised::Ours => None,
    };
    if as_json {
        print_json(&json!({ "adoption": plan, "migrations": status }));
    } else if let Some(plan) = &plan {
        print_plan(plan);
    } else {
        print_missing(&status);
    }
    match plan {
        Some(plan) if !plan.obstacles.is_empty() => bail!(AdoptionError::Blocked {
            database: plan.database,
            obstacles: plan.obstacles,
        }),
        _ => Ok(()),
    }
}

/// A script that could be run as it is.
fn print_plan(plan: &Plan) {
    say!("-- This is {}.", plan.database);
    say!("-- `archivist migrate` would run this, and count all rows before and after:");
    for remark in &plan.remarks {
        say!("-- Note: {remark}");
    }
    say!("BEGIN;");
    for (place, step) in plan.steps.iter().enumerate() {
        say!("\n-- {}. {}", place + 1, step.says);
        say!("{}", step.sql);
    }
    say!("\nCOMMIT;");
}

fn print_missing(status: &[MigrationStatus]) {
    let missing = |version| status.iter().any(|it| it.version == version && !it.applied);
    let mut nothing = true;
    for migration in MIGRATOR.iter().filter(|m| missing(m.version)) {
        nothing = false;
        say!(
            "-- Migration {}: {}",
            migration.version,
            migration.description
        );
        say!("{}", migration.sql.as_str());
    }
    if nothing {
        say!("-- Nothing to do: all migrations have been applied.");
    }
}
