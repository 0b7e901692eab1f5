//! Tells which files below a folder have much in common: for choosing from how much on
//! two documents are called near duplicates.
//!
//! ```text
//! cargo run --release -p archivist-ingest --example near_duplicates -- DIR [LEAST_PERCENT]
//! ```
//!
//! Every pair is measured on its runs of words; beside the share stand the parts of the
//! one that is in the other, the estimate of the fingerprints, and whether an index over
//! their bands would find the pair.

use std::collections::HashSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use archivist_ingest::fingerprint::{Fingerprint, Overlap, Shingles};
use archivist_ingest::{Given, parse};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let least = |text: String| text.parse::<f32>().ok();
    let (folder, least) = (arguments.next(), arguments.next().map_or(Some(30.0), least));
    let (Some(folder), Some(least)) = (folder, least) else {
        eprintln!("usage: near_duplicates DIR [LEAST_PERCENT]");
        return ExitCode::FAILURE;
    };
    match survey(Path::new(&folder), least / 100.0) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A file that was read.
struct Read {
    name: String,
    shingles: Shingles,
    print: Fingerprint,
    bands: HashSet<i64>,
}

fn survey(folder: &Path, least: f32) -> Result<(), Box<dyn Error>> {
    let (mut read, mut spent, mut candidates) = (Vec::new(), Duration::ZERO, 0);
    for path in files_below(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Ok(parsed) = parse(&fs::read(&path)?, &name, 2026, &Given::default()) else {
            continue;
        };
        let begun = Instant::now();
        let shingles = Shingles::of(parsed.passages.iter().map(|passage| passage.text.as_str()));
        let print = shingles.fingerprint();
        spent += begun.elapsed();
        read.push(Read {
            name: path.strip_prefix(folder)?.display().to_string(),
            bands: print.bands().into_iter().collect(),
            shingles,
            print,
        });
    }
    let mut pairs: Vec<(Overlap, &Read, &Read)> = Vec::new();
    for (at, first) in read.iter().enumerate() {
        for second in &read[at + 1..] {
            candidates += usize::from(!first.bands.is_disjoint(&second.bands));
            let overlap = first.shingles.overlap(&second.shingles);
            if overlap.both >= least || overlap.first_in_second.max(overlap.second_in_first) >= 0.7
            {
                pairs.push((overlap, first, second));
            }
        }
    }
    pairs.sort_by(|a, b| b.0.both.total_cmp(&a.0.both));
    for (overlap, first, second) in &pairs {
        let percent = |share: f32| share * 100.0;
        println!(
            "{:5.1} % ({:5.1} % of {}, {:5.1} % of {})  estimate {:5.1} %  {}\n    {}\n    {}",
            percent(overlap.both),
            percent(overlap.first_in_second),
            first.shingles.count(),
            percent(overlap.second_in_first),
            second.shingles.count(),
            percent(first.print.estimate(&second.print)),
            if first.bands.is_disjoint(&second.bands) {
                "not found"
            } else {
                "found"
            },
            first.name,
            second.name
        );
    }
    println!(
        "{} files, {} pairs shown, {candidates} pairs with a band in common, {:.1} ms a file for its fingerprint",
        read.len(),
        pairs.len(),
        spent.as_secs_f64() * 1000.0 / read.len().max(1) as f64
    );
    Ok(())
}

fn files_below(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
