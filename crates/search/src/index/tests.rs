use archivist_domain::PassageId;
use archivist_domain::{DocType, Outcome};
use uuid::Uuid;

use super::*;
use crate::records::{DocumentRecord, Facets};
use crate::records::{Filters, Mode, PassageRecord};

mod answering;
mod languages;
mod listing;
mod modelled;
mod saving;

const YEAR: i32 = 2026;

fn document(number: u128) -> DocumentId {
    DocumentId(Uuid::from_u128(number))
}

/// A document whose passages are numbered after it.
fn record(number: u128, title: &str, texts: &[&str]) -> DocumentRecord {
    let passages = (0..).zip(texts).map(|(ordinal, text)| PassageRecord {
        id: PassageId(Uuid::from_u128(number * 1000 + u128::from(ordinal))),
        ordinal,
        heading: None,
        text: (*text).to_owned(),
    });
    DocumentRecord {
        id: document(number),
        title: title.to_owned(),
        facets: facets(None, None),
        language: None,
        passages: passages.collect(),
    }
}

fn facets(year: Option<i32>, outcome: Option<Outcome>) -> Facets {
    Facets {
        doc_type: DocType::GrantProposal,
        year,
        outcome,
        programs: vec!["Early Literacy".into()],
        tags: Vec::new(),
        funder: None,
        superseded: false,
    }
}

fn filed(record: DocumentRecord, facets: Facets) -> DocumentRecord {
    DocumentRecord { facets, ..record }
}

fn index_of(records: impl IntoIterator<Item = DocumentRecord>) -> Index {
    let mut index = Index::new();
    records.into_iter().for_each(|record| index.upsert(record));
    index
}

fn trained(mut index: Index) -> Index {
    let trained = index.training_set().train(1);
    index.install(trained);
    index
}

fn ask(index: &Index, text: &str) -> Vec<Hit> {
    index.search(&SearchRequest::new(text), YEAR)
}

fn documents_of(hits: &[Hit]) -> Vec<DocumentId> {
    hits.iter().map(|hit| hit.document).collect()
}

/// A small invented archive: three lines of work that share few words, two
/// passages a document.
fn library() -> Vec<DocumentRecord> {
    let lines = [
        (
            "reading",
            [
                "books", "library", "coaches", "literacy", "phonics", "tutors", "pupils",
            ],
        ),
        (
            "garden",
            [
                "beans", "compost", "soil", "harvest", "seeds", "kitchen", "meals",
            ],
        ),
        (
            "housing",
            [
                "tenants",
                "rent",
                "shelter",
                "landlords",
                "eviction",
                "leases",
                "repairs",
            ],
        ),
    ];
    (0..24_usize)
        .map(|number| {
            let (line, words) = lines[number % 3];
            let pick = |step: usize| words[(number * 5 + step * 3) % words.len()];
            let first = format!(
                "Our {line} work: {} and {} with {}.",
                pick(0),
                pick(1),
                pick(2)
            );
            let second = format!("Families told us how {} and {} matter.", pick(3), pick(4));
            record(
                number as u128 + 1,
                &format!("{line} plan {number}"),
                &[&first, &second],
            )
        })
        .collect()
}

const QUESTIONS: [&str; 6] = [
    "literacy coaches",
    "compost for the garden",
    "eviction",
    "families",
    "rent and beans",
    "plan 7",
];

#[test]
fn the_passage_with_the_words_is_first_and_says_why() {
    let index = index_of([
        record(
            1,
            "Proposal",
            &["Nine coaches teach literacy.", "The garden grew."],
        ),
        record(2, "Report", &["Coaches drove the bus."]),
    ]);
    let hits = ask(&index, "literacy coaching");
    assert_eq!(documents_of(&hits), [document(1), document(2)]);
    assert_eq!(hits[0].matched, ["literacy", "coaches"]);
    assert_eq!(hits[0].reasons, ["matched literacy, coaches"]);
    assert_eq!(hits[0].marks, [5..12, 19..27]);
    assert!(hits[0].lexical.is_some() && hits[0].dense.is_none());
    assert!(hits[0].score <= 1.0 && hits[0].score > hits[1].score);
}

#[test]
fn title_and_heading_are_searched_but_not_marked() {
    let mut garden = record(1, "Garden proposal", &["Children grow beans."]);
    garden.passages[0].heading = Some("Budget".into());
    let index = index_of([garden, record(2, "Other", &["Nothing of the kind."])]);
    for query in ["garden", "budget"] {
        let hits = ask(&index, query);
        assert_eq!(documents_of(&hits), [document(1)], "{query}");
        assert!(hits[0].marks.is_empty() && hits[0].matched.is_empty());
    }
}

