//! What every engine has to do, asked of a real PostgreSQL with pgvector, and of a server that
//! speaks as Qdrant does.

mod archive;

use std::collections::BTreeSet;

use archivist_domain::{DocType, DocumentId, GenerationId, Outcome, PassageId};
use archivist_search::{DocumentRecord, Entry, Filters, Look, SearchRequest, Survey, Synonyms};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use uuid::Uuid;

use self::archive::{id, record, records, survey};
use crate::testing::{PgVectorServer, qdrant_server};
use crate::{Engine, EngineError, PgVector, Qdrant, Widths};

const GENERATION: GenerationId = GenerationId(Uuid::from_u128(1));
const OTHER: GenerationId = GenerationId(Uuid::from_u128(2));

/// The width of what the model gives.
const GIVEN: usize = 3;

fn entries(survey: &Survey) -> Vec<Entry> {
    let records = records().into_iter();
    let each = records.flat_map(|record| read(survey, record));
    each.collect()
}

/// The passages of a document, each second one with a vector that an embedding model gave it:
/// it turns about an axis with the number of the passage.
fn read(survey: &Survey, record: DocumentRecord) -> Vec<Entry> {
    let mut entries = survey.entries(record);
    for entry in &mut entries {
        let number = entry.passage.0.as_u128();
        let angle = number as f32 / 20.0;
        entry.given = number
            .is_multiple_of(2)
            .then(|| vec![angle.cos(), angle.sin(), 0.0]);
    }
    entries
}

fn look(survey: &Survey, request: &SearchRequest) -> Look {
    survey.index(&Synonyms::default()).look(request)
}

fn passages(entries: &[Entry], of: impl Fn(&Entry) -> bool) -> BTreeSet<PassageId> {
    let those = entries.iter().filter(|entry| of(entry));
    those.map(|entry| entry.passage).collect()
}

async fn found(engine: &dyn Engine, look: &Look) -> BTreeSet<PassageId> {
    let found = engine.find(GENERATION, look).await.unwrap();
    let ids: BTreeSet<PassageId> = found.iter().map(|candidate| candidate.passage).collect();
    assert_eq!(ids.len(), found.len(), "each once");
    ids
}

/// The whole life of a generation.
async fn keeps_its_promises(engine: &dyn Engine) {
    let survey = survey();
    let entries = entries(&survey);
    let asked = look(&survey, &SearchRequest::new("coaches"));
    assert_eq!(engine.count(GENERATION).await.unwrap(), None);
    let lost = engine.find(GENERATION, &asked).await;
    assert!(matches!(lost, Err(EngineError::Lost { .. })), "{lost:?}");
    engine.discard(GENERATION).await.unwrap();

    let widths = Widths {
        meaning: survey.dims(),
        given: GIVEN,
    };
    engine.begin(GENERATION, widths).await.unwrap();
    engine.begin(OTHER, Widths::default()).await.unwrap();
    assert_eq!(engine.count(GENERATION).await.unwrap(), Some(0));
    assert!(found(engine, &asked).await.is_empty());
    engine.put(GENERATION, &[], &entries).await.unwrap();
    assert_eq!(
        engine.count(GENERATION).await.unwrap(),
        Some(entries.len() as u64)
    );
    assert_eq!(engine.count(OTHER).await.unwrap(), Some(0));

    finds_by_words(engine, &survey, &entries).await;
    finds_by_meaning(engine, &survey, &entries).await;
    finds_by_what_was_given(engine, &survey, &entries).await;
    filters_are_hard(engine, &survey, &entries).await;
    documents_come_and_go(engine, &survey, &entries).await;
    engine.settle(GENERATION).await.unwrap();
    finds_by_words(engine, &survey, &entries).await;

    engine.discard(OTHER).await.unwrap();
    assert_eq!(engine.count(OTHER).await.unwrap(), None);
    assert_eq!(
        engine.count(GENERATION).await.unwrap(),
        Some(entries.len() as u64)
    );
}

