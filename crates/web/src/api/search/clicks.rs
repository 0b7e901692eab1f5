//! What people choose among what was found.

use archivist_domain::PassageId;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::api::failure::ErrorBody;
use crate::api::refusals::{ForWriters, WithFields};
use crate::auth::Writer;
use crate::clicks;
use crate::error::Error;
use crate::extract::Json;
use crate::state::AppState;

/// What was chosen.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Choice {
    /// The search, as it was typed; capitals and spaces make no difference.
    #[schema(min_length = 1, max_length = 1_000, example = "reading coaches")]
    query: String,
    /// The passage that was opened.
    passage_id: PassageId,
}

/// It was noted.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Noted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
}

/// Tells that somebody opened a passage that a search had found.
///
/// The order of passages is learned from what people choose, once there is enough of it and it
/// surely helps. It is kept how often a passage was chosen for a search, not by whom.
#[utoipa::path(post, path = "/api/search/clicks", operation_id = "note_click", tag = "search",
    request_body = Choice,
    responses(
        (status = 200, description = "It was noted", body = Noted),
        (status = 404, description = "There is no such passage", body = ErrorBody),
        WithFields,
        ForWriters,
    ))]
pub(super) async fn note(
    State(state): State<AppState>,
    _: Writer,
    Json(body): Json<Choice>,
) -> Result<Json<Noted>, Error> {
    clicks::note(&state, &body.query, body.passage_id).await?;
    Ok(Json(Noted { success: true }))
}
