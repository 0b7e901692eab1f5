//! What was found in a document, and a person's word about it: shared by the API, the
//! pages and the worker's receipts.

use std::collections::BTreeSet;

use archivist_domain::document::{check_year, clean_funder};
use archivist_domain::{DocType, DocumentField, DocumentId, Outcome, SaidBy, Sureness, money};
use archivist_store::PgPool;
use archivist_store::audit::Origin;
use archivist_store::documents::Values;
use archivist_store::reviews::{self, Decision, Opened, Proposal, Sayings};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::bounds;
use crate::error::{Error, FieldProblem};
use crate::intake::canonical_programs;
use crate::state::AppState;

/// Longer titles are pasted text.
const MAX_TITLE_CHARS: usize = 500;
const MAX_FISCAL_YEAR_CHARS: usize = 20;

/// A value that was found in a document, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposed {
    /// What it is a value of.
    pub field: DocumentField,
    /// The value.
    #[schema(example = "Reading for All")]
    pub value: String,
    /// The place and the words that led to it.
    #[schema(example = "project title: Reading for All")]
    pub evidence: String,
    /// The page of these words, from 1, where they stand on one.
    #[schema(example = 1)]
    pub page: Option<i32>,
    /// How sure the rules are, 0 to 1.
    #[schema(example = 0.95)]
    pub confidence: f64,
    /// The same in a word.
    pub sureness: Sureness,
    /// Whether it stands in the document until somebody says something else.
    pub taken: bool,
}

impl Proposed {
    /// A proposal as people see it.
    pub fn new(proposal: Proposal, said_by: &Sayings) -> Self {
        let sureness = Sureness::of(proposal.confidence);
        Self {
            taken: said_by.get(&proposal.field) == Some(&SaidBy::Proposal),
            field: proposal.field,
            value: proposal.value,
            evidence: proposal.evidence,
            page: proposal.page,
            confidence: (f64::from(proposal.confidence) * 100.0).round() / 100.0,
            sureness,
        }
    }
}

/// What somebody says of a field that may hold nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Said<T> {
    /// Not a word: it stays as it is.
    #[default]
    Unsaid,
    /// That there is none.
    Nothing,
    /// That it is this.
    Value(T),
}

impl<T> Said<T> {
    fn is_said(&self) -> bool {
        !matches!(self, Self::Unsaid)
    }

    /// What stands then, in the place of what stood before.
    fn or(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Unsaid => before,
            Self::Nothing => None,
            Self::Value(value) => Some(value),
        }
    }

    /// The same of another value.
    pub(crate) fn map<U>(self, f: impl FnOnce(T) -> U) -> Said<U> {
        match self {
            Self::Unsaid => Said::Unsaid,
            Self::Nothing => Said::Nothing,
            Self::Value(value) => Said::Value(f(value)),
        }
    }
}

impl<T> From<Option<T>> for Said<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Self::Value)
    }
}

/// For fields with a default, which is what is left out; null says that there is none.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Said<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::from)
    }
}

/// What a person says of a document; `None` leaves a field as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Correction {
    pub(crate) title: Option<String>,
    pub(crate) doc_type: Option<DocType>,
    pub(crate) year: Said<i32>,
    pub(crate) fiscal_year: Said<String>,
    pub(crate) funder: Said<String>,
    pub(crate) requested_amount: Said<Decimal>,
    pub(crate) awarded_amount: Said<Decimal>,
    pub(crate) outcome: Option<Outcome>,
    pub(crate) programs: Option<Vec<String>>,
}

impl Correction {
    /// The fields that it speaks of.
    fn fields(&self) -> BTreeSet<DocumentField> {
        let said = [
            (DocumentField::Title, self.title.is_some()),
            (DocumentField::DocType, self.doc_type.is_some()),
            (DocumentField::Year, self.year.is_said()),
            (DocumentField::FiscalYear, self.fiscal_year.is_said()),
            (DocumentField::Funder, self.funder.is_said()),
            (
                DocumentField::RequestedAmount,
                self.requested_amount.is_said(),
            ),
            (DocumentField::AwardedAmount, self.awarded_amount.is_said()),
            (DocumentField::Outcome, self.outcome.is_some()),
            (DocumentField::Programs, self.programs.is_some()),
        ];
        let said = said.into_iter().filter(|(_, is_said)| *is_said);
        said.map(|(field, _)| field).collect()
    }

