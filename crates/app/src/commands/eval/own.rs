//! `archivist eval --own`: the search of this site, by what its people pinned and cited.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Result, ensure};
use archivist_domain::PassageId;
use archivist_search::SearchRequest;
use archivist_search::evaluate::{Judged, of_archive};
use archivist_store::judgements;
use archivist_web::retrieve;

use super::{MODES, Report, plain};
use crate::config::PlaceArgs;
use crate::site::{Site, open_existing};
use crate::work::reindex;

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
    let judged = judged(site).await?;
    ensure!(
        !judged.is_empty(),
        "nobody has said yet what answers: pin passages to searches (Pin, beside a hit), or keep \
         outputs that cite their sources"
    );
    let year = site.state.clock.year();
    let index = site.state.index.read().await;
    let modes = MODES.map(|(name, mode)| {
        let how = |asked: &SearchRequest| SearchRequest {
            text: asked.text.clone(),
            vector: asked.vector.clone(),
            phrases: asked.phrases.clone(),
            conditions: asked.conditions.clone(),
            ..plain(mode)
        };
        (name, of_archive(&index, &judged, how, year))
    });
    let usual = of_archive(&index, &judged, Clone::clone, year);
    Ok(Report {
        documents: index.document_count(),
        is_trained: super::is_trained(&index),
        modes: modes.into(),
        signals: vec![("all", usual)],
        seed,
    })
}

/// What people have said, by search. Pins are left where the search puts them, or each would
/// find itself.
async fn judged(site: &Site) -> Result<Vec<Judged>> {
    let mut by_query: BTreeMap<String, HashMap<PassageId, u32>> = BTreeMap::new();
    for said in judgements::all(&site.state.pool).await? {
        let grades = by_query.entry(said.query).or_default();
        grades.insert(said.passage_id, u32::try_from(said.grade)?);
    }
    let mut requests: Vec<SearchRequest> = by_query.keys().map(|query| asked(query)).collect();
    retrieve::read(&site.state, &mut requests).await;
    let judged = requests.into_iter().zip(by_query.into_values());
    let judged = judged.map(|(request, grades)| Judged { request, grades });
    Ok(judged.collect())
}

/// As it would be typed; a question that cannot be is taken word for word.
fn asked(query: &str) -> SearchRequest {
    retrieve::typed(query).unwrap_or_else(|_| SearchRequest::new(query))
}
