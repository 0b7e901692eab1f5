//! Passages as they were cut, and as they are stored.

use archivist_domain::{DocumentId, PassageId};
use archivist_ingest::Passage;
use archivist_store::passages::NewPassage;
use uuid::Uuid;

/// The passages of a new document.
pub(super) fn new(document: DocumentId, passages: &[Passage]) -> Vec<NewPassage> {
    passages
        .iter()
        .map(|passage| with_id(id(document, passage), passage))
        .collect()
}

/// Same document, text and place: same id.
pub(super) fn id(document: DocumentId, passage: &Passage) -> PassageId {
    PassageId(Uuid::new_v5(&document.0, passage.key.as_bytes()))
}

/// A passage under an id.
pub(super) fn with_id(passage_id: PassageId, passage: &Passage) -> NewPassage {
    let signed = |n: u32| i32::try_from(n).unwrap_or(i32::MAX);
    NewPassage {
        passage_id,
        content: passage.text.clone(),
        lead: passage.lead.clone(),
        heading: passage.heading.clone(),
        page_first: passage.page_first.map(signed),
        page_last: passage.page_last.map(signed),
        word_count: signed(passage.words),
    }
}
