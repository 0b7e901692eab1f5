//! Keeping a passage on top of a search, from the page with its hits.

use archivist_domain::PassageId;
use archivist_store::pins as store;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::filter::FilterForm;
use super::form::CheckedForm;
use super::visitor::PageEditor;
use crate::error::Error;
use crate::extract::{Client, Query};
use crate::pins;
use crate::state::AppState;

/// The passage whose button was pressed.
#[derive(Deserialize)]
pub(super) struct PassageForm {
    passage: PassageId,
}

/// Puts it on top of the search that the address tells, and shows that again.
pub(super) async fn pin(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Query(filter): Query<FilterForm>,
    CheckedForm(form): CheckedForm<PassageForm>,
) -> Result<Response, Error> {
    let user = &visitor.signed_in.user;
    let origin = client.by(user.user_id);
    pins::create(&state, &filter.q, form.passage, &user.email, origin).await?;
    Ok(Redirect::to(&filter.address_with("/search", "", "")).into_response())
}

/// Takes it from there.
pub(super) async fn unpin(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Query(filter): Query<FilterForm>,
    CheckedForm(form): CheckedForm<PassageForm>,
) -> Result<Response, Error> {
    let pins = store::list(&state.pool, Some(&filter.q)).await?;
    let is_it = |pin: &&store::Pin| pin.passage_id == form.passage;
    if let Some(pin) = pins.iter().find(is_it) {
        let origin = client.by(visitor.signed_in.user.user_id);
        pins::delete(&state, pin.pin_id, origin).await?;
    }
    Ok(Redirect::to(&filter.address_with("/search", "", "")).into_response())
}
