//! Work that one process at a time may do.
//!
//! The right ends with the connection that has it, however the process ends. What is done
//! through that connection can therefore not commit after the right has ended.

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};

/// A connection that has the right to this kind of work on this thing; `None` where another
/// process has it.
pub(crate) async fn take(
    options: &PgConnectOptions,
    kind: i32,
    thing: i32,
) -> sqlx::Result<Option<PgConnection>> {
    let mut connection = options.connect().await?;
    let is_mine = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_lock($1, $2) AS "is_mine!""#,
        kind,
        thing
    )
    .fetch_one(&mut connection)
    .await?;
    if is_mine {
        return Ok(Some(connection));
    }
    connection.close().await?;
    Ok(None)
}
