//! Personal data that was found, as it is stored and told.

use archivist_ingest::sensitive::Finding;
use archivist_store::holds;
use serde_json::Value;

/// As the database keeps it.
pub(super) fn to_store(findings: &[Finding]) -> Vec<holds::Finding> {
    let signed = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    findings
        .iter()
        .map(|finding| holds::Finding {
            kind: match serde_json::to_value(finding.kind) {
                Ok(Value::String(kind)) => kind,
                _ => finding.kind.name().to_owned(),
            },
            passage: i32::try_from(finding.passage).unwrap_or(i32::MAX),
            page: finding.page.and_then(|page| i32::try_from(page).ok()),
            starts: signed(finding.range.start),
            ends: signed(finding.range.end),
            masked: finding.masked.clone(),
            confidence: finding.confidence,
        })
        .collect()
}

/// What is told to whoever puts the document in; nothing where nothing was found.
pub(super) fn note(findings: &[Finding]) -> Option<String> {
    let first = findings.first()?;
    let page = first.page.map(|page| format!(" on page {page}"));
    let others = match findings.len() {
        1 => String::new(),
        more => format!(" and {} more", more - 1),
    };
    Some(format!(
        "Held until an editor has decided: it may hold personal data ({} {}{}{others}).",
        first.kind.name(),
        first.masked,
        page.unwrap_or_default(),
    ))
}
