//! `archivist-bench sensitive`: which files of a folder would be held for personal data,
//! and for what.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use archivist_ingest::{Given, parse};

use crate::CURRENT_YEAR;
use crate::extract::files_below;

/// Reads every file below `folder` in this process, and prints what is found.
pub(crate) fn survey(folder: &Path) -> Result<()> {
    let (mut read, mut held) = (0, 0);
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    for path in files_below(folder)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(&path)?;
        let Ok(parsed) = parse(&bytes, &name, CURRENT_YEAR, &Given::default()) else {
            continue;
        };
        read += 1;
        held += usize::from(!parsed.findings.is_empty());
        for finding in &parsed.findings {
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
