//! `archivist files …`: the original files, wherever they are kept.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use archivist_store::files::{self, StoredFile};
use archivist_web::blobs::{BlobError, Blobs};
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};

use super::print_json;
use crate::config::{FilesCommand, PlaceArgs};
use crate::site::{Site, check_store, open_existing};

/// How many files are looked at or copied at a time.
const AT_ONCE: usize = 4;

/// How the words `s3://…` begin.
const BUCKET: &str = "s3://";

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: FilesCommand) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let done = match command {
        FilesCommand::Check { content, json } => check(&site, content, json).await,
        FilesCommand::Copy { to, json } => copy(&site, place, &to, json).await,
    };
    site.close().await?;
    done
}

/// What is wrong with a stored file.
struct Problem {
    sha256: String,
    what: String,
}

async fn check(site: &Site, content: bool, as_json: bool) -> Result<ExitCode> {
    let blobs = &site.state.blobs;
    check_store(blobs).await?;
    let all = files::all(&site.state.pool).await?;
    let problems: Vec<Problem> = stream::iter(&all)
        .map(|file| async move {
            let what = find_problem(blobs, file, content).await?;
            Ok::<_, BlobError>(what.map(|what| Problem {
                sha256: file.sha256.clone(),
                what,
            }))
        })
        .buffered(AT_ONCE)
        .try_filter_map(|problem| async move { Ok(problem) })
        .try_collect()
        .await?;
    if as_json {
        print_json(&json!({
            "place": blobs.place(), "files": all.len(), "problems": listed(&problems),
        }));
    } else {
        print_problems(&problems);
        say!(
            "{}: {} files, {} problems.",
            blobs.place(),
            all.len(),
            problems.len()
        );
    }
    Ok(exit_code(&problems))
}

async fn find_problem(
    blobs: &Blobs,
    file: &StoredFile,
    content: bool,
) -> Result<Option<String>, BlobError> {
    let right = u64::try_from(file.size_bytes).unwrap_or_default();
    Ok(match blobs.size(&file.sha256).await? {
        None => Some("it is missing".to_owned()),
        Some(size) if size != right => Some(format!("it has {size} bytes, not {right}")),
        Some(_) if content && !blobs.is_sound(&file.sha256).await? => {
            Some("its content has another hash".to_owned())
        }
        Some(_) => None,
    })
}

/// Files that were copied, and those that had to be left.
#[derive(Default)]
struct Tally {
    copied: usize,
    there_already: usize,
    problems: Vec<Problem>,
}

async fn copy(site: &Site, place: &PlaceArgs, to: &str, as_json: bool) -> Result<ExitCode> {
    let from = &site.state.blobs;
    let target = open_target(place, to).await?;
    ensure!(
        from.place() != target.place(),
        "the files are in {} already",
        target.place()
    );
    check_store(&target).await?;
    let mut done = Tally::default();
    let all = files::all(&site.state.pool).await?;
    let mut copies = stream::iter(&all)
        .map(|file| {
            let target = &target;
            async move { (file, copy_one(from, target, file).await) }
        })
        .buffered(AT_ONCE);
    while let Some((file, result)) = copies.next().await {
        match result {
            Ok(true) => done.copied += 1,
            Ok(false) => done.there_already += 1,
            Err(error @ (BlobError::Missing(_) | BlobError::Damaged(_))) => {
                done.problems.push(Problem {
                    sha256: file.sha256.clone(),
                    what: error.to_string(),
                });
            }
            Err(error) => return Err(error.into()),
        }
    }
    print_copied(&target, &done, as_json);
    Ok(exit_code(&done.problems))
}

async fn open_target(place: &PlaceArgs, to: &str) -> Result<Blobs> {
    if !to.starts_with(BUCKET) {
        return Ok(Blobs::in_folder(PathBuf::from(to)).await?);
    }
    let address = to
        .parse()
        .map_err(|error| anyhow::anyhow!("{to}: {error}"))?;
    let bucket = place.files.bucket(address)?;
    Ok(Blobs::in_bucket(bucket, place.data.join("files")).await?)
}

/// Copies a file, unless it is there; says which. What has another hash is not kept.
async fn copy_one(from: &Blobs, to: &Blobs, file: &StoredFile) -> Result<bool, BlobError> {
    let size = u64::try_from(file.size_bytes).ok();
    if to.size(&file.sha256).await? == size {
        return Ok(false);
    }
    let mut pieces = from.read(&file.sha256, None).await?;
    let mut copy = to.begin().await?;
    while let Some(piece) = pieces.try_next().await? {
        copy.write(&piece).await?;
    }
    if copy.sha256() != file.sha256 {
        return Err(BlobError::Damaged(file.sha256.clone()));
    }
    copy.keep().await?;
    Ok(true)
}

fn print_copied(target: &Blobs, done: &Tally, as_json: bool) {
    if as_json {
        print_json(&json!({
            "place": target.place(), "copied": done.copied,
            "there_already": done.there_already, "problems": listed(&done.problems),
        }));
        return;
    }
    print_problems(&done.problems);
    say!(
        "{}: {} files copied, {} were there already, {} could not be copied.",
        target.place(),
        done.copied,
        done.there_already,
        done.problems.len()
    );
}

fn print_problems(problems: &[Problem]) {
    for problem in problems {
        say!("{}: {}", problem.sha256, problem.what);
    }
}

fn listed(problems: &[Problem]) -> Vec<Value> {
    let one = |it: &Problem| json!({ "sha256": it.sha256, "problem": it.what });
    problems.iter().map(one).collect()
}

fn exit_code(problems: &[Problem]) -> ExitCode {
    if problems.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
