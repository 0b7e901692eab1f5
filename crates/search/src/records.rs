//! What goes into the index, what is asked of it, and what comes back.

use std::borrow::Cow;
use std::ops::Range;

use archivist_domain::{DocType, DocumentId, Outcome, PassageId, SearchOrder};

use crate::language::Language;
use crate::text::fold_name;

/// A document with all its passages, as the index takes it in.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentRecord {
    /// The document's id.
    pub id: DocumentId,
    /// Its title or file name; searched along with every passage.
    pub title: String,
    /// What it can be filtered and weighed by.
    pub facets: Facets,
    /// Its language, where that is known already; else it is told from the passages.
    pub language: Option<Language>,
    /// Its passages, in any order.
    pub passages: Vec<PassageRecord>,
}

/// One passage of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct PassageRecord {
    /// The passage's id.
    pub id: PassageId,
    /// Its place within the document.
    pub ordinal: u32,
    /// The heading it stands under.
    pub heading: Option<String>,
    /// Its text; [`Hit::marks`] point into it.
    pub text: String,
}

/// What a passage is found by: its fields, as they are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PassageText<'a> {
    /// What its words are stemmed as.
    pub language: Language,
    /// The title of its document.
    pub title: &'a str,
    /// The tags of its document and its funder, a line each.
    pub tags: &'a str,
    /// The heading it stands under.
    pub heading: Option<&'a str>,
    /// Its text.
    pub text: Cow<'a, str>,
}

/// The metadata of a document that filters and signals look at.
#[derive(Debug, Clone, PartialEq)]
pub struct Facets {
    /// What kind of document it is.
    pub doc_type: DocType,
    /// The calendar year it belongs to.
    pub year: Option<i32>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// The programs it is about.
    pub programs: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who is asked for money in it, or gave it.
    pub funder: Option<String>,
    /// A newer version of it has taken its place.
    pub superseded: bool,
}

impl Facets {
    /// The same without programs, tags and funder, which few searches look at.
    pub(crate) fn without_lists(&self) -> Self {
        Self {
            programs: Vec::new(),
            tags: Vec::new(),
            funder: None,
            ..*self
        }
    }
}

/// Hard restrictions. An empty list restricts nothing; within a list any value
/// suffices; all lists must be satisfied together. Superseded documents are left out
/// unless they are asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filters {
    /// Kinds of documents.
    pub doc_types: Vec<DocType>,
    /// Single years. A document without a year never matches.
    pub years: Vec<i32>,
    /// First and last year, both included. A document without a year never matches.
    pub year_range: Option<(i32, i32)>,
    /// Programs, ignoring case and accents.
    pub programs: Vec<String>,
    /// Outcomes. A document without an outcome never matches.
    pub outcomes: Vec<Outcome>,
    /// Tags, ignoring case and accents.
    pub tags: Vec<String>,
    /// Parts of funders' names, ignoring case and accents. A document without a funder never matches.
    pub funders: Vec<String>,
    /// Only these documents.
    pub documents: Vec<DocumentId>,
    /// None of these documents.
    pub exclude_documents: Vec<DocumentId>,
    /// Documents of which there are newer versions, too.
    pub include_superseded: bool,
}

impl Filters {
    /// Whether a document with these facets may be found.
    pub fn admit(&self, document: DocumentId, facets: &Facets) -> bool {
        (self.include_superseded || !facets.superseded)
            && any_of(&self.doc_types, &facets.doc_type)
            && (self.years.is_empty() || facets.year.is_some_and(|y| self.years.contains(&y)))
            && self.in_year_range(facets.year)
            && any_name_of(&self.programs, &facets.programs)
            && (self.outcomes.is_empty()
                || facets.outcome.is_some_and(|o| self.outcomes.contains(&o)))
            && any_name_of(&self.tags, &facets.tags)
            && self.names_funder(facets.funder.as_deref())
            && any_of(&self.documents, &document)
            && !self.exclude_documents.contains(&document)
    }

