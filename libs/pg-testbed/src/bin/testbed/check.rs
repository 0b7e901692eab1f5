//! `testbed check`: what is otherwise asked of a test database by hand.

use std::fmt::Write as _;
use std::process::ExitCode;

use pg_testbed::BoxError;
use sqlx::error::DatabaseError;
use sqlx::{PgConnection, Row};

use crate::compare::{Compared, exit};
use crate::line::{Line, PROJECT};
use crate::print;
use crate::side::Side;

const OPTIONS: [&str; 2] = ["--against", "--schema"];

/// Looks at a database; compares it with another side if there is one.
pub(crate) async fn check(words: &[&str]) -> Result<ExitCode, BoxError> {
    let line = Line::parse(words, &[&OPTIONS[..], &PROJECT].concat())?;
    let side = Side::only(&line, "testbed check [SIDE] [--against SIDE]").await?;
    print(&looked_at(&side).await?)?;
    let Some(against) = Side::against(&line).await? else {
        return Ok(ExitCode::SUCCESS);
    };
    let compared = Compared::of(&against, &side, &line).await?;
    if compared.only_left_has_tables() {
        return Err(nothing_to_compare(&side, &against).into());
    }
    print(&compared.report())?;
    Ok(exit(compared.agrees()))
}

/// What to say of the database that tests only connect to.
fn nothing_to_compare(side: &Side, against: &Side) -> String {
    let (side, against) = (&side.shown, &against.shown);
    format!(
        "{side} has no tables, so there is nothing to compare. If it is the one of \
         TEST_DATABASE_URL: tests do not work in it, but in clones of a template; ask \
         `testbed check migrations --against {against}`"
    )
}

async fn looked_at(side: &Side) -> Result<String, BoxError> {
    let mut connection = side.connect().await?;
    let mut text = health(&mut connection).await?;
    for (what, query) in [("tables", TABLES), ("enum types", ENUMS)] {
        text += &list(&mut connection, what, query).await?;
    }
    Ok(text + &migrations(&mut connection).await?)
}

/// Whether the server is well, and whether its data would survive a failure.
/// Clients are those with a user and a database: what kind of process others
/// are is hidden from most roles.
async fn health(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let row = sqlx::query(
        "SELECT version(), date_trunc('second', now() - pg_postmaster_start_time())::text AS up,
                pg_is_in_recovery() AS recovering, current_setting('fsync') AS fsync,
                current_setting('max_connections') AS allowed,
                (SELECT count(datid) FROM pg_stat_activity
                  WHERE usesysid IS NOT NULL) AS taken",
    )
    .fetch_one(connection)
    .await?;
    let (version, up): (String, String) = (row.try_get("version")?, row.try_get("up")?);
    let (taken, allowed): (i64, String) = (row.try_get("taken")?, row.try_get("allowed")?);
    let state = if row.try_get("recovering")? {
        "in recovery: it takes no writes"
    } else {
        "takes writes"
    };
    let fsync: String = row.try_get("fsync")?;
    Ok(format!(
        "server: {version}\nhealth: up for {up}, {state}, {taken} of {allowed} connections taken, fsync {fsync}\n"
    ))
}

async fn migrations(connection: &mut PgConnection) -> Result<String, sqlx::Error> {
    let mut text = String::new();
    for (table, query) in MIGRATIONS {
        let there = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table);
        if !there.fetch_one(&mut *connection).await? {
            continue;
        }
        match list(connection, "migrations", query).await {
            Ok(told) => text += &told,
            Err(error) if is_refusal(&error) => {
                let _ = writeln!(text, "migrations: this role may not read {table}");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(text)
}

/// Whether the role lacks the right to do it.
fn is_refusal(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "42501")
}

async fn list(
    connection: &mut PgConnection,
    what: &str,
    query: &'static str,
) -> Result<String, sqlx::Error> {
    let lines: Vec<String> = sqlx::query_scalar(query).fetch_all(connection).await?;
    let mut text = format!("{what}: {}\n", lines.len());
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
    Ok(text)
}

const TABLES: &str = "
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     ORDER BY 1";

const ENUMS: &str = "
    SELECT format('%s (%s)', enumtypid::regtype,
                  string_agg(enumlabel, ', ' ORDER BY enumsortorder))
      FROM pg_enum GROUP BY enumtypid ORDER BY 1";

/// Where sqlx and Alembic note what was done.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "_sqlx_migrations",
        "SELECT version || ' ' || description || CASE WHEN success THEN '' ELSE ' FAILED' END
           FROM _sqlx_migrations ORDER BY version",
    ),
    (
        "alembic_version",
        "SELECT version_num::text FROM alembic_version",
    ),
];