#[test]
fn nothing_is_found_for_words_nobody_wrote() {
    let index = trained(index_of(library()));
    assert_eq!(ask(&index, "submarine"), []);
    assert_eq!(ask(&index, "the of and"), []);
    assert_eq!(ask(&index, ""), []);
    assert_eq!(ask(&Index::new(), "literacy"), []);
}

#[test]
fn meaning_finds_what_words_do_not() {
    let index = trained(index_of(library()));
    let only_dense = |hit: &Hit| hit.lexical.is_none();
    let hits = index.search(
        &SearchRequest {
            limit: 48,
            ..SearchRequest::new("compost")
        },
        YEAR,
    );
    assert!(hits.iter().any(only_dense), "{hits:?}");
    for hit in hits.iter().filter(|hit| only_dense(hit)) {
        let number = hit.document.0.as_u128() - 1;
        assert_eq!(number % 3, 1, "a garden plan, not {number}");
        assert!(hit.reasons.contains(&"similar in meaning".to_owned()));
    }
}

#[test]
fn small_archives_search_by_words_and_say_so() {
    let mut index = index_of(library().into_iter().take(9));
    assert_eq!(
        index.dense_state(),
        DenseState::TooFewPassages {
            passages: 18,
            needed: 20
        }
    );
    assert!(!index.training_due());
    let trained = index.training_set().train(1);
    index.install(trained);
    assert!(!ask(&index, "literacy").is_empty());
    index.upsert(library().remove(9));
    assert_eq!(index.dense_state(), DenseState::Untrained);
    assert!(index.training_due());
}

#[test]
fn vectors_are_narrower_than_a_small_archive_is_long() {
    let index = trained(index_of(library().into_iter().take(10)));
    let DenseState::Ready {
        dims, learned_from, ..
    } = index.dense_state()
    else {
        panic!("no vectors: {:?}", index.dense_state());
    };
    assert_eq!(learned_from, 20);
    assert!(dims < 20, "{dims}");
    assert!(!index.training_due());
}

#[test]
fn an_index_with_a_past_answers_like_a_fresh_one() {
    let fresh = trained(index_of(library()));
    let mut used = Index::new();
    for round in 0..3 {
        for mut record in library().into_iter().rev() {
            record.passages[0].text += " A draft with beans.";
            used.upsert(record);
        }
        used.upsert(record(
            500 + round,
            "Passing",
            &["Literacy beans tenants.", "Coaches."],
        ));
        used = trained(used);
        for number in [3, 8, 20] {
            assert!(used.remove(document(number)));
        }
    }
    (500..503).for_each(|number| assert!(used.remove(document(number))));
    for record in library() {
        used.upsert(record);
    }
    let used = trained(used);
    assert_eq!(used.passage_count(), fresh.passage_count());
    for question in QUESTIONS {
        for mode in [Mode::Lexical, Mode::Dense, Mode::Hybrid] {
            let request = SearchRequest {
                mode,
                ..SearchRequest::new(question)
            };
            let answers = [used.search(&request, YEAR), fresh.search(&request, YEAR)];
            assert_eq!(answers[0], answers[1], "{question} {mode:?}");
        }
    }
}

#[test]
fn removing_twice_and_unknown_documents() {
    let mut index = index_of(library());
    assert!(index.remove(document(1)));
    assert!(!index.remove(document(1)));
    assert_eq!((index.document_count(), index.passage_count()), (23, 46));
    assert!(!documents_of(&ask(&index, "reading plan 0")).contains(&document(1)));
}

#[test]
fn facets_titles_and_labels_follow_a_change() {
    let beans = |title| record(1, title, &["Beans."]);
    let first_reason = |index: &Index, text: &str| {
        let hits = ask(index, text).into_iter();
        hits.flat_map(|hit| hit.reasons).next()
    };
    let mut index = index_of([beans("Old name")]);
    assert!(first_reason(&index, "name").is_some());
    assert_eq!(first_reason(&index, "youth"), None);
    let tagged = Facets {
        tags: vec!["rural youth".to_owned()],
        funder: Some("Meadow Fund".to_owned()),
        ..facets(Some(2020), None)
    };
    index.upsert(filed(beans("Harvest"), tagged));
    assert_eq!(first_reason(&index, "name"), None);
    for (typed, expected) in [
        ("harvest", "title or heading has Harvest"),
        ("youth", "tagged rural youth"),
        ("meadow", "for Meadow Fund"),
        ("Meadow Fund", "for Meadow Fund, as typed"),
    ] {
        assert_eq!(
            first_reason(&index, typed).as_deref(),
            Some(expected),
            "{typed}"
        );
    }
}