    /// Whether they say what documents must be.
    pub fn narrow(&self) -> bool {
        let lists = [
            self.doc_types.is_empty(),
            self.years.is_empty(),
            self.year_range.is_none(),
            self.programs.is_empty(),
            self.outcomes.is_empty(),
            self.tags.is_empty(),
            self.funders.is_empty(),
            self.documents.is_empty(),
        ];
        lists.contains(&false)
    }

    /// Whether it looks at what [`Facets::without_lists`] lacks.
    pub(crate) fn look_at_lists(&self) -> bool {
        !(self.programs.is_empty() && self.tags.is_empty() && self.funders.is_empty())
    }

    fn names_funder(&self, funder: Option<&str>) -> bool {
        self.funders.is_empty()
            || funder.is_some_and(|funder| {
                let funder = fold_name(funder);
                let has = |part: &String| funder.contains(&fold_name(part));
                self.funders.iter().any(has)
            })
    }

    fn in_year_range(&self, year: Option<i32>) -> bool {
        self.year_range
            .is_none_or(|(first, last)| year.is_some_and(|y| (first..=last).contains(&y)))
    }
}

fn any_of<T: PartialEq>(wanted: &[T], found: &T) -> bool {
    wanted.is_empty() || wanted.contains(found)
}

fn any_name_of(wanted: &[String], found: &[String]) -> bool {
    wanted.is_empty() || found.iter().any(|f| wanted.iter().any(|w| same_name(w, f)))
}

fn same_name(a: &str, b: &str) -> bool {
    a == b || fold_name(a) == fold_name(b)
}

/// Which voices are asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Words and meaning together.
    #[default]
    Hybrid,
    /// Words only.
    Lexical,
    /// Meaning only; finds nothing before vectors have been trained.
    Dense,
}

/// A passage and the document it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PassagePlace {
    /// The document.
    pub document: DocumentId,
    /// The passage.
    pub passage: PassageId,
}

/// A question as a model reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct QueryVector {
    /// Which model.
    pub identity: String,
    /// Of length 1; empty where nothing was typed and [`SearchRequest::like`] says all.
    pub values: Vec<f32>,
}

/// One question to the index.
#[derive(Debug, Clone, PartialEq)]
pub struct SearchRequest {
    /// What to look for. Empty where `like` says it, or where all is listed
    /// ([`Self::lists_all`]).
    pub text: String,
    /// The search as a person typed it, conditions and quotation marks included, where one did.
    pub typed: Option<String>,
    /// The text as an embedding model reads it; counts where the index has that model's vectors.
    pub vector: Option<QueryVector>,
    /// Passages that answer: others like them are looked for, too. Unknown ones are ignored.
    pub like: Vec<PassagePlace>,
    /// Passages that are not to be found.
    pub without: Vec<PassagePlace>,
    /// Passages that stand before all others where they may be found, in this order, as long as
    /// the order is that of relevance.
    pub pinned: Vec<PassagePlace>,
    /// Wordings of which a passage must have each, with its heading and title.
    pub phrases: Vec<String>,
    /// Words, in any form, and wordings that a passage must not have.
    pub unwanted: Vec<String>,
    /// Hard restrictions.
    pub filters: Filters,
    /// Restrictions that were typed among the words: they hold, too.
    pub conditions: Option<Filters>,
    /// How many hits are passed over before the first.
    pub offset: usize,
    /// How many hits at most.
    pub limit: usize,
    /// In which order they stand.
    pub order: SearchOrder,
    /// How much age counts, 0 (not at all) to 1.
    pub recency_weight: f32,
    /// How much the outcome counts, 0 (not at all) to 1.
    pub outcome_weight: f32,
    /// How much it counts whether a document is what is named among the
    /// words, 0 (not at all) to 1.
    pub named_weight: f32,
    /// How many passages of one document at most; all of them where one alone is asked for, and
    /// the first of each where all is listed.
    pub per_document: usize,
    /// How much passages that repeat better ones step back, 0 (not at all) to 1.
    pub diversity: f32,
    /// Which voices are asked.
    pub mode: Mode,
}

