//! Background jobs as people see them: how far each has come, calling one off, and
//! having one done again.

use archivist_domain::{DocumentId, JobId, JobKind, JobState};
use archivist_store::audit::Origin;
use archivist_store::jobs::{self, Claimed, Job, Worker};
use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::error::Error;
use crate::intake;
use crate::review::Proposed;
use crate::secret::Secret;
use crate::similar::SimilarDocument;
use crate::state::AppState;
use crate::wire;

/// How many changes may wait for somebody who follows slowly; who falls behind looks
/// at everything anew.
const WAITING: usize = 1024;

/// Rings when a job has changed, in whichever process.
#[derive(Debug, Clone)]
pub struct JobBell(broadcast::Sender<JobId>);

impl Default for JobBell {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl JobBell {
    /// Rings for a job.
    pub fn ring(&self, job: JobId) {
        // An error means that nobody listens.
        let _ = self.0.send(job);
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<JobId> {
        self.0.subscribe()
    }
}

/// How far a job has come, as people see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// It waits for its turn.
    Queued,
    /// The file is being read.
    Extracting,
    /// The document is in; the search index takes it up.
    Indexing,
    /// The document can be found.
    Ready,
    /// It was given up; `code` and `message` say why.
    Failed,
    /// Somebody called it off.
    Cancelled,
}

impl JobStatus {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Extracting => "extracting",
            Self::Indexing => "indexing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens by itself.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Failed | Self::Cancelled)
    }

    /// The status of a job, for who searches an index that has come as far as the
    /// change `position`; without an index, what is in counts as found.
    fn of(job: &Job, position: Option<i64>) -> Self {
        let is_found = match (job.change_seq, position) {
            (Some(seq), Some(position)) => position >= seq,
            _ => true,
        };
        match job.state {
            JobState::Queued => Self::Queued,
            JobState::Running => Self::Extracting,
            JobState::Done if is_found => Self::Ready,
            JobState::Done => Self::Indexing,
            JobState::Failed => Self::Failed,
            JobState::Cancelled => Self::Cancelled,
        }
    }
}

/// A file on its way into the library.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobInfo {
    /// Its id.
    pub job_id: JobId,
    /// What kind of work it is.
    pub kind: JobKind,
    /// How far it has come.
    pub status: JobStatus,
    /// The name of the file.
    #[schema(example = "annual-report-2024.pdf")]
    pub filename: String,
    /// The page that is being read, from 1, where that is known.
    #[schema(example = 12)]
    pub page: Option<i32>,
    /// How many pages there are, where that is known.
    #[schema(example = 80)]
    pub pages: Option<i32>,
    /// What came of it: `added`, `recognised` (of text recognition), `duplicate`, `unpacked`
    /// (the files in it have jobs of their own), `refused`, `locked` (give the password) or
    /// `broken` (our fault); null before the end.
    #[schema(example = "added")]
    pub code: Option<String>,
    /// What is being done, or why it failed and what to do, in words.
    #[schema(example = "extracting page 12 of 80")]
    pub message: String,
    /// What a person should know about how the file was read.
    #[schema(example = json!(["Page 3 has no text: it may be a picture."]))]
    pub notes: Vec<String>,
    /// Documents that have much in common with the one that came of it, as they were
    /// then: it may be a version of one of them.
    pub similar: Vec<SimilarDocument>,
    /// What was found in the document that nobody has said, for a person to confirm or correct; see
    /// `/api/documents/{doc_id}/proposals` for how that stands now.
    pub proposals: Vec<Proposed>,
    /// The document that came of it, or that has the same bytes.
    pub doc_id: Option<DocumentId>,
    /// How many passages the document has.
    #[schema(example = 25)]
    pub chunks_created: Option<i64>,
    /// Whether it can be cancelled: it waits, runs, or could be tried again.
    pub can_cancel: bool,
    /// Whether it can be tried again.
    pub can_retry: bool,
    /// The job of the file that this one came out of.
    pub parent_id: Option<JobId>,
    /// How many jobs came out of it.
    #[schema(example = 0)]
    pub children: i64,
    /// When it was asked for (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    pub created_at: NaiveDateTime,
    /// When it ended (UTC, without zone).
    #[serde(serialize_with = "wire::optional_timestamp")]
    #[schema(value_type = Option<NaiveDateTime>)]
    pub finished_at: Option<NaiveDateTime>,
}

impl JobInfo {
    /// The job, for who searches an index that has come as far as `position`.
    pub fn new(job: &Job, position: Option<i64>) -> Self {
        let status = JobStatus::of(job, position);
        let result = job.result.clone().unwrap_or_default();
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            message: message(job, status, &result),
            can_cancel: job.is_open() || job.can_retry,
            job_id: job.job_id,
            kind: job.kind,
            status,
            filename: job.filename().to_owned(),
            page: job.page,
            pages: job.pages,
            code: text(&result["outcome"]),
            notes: serde_json::from_value(result["notes"].clone()).unwrap_or_default(),
            similar: serde_json::from_value(result["similar"].clone()).unwrap_or_default(),
            proposals: serde_json::from_value(result["proposals"].clone()).unwrap_or_default(),
            doc_id: serde_json::from_value(result["doc_id"].clone()).ok(),
            chunks_created: result["passages"].as_i64(),
            can_retry: job.can_retry,
            parent_id: job.parent_id,
            children: job.children,
            created_at: job.created_at.naive_utc(),
            finished_at: job.finished_at.map(|time| time.naive_utc()),
        }
    }
}

