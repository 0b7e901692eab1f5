//! What is found, and how fast, where an engine outside keeps the passages, against memory:
//! `cargo run --release -p archivist-engine --features testing --example compare -- ENGINE WHAT…`
//!
//! ENGINE is `pgvector` (a server of its own), `postgres://…` or `http://…` (a Qdrant). WHAT is a
//! judged collection (a folder in BEIR's form) or a number of invented passages. Texts of
//! candidates come from memory here, as they come from the database in a site.

#[path = "../../search/examples/invented/mod.rs"]
mod invented;

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use archivist_domain::{DocumentId, GenerationId};
use archivist_engine::testing::PgVectorServer;
use archivist_engine::{Engine, PgVector, Qdrant, Widths};
use archivist_search::evaluate::{Collection, Measures};
use archivist_search::{DocumentRecord, Hit, Index, SearchRequest, Survey, Surveyor, Synonyms};
use tokio::runtime::Runtime;
use uuid::Uuid;

use self::invented::{Random, invented, words};

const YEAR: i32 = 2026;
const QUERIES: usize = 200;
const GENERATION: GenerationId = GenerationId(Uuid::from_u128(0x636f_6d70_6172_6531));
/// Entries that are put in at a time.
const AT_ONCE: usize = 2000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let named = arguments
        .next()
        .expect("name an engine: pgvector, postgres://… or http://…");
    let runtime = Runtime::new().expect("a runtime");
    let server = (named == "pgvector").then(PgVectorServer::start);
    let address = server.as_ref().map_or(named, PgVectorServer::url);
    let engine = runtime.block_on(open(&address));
    println!(
        "what                  passages  put/s    nDCG@10 memory  outside  same of ten  p50 ms memory  outside  of which engine  p99 ms outside"
    );
    for what in arguments {
        let outside = |records| Outside::fill(&runtime, &*engine, records);
        if let Ok(passages) = what.parse() {
            measure_invented(passages, outside);
        } else {
            measure_collection(Path::new(&what), outside);
        }
    }
    runtime
        .block_on(engine.discard(GENERATION))
        .expect("the engine answers");
}

async fn open(address: &str) -> Box<dyn Engine> {
    if address.starts_with("http") {
        return Box::new(Qdrant::new(address.parse().expect("an address"), None));
    }
    let options = address.parse().expect("an address");
    Box::new(
        PgVector::connect(options, 4, "here")
            .await
            .expect("pgvector"),
    )
}

/// An archive whose passages an engine keeps.
struct Outside<'a> {
    runtime: &'a Runtime,
    engine: &'a dyn Engine,
    survey: Survey,
    records: HashMap<DocumentId, DocumentRecord>,
    passages: usize,
    filling: Duration,
}

impl<'a> Outside<'a> {
    fn fill(runtime: &'a Runtime, engine: &'a dyn Engine, records: Vec<DocumentRecord>) -> Self {
        let mut surveyor = Surveyor::new(1);
        for record in &records {
            surveyor.add(record.clone());
        }
        let survey = surveyor.finish();
        let start = Instant::now();
        let fill = async {
            engine.discard(GENERATION).await?;
            let widths = Widths {
                meaning: survey.dims(),
                given: 0,
            };
            engine.begin(GENERATION, widths).await?;
            let mut waiting = Vec::new();
            for record in &records {
                waiting.extend(survey.entries(record.clone()));
                if waiting.len() >= AT_ONCE {
                    engine.put(GENERATION, &[], &waiting).await?;
                    waiting.clear();
                }
            }
            engine.put(GENERATION, &[], &waiting).await?;
            engine.settle(GENERATION).await
        };
        runtime.block_on(fill).expect("the engine takes all");
        Self {
            runtime,
            engine,
            passages: survey.passages(),
            survey,
            records: records
                .into_iter()
                .map(|record| (record.id, record))
                .collect(),
            filling: start.elapsed(),
        }
    }

    fn search(&self, request: &SearchRequest) -> Vec<Hit> {
        let mut index = self.survey.index(&Synonyms::default());
        let look = index.look(request);
        let found = self.runtime.block_on(self.engine.find(GENERATION, &look));
        let mut by_document: HashMap<DocumentId, DocumentRecord> = HashMap::new();
        for candidate in found.expect("the engine answers") {
            let whole = &self.records[&candidate.document];
            let passage = whole.passages.iter().find(|p| p.id == candidate.passage);
            let record = by_document
                .entry(whole.id)
                .or_insert_with(|| DocumentRecord {
                    id: whole.id,
                    title: whole.title.clone(),
                    facets: whole.facets.clone(),
                    language: Some(candidate.language),
                    passages: Vec::new(),
                });
            record.passages.extend(passage.cloned());
        }
        for record in by_document.into_values() {
            index.upsert(record);
        }
        index.search(request, YEAR)
    }