    /// The same with its texts trimmed and its programs in their stored spelling, if all
    /// of it will do. A program that the document is filed under need not be active.
    pub(crate) async fn check(
        mut self,
        pool: &PgPool,
        filed_under: &[String],
        current_year: i32,
    ) -> Result<Self, Error> {
        let mut problems = Vec::new();
        let mut problem = |field: &str, message: String| {
            problems.push(FieldProblem::body(field, message));
        };
        if let Some(title) = &mut self.title {
            *title = title.trim().to_owned();
            if let Some(message) = bounds::characters(title, &(1..=MAX_TITLE_CHARS)) {
                problem("title", message);
            }
        }
        if let Said::Value(year) = self.year
            && let Err(error) = check_year(year, current_year)
        {
            problem("year", error.to_string());
        }
        if let Said::Value(funder) = &self.funder {
            match clean_funder(funder) {
                Ok(clean) => self.funder = clean.map_or(Said::Nothing, Said::Value),
                Err(message) => problem("funder", message),
            }
        }
        if let Said::Value(fiscal_year) = &mut self.fiscal_year {
            *fiscal_year = fiscal_year.trim().to_owned();
            if let Some(message) = bounds::characters(fiscal_year, &(0..=MAX_FISCAL_YEAR_CHARS)) {
                problem("fiscal_year", message);
            }
            if fiscal_year.is_empty() {
                self.fiscal_year = Said::Nothing;
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if let Some(programs) = self.programs.take() {
            let (mut kept, new): (Vec<_>, Vec<_>) = programs
                .into_iter()
                .partition(|name| filed_under.contains(name));
            kept.extend(canonical_programs(pool, &new).await?);
            kept.sort();
            kept.dedup();
            self.programs = Some(kept);
        }
        Ok(self)
    }

    fn write_into(self, values: &mut Values) {
        values.title = self.title.or_else(|| values.title.take());
        values.doc_type = self.doc_type.unwrap_or(values.doc_type);
        values.year = self.year.or(values.year);
        values.fiscal_year = self.fiscal_year.or(values.fiscal_year.take());
        values.funder = self.funder.or(values.funder.take());
        values.requested_amount = self.requested_amount.or(values.requested_amount);
        values.awarded_amount = self.awarded_amount.or(values.awarded_amount);
        values.outcome = self.outcome.or(values.outcome);
        if let Some(programs) = self.programs {
            values.programs = programs;
        }
    }
}

/// What stands in a document, with what waits for a person's word put in where nothing
/// does: what the form shows, and what somebody confirms who says no more.
pub(crate) fn with_proposals(values: &Values, said_by: &Sayings, proposals: &[Proposal]) -> Values {
    let mut values = values.clone();
    // Backwards: the surest of a field comes first, and stays.
    let waiting = proposals.iter().rev();
    for proposal in waiting.filter(|proposal| !said_by.contains_key(&proposal.field)) {
        take(&mut values, proposal);
    }
    values.programs.sort();
    values
}

/// Puts a proposed value in. One that cannot be read, which an older version of the rules
/// may have left, is passed over.
fn take(values: &mut Values, proposal: &Proposal) {
    let text = || proposal.value.clone();
    let amount = || money::parse(&proposal.value).ok();
    match proposal.field {
        DocumentField::Title => values.title = Some(text()),
        DocumentField::DocType => {
            values.doc_type = proposal.value.parse().unwrap_or(values.doc_type);
        }
        DocumentField::Year => values.year = proposal.value.parse().ok().or(values.year),
        DocumentField::FiscalYear => values.fiscal_year = Some(text()),
        DocumentField::Funder => values.funder = Some(text()),
        DocumentField::RequestedAmount => {
            values.requested_amount = amount().or(values.requested_amount);
        }
        DocumentField::AwardedAmount => values.awarded_amount = amount().or(values.awarded_amount),
        DocumentField::Outcome => values.outcome = proposal.value.parse().ok().or(values.outcome),
        // A document may speak of a program in passing.
        DocumentField::Programs => {
            let is_guess = Sureness::of(proposal.confidence) == Sureness::Guess;
            if !is_guess && !values.programs.contains(&proposal.value) {
                values.programs.push(text());
            }
        }
    }
}

/// What a field holds, as texts; none where it holds nothing.
pub(crate) fn texts(values: &Values, field: DocumentField) -> Vec<String> {
    let text = match field {
        DocumentField::Title => values.title.clone(),
        DocumentField::DocType => Some(values.doc_type.to_string()),
        DocumentField::Year => values.year.map(|year| year.to_string()),
        DocumentField::FiscalYear => values.fiscal_year.clone(),
        DocumentField::Funder => values.funder.clone(),
        DocumentField::RequestedAmount => values.requested_amount.map(crate::wire::amount_text),
        DocumentField::AwardedAmount => values.awarded_amount.map(crate::wire::amount_text),
        DocumentField::Outcome => values.outcome.map(|outcome| outcome.to_string()),
        DocumentField::Programs => return values.programs.clone(),
    };
    text.into_iter().collect()
}

/// Whether a person's word is about some fields, or ends the matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// What is not corrected goes on waiting.
    Fields,
    /// What is not corrected is right as it stands or as it was proposed.
    Everything,
}

/// Writes a person's word about a document, which has been checked.
pub(crate) async fn decide(
    state: &AppState,
    id: DocumentId,
    correction: Correction,
    extent: Extent,
    by: &str,
    origin: Origin,
) -> Result<(), Error> {
    let mut tx = state.begin(origin).await?;
    let opened = reviews::open(&mut tx, id).await?;
    let opened = opened.ok_or_else(|| Error::NotFound(format!("There is no document {id}.")))?;
    let (values, said_by) = outcome_of(&opened, correction, extent);
    let is_final = extent == Extent::Everything || !waits(&opened, &said_by);
    let decision = Decision {
        values: &values,
        said_by: &said_by,
        is_final,
        by,
    };
    reviews::decide(&mut tx, &opened, &decision).await?;
    Ok(tx.commit().await?)
}

/// What stands from now on, and who said it.
fn outcome_of(opened: &Opened, correction: Correction, extent: Extent) -> (Values, Sayings) {
    let before = opened.document.values();
    let mut said_by = said_by(opened);
    let mut decided = correction.fields();
    let mut values = before.clone();
    if extent == Extent::Everything {
        values = with_proposals(&before, &said_by, &opened.proposals);
        decided = DocumentField::ALL.iter().copied().collect();
    }
    correction.write_into(&mut values);
    for field in decided {
        // What a list said and a person leaves is still the list's word.
        let stays = texts(&before, field) == texts(&values, field);
        if !(stays && said_by.get(&field) == Some(&SaidBy::List)) {
            said_by.insert(field, SaidBy::Person);
        }
    }
    (values, said_by)
}

fn said_by(opened: &Opened) -> Sayings {
    let review = opened.review.as_ref();
    review
        .map(|review| review.said_by.clone())
        .unwrap_or_default()
}

/// Whether something still waits for a person's word. A document about which nothing was
/// ever proposed does not.
fn waits(opened: &Opened, said_by: &Sayings) -> bool {
    let was_open = opened
        .review
        .as_ref()
        .is_some_and(|review| review.to_confirm);
    let left = reviews::NewReview {
        said_by: said_by.clone(),
        proposals: opened.proposals.clone(),
    };
    was_open && left.is_open()
}

#[cfg(test)]
mod tests;
