//! `archivist import`: a folder into the library.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use archivist_domain::Outcome;
use archivist_domain::document::{check_year, clean_tags};
use archivist_ingest::{FileKind, IngestError};
use archivist_store::audit::Origin;
use archivist_store::documents;
use archivist_store::jobs::Worker;
use archivist_web::blobs::BlobWriter;
use archivist_web::intake::{self, Metadata, Order, Receipt, canonical_programs};
use futures_util::{StreamExt, stream};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::print_json;
use crate::config::{ImportArgs, PlaceArgs};
use crate::site::{READERS, Site, open_or_make};
use crate::work::{ingest, reindex};

/// Bytes read at a time.
const PIECE: usize = 256 * 1024;

/// What became of one file.
struct Report {
    file: PathBuf,
    result: Result<Receipt>,
}

/// Takes in every file of a folder and tells what became of each.
pub(crate) async fn import(place: &PlaceArgs, args: ImportArgs) -> Result<ExitCode> {
    let files = files_below(&args.path)?;
    if files.is_empty() {
        bail!("there are no files in {}", args.path.display());
    }
    let site = open_or_make(place).await?;
    let reports = import_all(&site, &args, files).await;
    site.close().await?;
    let reports = reports?;
    if args.json {
        print_json(&as_json(&reports));
    } else {
        print_summary(&reports);
    }
    Ok(exit_code(&reports))
}

async fn import_all(site: &Site, args: &ImportArgs, files: Vec<PathBuf>) -> Result<Vec<Report>> {
    let metadata = &metadata(site, args).await?;
    let worker = &site.worker().await?;
    let bar = &progress_bar(files.len(), args.json);
    let reports = stream::iter(files)
        .map(|file| async move {
            bar.set_message(
                file.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
            );
            let result = import_one(site, worker, metadata, &file).await;
            bar.inc(1);
            Report { file, result }
        })
        .buffered(READERS)
        .collect()
        .await;
    bar.set_message("building the search index");
    // The documents are in, whatever becomes of the index, which is derived.
    let indexed = reindex::catch_up(site).await;
    bar.finish_and_clear();
    if let Err(error) = indexed {
        eprintln!(
            "note: the search index could not be brought up to date, the next start does it: {error:#}"
        );
    }
    Ok(reports)
}

/// What the command line says about all the files.
async fn metadata(site: &Site, args: &ImportArgs) -> Result<Metadata> {
    if let Some(year) = args.year {
        check_year(year, site.state.clock.year())?;
    }
    Ok(Metadata {
        doc_type: args.doc_type,
        year: args.year,
        programs: canonical_programs(&site.state.pool, &args.programs)
            .await
            .map_err(|error| anyhow::anyhow!(error.message()))?,
        tags: clean_tags(&args.tags).map_err(anyhow::Error::msg)?,
        outcome: args.outcome.unwrap_or(Outcome::NotApplicable),
        notes: None,
        title: None,
    })
}

async fn import_one(
    site: &Site,
    worker: &Worker,
    metadata: &Metadata,
    file: &Path,
) -> Result<Receipt> {
    let name = file
        .file_name()
        .context("the file has no name")?
        .to_string_lossy()
        .into_owned();
    let mut blob = site.state.blobs.begin().await?;
    if let Err(refusal) = copy(file, &mut blob, site.state.settings.max_upload_bytes).await? {
        return Ok(Receipt::Refused {
            reason: refusal.to_string(),
        });
    }
    if let Some(doc_id) = documents::find_by_file(&site.state.pool, &blob.sha256()).await? {
        return Ok(Receipt::Duplicate { doc_id });
    }
    let media_type =
        FileKind::of_name(&name).map_or("application/octet-stream", FileKind::media_type);
    let order = Order {
        sha256: blob.sha256(),
        size: blob.size(),
        filename: name,
        metadata: metadata.clone(),
        submitted_by: None,
        confirmed_at: site.state.clock.now(),
        request: Origin::command_line().into_facts(),
    };
    let job = intake::submit(&site.state, blob, media_type, order, None).await?;
    match ingest::do_claimed(site, worker, job).await? {
        Some(receipt) => Ok(receipt),
        // A server that runs on the same database was quicker.
        None => Ok(intake::wait(&site.state, job).await?),
    }
}

/// Copies a file into the store, unless it is too large.
async fn copy(
    file: &Path,
    blob: &mut BlobWriter,
    limit: u64,
) -> io::Result<Result<(), IngestError>> {
    let mut from = tokio::fs::File::open(file).await?;
    let bytes = from.metadata().await?.len();
    if bytes > limit {
        return Ok(Err(IngestError::TooLarge {
            bytes,
            limit_bytes: limit,
        }));
    }
    let mut piece = vec![0; PIECE];
    loop {
        match from.read(&mut piece).await? {
            0 => return Ok(Ok(())),
            n => blob.write(&piece[..n]).await?,
        }
    }
}

/// All files below a folder, by path; hidden ones and links are left out. A path
/// to a file is that file.
fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let kind = fs::metadata(path).with_context(|| format!("{} cannot be read", path.display()))?;
    if kind.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("{} cannot be read", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

fn progress_bar(files: usize, quiet: bool) -> ProgressBar {
    if quiet {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len}  {wide_msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(files as u64).with_style(style)
}

/// A failure of ours is an error; a file that cannot be read is one only where
/// no other could be either.
fn exit_code(reports: &[Report]) -> ExitCode {
    let broken = |r: &Report| matches!(&r.result, Err(_) | Ok(Receipt::Broken { .. }));
    let in_library = |r: &Report| {
        matches!(
            &r.result,
            Ok(Receipt::Added { .. } | Receipt::Duplicate { .. })
        )
    };
    if reports.iter().any(broken) || !reports.iter().any(in_library) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Why a file is not in the library, where it is not.
fn reason(report: &Report) -> Option<String> {
    match &report.result {
        Ok(Receipt::Refused { reason } | Receipt::Broken { reason }) => Some(reason.clone()),
        Err(error) => Some(format!("{error:#}")),
        Ok(_) => None,
    }
}

fn counts(reports: &[Report]) -> (usize, usize, usize) {
    reports.iter().fold(
        (0, 0, 0),
        |(added, passages, known), report| match &report.result {
            Ok(Receipt::Added { passages: n, .. }) => (added + 1, passages + n, known),
            Ok(Receipt::Duplicate { .. }) => (added, passages, known + 1),
            _ => (added, passages, known),
        },
    )
}

fn print_summary(reports: &[Report]) {
    let (added, passages, known) = counts(reports);
    for report in reports {
        if let Some(reason) = reason(report) {
            say!("not taken in: {}\n  {reason}", report.file.display());
        } else if let Ok(Receipt::Added { notes, .. }) = &report.result {
            for note in notes {
                say!("note: {}: {note}", report.file.display());
            }
        }
    }
    let failed = reports.len() - added - known;
    say!(
        "\n{added} documents added ({passages} passages), {known} already in the library, {failed} not taken in."
    );
}

fn as_json(reports: &[Report]) -> Value {
    let (added, passages, known) = counts(reports);
    let files: Vec<_> = reports
        .iter()
        .map(|report| match &report.result {
            Ok(receipt) => json!({ "file": report.file, "receipt": receipt }),
            Err(error) => json!({ "file": report.file, "error": format!("{error:#}") }),
        })
        .collect();
    json!({
        "added": added, "passages": passages, "already_known": known,
        "not_taken_in": reports.len() - added - known, "files": files,
    })
}
