//! The order of passages is learned from what people chose, once a day by one process, and every
//! process takes it over where it surely helps.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use archivist_domain::PassageId;
use archivist_search::evaluate::Judged;
use archivist_search::{Learned, MIN_SEARCHES, Ranker, SearchRequest};
use archivist_store::judgements;
use archivist_store::search_order::{self, LearnedOrder, Turn};
use archivist_web::retrieve;
use chrono::TimeDelta;
use tokio::time::sleep;

use super::reindex::{SEED, aside};
use crate::site::Site;

/// How often is looked what was learned.
const LOOK: Duration = Duration::from_secs(30);

/// How often is learned, and how often is looked whether there is enough to learn from.
const LEARN: TimeDelta = TimeDelta::days(1);
const LOOK_FOR_ENOUGH: TimeDelta = TimeDelta::hours(1);

/// Learns and takes over, for ever.
pub(crate) async fn follow(site: Arc<Site>) -> Result<()> {
    loop {
        take_over(&site).await?;
        // Elsewhere passages are not here to learn from.
        if site.state.outside.is_none() && is_due(&site).await? {
            learn(&site).await?;
            take_over(&site).await?;
        }
        sleep(LOOK).await;
    }
}

/// Has what was learned put passages in order here.
pub(crate) async fn take_over(site: &Site) -> Result<()> {
    let learned = search_order::latest(&site.state.pool).await?;
    let weights = learned.filter(|learned| learned.is_on);
    let ranker = weights.and_then(|learned| Ranker::of_weights(&learned.weights?));
    if site.state.index.read().await.ranker() != ranker.as_ref() {
        site.state.index.write().await.set_ranker(ranker);
    }
    Ok(())
}

async fn is_due(site: &Site) -> Result<bool> {
    let Some(latest) = search_order::latest(&site.state.pool).await? else {
        return Ok(true);
    };
    let wait = if latest.weights.is_some() {
        LEARN
    } else {
        LOOK_FOR_ENOUGH
    };
    Ok(latest.learned_at + wait <= site.state.clock.now())
}

async fn learn(site: &Site) -> Result<()> {
    let Some(turn) = Turn::take(&site.database.options).await? else {
        return Ok(());
    };
    // Another process may have learned just before.
    if !is_due(site).await? {
        return Ok(());
    }
    let judged = judged(site).await?;
    let learned = if judged.len() < MIN_SEARCHES {
        Learned::from(Vec::new(), SEED)
    } else {
        learn_from(site, judged).await
    };
    let is_on = learned.helps();
    if learned.ranker.is_some() {
        tracing::info!(
            searches = learned.searches,
            gain = learned.gain.ndcg_at_10,
            is_on,
            "the order of passages was learned from what people chose"
        );
    } else {
        tracing::debug!(
            searches = learned.searches,
            "too little was chosen yet to learn an order from"
        );
    }
    turn.save(&LearnedOrder {
        weights: learned.ranker.map(|ranker| ranker.weights()),
        searches: i32::try_from(learned.searches)?,
        gain: learned.gain.ndcg_at_10,
        gain_low: learned.interval.low.ndcg_at_10,
        gain_high: learned.interval.high.ndcg_at_10,
        is_on,
        learned_at: site.state.clock.now(),
    })
    .await?;
    Ok(())
}

/// Learns from judged searches, and finds out whether it helps.
pub(crate) async fn learn_from(site: &Site, judged: Vec<Judged>) -> Learned {
    let (index, year) = (site.state.index.clone(), site.state.clock.year());
    aside(move || {
        // One at a time, so that nobody waits for long.
        let lesson = |judged: &Judged| index.blocking_read().lesson(judged, year);
        Learned::from(judged.iter().map(lesson).collect(), SEED)
    })
    .await
}

/// What people have said of the library's passages, by search. Pins are left where the search
/// puts them, or each would find itself.
pub(crate) async fn judged(site: &Site) -> Result<Vec<Judged>> {
    let mut by_query: BTreeMap<String, HashMap<PassageId, u32>> = BTreeMap::new();
    for said in judgements::all(&site.state.pool).await? {
        let grades = by_query.entry(said.query).or_default();
        grades.insert(said.passage_id, u32::try_from(said.grade)?);
    }
    let mut requests: Vec<SearchRequest> = by_query.keys().map(|query| asked(query)).collect();
    retrieve::read(&site.state, &mut requests).await;
    let judged = requests.into_iter().zip(by_query.into_values());
    let judged = judged.filter(|(request, _)| !request.lists_all());
    let judged = judged.map(|(request, grades)| Judged { request, grades });
    Ok(judged.collect())
}

/// As it would be typed; a question that cannot be is taken word for word.
fn asked(query: &str) -> SearchRequest {
    retrieve::typed(query).unwrap_or_else(|_| SearchRequest::new(query))
}
