//! `archivist jobs …`.

use std::collections::HashMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use archivist_domain::{JobId, JobKind};
use archivist_store::audit::Origin;
use archivist_store::jobs::{self, Job, JobFilter, Worker};
use archivist_web::intake::Receipt;
use archivist_web::jobs::{JobInfo, JobStatus};
use archivist_web::recognition;
use archivist_web::secret::Secret;
use tokio::time::sleep;

use super::{print_json, read_secret};
use crate::config::{JobsCommand, PlaceArgs};
use crate::site::{Site, open_existing};
use crate::work::{ingest, ocr, reindex};

/// How often is looked for changes.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: JobsCommand) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let done = match command {
        JobsCommand::List { all, limit, json } => list(&site, all, limit, json).await,
        JobsCommand::Cancel { job, json } => cancel(&site, job, json).await,
        JobsCommand::Retry {
            job,
            password_file,
            json,
        } => retry(&site, job, password_file.as_deref(), json).await,
        JobsCommand::Watch { job, json } => watch(&site, job, json).await,
    };
    site.close().await?;
    done
}

async fn list(site: &Site, all: bool, limit: u32, as_json: bool) -> Result<ExitCode> {
    let filter = if all {
        JobFilter::default()
    } else {
        JobFilter::open(None)
    };
    let total = jobs::count(&site.state.pool, &filter).await?;
    let found = jobs::list(&site.state.pool, &filter, 0, limit.into()).await?;
    let shown = found.len();
    let found = found.iter().map(described);
    if as_json {
        print_json(&serde_json::to_value(found.collect::<Vec<_>>())?);
        return Ok(ExitCode::SUCCESS);
    }
    found.for_each(|job| print_row(&job));
    match total {
        0 if all => say!("No jobs in the last 30 days."),
        0 => say!("Nothing waits or runs. See what has ended with --all."),
        _ => say!("\n{shown} of {total} jobs."),
    }
    Ok(ExitCode::SUCCESS)
}

async fn cancel(site: &Site, id: JobId, as_json: bool) -> Result<ExitCode> {
    find(site, id).await?;
    archivist_web::jobs::cancel(&site.state, id, Origin::command_line())
        .await
        .map_err(|error| anyhow::anyhow!(error.message()))?;
    print_one(&described(&find(site, id).await?), as_json)?;
    Ok(ExitCode::SUCCESS)
}

/// Does the job here and now: a password leaves this process for nobody but the reader,
/// and there need not be a server.
async fn retry(site: &Site, id: JobId, password: Option<&Path>, as_json: bool) -> Result<ExitCode> {
    let job = find(site, id).await?;
    let password = password.map(read_secret).transpose()?.and_then(Secret::new);
    let worker = site.worker().await?;
    if job.kind == JobKind::Ocr {
        return retry_recognition(site, &worker, &job, password.as_ref(), as_json).await;
    }
    let claimed = archivist_web::jobs::retry_here(
        &site.state,
        &worker,
        &job,
        password.as_ref(),
        Origin::command_line(),
    )
    .await
    .map_err(|error| anyhow::anyhow!(error.message()))?;
    let receipt = ingest::see_through(site, &worker, claimed).await?;
    reindex::catch_up(site).await?;
    print_one(&described(&find(site, id).await?), as_json)?;
    Ok(match receipt {
        Receipt::Added { .. } | Receipt::Unpacked { .. } | Receipt::Duplicate { .. } => {
            ExitCode::SUCCESS
        }
        Receipt::Refused { .. } | Receipt::Locked { .. } | Receipt::Broken { .. } => {
            ExitCode::FAILURE
        }
    })
}

async fn retry_recognition(
    site: &Site,
    worker: &Worker,
    job: &Job,
    password: Option<&Secret>,
    as_json: bool,
) -> Result<ExitCode> {
    archivist_web::jobs::retry(&site.state, job, password, Origin::command_line())
        .await
        .map_err(|error| anyhow::anyhow!(error.message()))?;
    let receipt = ocr::see_through(site, worker, job.job_id).await?;
    reindex::catch_up(site).await?;
    print_one(&described(&find(site, job.job_id).await?), as_json)?;
    Ok(match receipt {
        Some(recognition::Receipt::Recognised { .. }) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Tells what changes until nothing waits or runs any more; of one job, until it has ended.
async fn watch(site: &Site, only: Option<JobId>, as_json: bool) -> Result<ExitCode> {
    let mut seen = HashMap::new();
    if let Some(id) = only {
        find(site, id).await?;
        seen.insert(id, None);
    }
    loop {
        if only.is_none() {
            for job in jobs::list(&site.state.pool, &JobFilter::open(None), 0, i64::MAX).await? {
                seen.entry(job.job_id).or_default();
            }
        }
        let last = tell_changes(site, &mut seen, as_json).await?;
        match (only, last) {
            (Some(_), Some(status)) if status.is_final() => {
                let failed = status != JobStatus::Ready;
                return Ok(ExitCode::from(u8::from(failed)));
            }
            (Some(id), None) if !seen.contains_key(&id) => bail!("the job has gone"),
            (None, _) if seen.is_empty() => return Ok(ExitCode::SUCCESS),
            _ => sleep(PAUSE).await,
        }
    }
}

/// Tells of jobs that are not as they were told last, and forgets those that have ended.
/// Returns how the last of them stands.
async fn tell_changes(
    site: &Site,
    seen: &mut HashMap<JobId, Option<JobInfo>>,
    as_json: bool,
) -> Result<Option<JobStatus>> {
    let filter = JobFilter::among(seen.keys().copied().collect(), None);
    let found = jobs::list(&site.state.pool, &filter, 0, i64::MAX).await?;
    seen.retain(|id, _| found.iter().any(|job| job.job_id == *id));
    let mut last = None;
    for job in found.iter().rev().map(described) {
        last = Some(job.status);
        let known = seen.get(&job.job_id).and_then(Option::as_ref);
        if known != Some(&job) {
            if as_json {
                say!("{}", serde_json::to_string(&job)?);
            } else {
                print_row(&job);
            }
        }
        if job.status.is_final() {
            seen.remove(&job.job_id);
        } else {
            seen.insert(job.job_id, Some(job));
        }
    }
    Ok(last)
}

/// For the command line a document that is in counts as found: the server's index takes
/// it up by itself.
fn described(job: &Job) -> JobInfo {
    JobInfo::new(job, None)
}

async fn find(site: &Site, id: JobId) -> Result<Job> {
    jobs::get(&site.state.pool, id)
        .await?
        .with_context(|| format!("there is no job {id}; `archivist jobs list --all` names them"))
}

fn print_one(job: &JobInfo, as_json: bool) -> Result<()> {
    if as_json {
        print_json(&serde_json::to_value(job)?);
    } else {
        print_row(job);
    }
    Ok(())
}

fn print_row(job: &JobInfo) {
    let status = job.status.as_str();
    say!("{}  {status:<10}  {}", job.job_id, job.filename);
    if job.message != status {
        say!("  {}", job.message);
    }
}