    fn put_per_second(&self) -> f64 {
        self.passages as f64 / self.filling.as_secs_f64()
    }
}

fn in_memory(records: &[DocumentRecord]) -> Index {
    let mut index = Index::new();
    for record in records {
        index.upsert(record.clone());
    }
    let trained = index.training_set().train(1);
    index.install(trained);
    index
}

fn measure_collection<'a>(folder: &Path, fill: impl FnOnce(Vec<DocumentRecord>) -> Outside<'a>) {
    let collection = Collection::read(folder).expect("a collection");
    let index = collection.index(1);
    let outside = fill(collection.records().collect());
    let how = SearchRequest {
        limit: 10,
        recency_weight: 0.0,
        outcome_weight: 0.0,
        named_weight: 0.0,
        diversity: 0.0,
        ..SearchRequest::default()
    };
    let asked = |search: &dyn Fn(&SearchRequest) -> Vec<Hit>| -> (Measures, Vec<Vec<Hit>>) {
        let mut answers = Vec::new();
        let measured = collection.evaluate_by(&how, |request| {
            let hits = search(&request);
            let documents = hits.iter().map(|hit| hit.document).collect();
            answers.push(hits);
            documents
        });
        (measured.mean(), answers)
    };
    let (here, in_memory_hits) = asked(&|request| index.search(request, YEAR));
    let (there, outside_hits) = asked(&|request| outside.search(request));
    let requests: Vec<SearchRequest> = collection
        .queries
        .iter()
        .map(|query| SearchRequest::new(query.text.clone()))
        .collect();
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    report(
        &name,
        Some((here.ndcg_at_10, there.ndcg_at_10)),
        same(&in_memory_hits, &outside_hits),
        &index,
        &outside,
        &requests,
    );
}

fn measure_invented<'a>(passages: usize, fill: impl FnOnce(Vec<DocumentRecord>) -> Outside<'a>) {
    let records: Vec<DocumentRecord> = invented(passages, &mut Random(7)).collect();
    let index = in_memory(&records);
    let outside = fill(records);
    let random = &mut Random(11);
    let requests: Vec<SearchRequest> = (0..QUERIES)
        .map(|_| SearchRequest::new(words(random).join(" ")))
        .collect();
    let here: Vec<Vec<Hit>> = requests.iter().map(|r| index.search(r, YEAR)).collect();
    let there: Vec<Vec<Hit>> = requests.iter().map(|r| outside.search(r)).collect();
    report(
        "invented",
        None,
        same(&here, &there),
        &index,
        &outside,
        &requests,
    );
}

/// Which part of the hits in memory was found outside, too.
fn same(here: &[Vec<Hit>], there: &[Vec<Hit>]) -> f64 {
    let (mut all, mut found) = (0_usize, 0_usize);
    for (here, there) in here.iter().zip(there) {
        all += here.len();
        let is_there = |hit: &&Hit| there.iter().any(|other| other.passage == hit.passage);
        found += here.iter().filter(is_there).count();
    }
    found as f64 / all.max(1) as f64
}

fn report(
    name: &str,
    quality: Option<(f64, f64)>,
    same: f64,
    index: &Index,
    outside: &Outside<'_>,
    requests: &[SearchRequest],
) {
    let timed = |search: &dyn Fn(&SearchRequest) -> Vec<Hit>| -> Vec<Duration> {
        let mut taken: Vec<Duration> = requests
            .iter()
            .map(|request| {
                let start = Instant::now();
                std::hint::black_box(search(request));
                start.elapsed()
            })
            .collect();
        taken.sort_unstable();
        taken
    };
    let here = timed(&|request| index.search(request, YEAR));
    let there = timed(&|request| outside.search(request));
    let finding = timed(&|request| {
        let look = outside.survey.index(&Synonyms::default()).look(request);
        let found = outside.engine.find(GENERATION, &look);
        std::hint::black_box(outside.runtime.block_on(found).expect("it answers"));
        Vec::new()
    });
    let at = |taken: &[Duration], share: usize| {
        taken[(taken.len() - 1) * share / 100].as_secs_f64() * 1e3
    };
    let (ndcg_in_memory, ndcg_outside) = quality.unwrap_or((f64::NAN, f64::NAN));
    println!(
        "{name:20}  {:8}  {:6.0}   {ndcg_in_memory:14.4}  {ndcg_outside:7.4}  {same:11.3}  {:13.1}  {:7.1}  {:15.1}  {:14.1}",
        outside.passages,
        outside.put_per_second(),
        at(&here, 50),
        at(&there, 50),
        at(&finding, 50),
        at(&there, 99),
    );
}
