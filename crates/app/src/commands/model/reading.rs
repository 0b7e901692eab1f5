//! What models have read of the archive: told, and done.

use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use archivist_store::embeddings::{self, Model, ModelName};
use archivist_web::models::{Voice, cost};
use archivist_web::retrieve;
use indicatif::ProgressBar;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::commands::{counted_bar, print_json};
use crate::config::PlaceArgs;
use crate::models;
use crate::site::{Site, open_existing};
use crate::work::reindex;
use crate::work::vectors::Reader;

/// How often is looked how far another process has come.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells which models have read how much.
pub(super) async fn status(place: &PlaceArgs, as_json: bool) -> Result<()> {
    let site = open_existing(place).await?;
    let told = tell(&site, as_json).await;
    site.close().await?;
    told
}

async fn tell(site: &Site, as_json: bool) -> Result<()> {
    let models = embeddings::models(&site.state.pool).await?;
    let (read, passages) = embeddings::counts(&site.state.pool).await?;
    let read = |model: &Model| read.get(&model.model_id).copied().unwrap_or_default();
    if as_json {
        let models = models.iter().map(|model| described(model, read(model)));
        print_json(&json!({ "passages": passages, "models": models.collect::<Vec<_>>() }));
    } else if models.is_empty() {
        say!("No model has read here. Name one with --embeddings when the server is started.");
    } else {
        for model in &models {
            say!("{}", line(model, read(model), passages));
        }
    }
    Ok(())
}

fn described(model: &Model, read: i64) -> Value {
    let ModelName {
        provider,
        model: name,
        variant,
        dims,
    } = &model.name;
    json!({
        "provider": provider,
        "model": name,
        "variant": variant,
        "dims": dims,
        "read": read,
        "tokens": model.tokens,
        "cost_usd": cost(provider, name, model.tokens),
        "complete_since": model.completed_at,
    })
}

fn line(model: &Model, read: i64, passages: i64) -> String {
    let ModelName {
        provider,
        model: name,
        variant,
        ..
    } = &model.name;
    let cost = cost(provider, name, model.tokens);
    let cost = cost
        .map(|usd| format!(", about ${usd:.2}"))
        .unwrap_or_default();
    format!(
        "{provider} {name} ({variant}): {read} of {passages} passages, {} tokens{cost}",
        model.tokens
    )
}

/// Has the wanted model read what it has not read yet.
pub(super) async fn read(place: &PlaceArgs, as_json: bool) -> Result<()> {
    let site = open_existing(place).await?;
    let done = read_all(&site, as_json).await;
    site.close().await?;
    let (voice, coverage) = done?;
    if as_json {
        let told = json!({
            "model": &*voice.identity, "read": coverage.read, "passages": coverage.passages,
        });
        print_json(&told);
    } else {
        say!(
            "{} of {} passages are read.",
            coverage.read,
            coverage.passages
        );
    }
    Ok(())
}

async fn read_all(site: &Site, quiet: bool) -> Result<(Voice, archivist_search::Coverage)> {
    if site.wanted.is_none() {
        bail!(
            "name the model that is to read with --embeddings, for instance --embeddings \
             local:NAME; `archivist model list` tells which are installed"
        );
    }
    models::open(site, models::all_threads()).await??;
    reindex::catch_up(site).await?;
    let voice = site.state.models.voices().wanted;
    let voice = voice.ok_or_else(|| anyhow!("the model has gone meanwhile: try again"))?;
    let all = retrieve::coverage(&site.state, &voice).await?.passages;
    let progress = counted_bar(all, quiet);
    let mut reader = None;
    while !has_read_all(site, &voice, reader.as_ref()).await? {
        show(site, &voice, &progress).await?;
        if reader.is_none() {
            reader = Reader::begin(site, voice.clone()).await?;
        }
        let Some(reader) = &mut reader else {
            // A server reads.
            if site.state.outside.is_none() {
                reindex::take_changes(site).await?;
            }
            sleep(PAUSE).await;
            continue;
        };
        if reader.step().await?.is_some()
            && let Some(trouble) = site.state.models.trouble()
        {
            bail!("{}", trouble.message);
        }
    }
    if reader.is_none() {
        reader = Reader::begin(site, voice.clone()).await?;
    }
    if let Some(reader) = &mut reader {
        // Notes that everything is read.
        reader.step().await?;
    }
    progress.finish_and_clear();
    let coverage = retrieve::coverage(&site.state, &voice).await?;
    Ok((voice, coverage))
}

/// Whether nothing is left to be read.
async fn has_read_all(site: &Site, voice: &Voice, reader: Option<&Reader<'_>>) -> Result<bool> {
    if site.state.outside.is_none() {
        let index = site.state.index.read().await;
        return Ok(index.unread(&voice.identity, 1).is_empty());
    }
    if let Some(reader) = reader {
        return Ok(reader.is_complete());
    }
    let coverage = retrieve::coverage(&site.state, voice).await?;
    Ok(coverage.read >= coverage.passages)
}

async fn show(site: &Site, voice: &Voice, progress: &ProgressBar) -> Result<()> {
    let coverage = retrieve::coverage(&site.state, voice).await?;
    progress.set_position(coverage.read as u64);
    Ok(())
}
