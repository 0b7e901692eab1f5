//! What reads for the search beside the words.

use archivist_store::embeddings;
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::refusals::ForWriters;
use crate::auth::Writer;
use crate::error::Error;
use crate::extract::Json;
use crate::models::Voice;
use crate::state::AppState;
use crate::wire;

/// The models of this site, and how far they have come.
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
    let known = embeddings::models(&state.pool).await?;
    let tokens = |voice: &Voice| {
        let known = known.iter().find(|known| known.model_id == voice.model_id);
        known.map_or(0, |known| known.tokens)
    };
    let index = state.index.read().await;
    let serving = state.models.serving(&index).map(|voice| voice.model_id);
    let told = |voice: &Voice| {
        let coverage = index.coverage(&voice.identity);
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
        models: state.models.voices().iter().map(told).collect(),
        judges_hits: state.models.has_reranker(),
        trouble: state.models.trouble().map(|trouble| ModelTrouble {
            message: trouble.message,
            at: trouble.at.naive_utc(),
        }),
    }))
}