#[test]
fn names_alone_find_the_documents_that_are_it_whatever_their_words() {
    let of_type = |number, doc_type, texts: &[&str]| {
        let named = Facets {
            doc_type,
            ..facets(Some(2024), None)
        };
        filed(record(number, "Untitled", texts), named)
    };
    let index = trained(index_of(library().into_iter().chain([
        of_type(
            101,
            DocType::ImpactReport,
            &["Ferries sail.", "Boats, too."],
        ),
        of_type(102, DocType::Other, &["A report on the impact of rain."]),
        of_type(103, DocType::Other, &["We report an impact."]),
    ])));
    let hits = ask(&index, "impact report");
    let found = hits
        .iter()
        .find(|hit| hit.document == document(101))
        .unwrap();
    assert_eq!(found.passage.0.as_u128(), 101_000);
    let why = "type Impact Report, as typed".to_owned();
    assert!(found.reasons.contains(&why), "{:?}", found.reasons);
    assert_eq!(hits[0].document, document(101));
    // Other words say what is looked for.
    let hits = ask(&index, "impact report on rain");
    assert_eq!(hits[0].document, document(102));
}

#[test]
fn documents_of_a_year_that_is_named_come_first_and_say_so() {
    let plan = |number| record(number, "Plan", &["Beans for the pantry."]);
    let index = index_of([
        filed(plan(1), facets(Some(2020), None)),
        filed(plan(2), facets(Some(2019), None)),
    ]);
    assert_eq!(
        documents_of(&ask(&index, "beans")),
        [document(1), document(2)]
    );
    let found = ask(&index, "beans 2019");
    assert_eq!(documents_of(&found), [document(2), document(1)]);
    assert!(found[0].reasons.contains(&"of 2019, as typed".to_owned()));
    assert!(found[1].named < found[0].named);
    let unweighed = SearchRequest {
        named_weight: 0.0,
        ..SearchRequest::new("beans 2019")
    };
    let found = index.search(&unweighed, YEAR);
    assert_eq!(documents_of(&found), [document(1), document(2)]);
}

#[test]
fn changes_that_were_read_beside_the_index_are_as_those_read_under_its_lock() {
    let mut index = trained(index_of(library()));
    let mut other = trained(index_of(library()));
    let ids = [document(1), document(2), document(99)];
    let again = || {
        vec![
            record(1, "Anew", &["Beans and soup.", "Kitchen"]),
            record(99, "New", &["Tutors"]),
        ]
    };
    let changes = index.preparer(&ids).prepare(again());
    // Meanwhile one of them changes, and vectors are learned anew.
    for index in [&mut index, &mut other] {
        index.upsert(record(1, "Between", &["Compost"]));
        let trained = index.training_set().train(2);
        index.install(trained);
    }
    for change in changes {
        index.apply(change);
    }
    for id in ids {
        other.remove(id);
    }
    for record in again() {
        other.upsert(record);
    }
    assert_eq!(index.document_count(), other.document_count());
    for text in [
        "beans soup",
        "tutors",
        "compost",
        "kitchen garden harvest",
        "between",
    ] {
        assert_eq!(ask(&index, text), ask(&other, text), "{text}");
    }
}

#[test]
fn what_is_for_a_funder_or_of_a_program_that_is_named_comes_first_and_says_so() {
    let of = |funder: &str, program: &str| Facets {
        funder: Some(funder.to_owned()),
        programs: vec![program.to_owned()],
        ..facets(Some(2020), None)
    };
    let plan = |number| record(number, "Plan", &["Beans for the pantry."]);
    let mut index = index_of([
        plan(1),
        filed(plan(2), of("Harbor County Trust", "Early Literacy")),
        filed(plan(3), of("Meadow Fund", "Summer Meals")),
    ]);
    let found = ask(&index, "beans for the Harbor County Trust");
    assert_eq!(found[0].document, document(2));
    assert!(
        found[0]
            .reasons
            .contains(&"for Harbor County Trust, as typed".to_owned())
    );
    let found = ask(&index, "beans in summer meals");
    assert_eq!(found[0].document, document(3));
    assert!(
        found[0]
            .reasons
            .contains(&"program Summer Meals, as typed".to_owned())
    );
    // Names go with the last document that has them.
    index.upsert(filed(plan(3), facets(Some(2020), None)));
    assert!(
        ask(&index, "beans in summer meals")
            .iter()
            .all(|hit| hit.named >= 1.0)
    );
    index.remove(document(2));
    assert!(
        ask(&index, "beans Harbor County Trust")
            .iter()
            .all(|hit| hit.named >= 1.0)
    );
}

