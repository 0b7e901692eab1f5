//! Taking files in: metadata checked, the file stored, a job queued, its end
//! awaited. The page, the API and the command line all come through here; the
//! work itself is done by the `archivist` binary's background worker.

use std::time::Duration;

use archivist_domain::document::{check_year, clean_funder, clean_tags};
use archivist_domain::enums::UnknownLabel;
use archivist_domain::{
    DocType, DocumentField, DocumentId, JobId, JobState, Outcome, ProgramId, SaidBy, UserId,
};
use archivist_store::jobs::{Claimed, NewJob, Worker};
use archivist_store::{PgConnection, PgPool, files, jobs, programs};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::blobs::{BlobWriter, Blobs};
use crate::error::Error;
use crate::review::Proposed;
use crate::secret::Secret;
use crate::similar::SimilarDocument;
use crate::state::AppState;

/// What a person says about a document, not yet checked.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
pub struct Description {
    /// One of the document types.
    #[serde(default)]
    #[schema(value_type = DocType, required = true)]
    pub doc_type: String,
    /// The year it is of, from 2000 to next year.
    #[schema(value_type = i32, required = true, minimum = 2000, example = 2024)]
    pub year: Option<i32>,
    /// Names of active programs, in any letter case.
    #[serde(default)]
    #[schema(example = json!(["Early Literacy"]))]
    pub programs: Vec<String>,
    /// Free tags, each at most 100 characters.
    #[serde(default)]
    #[schema(example = json!(["rural"]))]
    pub tags: Vec<String>,
    /// What became of it; `N/A` when not given.
    #[schema(value_type = Option<Outcome>)]
    pub outcome: Option<String>,
    /// Who is asked for money, or gave it.
    #[schema(example = "Harbor County Trust", max_length = 255)]
    pub funder: Option<String>,
    /// Free notes.
    #[schema(example = "Final version, as sent")]
    pub notes: Option<String>,
    /// What to call it; found in the document when not given.
    #[schema(example = "Annual Report 2024")]
    pub title: Option<String>,
}

/// A description that has been checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// The kind of document; found in the document when not given.
    pub doc_type: Option<DocType>,
    /// The year it is of; found in the document when not given.
    pub year: Option<i32>,
    /// Programs in their canonical spelling.
    pub programs: Vec<String>,
    /// Tags, trimmed, each once.
    pub tags: Vec<String>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who is asked for money, or gave it.
    #[serde(default)]
    pub funder: Option<String>,
    /// Free notes.
    pub notes: Option<String>,
    /// What to call it.
    pub title: Option<String>,
    /// Fields that a list or a rule of an import said, rather than a person for this
    /// document.
    #[serde(default)]
    pub by_list: Vec<DocumentField>,
}

impl Metadata {
    /// Who said a field that is said.
    pub fn who_said(&self, field: DocumentField) -> SaidBy {
        if self.by_list.contains(&field) {
            SaidBy::List
        } else {
            SaidBy::Person
        }
    }
}

impl Description {
    /// Checks every field; the error says what is wrong and what would be right.
    /// `current_year` bounds the year.
    pub async fn check(self, pool: &PgPool, current_year: i32) -> Result<Metadata, Error> {
        // An empty one is told as any other that is no type.
        self.check_with(true, pool, current_year).await
    }

    /// The same where a type may be left out: then it is looked for in the document.
    pub async fn check_said(self, pool: &PgPool, current_year: i32) -> Result<Metadata, Error> {
        let has_type = !self.doc_type.is_empty();
        self.check_with(has_type, pool, current_year).await
    }

    async fn check_with(
        self,
        has_type: bool,
        pool: &PgPool,
        current_year: i32,
    ) -> Result<Metadata, Error> {
        let invalid = |text: String| Error::refused(format!("Invalid metadata: {text}"));
        let doc_type: Option<DocType> = has_type
            .then(|| self.doc_type.parse())
            .transpose()
            .map_err(|e: UnknownLabel| invalid(format!("doc_type: {e}")))?;
        let outcome = self
            .outcome
            .as_deref()
            .unwrap_or(Outcome::NotApplicable.as_str());
        let outcome = outcome
            .parse()
            .map_err(|e| invalid(format!("outcome: {e}")))?;
        if let Some(year) = self.year {
            check_year(year, current_year).map_err(|e| invalid(e.to_string()))?;
        }
        let tags = clean_tags(&self.tags).map_err(|e| invalid(format!("tags: {e}")))?;
        let funder = self.funder.as_deref().unwrap_or_default();
        let funder = clean_funder(funder).map_err(|e| invalid(format!("funder: {e}")))?;
        let programs = canonical_programs(pool, &self.programs).await?;
        let text = |t: Option<String>| t.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
        Ok(Metadata {
            doc_type,
            year: self.year,
            programs,
            tags,
            outcome,
            funder,
            notes: text(self.notes),
            title: text(self.title),
            by_list: Vec::new(),
        })
    }
}

