//! The filters that library and search share.

use std::str::FromStr;

use archivist_domain::enums::UnknownLabel;
use archivist_domain::{DocType, DocumentId, Outcome, PassageId, SearchOrder};
use archivist_search::Filters;
use archivist_store::documents::{self, DocumentFilter};
use archivist_store::statistics::LibraryFigures;
use archivist_store::{PgPool, programs};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::form::filled;
use super::show;
use crate::bounds;
use crate::error::{Error, FieldProblem};

/// What was found in them waits for a person's word.
const TO_CONFIRM: &str = "To confirm";

/// They wait for an editor's decision.
const HELD: &str = "Held";

/// What documents of the library may wait for.
const STATES: [&str; 2] = [TO_CONFIRM, HELD];

/// The same for who may see it.
pub(super) fn states(is_editor: bool) -> &'static [&'static str] {
    if is_editor { &STATES } else { &STATES[..1] }
}

/// The filters as they stand in the address: empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct FilterForm {
    pub(super) q: String,
    pub(super) doc_type: String,
    pub(super) year: String,
    pub(super) program: String,
    pub(super) tag: String,
    pub(super) outcome: String,
    /// Part of the name of who is asked for money. Of a search alone.
    pub(super) funder: String,
    /// The one document to look in, by its id. Of a search alone.
    pub(super) document: String,
    /// `true`: older versions, too. Of a search alone.
    pub(super) include_superseded: String,
    /// In which order passages stand. Of a search alone.
    pub(super) sort: String,
    /// How much the age of a document counts and what became of it, 0 to 1. Of a search alone.
    pub(super) recency_weight: String,
    pub(super) outcome_weight: String,
    /// Passages that answer, and such as do not. Of a search alone.
    pub(super) like: Vec<PassageId>,
    pub(super) without: Vec<PassageId>,
    /// What waits for somebody, for the library: one of [`STATES`].
    pub(super) state: String,
    /// Which page of a longer list, from 1.
    pub(super) page: String,
}

impl FilterForm {
    /// Whether anything but the text is asked for.
    pub(super) fn is_narrowed(&self) -> bool {
        [
            &self.doc_type,
            &self.year,
            &self.program,
            &self.tag,
            &self.outcome,
            &self.funder,
            &self.document,
            &self.state,
        ]
        .iter()
        .any(|field| filled(field).is_some())
    }

    /// What the filters are set to, for people: `: Annual Report, 2024, newest first`.
    pub(super) fn chosen(&self) -> String {
        let fields = [
            &self.doc_type,
            &self.year,
            &self.program,
            &self.tag,
            &self.outcome,
            &self.funder,
            &self.state,
        ];
        let mut chosen: Vec<String> = fields
            .into_iter()
            .filter_map(|field| filled(field).map(str::to_owned))
            .collect();
        let order = filled(&self.sort).filter(|order| *order != SearchOrder::Relevance.as_str());
        chosen.extend(order.map(|order| show::order(order).to_lowercase()));
        let weights = [
            ("age", &self.recency_weight),
            ("outcome", &self.outcome_weight),
        ];
        for (name, weight) in weights {
            let weight =
                filled(weight).map(|weight| format!("{name} counts {}", show::weight(weight)));
            chosen.extend(weight);
        }
        chosen.extend(
            self.with_superseded()
                .then(|| "older versions, too".to_owned()),
        );
        if chosen.is_empty() {
            return String::new();
        }
        format!(": {}", chosen.join(", "))
    }

    /// Whether older versions are asked for, too.
    pub(super) fn with_superseded(&self) -> bool {
        self.include_superseded == "true"
    }

