//! `/library/{id}/confirm`: what was found in a document, as a form that a person corrects
//! and confirms. The page of a document has the same form, and so has each row of the page
//! that adds files.

use std::fmt::Display;

use archivist_domain::document::FIRST_YEAR;
use archivist_domain::{DocType, DocumentField, DocumentId, Outcome, Sureness, money};
use archivist_store::documents::{Document, Values};
use archivist_store::programs;
use archivist_store::reviews::{self, Proposal};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::form::{CheckedForm, Problems, filled};
use super::page;
use super::shell::{Place, Shell};
use super::visitor::{PageEditor, Visitor};
use crate::error::{Error, FieldProblem};
use crate::extract::Client;
use crate::review::{self, Correction, Extent, Said};
use crate::state::AppState;

#[derive(Template)]
#[template(path = "pages/confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    pub(super) form: ConfirmForm,
}

/// What is known of a document, to be corrected and confirmed.
#[derive(Template)]
#[template(path = "fragments/confirm.html")]
pub(super) struct ConfirmForm {
    pub(super) id: DocumentId,
    pub(super) csrf: String,
    pub(super) fields: Vec<FieldView>,
    /// Programs that it may be filed under, and whether it is.
    pub(super) programs: Vec<(String, bool)>,
    /// Programs that the document names.
    pub(super) named: Vec<Found>,
    pub(super) first_year: i32,
    pub(super) last_year: i32,
    pub(super) problems: Problems,
    /// Whether something waits.
    pub(super) to_confirm: bool,
}

/// A field of the form.
pub(super) struct FieldView {
    pub(super) name: &'static str,
    pub(super) label: &'static str,
    pub(super) control: Control,
    pub(super) value: String,
    pub(super) found: Vec<Found>,
}

/// How a field is filled in.
pub(super) enum Control {
    /// Any text.
    Text,
    /// A year.
    Year,
    /// One of these.
    Choice(&'static [&'static str]),
}

/// What was found in the document for a field.
pub(super) struct Found {
    /// The value, where the form has another one.
    pub(super) other: Option<String>,
    /// Where it stands: `page 1`, `the document`.
    pub(super) place: String,
    pub(super) words: String,
    pub(super) sureness: &'static str,
}

/// The fields as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) title: String,
    pub(super) doc_type: String,
    pub(super) year: String,
    pub(super) fiscal_year: String,
    pub(super) funder: String,
    pub(super) requested_amount: String,
    pub(super) awarded_amount: String,
    pub(super) outcome: String,
    pub(super) programs: Vec<String>,
}

impl Typed {
    fn of(values: &Values) -> Self {
        let text = |field| review::texts(values, field).pop().unwrap_or_default();
        Self {
            title: text(DocumentField::Title),
            doc_type: text(DocumentField::DocType),
            year: text(DocumentField::Year),
            fiscal_year: text(DocumentField::FiscalYear),
            funder: text(DocumentField::Funder),
            requested_amount: text(DocumentField::RequestedAmount),
            awarded_amount: text(DocumentField::AwardedAmount),
            outcome: text(DocumentField::Outcome),
            programs: values.programs.clone(),
        }
    }

    fn of_pairs(pairs: Vec<(String, String)>) -> Self {
        let mut typed = Self::default();
        for (name, text) in pairs {
            match name.as_str() {
                "title" => typed.title = text,
                "doc_type" => typed.doc_type = text,
                "year" => typed.year = text,
                "fiscal_year" => typed.fiscal_year = text,
                "funder" => typed.funder = text,
                "requested_amount" => typed.requested_amount = text,
                "awarded_amount" => typed.awarded_amount = text,
                "outcome" => typed.outcome = text,
                "programs" => typed.programs.push(text),
                _ => {}
            }
        }
        typed
    }

