//! `archivist draft`.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Result, bail};
use archivist_draft::{Chunk, DraftRequest, Review, Source, review};
use archivist_web::defaults::Defaults;
use archivist_web::drafting::{Retrieval, find_sources};
use futures_util::StreamExt;
use serde_json::{Value, json};

use super::{filters, print_json};
use crate::config::{DraftArgs, PlaceArgs};
use crate::site::{Site, open_existing};
use crate::work::reindex;

/// The shortest request, in characters: as the API's.
const MIN_QUERY_CHARS: usize = 10;

/// Composes a section and prints it with its sources.
pub(crate) async fn draft(place: &PlaceArgs, args: DraftArgs) -> Result<ExitCode> {
    if args.query.trim().chars().count() < MIN_QUERY_CHARS {
        bail!("say in at least {MIN_QUERY_CHARS} characters what the section should be about");
    }
    let site = open_existing(place).await?;
    let written = write(&site, &args).await;
    let disclosure = site.state.provider.disclosure().to_owned();
    site.close().await?;
    let (text, sources, review) = written?;
    if args.json {
        print_json(&as_json(&text, &sources, &review, &disclosure));
    } else {
        print_draft(&text, &sources, &review, &disclosure);
    }
    Ok(ExitCode::SUCCESS)
}

async fn write(site: &Site, args: &DraftArgs) -> Result<(String, Arc<[Source]>, Review)> {
    reindex::catch_up(site).await?;
    let defaults = Defaults::read(&site.state.pool).await?;
    let request = request(args, &defaults);
    let retrieval = Retrieval {
        max_sources: usize::from(args.max_sources),
        recency_weight: defaults.recency_weight,
        filters: filters(args.filters.clone()),
    };
    let sources = find_sources(&site.state, &request, &retrieval).await?;
    let mut stream = site.state.provider.stream(request.clone(), sources.clone());
    let mut text = String::new();
    while let Some(chunk) = stream.next().await {
        if let Chunk::Text(part) = chunk? {
            text.push_str(&part);
        }
    }
    let review = review(&request, &sources, &text);
    Ok((text, sources, review))
}

fn request(args: &DraftArgs, defaults: &Defaults) -> DraftRequest {
    DraftRequest {
        query: args.query.clone(),
        audience: args.audience,
        section: args.section,
        tone: args.tone.clone(),
        custom_instructions: None,
        include_citations: true,
        max_words: usize::from(args.max_words),
        temperature: defaults.temperature,
        max_tokens: defaults.max_tokens,
        organization: None,
    }
}

fn as_json(text: &str, sources: &[Source], review: &Review, disclosure: &str) -> Value {
    let sources: Vec<_> = sources
        .iter()
        .map(|s| json!({
            "number": s.number, "passage_id": s.passage, "doc_id": s.document, "title": s.title,
            "filename": s.filename, "year": s.year, "page": s.page, "heading": s.heading, "text": s.text,
        }))
        .collect();
    let claims: Vec<_> = review
        .claims
        .iter()
        .map(|c| json!({
            "text": c.text, "markers": c.markers, "verdict": format!("{:?}", c.verdict).to_lowercase(), "missing": c.missing,
        }))
        .collect();
    json!({
        "text": text, "words": review.words, "confidence": review.confidence, "sources": sources, "claims": claims,
        "missing_elements": review.missing_elements, "quality_issues": review.quality_issues, "disclosure": disclosure,
    })
}

fn print_draft(text: &str, sources: &[Source], review: &Review, disclosure: &str) {
    say!("{text}\n");
    say!("Sources");
    for source in sources {
        let cited = review
            .claims
            .iter()
            .any(|claim| claim.markers.contains(&source.number));
        if cited {
            let year = source
                .year
                .map(|year| format!(", {year}"))
                .unwrap_or_default();
            let page = source
                .page
                .map(|page| format!(", page {page}"))
                .unwrap_or_default();
            say!("  [{}] {}{year}{page}", source.number, source.title);
        }
    }
    if !review.missing_elements.is_empty() {
        say!(
            "\nNo source was found for: {}.",
            review.missing_elements.join(", ")
        );
    }
    for issue in &review.quality_issues {
        say!("Note: {issue}");
    }
    say!("\n{} words. {disclosure}", review.words);
}