    /// Whether every document matches.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_narrowed() && filled(&self.q).is_none()
    }

    /// The page asked for, from 1.
    pub(super) fn page_number(&self) -> Result<i64, Error> {
        let page = filled(&self.page).map_or(Ok(1), str::parse);
        page.ok()
            .filter(|page| (1..=1_000_000).contains(page))
            .ok_or_else(|| invalid("page", "pages are numbered from 1"))
    }

    /// For the library's list.
    pub(super) fn for_documents(&self) -> Result<DocumentFilter, Error> {
        let owned = |text: &str| filled(text).map(str::to_owned);
        Ok(DocumentFilter {
            to_confirm: self.state_is(TO_CONFIRM)?.then_some(true),
            held: self.state_is(HELD)?.then_some(true),
            doc_type: label("doc_type", &self.doc_type)?,
            year: self.year_number()?,
            outcome: label("outcome", &self.outcome)?,
            program: owned(&self.program),
            tag: owned(&self.tag),
            search: owned(&self.q),
            without_held: false,
        })
    }

    /// In which order the passages of a search stand.
    pub(super) fn order(&self) -> Result<SearchOrder, Error> {
        Ok(label("sort", &self.sort)?.unwrap_or(SearchOrder::Relevance))
    }

    /// How much age and outcome count in a search, where that is chosen.
    pub(super) fn weights(&self) -> Result<(Option<f32>, Option<f32>), Error> {
        Ok((
            weight("recency_weight", &self.recency_weight)?,
            weight("outcome_weight", &self.outcome_weight)?,
        ))
    }

    /// For a search.
    pub(super) fn for_search(&self) -> Result<Filters, Error> {
        let list = |text: &str| filled(text).map(str::to_owned).into_iter().collect();
        Ok(Filters {
            doc_types: label("doc_type", &self.doc_type)?
                .into_iter()
                .collect::<Vec<DocType>>(),
            years: self.year_number()?.into_iter().collect(),
            outcomes: label("outcome", &self.outcome)?
                .into_iter()
                .collect::<Vec<Outcome>>(),
            programs: list(&self.program),
            tags: list(&self.tag),
            funders: list(&self.funder),
            documents: self.document_id()?.into_iter().collect(),
            include_superseded: self.with_superseded(),
            ..Filters::default()
        })
    }

    /// The address of the search with one more passage that answers.
    pub(super) fn with_like(&self, passage: PassageId) -> String {
        let mut form = self.clone();
        form.like.retain(|known| *known != passage);
        form.like.push(passage);
        form.address_with("/search", "", "")
    }

    /// The address of the search without a passage.
    pub(super) fn with_without(&self, passage: PassageId) -> String {
        let mut form = self.clone();
        form.like.retain(|known| *known != passage);
        form.without.push(passage);
        form.address_with("/search", "", "")
    }

    /// The address of the search as if nothing had been said of passages.
    pub(super) fn without_passages(&self) -> String {
        let form = Self {
            like: Vec::new(),
            without: Vec::new(),
            ..self.clone()
        };
        form.address_with("/search", "", "")
    }

    /// The address of `base` with these filters, one field changed; changing
    /// another field than the page leads to its first page.
    pub(super) fn address_with(&self, base: &str, field: &str, value: &str) -> String {
        let fields = [
            ("q", &self.q),
            ("doc_type", &self.doc_type),
            ("year", &self.year),
            ("program", &self.program),
            ("tag", &self.tag),
            ("outcome", &self.outcome),
            ("funder", &self.funder),
            ("document", &self.document),
            ("include_superseded", &self.include_superseded),
            ("sort", &self.sort),
            ("recency_weight", &self.recency_weight),
            ("outcome_weight", &self.outcome_weight),
            ("state", &self.state),
        ];
        let mut query = Serializer::new(String::new());
        for (name, current) in fields {
            let current = if name == field { value } else { current };
            if let Some(current) = filled(current) {
                query.append_pair(name, current);
            }
        }
        for (name, passages) in [("like", &self.like), ("without", &self.without)] {
            for passage in passages {
                query.append_pair(name, &passage.to_string());
            }
        }
        if field == "page" {
            query.append_pair("page", value);
        }
        match query.finish() {
            query if query.is_empty() => base.to_owned(),
            query => format!("{base}?{query}"),
        }
    }

    /// Whether this state is asked for.
    fn state_is(&self, state: &str) -> Result<bool, Error> {
        match filled(&self.state) {
            None => Ok(false),
            Some(asked) if STATES.contains(&asked) => Ok(asked == state),
            Some(_) => {
                let message = format!("use one of {}", STATES.join(", "));
                Err(invalid("state", &message))
            }
        }
    }

    /// The one document to look in.
    pub(super) fn document_id(&self) -> Result<Option<DocumentId>, Error> {
        filled(&self.document)
            .map(str::parse)
            .transpose()
            .map_err(|_| invalid("document", "this is no id of a document"))
    }

    fn year_number(&self) -> Result<Option<i32>, Error> {
        filled(&self.year)
            .map(str::parse)
            .transpose()
            .map_err(|_| invalid("year", "write it in four digits, like 2024"))
    }
}

