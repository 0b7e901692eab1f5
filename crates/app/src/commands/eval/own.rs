//! `archivist eval --own`: the search of this site, by what its people pinned and cited.

use anyhow::{Result, ensure};
use archivist_search::SearchRequest;
use archivist_search::evaluate::of_archive;

use super::{MODES, Report, plain, with_signals};
use crate::config::PlaceArgs;
use crate::site::{Site, open_existing};
use crate::work::{order, reindex};

/// Measures every mode on the site's library.
pub(super) async fn measure(place: &PlaceArgs, seed: u64) -> Result<Report> {
    let site = open_existing(place).await?;
    let report = measured(&site, seed).await;
    site.close().await?;
    report
}

async fn measured(site: &Site, seed: u64) -> Result<Report> {
    ensure!(
        site.state.outside.is_none(),
        "the search is measured in memory alone: leave out --search-engine \
         (ARCHIVIST_SEARCH_ENGINE) for this, where the memory of this machine allows"
    );
    reindex::catch_up(site).await?;
    let judged = order::judged(site).await?;
    ensure!(
        !judged.is_empty(),
        "nobody has said yet what answers: pin passages to searches (Pin, beside a hit), or keep \
         outputs that cite their sources"
    );
    let learned = order::learn_from(site, judged.clone()).await;
    let year = site.state.clock.year();
    let index = site.state.index.read().await;
    let evaluate = |how: &SearchRequest| {
        let asking = |asked: &SearchRequest| SearchRequest {
            text: asked.text.clone(),
            vector: asked.vector.clone(),
            phrases: asked.phrases.clone(),
            unwanted: asked.unwanted.clone(),
            conditions: asked.conditions.clone(),
            ..how.clone()
        };
        of_archive(&index, &judged, asking, year)
    };
    let modes = MODES.map(|(name, mode)| (name, evaluate(&plain(mode))));
    let signals = with_signals(true, true).into_iter();
    let signals = signals.map(|(name, how)| (name, evaluate(&how)));
    Ok(Report {
        documents: index.document_count(),
        trust: super::trust(&index),
        modes: modes.into(),
        signals: signals.collect(),
        learned: Some(learned),
        seed,
    })
}
