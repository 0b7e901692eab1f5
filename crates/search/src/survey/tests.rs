use archivist_domain::{DocType, DocumentId, PassageId};
use uuid::Uuid;

use super::*;
use crate::records::{Answer, Facets, PassageRecord, SearchRequest};
use crate::{Candidate, Look};

const YEAR: i32 = 2026;

/// A document of one passage, which has its number.
fn record(number: u128, text: &str) -> DocumentRecord {
    DocumentRecord {
        id: DocumentId(Uuid::from_u128(number)),
        title: format!("Plan {number}"),
        facets: Facets {
            doc_type: DocType::GrantProposal,
            year: Some(2020),
            outcome: None,
            programs: vec![" Éarly Literacy".into()],
            tags: Vec::new(),
            funder: None,
            superseded: false,
        },
        language: None,
        passages: vec![PassageRecord {
            id: PassageId(Uuid::from_u128(number)),
            ordinal: 0,
            heading: None,
            text: text.to_owned(),
        }],
    }
}

/// Two lines of work that share few words.
fn archive() -> Vec<DocumentRecord> {
    let lines = [
        [
            "books", "library", "coaches", "literacy", "phonics", "pupils",
        ],
        ["beans", "compost", "soil", "harvest", "seeds", "meals"],
    ];
    let text = |line: &[&str; 6], turn: usize| {
        let words: Vec<&str> = (0..4).map(|at| line[(turn + at * at) % 6]).collect();
        format!("{} in room {}", words.join(" "), turn % 7)
    };
    let mut records = Vec::new();
    for turn in 0..24 {
        for line in &lines {
            let number = records.len() as u128 + 1;
            records.push(record(number, &text(line, turn)));
        }
    }
    records
}

fn survey(records: &[DocumentRecord]) -> Survey {
    let mut surveyor = Surveyor::new(1);
    records.iter().cloned().for_each(|r| surveyor.add(r));
    surveyor.finish()
}

/// An engine that looks at every entry.
fn found(entries: &[Entry], look: &Look) -> Vec<Candidate> {
    let words = |entry: &Entry| -> f32 {
        let gain = |word| look.words.iter().find(|(w, _)| w == word).map(|(_, g)| g);
        let shares = entry.words.iter();
        shares.filter_map(|(w, s)| Some(gain(w)? * s)).sum()
    };
    let meaning = |entry: &Entry| -> f32 {
        let (Some(asked), Some(kept)) = (&look.meaning, &entry.meaning) else {
            return 0.0;
        };
        asked.iter().zip(kept).map(|(a, k)| a * k).sum()
    };
    let best = |score: &dyn Fn(&Entry) -> f32, most: usize| -> Vec<Candidate> {
        let admitted = entries.iter().filter(|entry| {
            let mut filters = look.filters.iter();
            score(entry) > 0.0 && filters.all(|f| f.admit(entry.document, &entry.facets))
        });
        let mut admitted: Vec<&Entry> = admitted.collect();
        admitted.sort_by(|a, b| score(b).total_cmp(&score(a)));
        let best = admitted.into_iter().take(most);
        best.map(|entry| Candidate {
            document: entry.document,
            passage: entry.passage,
            language: entry.language,
        })
        .collect()
    };
    let mut all = best(&words, look.by_words);
    all.extend(best(&meaning, look.by_meaning));
    all
}

/// The answer by an engine outside, whose candidates are read again.
fn answer(survey: &Survey, records: &[DocumentRecord], request: &SearchRequest) -> Answer {
    let entries = records.iter().cloned();
    let entries: Vec<Entry> = entries.flat_map(|r| survey.entries(r)).collect();
    let mut index = survey.index(&Synonyms::default());
    let candidates = found(&entries, &index.look(request));
    for record in records {
        if candidates.iter().any(|c| c.document == record.id) {
            index.upsert(record.clone());
        }
    }
    index.answer(request, YEAR)
}

fn whole(records: &[DocumentRecord]) -> Index {
    let mut index = Index::new();
    records.iter().cloned().for_each(|r| index.upsert(r));
    let trained = index.training_set().train(1);
    index.install(trained);
    index
}

