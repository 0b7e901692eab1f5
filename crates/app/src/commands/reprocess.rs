//! `archivist reprocess`: the stored files, read again.

use std::process::ExitCode;

use anyhow::{Result, bail};
use archivist_domain::DocumentId;
use archivist_store::documents::{self, Document, DocumentFilter};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use super::print_json;
use crate::config::{PlaceArgs, ReprocessArgs};
use crate::site::{READERS, Site, open_existing};
use crate::work::reprocess::{self, Changes, Outcome, Place};
use crate::work::{fingerprints, reindex};

/// Words of a passage that are shown.
const SHOWN_WORDS: usize = 12;

/// What became of one document.
struct Report {
    document: Document,
    result: Result<Outcome>,
}

/// Reads documents again and tells what changed about each.
pub(crate) async fn reprocess(place: &PlaceArgs, args: ReprocessArgs) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let reports = reprocess_all(&site, &args).await;
    site.close().await?;
    let reports = reports?;
    if args.json {
        print_json(&as_json(&reports, args.dry_run));
    } else {
        print_reports(&reports, args.dry_run);
    }
    let failed = reports.iter().any(|report| report.result.is_err());
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn reprocess_all(site: &Site, args: &ReprocessArgs) -> Result<Vec<Report>> {
    let documents = chosen(site, &args.docs).await?;
    let dry_run = args.dry_run;
    let reports = stream::iter(documents)
        .map(|document| async move {
            let result = reprocess::reprocess(site, &document, dry_run).await;
            Report { document, result }
        })
        .buffered(READERS)
        .collect()
        .await;
    if dry_run {
        return Ok(reports);
    }
    fingerprints::catch_up(site).await?;
    if let Err(error) = reindex::catch_up(site).await {
        eprintln!(
            "note: the search index could not be brought up to date, the next start does it: {error:#}"
        );
    }
    Ok(reports)
}

/// The documents that were named, or all.
async fn chosen(site: &Site, ids: &[DocumentId]) -> Result<Vec<Document>> {
    let pool = &site.state.pool;
    if ids.is_empty() {
        let all = documents::list(pool, &DocumentFilter::default(), 0, i64::MAX).await?;
        return Ok(all.rows);
    }
    let found = documents::by_ids(pool, ids).await?;
    let missing = ids
        .iter()
        .find(|id| found.iter().all(|document| document.doc_id != **id));
    match missing {
        Some(id) => bail!("there is no document {id}"),
        None => Ok(found),
    }
}

fn print_reports(reports: &[Report], dry_run: bool) {
    let (mut other, mut same, mut skipped) = (0, 0, 0);
    for report in reports {
        let name = report.document.display_title();
        match &report.result {
            Ok(Outcome::Unchanged { held, .. }) => {
                same += 1;
                print_held(name, *held);
            }
            Ok(Outcome::Changed(changes)) => {
                other += 1;
                say!("{name}\n  {}", summary(changes));
                print_changes(changes);
                print_held(name, changes.held);
            }
            Ok(Outcome::Skipped { reason }) => {
                skipped += 1;
                say!("left as it is: {name}\n  {reason}");
            }
            Err(error) => {
                skipped += 1;
                say!("left as it is: {name}\n  {error:#}");
            }
        }
    }
    let would = if dry_run { "would change" } else { "changed" };
    say!("\n{other} documents {would}, {same} stay the same, {skipped} were left as they are.");
}

/// What editors have to look at.
fn print_held(name: &str, held: bool) {
    if held {
        say!(
            "held until an editor has decided: {name}\n  it may hold personal data that was not found before"
        );
    }
}

fn summary(changes: &Changes) -> String {
    let counts = changes.counts;
    format!(
        "{} passages kept, {} changed, {} added, {} removed",
        counts.kept, counts.changed, counts.added, counts.removed
    )
}

fn print_changes(changes: &Changes) {
    for change in &changes.changed {
        let cited = if change.cited {
            " (its citations follow)"
        } else {
            ""
        };
        say!("  ~ {}{cited}", shown(&change.after));
    }
    for place in &changes.added {
        say!("  + {}", shown(place));
    }
    for lost in &changes.removed {
        let cited = if lost.cited {
            " (cited: the excerpt is kept)"
        } else {
            ""
        };
        say!("  - {}{cited}", shown(&lost.passage));
    }
}

/// `p. 3: First words of the passage …`
fn shown(place: &Place) -> String {
    let page = place.page.map(|page| format!("p. {page}: "));
    format!("{}{}", page.unwrap_or_default(), opening(&place.text))
}

fn opening(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.len() <= SHOWN_WORDS {
        return words.join(" ");
    }
    format!("{} …", words[..SHOWN_WORDS].join(" "))
}

fn as_json(reports: &[Report], dry_run: bool) -> Value {
    let documents: Vec<Value> = reports.iter().map(report_as_json).collect();
    json!({ "dry_run": dry_run, "documents": documents })
}

fn report_as_json(report: &Report) -> Value {
    let mut told = match &report.result {
        Ok(Outcome::Unchanged { passages, held }) => {
            json!({ "outcome": "unchanged", "kept": passages, "held": held })
        }
        Ok(Outcome::Changed(changes)) => changes_as_json(changes),
        Ok(Outcome::Skipped { reason }) => json!({ "outcome": "skipped", "reason": reason }),
        Err(error) => json!({ "outcome": "failed", "reason": format!("{error:#}") }),
    };
    told["doc_id"] = json!(report.document.doc_id);
    told["filename"] = json!(report.document.filename);
    told
}

fn changes_as_json(told: &Changes) -> Value {
    let place = |place: &Place| json!({ "passage_id": place.id, "page": place.page, "opening": opening(&place.text) });
    let changed: Vec<Value> = told
        .changed
        .iter()
        .map(|change| {
            json!({
                "before": place(&change.before), "after": place(&change.after), "cited": change.cited,
            })
        })
        .collect();
    let removed: Vec<Value> = told
        .removed
        .iter()
        .map(|lost| json!({ "passage": place(&lost.passage), "cited": lost.cited }))
        .collect();
    json!({
        "outcome": "changed", "kept": told.counts.kept, "changed": changed,
        "added": told.added.iter().map(place).collect::<Vec<_>>(), "removed": removed,
        "held": told.held,
    })
}
