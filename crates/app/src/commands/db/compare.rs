//! `archivist db fingerprint` and `archivist db diff`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use archivist_store::{PgConnection, PgPool, contract, migrate, pool};
use pg_catalog::{Comparison, Fingerprint, Kind, diff as compare, load};
use serde_json::json;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::commands::print_json;
use crate::config::PlaceArgs;
use crate::database::Database;

/// The site's own database, as a side.
const DATABASE: &str = "database";

/// An empty database with all migrations, as a side.
const MIGRATIONS: &str = "migrations";

/// How the names of databases begin that are made for the migrations.
const BESIDE: &str = "archivist_migrations_";

/// Prints the fingerprint of the site's database, or writes it to a file.
pub(super) async fn fingerprint(database: &Database, output: Option<PathBuf>) -> Result<ExitCode> {
    let fingerprint = read(&database.pool).await?;
    match output {
        Some(file) => std::fs::write(&file, fingerprint.to_string())
            .with_context(|| format!("{} cannot be written", file.display()))?,
        None => print!("{fingerprint}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares two sides and tells what differs.
pub(super) async fn diff(
    place: &PlaceArgs,
    left: &str,
    right: &str,
    as_json: bool,
) -> Result<ExitCode> {
    let on_server = |side: &str| [DATABASE, MIGRATIONS].contains(&side);
    let database = if on_server(left) || on_server(right) {
        Some(Database::open(place, 2).await?)
    } else {
        None
    };
    let sides = both(database.as_ref(), left, right).await;
    if let Some(database) = database {
        database.close().await?;
    }
    let (l, r) = sides?;
    let comparison = compare(&l, &r);
    let names = [left, right].map(shown);
    if as_json {
        print_json(&json!({
            "agrees": comparison.agrees(), "left": names[0], "right": names[1],
            "drift": comparison.drift, "environment": comparison.environment,
        }));
    } else {
        print_report(&names, &comparison, &l);
    }
    Ok(if comparison.agrees() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn both(
    database: Option<&Database>,
    left: &str,
    right: &str,
) -> Result<(Fingerprint, Fingerprint)> {
    Ok((side(database, left).await?, side(database, right).await?))
}

/// The fingerprint of one side; `database` is there when a side needs it.
async fn side(database: Option<&Database>, side: &str) -> Result<Fingerprint> {
    match (side, database) {
        (DATABASE, Some(database)) => read(&database.pool).await,
        (MIGRATIONS, Some(database)) => of_migrations(database).await,
        _ => load(side, &contract::SCHEMAS)
            .await
            .with_context(|| shown(side)),
    }
}

/// A side as a person may see it: without the password of an address.
fn shown(side: &str) -> String {
    if side.contains("://") {
        pool::without_password(side)
    } else {
        side.to_owned()
    }
}

async fn read(pool: &PgPool) -> Result<Fingerprint> {
    let mut conn = pool.acquire().await?;
    Ok(contract::read(&mut conn).await?.fingerprint())
}

/// Makes a database beside the site's, migrates it, reads it, and drops it. Its
/// name has the number of a lock that we hold meanwhile, so that the next one to
/// do this can tell what a killed process has left.
async fn of_migrations(database: &Database) -> Result<Fingerprint> {
    let mut owner = database.pool.acquire().await?;
    let lock = Uuid::new_v4().as_u64_pair().0;
    sqlx::query("SELECT pg_advisory_lock($1)")
        .bind(lock.cast_signed())
        .execute(&mut *owner)
        .await?;
    drop_abandoned(&mut owner).await?;
    let name = format!("{BESIDE}{lock:016x}");
    run(
        &mut owner,
        format!("CREATE DATABASE {name} TEMPLATE template0"),
    )
    .await
    .context("an empty database for the migrations cannot be made on this server")?;
    let fingerprint = migrated(database, &name).await;
    run(&mut owner, format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    // The lock goes with its session.
    owner.close().await?;
    fingerprint
}

/// Drops the databases of this kind whose lock nobody holds any more.
async fn drop_abandoned(conn: &mut PgConnection) -> Result<()> {
    let abandoned: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database
          WHERE datname ~ ('^' || $1 || '[0-9a-f]{16}$') AND NOT EXISTS (
                SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
                   AND lpad(to_hex(classid::bigint), 8, '0') || lpad(to_hex(objid::bigint), 8, '0')
                       = right(datname, 16))",
    )
    .bind(BESIDE)
    .fetch_all(&mut *conn)
    .await?;
    for name in abandoned {
        // Another role's is not ours to drop.
        let _ = run(conn, format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
    }
    Ok(())
}

async fn migrated(database: &Database, name: &str) -> Result<Fingerprint> {
    let pool = pool::connect(database.options.clone().database(name), 2).await?;
    let done = async {
        migrate::run(&pool).await?;
        read(&pool).await
    };
    let fingerprint = done.await;
    pool.close().await;
    fingerprint
}

async fn run(conn: &mut PgConnection, sql: String) -> Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

fn print_report(names: &[String; 2], comparison: &Comparison, left: &Fingerprint) {
    let [l, r] = names;
    if comparison.agrees() {
        say!(
            "No drift between {l} and {r}: {} tables, {} columns, {} constraints, {} indexes.",
            left.count(Kind::Table),
            left.count(Kind::Column),
            left.count(Kind::Constraint),
            left.count(Kind::Index)
        );
    } else {
        say!("- {l}\n+ {r}\n");
    }
    print!("{comparison}");
    if !comparison.agrees() {
        say!("\n{} differences.", comparison.drift.len());
    }
}
