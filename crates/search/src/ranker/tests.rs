use std::collections::HashMap;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use uuid::Uuid;

use super::*;
use crate::evaluate::Judged;
use crate::records::{DocumentRecord, Facets, PassageRecord, SearchRequest};

const YEAR: i32 = 2026;

fn id(number: usize) -> PassageId {
    PassageId(Uuid::from_u128(number as u128))
}

/// For each of so many subjects, a document that is called after it and one that was funded; both
/// speak of it as much.
fn archive(subjects: usize) -> Index {
    let mut index = Index::new();
    for subject in 0..subjects {
        for (turn, title, outcome) in [(0, "Report", Some(Outcome::Funded)), (1, "Plan", None)] {
            let number = subject * 2 + turn;
            let name = format!("subject{subject}");
            index.upsert(DocumentRecord {
                id: DocumentId(id(number).0),
                title: if turn == 1 {
                    format!("{title} {name}")
                } else {
                    title.to_owned()
                },
                facets: Facets {
                    doc_type: DocType::Other,
                    year: None,
                    outcome,
                    programs: Vec::new(),
                    tags: Vec::new(),
                    funder: None,
                    superseded: false,
                },
                language: None,
                passages: vec![PassageRecord {
                    id: id(number),
                    ordinal: 0,
                    heading: None,
                    text: format!("{name} {name} children garden soup"),
                }],
            });
        }
    }
    index
}

/// People chose the passage of this turn for each subject.
fn chosen(subjects: usize, turn: impl Fn(usize) -> usize) -> Vec<Judged> {
    let judged = |subject: usize| Judged {
        request: SearchRequest::new(format!("subject{subject} garden")),
        grades: HashMap::from([(id(subject * 2 + turn(subject)), 1)]),
    };
    (0..subjects).map(judged).collect()
}

fn learn(index: &Index, judged: &[Judged]) -> Learned {
    let lessons = judged.iter().map(|judged| index.lesson(judged, YEAR));
    Learned::from(lessons.collect(), 1)
}

#[test]
fn what_people_choose_comes_forward_in_searches_they_have_not_made() {
    let mut index = archive(120);
    let funded = chosen(80, |_| 0);
    let learned = learn(&index, &funded);
    assert_eq!(learned.searches, 80);
    assert!(learned.helps(), "{learned:?}");
    assert!(learned.gain.ndcg_at_10 > 0.2, "{learned:?}");

    let request = SearchRequest::new("subject100 garden");
    let before: Vec<_> = index.search(&request, YEAR);
    assert_eq!(before[0].passage, id(201), "by its title");
    assert_eq!(before[0].preferred, None);
    index.set_ranker(learned.ranker);
    let after = index.search(&request, YEAR);
    assert_eq!(after[0].passage, id(200), "as the funded ones were chosen");
    assert!(
        after[0].reasons.iter().any(|reason| reason == REASON),
        "{after:?}"
    );
    assert!(after.is_sorted_by(|a, b| a.score >= b.score) && after[0].score <= 1.0);
    assert_eq!(after.len(), before.len(), "nothing is lost");
}

#[test]
fn choices_by_chance_change_nothing() {
    let index = archive(80);
    let mut random = crate::random::SplitMix(3);
    let turns: Vec<usize> = (0..80).map(|_| random.below(2)).collect();
    let learned = learn(&index, &chosen(80, |subject| turns[subject]));
    assert!(!learned.helps(), "{learned:?}");
}

#[test]
fn few_searches_teach_nothing() {
    let index = archive(MIN_SEARCHES);
    let learned = learn(&index, &chosen(MIN_SEARCHES - 1, |_| 0));
    assert!(!learned.helps() && learned.ranker.is_none());
    assert_eq!(learned.searches, MIN_SEARCHES - 1);
    let learned = learn(&index, &[]);
    assert!(!learned.helps() && learned.searches == 0);
}

#[test]
fn only_searches_for_the_best_are_put_in_a_learned_order() {
    let mut index = archive(80);
    let learned = learn(&index, &chosen(80, |_| 0));
    index.set_ranker(learned.ranker);
    let newest = SearchRequest {
        order: SearchOrder::Newest,
        ..SearchRequest::new("subject1 garden")
    };
    for request in [
        newest,
        SearchRequest {
            mode: Mode::Lexical,
            ..SearchRequest::new("subject1")
        },
    ] {
        let hits = index.search(&request, YEAR);
        assert!(!hits.is_empty() && hits.iter().all(|hit| hit.preferred.is_none()));
    }
}

#[test]
fn weights_come_back_by_their_names_or_not_at_all() {
    let mut weights = Ranker {
        weights: [0.5; features::NAMES.len()],
    }
    .weights();
    assert!(Ranker::of_weights(&weights).is_some());
    weights.insert("another".into(), 1.0);
    assert_eq!(Ranker::of_weights(&weights), None);
    weights.remove("another");
    weights.insert("title".into(), f32::NAN);
    assert_eq!(Ranker::of_weights(&weights), None);
    weights.remove("title");
    assert_eq!(Ranker::of_weights(&weights), None);
}