fn label<T: FromStr<Err = UnknownLabel>>(field: &str, text: &str) -> Result<Option<T>, Error> {
    filled(text)
        .map(str::parse)
        .transpose()
        .map_err(|e: UnknownLabel| invalid(field, &e.to_string()))
}

fn weight(field: &str, text: &str) -> Result<Option<f32>, Error> {
    let Some(text) = filled(text) else {
        return Ok(None);
    };
    let weight = text.parse().ok();
    let weight = weight.filter(|weight| bounds::number(weight, &(0.0..=1.0)).is_none());
    weight
        .map(Some)
        .ok_or_else(|| invalid(field, "must be between 0 and 1"))
}

fn invalid(field: &str, message: &str) -> Error {
    Error::Invalid(vec![FieldProblem::query(field, message)])
}

/// What each filter may be set to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Choices {
    pub(super) types: &'static [&'static str],
    /// Years that documents are of, newest first.
    pub(super) years: Vec<String>,
    /// Active programs.
    pub(super) programs: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) outcomes: &'static [&'static str],
}

impl Choices {
    pub(super) async fn load(pool: &PgPool, figures: &LibraryFigures) -> Result<Self, Error> {
        Ok(Self {
            types: DocType::LABELS,
            years: figures
                .by_year
                .iter()
                .rev()
                .map(|t| t.value.clone())
                .collect(),
            programs: programs::active_names(pool).await?,
            tags: documents::tags(pool).await?,
            outcomes: Outcome::LABELS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_keeps_the_other_filters() {
        let form = FilterForm {
            q: "a & b".into(),
            year: "2024".into(),
            page: "3".into(),
            ..FilterForm::default()
        };
        assert_eq!(
            form.address_with("/library", "doc_type", "Annual Report"),
            "/library?q=a+%26+b&doc_type=Annual+Report&year=2024"
        );
        assert_eq!(
            form.address_with("/library", "page", "4"),
            "/library?q=a+%26+b&year=2024&page=4"
        );
        assert_eq!(
            FilterForm::default().address_with("/library", "year", ""),
            "/library"
        );
    }

    #[test]
    fn what_is_chosen_is_told_in_a_line() {
        let form = FilterForm {
            q: "beans".into(),
            year: "2024".into(),
            doc_type: "Annual Report".into(),
            funder: "maple".into(),
            sort: "newest".into(),
            recency_weight: "0".into(),
            outcome_weight: "0.45".into(),
            include_superseded: "true".into(),
            ..FilterForm::default()
        };
        assert_eq!(
            form.chosen(),
            ": Annual Report, 2024, maple, newest first, age counts not at all, outcome counts 0.45, older versions, too"
        );
        let usual = FilterForm {
            sort: "relevance".into(),
            ..FilterForm::default()
        };
        assert_eq!(usual.chosen(), "");
        assert_eq!(FilterForm::default().chosen(), "");
    }

    #[test]
    fn a_wrong_filter_is_told_by_its_field() {
        let form = FilterForm {
            year: "last".into(),
            ..FilterForm::default()
        };
        assert!(
            form.for_documents()
                .unwrap_err()
                .to_string()
                .starts_with("year: ")
        );
        for weight in ["1.5", "-0.1", "NaN", "much"] {
            let form = FilterForm {
                recency_weight: weight.into(),
                ..FilterForm::default()
            };
            let refused = form.weights().unwrap_err().to_string();
            assert_eq!(
                refused, "recency_weight: must be between 0 and 1",
                "{weight}"
            );
        }
        let form = FilterForm {
            outcome: "Won".into(),
            ..FilterForm::default()
        };
        assert!(
            form.for_search()
                .unwrap_err()
                .to_string()
                .contains("Funded")
        );
    }
}
