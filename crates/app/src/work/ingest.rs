//! Taking a stored file into the library: read it in the sandbox, cut it into
//! passages, and commit document, passages and the job's end together.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_domain::document::MAX_FILENAME_CHARS;
use archivist_domain::{DocType, DocumentId, PassageId};
use archivist_ingest::{IngestError, Parsed};
use archivist_store::audit::{self, Entry};
use archivist_store::documents::{self, NewDocument};
use archivist_store::jobs::{self, Job, MAX_ATTEMPTS, Worker};
use archivist_store::passages::NewPassage;
use archivist_web::intake::{Order, Receipt};
use uuid::Uuid;

use crate::site::Site;

/// How long to wait for work before looking for work that nobody announced.
const IDLE: Duration = Duration::from_secs(2);

/// Does jobs as they come, for ever. Returns only with an error, upon which the
/// jobs of this worker are free for others.
pub(crate) async fn work(site: Arc<Site>) -> Result<()> {
    let worker = site.worker().await?;
    loop {
        match jobs::claim(&site.state.pool, &worker, None).await? {
            Some(job) => {
                do_job(&site, &job).await?;
            }
            None => {
                // Either rings; the time limit is the guarantee.
                let _ = tokio::time::timeout(IDLE, site.state.work.notified()).await;
            }
        }
    }
}

/// Does one job if it is still to be done; says what came of it.
pub(crate) async fn do_claimed(
    site: &Site,
    worker: &Worker,
    id: archivist_domain::JobId,
) -> Result<Option<Receipt>> {
    match jobs::claim(&site.state.pool, worker, Some(id)).await? {
        Some(job) => do_job(site, &job).await.map(Some),
        None => Ok(None),
    }
}

async fn do_job(site: &Site, job: &Job) -> Result<Receipt> {
    let order: Order = serde_json::from_value(job.payload.clone())?;
    if job.attempts > MAX_ATTEMPTS {
        let reason = format!(
            "The server stopped {MAX_ATTEMPTS} times while reading this file, so it was given up."
        );
        return refuse(site, job, Receipt::Broken { reason }).await;
    }
    if let Some(doc_id) = documents::find_by_file(&site.state.pool, &order.sha256).await? {
        return finish(site, job, Receipt::Duplicate { doc_id }).await;
    }
    jobs::progress(&site.state.pool, job.job_id, "reading").await?;
    let path = site.state.blobs.path(&order.sha256);
    let year = site.state.clock.year();
    match site.sandbox.process(&path, &order.filename, year).await {
        Ok(parsed) => add(site, job, &order, parsed).await,
        Err(error) => {
            let receipt = match &error {
                IngestError::Io { .. } => Receipt::Broken {
                    reason: error.to_string(),
                },
                _ => Receipt::Refused {
                    reason: error.to_string(),
                },
            };
            discard_file(site, &order.sha256).await?;
            refuse(site, job, receipt).await
        }
    }
}

/// Commits the document. Should the same bytes have come in meanwhile, the
/// database refuses the second, and the first is the answer.
async fn add(site: &Site, job: &Job, order: &Order, parsed: Parsed) -> Result<Receipt> {
    let new = new_document(order, &parsed);
    let passages = new_passages(new.doc_id, &parsed);
    let receipt = Receipt::Added {
        doc_id: new.doc_id,
        passages: passages.len(),
        notes: parsed.notes,
    };
    let mut tx = site.state.pool.begin().await?;
    match documents::insert(&mut tx, &new, &passages).await {
        Ok(()) => {}
        Err(error) if is_duplicate(&error) => {
            tx.rollback().await?;
            let doc_id = documents::find_by_file(&site.state.pool, &order.sha256).await?;
            let doc_id = doc_id.ok_or(error)?;
            return finish(site, job, Receipt::Duplicate { doc_id }).await;
        }
        Err(error) => return Err(error.into()),
    }
    let entry = Entry {
        event: "document.upload",
        entity: "document",
        entity_id: Some(new.doc_id.0),
        actor: job.requested_by,
        details: order.request.clone(),
    };
    audit::record(&mut tx, entry).await?;
    jobs::finish(&mut tx, job.job_id, &serde_json::to_value(&receipt)?).await?;
    tx.commit().await?;
    Ok(receipt)
}

fn is_duplicate(error: &sqlx::Error) -> bool {
    let constraint = error.as_database_error().and_then(|e| e.constraint());
    constraint == Some("documents_file_once")
}

/// What the person said, completed with what was found in the document.
fn new_document(order: &Order, parsed: &Parsed) -> NewDocument {
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
        programs: said.programs.clone(),
        tags: said.tags.clone(),
    }
}

fn new_passages(document: DocumentId, parsed: &Parsed) -> Vec<NewPassage> {
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    parsed
        .passages
        .iter()
        .map(|passage| NewPassage {
            // Same document, place and text: same id.
            passage_id: PassageId(Uuid::new_v5(
                &document.0,
                format!("{}:{}", passage.ordinal, passage.text).as_bytes(),
            )),
            content: passage.text.clone(),
            heading: passage.heading.clone(),
            page_first: passage.page_first.map(signed),
            page_last: passage.page_last.map(signed),
            word_count: signed(passage.words),
        })
        .collect()
}

async fn finish(site: &Site, job: &Job, receipt: Receipt) -> Result<Receipt> {
    let mut conn = site.state.pool.acquire().await?;
    jobs::finish(&mut conn, job.job_id, &serde_json::to_value(&receipt)?).await?;
    Ok(receipt)
}

async fn refuse(site: &Site, job: &Job, receipt: Receipt) -> Result<Receipt> {
    let mut conn = site.state.pool.acquire().await?;
    jobs::fail(&mut conn, job.job_id, &serde_json::to_value(&receipt)?).await?;
    Ok(receipt)
}

/// Nothing of a refused file is kept.
async fn discard_file(site: &Site, sha256: &str) -> Result<()> {
    let mut conn = site.state.pool.acquire().await?;
    if archivist_store::files::forget_unused(&mut conn, sha256).await? {
        site.state.blobs.remove(sha256).await?;
    }
    Ok(())
}
