//! Having the pictures among a document's pages read: who may ask for it, and when.

use archivist_domain::{DocumentId, JobId, UserId};
use archivist_ingest::ocr;
use archivist_store::PgConnection;
use archivist_store::documents::Document;
use archivist_store::jobs::{self, Job, NewJob};
use archivist_store::recognised;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::intake;
use crate::secret::Secret;
use crate::state::AppState;

/// What to say where no page waits to be read.
pub const NOTHING_TO_READ: &str =
    "Every page of this document has its text: there is nothing to recognise.";

/// How this site reads pictures of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Names of languages as tesseract has them, joined by `+`.
    pub languages: String,
}

/// What the worker is asked to do: the payload of its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// The document.
    pub doc_id: DocumentId,
    /// Its file.
    pub sha256: String,
    /// The name of the file.
    pub filename: String,
    /// In which languages it is.
    pub languages: String,
    /// Whether pages that were read in other languages are read again.
    #[serde(default)]
    pub again: bool,
    /// Where it comes from, for the audit log.
    pub request: Map<String, Value>,
}

/// What came of an order: the `result` of its job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Receipt {
    /// The pages were read.
    Recognised {
        /// The document.
        doc_id: DocumentId,
        /// How many pages were read, in this job and before.
        pages: usize,
        /// How many passages the document has now.
        passages: usize,
        /// Which pages could not be read, and what else a person should know.
        notes: Vec<String>,
    },
    /// It cannot be done as asked.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
    /// We failed, not the file.
    Broken {
        /// What to tell a person.
        reason: String,
    },
}

/// Queues an order. `None` where the document's pages are being read already.
pub async fn enqueue(
    conn: &mut PgConnection,
    order: &Order,
    requested_by: Option<UserId>,
    sealed_password: Option<&[u8]>,
) -> Result<Option<JobId>, Error> {
    let payload = serde_json::to_value(order).map_err(Error::internal)?;
    let new = NewJob {
        payload: &payload,
        requested_by,
        parent_id: None,
        sealed_password,
    };
    Ok(jobs::enqueue_ocr(conn, &new).await?)
}

/// What a person asks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    /// In these languages rather than this site's, and pages that were read in others again.
    pub languages: Option<&'a str>,
    /// What opens the file.
    pub password: Option<&'a Secret>,
}

/// Has the pictures among the pages of a document read.
pub async fn request(
    state: &AppState,
    document: &Document,
    asked: Asked<'_>,
    request: Map<String, Value>,
    user: UserId,
) -> Result<JobId, Error> {
    let order = order(state, document, asked.languages, request).await?;
    let sealed = intake::seal(state, &order.sha256, asked.password);
    let mut conn = state.pool.acquire().await?;
    let queued = enqueue(&mut conn, &order, Some(user), sealed.as_deref()).await?;
    let is_open =
        || Error::Conflict("The pages of this document are being read already.".to_owned());
    queued.ok_or_else(is_open)
}

/// The order for a document, or why there can be none. With `languages`, pages that were read
/// in others are read again.
pub async fn order(
    state: &AppState,
    document: &Document,
    languages: Option<&str>,
    request: Map<String, Value>,
) -> Result<Order, Error> {
    let refused = |reason: &str| Error::Conflict(reason.to_owned());
    let Some(setting) = &state.settings.recognition else {
        return Err(refused(ocr::MISSING));
    };
    let Some(sha256) = document.file_sha256.clone() else {
        let reason = "The file of this document was not kept when this site was taken over.";
        return Err(refused(reason));
    };
    let again = languages.is_some();
    let languages = languages.unwrap_or(&setting.languages);
    ocr::check_languages(languages).map_err(|error| Error::Unprocessable(error.to_string()))?;
    let is_read = document.pages_without_text.is_empty();
    if is_read && !(again && has_other_pages(state, &sha256, languages).await?) {
        return Err(refused(NOTHING_TO_READ));
    }
    Ok(Order {
        doc_id: document.doc_id,
        sha256,
        filename: document.filename.clone(),
        languages: languages.to_owned(),
        again,
        request,
    })
}

/// Whether pages of a file were read in other languages than these.
async fn has_other_pages(state: &AppState, sha256: &str, languages: &str) -> Result<bool, Error> {
    let in_these = recognised::pages(&state.pool, sha256, Some(languages)).await?;
    let in_any = recognised::pages(&state.pool, sha256, None).await?;
    Ok(in_any.len() > in_these.len())
}

/// The job that reads a document's pages, or read them last.
pub async fn job_of(state: &AppState, id: DocumentId) -> Result<Option<Job>, Error> {
    let Some(job) = jobs::recognition_of(&state.pool, id).await? else {
        return Ok(None);
    };
    Ok(jobs::get(&state.pool, job).await?)
}
