//! `archivist ocr`: the pictures among the pages of documents, read.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use archivist_domain::{DocumentId, JobId};
use archivist_ingest::ocr::MISSING;
use archivist_store::documents::{self, Document, DocumentFilter};
use archivist_store::jobs::{self, Worker};
use archivist_web::jobs::JobInfo;
use archivist_web::recognition::{self, Receipt};
use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::print_json;
use crate::config::{OcrCommandArgs, PlaceArgs};
use crate::site::{Site, open_existing};
use crate::work::{ocr, reindex};

/// How often is looked which page is being read.
const PAUSE: Duration = Duration::from_millis(250);

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
        let job = queue(site, &document, args.again).await?;
        if !args.json {
            say!("{}", document.display_title());
        }
        let report = Report {
            receipt: see_through(site, &worker, job, !args.json).await?,
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

/// Waits until the job has ended; with `aloud` its progress is told meanwhile.
async fn see_through(
    site: &Site,
    worker: &Worker,
    job: JobId,
    aloud: bool,
) -> Result<Option<Receipt>> {
    let reading = ocr::see_through(site, worker, job);
    let told = async {
        if aloud {
            tell_pages(site, job).await
        } else {
            std::future::pending().await
        }
    };
    let read = tokio::select! {
        read = reading => read,
        error = told => Err(error),
    };
    read.context("pages could not be read")
}

/// Tells each page that is being read, until it is dropped; only an error ends it.
async fn tell_pages(site: &Site, id: JobId) -> anyhow::Error {
    let mut told = None;
    loop {
        let job = match jobs::get(&site.state.pool, id).await {
            Ok(job) => job,
            Err(error) => return error.into(),
        };
        if let Some(job) = job.filter(|job| job.page.is_some() && job.page != told) {
            told = job.page;
            say!("  {}", JobInfo::new(&job, None).message);
        }
        sleep(PAUSE).await;
    }
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
async fn queue(site: &Site, document: &Document, again: bool) -> Result<JobId> {
    let told = |error: archivist_web::error::Error| anyhow::anyhow!(error.message());
    let setting = site.state.settings.recognition.as_ref();
    let languages = setting.map(|setting| setting.languages.as_str());
    let languages = languages.filter(|_| again);
    let order = recognition::order(&site.state, document, languages, Map::new()).await;
    let order = order.map_err(told)?;
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