/// Names of active programs in their stored spelling, whatever the letter case
/// they were given in.
pub async fn canonical_programs(pool: &PgPool, given: &[String]) -> Result<Vec<String>, Error> {
    let active = programs::active_names(pool).await?;
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for name in given {
        let same = |a: &&String| a.to_lowercase() == name.trim().to_lowercase();
        match active.iter().find(same) {
            Some(program) if !known.contains(program) => known.push(program.clone()),
            Some(_) => {}
            None => unknown.push(name.clone()),
        }
    }
    if unknown.is_empty() {
        return Ok(known);
    }
    let message = format!(
        "Unknown or inactive: {}. Choose from: {}.",
        unknown.join(", "),
        active.join(", ")
    );
    Err(Error::Refused(json!({
        "error": "Invalid programs",
        "invalid_programs": unknown,
        "valid_programs": active,
        "message": message,
        "action": "Use names from GET /api/programs/active, or ask an editor to add the program.",
    })))
}

/// What the background worker is asked to take in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The stored file.
    pub sha256: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its name.
    pub filename: String,
    /// What the person says about it; what is missing is found in the document.
    pub metadata: Metadata,
    /// The address of the person, who confirmed that it is fit for the public.
    pub submitted_by: Option<String>,
    /// When that was confirmed.
    pub confirmed_at: DateTime<Utc>,
    /// Where it lay in the file that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<String>,
    /// Where it comes from, for the audit log.
    pub request: Map<String, Value>,
    /// Whether somebody waits for the answer. Where nobody does, errors that pass are waited
    /// out longer, and a file that cannot be taken in is kept for a while, so that it can
    /// be tried again.
    #[serde(default)]
    pub is_awaited: bool,
}

/// An order as it waits in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// The order.
    #[serde(flatten)]
    pub order: Order,
    /// The programs that it names: they may be renamed while it waits.
    pub program_ids: Vec<ProgramId>,
}

/// What came of an order: the `result` of its job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Receipt {
    /// The document is in the library, with all its passages.
    Added {
        /// Its id.
        doc_id: DocumentId,
        /// How many passages it has.
        passages: usize,
        /// What a person should know about how it was read.
        notes: Vec<String>,
        /// Documents that have much in common with it.
        #[serde(default)]
        similar: Vec<SimilarDocument>,
        /// What was found in it that nobody has said, for a person to confirm or correct.
        #[serde(default)]
        proposals: Vec<Proposed>,
    },
    /// It is no document: the files in it have jobs of their own.
    Unpacked {
        /// How many there are.
        members: usize,
    },
    /// The same bytes are in the library already.
    Duplicate {
        /// The document that has them.
        doc_id: DocumentId,
    },
    /// The file cannot be taken in.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
    /// The file needs a password, or another one than was given.
    Locked {
        /// Which of the two, and what to do.
        reason: String,
    },
    /// We failed, not the file.
    Broken {
        /// What to tell a person.
        reason: String,
    },
}

/// Who asks for a file to be taken in, and what only the reader may know.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The person.
    pub user: Option<UserId>,
    /// The job of the file that this one came out of.
    pub parent: Option<JobId>,
    /// The password that opens the file. It waits sealed.
    pub password: Option<&'a Secret>,
}

/// Keeps a file and queues its order, which tells the file's hash and size, and
/// rings for the worker.
pub async fn submit(
    state: &AppState,
    file: BlobWriter,
    media_type: &str,
    order: Order,
    asked: Asked<'_>,
) -> Result<JobId, Error> {
    let sealed = seal(state, &order.sha256, asked.password);
    let mut tx = state.pool.begin().await?;
    let payload = keep(&mut tx, file, media_type, order).await?;
    let new = new_job(&payload, asked, sealed.as_deref());
    let job = jobs::enqueue_ingest(&mut tx, &new).await?;
    tx.commit().await?;
    state.work.notify_one();
    Ok(job)
}

