//! A search engine outside of the process follows the database.
//!
//! One process at a time fills it for all, the one that has the turn; the others look which
//! generation answers. When a tenth of the passages has changed since the library was surveyed,
//! it is surveyed anew, and another generation is filled while the one before it answers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use archivist_domain::{DocumentId, GenerationId};
use archivist_engine::EngineError;
use archivist_search::{Entry, Survey, Surveyor};
use archivist_store::changes;
use archivist_store::generations::{self, Generation, Turn};
use archivist_web::outside::Outside;
use archivist_web::record;
use tokio::sync::MutexGuard;
use tokio::time::{Instant, sleep, timeout};

use super::reindex::{self, BATCH, POLL, SEED, aside};
use crate::site::Site;

/// How often another process's turn is asked for.
const ASK_FOR_TURN: Duration = Duration::from_secs(2);

/// The library is surveyed anew when one passage in this many has changed.
const SURVEY_SHARE: i64 = 10;

/// How long a command waits for another process to fill the engine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The turn to fill the engine, as far as this process knows.
#[derive(Debug, Default)]
pub(crate) struct MyTurn {
    turn: Option<Turn>,
    asked: Option<Instant>,
}

/// The engine of a site that has one.
fn outside(site: &Site) -> Result<&Outside> {
    let outside = site.state.outside.as_deref();
    outside.context("this site keeps its passages in memory")
}

/// Follows for ever; returns only with an error.
pub(crate) async fn follow(site: Arc<Site>) -> Result<()> {
    let mut listener = changes::listen(&site.state.pool).await?;
    loop {
        step(&site).await?;
        // Ending without a notification is the normal case.
        let _ = timeout(POLL, listener.recv()).await;
    }
}

/// Has the library surveyed and another generation filled whenever that is due, for ever, beside
/// the one who follows.
pub(crate) async fn keep(site: Arc<Site>) -> Result<()> {
    loop {
        reindex::rest(&site).await;
        renew_if_due(&site).await?;
    }
}

/// Brings the engine wholly up to date. For commands, which do not follow.
pub(crate) async fn catch_up(site: &Site) -> Result<()> {
    let latest = changes::latest(&site.state.pool).await?;
    let began = Instant::now();
    loop {
        step(site).await?;
        renew_if_due(site).await?;
        let position = step(site).await?;
        if position.is_some_and(|position| position >= latest) {
            return Ok(());
        }
        ensure!(
            began.elapsed() < PATIENCE,
            "the search engine is being filled by another process; try again later"
        );
        sleep(POLL).await;
    }
}

/// Takes over what has changed, where this process has the turn, and which generation answers.
/// Says where in the change sequence that is.
async fn step(site: &Site) -> Result<Option<i64>> {
    reindex::take_synonyms(site).await?;
    let outside = outside(site)?;
    let Some(mut latest) = outside.refresh(&site.state).await? else {
        ask_for_turn(site).await?;
        return Ok(None);
    };
    if ask_for_turn(site).await? {
        latest.position = take_changes(site, &latest).await?;
    }
    let mut index = site.state.index.write().await;
    index.set_position(latest.position);
    Ok(Some(latest.position))
}

/// Whether this process has the turn, or gets it now.
async fn ask_for_turn(site: &Site) -> Result<bool> {
    let mut mine = site.engine_turn.lock().await;
    if let Some(turn) = &mut mine.turn {
        if turn.is_alive().await {
            return Ok(true);
        }
        mine.turn = None;
    }
    if mine
        .asked
        .is_some_and(|asked| asked.elapsed() < ASK_FOR_TURN)
    {
        return Ok(false);
    }
    mine.asked = Some(Instant::now());
    mine.turn = Turn::take(&site.database.options, &outside(site)?.engine().name()).await?;
    Ok(mine.turn.is_some())
}

/// This process's turn, to note something down. An error where it has ended.
async fn turn(site: &Site) -> Result<MutexGuard<'_, MyTurn>> {
    let mine = site.engine_turn.lock().await;
    ensure!(
        mine.turn.is_some(),
        "another process fills the search engine now"
    );
    Ok(mine)
}

impl MyTurn {
    fn turn(&mut self) -> Result<&mut Turn> {
        self.turn.as_mut().context("the turn has ended")
    }
}

async fn take_changes(site: &Site, generation: &Generation) -> Result<i64> {
    let Some((id, survey)) = outside(site)?.surveyed() else {
        return Ok(generation.position);
    };
    let mut position = generation.position;
    while let Some(batch) = put_batch(site, id, &survey, position).await? {
        position = batch.position;
        let mut mine = turn(site).await?;
        mine.turn()?.advance(id, position, batch.changes).await?;
    }
    Ok(position)
}

/// What was taken over.
struct Batch {
    /// Where in the change sequence that ends.
    position: i64,
    /// Passages that came, and documents that went.
    changes: i64,
}

