//! What eight bits a dimension cost the search by meaning, against exact vectors:
//! `cargo run --release -p archivist-search --example exact -- DIR…`
//!
//! Each DIR is a judged collection in BEIR's form.

use std::path::Path;

use archivist_domain::DocumentId;
use archivist_search::evaluate::Collection;
use archivist_search::{Entry, Mode, SearchRequest, Surveyor, Synonyms};

const SEED: u64 = 1;
const YEAR: i32 = 2026;
const TEN: usize = 10;

fn main() {
    println!("collection  nDCG@10 eight bits    exact  same of ten");
    for folder in std::env::args().skip(1) {
        compare(Path::new(&folder));
    }
}

fn compare(folder: &Path) {
    let collection = Collection::read(folder).expect("a collection in BEIR's form");
    let mut surveyor = Surveyor::new(SEED);
    for record in collection.records() {
        surveyor.add(record);
    }
    let survey = surveyor.finish();
    let entries: Vec<Entry> = collection
        .records()
        .flat_map(|record| survey.entries(record))
        .collect();
    let mut index = survey.index(&Synonyms::default());
    for record in collection.records() {
        index.upsert(record);
    }
    let how = SearchRequest {
        mode: Mode::Dense,
        limit: TEN,
        recency_weight: 0.0,
        outcome_weight: 0.0,
        named_weight: 0.0,
        diversity: 0.0,
        ..SearchRequest::default()
    };
    let (mut asked, mut same) = (0_usize, 0_usize);
    let rounded = collection.evaluate_by(&how, |request| {
        let hits = index.search(&request, YEAR).into_iter();
        let found: Vec<DocumentId> = hits.map(|hit| hit.document).collect();
        let exact = nearest(&entries, index.look(&request).meaning.as_deref());
        asked += found.len();
        same += found.iter().filter(|id| exact.contains(id)).count();
        found
    });
    let exact = collection.evaluate_by(&how, |request| {
        nearest(&entries, index.look(&request).meaning.as_deref())
    });
    println!(
        "{:10}  {:18.4}  {:7.4}  {:11.4}",
        folder.file_name().unwrap_or_default().to_string_lossy(),
        rounded.mean().ndcg_at_10,
        exact.mean().ndcg_at_10,
        same as f64 / asked.max(1) as f64
    );
}

/// The documents of the ten nearest vectors, nearest first.
fn nearest(entries: &[Entry], query: Option<&[f32]>) -> Vec<DocumentId> {
    let Some(query) = query else {
        return Vec::new();
    };
    let cosine = |vector: &[f32]| -> f32 { vector.iter().zip(query).map(|(a, b)| a * b).sum() };
    let each = entries.iter();
    let mut near: Vec<(f32, DocumentId)> = each
        .filter_map(|entry| Some((cosine(entry.meaning.as_deref()?), entry.document)))
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    near.into_iter().take(TEN).map(|(_, id)| id).collect()
}
