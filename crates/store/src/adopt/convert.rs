//! Doing it, in one transaction that ends with a proof, or not at all.

use sqlx::{AssertSqlSafe, Connection, PgConnection, PgPool};

use super::plan::{self, Step, plan, within_adoption};
use super::recognise::{Original, Recognised, Unknown, recognise};
use super::report::{self, Kept, Report};
use super::script::LAST_OF_BASE;
use crate::contract::{self, ContractError, Finding};
use crate::migrate::MIGRATOR;

/// The advisory lock of adoption: of two processes, one waits.
const TURN: i64 = 0x6172_6368_6976_6973;

/// `lock_not_available`.
const LOCKED: &str = "55P03";

/// Why a database was not adopted. It is as it was.
#[derive(Debug, thiserror::Error)]
pub enum AdoptionError {
    /// It is neither ours nor the original's.
    #[error("{0}")]
    Unknown(Unknown),
    /// Something has to be mended first.
    #[error(
        "this is {database}, but it cannot be taken over before this is mended:\n  {}\nNothing was changed.",
        obstacles.join("\n  ")
    )]
    Blocked {
        /// What it is.
        database: String,
        /// What is in the way.
        obstacles: Vec<String>,
    },
    /// Somebody else is at work in it.
    #[error(
        "another program is using the tables{}. Stop the original system and whatever else is connected, \
         and try again. Nothing was changed.",
        told(.0)
    )]
    InUse(Vec<String>),
    /// A step failed.
    #[error("adoption failed, and everything is as it was. The step was: {says}")]
    Step {
        /// What it should have done.
        says: String,
        /// Why it did not.
        source: sqlx::Error,
    },
    /// Rows would have been lost or changed.
    #[error(
        "adoption would have lost or changed rows of {}, so everything was left as it was",
        .0.iter().map(|kept| kept.table.as_str()).collect::<Vec<_>>().join(", ")
    )]
    Lost(Vec<Kept>),
    /// The result would not have been what code expects.
    #[error(
        "adoption would not have made what the program expects ({}), so everything was left as it was",
        .0.iter().map(|finding| finding.subject.as_str()).collect::<Vec<_>>().join(", ")
    )]
    Drift(Vec<Finding>),
    /// The contract cannot be read.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// The database could not be asked.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

fn told(users: &[String]) -> String {
    if users.is_empty() {
        String::new()
    } else {
        format!(" ({})", users.join(", "))
    }
}

/// Takes a database over; `None` if there is nothing to take over, or no longer.
pub async fn adopt(pool: &PgPool) -> Result<Option<Report>, AdoptionError> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(TURN)
        .execute(&mut *tx)
        .await?;
    // Looked at only now: whoever had the turn before may have done it.
    let original = match recognise(&mut tx).await? {
        Recognised::Original(original) => original,
        Recognised::Unknown(unknown) => return Err(AdoptionError::Unknown(unknown)),
        Recognised::Empty | Recognised::Ours => return Ok(None),
    };
    let report = convert(&mut tx, &original).await;
    if matches!(&report, Err(AdoptionError::Step { source, .. }) if is_locked(source)) {
        tx.rollback().await?;
        return Err(AdoptionError::InUse(others(&mut conn).await?));
    }
    let report = report?;
    tx.commit().await?;
    Ok(Some(report))
}

async fn convert(conn: &mut PgConnection, original: &Original) -> Result<Report, AdoptionError> {
    run(conn, &plan::lock(original)).await?;
    let plan = plan(conn, original).await?;
    if !plan.obstacles.is_empty() {
        return Err(AdoptionError::Blocked {
            database: plan.database,
            obstacles: plan.obstacles,
        });
    }
    report::note(conn, &original.shape).await?;
    for step in &plan.steps {
        run(conn, step).await?;
    }
    let tables = report::compare(conn, &original.shape).await?;
    let lost: Vec<_> = tables
        .iter()
        .filter(|kept| !kept.is_whole())
        .cloned()
        .collect();
    if !lost.is_empty() {
        return Err(AdoptionError::Lost(lost));
    }
    prove_contract(conn).await?;
    Ok(Report {
        database: plan.database,
        revision: plan.revision,
        remarks: plan.remarks,
        tables,
    })
}

async fn run(conn: &mut PgConnection, step: &Step) -> Result<(), AdoptionError> {
    let done = sqlx::raw_sql(AssertSqlSafe(step.sql.as_str()))
        .execute(conn)
        .await;
    done.map(|_| ()).map_err(|source| AdoptionError::Step {
        says: step.says.clone(),
        source,
    })
}

/// The catalog must be what code expects, before anybody gets to see it. Extensions
/// of a site's own are its own affair.
async fn prove_contract(conn: &mut PgConnection) -> Result<(), AdoptionError> {
    let later = MIGRATOR.iter().filter(|m| m.version > LAST_OF_BASE).count();
    if within_adoption().count() < later {
        return Ok(());
    }
    let catalog = contract::read(conn).await?;
    let mut findings = contract::verify(&catalog)?;
    findings.retain(|it| !(it.subject.starts_with("extension ") && it.expected.is_none()));
    if findings.is_empty() {
        Ok(())
    } else {
        Err(AdoptionError::Drift(findings))
    }
}

fn is_locked(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.code().as_deref() == Some(LOCKED))
}

/// Who else is connected, for a person who wonders.
async fn others(conn: &mut PgConnection) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "SELECT DISTINCT format('%s as %s', coalesce(nullif(application_name, ''), 'a program without a name'), usename)
         FROM pg_stat_activity
         WHERE datname = current_database() AND usename IS NOT NULL AND application_name <> 'archivist'
         ORDER BY 1 LIMIT 10",
    )
    .fetch_all(conn)
    .await
}
