//! Which words tell the type of a document.

use archivist_domain::enums::DocType;

/// One of these phrases proposes this type.
pub(super) struct TypeRule {
    pub(super) doc_type: DocType,
    /// Compared as whole words, whatever their case and punctuation.
    pub(super) phrases: &'static [&'static str],
}

/// In order: the first rule that finds a phrase decides, so the more special come
/// first ("request for proposals" before "proposal").
pub(super) const TYPE_RULES: &[TypeRule] = &[
    TypeRule {
        doc_type: DocType::Other,
        phrases: &[
            "request for proposal",
            "request for proposals",
            "rfp",
            "request for quotation",
            "request for quotations",
            "request for quote",
            "rfq",
            "request for information",
            "bylaws",
            "articles of incorporation",
            "financial statement",
            "financial statements",
            "code of conduct",
            "meeting minutes",
        ],
    },
    TypeRule {
        doc_type: DocType::AnnualReport,
        phrases: &[
            "annual report",
            "annual financial report",
            "annual review",
            "year in review",
        ],
    },
    TypeRule {
        doc_type: DocType::ImpactReport,
        phrases: &[
            "impact report",
            "evaluation report",
            "outcomes report",
            "outcome report",
            "progress report",
            "interim report",
            "final report",
            "impact assessment",
        ],
    },
    TypeRule {
        doc_type: DocType::StrategicPlan,
        phrases: &[
            "strategic plan",
            "strategic framework",
            "strategic priorities",
            "multi year plan",
        ],
    },
    TypeRule {
        doc_type: DocType::GrantProposal,
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
            "proposal",
            "specific aims",
            "funding request",
        ],
    },
    TypeRule {
        doc_type: DocType::ProgramDescription,
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
