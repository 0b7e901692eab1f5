//! Documents of the database as the search takes them in.

use std::collections::HashMap;

use archivist_domain::DocumentId;
use archivist_search::{DocumentRecord, Facets, PassagePlace, PassageRecord, PassageVector};
use archivist_store::documents::{self, Document};
use archivist_store::embeddings::Vector;
use archivist_store::passages::{self, Passage};
use archivist_store::{DatabaseError, PgPool};

/// Those of these documents that can be found, whole.
pub async fn of_documents(
    pool: &PgPool,
    ids: &[DocumentId],
) -> Result<Vec<DocumentRecord>, DatabaseError> {
    let passages = passages::of_documents(pool, ids).await?;
    Ok(joined(documents::by_ids(pool, ids).await?, passages))
}

/// A vector as the search takes it in.
pub fn vector(vector: Vector) -> PassageVector {
    PassageVector {
        place: PassagePlace {
            document: vector.doc_id,
            passage: vector.passage_id,
        },
        digest: vector.text_digest,
        values: vector.values,
    }
}

/// Documents with such of their passages as are given.
pub(crate) fn joined(documents: Vec<Document>, passages: Vec<Passage>) -> Vec<DocumentRecord> {
    let mut by_document: HashMap<DocumentId, Vec<Passage>> = HashMap::new();
    for passage in passages {
        by_document.entry(passage.doc_id).or_default().push(passage);
    }
    // Nobody finds what an editor has not decided about.
    let findable = documents.into_iter().filter(|document| !document.held);
    findable
        .map(|document| {
            let passages = by_document.remove(&document.doc_id).unwrap_or_default();
            record(document, passages)
        })
        .collect()
}

fn record(document: Document, passages: Vec<Passage>) -> DocumentRecord {
    let superseded = document.superseded_by().is_some();
    let passage = |passage: Passage| PassageRecord {
        id: passage.passage_id,
        ordinal: u32::try_from(passage.ordinal).unwrap_or(0),
        heading: passage.heading,
        text: passage.content,
    };
    DocumentRecord {
        id: document.doc_id,
        title: document.display_title().to_owned(),
        facets: Facets {
            doc_type: document.doc_type,
            year: document.year,
            outcome: document.outcome,
            programs: document.programs,
            tags: document.tags,
            funder: document.funder,
            superseded,
        },
        language: None,
        passages: passages.into_iter().map(passage).collect(),
    }
}
