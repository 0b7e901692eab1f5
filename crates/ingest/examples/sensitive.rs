//! Tells which files below a folder would be held for personal data, and for what: for
//! trying a change of the rules on real files.
//!
//! ```text
//! cargo run --release -p archivist-ingest --example sensitive -- DIR
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use archivist_ingest::sensitive::findings;
use archivist_ingest::{Given, parse};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("usage: sensitive DIR");
        return ExitCode::FAILURE;
    };
    match survey(Path::new(&folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn survey(folder: &Path) -> Result<(), Box<dyn Error>> {
    let (mut read, mut held) = (0, 0);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files_below(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Ok(parsed) = parse(&fs::read(&path)?, &name, 2026, &Given::default()) else {
            continue;
        };
        read += 1;
        let found = findings(&parsed.passages);
        held += usize::from(!found.is_empty());
        for finding in &found {
            *kinds.entry(finding.kind.name()).or_default() += 1;
            println!(
                "{}: {} {} (page {:?}, {:.2})",
                path.display(),
                finding.kind.name(),
                finding.masked,
                finding.page,
                finding.confidence
            );
        }
    }
    println!("{read} files read, {held} would be held: {kinds:?}");
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
