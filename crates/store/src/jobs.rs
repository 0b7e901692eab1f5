//! The queue of background work.
//!
//! A job belongs to the process that holds the advisory lock whose number stands
//! in `worker`. PostgreSQL frees that lock when the process dies, however it
//! dies, so its jobs can be taken over at once and no lease has to be guessed.
//!
//! A job may be begun more than once, but its effects and its end are one
//! transaction that only its owner can commit: they happen once. Who cancels a job
//! takes it away from its owner in the same way.

use std::time::Duration;

use archivist_domain::{DocumentId, JobId, JobKind, JobState, UserId};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool};
use sqlx::{ConnectOptions, PgExecutor};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::audit::{Audited, Facts, Subject, facts};

/// How often a job is begun before it is given up: a file that kills its worker
/// must not do so for ever.
pub const MAX_ATTEMPTS: i32 = 3;

/// How often a job is put off because of an error that passes.
pub const MAX_POSTPONED: i32 = 6;

/// How long the file of a job that failed is kept, in days, where somebody may try
/// it again.
const FILE_DAYS: i32 = 7;

/// The channel that announces changes of jobs by their ids.
const CHANNEL: &str = "job_changes";

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
    /// What kind of work it is.
    pub kind: JobKind,
    /// What to do it with.
    pub payload: Value,
    /// How far it has come.
    pub state: JobState,
    /// What is being done, in words.
    pub progress: Option<String>,
    /// The page that is being read, from 1, where that is known.
    pub page: Option<i32>,
    /// How many pages there are, where that is known.
    pub pages: Option<i32>,
    /// What came of it: the outcome, or the reason of failure.
    pub result: Option<Value>,
    /// When it may begin; later than now while it is put off.
    pub run_after: DateTime<Utc>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// Who asked for it.
    pub requested_by: Option<UserId>,
    /// The job of the file that this one came out of.
    pub parent_id: Option<JobId>,
    /// How many jobs came out of it.
    pub children: i64,
    /// Whether its file is there to be tried again, once it has failed.
    pub can_retry: bool,
    /// The latest change of its document: an index that has come as far holds it.
    pub change_seq: Option<i64>,
}

impl Job {
    /// The name of the file that it is about.
    pub fn filename(&self) -> &str {
        self.payload["filename"].as_str().unwrap_or("a file")
    }

    /// The stored file that it is about.
    pub fn sha256(&self) -> Option<&str> {
        self.payload["sha256"].as_str()
    }

    /// Whether it waits or runs.
    pub const fn is_open(&self) -> bool {
        matches!(self.state, JobState::Queued | JobState::Running)
    }
}

impl Subject for Job {
    const ENTITY: &'static str = "job";

    fn id(&self) -> Uuid {
        self.job_id.0
    }

    fn facts(&self) -> Facts {
        facts([
            ("kind", json!(self.kind)),
            ("state", json!(self.state)),
            ("filename", json!(self.filename())),
            ("file_sha256", json!(self.sha256())),
        ])
    }
}

/// A job that a worker has taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Claimed {
    /// Its id.
    pub job_id: JobId,
    /// What to do it with.
    pub payload: Value,
    /// How often it was begun, this time included.
    pub attempts: i32,
    /// How often it was put off.
    pub postponed: i32,
    /// Who asked for it.
    pub requested_by: Option<UserId>,
    /// The job of the file that this one came out of.
    pub parent_id: Option<JobId>,
    /// The password of its file, as it was sealed.
    pub sealed_password: Option<Vec<u8>>,
}

/// A new job.
#[derive(Debug, Clone, Copy)]
pub struct NewJob<'a> {
    /// What to do it with.
    pub payload: &'a Value,
    /// Who asks for it.
    pub requested_by: Option<UserId>,
    /// The job of the file that this one came out of.
    pub parent_id: Option<JobId>,
    /// The password of its file, sealed.
    pub sealed_password: Option<&'a [u8]>,
}

