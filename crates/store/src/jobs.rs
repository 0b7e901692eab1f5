//! The queue of background work.
//!
//! A job belongs to the process that holds the advisory lock whose number stands
//! in `worker`. PostgreSQL frees that lock when the process dies, however it
//! dies, so its jobs can be taken over at once and no lease has to be guessed.

use archivist_domain::{JobId, JobKind, JobState, UserId};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, PgExecutor};
use tokio::sync::Mutex;

/// How often a job is begun before it is given up: a file that kills its worker
/// must not do so for ever.
pub const MAX_ATTEMPTS: i32 = 3;

/// The number by which this process owns jobs, for as long as it lives.
#[derive(Debug)]
pub struct Worker {
    number: i64,
    // Holds the advisory lock; closing it gives all jobs of this worker back. Jobs
    // are claimed through it, too: a worker that lost its lock can claim no more.
    connection: Mutex<PgConnection>,
}

impl Worker {
    /// Takes a number of its own; `number` should be random.
    pub async fn register(options: &PgConnectOptions, number: i64) -> sqlx::Result<Self> {
        let mut connection = options.connect().await?;
        sqlx::query!("SELECT pg_advisory_lock($1)", number)
            .execute(&mut connection)
            .await?;
        Ok(Self {
            number,
            connection: Mutex::new(connection),
        })
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id.
    pub job_id: JobId,
    /// What to do it with.
    pub payload: Value,
    /// How far it has come.
    pub state: JobState,
    /// What is being done, in words.
    pub progress: Option<String>,
    /// What came of it: the outcome, or the reason of failure.
    pub result: Option<Value>,
    /// How often it was begun.
    pub attempts: i32,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Who asked for it.
    pub requested_by: Option<UserId>,
}

/// Asks for a file to be taken in.
pub async fn enqueue_ingest(
    conn: &mut PgConnection,
    payload: &Value,
    requested_by: Option<UserId>,
) -> sqlx::Result<JobId> {
    sqlx::query_scalar!(
        r#"INSERT INTO jobs (kind, payload, requested_by) VALUES ($1, $2, $3)
           RETURNING job_id AS "job_id: JobId""#,
        JobKind::Ingest.as_str(),
        payload,
        requested_by.map(|id| id.0)
    )
    .fetch_one(conn)
    .await
}

/// Takes the oldest job that is due and belongs to nobody alive; with `only`,
/// that one or none. An error of the connection means that the worker owns nothing
/// any more.
pub async fn claim(worker: &Worker, only: Option<JobId>) -> sqlx::Result<Option<Job>> {
    let mut connection = worker.connection.lock().await;
    sqlx::query_as!(
        Job,
        r#"UPDATE jobs SET state = 'running', worker = $1, attempts = attempts + 1
           WHERE job_id = (
               SELECT j.job_id FROM jobs j
               WHERE ($2::uuid IS NULL OR j.job_id = $2)
                 AND ((j.state = 'queued' AND j.run_after <= now())
                   OR (j.state = 'running' AND NOT EXISTS (
                       SELECT 1 FROM pg_locks l
                       WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                         AND (l.classid::bigint << 32) | l.objid::bigint = j.worker)))
               ORDER BY j.created_at FOR UPDATE SKIP LOCKED LIMIT 1)
           RETURNING job_id AS "job_id: JobId", payload, state AS "state: JobState", progress, result,
                  attempts, created_at, requested_by AS "requested_by: UserId""#,
        worker.number,
        only.map(|id| id.0)
    )
    .fetch_optional(&mut *connection)
    .await
}

/// One job.
pub async fn get(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<Option<Job>> {
    sqlx::query_as!(
        Job,
        r#"SELECT job_id AS "job_id: JobId", payload, state AS "state: JobState", progress, result,
                  attempts, created_at, requested_by AS "requested_by: UserId"
           FROM jobs WHERE job_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await
}

/// Jobs that wait or run, oldest first.
pub async fn open(db: impl PgExecutor<'_>, limit: i64) -> sqlx::Result<Vec<Job>> {
    sqlx::query_as!(
        Job,
        r#"SELECT job_id AS "job_id: JobId", payload, state AS "state: JobState", progress, result,
                  attempts, created_at, requested_by AS "requested_by: UserId"
           FROM jobs WHERE state IN ('queued', 'running') ORDER BY created_at LIMIT $1"#,
        limit
    )
    .fetch_all(db)
    .await
}

/// Says in words what is being done.
pub async fn progress(db: impl PgExecutor<'_>, id: JobId, words: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET progress = $2 WHERE job_id = $1",
        id.0,
        words
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a job with what came of it, in the transaction of its effects. `false`
/// says that the job has passed to another worker: then roll back.
pub async fn finish(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    result: &Value,
) -> sqlx::Result<bool> {
    end(conn, worker, id, JobState::Done, result).await
}

/// Ends a job with the reason why it failed. `false` as in [`finish`].
pub async fn fail(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    reason: &Value,
) -> sqlx::Result<bool> {
    end(conn, worker, id, JobState::Failed, reason).await
}

async fn end(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    state: JobState,
    result: &Value,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET state = $2, result = $3, progress = NULL, worker = NULL, finished_at = now()
         WHERE job_id = $1 AND worker = $4",
        id.0,
        state.as_str(),
        result,
        worker.number
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Removes ended jobs older than `days`.
pub async fn purge(db: impl PgExecutor<'_>, days: i32) -> sqlx::Result<u64> {
    let done = sqlx::query!(
        "DELETE FROM jobs WHERE finished_at < now() - make_interval(days => $1)",
        days
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
