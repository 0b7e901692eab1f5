//! Taking a stored file into the library: read it in the sandbox, cut it into
//! passages, and commit document, passages and the job's end together.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_domain::{DocType, DocumentId, JobId};
use archivist_ingest::{Given, IngestError, Parsed};
use archivist_store::audit::{Audited, Origin};
use archivist_store::documents::{self, NewDocument};
use archivist_store::holds;
use archivist_store::jobs::{self, Job, MAX_ATTEMPTS, Worker};
use archivist_store::passages::NewPassage;
use archivist_store::{DatabaseError, constraint};
use archivist_web::intake::{self, Order, Queued, Receipt};
use serde_json::Value;
use uuid::Uuid;

use crate::site::Site;
use crate::work::{findings, passages};

/// How long to wait for work before looking for work that nobody announced.
const IDLE: Duration = Duration::from_secs(2);

/// Does jobs as they come, for ever. Returns only with an error, upon which the
/// jobs of this worker are free for others.
pub(crate) async fn work(site: Arc<Site>) -> Result<()> {
    let worker = site.worker().await?;
    loop {
        match jobs::claim(&worker, None).await? {
            Some(job) => {
                do_job(&site, &worker, &job).await?;
            }
            None => {
                // Either rings; the time limit is the guarantee.
                let _ = tokio::time::timeout(IDLE, site.state.work.notified()).await;
            }
        }
    }
}

/// Does one job if it is still to be done; says what came of it, unless another
/// worker has it.
pub(crate) async fn do_claimed(site: &Site, worker: &Worker, id: JobId) -> Result<Option<Receipt>> {
    match jobs::claim(worker, Some(id)).await? {
        Some(job) => do_job(site, worker, &job).await,
        None => Ok(None),
    }
}

async fn do_job(site: &Site, worker: &Worker, job: &Job) -> Result<Option<Receipt>> {
    let task = Task { site, worker, job };
    let queued: Queued = match serde_json::from_value(job.payload.clone()) {
        Ok(queued) => queued,
        Err(error) => {
            let reason = format!("The order for this file cannot be read: {error}.");
            return task.settle(Receipt::Broken { reason }).await;
        }
    };
    match task.read(&queued.order).await? {
        Ok(parsed) => task.add(&queued, parsed).await,
        Err(receipt) => task.settle(receipt).await,
    }
}

/// A claimed job. What ends it says `None` where the job has passed to another
/// worker meanwhile: then nothing was done here.
struct Task<'a> {
    site: &'a Site,
    worker: &'a Worker,
    job: &'a Job,
}

