//! The voice of an embedding model.

use super::*;
use crate::given::PassageVector;
use crate::records::{PassagePlace, QueryVector};

/// Three passages that share no word with a question about "pupils", and their vectors.
fn with_vectors(vectors: &[(u128, [f32; 2])]) -> Index {
    let mut index = index_of([
        record(1, "Plan", &["Coaches visit schools."]),
        record(2, "Plan", &["Beans and compost."]),
        record(3, "Plan", &["Rent and repairs."]),
    ]);
    index.expect_vectors("tiny", 2);
    read(&mut index, "tiny", vectors);
    index
}

/// Gives documents with one passage each the vectors that a model made of what stands there.
fn read(index: &mut Index, identity: &str, vectors: &[(u128, [f32; 2])]) {
    let unread = index.unread(identity, 9).into_iter();
    let read = unread.filter_map(|unread| {
        let is_it = |(number, _): &&(u128, [f32; 2])| document(*number) == unread.place.document;
        let (_, values) = vectors.iter().find(is_it)?;
        Some(PassageVector {
            place: unread.place,
            digest: unread.digest,
            values: values.to_vec(),
        })
    });
    index.set_vectors(identity, &read.collect::<Vec<_>>());
}

const ALL: [(u128, [f32; 2]); 3] = [(1, [1.0, 0.0]), (2, [0.0, 1.0]), (3, [0.1, 0.99])];

fn like_pupils(index: &Index, identity: &str, mode: Mode) -> Vec<DocumentId> {
    let request = SearchRequest {
        mode,
        vector: Some(QueryVector {
            identity: identity.to_owned(),
            values: vec![1.0, 0.0],
        }),
        ..SearchRequest::new("beans")
    };
    documents_of(&index.search(&request, YEAR))
}

#[test]
fn a_model_orders_by_meaning_and_words_keep_their_say() {
    let index = with_vectors(&ALL);
    assert_eq!(like_pupils(&index, "tiny", Mode::Dense)[0], document(1));
    assert_eq!(like_pupils(&index, "tiny", Mode::Hybrid)[0], document(2));
    assert_eq!(like_pupils(&index, "tiny", Mode::Lexical), [document(2)]);
}

#[test]
fn what_a_model_finds_is_found_also_where_a_filter_lets_nothing_else_through() {
    let of = |number| {
        let mut record = record(number, "Plan", &["Coaches visit schools."]);
        record.facets.year = i32::try_from(2010 + number).ok();
        record
    };
    let mut index = index_of((1..=12).map(of));
    index.expect_vectors("tiny", 2);
    let vectors: Vec<(u128, [f32; 2])> = (1..=12)
        .map(|number| (number, if number == 7 { [1.0, 0.0] } else { [0.1, 0.99] }))
        .collect();
    while !index.unread("tiny", 1).is_empty() {
        read(&mut index, "tiny", &vectors);
    }
    let found = |years: &[i32]| {
        let request = SearchRequest {
            vector: Some(QueryVector {
                identity: "tiny".to_owned(),
                values: vec![1.0, 0.0],
            }),
            filters: Filters {
                years: years.to_vec(),
                ..Filters::default()
            },
            ..SearchRequest::new("pupils")
        };
        documents_of(&index.search(&request, YEAR))
    };
    assert_eq!(found(&[]), [document(7)]);
    assert_eq!(found(&[2017]), [document(7)]);
    assert_eq!(
        found(&[2016]),
        [],
        "chance is chance also where it is alone"
    );
}

#[test]
fn vectors_of_another_model_and_a_model_that_has_not_read_all_are_not_asked() {
    assert!(like_pupils(&with_vectors(&ALL), "other", Mode::Dense).is_empty());
    let index = with_vectors(&ALL[..2]);
    let unread = index.unread("tiny", 9);
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0].text, "Plan\nRent and repairs.");
    assert!(!index.coverage("tiny").is_enough());
    assert!(like_pupils(&index, "tiny", Mode::Dense).is_empty());
}

#[test]
fn a_passage_that_goes_takes_its_vector_along() {
    let mut index = with_vectors(&ALL);
    index.remove(document(1));
    index.upsert(record(4, "Plan", &["Something new."]));
    assert_eq!(index.unread("tiny", 9).len(), 1, "its slot is no leftover");
    index.expect_vectors("tiny", 2);
    assert_eq!(index.coverage("tiny").read, 2, "the same model keeps them");
}

#[test]
fn the_old_model_answers_while_the_new_one_reads() {
    let mut index = with_vectors(&ALL);
    index.expect_vectors("new", 2);
    read(&mut index, "new", &[(2, [1.0, 0.0])]);
    assert!(like_pupils(&index, "new", Mode::Dense).is_empty());
    assert_eq!(like_pupils(&index, "tiny", Mode::Dense)[0], document(1));
    let backwards = [(1, [0.0, 1.0]), (3, [0.0, 1.0])];
    read(&mut index, "new", &backwards);
    assert_eq!(like_pupils(&index, "new", Mode::Dense)[0], document(2));
    index.keep_vectors_of(&["new"]);
    assert!(like_pupils(&index, "tiny", Mode::Dense).is_empty());
}

#[test]
fn a_vector_of_another_text_or_width_is_not_taken() {
    let mut index = with_vectors(&ALL[..2]);
    let old = index.unread("tiny", 9).remove(0);
    let vector = |digest, values: &[f32]| PassageVector {
        place: old.place,
        digest,
        values: values.to_vec(),
    };
    index.set_vectors("tiny", &[vector(old.digest, &[1.0, 0.0, 0.0])]);
    assert_eq!(index.coverage("tiny").read, 2);
    index.upsert(record(3, "Budget", &["Rent and repairs."]));
    index.set_vectors("tiny", &[vector(old.digest, &[1.0, 0.0])]);
    assert_eq!(index.coverage("tiny").read, 2, "its title is another now");
    assert_eq!(index.unread("tiny", 9)[0].text, "Budget\nRent and repairs.");
}

#[test]
fn more_like_this_asks_the_model_also_where_nothing_was_typed() {
    let index = with_vectors(&[(1, [1.0, 0.0]), (2, [0.0, 1.0]), (3, [0.9, 0.43])]);
    let liked = PassagePlace {
        document: document(1),
        passage: PassageId(Uuid::from_u128(1000)),
    };
    let request = SearchRequest {
        mode: Mode::Dense,
        like: vec![liked],
        without: vec![liked],
        vector: Some(QueryVector {
            identity: "tiny".to_owned(),
            values: Vec::new(),
        }),
        ..SearchRequest::default()
    };
    assert_eq!(documents_of(&index.search(&request, YEAR))[0], document(3));
}
