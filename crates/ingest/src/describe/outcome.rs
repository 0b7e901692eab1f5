//! What became of what the document asks for.

use archivist_domain::enums::Outcome;

use super::Suggestion;
use super::places::{Places, plain};
use super::votes::{Vote, decide};

/// Words that tell an outcome, how sure, and whether in the file's name only.
type OutcomeRule = (Outcome, f32, bool, &'static [&'static str]);

const OUTCOME_RULES: &[OutcomeRule] = &[
    (
        Outcome::Funded,
        0.7,
        true,
        &["funded", "awarded", "approved"],
    ),
    (
        Outcome::Funded,
        0.8,
        false,
        &[
            "pleased to inform you",
            "pleased to award",
            "has been awarded",
            "has been approved for funding",
            "status funded",
            "award letter",
            "notice of award",
        ],
    ),
    (
        Outcome::NotFunded,
        0.8,
        true,
        &[
            "not funded",
            "unfunded",
            "declined",
            "rejected",
            "not awarded",
        ],
    ),
    (
        Outcome::NotFunded,
        0.8,
        false,
        &[
            "regret to inform you",
            "not been selected",
            "was not funded",
            "unable to fund",
            "not able to fund",
            "status declined",
            "status not funded",
        ],
    ),
    (Outcome::Pending, 0.7, true, &["pending", "submitted"]),
    (
        Outcome::Pending,
        0.7,
        false,
        &["status pending", "decision pending", "under review"],
    ),
    (
        Outcome::FinalReport,
        0.85,
        true,
        &["final report", "closing report"],
    ),
];

/// The outcome, where words tell one.
pub(super) fn outcome(places: &Places<'_>) -> Option<Suggestion<Outcome>> {
    let name = plain(&places.name);
    let opening = plain(&places.opening);
    let title = plain(&places.title);
    let mut votes = Vec::new();
    for (value, weight, in_name, phrases) in OUTCOME_RULES {
        let mut vote = |place: &str, haystack: &str| {
            let phrase = phrases
                .iter()
                .find(|phrase| haystack.contains(&plain(phrase)));
            votes.extend(phrase.map(|phrase| Vote {
                value: *value,
                weight: *weight,
                evidence: format!("{place}: {phrase}"),
                page: None,
            }));
        };
        vote("file name", &without_denied(&name, *value));
        if !in_name {
            vote("opening", &opening);
        } else if *value == Outcome::FinalReport {
            vote("title", &title);
        }
    }
    decide(&votes)
}

/// "Not funded" does not say "funded".
fn without_denied(name: &str, value: Outcome) -> String {
    if value == Outcome::NotFunded {
        return name.to_owned();
    }
    name.replace(" not funded ", " ")
        .replace(" not awarded ", " ")
}
