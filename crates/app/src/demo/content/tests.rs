use std::collections::BTreeSet;

use archivist_domain::output::Tracking;
use archivist_domain::{DocumentId, PassageId};
use archivist_draft::Source;
use archivist_draft::ground::{self, Verdict};
use archivist_ingest::Given;
use chrono::NaiveDate;
use uuid::Uuid;

use super::*;

const LARGEST_FILE: usize = 60_000;
const PROGRAMS: [&str; 6] = [
    "Early Childhood",
    "Youth Development",
    "Family Support",
    "Education",
    "Health",
    "General",
];

#[test]
fn documents_are_small_distinct_and_of_every_kind() {
    let names: BTreeSet<_> = DOCUMENTS.iter().map(|d| d.filename).collect();
    assert_eq!(names.len(), DOCUMENTS.len());
    for document in DOCUMENTS {
        let name = document.filename;
        assert!((1..LARGEST_FILE).contains(&document.bytes.len()), "{name}");
        assert!((2019..=2026).contains(&document.year), "{name}");
        let programs = document.programs;
        assert!(
            !programs.is_empty() && programs.iter().all(|p| PROGRAMS.contains(p)),
            "{name}"
        );
    }
    for &doc_type in DocType::ALL {
        assert!(
            DOCUMENTS.iter().any(|d| d.doc_type == doc_type),
            "{doc_type}"
        );
    }
    for &outcome in Outcome::ALL {
        assert!(DOCUMENTS.iter().any(|d| d.outcome == outcome), "{outcome}");
    }
}

#[test]
fn files_are_what_their_names_say() {
    for document in DOCUMENTS {
        let begins = match document.filename.rsplit_once('.').unwrap().1 {
            "pdf" => b"%PDF-".as_slice(),
            "docx" => b"PK\x03\x04",
            _ => b"",
        };
        assert!(document.bytes.starts_with(begins), "{}", document.filename);
    }
}

#[test]
fn outputs_stand_in_every_status() {
    for &status in OutputStatus::ALL {
        assert!(OUTPUTS.iter().any(|o| o.status == status), "{status}");
    }
}

#[test]
fn markers_name_all_sources_and_no_others() {
    for output in OUTPUTS {
        let markers: BTreeSet<_> = archivist_draft::citation::markers(output.content)
            .into_iter()
            .flat_map(|marker| marker.numbers)
            .collect();
        let sources: BTreeSet<_> = (1..).take(output.sources.len()).collect();
        assert_eq!(markers, sources, "{}", output.title);
        for source in output.sources {
            assert!(DOCUMENTS.iter().any(|d| d.filename == *source), "{source}");
        }
    }
}

#[test]
fn outputs_obey_the_rules_of_the_record_and_warn_of_nothing() {
    let date = |date: (i32, u32, u32)| NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap();
    for output in OUTPUTS {
        let tracking = Tracking {
            funder_name: output.funder_name.map(str::to_owned),
            requested_amount: output.requested.map(Into::into),
            awarded_amount: output.awarded.map(Into::into),
            submission_date: output.submitted.map(date),
            decision_date: output.decided.map(date),
        };
        assert_eq!(tracking.check(), Ok(()), "{}", output.title);
        assert_eq!(tracking.warnings(output.status), [], "{}", output.title);
        let last = NaiveDate::from_ymd_opt(2026, 6, 30);
        assert!(tracking.submission_date.max(tracking.decision_date) <= last);
    }
}

#[test]
fn the_sentences_of_a_marker_follow_from_one_passage_of_its_file() {
    for output in OUTPUTS {
        for (number, filename) in (1..).zip(output.sources) {
            let supported = passages(filename, number)
                .iter()
                .any(|passage| supports_all(passage, output.content));
            assert!(supported, "[{number}] in {}: {filename}", output.title);
        }
    }
}

fn supports_all(passage: &Source, content: &str) -> bool {
    ground::check(content, std::slice::from_ref(passage))
        .iter()
        .filter(|claim| claim.markers.contains(&passage.number))
        .all(|claim| claim.verdict == Verdict::Supported)
}

/// The passages of a file as sources of the same number.
fn passages(filename: &str, number: u32) -> Vec<Source> {
    let document = DOCUMENTS.iter().find(|d| d.filename == filename).unwrap();
    let parsed =
        archivist_ingest::parse(document.bytes, filename, 2026, &Given::default()).unwrap();
    let source = |passage: archivist_ingest::Passage| Source {
        number,
        passage: PassageId(Uuid::nil()),
        document: DocumentId(Uuid::nil()),
        title: document.title.to_owned(),
        filename: filename.to_owned(),
        doc_type: document.doc_type,
        year: Some(document.year),
        outcome: Some(document.outcome),
        page: passage.page_first,
        heading: passage.heading,
        text: passage.text,
        ordinal: passage.ordinal,
        relevance: 1.0,
    };
    parsed.passages.into_iter().map(source).collect()
}
