//! Keeping passages on top of a search.

use archivist_domain::{PassageId, PinId};
use archivist_store::audit::Origin;
use archivist_store::pins::{self, Pin};

use crate::bounds;
use crate::error::Error;
use crate::retrieve::{self, MAX_QUERY_CHARS};
use crate::state::AppState;

/// Puts a passage on top of a search; where it is there already, nothing changes. `by` is the
/// address of who does so.
pub(crate) async fn create(
    state: &AppState,
    query: &str,
    passage: PassageId,
    by: &str,
    origin: Origin,
) -> Result<Pin, Error> {
    if let Some(message) = bounds::characters(query.trim(), &(1..=MAX_QUERY_CHARS)) {
        return Err(Error::field("query", message));
    }
    let unknown = || {
        Error::NotFound(format!(
            "There is no passage {passage} that can be searched for."
        ))
    };
    retrieve::passage(state, passage)
        .await?
        .ok_or_else(unknown)?;
    let mut tx = state.begin(origin).await?;
    let pin = pins::create(&mut tx, query, passage, by).await?;
    let pin = pin.ok_or_else(unknown)?;
    tx.commit().await?;
    Ok(pin)
}

/// Takes a pin away.
pub(crate) async fn delete(state: &AppState, id: PinId, origin: Origin) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    if !pins::delete(&mut tx, id).await? {
        return Err(Error::NotFound(format!("There is no pin {id}.")));
    }
    tx.commit().await?;
    Ok(())
}