fn message(job: &Job, status: JobStatus, result: &Value) -> String {
    match status {
        JobStatus::Queued => match &job.progress {
            Some(reason) => format!("waiting to be tried again: {reason}"),
            None => "waiting".to_owned(),
        },
        JobStatus::Extracting => {
            let doing = match job.kind {
                JobKind::Ingest => "extracting",
                JobKind::Ocr => "recognising",
            };
            match (job.page, job.pages) {
                (Some(page), Some(pages)) => format!("{doing} page {page} of {pages}"),
                _ => doing.to_owned(),
            }
        }
        JobStatus::Indexing => "indexing".to_owned(),
        JobStatus::Ready => match result["outcome"].as_str() {
            Some("unpacked") => "Unpacked: each file in it is on its way by itself.".to_owned(),
            Some("duplicate") => "The same file is in the library already.".to_owned(),
            _ => "ready".to_owned(),
        },
        JobStatus::Failed => result["reason"].as_str().unwrap_or("It failed.").to_owned(),
        JobStatus::Cancelled => "cancelled".to_owned(),
    }
}

/// Jobs as they stand for who searches here.
pub(crate) async fn describe(state: &AppState, jobs: &[Job]) -> Vec<JobInfo> {
    let position = state.index.read().await.position();
    let describe = |job| JobInfo::new(job, Some(position));
    jobs.iter().map(describe).collect()
}

/// Calls a job off, with those that came out of it.
pub async fn cancel(state: &AppState, id: JobId, origin: Origin) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    let cancelled = jobs::cancel(&mut tx, id).await?;
    if cancelled.is_empty() {
        let message = "This job has ended already: there is nothing to cancel.";
        return Err(Error::Conflict(message.to_owned()));
    }
    tx.commit().await?;
    // Aside: a worker that was about to commit holds its file until it sees that it may not.
    let state = state.clone();
    tokio::spawn(async move {
        for sha256 in cancelled.iter().filter_map(Job::sha256) {
            if let Err(error) = intake::drop_alone(&state, sha256).await {
                error.log();
            }
        }
    });
    Ok(())
}

/// Has a job that failed done again, with a password where its file is locked.
pub async fn retry(
    state: &AppState,
    job: &Job,
    password: Option<&Secret>,
    origin: Origin,
) -> Result<(), Error> {
    again(state, None, job, password, origin).await?;
    state.work.notify_one();
    Ok(())
}

/// The same for a worker that does it itself.
pub async fn retry_here(
    state: &AppState,
    worker: &Worker,
    job: &Job,
    password: Option<&Secret>,
    origin: Origin,
) -> Result<Claimed, Error> {
    again(state, Some(worker), job, password, origin).await
}

async fn again(
    state: &AppState,
    worker: Option<&Worker>,
    job: &Job,
    password: Option<&Secret>,
    origin: Origin,
) -> Result<Claimed, Error> {
    let sealed = intake::seal(state, job.sha256().unwrap_or_default(), password);
    let mut tx = state.begin(origin).await?;
    let again = jobs::retry(&mut tx, job, sealed.as_deref(), worker).await?;
    let message = "This job cannot be tried again: it has not failed, or its file was not kept. Add the file again.";
    let again = again.ok_or_else(|| Error::Conflict(message.to_owned()))?;
    tx.commit().await?;
    Ok(again)
}

/// A job as it stands for who searches here.
pub(crate) async fn info(state: &AppState, id: JobId) -> Result<JobInfo, Error> {
    let job = find(state, id).await?;
    let position = state.index.read().await.position();
    Ok(JobInfo::new(&job, Some(position)))
}

async fn find(state: &AppState, id: JobId) -> Result<Job, Error> {
    let found = jobs::get(&state.pool, id).await?;
    found.ok_or_else(|| Error::NotFound(format!("There is no job {id}.")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;

    fn job(state: JobState) -> Job {
        Job {
            job_id: JobId(Uuid::nil()),
            kind: JobKind::Ingest,
            payload: json!({ "filename": "plan.pdf" }),
            state,
            progress: None,
            page: None,
            pages: None,
            result: None,
            run_after: chrono::DateTime::default(),
            created_at: chrono::DateTime::default(),
            finished_at: None,
            requested_by: None,
            parent_id: None,
            children: 0,
            can_retry: false,
            change_seq: None,
        }
    }

    #[test]
    fn a_document_is_ready_when_the_index_has_it() {
        let done = Job {
            change_seq: Some(7),
            ..job(JobState::Done)
        };
        let status = |position| JobInfo::new(&done, position).status;
        assert_eq!(status(Some(6)), JobStatus::Indexing);
        assert_eq!(status(Some(7)), JobStatus::Ready);
        assert_eq!(status(None), JobStatus::Ready);
    }

    #[test]
    fn pages_are_told_where_they_are_known() {
        let running = job(JobState::Running);
        assert_eq!(JobInfo::new(&running, None).message, "extracting");
        let on_page = Job {
            page: Some(12),
            pages: Some(80),
            ..running
        };
        let message = JobInfo::new(&on_page, None).message;
        assert_eq!(message, "extracting page 12 of 80");
    }

    #[test]
    fn why_it_waits_or_failed_is_told() {
        let waiting = Job {
            progress: Some("the disk is full".to_owned()),
            ..job(JobState::Queued)
        };
        assert!(
            JobInfo::new(&waiting, None)
                .message
                .ends_with("the disk is full")
        );
        let failed = Job {
            result: Some(json!({ "outcome": "locked", "reason": "Give the password." })),
            ..job(JobState::Failed)
        };
        let failed = JobInfo::new(&failed, None);
        assert_eq!(failed.code.as_deref(), Some("locked"));
        assert_eq!(failed.message, "Give the password.");
    }
}