#[test]
fn a_part_is_ranked_as_in_the_whole_archive() {
    let records = archive();
    let (survey, index) = (survey(&records), whole(&records));
    for text in [
        "coaches",
        "soil and seeds in room 3",
        "phonics pupils meals",
        "lite* coahces",
    ] {
        let request = SearchRequest {
            limit: 5,
            ..SearchRequest::new(text)
        };
        let (here, there) = (
            index.answer(&request, YEAR),
            answer(&survey, &records, &request),
        );
        assert!(!here.hits.is_empty(), "{text}");
        let ids = |answer: &Answer| answer.hits.iter().map(|h| h.passage).collect::<Vec<_>>();
        assert_eq!(ids(&there), ids(&here), "{text}");
        for (there, here) in there.hits.iter().zip(&here.hits) {
            assert!(
                (there.score - here.score).abs() < 0.02,
                "{text}: {there:?} {here:?}"
            );
        }
        assert_eq!(there.did_you_mean, here.did_you_mean, "{text}");
    }
}

#[test]
fn scores_of_words_are_those_of_entries() {
    let records = archive();
    let survey = survey(&records);
    let index = survey.index(&Synonyms::default());
    let look = index.look(&SearchRequest::new("coaches in the library"));
    let (request, whole) = (
        SearchRequest::new("coaches in the library"),
        whole(&records),
    );
    for hit in whole.search(&request, YEAR) {
        let record = &records[usize::try_from(hit.document.0.as_u128()).unwrap() - 1];
        let entry = survey.entries(record.clone()).pop().unwrap();
        let gain = |word| {
            look.words
                .iter()
                .find(|(w, _)| *w == word)
                .map_or(0.0, |(_, g)| *g)
        };
        let score: f32 = entry
            .words
            .iter()
            .map(|&(word, share)| gain(word) * share)
            .sum();
        assert!(
            (score - hit.lexical.unwrap_or_default()).abs() < 1e-4,
            "{score} {hit:?}"
        );
    }
}

#[test]
fn filters_are_asked_as_names_are_kept() {
    let records = archive();
    let survey = survey(&records);
    let index = survey.index(&Synonyms::default());
    let request = SearchRequest::typed("coaches program:\"EARLY literacy\"").unwrap();
    let look = index.look(&request);
    assert_eq!(
        look.filters.len(),
        2,
        "those beside and those among the words"
    );
    let entry = survey.entries(records[0].clone()).pop().unwrap();
    assert_eq!(entry.facets.programs, ["early literacy"]);
    assert!(
        look.filters
            .iter()
            .all(|f| f.admit(entry.document, &entry.facets))
    );
}

#[test]
fn what_came_after_the_survey_can_be_found() {
    let survey = survey(&archive());
    let late = record(99, "The submarine has a periscope.");
    let request = SearchRequest::new("submarine");
    let answer = answer(&survey, &[late], &request);
    assert_eq!(answer.hits.len(), 1);
}

#[test]
fn wordings_are_looked_for_among_many_that_have_their_words() {
    let index = survey(&archive()).index(&Synonyms::default());
    let look = index.look(&SearchRequest::typed("\"soil and seeds\"").unwrap());
    assert!(look.meaning.is_none() && look.words.len() == 2 && look.by_words >= 1000);
}

#[test]
fn a_survey_comes_back_as_it_was() {
    let records = archive();
    let before = survey(&records);
    let after = Survey::decode(&before.encode()).unwrap();
    let request = SearchRequest::new("coaches phonics");
    let asked = |survey: &Survey| answer(survey, &records, &request);
    assert_eq!(asked(&after), asked(&before));
    assert_eq!((after.passages(), after.dims()), (48, before.dims()));
    assert!(after.dims() > 0);
}

#[test]
fn what_is_no_survey_is_refused() {
    let bytes = survey(&archive()).encode();
    assert!(Survey::decode(&bytes[..bytes.len() - 1]).is_err());
    assert!(Survey::decode(&[bytes.clone(), vec![0]].concat()).is_err());
    assert!(Survey::decode(&[9, 9, 9, 9]).is_err());
}

#[test]
fn an_archive_that_is_too_small_to_learn_from_is_searched_by_words() {
    let records = archive()[..3].to_vec();
    let survey = survey(&records);
    assert_eq!(survey.dims(), 0);
    let request = SearchRequest::new("coaches");
    assert!(
        survey
            .index(&Synonyms::default())
            .look(&request)
            .meaning
            .is_none()
    );
    assert!(!answer(&survey, &records, &request).hits.is_empty());
    assert!(
        Survey::default()
            .index(&Synonyms::default())
            .search(&request, YEAR)
            .is_empty()
    );
}