/// Takes over the next documents after this position; `None` where there are none.
async fn put_batch(
    site: &Site,
    id: GenerationId,
    survey: &Arc<Survey>,
    position: i64,
) -> Result<Option<Batch>> {
    let batch = changes::since(&site.state.pool, position, BATCH).await?;
    let Some(last) = batch.last() else {
        return Ok(None);
    };
    let ids: Vec<DocumentId> = batch.iter().map(|change| change.doc_id).collect();
    let records = record::of_documents(&site.state.pool, &ids).await?;
    let survey = survey.clone();
    let entries = move || -> Vec<Entry> {
        let records = records.into_iter();
        records.flat_map(|record| survey.entries(record)).collect()
    };
    let entries = site.state.cpu.run(entries).await;
    let outside = outside(site)?;
    let engine = outside.engine();
    let put = async {
        engine.remove(id, &ids).await?;
        engine.put(id, &entries).await
    };
    if let Err(error) = put.await {
        outside.note_loss(&error);
        return Err(error.into());
    }
    Ok(Some(Batch {
        position: last.seq,
        changes: i64::try_from(entries.len().max(ids.len()))?,
    }))
}

/// The generations of this site's engine.
async fn known(site: &Site) -> Result<Vec<Generation>> {
    let engine = outside(site)?.engine().name();
    Ok(generations::list(&site.state.pool, &engine).await?)
}

/// Fills another generation where that is due and it is this process's turn.
async fn renew_if_due(site: &Site) -> Result<()> {
    if site.engine_turn.lock().await.turn.is_none() {
        return Ok(());
    }
    let outside = outside(site)?;
    let known = known(site).await?;
    let serving = known.iter().find(|known| known.serves_since.is_some());
    if let Some(serving) = serving.filter(|_| outside.surveyed().is_some())
        && !is_due(outside, serving).await?
    {
        return Ok(());
    }
    let begun = known.iter().find(|known| known.serves_since.is_none());
    let id = match begun {
        // What was begun goes on where it stopped.
        Some(begun) if can_go_on(site, begun.generation_id).await? => begun.generation_id,
        _ => begin(site).await?,
    };
    fill(site, id).await
}

/// Whether what was begun is still there, and of this version of the program.
async fn can_go_on(site: &Site, id: GenerationId) -> Result<bool> {
    if outside(site)?.engine().count(id).await?.is_none() {
        return Ok(false);
    }
    let bytes = generations::survey(&site.state.pool, id).await?;
    match bytes {
        Some(bytes) => Ok(aside(move || Survey::decode(&bytes).is_ok()).await),
        None => Ok(false),
    }
}

/// Whether another survey is due beside the generation that answers.
async fn is_due(outside: &Outside, serving: &Generation) -> Result<bool> {
    if serving.changes * SURVEY_SHARE > serving.passages {
        return Ok(true);
    }
    Ok(outside.take_loss()
        && outside
            .engine()
            .count(serving.generation_id)
            .await?
            .is_none())
}

/// Surveys the library and makes room for a generation.
async fn begin(site: &Site) -> Result<GenerationId> {
    let survey = survey(site).await?;
    let (survey, bytes) = aside(move || {
        let bytes = survey.encode();
        (survey, bytes)
    })
    .await;
    let passages = i64::try_from(survey.passages())?;
    let now = site.state.clock.now();
    let id = turn(site)
        .await?
        .turn()?
        .begin(&bytes, passages, now)
        .await?;
    outside(site)?.engine().begin(id, survey.dims()).await?;
    Ok(id)
}

/// Reads the whole library once.
async fn survey(site: &Site) -> Result<Survey> {
    let mut surveyor = Surveyor::new(SEED);
    let mut position = 0;
    loop {
        let batch = changes::since(&site.state.pool, position, BATCH).await?;
        let Some(last) = batch.last() else { break };
        position = last.seq;
        let ids: Vec<DocumentId> = batch.iter().map(|change| change.doc_id).collect();
        let records = record::of_documents(&site.state.pool, &ids).await?;
        surveyor = aside(move || {
            for record in records {
                surveyor.add(record);
            }
            surveyor
        })
        .await;
    }
    Ok(aside(move || surveyor.finish()).await)
}

/// Fills a generation from where it is, has it answer, and gives up all others.
async fn fill(site: &Site, id: GenerationId) -> Result<()> {
    let outside = outside(site)?;
    let generation = known(site)
        .await?
        .into_iter()
        .find(|known| known.generation_id == id);
    let mut position = generation.context("the generation has gone")?.position;
    let bytes = generations::survey(&site.state.pool, id).await?;
    let bytes = bytes.context("the generation has gone")?;
    let survey = Arc::new(aside(move || Survey::decode(&bytes)).await?);
    let mut is_settled = false;
    loop {
        while let Some(batch) = put_batch(site, id, &survey, position).await? {
            position = batch.position;
            turn(site).await?.turn()?.advance(id, position, 0).await?;
        }
        if is_settled {
            break;
        }
        // Takes a while; what comes meanwhile is taken over after it.
        outside.engine().settle(id).await?;
        is_settled = true;
    }
    let now = site.state.clock.now();
    turn(site).await?.turn()?.serve(id, now).await?;
    outside.refresh(&site.state).await?;
    tracing::info!(passages = survey.passages(), "the search engine is filled");
    for other in known(site).await? {
        if other.generation_id != id {
            discard(site, other.generation_id).await?;
        }
    }
    Ok(())
}

async fn discard(site: &Site, id: GenerationId) -> Result<(), anyhow::Error> {
    match outside(site)?.engine().discard(id).await {
        Ok(()) | Err(EngineError::Lost { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(turn(site).await?.turn()?.discard(id).await?)
}
