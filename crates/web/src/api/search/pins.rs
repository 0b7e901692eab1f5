//! Passages that are kept on top of a search.

use archivist_domain::{DocumentId, PassageId, PinId};
use archivist_store::pins as store;
use axum::extract::State;
use axum::http::StatusCode;
use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::failure::ErrorBody;
use crate::api::path::Id;
use crate::api::refusals::{ForHigherRoles, ForWriters, WithFields};
use crate::auth::{Editor, Writer};
use crate::error::Error;
use crate::extract::{Client, Json, Query};
use crate::state::AppState;
use crate::{pins, wire};

/// What to keep on top of what.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct NewPin {
    /// The search, as it is typed; capitals and spaces make no difference.
    #[schema(min_length = 1, max_length = 1_000, example = "reading coaches")]
    query: String,
    /// The passage.
    passage_id: PassageId,
}

/// A passage on top of a search.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PinReply {
    /// Its id.
    pin_id: PinId,
    /// The search, in small letters and with single spaces.
    #[schema(example = "reading coaches")]
    query: String,
    /// The passage.
    passage_id: PassageId,
    /// Its document.
    doc_id: DocumentId,
    /// Since when (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
    /// The address of who put it there.
    #[schema(example = "eve@example.org")]
    created_by: Option<String>,
}

impl From<store::Pin> for PinReply {
    fn from(pin: store::Pin) -> Self {
        Self {
            pin_id: pin.pin_id,
            query: pin.query,
            passage_id: pin.passage_id,
            doc_id: pin.doc_id,
            created_at: pin.created_at.naive_utc(),
            created_by: pin.created_by,
        }
    }
}

/// Pins.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PinList {
    /// By search, the one put there first before others.
    pins: Vec<PinReply>,
}

/// A pin is gone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PinDeleted {
    /// Always true.
    #[schema(example = true)]
    success: bool,
    /// The pin that is gone.
    pin_id: PinId,
}

/// Which pins to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Those of this search; all when not given.
    #[param(example = "reading coaches")]
    query: Option<String>,
}

/// Passages that are kept on top of a search, or of all searches.
#[utoipa::path(get, path = "/api/search/pins", operation_id = "list_pins", tag = "search", params(ListParams), responses(
    (status = 200, description = "The pins", body = PinList),
    WithFields,
        ForWriters,
))]
pub(super) async fn list(
    State(state): State<AppState>,
    _: Writer,
    Query(params): Query<ListParams>,
) -> Result<Json<PinList>, Error> {
    let pins = store::list(&state.pool, params.query.as_deref()).await?;
    Ok(Json(PinList {
        pins: pins.into_iter().map(Into::into).collect(),
    }))
}

/// Keeps a passage on top of a search.
///
/// Everybody who searches for the same words sees it first, where filters admit it. What is
/// there already stays as it is.
#[utoipa::path(post, path = "/api/search/pins", operation_id = "create_pin", tag = "search",
    request_body = NewPin,
    responses(
        (status = 201, description = "The pin", body = PinReply),
        (status = 404, description = "There is no such passage", body = ErrorBody),
        WithFields,
        ForHigherRoles,
    ))]
pub(super) async fn create(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Json(body): Json<NewPin>,
) -> Result<(StatusCode, Json<PinReply>), Error> {
    let user = &signed_in.user;
    let origin = client.answering(StatusCode::CREATED).by(user.user_id);
    let pin = pins::create(&state, &body.query, body.passage_id, &user.email, origin).await?;
    Ok((StatusCode::CREATED, Json(pin.into())))
}

/// Takes a pin away.
#[utoipa::path(delete, path = "/api/search/pins/{pin_id}", operation_id = "delete_pin", tag = "search",
    params(("pin_id" = PinId, Path, description = "The pin")),
    responses(
        (status = 200, description = "The pin is gone", body = PinDeleted),
        (status = 400, description = "The id is not a UUID", body = ErrorBody),
        (status = 404, description = "There is no such pin", body = ErrorBody),
        ForHigherRoles,
    ))]
pub(super) async fn delete(
    State(state): State<AppState>,
    Editor(signed_in): Editor,
    client: Client,
    Id(pin_id): Id<PinId>,
) -> Result<Json<PinDeleted>, Error> {
    pins::delete(&state, pin_id, client.by(signed_in.user.user_id)).await?;
    Ok(Json(PinDeleted {
        success: true,
        pin_id,
    }))
}