/// Asks for a file to be taken in.
pub async fn enqueue_ingest(conn: &mut PgConnection, new: &NewJob<'_>) -> sqlx::Result<JobId> {
    sqlx::query_scalar!(
        r#"INSERT INTO jobs (kind, payload, requested_by, parent_id, sealed_password)
           VALUES ($1, $2, $3, $4, $5) RETURNING job_id AS "job_id: JobId""#,
        JobKind::Ingest.as_str(),
        new.payload,
        new.requested_by.map(|id| id.0),
        new.parent_id.map(|id| id.0),
        new.sealed_password
    )
    .fetch_one(conn)
    .await
}

/// Asks for the pictures of a document's pages to be read. `None` where somebody has asked
/// for it already.
pub async fn enqueue_ocr(db: impl PgExecutor<'_>, new: &NewJob<'_>) -> sqlx::Result<Option<JobId>> {
    sqlx::query_scalar!(
        r#"INSERT INTO jobs (kind, payload, requested_by, parent_id, sealed_password)
           VALUES ($1, $2, $3, $4, $5)
           ON CONFLICT ((payload ->> 'doc_id')) WHERE kind = 'ocr' AND state IN ('queued', 'running') DO NOTHING
           RETURNING job_id AS "job_id: JobId""#,
        JobKind::Ocr.as_str(),
        new.payload,
        new.requested_by.map(|id| id.0),
        new.parent_id.map(|id| id.0),
        new.sealed_password
    )
    .fetch_optional(db)
    .await
}

/// The job that reads the pictures of a document's pages: the one that is open, else the
/// latest.
pub async fn recognition_of(
    db: impl PgExecutor<'_>,
    doc_id: DocumentId,
) -> sqlx::Result<Option<JobId>> {
    sqlx::query_scalar!(
        r#"SELECT job_id AS "job_id: JobId" FROM jobs WHERE kind = 'ocr' AND payload ->> 'doc_id' = $1::text
           ORDER BY state IN ('queued', 'running') DESC, created_at DESC LIMIT 1"#,
        doc_id.to_string()
    )
    .fetch_optional(db)
    .await
}

/// Notes a file that cannot be taken in, as a job that has failed.
pub async fn note_failed(
    conn: &mut PgConnection,
    new: &NewJob<'_>,
    result: &Value,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO jobs (kind, payload, requested_by, parent_id, state, result, finished_at)
         VALUES ($1, $2, $3, $4, 'failed', $5, now())",
        JobKind::Ingest.as_str(),
        new.payload,
        new.requested_by.map(|id| id.0),
        new.parent_id.map(|id| id.0),
        result
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Asks for a file to be taken in, as a job that is this worker's from the beginning.
pub async fn begin_ingest(
    conn: &mut PgConnection,
    worker: &Worker,
    new: &NewJob<'_>,
) -> sqlx::Result<Claimed> {
    sqlx::query_as!(
        Claimed,
        r#"INSERT INTO jobs (kind, payload, requested_by, parent_id, sealed_password, state, worker, attempts)
           VALUES ($1, $2, $3, $4, $5, 'running', $6, 1)
           RETURNING job_id AS "job_id: JobId", payload, attempts, postponed,
                  requested_by AS "requested_by: UserId", parent_id AS "parent_id: JobId", sealed_password"#,
        JobKind::Ingest.as_str(),
        new.payload,
        new.requested_by.map(|id| id.0),
        new.parent_id.map(|id| id.0),
        new.sealed_password,
        worker.number
    )
    .fetch_one(conn)
    .await
}

/// Takes the oldest job of a kind that is due and belongs to nobody alive; with `only`,
/// that one or none. An error of the connection means that the worker owns nothing
/// any more.
pub async fn claim(
    worker: &Worker,
    kind: JobKind,
    only: Option<JobId>,
) -> sqlx::Result<Option<Claimed>> {
    let mut connection = worker.connection.lock().await;
    sqlx::query_as!(
        Claimed,
        r#"UPDATE jobs SET state = 'running', worker = $1, attempts = attempts + 1, progress = NULL
           WHERE job_id = (
               SELECT j.job_id FROM jobs j
               WHERE j.kind = $3 AND ($2::uuid IS NULL OR j.job_id = $2)
                 AND ((j.state = 'queued' AND j.run_after <= now())
                   OR (j.state = 'running' AND NOT EXISTS (
                       SELECT 1 FROM pg_locks l
                       WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                         AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                         AND (l.classid::bigint << 32) | l.objid::bigint = j.worker)))
               ORDER BY j.created_at FOR UPDATE SKIP LOCKED LIMIT 1)
           RETURNING job_id AS "job_id: JobId", payload, attempts, postponed,
                  requested_by AS "requested_by: UserId", parent_id AS "parent_id: JobId", sealed_password"#,
        worker.number,
        only.map(|id| id.0),
        kind.as_str()
    )
    .fetch_optional(&mut *connection)
    .await
}

/// Which jobs to list; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobFilter {
    /// Only these.
    pub ids: Option<Vec<JobId>>,
    /// Only those that this person asked for.
    pub requested_by: Option<UserId>,
    /// Only those in one of these states; all where there is none.
    pub states: Vec<JobState>,
    /// Only those that came out of this one.
    pub parent_id: Option<JobId>,
}

