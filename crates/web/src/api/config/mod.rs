//! What the site has set by itself (contract, 7.8).
//!
//! The database alone keeps it; whatever depends on it asks at each request.

mod body;

use archivist_domain::config::Config;
use archivist_store::settings::{self, ConfigState};
use axum::extract::State;
use chrono::NaiveDateTime;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::body::UpdateConfig;
use super::failure::ErrorBody;
use super::refusals::{ForHigherRoles, WithFields};
use crate::auth::{Admin, Editor};
use crate::error::Error;
use crate::extract::{Client, Json};
use crate::state::AppState;
use crate::wire;

/// What each reply says of the fields that this server keeps and does not use.
const EFFECT: &str = "In force for new drafts: max_tokens, default_retrieval_count (at most 15), \
    recency_weight, default_tone; default_audience and default_section as the first choice of the \
    page /write; temperature where a language model writes. Kept for clients, without effect on \
    this server: model_name, embedding_model, chunk_size, chunk_overlap, similarity_threshold, \
    citation_style, auto_save_interval.";

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get, update))
        .routes(routes!(metadata))
        .routes(routes!(reset))
}

/// The configuration, and what of it has an effect.
#[derive(Debug, Serialize, ToSchema)]
struct ConfigReply {
    /// All three sections.
    config: Config,
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// What was done, and which fields have an effect on this server.
    #[schema(example = "Configuration updated. In force for new drafts: max_tokens, …")]
    message: String,
}

impl ConfigReply {
    fn new(config: Config, done: &str) -> Self {
        Self {
            config,
            success: true,
            message: format!("Configuration {done}. {EFFECT}"),
        }
    }
}

/// When and how often the configuration was written.
#[derive(Debug, Serialize, ToSchema)]
struct MetadataReply {
    /// The figures.
    metadata: Metadata,
    /// Always true.
    #[schema(example = true)]
    success: bool,
}

/// When and how often.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConfigMetadata)]
struct Metadata {
    /// When it was last written (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    last_updated: NaiveDateTime,
    /// How often it was changed or reset since the database was made.
    #[schema(minimum = 0, example = 3)]
    update_count: i64,
}

impl From<ConfigState> for MetadataReply {
    fn from(state: ConfigState) -> Self {
        Self {
            metadata: Metadata {
                last_updated: state.last_updated,
                update_count: state.update_count,
            },
            success: true,
        }
    }
}

/// The configuration.
///
/// What the database lacks of it is as it was at first. `message` says which fields
/// have an effect on this server.
#[utoipa::path(get, path = "/api/config", operation_id = "get_config", tag = "config", responses(
    (status = 200, description = "The configuration", body = ConfigReply),
    ForHigherRoles,
))]
async fn get(State(state): State<AppState>, _: Editor) -> Result<Json<ConfigReply>, Error> {
    let config = settings::read(&state.pool).await?;
    Ok(Json(ConfigReply::new(config, "retrieved")))
}

/// Writes sections of the configuration.
///
/// A section that is given replaces the whole one: fields that it leaves out are as
/// they were at first. A section that is left out or null stays as it is. All of it is
/// written, or nothing. It is in force from the next request on, in every process that
/// works on this database.
#[utoipa::path(put, path = "/api/config", operation_id = "update_config", tag = "config", request_body = UpdateConfig, responses(
    (status = 200, description = "The configuration as it now is", body = ConfigReply),
    (status = 400, description = "A model without a name, an overlap that is not less than the size, or an unknown citation style", body = ErrorBody),
    WithFields,
    ForHigherRoles,
))]
async fn update(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
    Json(body): Json<UpdateConfig>,
) -> Result<Json<ConfigReply>, Error> {
    let change = body.check()?;
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let config = settings::update(&mut tx, &change).await?;
    tx.commit().await?;
    Ok(Json(ConfigReply::new(config, "updated")))
}

/// When and how often the configuration was written.
///
/// A request that was refused counts for nothing.
#[utoipa::path(get, path = "/api/config/metadata", operation_id = "get_config_metadata", tag = "config", responses(
    (status = 200, description = "The figures", body = MetadataReply),
    ForHigherRoles,
))]
async fn metadata(State(state): State<AppState>, _: Editor) -> Result<Json<MetadataReply>, Error> {
    Ok(Json(settings::state(&state.pool).await?.into()))
}

/// Writes the whole configuration as it was at first.
#[utoipa::path(post, path = "/api/config/reset", operation_id = "reset_config", tag = "config", responses(
    (status = 200, description = "The configuration as it was at first", body = ConfigReply),
    ForHigherRoles,
))]
async fn reset(
    State(state): State<AppState>,
    Admin(signed_in): Admin,
    client: Client,
) -> Result<Json<ConfigReply>, Error> {
    let mut tx = state.begin(client.by(signed_in.user.user_id)).await?;
    let config = settings::reset(&mut tx).await?;
    tx.commit().await?;
    Ok(Json(ConfigReply::new(config, "reset to defaults")))
}