#[test]
fn a_section_that_is_named_is_found_under_whatever_it_is_called() {
    let under = |number, heading: &str| {
        let mut record = record(
            number,
            "Plan",
            &["Children in the county read below grade."],
        );
        record.passages[0].heading = Some(heading.to_owned());
        record
    };
    let index = index_of([
        under(1, "Budget"),
        under(2, "2. Statement of need"),
        under(3, "Staff"),
    ]);
    let found = ask(&index, "needs assessment children read");
    assert_eq!(found[0].document, document(2));
    assert!(
        found[0]
            .reasons
            .contains(&"section statement of need, as typed".to_owned())
    );
    assert_eq!(found.len(), 3, "nothing is left out");
    assert!(found[0].named >= 1.0 && found[1].named < 1.0, "{found:?}");
}

#[test]
fn a_section_within_a_passage_is_found_by_its_heading() {
    let need = "Our plan\n\nStatement of Need\n\nFew families read at home.\n\nBudget\n\nRent.";
    let other = "Funders ask for a statement of need.";
    let index = index_of([record(1, "Plan", &[other]), record(2, "Plan", &[need])]);
    let found = ask(&index, "statement of need");
    assert_eq!(documents_of(&found), [document(2), document(1)]);
    assert!(
        found[0]
            .reasons
            .contains(&"section statement of need, as typed".to_owned())
    );
    assert!(found[1].named < 1.0);
}

#[test]
fn of_one_document_that_is_asked_for_all_passages_are_found() {
    let texts = ["beans"; 5];
    let index = index_of([record(1, "Plan", &texts), record(2, "Plan", &texts)]);
    let request = |documents: &[u128]| SearchRequest {
        filters: Filters {
            documents: documents.iter().copied().map(document).collect(),
            ..Filters::default()
        },
        ..SearchRequest::new("beans")
    };
    assert_eq!(index.search(&request(&[1]), YEAR).len(), 5);
    assert_eq!(index.search(&request(&[1, 2]), YEAR).len(), 6);
}

#[test]
fn filters_follow_what_documents_are_filed_as() {
    let of = |number, year| {
        filed(
            record(number, "Plan", &["Beans."]),
            facets(Some(year), None),
        )
    };
    let mut index = index_of([of(1, 2021), of(2, 2022), of(3, 2023)]);
    index.upsert(of(1, 2024));
    index.remove(document(2));
    index.upsert(of(4, 2022));
    index.upsert(of(5, 2021));
    let is_as_filed = |index: &Index| {
        let found = |filters: Filters| {
            let request = SearchRequest {
                filters,
                ..SearchRequest::new("beans")
            };
            let mut found = documents_of(&index.search(&request, YEAR));
            found.sort_unstable();
            found
        };
        for (year, expected) in [(2021, 5), (2022, 4), (2023, 3), (2024, 1)] {
            let years = Filters {
                years: vec![year],
                ..Filters::default()
            };
            assert_eq!(found(years), [document(expected)], "{year}");
        }
        let without = Filters {
            exclude_documents: vec![document(1), document(4)],
            ..Filters::default()
        };
        assert_eq!(found(without), [3, 5].map(document));
    };
    is_as_filed(&index);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    index.save(&path).unwrap();
    is_as_filed(&Index::load(&path).unwrap());
}

#[test]
fn filters_hold_in_every_mode() {
    let index = trained(index_of(library()));
    let filters = Filters {
        documents: vec![document(2), document(5)],
        ..Filters::default()
    };
    for mode in [Mode::Lexical, Mode::Dense, Mode::Hybrid] {
        let request = SearchRequest {
            mode,
            filters: filters.clone(),
            ..SearchRequest::new("garden beans")
        };
        let found = documents_of(&index.search(&request, YEAR));
        assert!(!found.is_empty(), "{mode:?}");
        assert!(
            found.iter().all(|id| filters.documents.contains(id)),
            "{mode:?}"
        );
    }
}

