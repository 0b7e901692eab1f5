//! What was found in a document, as it is kept: every proposal with its evidence, and who
//! said what stands.

use archivist_domain::{DocumentField, Outcome, SaidBy};
use archivist_ingest::{Parsed, Suggestion, describe};
use archivist_store::reviews::{self, NewReview, Proposal, Sayings};
use archivist_web::intake::Metadata;
use archivist_web::review::Proposed;
use archivist_web::wire;

/// More programs than these a document only mentions.
const MOST_PROGRAMS: usize = 5;

/// What was found in a new document, next to what was said of it.
pub(super) fn review(said: &Metadata, parsed: &Parsed, programs: &[String]) -> NewReview {
    let proposals = proposals(parsed, programs);
    NewReview {
        said_by: said_by(said, &proposals),
        proposals,
    }
}

/// What waits for a person's word, as people see it.
pub(super) fn told(review: &NewReview) -> Vec<Proposed> {
    let waiting = review.proposals.iter().cloned();
    waiting
        .filter(|proposal| reviews::is_open(&review.said_by, proposal.field))
        .map(|proposal| Proposed::new(proposal, &review.said_by))
        .collect()
}

/// All that is proposed, the surest of a field first. `programs` are the site's own.
pub(super) fn proposals(parsed: &Parsed, programs: &[String]) -> Vec<Proposal> {
    let found = &parsed.proposal;
    let amount = |amount: &_| wire::amount_text(*amount);
    let mut proposals = vec![proposal(DocumentField::Title, &found.title, String::clone)];
    let mut add = |proposal: Option<Proposal>| proposals.extend(proposal);
    add(optional(
        DocumentField::DocType,
        found.doc_type.as_ref(),
        ToString::to_string,
    ));
    add(optional(
        DocumentField::Year,
        found.year.as_ref(),
        ToString::to_string,
    ));
    add(optional(
        DocumentField::FiscalYear,
        found.fiscal_year.as_ref(),
        String::clone,
    ));
    add(optional(
        DocumentField::Funder,
        found.funder.as_ref(),
        String::clone,
    ));
    add(optional(
        DocumentField::RequestedAmount,
        found.requested.as_ref(),
        amount,
    ));
    add(optional(
        DocumentField::AwardedAmount,
        found.awarded.as_ref(),
        amount,
    ));
    add(optional(
        DocumentField::Outcome,
        found.outcome.as_ref(),
        ToString::to_string,
    ));
    let named = describe::programs(programs, &found.title.value, &parsed.passages);
    let named = named.iter().take(MOST_PROGRAMS);
    proposals.extend(named.map(|found| proposal(DocumentField::Programs, found, String::clone)));
    proposals
}

fn optional<T>(
    field: DocumentField,
    found: Option<&Suggestion<T>>,
    text: impl Fn(&T) -> String,
) -> Option<Proposal> {
    found.map(|found| proposal(field, found, text))
}

fn proposal<T>(
    field: DocumentField,
    found: &Suggestion<T>,
    text: impl Fn(&T) -> String,
) -> Proposal {
    Proposal {
        field,
        value: text(&found.value),
        evidence: found.evidence.clone(),
        page: found.page.and_then(|page| i32::try_from(page).ok()),
        confidence: found.confidence,
    }
}

/// Who said what stands from the beginning: what nobody says of title, type and year is
/// taken from the document; all else that is found there waits for a person's word.
fn said_by(said: &Metadata, proposals: &[Proposal]) -> Sayings {
    let is_said = [
        (DocumentField::Title, said.title.is_some()),
        (DocumentField::DocType, said.doc_type.is_some()),
        (DocumentField::Year, said.year.is_some()),
        // "Not applicable" is also what stands where nobody has said anything.
        (
            DocumentField::Outcome,
            said.outcome != Outcome::NotApplicable,
        ),
        (DocumentField::Funder, said.funder.is_some()),
        (DocumentField::Programs, !said.programs.is_empty()),
    ];
    let mut sayings = Sayings::new();
    for (field, is_said) in is_said {
        let is_taken = matches!(
            field,
            DocumentField::Title | DocumentField::DocType | DocumentField::Year
        );
        if is_said {
            sayings.insert(field, said.who_said(field));
        } else if is_taken && proposals.iter().any(|proposal| proposal.field == field) {
            sayings.insert(field, SaidBy::Proposal);
        }
    }
    sayings
}
