//! What a request for a draft holds (contract, 7.3).

use std::fmt::Display;
use std::ops::RangeInclusive;

use archivist_domain::{Audience, DocType, DocumentId, Outcome, Section};
use archivist_draft::DraftRequest;
use archivist_search::Filters;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bounds;
use crate::defaults::{Defaults, MAX_SOURCES};
use crate::drafting::Retrieval;
use crate::error::{Error, FieldProblem};

const MIN_QUERY_CHARS: usize = 10;
const MAX_QUERY_CHARS: usize = 10_000;
const MAX_TONE_CHARS: usize = 100;
const MAX_INSTRUCTIONS_CHARS: usize = 5_000;

/// The length of a draft where neither `max_words` nor a short `max_tokens` says
/// otherwise: a section of about a page.
const USUAL_WORDS: u32 = 500;

/// A section to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "query": "Organizational capacity for a federal early-literacy grant",
    "audience": "Federal RFP",
    "section": "Organizational Capacity",
    "max_sources": 8,
    "filters": {"doc_types": ["Grant Proposal"], "outcomes": ["Funded"]},
}))]
pub(in crate::api) struct QueryRequest {
    /// What is asked for, in plain words.
    #[schema(min_length = 10, max_length = 10_000)]
    query: String,
    /// Who will read it.
    audience: Audience,
    /// Which section of an application it is.
    section: Section,
    /// How it should sound; when not given, the configuration's `default_tone`, or
    /// `Professional`.
    #[schema(max_length = 100, example = "Professional")]
    tone: Option<String>,
    /// How many passages to use at most; when not given, the configuration's
    /// `default_retrieval_count`: 5 at first, and never more than 15.
    #[schema(minimum = 1, maximum = 15, example = 5)]
    max_sources: Option<u32>,
    /// How much the age of a document counts; when not given, the configuration's
    /// `recency_weight`: 0.7 at first.
    #[schema(minimum = 0, maximum = 1, example = 0.7)]
    recency_weight: Option<f32>,
    /// Whether sentences carry markers `[n]`.
    #[serde(default = "include_citations")]
    #[schema(default = true)]
    include_citations: bool,
    /// Which documents to use; all lists hold together, within a list any value will do.
    filters: Option<QueryFilters>,
    /// Further wishes, for language models.
    #[schema(max_length = 5_000)]
    custom_instructions: Option<String>,
    /// The longest reply of a language model, in its tokens; when not given, the
    /// configuration's `max_tokens`: 4096 at first.
    #[schema(minimum = 512, maximum = 8192, example = 4096)]
    max_tokens: Option<u32>,
    /// The longest draft, in words; 500 when not given, or less where `max_tokens`
    /// leaves room for less.
    #[schema(minimum = 50, maximum = 3000)]
    max_words: Option<u32>,
    /// Randomness of a language model; when not given, the configuration's
    /// `temperature`: 0.3 at first.
    #[schema(minimum = 0, maximum = 1, example = 0.3)]
    temperature: Option<f32>,
}

fn include_citations() -> bool {
    true
}

/// Which documents a draft may use.
#[derive(Debug, Default, Deserialize, ToSchema)]
struct QueryFilters {
    /// Kinds of documents.
    doc_types: Option<Vec<DocType>>,
    /// Years; documents without one are left out.
    years: Option<Vec<i32>>,
    /// Programs, in any letter case.
    #[schema(example = json!(["Early Literacy"]))]
    programs: Option<Vec<String>>,
    /// Outcomes; documents without one are left out.
    outcomes: Option<Vec<Outcome>>,
    /// Tags, in any letter case.
    #[schema(example = json!(["rural"]))]
    tags: Option<Vec<String>>,
    /// Older versions, too, of which there are newer ones; false when not given.
    #[schema(example = false)]
    include_superseded: Option<bool>,
    /// Documents to leave out.
    exclude_docs: Option<Vec<DocumentId>>,
    /// First and last year, both included.
    #[schema(example = json!([2020, 2024]))]
    date_range: Option<(i32, i32)>,
}

