//! Hard restrictions as Qdrant writes them.

use archivist_domain::DocumentId;
use archivist_search::{Entry, Filters};
use serde_json::{Value, json};

/// All of these at once.
pub(super) fn of(filters: &[Filters]) -> Value {
    let mut must = Vec::new();
    let mut must_not = Vec::new();
    for filters in filters {
        must.extend(conditions(filters));
        if !filters.include_superseded {
            must.push(json!({ "key": "superseded", "match": { "value": false } }));
        }
        if !filters.exclude_documents.is_empty() {
            must_not.push(any("document", &ids(&filters.exclude_documents)));
        }
    }
    json!({ "must": must, "must_not": must_not })
}

/// The passages of these documents that are none of the entries.
pub(super) fn of_documents_without(documents: &[DocumentId], entries: &[Entry]) -> Value {
    let kept: Vec<String> = entries.iter().map(|e| e.passage.0.to_string()).collect();
    json!({
        "must": [any("document", &ids(documents))],
        "must_not": [{ "has_id": kept }],
    })
}

fn conditions(filters: &Filters) -> Vec<Value> {
    let doc_types: Vec<_> = filters.doc_types.iter().map(|kind| kind.as_str()).collect();
    let outcomes: Vec<_> = filters.outcomes.iter().map(|o| o.as_str()).collect();
    let mut conditions: Vec<Value> = [
        any("doc_type", &doc_types),
        any("outcome", &outcomes),
        any("year", &filters.years),
        any("programs", &filters.programs),
        any("tags", &filters.tags),
        any("document", &ids(&filters.documents)),
    ]
    .into_iter()
    .filter(|condition| condition["match"]["any"] != json!([]))
    .collect();
    if let Some((first, last)) = filters.year_range {
        conditions.push(json!({ "key": "year", "range": { "gte": first, "lte": last } }));
    }
    if !filters.funders.is_empty() {
        let part = |part: &String| json!({ "key": "funder", "match": { "text": part } });
        let parts: Vec<Value> = filters.funders.iter().map(part).collect();
        conditions.push(json!({ "should": parts }));
    }
    conditions
}

fn any<T: serde::Serialize>(key: &str, values: &[T]) -> Value {
    json!({ "key": key, "match": { "any": values } })
}

fn ids(documents: &[DocumentId]) -> Vec<String> {
    documents.iter().map(|id| id.0.to_string()).collect()
}