impl Task<'_> {
    /// Reads the file, unless there is a reason not to.
    async fn read(&self, order: &Order) -> Result<Result<Parsed, Receipt>> {
        let state = &self.site.state;
        if self.job.attempts > MAX_ATTEMPTS {
            let reason = format!(
                "The server stopped {MAX_ATTEMPTS} times while reading this file, so it was given up."
            );
            return Ok(Err(Receipt::Broken { reason }));
        }
        if let Some(doc_id) = documents::find_by_file(&state.pool, &order.sha256).await? {
            return Ok(Err(Receipt::Duplicate { doc_id }));
        }
        jobs::progress(&state.pool, self.job.job_id, "reading").await?;
        let (path, year) = (state.blobs.path(&order.sha256), state.clock.year());
        let parsed = self
            .site
            .sandbox
            .process(&path, &order.filename, year, &Given::default())
            .await;
        Ok(parsed.map_err(|error| unreadable(&error)))
    }

    /// Puts the document in. Should the same bytes have come in meanwhile, the
    /// database refuses the second, and the first is the answer.
    async fn add(&self, queued: &Queued, parsed: Parsed) -> Result<Option<Receipt>> {
        let new = new_document(queued, &parsed);
        let passages = passages::new(new.doc_id, &parsed.passages);
        let held = findings::note(&parsed.findings);
        let receipt = Receipt::Added {
            doc_id: new.doc_id,
            passages: passages.len(),
            notes: held.into_iter().chain(parsed.notes).collect(),
        };
        let result = serde_json::to_value(&receipt)?;
        let findings = findings::to_store(&parsed.findings);
        match self
            .commit(&queued.order, &new, &passages, &findings, &result)
            .await
        {
            Ok(done) => Ok(done.then_some(receipt)),
            Err(error) => {
                let instead = self.instead_of_adding(&queued.order, error).await?;
                self.settle(instead).await
            }
        }
    }

    /// What to answer where the database does not take the document. An error that
    /// may pass is handed on.
    async fn instead_of_adding(&self, order: &Order, error: DatabaseError) -> Result<Receipt> {
        if is_duplicate(&error) {
            let doc_id = documents::find_by_file(&self.site.state.pool, &order.sha256).await?;
            let doc_id = doc_id.ok_or(error)?;
            return Ok(Receipt::Duplicate { doc_id });
        }
        if constraint::is_lasting(&error) {
            let reason = format!("The database does not take this document: {error}.");
            return Ok(Receipt::Broken { reason });
        }
        Err(error.into())
    }

    /// Document, passages, audit log and the job's end, together or not at all.
    async fn commit(
        &self,
        order: &Order,
        new: &NewDocument,
        passages: &[NewPassage],
        findings: &[holds::Finding],
        result: &Value,
    ) -> Result<bool, DatabaseError> {
        let origin = Origin::request(self.job.requested_by, order.request.clone());
        let mut tx = Audited::begin(&self.site.state.pool, origin).await?;
        documents::insert(&mut tx, new, passages).await?;
        holds::hold(&mut tx, new.doc_id, findings).await?;
        let ours = jobs::finish(&mut tx, self.worker, self.job.job_id, result).await?;
        // A transaction that is left behind undoes all of it.
        if ours {
            tx.commit().await?;
        }
        Ok(ours)
    }

    /// Ends the job without a new document; a file that nobody needs then goes.
    async fn settle(&self, receipt: Receipt) -> Result<Option<Receipt>> {
        let mut tx = self.site.state.pool.begin().await?;
        let (worker, id) = (self.worker, self.job.job_id);
        let result = serde_json::to_value(&receipt)?;
        let ours = match receipt {
            Receipt::Refused { .. } | Receipt::Broken { .. } => {
                jobs::fail(&mut tx, worker, id, &result).await?
            }
            Receipt::Added { .. } | Receipt::Duplicate { .. } => {
                jobs::finish(&mut tx, worker, id, &result).await?
            }
        };
        if !ours {
            return Ok(None);
        }
        if let Some(sha256) = self.job.payload["sha256"].as_str() {
            intake::drop_unused(&mut tx, &self.site.state.blobs, sha256).await?;
        }
        tx.commit().await?;
        Ok(Some(receipt))
    }
}

fn unreadable(error: &IngestError) -> Receipt {
    let reason = error.to_string();
    match error {
        IngestError::Io { .. } => Receipt::Broken { reason },
        _ => Receipt::Refused { reason },
    }
}

fn is_duplicate(error: &DatabaseError) -> bool {
    let constraint = error.as_database_error().and_then(|e| e.constraint());
    constraint == Some("documents_file_once")
}

/// What the person said, completed with what was found in the document.
fn new_document(queued: &Queued, parsed: &Parsed) -> NewDocument {
    let order = &queued.order;
    let said = &order.metadata;
    NewDocument {
        doc_id: DocumentId(Uuid::new_v4()),
        filename: order.filename.chars().take(MAX_FILENAME_CHARS).collect(),
        title: said
            .title
            .clone()
            .or_else(|| Some(parsed.proposal.title.value.clone())),
        doc_type: said
            .doc_type
            .or(parsed.proposal.doc_type.as_ref().map(|found| found.value))
            .unwrap_or(DocType::Other),
        year: said
            .year
            .or(parsed.proposal.year.as_ref().map(|found| found.value)),
        outcome: said.outcome,
        notes: said.notes.clone(),
        file_size: i32::try_from(order.size).unwrap_or(i32::MAX),
        page_count: parsed
            .page_count
            .and_then(|pages| i32::try_from(pages).ok()),
        file_sha256: order.sha256.clone(),
        created_by: order.submitted_by.clone(),
        confirmed_at: order.confirmed_at,
        programs: queued.program_ids.clone(),
        tags: said.tags.clone(),
    }
}
