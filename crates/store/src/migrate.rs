//! Migrations: embedded in the binary, forward only.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{PgConnection, PgPool};

use crate::adopt::{Recognised, Unknown, recognise};

/// All migrations, in order.
pub static MIGRATOR: Migrator = sqlx::migrate!();

/// Why a database could not be migrated.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// The database is neither ours nor the original's.
    #[error("{0}")]
    Foreign(Unknown),
    /// The database is the original's, which is taken over on purpose only.
    #[error(
        "this is {0}, which has not been taken over yet. Make a backup, see with \
         `archivist migrate --dry-run` what would be done, and take it over with \
         `archivist migrate` (docs/moving.md). Nothing was changed."
    )]
    Unadopted(String),
    /// A migration failed; it was rolled back.
    #[error("a migration failed and was rolled back: {0}")]
    Failed(#[from] MigrateError),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// A migration and whether it has been applied.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MigrationStatus {
    /// Its number: the time it was written.
    pub version: i64,
    /// What it does.
    pub description: String,
    /// Whether the database has it.
    pub applied: bool,
}

/// Applies what is missing. Two processes may do so at once: one waits. A database
/// that we did not make is refused.
pub async fn run(pool: &PgPool) -> Result<(), MigrationError> {
    let mut conn = pool.acquire().await?;
    match recognise(&mut conn).await? {
        Recognised::Empty | Recognised::Ours => {}
        Recognised::Original(original) => {
            return Err(MigrationError::Unadopted(original.to_string()));
        }
        Recognised::Unknown(unknown) => return Err(MigrationError::Foreign(unknown)),
    }
    drop(conn);
    MIGRATOR.run(pool).await?;
    Ok(())
}

/// Every migration, oldest first.
pub async fn status(pool: &PgPool) -> sqlx::Result<Vec<MigrationStatus>> {
    let mut conn = pool.acquire().await?;
    let applied: Vec<i64> = if has_history(&mut conn).await? {
        sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(&mut *conn)
            .await?
    } else {
        Vec::new()
    };
    Ok(MIGRATOR
        .iter()
        .map(|m| MigrationStatus {
            version: m.version,
            description: m.description.to_string(),
            applied: applied.contains(&m.version),
        })
        .collect())
}

// Asked without the checked macros: the table is sqlx's own, not in our schema.
// An empty one is what a refused first migration leaves.
pub(crate) async fn has_history(conn: &mut PgConnection) -> sqlx::Result<bool> {
    let there: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
        .fetch_one(&mut *conn)
        .await?;
    if !there {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM _sqlx_migrations)")
        .fetch_one(conn)
        .await
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use pg_catalog::lint::{Migration, lint};

    use super::MIGRATOR;

    /// What `sha384sum` says of each migration that has landed.
    const LANDED: &str = include_str!("../migrations.sha384");

    /// The file of a migration, from the folder of the list.
    fn file(of: &sqlx::migrate::Migration) -> String {
        let name = of.description.replace(' ', "_");
        format!("migrations/{}_{name}.sql", of.version)
    }

    #[test]
    fn a_migration_that_has_landed_is_never_edited() {
        for migration in MIGRATOR.iter() {
            let sum = migration
                .checksum
                .iter()
                .fold(String::new(), |mut text, byte| {
                    let _ = write!(text, "{byte:02x}");
                    text
                });
            let (file, mut lines) = (file(migration), LANDED.lines());
            let landed = lines.find_map(|line| line.strip_suffix(&format!("  {file}")));
            let landed = landed.unwrap_or_else(|| panic!("{file} is new: run `make schema`"));
            assert_eq!(
                landed, sum,
                "{file} was edited: sites have applied it as it was. Write another migration."
            );
        }
        assert_eq!(
            LANDED.lines().count(),
            MIGRATOR.iter().count(),
            "one is gone"
        );
    }

    #[test]
    fn migrations_lock_no_table_in_use_unless_on_purpose() {
        let files: Vec<_> = MIGRATOR
            .iter()
            .map(|m| format!("crates/store/{}", file(m)))
            .collect();
        let migrations: Vec<_> = MIGRATOR
            .iter()
            .zip(&files)
            .map(|(m, file)| Migration {
                file,
                sql: m.sql.as_str(),
                in_transaction: !m.no_tx,
            })
            .collect();
        let problems: Vec<_> = lint(&migrations).iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "\n{}", problems.join("\n"));
    }
}