async fn finds_by_words(engine: &dyn Engine, survey: &Survey, entries: &[Entry]) {
    let mut asked = look(survey, &SearchRequest::new("coaches in room 3"));
    asked.meaning = None;
    let score = |entry: &Entry| -> f32 {
        let gain = |word| asked.words.iter().find(|(w, _)| *w == word).map(|(_, g)| g);
        let words = entry.words.iter();
        words
            .filter_map(|&(word, share)| Some(gain(word)? * share))
            .sum()
    };
    let all = passages(entries, |entry| {
        score(entry) > 0.0 && !entry.facets.superseded
    });
    assert_eq!(found(engine, &asked).await, all);
    assert!(all.len() > 4, "{}", all.len());
    asked.by_words = 3;
    let best = found(engine, &asked).await;
    assert_eq!(best.len(), 3);
    let worst = entries
        .iter()
        .filter(|e| best.contains(&e.passage))
        .map(score);
    let worst = worst.fold(f32::MAX, f32::min);
    let better = passages(entries, |e| !e.facets.superseded && score(e) > worst + 1e-4);
    assert!(better.is_subset(&best), "{better:?} {best:?}");
}

async fn finds_by_meaning(engine: &dyn Engine, survey: &Survey, entries: &[Entry]) {
    let mut asked = look(survey, &SearchRequest::new("phonics"));
    asked.words.clear();
    asked.by_meaning = 5;
    let meaning = asked.meaning.clone().unwrap();
    let cosine = |entry: &Entry| -> f32 {
        let kept = entry.meaning.iter().flatten();
        kept.zip(&meaning).map(|(a, b)| a * b).sum()
    };
    let best = found(engine, &asked).await;
    assert_eq!(best.len(), 5);
    let worst = entries
        .iter()
        .filter(|e| best.contains(&e.passage))
        .map(cosine);
    let worst = worst.fold(f32::MAX, f32::min);
    let better = passages(entries, |e| {
        !e.facets.superseded && cosine(e) > worst + 1e-4
    });
    assert!(better.is_subset(&best));
    asked.meaning = None;
    assert!(found(engine, &asked).await.is_empty(), "nothing was asked");
}

async fn finds_by_what_was_given(engine: &dyn Engine, survey: &Survey, entries: &[Entry]) {
    let mut asked = look(survey, &SearchRequest::new("phonics"));
    asked.words.clear();
    asked.meaning = None;
    let given = [0.8_f32, 0.6, 0.0];
    asked.given = Some(given.to_vec());
    asked.by_meaning = 4;
    let cosine = |entry: &Entry| -> Option<f32> {
        let kept = entry.given.as_ref()?;
        Some(kept.iter().zip(&given).map(|(a, b)| a * b).sum())
    };
    let mut known: Vec<(f32, PassageId)> = entries
        .iter()
        .filter(|entry| !entry.facets.superseded)
        .filter_map(|entry| Some((cosine(entry)?, entry.passage)))
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best: BTreeSet<PassageId> = known.iter().take(4).map(|(_, passage)| *passage).collect();
    assert_eq!(found(engine, &asked).await, best);
}

async fn filters_are_hard(engine: &dyn Engine, survey: &Survey, entries: &[Entry]) {
    let all = Filters::default();
    let names = |name: &str| vec![name.to_owned()];
    let cases = [
        all.clone(),
        Filters {
            include_superseded: true,
            ..all.clone()
        },
        Filters {
            doc_types: vec![DocType::AnnualReport, DocType::Other],
            ..all.clone()
        },
        Filters {
            years: vec![2021, 2023],
            ..all.clone()
        },
        Filters {
            year_range: Some((2022, 2023)),
            ..all.clone()
        },
        Filters {
            outcomes: vec![Outcome::Funded],
            ..all.clone()
        },
        Filters {
            programs: names(" EARLY literacy"),
            ..all.clone()
        },
        Filters {
            tags: names("Rural"),
            years: vec![2021],
            ..all.clone()
        },
        Filters {
            funders: names("county"),
            ..all.clone()
        },
        Filters {
            funders: vec!["county".into(), "100%_\\".into()],
            ..all.clone()
        },
        Filters {
            documents: vec![id(3), id(4), id(99)],
            ..all.clone()
        },
        Filters {
            exclude_documents: vec![id(3), id(4)],
            ..all.clone()
        },
    ];
    for filters in cases {
        let request = SearchRequest {
            filters: filters.clone(),
            limit: entries.len(),
            ..SearchRequest::new("plan coaches soil")
        };
        let expected = passages(entries, |entry| {
            look(survey, &request).filters[0].admit(entry.document, &entry.facets)
        });
        assert!(!expected.is_empty(), "{filters:?}");
        assert_eq!(
            found(engine, &look(survey, &request)).await,
            expected,
            "{filters:?}"
        );
    }
    let both = SearchRequest {
        filters: Filters {
            years: vec![2021],
            ..all
        },
        ..SearchRequest::typed("plan tag:rural").unwrap()
    };
    let expected = passages(entries, |entry| {
        entry.facets.year == Some(2021)
            && entry.facets.tags == ["rural"]
            && !entry.facets.superseded
    });
    assert_eq!(found(engine, &look(survey, &both)).await, expected);
}

