//! `archivist-bench extract` and `show`.

mod compare;
mod manifest;
mod measure;
mod report;
mod words;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::ExtractArgs;
use manifest::Item;
pub(crate) use manifest::files_below;
pub(crate) use measure::measure_one;
use measure::{Measured, Task};
use report::{Report, Row};

/// Reads every file, two processes for each core at most, and prints the report.
pub(crate) async fn survey(args: &ExtractArgs) -> Result<()> {
    if args.against_pdftotext && !measure::pdftotext_is_there() {
        bail!("pdftotext is not on the PATH: install poppler-utils, or leave the option out");
    }
    let mut items = manifest::items(&args.dir)?;
    if let Some(only) = &args.only {
        items.retain(|item| item.name.contains(only.as_str()));
    }
    let slots = std::thread::available_parallelism()?.get();
    let slots = Arc::new(Semaphore::new(slots));
    let mut tasks = JoinSet::new();
    for item in items {
        let slots = Arc::clone(&slots);
        let against = args.against_pdftotext;
        tasks.spawn(async move {
            let _slot = slots.acquire().await?;
            row(item, against).await
        });
    }
    let mut rows = Vec::new();
    while let Some(row) = tasks.join_next().await {
        rows.push(row??);
    }
    rows.sort_by(|a, b| a.item.name.cmp(&b.item.name));
    let report = Report::of(&rows);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        if args.verbose {
            rows.iter().for_each(report::print_row);
        }
        report.print();
    }
    Ok(())
}

/// Measures one file. One that is locked is tried with each word of its note, where
/// manifests keep known passwords.
async fn row(item: Item, against_pdftotext: bool) -> Result<Row> {
    let mut task = Task {
        path: item.path.clone(),
        password: None,
        against_pdftotext,
    };
    let mut measured = task.run().await?;
    let mut opened_by_note = false;
    if measured.is_locked() {
        for word in item.possible_passwords() {
            task.password = Some(word);
            let second = task.run().await?;
            if !second.is_locked() {
                (measured, opened_by_note) = (second, true);
                break;
            }
        }
    }
    tokio::task::spawn_blocking(move || Row::new(item, measured, opened_by_note))
        .await
        .context("comparing failed")
}

/// Prints one file's proposal and passages.
pub(crate) async fn show(file: &Path, password: Option<&str>) -> Result<()> {
    let task = Task {
        path: file.to_owned(),
        password: password.map(str::to_owned),
        against_pdftotext: false,
    };
    let Measured { outcome, .. } = task.run().await?;
    let parsed = outcome?;
    println!("{:#?}\nnotes: {:?}", parsed.proposal, parsed.notes);
    println!("pages that are pictures: {:?}", parsed.pictures);
    for passage in &parsed.passages {
        let heading = passage.heading.as_deref().unwrap_or("-");
        let (first, last) = (passage.page_first, passage.page_last);
        println!(
            "\n--- {} · {} words · pages {first:?} to {last:?} · {heading}\n{}",
            passage.ordinal, passage.words, passage.text
        );
    }
    Ok(())
}
