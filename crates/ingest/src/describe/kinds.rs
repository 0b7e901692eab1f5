//! Which words tell the type of a document, and where.

use archivist_domain::enums::DocType;

use super::Suggestion;
use super::places::{Places, plain};
use super::votes::{Vote, decide};

/// These words propose this type.
struct TypeRule {
    doc_type: DocType,
    /// How often the rule is right where it counts most, 0 to 1.
    weight: f32,
    /// Compared as whole words, whatever their case and punctuation.
    phrases: &'static [&'static str],
}

/// How much a phrase counts in each place: the more telling ones come first.
const IN_NAME: f32 = 1.0;
const IN_TITLE: f32 = 0.95;
const IN_HEADING: f32 = 0.7;
const IN_OPENING: f32 = 0.55;

/// Headings further down tell of parts, not of the whole.
const HEADINGS: usize = 12;

const TYPE_RULES: &[TypeRule] = &[
    TypeRule {
        doc_type: DocType::Other,
        weight: 0.95,
        phrases: &[
            "request for proposal",
            "request for proposals",
            "rfp",
            "request for quotation",
            "request for quotations",
            "request for quote",
            "rfq",
            "request for information",
            "rfi",
            "invitation to bid",
            "notice of funding opportunity",
            "call for proposals",
            "call for applications",
            "bylaws",
            "articles of incorporation",
            "financial statement",
            "financial statements",
            "code of conduct",
            "meeting minutes",
            "minutes of the meeting",
            "non disclosure agreement",
            "nondisclosure agreement",
            "purchase agreement",
            "performance work statement",
            "statement of work",
            "terms of reference",
            "quality assurance surveillance plan",
            "privacy policy",
            "job description",
        ],
    },
    TypeRule {
        doc_type: DocType::AnnualReport,
        weight: 0.95,
        phrases: &[
            "annual report",
            "annual financial report",
            "annual review",
            "year in review",
        ],
    },
    TypeRule {
        doc_type: DocType::ImpactReport,
        weight: 0.95,
        phrases: &[
            "impact report",
            "evaluation report",
            "outcomes report",
            "outcome report",
            "progress report",
            "interim report",
            "final report",
            "impact assessment",
            "closing report",
        ],
    },
    TypeRule {
        doc_type: DocType::StrategicPlan,
        weight: 0.95,
        phrases: &[
            "strategic plan",
            "strategic framework",
            "strategic priorities",
            "multi year plan",
            "theory of change",
        ],
    },
    TypeRule {
        doc_type: DocType::GrantProposal,
        weight: 0.95,
        phrases: &[
            "grant proposal",
            "grant application",
            "funding proposal",
            "funding application",
            "application for funding",
            "letter of inquiry",
            "letter of intent",
            "concept note",
            "project proposal",
            "research proposal",
            "funding request",
        ],
    },
    TypeRule {
        doc_type: DocType::GrantProposal,
        weight: 0.75,
        phrases: &[
            "proposal",
            "specific aims",
            "intellectual merit",
            "broader impacts",
            "amount requested",
            "requested start date",
            "research plan",
            "grant purpose",
        ],
    },
    TypeRule {
        doc_type: DocType::GrantProposal,
        weight: 0.5,
        phrases: &[
            "project summary",
            "project description",
            "budget justification",
            "principal investigator",
            "work plan",
        ],
    },
    TypeRule {
        doc_type: DocType::ProgramDescription,
        weight: 0.9,
        phrases: &[
            "program description",
            "programme description",
            "program overview",
            "programme overview",
            "program summary",
            "program profile",
            "description of the program",
        ],
    },
];

/// The type that the words tell.
pub(super) fn doc_type(places: &Places<'_>) -> Option<Suggestion<DocType>> {
    let mut votes = Vec::new();
    votes.extend(votes_of("file name", &places.name, None, IN_NAME));
    if places.title != places.name {
        votes.extend(votes_of("title", &places.title, None, IN_TITLE));
    }
    let headings = places.lines.iter().filter(|line| line.is_heading);
    for line in headings.take(HEADINGS) {
        votes.extend(votes_of("heading", line.text, line.page, IN_HEADING));
    }
    votes.extend(votes_of("opening", &places.opening, None, IN_OPENING));
    decide(&votes)
}

/// What the phrases of a text say, each rule once. Within a longer phrase a shorter one
/// does not count: a request for proposals is no proposal.
fn votes_of(place: &str, text: &str, page: Option<u32>, factor: f32) -> Vec<Vote<DocType>> {
    let mut haystack = plain(text);
    let mut phrases: Vec<(&TypeRule, &str)> = TYPE_RULES
        .iter()
        .flat_map(|rule| rule.phrases.iter().map(move |phrase| (rule, *phrase)))
        .collect();
    phrases.sort_by_key(|(_, phrase)| std::cmp::Reverse(phrase.len()));
    let mut votes: Vec<(&TypeRule, Vote<DocType>)> = Vec::new();
    for (rule, phrase) in phrases {
        let sought = plain(phrase);
        if !haystack.contains(&sought) {
            continue;
        }
        haystack = haystack.replace(&sought, " . ");
        if !votes.iter().any(|(other, _)| std::ptr::eq(*other, rule)) {
            let vote = Vote {
                value: rule.doc_type,
                weight: rule.weight * factor,
                evidence: format!("{place}: {phrase}"),
                page,
            };
            votes.push((rule, vote));
        }
    }
    votes.into_iter().map(|(_, vote)| vote).collect()
}
