//! Searches that people come back to.

use archivist_domain::{SavedSearchId, UserId};
use archivist_store::audit::Origin;
use archivist_store::saved_searches::{self, SavedSearch};

use crate::bounds;
use crate::error::Error;
use crate::state::AppState;

/// The longest name.
pub(crate) const MAX_NAME_CHARS: usize = 100;
/// The longest search, as it stands in an address.
const MAX_QUERY_CHARS: usize = 8_000;
/// How many a person keeps at most.
const MAX_SEARCHES: usize = 200;

/// Keeps a search under a name; one of this name is replaced.
pub(crate) async fn save(
    state: &AppState,
    owner: UserId,
    name: &str,
    query: &str,
    origin: Origin,
) -> Result<SavedSearch, Error> {
    let name = name.trim();
    if let Some(message) = bounds::characters(name, &(1..=MAX_NAME_CHARS)) {
        return Err(Error::field("name", message));
    }
    if let Some(message) = bounds::characters(query, &(1..=MAX_QUERY_CHARS)) {
        return Err(Error::field("query", message));
    }
    let mut tx = state.begin(origin).await?;
    let saved = saved_searches::save(&mut tx, owner, name, query).await?;
    if saved_searches::list(&mut *tx, owner).await?.len() > MAX_SEARCHES {
        let message = format!("{MAX_SEARCHES} searches are kept at most: delete one first.");
        return Err(Error::Conflict(message));
    }
    tx.commit().await?;
    Ok(saved)
}

/// Deletes one of a person's own.
pub(crate) async fn delete(
    state: &AppState,
    owner: UserId,
    id: SavedSearchId,
    origin: Origin,
) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    if !saved_searches::delete(&mut tx, owner, id).await? {
        return Err(Error::NotFound(format!("There is no saved search {id}.")));
    }
    tx.commit().await?;
    Ok(())
}
