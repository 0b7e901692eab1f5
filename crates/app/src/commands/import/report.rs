//! What became of the files, for people and for programs.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use archivist_web::intake::Receipt;
use archivist_web::review::Proposed;
use serde_json::{Value, json};

/// What became of one file.
pub(super) struct Report {
    pub(super) file: PathBuf,
    pub(super) result: Result<Receipt>,
}

/// A failure of ours is an error; a file that cannot be read is one only where
/// no other could be either.
pub(super) fn exit_code(reports: &[Report]) -> ExitCode {
    let broken = |r: &Report| matches!(&r.result, Err(_) | Ok(Receipt::Broken { .. }));
    let in_library = |r: &Report| {
        matches!(
            &r.result,
            Ok(Receipt::Added { .. } | Receipt::Unpacked { .. } | Receipt::Duplicate { .. })
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
        Ok(
            Receipt::Refused { reason } | Receipt::Locked { reason } | Receipt::Broken { reason },
        ) => Some(reason.clone()),
        Err(error) => Some(format!("{error:#}")),
        Ok(_) => None,
    }
}

fn failed(reports: &[Report]) -> usize {
    reports.iter().filter(|it| reason(it).is_some()).count()
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

/// What a person has to know about a file.
fn print_trouble(report: &Report) {
    if let Some(reason) = reason(report) {
        say!("not taken in: {}\n  {reason}", report.file.display());
    } else if let Ok(Receipt::Added {
        doc_id,
        notes,
        similar,
        ..
    }) = &report.result
    {
        let file = report.file.display();
        for note in notes {
            say!("note: {file}: {note}");
        }
        for other in similar {
            say!("note: {file}: {}", other.in_words());
        }
        if !similar.is_empty() {
            say!("  If one is a newer version of the other, say so at /library/{doc_id}");
        }
    }
}

/// What was found in a document and nobody has said: taken until somebody says something
/// else, or waiting for a person's word.
fn print_proposals(report: &Report) {
    let Ok(Receipt::Added { proposals, .. }) = &report.result else {
        return;
    };
    if proposals.is_empty() {
        return;
    }
    say!("proposed: {}", report.file.display());
    for proposal in proposals {
        say!("  {}", in_words(proposal));
    }
}

/// `year: 2024 (sure, taken; page 1: "date: March 2024")`
fn in_words(proposal: &Proposed) -> String {
    let page = proposal.page.map(|page| format!("page {page}: "));
    format!(
        "{}: {} ({}{}; {}\"{}\")",
        proposal.field.in_words().to_lowercase(),
        proposal.value,
        proposal.sureness,
        if proposal.taken { ", taken" } else { "" },
        page.unwrap_or_default(),
        proposal.evidence,
    )
}

/// What became of a file that has just come in.
pub(super) fn print_one(report: &Report, as_json: bool) {
    if as_json {
        say!("{}", value(report));
        return;
    }
    match &report.result {
        Ok(Receipt::Added { passages, .. }) => {
            let s = if *passages == 1 { "" } else { "s" };
            say!("added: {} ({passages} passage{s})", report.file.display());
        }
        Ok(Receipt::Unpacked { members }) => {
            say!("unpacked: {} ({members} in it)", report.file.display());
        }
        Ok(Receipt::Duplicate { .. }) => {
            say!("already in the library: {}", report.file.display());
        }
        _ => {}
    }
    print_trouble(report);
    print_proposals(report);
}

pub(super) fn print_summary(reports: &[Report]) {
    let (added, passages, known) = counts(reports);
    reports.iter().for_each(print_trouble);
    reports.iter().for_each(print_proposals);
    let failed = failed(reports);
    say!(
        "\n{added} documents added ({passages} passages), {known} already in the library, {failed} not taken in."
    );
}

pub(super) fn as_json(reports: &[Report]) -> Value {
    let (added, passages, known) = counts(reports);
    let files: Vec<_> = reports.iter().map(value).collect();
    json!({
        "added": added, "passages": passages, "already_known": known,
        "not_taken_in": failed(reports), "files": files,
    })
}

fn value(report: &Report) -> Value {
    match &report.result {
        Ok(receipt) => json!({ "file": report.file, "receipt": receipt }),
        Err(error) => json!({ "file": report.file, "error": format!("{error:#}") }),
    }
}