impl SearchRequest {
    /// A request for this text with the default weights and no filter.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// What a person has in front of them.
    pub fn as_typed(&self) -> &str {
        self.typed.as_deref().unwrap_or(&self.text)
    }

    /// Whether nothing is looked for, and everything is listed that conditions and filters admit and
    /// that has nothing unwanted: one passage of each document, by age and outcome as far as these
    /// count, then by year and title.
    pub fn lists_all(&self) -> bool {
        let is_restricted =
            self.conditions.is_some() || !self.unwanted.is_empty() || self.filters.narrow();
        is_restricted && self.text.is_empty() && self.like.is_empty()
    }

    /// How many passages of one document are found at most.
    pub(crate) fn of_each_document(&self) -> usize {
        if self.filters.documents.len() == 1 {
            usize::MAX
        } else if self.lists_all() {
            1
        } else {
            self.per_document
        }
    }

    /// Whether a document with these facets may be found.
    pub fn admits(&self, document: DocumentId, facets: &Facets) -> bool {
        let conditions = self.conditions.as_ref();
        self.filters.admit(document, facets)
            && conditions.is_none_or(|typed| typed.admit(document, facets))
    }

    /// Whether filters or conditions look at what [`Facets::without_lists`] lacks.
    pub(crate) fn looks_at_lists(&self) -> bool {
        let conditions = self.conditions.as_ref();
        self.filters.look_at_lists() || conditions.is_some_and(Filters::look_at_lists)
    }
}

impl Default for SearchRequest {
    /// Ten hits, three a document, both voices. Age weighs 0.7 as it always has
    /// for this product's users; the outcome weighs 0.3, which lifts funded
    /// text over text without an outcome by some 3 %. Documents of another year or kind than
    /// those named lose a tenth for each, and up to four tenths where nothing else was typed.
    fn default() -> Self {
        Self {
            text: String::new(),
            typed: None,
            vector: None,
            like: Vec::new(),
            without: Vec::new(),
            pinned: Vec::new(),
            phrases: Vec::new(),
            unwanted: Vec::new(),
            filters: Filters::default(),
            conditions: None,
            offset: 0,
            limit: 10,
            order: SearchOrder::Relevance,
            recency_weight: 0.7,
            outcome_weight: 0.3,
            named_weight: 0.5,
            per_document: 3,
            diversity: 0.1,
            mode: Mode::Hybrid,
        }
    }
}

/// A passage that answers a request, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The passage.
    pub passage: PassageId,
    /// The document it stands in.
    pub document: DocumentId,
    /// 0 to 1; comparable within one answer, not between answers.
    pub score: f32,
    /// The BM25 score, where words matched.
    pub lexical: Option<f32>,
    /// The cosine, where it is above what chance gives.
    pub dense: Option<f32>,
    /// By what its score was multiplied for the age of its document, 0 to 1.
    pub recency: f32,
    /// By what its score was multiplied for what became of its document, 0 to 1.
    pub outcome: f32,
    /// By what its score was multiplied where its document is an older version, 0 to 1.
    pub version: f32,
    /// By what its score was multiplied since it says again what stands before it, 0 to 1.
    pub repetition: f32,
    /// By what its score was multiplied for words in other forms than those typed, 0 to 1.
    pub form: f32,
    /// By what its score was multiplied for words that stand apart and were typed in a row, 0 to 1.
    pub row: f32,
    /// By what its score was multiplied for what the search names of documents, 0 to 1.
    pub named: f32,
    /// By what its score was multiplied for what people chose before, 0 to 1, where an order
    /// that was learned from that has its say.
    pub preferred: Option<f32>,
    /// The matched words as they stand in the passage, each once.
    pub matched: Vec<String>,
    /// Why it is here, for people: `matched literacy, coaches`.
    pub reasons: Vec<String>,
    /// Byte ranges of the matched words in the passage's text, ascending.
    pub marks: Vec<Range<usize>>,
}

/// Hits, and what else there is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// The hits that were asked for.
    pub hits: Vec<Hit>,
    /// How the documents that were found are spread.
    pub counts: FacetCounts,
    /// The request's words with those that the archive does not know in the spelling that
    /// it knows, where there are any.
    pub did_you_mean: Option<String>,
}