impl JobFilter {
    /// Those that wait or run, of one person or of everybody.
    pub fn open(requested_by: Option<UserId>) -> Self {
        Self {
            requested_by,
            states: vec![JobState::Queued, JobState::Running],
            ..Self::default()
        }
    }

    fn id_list(&self) -> Option<Vec<Uuid>> {
        let ids = self.ids.as_ref()?;
        Some(ids.iter().map(|id| id.0).collect())
    }

    fn state_list(&self) -> Vec<String> {
        self.states.iter().map(ToString::to_string).collect()
    }

    /// Those with these ids, of one person or of everybody.
    pub fn among(ids: Vec<JobId>, requested_by: Option<UserId>) -> Self {
        Self {
            ids: Some(ids),
            requested_by,
            ..Self::default()
        }
    }
}

/// Jobs that match, the newest first.
pub async fn list(
    db: impl PgExecutor<'_>,
    filter: &JobFilter,
    skip: i64,
    limit: i64,
) -> sqlx::Result<Vec<Job>> {
    let (ids, states) = (filter.id_list(), filter.state_list());
    sqlx::query_as!(
        Job,
        r#"SELECT job_id AS "job_id: JobId", kind AS "kind: JobKind", payload, state AS "state: JobState",
                  progress, page, pages, result, run_after, created_at, finished_at,
                  requested_by AS "requested_by: UserId", parent_id AS "parent_id: JobId",
                  (SELECT count(*) FROM jobs c WHERE c.parent_id = j.job_id) AS "children!",
                  coalesce(state = 'failed' AND file_kept_until > now(), false) AS "can_retry!",
                  (SELECT d.seq FROM document_changes d WHERE d.doc_id = (j.result ->> 'doc_id')::uuid) AS change_seq
           FROM jobs j
           WHERE ($1::uuid[] IS NULL OR job_id = ANY ($1))
             AND ($2::uuid IS NULL OR requested_by = $2)
             AND ($3::text[] = '{}' OR state = ANY ($3))
             AND ($4::uuid IS NULL OR parent_id = $4)
           ORDER BY created_at DESC, job_id OFFSET $5 LIMIT $6"#,
        ids.as_deref(),
        filter.requested_by.map(|id| id.0),
        &states,
        filter.parent_id.map(|id| id.0),
        skip,
        limit
    )
    .fetch_all(db)
    .await
}

/// How many jobs match.
pub async fn count(db: impl PgExecutor<'_>, filter: &JobFilter) -> sqlx::Result<i64> {
    let (ids, states) = (filter.id_list(), filter.state_list());
    sqlx::query_scalar!(
        r#"SELECT count(*) AS "count!" FROM jobs
           WHERE ($1::uuid[] IS NULL OR job_id = ANY ($1))
             AND ($2::uuid IS NULL OR requested_by = $2)
             AND ($3::text[] = '{}' OR state = ANY ($3))
             AND ($4::uuid IS NULL OR parent_id = $4)"#,
        ids.as_deref(),
        filter.requested_by.map(|id| id.0),
        &states,
        filter.parent_id.map(|id| id.0)
    )
    .fetch_one(db)
    .await
}