/// Keeps a file that came out of another and queues its order, in the transaction that
/// ends the other's job.
pub async fn submit_member(
    state: &AppState,
    conn: &mut PgConnection,
    file: BlobWriter,
    media_type: &str,
    order: Order,
    asked: Asked<'_>,
) -> Result<(), Error> {
    let sealed = seal(state, &order.sha256, asked.password);
    let payload = keep(conn, file, media_type, order).await?;
    jobs::enqueue_ingest(conn, &new_job(&payload, asked, sealed.as_deref())).await?;
    Ok(())
}

/// Notes a file that could not be got out of another.
pub async fn refuse_member(
    conn: &mut PgConnection,
    order: &Order,
    receipt: &Receipt,
    asked: Asked<'_>,
) -> Result<(), Error> {
    let payload = serde_json::to_value(order).map_err(Error::internal)?;
    let result = serde_json::to_value(receipt).map_err(Error::internal)?;
    jobs::note_failed(conn, &new_job(&payload, asked, None), &result).await?;
    Ok(())
}

/// Keeps a file and takes its order in as this worker's own.
pub async fn begin(
    state: &AppState,
    worker: &Worker,
    file: BlobWriter,
    media_type: &str,
    order: Order,
    asked: Asked<'_>,
) -> Result<Claimed, Error> {
    let sealed = seal(state, &order.sha256, asked.password);
    let mut tx = state.pool.begin().await?;
    let payload = keep(&mut tx, file, media_type, order).await?;
    let new = new_job(&payload, asked, sealed.as_deref());
    let claimed = jobs::begin_ingest(&mut tx, worker, &new).await?;
    tx.commit().await?;
    Ok(claimed)
}

fn new_job<'a>(payload: &'a Value, asked: Asked<'_>, sealed: Option<&'a [u8]>) -> NewJob<'a> {
    NewJob {
        payload,
        requested_by: asked.user,
        parent_id: asked.parent,
        sealed_password: sealed,
    }
}

/// A password as it waits in the database: it opens for the same file only.
pub(crate) fn seal(state: &AppState, sha256: &str, password: Option<&Secret>) -> Option<Vec<u8>> {
    password.map(|password| state.keys.seal(password.reveal(), sha256))
}

/// Keeps a file, in a transaction that its order is to be queued in.
async fn keep(
    conn: &mut PgConnection,
    file: BlobWriter,
    media_type: &str,
    order: Order,
) -> Result<Value, Error> {
    let size = i64::try_from(order.size).map_err(Error::internal)?;
    // Noted first: that keeps the same bytes from being dropped until the order is
    // there, which wants them.
    files::note(conn, &order.sha256, size, media_type).await?;
    file.keep().await?;
    let program_ids = programs::ids(&mut *conn, &order.metadata.programs).await?;
    serde_json::to_value(Queued { order, program_ids }).map_err(Error::internal)
}

/// Drops a file that nothing needs, in a transaction that the caller commits. Where the
/// store does not answer, the file stays for [`sweep_files`].
pub async fn drop_unused(
    conn: &mut PgConnection,
    blobs: &Blobs,
    sha256: &str,
) -> Result<(), Error> {
    if !files::lock_unused(conn, sha256).await? {
        return Ok(());
    }
    match blobs.remove(sha256).await {
        Ok(()) => files::forget(conn, sha256).await?,
        Err(error) => tracing::warn!(%error, "a file that nobody needs cannot be removed yet"),
    }
    Ok(())
}

/// Drops all files that nothing needs any more.
pub async fn sweep_files(state: &AppState) -> Result<(), Error> {
    for sha256 in files::unused(&state.pool).await? {
        drop_alone(state, &sha256).await?;
    }
    Ok(())
}

/// Waits until a job has ended, whichever process does it; `None` where somebody called
/// it off.
pub async fn wait(state: &AppState, job: JobId) -> Result<Option<Receipt>, Error> {
    let mut pause = Duration::from_millis(20);
    loop {
        let found = jobs::get(&state.pool, job).await?;
        let found = found.ok_or_else(|| Error::internal(anyhow::anyhow!("job {job} has gone")))?;
        match found.state {
            JobState::Queued | JobState::Running => {}
            JobState::Cancelled => return Ok(None),
            JobState::Done | JobState::Failed => {
                let result = found.result.unwrap_or_default();
                return serde_json::from_value(result)
                    .map(Some)
                    .map_err(Error::internal);
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_millis(250));
    }
}

/// Drops a file, if nothing needs it.
pub(crate) async fn drop_alone(state: &AppState, sha256: &str) -> Result<(), Error> {
    let mut tx = state.pool.begin().await?;
    drop_unused(&mut tx, &state.blobs, sha256).await?;
    Ok(tx.commit().await?)
}