#[test]
fn at_most_so_many_passages_of_one_document() {
    let texts: Vec<String> = (0..200).map(|n| format!("Beans again, row {n}.")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let index = index_of([
        record(1, "Rows", &texts),
        record(2, "One", &["A field of beans, once."]),
    ]);
    let found = documents_of(&ask(&index, "beans"));
    assert_eq!(found.iter().filter(|id| **id == document(1)).count(), 3);
    assert!(found.contains(&document(2)));
    let one = SearchRequest {
        per_document: 1,
        ..SearchRequest::new("beans")
    };
    assert_eq!(index.search(&one, YEAR).len(), 2);
}

#[test]
fn equals_stand_in_the_order_of_documents_and_ordinals() {
    let twin = |number| record(number, "Twin", &["Same beans.", "Same beans."]);
    let index = index_of([twin(3), twin(1), twin(2)]);
    let places: Vec<_> = ask(&index, "beans")
        .iter()
        .map(|h| h.passage.0.as_u128())
        .collect();
    assert_eq!(places, [1000, 1001, 2000, 2001, 3000, 3001]);
}

#[test]
fn newer_and_funded_text_comes_first_among_equals() {
    let dated = |number, year, outcome| DocumentRecord {
        facets: facets(year, outcome),
        ..record(number, "Plan", &["Same beans."])
    };
    let index = index_of([
        dated(1, Some(2020), Some(Outcome::NotFunded)),
        dated(2, Some(2026), Some(Outcome::NotFunded)),
        dated(3, Some(2026), Some(Outcome::Funded)),
    ]);
    let hits = ask(&index, "beans");
    assert_eq!(documents_of(&hits), [3, 2, 1].map(document));
    assert_eq!(hits[0].reasons, ["matched beans", "funded", "2026"]);
    let flat = SearchRequest {
        recency_weight: 0.0,
        outcome_weight: 0.0,
        ..SearchRequest::new("beans")
    };
    assert_eq!(
        documents_of(&index.search(&flat, YEAR)),
        [1, 2, 3].map(document)
    );
}

#[test]
fn what_changed_during_training_is_not_lost() {
    let mut index = index_of(library());
    let set = index.training_set();
    assert_eq!(set.len(), 48);
    index.remove(document(2));
    index.upsert(record(3, "Rewritten", &["Seeds and compost and soil."]));
    index.upsert(record(90, "New", &["Compost for the beans."]));
    index.install(set.train(1));
    let request = SearchRequest {
        limit: 60,
        per_document: 9,
        mode: Mode::Dense,
        ..SearchRequest::new("compost")
    };
    let found = documents_of(&index.search(&request, YEAR));
    assert!(
        found.contains(&document(3)) && found.contains(&document(90)),
        "{found:?}"
    );
    assert!(!found.contains(&document(2)));
    assert!(index.dense.as_ref().unwrap().changes > 0);
}

#[test]
fn training_is_due_again_after_a_tenth_has_changed() {
    let mut index = trained(index_of(library()));
    assert!(!index.training_due());
    for number in 100..103 {
        index.upsert(record(number, "More", &["Beans.", "Soil."]));
    }
    assert!(index.training_due());
}

#[test]
fn a_phrase_must_stand_in_a_row_in_text_or_title() {
    let index = index_of([
        record(1, "River Boats", &["Ferry captains teach in winter."]),
        record(2, "Harbors", &["In winter, captains of a ferry teach."]),
        record(3, "Teaching", &["The ferry: captains, who also teach."]),
    ]);
    let found = |typed: &str| {
        let mut request = SearchRequest::typed(typed).unwrap();
        request.mode = Mode::Lexical;
        documents_of(&index.search(&request, YEAR))
    };
    assert_eq!(found("ferry captains teach").len(), 3);
    let mut in_a_row = found("\"ferry CAPTAINS\" teach");
    in_a_row.sort_unstable();
    assert_eq!(in_a_row, [document(1), document(3)], "not another order");
    assert_eq!(found("\"river boats\" ferry"), [document(1)], "a title");
    assert_eq!(found("\"ferry captain\" teach"), [], "as it is written");
    assert_eq!(found("\"ferry captains\" \"in winter\""), [document(1)]);
}

#[test]
fn a_misspelt_word_finds_what_was_meant_and_says_so() {
    let index = index_of([
        record(1, "Ferries", &["Captain Henderson steers the boat."]),
        record(2, "Gardens", &["Volunteers water beans."]),
    ]);
    let hits = ask(&index, "Hendersen steering");
    assert_eq!(documents_of(&hits), [document(1)]);
    let said = &hits[0].reasons;
    assert!(
        said.contains(&"“Hendersen” taken for Henderson".to_owned()),
        "{said:?}"
    );
}

#[test]
fn the_beginning_of_a_word_finds_all_that_begin_so() {
    let index = index_of([
        record(1, "", &["Coaches teach literacy."]),
        record(2, "", &["Literature for all."]),
        record(3, "", &["Little boats."]),
    ]);
    let mut found = documents_of(&ask(&index, "liter*"));
    found.sort_unstable();
    assert_eq!(found, [document(1), document(2)]);
    assert_eq!(ask(&index, "boat liter*").len(), 3);
    assert_eq!(documents_of(&ask(&index, "xylo*")), []);
}