/// How many of the documents that were found have each value; the most frequent first, equal ones by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FacetCounts {
    /// All of them.
    pub documents: usize,
    /// Their passages that were found.
    pub passages: usize,
    /// By kind.
    pub doc_types: Vec<(DocType, usize)>,
    /// By year, the latest first.
    pub years: Vec<(i32, usize)>,
    /// By program; a document may have several.
    pub programs: Vec<(String, usize)>,
    /// By outcome.
    pub outcomes: Vec<(Outcome, usize)>,
    /// By tag; a document may have several.
    pub tags: Vec<(String, usize)>,
    /// By who is asked for money.
    pub funders: Vec<(String, usize)>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn facets() -> Facets {
        Facets {
            doc_type: DocType::GrantProposal,
            year: Some(2022),
            outcome: Some(Outcome::Funded),
            programs: vec!["Early Literacy".into()],
            tags: vec!["rural".into(), "coaching".into()],
            funder: Some("Harbor County Trust".into()),
            superseded: false,
        }
    }

    fn admits(filters: &Filters) -> bool {
        filters.admit(DocumentId(Uuid::from_u128(1)), &facets())
    }

    #[test]
    fn no_filter_admits_everything() {
        assert!(admits(&Filters::default()));
    }

    #[test]
    fn d_47_any_value_of_a_list_suffices_and_names_ignore_case() {
        assert!(admits(&Filters {
            doc_types: vec![DocType::Other, DocType::GrantProposal],
            years: vec![2021, 2022],
            year_range: Some((2022, 2022)),
            programs: vec!["Meals".into(), "early-literacy".into()],
            outcomes: vec![Outcome::Funded],
            tags: vec!["RURAL".into()],
            funders: vec!["hárbor county".into()],
            documents: vec![DocumentId(Uuid::from_u128(1))],
            exclude_documents: vec![DocumentId(Uuid::from_u128(2))],
            include_superseded: false,
        }));
    }

    #[test]
    fn older_versions_are_found_only_when_they_are_asked_for() {
        let older = Facets {
            superseded: true,
            ..facets()
        };
        let id = DocumentId(Uuid::from_u128(1));
        assert!(!Filters::default().admit(id, &older));
        let with_older = Filters {
            include_superseded: true,
            ..Filters::default()
        };
        assert!(with_older.admit(id, &older) && with_older.admit(id, &facets()));
    }

    #[test]
    fn every_list_can_refuse() {
        let refusing = [
            Filters {
                doc_types: vec![DocType::Other],
                ..Filters::default()
            },
            Filters {
                years: vec![2021],
                ..Filters::default()
            },
            Filters {
                year_range: Some((2023, 2025)),
                ..Filters::default()
            },
            Filters {
                programs: vec!["Meals".into()],
                ..Filters::default()
            },
            Filters {
                outcomes: vec![Outcome::Pending],
                ..Filters::default()
            },
            Filters {
                tags: vec!["urban".into()],
                ..Filters::default()
            },
            Filters {
                funders: vec!["Meadow".into()],
                ..Filters::default()
            },
            Filters {
                documents: vec![DocumentId(Uuid::from_u128(2))],
                ..Filters::default()
            },
            Filters {
                exclude_documents: vec![DocumentId(Uuid::from_u128(1))],
                ..Filters::default()
            },
        ];
        for filters in refusing {
            assert!(!admits(&filters), "{filters:?}");
        }
    }

    #[test]
    fn a_missing_year_or_outcome_never_matches_a_filter() {
        let unknown = Facets {
            year: None,
            outcome: None,
            ..facets()
        };
        let id = DocumentId(Uuid::from_u128(1));
        for filters in [
            Filters {
                years: vec![2022],
                ..Filters::default()
            },
            Filters {
                year_range: Some((0, 9999)),
                ..Filters::default()
            },
            Filters {
                outcomes: vec![Outcome::Funded],
                ..Filters::default()
            },
        ] {
            assert!(!filters.admit(id, &unknown), "{filters:?}");
        }
    }
}
