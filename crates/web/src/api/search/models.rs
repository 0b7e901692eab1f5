//! What reads for the search beside the words.

use archivist_search::Coverage;
use archivist_store::search_order::{self, LearnedOrder};
use archivist_store::{embeddings, generations};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::refusals::ForWriters;
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::Json;
use crate::models::Voice;
use crate::retrieve;
use crate::state::AppState;
use crate::wire;

/// The models of this site, how far they have come, and what else the search goes by.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ModelsReply {
    /// The embedding models: the one that is wanted first, then one that answers until that has
    /// read everything. None where the search knows words and what it has learned from the
    /// library.
    models: Vec<ReadingModel>,
    /// Whether a model judges the best hits of each search.
    #[schema(example = false)]
    judges_hits: bool,
    /// What last went wrong with a model; null once something has gone right again.
    trouble: Option<ModelTrouble>,
    /// What was learned last from what people choose; null where nobody has looked yet.
    learned_order: Option<LearnedOrderReply>,
    /// The engine outside of the server that keeps the passages; null where the server does.
    engine: Option<EngineReply>,
}

/// An order of passages that was learned.
#[derive(Debug, Serialize, ToSchema)]
struct LearnedOrderReply {
    /// Searches that had something to teach.
    #[schema(example = 63)]
    searches: i32,
    /// What nDCG@10 gains on searches that were not learned from.
    #[schema(example = 0.031)]
    gain: f64,
    /// From where that lies with 95 % confidence
    #[schema(example = 0.008)]
    gain_low: f64,
    /// to where.
    #[schema(example = 0.055)]
    gain_high: f64,
    /// Whether it has its say: there was enough, and it surely helps.
    #[schema(example = true)]
    is_on: bool,
    /// When it was learned.
    #[serde(serialize_with = "wire::timestamp")]
    learned_at: NaiveDateTime,
}

/// An engine outside of the server.
#[derive(Debug, Serialize, ToSchema)]
struct EngineReply {
    /// What and where it is.
    #[schema(example = "Qdrant on vectors.example.org:6333")]
    name: String,
    /// Whether it answers: it has been filled once.
    #[schema(example = true)]
    serves: bool,
    /// Passages when the library was surveyed last.
    #[schema(example = 1_250_000)]
    surveyed: i64,
    /// Passages that came or went since; when they are a tenth, it is surveyed again.
    #[schema(example = 4_210)]
    changes: i64,
}

impl From<LearnedOrder> for LearnedOrderReply {
    fn from(learned: LearnedOrder) -> Self {
        Self {
            searches: learned.searches,
            gain: learned.gain,
            gain_low: learned.gain_low,
            gain_high: learned.gain_high,
            is_on: learned.is_on,
            learned_at: learned.learned_at.naive_utc(),
        }
    }
}

async fn engine(state: &AppState) -> Result<Option<EngineReply>, Error> {
    let Some(outside) = &state.outside else {
        return Ok(None);
    };
    let name = outside.engine().name();
    let first = generations::list(&state.pool, &name)
        .await?
        .into_iter()
        .next();
    Ok(Some(EngineReply {
        name,
        serves: first
            .as_ref()
            .is_some_and(|first| first.serves_since.is_some()),
        surveyed: first.as_ref().map_or(0, |first| first.passages),
        changes: first.map_or(0, |first| first.changes),
    }))
}

/// An embedding model.
#[derive(Debug, Serialize, ToSchema)]
struct ReadingModel {
    /// Where it runs: `local`, `openai` or `voyage`.
    #[schema(example = "local")]
    provider: String,
    /// Its name there.
    #[schema(example = "minilm")]
    model: String,
    /// The width of its vectors.
    #[schema(example = 384)]
    dims: usize,
    /// Passages that it has read.
    #[schema(example = 1204)]
    read: usize,
    /// Passages that can be found.
    #[schema(example = 5300)]
    passages: usize,
    /// Whether searches are read by it now.
    #[schema(example = false)]
    serves: bool,
    /// Tokens of passages that it has read here.
    #[schema(example = 240_000)]
    tokens: i64,
    /// What these cost, in US dollars; null where that is not known or nothing.
    #[schema(example = 0.0048)]
    cost_usd: Option<f64>,
}

/// What went wrong with a model.
#[derive(Debug, Serialize, ToSchema)]
struct ModelTrouble {
    /// What a person should know.
    #[schema(example = "api.openai.com does not accept the key: check it.")]
    message: String,
    /// When.
    #[serde(serialize_with = "wire::timestamp")]
    at: NaiveDateTime,
}

/// The models that read for the search.
#[utoipa::path(get, path = "/api/search/models", tag = "search", responses(
    (status = 200, description = "The models", body = ModelsReply),
    ForWriters,
))]
pub(super) async fn models(
    State(state): State<AppState>,
    _: Writer,
) -> Result<Json<ModelsReply>, Error> {
    let mut reading = Vec::new();
    for voice in state.models.voices().iter() {
        reading.push((voice.clone(), retrieve::coverage(&state, voice).await?));
    }
    // After what was read, which it counts.
    let known = embeddings::models(&state.pool).await?;
    let learned_order = search_order::latest(&state.pool).await?;
    let engine = engine(&state).await?;
    let tokens = |voice: &Voice| {
        let known = known.iter().find(|known| known.model_id == voice.model_id);
        known.map_or(0, |known| known.tokens)
    };
    let serving = retrieve::serving(&state).await.map(|voice| voice.model_id);
    let told = |(voice, coverage): &(Voice, Coverage)| {
        let identity = voice.embedder.identity();
        let tokens = tokens(voice);
        ReadingModel {
            provider: identity.provider.clone(),
            model: identity.model.clone(),
            dims: identity.dims,
            read: coverage.read,
            passages: coverage.passages,
            serves: serving == Some(voice.model_id),
            tokens,
            cost_usd: voice.cost(tokens),
        }
    };
    Ok(Json(ModelsReply {
        models: reading.iter().map(told).collect(),
        judges_hits: state.models.has_reranker(),
        learned_order: learned_order.map(Into::into),
        engine,
        trouble: state.models.trouble().map(|trouble| ModelTrouble {
            message: trouble.message,
            at: trouble.at.naive_utc(),
        }),
    }))
}
