//! What people choose among what a search found, to learn a better order from.

use archivist_domain::PassageId;
use archivist_store::clicks;

use crate::bounds;
use crate::error::Error;
use crate::retrieve::{self, MAX_QUERY_CHARS};
use crate::state::AppState;

/// Notes that a passage was chosen for a search.
pub(crate) async fn note(state: &AppState, query: &str, passage: PassageId) -> Result<(), Error> {
    if let Some(message) = bounds::characters(query.trim(), &(1..=MAX_QUERY_CHARS)) {
        return Err(Error::field("query", message));
    }
    let known = retrieve::passage(state, passage).await?;
    known.ok_or_else(|| Error::NotFound(format!("There is no passage {passage} to choose.")))?;
    clicks::note(&state.pool, query, passage, state.clock.now()).await?;
    Ok(())
}