    fn value(&self, field: DocumentField) -> &str {
        match field {
            DocumentField::Title => &self.title,
            DocumentField::DocType => &self.doc_type,
            DocumentField::Year => &self.year,
            DocumentField::FiscalYear => &self.fiscal_year,
            DocumentField::Funder => &self.funder,
            DocumentField::RequestedAmount => &self.requested_amount,
            DocumentField::AwardedAmount => &self.awarded_amount,
            DocumentField::Outcome => &self.outcome,
            DocumentField::Programs => "",
        }
    }

    /// What the person says; an empty field says that there is none.
    fn read(&self) -> Result<Correction, Error> {
        let mut problems = Vec::new();
        let year = filled(&self.year).map(str::parse).transpose();
        let year = year.map_err(|_| "must be a year, as 2024");
        let amount = |typed: &str| filled(typed).map(money::parse).transpose();
        let requested = amount(&self.requested_amount);
        let awarded = amount(&self.awarded_amount);
        let text = |typed: &str| Said::from(filled(typed).map(str::to_owned));
        let correction = Correction {
            title: Some(self.title.clone()),
            doc_type: noted(&mut problems, "doc_type", self.doc_type.parse()),
            year: noted(&mut problems, "year", year).flatten().into(),
            fiscal_year: text(&self.fiscal_year),
            funder: text(&self.funder),
            requested_amount: noted(&mut problems, "requested_amount", requested)
                .flatten()
                .into(),
            awarded_amount: noted(&mut problems, "awarded_amount", awarded)
                .flatten()
                .into(),
            outcome: noted(&mut problems, "outcome", self.outcome.parse()),
            programs: Some(self.programs.clone()),
        };
        if problems.is_empty() {
            Ok(correction)
        } else {
            Err(Error::Invalid(problems))
        }
    }
}

/// What was read of a field; what is wrong with it goes to the problems.
fn noted<T, E: Display>(
    problems: &mut Vec<FieldProblem>,
    field: &str,
    read: Result<T, E>,
) -> Option<T> {
    read.map_err(|error| problems.push(FieldProblem::body(field, error.to_string())))
        .ok()
}

/// The form of a document, filled with what stands and what waits, or with what somebody
/// has typed.
pub(super) async fn form(
    state: &AppState,
    visitor: &Visitor,
    document: &Document,
    typed: Option<(Typed, Problems)>,
) -> Result<ConfirmForm, Error> {
    let review = reviews::get(&state.pool, document.doc_id).await?;
    let proposals = reviews::proposals(&state.pool, document.doc_id).await?;
    let said_by = review.map(|review| review.said_by).unwrap_or_default();
    let active = programs::active_names(&state.pool).await?;
    let (typed, problems) = typed.unwrap_or_else(|| {
        let values = review::with_proposals(&document.values(), &said_by, &proposals);
        (Typed::of(&values), Problems::default())
    });
    Ok(ConfirmForm {
        id: document.doc_id,
        csrf: visitor.cookie.csrf(),
        fields: fields(&typed, &proposals),
        programs: choices(active, document, &typed),
        named: found(&proposals, DocumentField::Programs, ""),
        first_year: FIRST_YEAR,
        last_year: state.clock.year() + 1,
        problems,
        to_confirm: document.to_confirm,
    })
}

fn fields(typed: &Typed, proposals: &[Proposal]) -> Vec<FieldView> {
    let field = |field: &DocumentField| FieldView {
        name: field.as_str(),
        label: field.in_words(),
        control: match field {
            DocumentField::Year => Control::Year,
            DocumentField::DocType => Control::Choice(DocType::LABELS),
            DocumentField::Outcome => Control::Choice(Outcome::LABELS),
            _ => Control::Text,
        },
        value: typed.value(*field).to_owned(),
        found: found(proposals, *field, typed.value(*field)),
    };
    let single = DocumentField::ALL.iter();
    single
        .filter(|field| **field != DocumentField::Programs)
        .map(field)
        .collect()
}

