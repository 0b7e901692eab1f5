//! `archivist search`.

use std::process::ExitCode;

use anyhow::{Result, anyhow, bail};
use archivist_search::SearchRequest;
use archivist_web::retrieve::{self, Findings, Found};
use serde_json::{Value, json};

use super::{filters, print_json};
use crate::config::{PlaceArgs, SearchArgs};
use crate::site::{Site, open_existing};
use crate::work::reindex;

/// Searches and prints what was found.
pub(crate) async fn search(place: &PlaceArgs, args: SearchArgs) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let found = find(&site, &args).await;
    let documents = site.document_count().await;
    site.close().await?;
    let Findings {
        found,
        did_you_mean,
        hints,
        ..
    } = found?;
    let documents = documents?;
    for hint in hints.iter().filter(|_| !args.json) {
        say!("Note: {hint}.");
    }
    if args.json {
        print_json(&Value::Array(
            found.iter().map(|hit| as_json(hit, args.explain)).collect(),
        ));
    } else if documents == 0 {
        say!("The library is empty: add documents with `archivist import DIR` or in the browser.");
    } else if found.is_empty() {
        say!("Nothing found in {documents} documents. Try other words, or fewer restrictions.");
    } else {
        if let Some(meant) = did_you_mean {
            say!("Did you mean: {meant}");
        }
        for (i, hit) in found.iter().enumerate() {
            print_hit(i + 1, hit, args.explain);
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn find(site: &Site, args: &SearchArgs) -> Result<Findings> {
    if args.query.trim().is_empty() && args.like.is_empty() {
        bail!("say what to look for");
    }
    reindex::catch_up(site).await?;
    let like = retrieve::places(&site.state, &args.like).await?;
    if like.len() < args.like.len() {
        bail!(
            "there is no such passage in the library: use a passage_id of `archivist search --json`"
        );
    }
    let typed = retrieve::typed(&args.query).map_err(|problem| anyhow!(problem.msg))?;
    let without = if typed.text.is_empty() {
        like.clone()
    } else {
        Vec::new()
    };
    let request = SearchRequest {
        pinned: retrieve::pinned(&site.state, &args.query).await?,
        like,
        without,
        order: args.sort,
        recency_weight: retrieve::recency_weight(&site.state, None).await?,
        filters: filters(args.filters.clone()),
        limit: usize::from(args.limit),
        ..typed
    };
    Ok(retrieve::find(&site.state, request).await?)
}

fn as_json(found: &Found, explains: bool) -> Value {
    let Found {
        hit,
        passage,
        document,
        ..
    } = found;
    let mut told = json!({
        "doc_id": document.doc_id,
        "passage_id": passage.passage_id,
        "title": document.display_title(),
        "filename": document.filename,
        "superseded_by": document.superseded_by(),
        "doc_type": document.doc_type,
        "year": document.year,
        "page": passage.page_first,
        "heading": passage.heading,
        "text": passage.content,
        "score": hit.score,
        "matched": hit.matched,
        "reasons": hit.reasons,
    });
    if explains {
        let figures = found.figures().map(|f| (f.name.to_owned(), json!(f.value)));
        told["numbers"] = Value::Object(figures.into_iter().collect());
    }
    told
}

fn print_hit(number: usize, found: &Found, explains: bool) {
    let Found {
        hit,
        passage,
        document,
        ..
    } = found;
    let year = document
        .year
        .map(|year| format!(", {year}"))
        .unwrap_or_default();
    let page = passage
        .page_first
        .map(|page| format!(", page {page}"))
        .unwrap_or_default();
    let older = document.superseded_by().map(|_| ", superseded");
    let older = older.unwrap_or_default();
    say!(
        "{number}. {}{year}{page}{older}   [{:.2}]",
        document.display_title(),
        hit.score
    );
    if let Some(heading) = &passage.heading {
        say!("   {heading}");
    }
    say!("   {}", excerpt(found));
    say!("   {}", hit.reasons.join("; "));
    if explains {
        let figures = found.figures().map(|figure| figure.to_string());
        say!("   {}", figures.join(", "));
    }
    say!("");
}

/// About 300 characters around the first matched word.
fn excerpt(found: &Found) -> String {
    let text = &found.passage.content;
    let first = found.hit.marks.first().map_or(0, |mark| mark.start);
    let start = text.floor_char_boundary(first.saturating_sub(100));
    let shown: String = text[start..].chars().take(300).collect();
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    let more = if text.len() > start + shown.len() {
        "…"
    } else {
        ""
    };
    format!("{}{shown}{more}", if start > 0 { "…" } else { "" })
}