impl QueryRequest {
    /// What to find and what to write, if all of it will do; `defaults` are the site's
    /// for what is left out, `organization` is the one that applies.
    pub(in crate::api) fn check(
        self,
        defaults: Defaults,
        organization: Option<String>,
    ) -> Result<(DraftRequest, Retrieval), Error> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        if self.query.trim().is_empty() {
            return Err(Error::refused("Query cannot be empty"));
        }
        let max_tokens = self.max_tokens.unwrap_or(defaults.max_tokens);
        let retrieval = Retrieval {
            max_sources: to_usize(self.max_sources.unwrap_or(defaults.max_sources)),
            recency_weight: self.recency_weight.unwrap_or(defaults.recency_weight),
            filters: self.filters.unwrap_or_default().into(),
        };
        let request = DraftRequest {
            query: self.query,
            audience: self.audience,
            section: self.section,
            tone: self.tone.unwrap_or(defaults.tone),
            custom_instructions: self.custom_instructions,
            include_citations: self.include_citations,
            max_words: to_usize(self.max_words.unwrap_or(usual_words(max_tokens))),
            temperature: self.temperature.unwrap_or(defaults.temperature),
            max_tokens,
            organization,
        };
        Ok((request, retrieval))
    }

    fn problems(&self) -> Vec<FieldProblem> {
        let instructions = self.custom_instructions.as_deref().unwrap_or_default();
        let tone = self.tone.as_deref().unwrap_or_default();
        let lengths = [
            length("query", &self.query, MIN_QUERY_CHARS..=MAX_QUERY_CHARS),
            length("tone", tone, 0..=MAX_TONE_CHARS),
            length(
                "custom_instructions",
                instructions,
                0..=MAX_INSTRUCTIONS_CHARS,
            ),
        ];
        let outside = [
            outside("max_sources", self.max_sources, 1..=MAX_SOURCES),
            outside("recency_weight", self.recency_weight, 0.0..=1.0),
            outside("max_tokens", self.max_tokens, 512..=8192),
            outside("max_words", self.max_words, 50..=3000),
            outside("temperature", self.temperature, 0.0..=1.0),
        ];
        lengths.into_iter().chain(outside).flatten().collect()
    }
}

fn length(field: &str, text: &str, allowed: RangeInclusive<usize>) -> Option<FieldProblem> {
    let message = bounds::characters(text, &allowed)?;
    Some(FieldProblem::body(field, message))
}

fn outside<T: PartialOrd + Display>(
    field: &str,
    value: Option<T>,
    allowed: RangeInclusive<T>,
) -> Option<FieldProblem> {
    let message = bounds::number(&value?, &allowed)?;
    Some(FieldProblem::body(field, message))
}

/// English prose has about three words to four tokens.
fn usual_words(max_tokens: u32) -> u32 {
    USUAL_WORDS.min(max_tokens / 4 * 3)
}

fn to_usize(small: u32) -> usize {
    usize::try_from(small).unwrap_or(usize::MAX)
}

