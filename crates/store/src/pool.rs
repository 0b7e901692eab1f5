//! Connecting to PostgreSQL.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};
use url::Url;

/// A connection address that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not a PostgreSQL address.
    #[error(
        "'{0}' is not a PostgreSQL address: it must begin with postgres://, postgresql:// or postgresql+asyncpg://"
    )]
    Scheme(String),
    /// The scheme is right, the rest is not.
    #[error("the PostgreSQL address cannot be read: {0}")]
    Malformed(#[source] sqlx::Error),
}

/// Reads a connection address in any of the spellings that sites use. Every
/// connection works in UTC, which the columns without time zone rely on.
pub fn options(address: &str) -> Result<PgConnectOptions, AddressError> {
    let rest = ["postgres://", "postgresql://", "postgresql+asyncpg://"]
        .iter()
        .find_map(|scheme| address.strip_prefix(scheme))
        .ok_or_else(|| AddressError::Scheme(without_password(address)))?;
    let options = PgConnectOptions::from_str(&format!("postgres://{rest}"))
        .map_err(AddressError::Malformed)?;
    Ok(options
        .options([("timezone", "UTC")])
        .application_name("archivist"))
}

/// Where the address leads, for messages and logs: scheme, user, host, port and
/// database, without a password wherever it may stand.
pub fn without_password(address: &str) -> String {
    let Ok(url) = Url::parse(address) else {
        return "(unreadable address)".to_owned();
    };
    let user = match url.username() {
        "" => String::new(),
        user => format!("{user}@"),
    };
    let port = url
        .port()
        .map(|port| format!(":{port}"))
        .unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    format!("{}://{user}{host}{port}{}", url.scheme(), url.path())
}

/// For how long a connection is trusted to be alive without asking it.
const TRUST: Duration = Duration::from_secs(1);

/// Opens a pool of at most `connections`, and proves that one can be made.
pub async fn connect(options: PgConnectOptions, connections: u32) -> Result<PgPool, sqlx::Error> {
    // A pool goes on trying and then tells only that time ran out; a single
    // connection tells why it cannot be made.
    options.connect().await?.close().await?;
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(10))
        // A sign of life before each query doubles the round trips. One that was alive a
        // moment ago is; one that rested may have lost its server.
        .test_before_acquire(false)
        .before_acquire(|connection, rest| {
            Box::pin(async move {
                if rest.idle_for < TRUST {
                    return Ok(true);
                }
                Ok(connection.ping().await.is_ok())
            })
        })
        .connect_with(options)
        .await
}

/// Asks the database for a sign of life.
pub async fn ping(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query_scalar!(r#"SELECT 1 AS "one!""#)
        .fetch_one(pool)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_leads_to_the_same_server() {
        for scheme in ["postgres", "postgresql", "postgresql+asyncpg"] {
            let options = options(&format!(
                "{scheme}://ana:s3cret@db.example.org:5433/archive"
            ))
            .unwrap();
            assert_eq!(options.get_host(), "db.example.org");
            assert_eq!(options.get_port(), 5433);
            assert_eq!(options.get_database(), Some("archive"));
        }
    }

    #[test]
    fn another_database_is_refused_without_telling_the_password() {
        assert_eq!(
            without_password("postgres://ana:s3cret@host:5433/db?user=b&password=s3cret"),
            "postgres://ana@host:5433/db"
        );
        let error = options("mysql://root:s3cret@host/db")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("postgresql://") && !error.contains("s3cret"),
            "{error}"
        );
    }
}
