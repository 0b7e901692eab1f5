//! A search engine outside of the process follows the database.
//!
//! One process at a time fills it for all, the one that has the turn; the others look which
//! generation answers. When a tenth of the passages has changed since the library was surveyed,
//! or another embedding model has read it, it is surveyed anew, and another generation is filled
//! while the one before it answers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use archivist_domain::{DocumentId, GenerationId};
use archivist_engine::{EngineError, Widths};
use archivist_search::{Entry, Survey, Surveyor};
use archivist_store::changes;
use archivist_store::embeddings::{self, Model};
use archivist_store::generations::{self, Generation, Turn};
use archivist_web::outside::Outside;
use archivist_web::record;
use tokio::sync::MutexGuard;
use tokio::time::{Instant, sleep, timeout};

use super::reindex::{self, BATCH, POLL, SEED, aside};
use crate::site::Site;

/// How often another process's turn is asked for.
const ASK_FOR_TURN: Duration = Duration::from_secs(2);

/// How often is looked whether the engine still has what it was given.
const COUNT: Duration = Duration::from_mins(1);

/// The library is surveyed anew when one passage in this many has changed.
const SURVEY_SHARE: i64 = 10;

/// So many vectors of a model are looked at together.
const VECTORS: i64 = 1000;

/// How long a command waits for another process to fill the engine.
const PATIENCE: Duration = Duration::from_mins(2);

/// The turn to fill the engine, as far as this process knows.
#[derive(Debug, Default)]
pub(crate) struct MyTurn {
    turn: Option<Turn>,
    asked: Option<Instant>,
    /// When was looked whether the engine still has what answers.
    counted: Option<Instant>,
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
        take_vectors(site, &latest).await?;
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
    let mut position = generation.position;
    let Some(filling) = Filling::of(site, generation)? else {
        return Ok(position);
    };
    while let Some(batch) = put_batch(site, &filling, position).await? {
        position = batch.position;
        let mut mine = turn(site).await?;
        let turn = mine.turn()?;
        turn.advance(filling.id, position, batch.changes).await?;
    }
    Ok(position)
}

/// Takes over what the generation's embedding model has read meanwhile: the documents are put
/// again, with their vectors.
async fn take_vectors(site: &Site, generation: &Generation) -> Result<()> {
    let Some(filling) = Filling::of(site, generation)? else {
        return Ok(());
    };
    let Some(model_id) = filling.model_id else {
        return Ok(());
    };
    let mut seq = generation.model_seq;
    loop {
        let read = embeddings::since(&site.state.pool, model_id, seq, VECTORS).await?;
        let Some(last) = read.last() else {
            return Ok(());
        };
        seq = last.seq;
        let mut ids: Vec<DocumentId> = read.iter().map(|kept| kept.vector.doc_id).collect();
        ids.sort_unstable();
        ids.dedup();
        put_documents(site, &filling, &ids).await?;
        let mut mine = turn(site).await?;
        mine.turn()?.advance_model(filling.id, seq).await?;
    }
}

/// What is put into an engine.
struct Filling {
    id: GenerationId,
    survey: Arc<Survey>,
    /// The embedding model whose vectors go with the passages.
    model_id: Option<i32>,
}

impl Filling {
    /// Of this generation, unless another has come to answer since it was looked up: what is
    /// missing in that one is not what is missing in this.
    fn of(site: &Site, generation: &Generation) -> Result<Option<Self>> {
        let surveyed = outside(site)?.surveyed();
        let surveyed = surveyed.filter(|(id, _)| *id == generation.generation_id);
        Ok(surveyed.map(|(id, survey)| Self {
            id,
            survey,
            model_id: generation.model_id,
        }))
    }
}

/// What was taken over.
struct Batch {
    /// Where in the change sequence that ends.
    position: i64,
    /// Passages that came, and documents that went.
    changes: i64,
}

/// Takes over the next documents after this position; `None` where there are none.
async fn put_batch(site: &Site, filling: &Filling, position: i64) -> Result<Option<Batch>> {
    let batch = changes::since(&site.state.pool, position, BATCH).await?;
    let Some(last) = batch.last() else {
        return Ok(None);
    };
    let ids: Vec<DocumentId> = batch.iter().map(|change| change.doc_id).collect();
    let put = put_documents(site, filling, &ids).await?;
    Ok(Some(Batch {
        position: last.seq,
        changes: i64::try_from(put.max(ids.len()))?,
    }))
}

