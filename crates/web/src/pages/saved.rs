//! Keeping a search, from the page with its hits, and coming back to it.

use archivist_domain::SavedSearchId;
use archivist_store::saved_searches::{self as store, SavedSearch};
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::filter::FilterForm;
use super::form::{CheckedForm, NoFields};
use super::visitor::{PageWriter, Visitor};
use crate::error::Error;
use crate::extract::{Client, Query};
use crate::saved_searches;
use crate::state::AppState;

/// A search that the person comes back to.
pub(super) struct SavedView {
    pub(super) id: SavedSearchId,
    pub(super) name: String,
    pub(super) address: String,
}

impl From<SavedSearch> for SavedView {
    fn from(saved: SavedSearch) -> Self {
        Self {
            id: saved.search_id,
            name: saved.name,
            address: format!("/search?{}", saved.query),
        }
    }
}

/// All that a person has.
pub(super) async fn of(state: &AppState, visitor: &Visitor) -> Result<Vec<SavedView>, Error> {
    let saved = store::list(&state.pool, visitor.signed_in.user.user_id).await?;
    Ok(saved.into_iter().map(Into::into).collect())
}

/// What to call it.
#[derive(Deserialize)]
pub(super) struct NameForm {
    #[serde(default)]
    name: String,
}

/// Keeps the search that the address tells, and shows it again.
pub(super) async fn save(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    client: Client,
    Query(filter): Query<FilterForm>,
    CheckedForm(form): CheckedForm<NameForm>,
) -> Result<Response, Error> {
    let owner = visitor.signed_in.user.user_id;
    let address = filter.address_with("/search", "", "");
    let (_, query) = address.split_once('?').unwrap_or_default();
    saved_searches::save(&state, owner, &form.name, query, client.by(owner)).await?;
    Ok(Redirect::to(&address).into_response())
}

/// Deletes one.
pub(super) async fn delete(
    State(state): State<AppState>,
    PageWriter(visitor): PageWriter,
    client: Client,
    Path(id): Path<String>,
    _: CheckedForm<NoFields>,
) -> Result<Response, Error> {
    let unknown = |_| Error::NotFound("There is no such saved search.".to_owned());
    let id = id.parse().map_err(unknown)?;
    let owner = visitor.signed_in.user.user_id;
    saved_searches::delete(&state, owner, id, client.by(owner)).await?;
    Ok(Redirect::to("/search").into_response())
}
