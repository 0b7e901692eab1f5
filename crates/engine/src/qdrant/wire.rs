//! What goes over the wire.

use archivist_domain::Outcome;
use archivist_search::{Entry, Look, Word};
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{GIVEN, MEANING, WORDS, filter};

/// What filters ask for, and as what Qdrant indexes it. The funder is left out: without an index
/// a text is found by any part of it, as it should be.
pub(super) const INDEXED: [(&str, &str); 7] = [
    ("document", "keyword"),
    ("doc_type", "keyword"),
    ("year", "integer"),
    ("outcome", "keyword"),
    ("programs", "keyword"),
    ("tags", "keyword"),
    ("superseded", "bool"),
];

/// The frame of every answer.
#[derive(Deserialize)]
pub(super) struct Reply<T> {
    pub(super) result: T,
}

#[derive(Deserialize)]
pub(super) struct Count {
    pub(super) count: u64,
}

#[derive(Deserialize)]
pub(super) struct Found {
    pub(super) points: Vec<FoundPoint>,
}

#[derive(Deserialize)]
pub(super) struct FoundPoint {
    pub(super) id: Uuid,
    pub(super) payload: Payload,
}

/// What comes back with a point, and what is kept with it besides.
#[derive(Deserialize)]
pub(super) struct Payload {
    pub(super) document: Uuid,
    pub(super) language: usize,
}

#[derive(Serialize)]
pub(super) struct Point<'a> {
    id: Uuid,
    vector: Map<String, Value>,
    payload: Kept<'a>,
}

#[derive(Serialize)]
struct Kept<'a> {
    document: Uuid,
    language: usize,
    doc_type: &'static str,
    year: Option<i32>,
    outcome: Option<&'static str>,
    programs: &'a [String],
    tags: &'a [String],
    funder: Option<&'a str>,
    superseded: bool,
}

impl<'a> Point<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        let facets = &entry.facets;
        let mut vector = Map::new();
        vector.insert(WORDS.to_owned(), sparse(&entry.words));
        for (name, dense) in [(MEANING, &entry.meaning), (GIVEN, &entry.given)] {
            if let Some(dense) = dense {
                vector.insert(name.to_owned(), json!(dense));
            }
        }
        Self {
            id: entry.passage.0,
            vector,
            payload: Kept {
                document: entry.document.0,
                language: entry.language.number(),
                doc_type: facets.doc_type.as_str(),
                year: facets.year,
                outcome: facets.outcome.map(Outcome::as_str),
                programs: &facets.programs,
                tags: &facets.tags,
                funder: facets.funder.as_deref(),
                superseded: facets.superseded,
            },
        }
    }
}

/// A search by words and one by each kind of meaning, as far as each is asked for.
pub(super) fn searches(look: &Look) -> Vec<Value> {
    let search = |query: Value, using: &str, limit: usize| {
        json!({
            "query": query,
            "using": using,
            "filter": filter::of(&look.filters),
            "limit": limit,
            "with_payload": ["document", "language"],
        })
    };
    let words = (!look.words.is_empty()).then(|| search(sparse(&look.words), WORDS, look.by_words));
    let dense = [(MEANING, &look.meaning), (GIVEN, &look.given)].into_iter();
    let dense = dense.filter_map(|(name, vector)| {
        let vector = vector.as_ref()?;
        Some(search(json!(vector), name, look.by_meaning))
    });
    words.into_iter().chain(dense).collect()
}

fn sparse(words: &[(Word, f32)]) -> Value {
    let (indices, values): (Vec<Word>, Vec<f32>) = words.iter().copied().unzip();
    json!({ "indices": indices, "values": values })
}

/// What it says is wrong, shortened.
pub(super) fn reason(status: StatusCode, body: &[u8], most: usize) -> String {
    let said: Option<Value> = serde_json::from_slice(body).ok();
    let said = said
        .as_ref()
        .and_then(|said| said["status"]["error"].as_str());
    let reason = said.map_or_else(|| status.to_string(), |said| format!("{status}: {said}"));
    reason.chars().take(most).collect()
}
