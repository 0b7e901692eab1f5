//! Reading the pictures among a document's pages: one page after the other is kept, and when all
//! are read the document is cut anew with them.
//!
//! One document at a time in each process, beside the workers that take files in: those must
//! not wait for it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use archivist_domain::{JobId, JobKind};
use archivist_ingest::{OcrError, Tesseract};
use archivist_store::audit::Origin;
use archivist_store::documents::{self, Document};
use archivist_store::jobs::{self, Claimed, MAX_ATTEMPTS, MAX_POSTPONED, Worker};
use archivist_store::recognised::{self, RecognisedPage};
use archivist_web::recognition::{NOTHING_TO_READ, Order, Receipt};
use archivist_web::secret::Secret;
use tokio::time::{sleep, timeout};

use super::owned;
use crate::site::Site;
use crate::work::reprocess::{How, Outcome, Reread, read_again};

/// How long to wait for work before looking for work that nobody announced.
const IDLE: Duration = Duration::from_secs(5);

/// How long a job is put off after an error that may pass.
const WAIT: Duration = Duration::from_secs(30);

/// Does jobs as they come, for ever, where this site has the programs. Returns only with an
/// error, upon which the job of this worker is free for others.
pub(crate) async fn work(site: Arc<Site>) -> Result<()> {
    if site.recogniser.is_none() {
        return std::future::pending().await;
    }
    let worker = site.worker().await?;
    let mut bell = site.state.jobs.listen();
    loop {
        if let Some(job) = jobs::claim(&worker, JobKind::Ocr, None).await? {
            do_job(&site, &worker, &job).await?;
        } else {
            // Either is the normal case; who falls behind with the bell looks anyway.
            let _ = timeout(IDLE, bell.recv()).await;
        }
    }
}

/// Does a job that is queued to its end, or waits until another process has.
pub(crate) async fn see_through(
    site: &Site,
    worker: &Worker,
    id: JobId,
) -> Result<Option<Receipt>> {
    loop {
        if let Some(job) = jobs::claim(worker, JobKind::Ocr, Some(id)).await? {
            do_job(site, worker, &job).await?;
        }
        let job = jobs::get(&site.state.pool, id).await?;
        let job = job.context("the job has gone")?;
        if !job.is_open() {
            return Ok(job
                .result
                .and_then(|result| serde_json::from_value(result).ok()));
        }
        sleep(Duration::from_millis(250)).await;
    }
}

async fn do_job(site: &Site, worker: &Worker, job: &Claimed) -> Result<()> {
    let order: Order = match serde_json::from_value(job.payload.clone()) {
        Ok(order) => order,
        Err(error) => {
            let reason = format!("The order for this document cannot be read: {error}.");
            return settle(site, worker, job, Receipt::Broken { reason }).await;
        }
    };
    let task = Task {
        site,
        worker,
        job,
        order: &order,
    };
    if job.attempts > MAX_ATTEMPTS {
        let reason = format!(
            "The server stopped {MAX_ATTEMPTS} times while reading these pages, so it was given up."
        );
        return settle(site, worker, job, Receipt::Broken { reason }).await;
    }
    // Dropping what reads kills its programs.
    let done = tokio::select! {
        done = task.run() => done,
        taken = owned::taken_away(&site.state, worker, job.job_id) => return taken,
    };
    match done {
        Ok(Some(receipt)) => settle(site, worker, job, receipt).await,
        Ok(None) => Ok(()),
        Err(error) => task.put_off(&error).await,
    }
}

/// Ends a job that changes nothing. It can be tried again.
async fn settle(site: &Site, worker: &Worker, job: &Claimed, receipt: Receipt) -> Result<()> {
    let result = serde_json::to_value(&receipt)?;
    let mut tx = site.state.pool.begin().await?;
    jobs::fail(&mut tx, worker, job.job_id, &result, true).await?;
    tx.commit().await?;
    Ok(())
}

/// A claimed job.
struct Task<'a> {
    site: &'a Site,
    worker: &'a Worker,
    job: &'a Claimed,
    order: &'a Order,
}

/// What became of the pages.
#[derive(Default)]
struct Pages {
    read: usize,
    /// What to say of those that could not be read.
    notes: Vec<String>,
}

