//! What passages name, as it is stored.

use archivist_ingest::entities::Entity;
use archivist_store::entities::PassageEntities;
use archivist_store::passages::NewPassage;

/// Of each passage in turn.
pub(super) fn to_store(passages: &[NewPassage], found: &[Vec<Entity>]) -> Vec<PassageEntities> {
    let signed = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    let passages = passages.iter().zip(found);
    passages
        .filter(|(_, found)| !found.is_empty())
        .map(|(passage, found)| PassageEntities {
            passage_id: passage.passage_id,
            kinds: found.iter().map(|entity| entity.kind).collect(),
            starts: found
                .iter()
                .map(|entity| signed(entity.range.start))
                .collect(),
            ends: found
                .iter()
                .map(|entity| signed(entity.range.end))
                .collect(),
        })
        .collect()
}