/// Puts documents as they are now in place of what was known of them. Says how many passages
/// they have.
async fn put_documents(site: &Site, filling: &Filling, ids: &[DocumentId]) -> Result<usize> {
    let pool = &site.state.pool;
    let records = record::of_documents(pool, ids).await?;
    let read = match filling.model_id {
        Some(model_id) => embeddings::of_documents(pool, model_id, ids).await?,
        None => Vec::new(),
    };
    let survey = filling.survey.clone();
    let entries = move || -> Vec<Entry> {
        let vectors = read.into_iter().map(record::vector);
        let vectors = vectors.map(|v| (v.place.passage, v)).collect();
        let records = records.into_iter();
        records
            .flat_map(|record| survey.entries_read(record, &vectors))
            .collect()
    };
    let entries = site.state.cpu.run(entries).await;
    let outside = outside(site)?;
    let engine = outside.engine();
    if let Err(error) = engine.put(filling.id, ids, &entries).await {
        outside.note_loss(&error);
        return Err(error.into());
    }
    Ok(entries.len())
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
    let serving = serving.filter(|_| outside.surveyed().is_some());
    let model = model_to_keep(site, serving).await?;
    if let Some(serving) = serving
        && serving.model_id == model.as_ref().map(|model| model.model_id)
        && !is_due(site, serving).await?
    {
        return Ok(());
    }
    let begun = known.iter().rev().filter(|known| {
        known.serves_since.is_none() && known.model_id == model.as_ref().map(|m| m.model_id)
    });
    for begun in begun {
        if can_go_on(site, begun, model.as_ref()).await? {
            return fill(site, begun.generation_id).await;
        }
    }
    let id = begin(site, model.as_ref()).await?;
    fill(site, id).await
}

/// The embedding model whose vectors are to be kept: the wanted one, once it has read
/// everything; until then the one that is asked now.
async fn model_to_keep(site: &Site, serving: Option<&Generation>) -> Result<Option<Model>> {
    let known = embeddings::models(&site.state.pool).await?;
    let by_id = |id: i32| known.iter().find(|model| model.model_id == id);
    let wanted = site.state.models.voices().wanted;
    let wanted = wanted.and_then(|voice| by_id(voice.model_id));
    let wanted = wanted.filter(|model| model.completed_at.is_some());
    let now = serving.and_then(|serving| by_id(serving.model_id?));
    Ok(wanted.or(now).cloned())
}

/// Whether what was begun can go on where it stopped: it is of this version of the program, and
/// still there. Where nothing was put in yet, room is made again, as the engine may have refused.
async fn can_go_on(site: &Site, begun: &Generation, model: Option<&Model>) -> Result<bool> {
    let (engine, id) = (outside(site)?.engine(), begun.generation_id);
    if begun.position > 0 && engine.count(id).await?.is_none() {
        return Ok(false);
    }
    let Some(bytes) = generations::survey(&site.state.pool, id).await? else {
        return Ok(false);
    };
    let Ok(survey) = aside(move || Survey::decode(&bytes)).await else {
        return Ok(false);
    };
    if begun.position == 0 {
        engine.discard(id).await?;
        engine.begin(id, widths(&survey, model)?).await?;
    }
    Ok(true)
}

fn widths(survey: &Survey, model: Option<&Model>) -> Result<Widths> {
    Ok(Widths {
        meaning: survey.dims(),
        given: model.map_or(Ok(0), |model| usize::try_from(model.name.dims))?,
    })
}

/// Whether another survey is due beside the generation that answers. That it is lost may have been
/// noticed by a process that has not got the turn, so it is looked for now and then.
async fn is_due(site: &Site, serving: &Generation) -> Result<bool> {
    if serving.changes * SURVEY_SHARE > serving.passages {
        return Ok(true);
    }
    let outside = outside(site)?;
    let counted = site.engine_turn.lock().await.counted;
    let is_time = counted.is_none_or(|at| at.elapsed() >= COUNT);
    if !outside.may_have_lost() && !is_time {
        return Ok(false);
    }
    let count = outside.engine().count(serving.generation_id).await?;
    site.engine_turn.lock().await.counted = Some(Instant::now());
    if count.is_some() {
        outside.note_whole();
    }
    Ok(count.is_none())
}

/// Surveys the library and makes room for a generation.
async fn begin(site: &Site, model: Option<&Model>) -> Result<GenerationId> {
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
        .begin(&bytes, passages, model.map(|model| model.model_id), now)
        .await?;
    let engine = outside(site)?.engine();
    engine.begin(id, widths(&survey, model)?).await?;
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
    let generation = generation.context("the generation has gone")?;
    let mut position = generation.position;
    let bytes = generations::survey(&site.state.pool, id).await?;
    let bytes = bytes.context("the generation has gone")?;
    let filling = Filling {
        id,
        survey: Arc::new(aside(move || Survey::decode(&bytes)).await?),
        model_id: generation.model_id,
    };
    let mut is_settled = false;
    loop {
        while let Some(batch) = put_batch(site, &filling, position).await? {
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
    let passages = filling.survey.passages();
    tracing::info!(passages, "the search engine is filled");
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