fn found(proposals: &[Proposal], field: DocumentField, value: &str) -> Vec<Found> {
    let of_field = proposals.iter().filter(|proposal| proposal.field == field);
    of_field
        .map(|proposal| Found {
            other: (proposal.value != value).then(|| proposal.value.clone()),
            place: match proposal.page {
                Some(page) => format!("page {page}"),
                None => "the document".to_owned(),
            },
            words: proposal.evidence.clone(),
            sureness: match Sureness::of(proposal.confidence) {
                Sureness::Sure => "sure",
                Sureness::Likely => "likely",
                Sureness::Guess => "a guess",
            },
        })
        .collect()
}

/// Active programs, and those that the document is filed under in any case.
fn choices(active: Vec<String>, document: &Document, typed: &Typed) -> Vec<(String, bool)> {
    let filed = document.programs.iter();
    let others: Vec<_> = filed
        .filter(|name| !active.contains(name))
        .cloned()
        .collect();
    let names = active.into_iter().chain(others);
    names
        .map(|name| {
            let is_on = typed.programs.contains(&name);
            (name, is_on)
        })
        .collect()
}

/// The form on a page of its own.
pub(super) async fn show(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let document = super::document::find(&state, &id).await?;
    let form = form(&state, &visitor, &document, None).await?;
    page(&view(&visitor, &document, form))
}

/// Confirms the document, or shows the form again with what is wrong.
pub(super) async fn confirm(
    State(state): State<AppState>,
    PageEditor(visitor): PageEditor,
    client: Client,
    Path(id): Path<String>,
    CheckedForm(pairs): CheckedForm<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let document = super::document::find(&state, &id).await?;
    let typed = Typed::of_pairs(pairs);
    let user = &visitor.signed_in.user;
    let origin = client.by(user.user_id);
    let correction = match typed.read() {
        Ok(correction) => {
            let year = state.clock.year();
            correction
                .check(&state.pool, &document.programs, year)
                .await
        }
        Err(error) => Err(error),
    };
    let correction = match correction {
        Ok(correction) => correction,
        Err(error) => {
            let typed = (typed, Problems::of_error(error)?);
            let form = form(&state, &visitor, &document, Some(typed)).await?;
            let page = page(&view(&visitor, &document, form))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let (id, by) = (document.doc_id, user.email.as_str());
    review::decide(&state, id, correction, Extent::Everything, by, origin).await?;
    Ok(Redirect::to(&format!("/library/{id}")).into_response())
}

fn view(visitor: &Visitor, document: &Document, form: ConfirmForm) -> ConfirmPage {
    ConfirmPage {
        shell: visitor.shell(Place::Library),
        title: document.display_title().to_owned(),
        form,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_and_what_is_wrong_is_told_at_once() {
        let mut typed = Typed {
            title: "Plan".to_owned(),
            doc_type: "Grant Proposal".to_owned(),
            outcome: "N/A".to_owned(),
            requested_amount: "$50,000".to_owned(),
            ..Typed::default()
        };
        let said = typed.read().unwrap();
        assert_eq!(
            said.year,
            Said::Nothing,
            "an empty field says that there is none"
        );
        assert_eq!(said.requested_amount, Said::Value(50_000.into()));
        typed.year = "soon".to_owned();
        typed.awarded_amount = "lots".to_owned();
        let Err(Error::Invalid(problems)) = typed.read() else {
            panic!("refused")
        };
        let fields: Vec<_> = problems.iter().filter_map(FieldProblem::field).collect();
        assert_eq!(fields, ["year", "awarded_amount"]);
    }

    #[test]
    fn a_field_is_shown_with_what_else_was_found() {
        let proposal = |value: &str, confidence| Proposal {
            field: DocumentField::Year,
            value: value.to_owned(),
            evidence: format!("date: {value}"),
            page: Some(2),
            confidence,
        };
        let found = found(
            &[proposal("2024", 0.9), proposal("2023", 0.4)],
            DocumentField::Year,
            "2024",
        );
        assert_eq!(
            (found[0].other.as_deref(), found[0].sureness),
            (None, "sure")
        );
        assert_eq!(found[1].other.as_deref(), Some("2023"));
        assert_eq!(
            (found[1].place.as_str(), found[1].sureness),
            ("page 2", "a guess")
        );
    }
}
