//! The testbed's databases, as the server shows them.

use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};

use crate::names::{Name, PREFIX};
use crate::note::{self, Note};

/// A database of the testbed.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) database: String,
    pub(crate) name: Name,
    /// Whether it is a finished template.
    pub(crate) finished: bool,
    /// Whether the lock in its name is held.
    pub(crate) owned: bool,
    pub(crate) note: Option<Note>,
}

/// Lists the testbed's databases, with the server's time in seconds since 1970.
/// The locks are looked at after the snapshot of the databases was taken, and
/// owners lock first and create then: a database without an owner here has
/// lost it.
pub(crate) async fn look(connection: &mut PgConnection) -> Result<(Vec<Found>, i64), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT datname::text AS database, datistemplate AS finished,
                coalesce(shobj_description(oid, 'pg_database'), '') AS comment,
                extract(epoch FROM now())::bigint AS now,
                ARRAY(SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
                       WHERE locktype = 'advisory' AND objsubid = 1 AND granted) AS held
           FROM pg_database WHERE starts_with(datname::text, $1) ORDER BY oid",
    );
    let rows = rows.bind(PREFIX).fetch_all(connection).await?;
    let now = rows.first().map_or(Ok(0), |row| row.try_get("now"))?;
    let found: Result<Vec<_>, _> = rows
        .iter()
        .filter_map(|row| read(row).transpose())
        .collect();
    Ok((found?, now))
}

/// The advisory locks that are held.
pub(crate) async fn held(connection: &mut PgConnection) -> Result<Vec<i64>, sqlx::Error> {
    let held = "SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
                 WHERE locktype = 'advisory' AND objsubid = 1 AND granted";
    sqlx::query_scalar(held).fetch_all(connection).await
}

/// One of them, or `None` if the name only resembles ours.
fn read(row: &PgRow) -> Result<Option<Found>, sqlx::Error> {
    let database: String = row.try_get("database")?;
    let Some(name) = Name::parse(&database) else {
        return Ok(None);
    };
    let held: Vec<i64> = row.try_get("held")?;
    let (note, _) = note::read(row.try_get("comment")?);
    Ok(Some(Found {
        database,
        name,
        finished: row.try_get("finished")?,
        owned: name.lock().is_some_and(|lock| held.contains(&lock)),
        note,
    }))
}
