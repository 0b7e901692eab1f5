//! Statements on whole databases.

use std::time::Duration;

use sqlx::error::DatabaseError;
use sqlx::postgres::types::Oid;
use sqlx::{AssertSqlSafe, PgConnection};
use tokio::time::sleep;

use crate::names::{ident, literal};
use crate::note::{self, Note};

/// Runs statements whose names are quoted.
pub(crate) async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    let script = sqlx::raw_sql(AssertSqlSafe(sql));
    script.execute(connection).await.map(|_| ())
}

/// Drops a database together with its sessions.
pub(crate) async fn drop_database(
    connection: &mut PgConnection,
    database: &str,
    is_template: bool,
) -> Result<(), sqlx::Error> {
    end_sessions(connection, database).await?;
    let database = ident(database);
    if is_template {
        let opened = format!("ALTER DATABASE {database} WITH IS_TEMPLATE false");
        run(connection, opened).await?;
    }
    let gone = format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)");
    run(connection, gone).await
}

/// Drops a database that a test has used, also if it was marked as a template.
pub(crate) async fn drop_used(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), sqlx::Error> {
    let Err(error) = drop_database(connection, database, false).await else {
        return Ok(());
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    match code.as_deref() {
        // Wrong object type: a template cannot be dropped.
        Some("42809") => drop_database(connection, database, true).await,
        _ => Err(error),
    }
}

/// The server's number for a database, by which its folder is named; `None` if
/// there is none of this name.
pub(crate) async fn number_of(
    connection: &mut PgConnection,
    database: &str,
) -> Result<Option<u32>, sqlx::Error> {
    let number = sqlx::query_scalar("SELECT oid FROM pg_database WHERE datname = $1");
    let number = number.bind(database).fetch_optional(connection).await?;
    Ok(number.map(|Oid(number)| number))
}

/// Gives a database another name. Nobody else may be connected to it.
pub(crate) async fn rename(
    connection: &mut PgConnection,
    from: &str,
    to: &str,
) -> Result<(), sqlx::Error> {
    let sql = format!("ALTER DATABASE {} RENAME TO {}", ident(from), ident(to));
    run(connection, sql).await
}

/// Ends the sessions in a database, but for this one, and waits a little until
/// they are gone: where DROP DATABASE and CREATE DATABASE meet one that is just
/// leaving, they sleep for 100 ms before they look again. Autovacuum is left to
/// them: only a superuser may end it.
pub(crate) async fn end_sessions(
    connection: &mut PgConnection,
    database: &str,
) -> Result<(), sqlx::Error> {
    for _ in 0..200 {
        let end = sqlx::query(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = $1 AND backend_type = 'client backend' AND pid <> pg_backend_pid()",
        );
        let ended = end.bind(database).fetch_all(&mut *connection).await?;
        if ended.is_empty() {
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    Ok(())
}

/// Puts a note in front of a database's comment.
pub(crate) async fn annotate(
    connection: &mut PgConnection,
    database: &str,
    make: impl FnOnce(i64) -> Note,
) -> Result<(), sqlx::Error> {
    let found: (i64, String) = sqlx::query_as(
        "SELECT extract(epoch FROM now())::bigint,
                coalesce(shobj_description(oid, 'pg_database'), '')
           FROM pg_database WHERE datname = $1",
    )
    .bind(database)
    .fetch_one(&mut *connection)
    .await?;
    let (now, comment) = found;
    let (_, own) = note::read(&comment);
    let comment = literal(&note::write(&make(now), own));
    let sql = format!("COMMENT ON DATABASE {} IS {comment}", ident(database));
    run(connection, sql).await
}