/// One job.
pub async fn get(db: impl PgExecutor<'_>, id: JobId) -> sqlx::Result<Option<Job>> {
    let filter = JobFilter::among(vec![id], None);
    Ok(list(db, &filter, 0, 1).await?.pop())
}

/// Whether a job is still this worker's: nobody has cancelled it.
pub async fn is_owned(db: impl PgExecutor<'_>, worker: &Worker, id: JobId) -> sqlx::Result<bool> {
    sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT 1 FROM jobs WHERE job_id = $1 AND worker = $2 AND state = 'running') AS "owned!""#,
        id.0,
        worker.number
    )
    .fetch_one(db)
    .await
}

/// Says in words what is being done.
pub async fn progress(db: impl PgExecutor<'_>, id: JobId, words: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET progress = $2 WHERE job_id = $1 AND state = 'running'",
        id.0,
        words
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Says which page is being read, of how many.
pub async fn at_page(
    db: impl PgExecutor<'_>,
    id: JobId,
    page: i32,
    pages: i32,
) -> sqlx::Result<()> {
    sqlx::query!(
        "UPDATE jobs SET page = $2, pages = $3 WHERE job_id = $1 AND state = 'running'",
        id.0,
        page,
        pages
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Ends a job with what came of it, in the transaction of its effects. `false`
/// says that the job has passed to another worker, or was cancelled: then roll back.
pub async fn finish(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    result: &Value,
) -> sqlx::Result<bool> {
    end(conn, worker, id, JobState::Done, result, false).await
}

/// Ends a job with the reason why it failed; with `keeps_file` it can be tried again.
/// `false` as in [`finish`].
pub async fn fail(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    reason: &Value,
    keeps_file: bool,
) -> sqlx::Result<bool> {
    end(conn, worker, id, JobState::Failed, reason, keeps_file).await
}

async fn end(
    conn: &mut PgConnection,
    worker: &Worker,
    id: JobId,
    state: JobState,
    result: &Value,
    keeps_file: bool,
) -> sqlx::Result<bool> {
    let done = sqlx::query!(
        "UPDATE jobs SET state = $2, result = $3, progress = NULL, page = NULL, pages = NULL,
             worker = NULL, sealed_password = NULL, finished_at = now(),
             file_kept_until = CASE WHEN $5 THEN now() + make_interval(days => $6) END
         WHERE job_id = $1 AND worker = $4",
        id.0,
        state.as_str(),
        result,
        worker.number,
        keeps_file,
        FILE_DAYS
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Puts a job off because of an error that passes, which `words` tell. `false` as in
/// [`finish`].
pub async fn postpone(
    db: impl PgExecutor<'_>,
    worker: &Worker,
    id: JobId,
    words: &str,
    wait: Duration,
) -> sqlx::Result<bool> {
    // What was begun was not what brought the worker down.
    let done = sqlx::query!(
        "UPDATE jobs SET state = 'queued', progress = $3, worker = NULL, page = NULL, pages = NULL,
             attempts = attempts - 1, postponed = postponed + 1,
             run_after = now() + make_interval(secs => $4)
         WHERE job_id = $1 AND worker = $2",
        id.0,
        worker.number,
        words,
        wait.as_secs_f64()
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Calls a job off, and with it the jobs that came out of it: those that wait do not
/// begin, what a running one does has no effect, and those that failed are not tried
/// again. Returns what was called off, as it was.
///
/// Their files may go, but only when this transaction has ended: a worker that commits
/// holds its file, and waits for its job. They are noted for [`expire_file`], should
/// nobody come to it.
pub async fn cancel(tx: &mut Audited, id: JobId) -> sqlx::Result<Vec<Job>> {
    let ids = sqlx::query_scalar!(
        r#"SELECT job_id AS "job_id: JobId" FROM jobs
           WHERE (job_id = $1 OR parent_id = $1)
             AND (state IN ('queued', 'running') OR state = 'failed' AND file_kept_until > now())
           ORDER BY job_id FOR UPDATE"#,
        id.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let filter = JobFilter::among(ids.clone(), None);
    let open = list(&mut **tx, &filter, 0, i64::MAX).await?;
    let ids: Vec<_> = ids.into_iter().map(|id| id.0).collect();
    sqlx::query!(
        "UPDATE jobs SET state = 'cancelled', progress = NULL, page = NULL, pages = NULL,
             worker = NULL, sealed_password = NULL, finished_at = now(), file_kept_until = now()
         WHERE job_id = ANY ($1)",
        &ids
    )
    .execute(&mut **tx)
    .await?;
    for job in &open {
        let now = Job {
            state: JobState::Cancelled,
            ..job.clone()
        };
        tx.write("job.cancel", &now, state_of(job), state_of(&now))
            .await?;
    }
    Ok(open)
}

/// Has a job that failed done again, perhaps with a password: by whoever claims it, or by
/// this worker. `None` where it has not failed, or where its file is gone.
pub async fn retry(
    tx: &mut Audited,
    job: &Job,
    sealed_password: Option<&[u8]>,
    worker: Option<&Worker>,
) -> sqlx::Result<Option<Claimed>> {
    // Until this transaction ends, nobody forgets the file.
    sqlx::query!(
        r#"SELECT 1 AS "one!" FROM files WHERE sha256 = $1 FOR UPDATE"#,
        job.sha256()
    )
    .fetch_optional(&mut **tx)
    .await?;
    let state = match worker {
        Some(_) => JobState::Running,
        None => JobState::Queued,
    };
    let again = sqlx::query_as!(
        Claimed,
        r#"UPDATE jobs SET state = $3, worker = $4, attempts = CASE WHEN $4::bigint IS NULL THEN 0 ELSE 1 END,
             postponed = 0, run_after = now(), result = NULL, finished_at = NULL,
             file_kept_until = NULL, sealed_password = $2
           WHERE job_id = $1 AND state = 'failed' AND file_kept_until > now()
             AND EXISTS (SELECT 1 FROM files f WHERE f.sha256 = payload ->> 'sha256')
           RETURNING job_id AS "job_id: JobId", payload, attempts, postponed,
                  requested_by AS "requested_by: UserId", parent_id AS "parent_id: JobId", sealed_password"#,
        job.job_id.0,
        sealed_password,
        state.as_str(),
        worker.map(|worker| worker.number)
    )
    .fetch_optional(&mut **tx)
    .await?;
    if again.is_some() {
        let now = Job {
            state,
            ..job.clone()
        };
        tx.write("job.retry", &now, state_of(job), state_of(&now))
            .await?;
    }
    Ok(again)
}

fn state_of(job: &Job) -> Facts {
    facts([
        ("state", json!(job.state)),
        ("filename", json!(job.filename())),
    ])
}

/// Gives up a file that was kept for a job to be tried again, where its time is over;
/// the file may go now, see [`crate::files::unused`].
pub async fn expire_file(conn: &mut PgConnection) -> sqlx::Result<Option<String>> {
    let sha256 = sqlx::query_scalar!(
        r#"UPDATE jobs SET file_kept_until = NULL
           WHERE job_id = (SELECT job_id FROM jobs WHERE file_kept_until < now() LIMIT 1 FOR UPDATE SKIP LOCKED)
           RETURNING coalesce(payload ->> 'sha256', '') AS "sha256!""#
    )
    .fetch_optional(conn)
    .await?;
    Ok(sha256)
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

/// Tells which jobs change. A notification may be lost with its connection: who relies
/// on one asks again now and then.
#[derive(Debug)]
pub struct Changes(PgListener);

impl Changes {
    /// Begins to listen.
    pub async fn listen(pool: &PgPool) -> sqlx::Result<Self> {
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for the next job that is new or has changed.
    pub async fn next(&mut self) -> sqlx::Result<JobId> {
        loop {
            if let Ok(id) = self.0.recv().await?.payload().parse() {
                return Ok(id);
            }
        }
    }
}
