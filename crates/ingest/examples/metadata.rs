//! Compares proposed metadata with what people wrote down, for trying a change of the
//! rules on real files.
//!
//! ```text
//! cargo run --release -p archivist-ingest --example metadata -- DIR [--without-names]
//! ```
//!
//! `DIR/metadata.jsonl` has one record a line with `file` (below DIR), `title`, `year` and
//! `funder`. A year is right when it is equal. A title is right when, as sets of words
//! without case and punctuation, nine in ten words of the shorter one (three at least)
//! stand in the other. `--without-names` hides the files' names from the rules.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use archivist_ingest::{Given, parse};
use serde_json::Value;

/// Bounds the proposed years; fixed, so that two runs can be compared.
const CURRENT_YEAR: i32 = 2026;
/// The share of the shorter title's words.
const SAME_TITLE_FROM: f64 = 0.9;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        [folder] => measure(Path::new(folder), true),
        [folder, "--without-names"] => measure(Path::new(folder), false),
        _ => Err("usage: metadata DIR [--without-names]".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Counts {
    files: usize,
    years: usize,
    titles: usize,
    funders: usize,
    with_funder: usize,
}

fn measure(folder: &Path, with_names: bool) -> Result<(), Box<dyn Error>> {
    let records = fs::read_to_string(folder.join("metadata.jsonl"))?;
    let mut counts = Counts::default();
    let mut missing = 0;
    for line in records.lines().filter(|line| !line.trim().is_empty()) {
        let record: Value = serde_json::from_str(line)?;
        let said = |field: &str| record[field].as_str().unwrap_or_default().to_owned();
        let path = folder.join(said("file"));
        let Ok(bytes) = fs::read(&path) else {
            missing += 1;
            continue;
        };
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let name = if with_names {
            let name = path.file_name().unwrap_or_default();
            name.to_string_lossy().into_owned()
        } else {
            format!("file.{extension}")
        };
        counts.files += 1;
        let parsed = match parse(&bytes, &name, CURRENT_YEAR, &Given::default()) {
            Ok(parsed) => parsed,
            Err(error) => {
                println!("✗ {}: {error}", said("file"));
                continue;
            }
        };
        let proposal = parsed.proposal;
        let year = proposal.year.as_ref().map(|year| year.value.to_string());
        let year_right = year.as_deref() == Some(said("year").as_str());
        let title_right = same(&proposal.title.value, &said("title"));
        let funder = proposal.funder.as_ref().map(|funder| funder.value.as_str());
        counts.years += usize::from(year_right);
        counts.titles += usize::from(title_right);
        counts.with_funder += usize::from(funder.is_some());
        counts.funders += usize::from(funder.is_some_and(|funder| same(funder, &said("funder"))));
        println!(
            "{} {} {}\n    said:     {} | {}\n    proposed: {} ({:.2}, {})\n    year:     {:?}\n    funder:   {:?} / {}\n    amounts:  {:?} {:?}\n    type:     {:?}",
            mark(year_right),
            mark(title_right),
            said("file"),
            said("year"),
            said("title"),
            proposal.title.value,
            proposal.title.confidence,
            proposal.title.evidence,
            proposal.year.map(|y| (y.value, y.confidence, y.evidence)),
            proposal.funder.as_ref().map(|f| (&f.value, f.confidence)),
            said("funder"),
            proposal.requested.map(|a| (a.value, a.evidence)),
            proposal.awarded.map(|a| (a.value, a.evidence)),
            proposal
                .doc_type
                .map(|t| (t.value, t.confidence, t.evidence)),
        );
    }
    let share = |right: usize| 100.0 * right as f64 / counts.files.max(1) as f64;
    println!(
        "\n{} files ({missing} records without their file): years right {} ({:.0} %), titles right {} ({:.0} %), both {:.0} %; funders proposed {}, right {}",
        counts.files,
        counts.years,
        share(counts.years),
        counts.titles,
        share(counts.titles),
        share(counts.years + counts.titles) / 2.0,
        counts.with_funder,
        counts.funders,
    );
    Ok(())
}

fn mark(right: bool) -> char {
    if right { '✓' } else { '✗' }
}

fn same(proposed: &str, said: &str) -> bool {
    let (proposed, said) = (words(proposed), words(said));
    let smaller = proposed.len().min(said.len());
    let shared = proposed.intersection(&said).count();
    smaller >= 3 && shared as f64 >= SAME_TITLE_FROM * smaller as f64 || proposed == said
}

/// The words of a title. A hyphen before a blank is a line end's.
fn words(text: &str) -> BTreeSet<String> {
    text.replace("- ", "")
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}
