//! The voice of an embedding model.

use super::*;
use crate::records::QueryVector;

/// Three passages that share no word with a question about "pupils", and their vectors.
fn with_vectors(vectors: &[(u128, [f32; 2])]) -> Index {
    let mut index = index_of([
        record(1, "Plan", &["Coaches visit schools."]),
        record(2, "Plan", &["Beans and compost."]),
        record(3, "Plan", &["Rent and repairs."]),
    ]);
    index.expect_vectors("tiny", 2);
    for (number, vector) in vectors {
        let passage = PassageId(Uuid::from_u128(number * 1000));
        index.set_vector(document(*number), passage, vector);
    }
    index
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
fn vectors_of_another_model_and_a_model_that_has_not_read_all_are_not_asked() {
    assert!(like_pupils(&with_vectors(&ALL), "other", Mode::Dense).is_empty());
    let index = with_vectors(&ALL[..2]);
    assert_eq!(index.unread(9).len(), 1);
    assert_eq!(index.unread(9)[0].text, "Plan\nRent and repairs.");
    assert!(!index.coverage().is_enough());
    assert!(like_pupils(&index, "tiny", Mode::Dense).is_empty());
}

#[test]
fn a_passage_that_goes_takes_its_vector_along() {
    let mut index = with_vectors(&ALL);
    index.remove(document(1));
    index.upsert(record(4, "Plan", &["Something new."]));
    assert_eq!(index.unread(9).len(), 1, "its slot is no leftover");
    index.expect_vectors("tiny", 2);
    assert_eq!(index.coverage().read, 2, "the same model keeps them");
    index.expect_vectors("other", 3);
    assert_eq!(index.coverage().read, 0);
}