async fn documents_come_and_go(engine: &dyn Engine, survey: &Survey, entries: &[Entry]) {
    let asked = look(survey, &SearchRequest::new("plan"));
    let gone: [DocumentId; 3] = [id(1), id(2), id(99)];
    engine.put(GENERATION, &gone, &[]).await.unwrap();
    engine.put(GENERATION, &[], &[]).await.unwrap();
    let left = passages(entries, |e| {
        !gone.contains(&e.document) && !e.facets.superseded
    });
    assert_eq!(found(engine, &asked).await, left);
    assert_eq!(
        engine.count(GENERATION).await.unwrap(),
        Some(entries.len() as u64 - 2)
    );
    let again: Vec<Entry> = [1, 2]
        .into_iter()
        .flat_map(|n| read(survey, record(n)))
        .collect();
    let all = passages(entries, |e| !e.facets.superseded);
    // Twice: what is put takes the place of what is there.
    for _ in 0..2 {
        engine.put(GENERATION, &gone, &again).await.unwrap();
        assert_eq!(found(engine, &asked).await, all);
        assert_eq!(
            engine.count(GENERATION).await.unwrap(),
            Some(entries.len() as u64)
        );
    }
}

fn options(server: &PgVectorServer) -> PgConnectOptions {
    server.url().parse().unwrap()
}

#[tokio::test]
async fn a_postgresql_with_pgvector_keeps_its_promises() {
    let server = PgVectorServer::start();
    let engine = PgVector::connect(options(&server), 2, "here")
        .await
        .unwrap();
    keeps_its_promises(&engine).await;
    let again = PgVector::connect(options(&server), 2, "here")
        .await
        .unwrap();
    assert!(
        again.count(GENERATION).await.unwrap().is_some(),
        "it is there to stay"
    );
    // Whoever deletes all of it loses nothing but time.
    let mut connection = options(&server).connect().await.unwrap();
    sqlx::raw_sql("DROP SCHEMA archivist_engine CASCADE")
        .execute(&mut connection)
        .await
        .unwrap();
    assert_eq!(engine.count(GENERATION).await.unwrap(), None);
    keeps_its_promises(&engine).await;
}

#[tokio::test]
async fn a_qdrant_keeps_its_promises() {
    // A real one, where somebody names it.
    let (address, key) = match std::env::var("TEST_QDRANT_URL") {
        Ok(address) => (
            address.parse().unwrap(),
            std::env::var("TEST_QDRANT_KEY").ok(),
        ),
        Err(_) => (qdrant_server(Some("the key")).await, Some("the key".into())),
    };
    let engine = Qdrant::new(address, key);
    for left_behind in [GENERATION, OTHER] {
        engine.discard(left_behind).await.unwrap();
    }
    keeps_its_promises(&engine).await;
    engine.discard(GENERATION).await.unwrap();
}

#[tokio::test]
async fn a_qdrant_that_refuses_or_is_away_is_told_apart() {
    let address = qdrant_server(Some("the key")).await;
    let stranger = Qdrant::new(address, Some("another".into()));
    let refused = stranger
        .begin(GENERATION, Widths::default())
        .await
        .unwrap_err();
    assert!(matches!(refused, EngineError::Refused { .. }), "{refused}");
    assert!(!refused.to_string().contains("another"), "{refused}");
    let nowhere = Qdrant::new("http://127.0.0.1:1".parse().unwrap(), None);
    let away = nowhere.count(GENERATION).await.unwrap_err();
    assert!(matches!(away, EngineError::Away { .. }), "{away}");
}
