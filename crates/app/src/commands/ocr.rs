//! `archivist ocr`: the pictures among the pages of documents, read.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use archivist_domain::{DocumentId, JobId};
use archivist_ingest::ocr::MISSING;
use archivist_store::documents::{self, Document, DocumentFilter};
use archivist_store::jobs::Worker;
use archivist_web::recognition::{self, Receipt};
use serde_json::{Map, Value, json};

use super::print_json;
use crate::config::{OcrCommandArgs, PlaceArgs};
use crate::site::{Site, open_existing};
use crate::work::{ocr, reindex};

/// What became of one document.
struct Report {
    document: Document,
    /// `None` where somebody called the job off.
    receipt: Option<Receipt>,
}

/// Reads the pages of documents here and now, one document after the other.
pub(crate) async fn run(place: &PlaceArgs, args: OcrCommandArgs) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let reports = recognise_all(&site, &args).await;
    site.close().await?;
    let reports = reports?;
    if args.json {
        print_json(&Value::Array(reports.iter().map(as_json).collect()));
    } else if reports.is_empty() {
        say!("Every page has its text: there is nothing to recognise.");
    }
    let is_done = |report: &Report| matches!(report.receipt, Some(Receipt::Recognised { .. }));
    Ok(if reports.iter().all(is_done) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn recognise_all(site: &Site, args: &OcrCommandArgs) -> Result<Vec<Report>> {
    if site.recogniser.is_none() {
        bail!("{MISSING}");
    }
    let worker = site.worker().await?;
    let mut reports = Vec::new();
    for document in chosen(site, &args.docs).await? {
        let job = queue(site, &document).await?;
        if !args.json {
            let pages = document.pages_without_text.len();
            say!("{}: {pages} pages to read", document.display_title());
        }
        let report = Report {
            receipt: see_through(site, &worker, job).await?,
            document,
        };
        if !args.json {
            print_report(&report);
        }
        reports.push(report);
    }
    reindex::catch_up(site).await?;
    Ok(reports)
}

async fn see_through(site: &Site, worker: &Worker, job: JobId) -> Result<Option<Receipt>> {
    let reading = ocr::see_through(site, worker, job);
    reading.await.context("pages could not be read")
}

/// The documents that were named, or all with pages that are pictures.
async fn chosen(site: &Site, ids: &[DocumentId]) -> Result<Vec<Document>> {
    let pool = &site.state.pool;
    if ids.is_empty() {
        let all = documents::list(pool, &DocumentFilter::default(), 0, i64::MAX).await?;
        let documents = all.rows.into_iter();
        return Ok(documents.filter(Document::needs_ocr).collect());
    }
    let mut chosen = Vec::new();
    for id in ids {
        match documents::get(pool, *id).await? {
            Some(document) => chosen.push(document),
            None => bail!("there is no document {id}"),
        }
    }
    Ok(chosen)
}

/// A job for the document; the one that waits already, where there is one.
async fn queue(site: &Site, document: &Document) -> Result<JobId> {
    let told = |error: archivist_web::error::Error| anyhow::anyhow!(error.message());
    let order = recognition::order(&site.state, document, None, Map::new()).map_err(told)?;
    let mut conn = site.state.pool.acquire().await?;
    let queued = recognition::enqueue(&mut conn, &order, None, None).await;
    if let Some(job) = queued.map_err(told)? {
        return Ok(job);
    }
    let open = recognition::job_of(&site.state, document.doc_id).await;
    let open = open.map_err(told)?.context("the job has gone")?;
    Ok(open.job_id)
}

fn print_report(report: &Report) {
    match &report.receipt {
        Some(Receipt::Recognised {
            pages,
            passages,
            notes,
            ..
        }) => {
            say!("  {pages} pages read, {passages} passages");
            for note in notes {
                say!("  {note}");
            }
        }
        Some(Receipt::Refused { reason } | Receipt::Broken { reason }) => say!("  {reason}"),
        None => say!("  cancelled"),
    }
}

fn as_json(report: &Report) -> Value {
    json!({
        "doc_id": report.document.doc_id,
        "title": report.document.display_title(),
        "result": report.receipt,
    })
}