impl Task<'_> {
    /// Reads the pages and puts what was read into the document. A receipt says why that cannot
    /// be; the error is one that may pass.
    async fn run(&self) -> Result<Option<Receipt>> {
        let Some(document) = documents::get(&self.site.state.pool, self.order.doc_id).await? else {
            let reason = "The document was deleted meanwhile.".to_owned();
            return Ok(Some(Receipt::Refused { reason }));
        };
        let pages = match self.read_pages(&document).await? {
            Ok(pages) => pages,
            Err(receipt) => return Ok(Some(receipt)),
        };
        if pages.read == 0 {
            let reason = match pages.notes.as_slice() {
                [] => NOTHING_TO_READ.to_owned(),
                notes => notes.join(" "),
            };
            return Ok(Some(Receipt::Refused { reason }));
        }
        self.put_in(&document, pages).await
    }

    /// Reads the pages that nobody has read in these languages yet, and keeps each at once.
    async fn read_pages(&self, document: &Document) -> Result<Result<Pages, Receipt>> {
        let Some(recogniser) = self.recogniser() else {
            let reason = archivist_ingest::ocr::MISSING.to_owned();
            return Ok(Err(Receipt::Refused { reason }));
        };
        let state = &self.site.state;
        let (sha256, languages) = (&self.order.sha256, &self.order.languages);
        let file = state.blobs.fetch(sha256).await?;
        let known = recognised::pages(&state.pool, sha256, Some(languages)).await?;
        let wanted = self.wanted(document).await?;
        let last = wanted
            .last()
            .copied()
            .unwrap_or(1)
            .max(document.page_count.unwrap_or(1));
        let mut pages = Pages::default();
        for page in wanted {
            if known.binary_search(&page).is_ok() {
                pages.read += 1;
                continue;
            }
            jobs::at_page(&state.pool, self.job.job_id, page, last).await?;
            let number = u32::try_from(page).unwrap_or_default();
            match recogniser.read_page(file.path(), number, languages).await {
                Ok(paragraphs) => {
                    let read = RecognisedPage { page, paragraphs };
                    recognised::keep(&state.pool, sha256, languages, &read).await?;
                    pages.read += 1;
                }
                Err(error @ (OcrError::Failed { .. } | OcrError::TimedOut { .. })) => {
                    pages.notes.push(error.to_string());
                }
                Err(error @ OcrError::Io(_)) => return Err(error.into()),
                Err(error) => {
                    let reason = error.to_string();
                    return Ok(Err(Receipt::Refused { reason }));
                }
            }
        }
        Ok(Ok(pages))
    }

    /// The pages to be read, in order: those without text, and where that was asked for those
    /// that were read before.
    async fn wanted(&self, document: &Document) -> Result<BTreeSet<i32>> {
        let mut wanted: BTreeSet<i32> = document.pages_without_text.iter().copied().collect();
        if self.order.again {
            let pool = &self.site.state.pool;
            wanted.extend(recognised::pages(pool, &self.order.sha256, None).await?);
        }
        Ok(wanted)
    }

    /// The document read again with the pages, and the end of the job, together.
    async fn put_in(&self, document: &Document, mut pages: Pages) -> Result<Option<Receipt>> {
        let password = self.password();
        let how = How {
            origin: Origin::request(self.job.requested_by, self.order.request.clone()),
            action: "document.ocr",
            password: password.as_ref(),
        };
        let (mut tx, outcome) = match read_again(self.site, document, how).await? {
            Reread::Done { tx, outcome } => (tx, outcome),
            Reread::Left { reason } => return Ok(Some(Receipt::Refused { reason })),
        };
        let (passages, held) = match &outcome {
            Outcome::Unchanged { passages, held } => (*passages, *held),
            Outcome::Changed(changes) => (changes.passages(), changes.held),
            Outcome::Skipped { .. } => (0, false),
        };
        if held {
            let note = "It may hold personal data: nobody finds it until an editor has decided.";
            pages.notes.push(note.to_owned());
        }
        let receipt = Receipt::Recognised {
            doc_id: document.doc_id,
            pages: pages.read,
            passages,
            notes: pages.notes,
        };
        let result = serde_json::to_value(&receipt)?;
        // Otherwise somebody has called it off: a transaction that is left behind undoes all.
        if jobs::finish(&mut tx, self.worker, self.job.job_id, &result).await? {
            tx.commit().await?;
        }
        Ok(None)
    }

    fn recogniser(&self) -> Option<Tesseract> {
        let mut recogniser = self.site.recogniser.clone()?;
        let password = self.password();
        recogniser.password = password.map(|password| password.reveal().to_owned());
        Some(recogniser)
    }

    fn password(&self) -> Option<Secret> {
        let sealed = self.job.sealed_password.as_deref()?;
        let password = self.site.state.keys.unseal(sealed, &self.order.sha256);
        password.and_then(Secret::new)
    }

    /// Lets an error pass; the pages that were read are kept.
    async fn put_off(&self, error: &anyhow::Error) -> Result<()> {
        tracing::warn!(job = %self.job.job_id, error = format!("{error:#}"), "pages could not be read");
        let reason = "The database, the store of files or this machine did not answer as expected.";
        if self.job.postponed >= MAX_POSTPONED {
            let reason = reason.to_owned();
            return settle(self.site, self.worker, self.job, Receipt::Broken { reason }).await;
        }
        let pool = &self.site.state.pool;
        jobs::postpone(pool, self.worker, self.job.job_id, reason, WAIT).await?;
        Ok(())
    }
}