impl From<QueryFilters> for Filters {
    fn from(sent: QueryFilters) -> Self {
        Self {
            doc_types: sent.doc_types.unwrap_or_default(),
            years: sent.years.unwrap_or_default(),
            year_range: sent.date_range,
            programs: sent.programs.unwrap_or_default(),
            outcomes: sent.outcomes.unwrap_or_default(),
            tags: sent.tags.unwrap_or_default(),
            funders: Vec::new(),
            documents: Vec::new(),
            include_superseded: sent.include_superseded.unwrap_or(false),
            exclude_documents: sent.exclude_docs.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use archivist_domain::config::Config;
    use serde_json::{Value, json};

    fn check(change: &Value) -> Result<(DraftRequest, Retrieval), Error> {
        let mut body = json!({
            "query": "Capacity for a literacy grant",
            "audience": "Federal RFP",
            "section": "Organizational Capacity",
        });
        let fields = body.as_object_mut().unwrap();
        fields.extend(change.as_object().unwrap().clone());
        let request: QueryRequest = serde_json::from_value(body).unwrap();
        request.check(Config::default().into(), None)
    }

    #[test]
    fn what_the_request_says_goes_before_what_the_site_has_set() {
        let defaults = Defaults {
            tone: "Warm".to_owned(),
            max_sources: 9,
            recency_weight: 0.25,
            max_tokens: 600,
            temperature: 0.0,
        };
        let of = |fields: Value| {
            let mut body = json!({
                "query": "Capacity for a literacy grant",
                "audience": "Federal RFP",
                "section": "Organizational Capacity",
            });
            (body.as_object_mut().unwrap()).extend(fields.as_object().unwrap().clone());
            let request: QueryRequest = serde_json::from_value(body).unwrap();
            request.check(defaults.clone(), None).unwrap()
        };
        let (request, retrieval) = of(json!({ "tone": null }));
        assert_eq!((request.tone.as_str(), request.max_words), ("Warm", 450));
        assert_eq!((retrieval.max_sources, retrieval.recency_weight), (9, 0.25));
        let (request, retrieval) = of(json!({ "tone": "Plain", "max_sources": 2 }));
        assert_eq!((request.tone.as_str(), retrieval.max_sources), ("Plain", 2));
    }

    #[test]
    fn defaults_are_those_of_the_contract() {
        let (request, retrieval) = check(&json!({})).unwrap();
        assert_eq!(request.tone, "Professional");
        assert_eq!((request.max_tokens, request.max_words), (4096, 500));
        assert!(request.include_citations);
        assert_eq!(retrieval.max_sources, 5);
        assert_eq!(retrieval.filters, Filters::default());
    }

    #[test]
    fn few_tokens_mean_few_words_unless_words_are_given() {
        let (request, _) = check(&json!({"max_tokens": 512})).unwrap();
        assert_eq!(request.max_words, 384);
        let (request, _) = check(&json!({"max_tokens": 512, "max_words": 3000})).unwrap();
        assert_eq!(request.max_words, 3000);
    }

    #[test]
    fn every_value_out_of_range_is_named() {
        let error = check(&json!({
            "query": "short", "max_sources": 20, "recency_weight": 1.1,
            "max_tokens": 511, "max_words": 49, "temperature": -0.1,
        }));
        let Err(Error::Invalid(problems)) = error else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(
            fields,
            [
                "query",
                "max_sources",
                "recency_weight",
                "max_tokens",
                "max_words",
                "temperature"
            ]
        );
        assert_eq!(problems[1].msg, "must be between 1 and 15");
    }

    #[test]
    fn texts_have_an_end() {
        for (field, most) in [
            ("query", MAX_QUERY_CHARS),
            ("tone", MAX_TONE_CHARS),
            ("custom_instructions", MAX_INSTRUCTIONS_CHARS),
        ] {
            assert!(check(&json!({field: "é".repeat(most)})).is_ok(), "{field}");
            let Err(Error::Invalid(problems)) = check(&json!({field: "é".repeat(most + 1)}))
            else {
                panic!("{field} is not refused");
            };
            assert_eq!(problems[0].field(), Some(field));
        }
    }

    #[test]
    fn white_space_is_no_query() {
        let error = check(&json!({"query": "              "})).unwrap_err();
        assert_eq!(error.status(), axum::http::StatusCode::BAD_REQUEST);
    }

    #[test]
    fn filters_reach_the_index() {
        let (_, retrieval) = check(&json!({"filters": {
            "doc_types": ["Annual Report"], "years": null, "date_range": [2020, 2024], "tags": ["rural"],
        }}))
        .unwrap();
        assert_eq!(retrieval.filters.doc_types, [DocType::AnnualReport]);
        assert_eq!(retrieval.filters.year_range, Some((2020, 2024)));
        assert_eq!(retrieval.filters.tags, ["rural"]);
    }
}
