//! A small invented archive.

use archivist_domain::{DocType, DocumentId, Outcome, PassageId};
use archivist_search::{DocumentRecord, Facets, PassageRecord, Survey, Surveyor};
use uuid::Uuid;

/// Two lines of work that share few words.
const LINES: [[&str; 6]; 2] = [
    [
        "books", "library", "coaches", "literacy", "phonics", "pupils",
    ],
    ["beans", "compost", "soil", "harvest", "seeds", "meals"],
];

const DOCUMENTS: usize = 40;

pub(super) fn id(number: usize) -> DocumentId {
    DocumentId(Uuid::from_u128(number as u128))
}

/// A document of one passage, whose numbers are the same.
pub(super) fn record(number: usize) -> DocumentRecord {
    let line = LINES[number % 2];
    let turn = number / 2;
    let words: Vec<&str> = (0..4).map(|at| line[(turn + at * at) % 6]).collect();
    let names = |name: &str, are: bool| {
        if are {
            vec![name.to_owned()]
        } else {
            Vec::new()
        }
    };
    DocumentRecord {
        id: id(number),
        title: format!("Plan {number}"),
        facets: Facets {
            doc_type: DocType::ALL[number % 3],
            year: [None, Some(2021), Some(2022), Some(2023)][number % 4],
            outcome: [Some(Outcome::Funded), None, Some(Outcome::NotFunded)][number % 3],
            programs: names("Éarly Literacy ", number.is_multiple_of(2)),
            tags: names("rural", number % 5 > 1),
            funder: (!number.is_multiple_of(3)).then(|| format!("Harbor Cöunty Trust {number}")),
            superseded: number % 7 == 6,
        },
        language: None,
        passages: vec![PassageRecord {
            id: PassageId(Uuid::from_u128(number as u128)),
            ordinal: 0,
            heading: None,
            text: format!("{} in room {}", words.join(" "), turn % 7),
        }],
    }
}

pub(super) fn records() -> Vec<DocumentRecord> {
    (1..=DOCUMENTS).map(record).collect()
}

pub(super) fn survey() -> Survey {
    let mut surveyor = Surveyor::new(1);
    for record in records() {
        surveyor.add(record);
    }
    surveyor.finish()
}
