//! Wordings that stand for each other in searches: what they must be, and changing them.

use archivist_domain::{SynonymId, UserId};
use archivist_search::Synonyms;
use archivist_store::audit::Origin;
use archivist_store::synonyms::{self, SynonymGroup};

use crate::bounds;
use crate::error::Error;
use crate::state::AppState;

/// How many wordings stand for each other at most.
pub(crate) const MAX_WORDINGS: usize = 12;
/// The longest wording.
pub(crate) const MAX_CHARS: usize = 80;

/// The wordings without space around them, if they can stand for each other.
fn check(wordings: &[String]) -> Result<Vec<String>, Error> {
    let refused = |message: String| Err(Error::field("wordings", message));
    let mut checked: Vec<String> = Vec::with_capacity(wordings.len());
    for wording in wordings {
        let wording = wording.trim();
        if let Some(message) = bounds::characters(wording, &(1..=MAX_CHARS)) {
            return refused(format!("each {message}"));
        }
        if !Synonyms::can_be_searched_for(wording) {
            return refused(format!(
                "“{wording}” has no word that can be searched for: leave it out, or write more of it"
            ));
        }
        let is_same = |other: &String| other.to_lowercase() == wording.to_lowercase();
        if checked.iter().any(is_same) {
            return refused(format!("“{wording}” is there twice"));
        }
        checked.push(wording.to_owned());
    }
    if !(2..=MAX_WORDINGS).contains(&checked.len()) {
        return refused(format!(
            "two to {MAX_WORDINGS} wordings can stand for each other; there are {}",
            checked.len()
        ));
    }
    Ok(checked)
}

/// Makes a group.
pub(crate) async fn create(
    state: &AppState,
    wordings: &[String],
    by: UserId,
    origin: Origin,
) -> Result<SynonymGroup, Error> {
    let wordings = check(wordings)?;
    let mut tx = state.begin(origin).await?;
    let group = synonyms::create(&mut tx, &wordings, by).await?;
    tx.commit().await?;
    Ok(group)
}

/// Puts other wordings into a group.
pub(crate) async fn update(
    state: &AppState,
    id: SynonymId,
    wordings: &[String],
    origin: Origin,
) -> Result<SynonymGroup, Error> {
    let wordings = check(wordings)?;
    let mut tx = state.begin(origin).await?;
    let group = synonyms::update(&mut tx, id, &wordings).await?;
    let group = group.ok_or_else(|| unknown(id))?;
    tx.commit().await?;
    Ok(group)
}

/// Deletes a group.
pub(crate) async fn delete(state: &AppState, id: SynonymId, origin: Origin) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    if !synonyms::delete(&mut tx, id).await? {
        return Err(unknown(id));
    }
    tx.commit().await?;
    Ok(())
}

fn unknown(id: SynonymId) -> Error {
    Error::NotFound(format!(
        "There are no synonyms {id}: perhaps somebody has just deleted them."
    ))
}
