//! What each section of an application must speak of.
//!
//! The elements are what funders' guidelines usually ask for; a cue is a word
//! or phrase (matched by stems) that is seldom used of anything else; a hint is
//! one of many meanings, which tells something only beside another.

use archivist_domain::Section;

/// One thing a section must speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its name for people, as in "missing: governance".
    pub name: &'static str,
    /// What kind of sentence it wants.
    pub kind: Kind,
    /// Words and phrases that sentences about it tend to hold.
    pub cues: &'static [&'static str],
    /// Words that many sentences hold (`children`, `percent`, `since`): two of
    /// them, or one beside a cue or below a heading about the element, tell
    /// something; one alone tells nothing.
    pub hints: &'static [&'static str],
}

/// What kind of sentence an element wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Who the organization is; no place for single people.
    Introduction,
    /// People may be introduced one by one.
    People,
    /// A matter; a sentence that introduces a person belongs elsewhere.
    Matter,
}

const fn element(
    name: &'static str,
    kind: Kind,
    cues: &'static [&'static str],
    hints: &'static [&'static str],
) -> Element {
    Element {
        name,
        kind,
        cues,
        hints,
    }
}

/// The elements of a section, in the order in which a reader expects them.
pub fn elements(section: Section) -> &'static [Element] {
    match section {
        Section::OrganizationalCapacity => ORGANIZATIONAL_CAPACITY,
        Section::ProgramDescription => PROGRAM_DESCRIPTION,
        Section::ImpactAndOutcomes => IMPACT_AND_OUTCOMES,
        Section::BudgetNarrative => BUDGET_NARRATIVE,
        Section::SustainabilityPlan => SUSTAINABILITY_PLAN,
        Section::EvaluationPlan => EVALUATION_PLAN,
    }
}

// Tables: several cues a line, which the formatter would put on one each.
#[rustfmt::skip]
const ORGANIZATIONAL_CAPACITY: &[Element] = &[
    element("mission and history", Kind::Introduction, &[
        "mission", "vision", "founded in", "was founded", "founded by", "established in",
        "incorporated", "history", "nonprofit organization", "501 c 3", "our purpose",
        "dedicated to", "exists to",
    ], &[
        "began", "nonprofit", "charity", "values",
    ]),
    element("staff and qualifications", Kind::People, &[
        "staff", "full time", "employees", "employed", "years of experience", "degree",
        "certified", "credential", "qualified",
    ], &[
        "team", "director", "coordinator", "manager", "expertise", "experience", "coaches",
        "tutors", "teachers", "engineer", "trained",
    ]),
    element("governance", Kind::People, &[
        "board", "board of directors", "trustee", "bylaws", "governance", "governed",
        "elected", "conflict of interest",
    ], &[
        "committee", "oversight", "steering", "council", "officers", "chair",
    ]),
    element("track record", Kind::Matter, &[
        "served", "reached", "completed", "awarded", "successfully", "to date",
        "track record", "previous grant", "over the past", "in the past", "have run",
        "have trained",
    ], &[
        "delivered", "managed", "grew", "since", "grants", "projects", "years",
    ]),
    element("financial management", Kind::Matter, &[
        "budget", "audit", "audited", "auditor", "reserve", "unmodified opinion",
        "unqualified opinion", "accounting", "internal controls", "treasurer",
        "financial statements",
    ], &[
        "revenue", "fiscal", "financial", "expenses", "funds", "costs",
    ]),
    element("partnerships", Kind::Matter, &[
        "partner", "partnership", "coalition", "alliance", "memorandum of understanding",
        "agreement with", "jointly",
    ], &[
        "collaborate", "collaboration", "school district", "together with", "affiliated",
        "agency", "agreement",
    ]),
];

#[rustfmt::skip]
const PROGRAM_DESCRIPTION: &[Element] = &[
    element("need", Kind::Matter, &[
        "lack", "barrier", "poverty", "shortage", "underserved", "without access",
        "low income", "waiting list", "gap",
    ], &[
        "need", "below", "challenge", "problem", "difficult", "struggle", "only",
    ]),
    element("people served", Kind::Matter, &[
        "people served", "eligible", "enroll", "participants", "families with",
        "priority is given",
    ], &[
        "children", "students", "families", "youth", "residents", "learners", "community",
        "patients", "serves",
    ]),
    element("goals and objectives", Kind::Matter, &[
        "goal", "objective", "aim", "will increase",
    ], &[
        "target", "in order to", "intend", "purpose", "expect to", "vision",
    ]),
    element("activities and methods", Kind::Matter, &[
        "session", "lesson", "workshop", "curriculum", "tutoring", "evidence based",
        "home visits", "small groups",
    ], &[
        "weekly", "activity", "method", "approach", "training", "provide", "offer", "instruction",
        "model", "develop", "implement", "visit", "read",
    ]),
    element("staffing and delivery", Kind::People, &[
        "coach", "coordinator", "instructor", "led by", "facilitator", "supervise",
    ], &[
        "staff", "tutor", "volunteer", "team", "teacher", "site", "responsible for", "manager",
        "mentor",
    ]),
    element("timeline", Kind::Matter, &[
        "first year", "by the end of", "year one", "second year", "third year", "schedule",
        "timeline", "phase", "milestone",
    ], &[
        "begin in", "from september", "by june", "school year", "weeks", "months", "semester",
    ]),
    element("partners", Kind::Matter, &[
        "partner", "partnership", "in kind", "hosted by", "memorandum of understanding",
    ], &[
        "collaborate", "library", "school district", "together with", "agency", "agreement",
        "university",
    ]),
];

#[rustfmt::skip]
const IMPACT_AND_OUTCOMES: &[Element] = &[
    element("people reached", Kind::Matter, &[
        "served", "participated", "enrolled", "attended",
        "took part",
    ], &[
        "reached", "participants", "children", "families", "students", "learners",
        "adults",
    ]),
    element("measured outcomes", Kind::Matter, &[
        "improved", "gain", "met or exceeded", "proficient", "on grade level",
        "at grade level", "rose from",
    ], &[
        "percent", "increase", "grew", "reduced", "raised", "rose", "result", "outcome",
        "benchmark", "compared with",
    ]),
    element("evidence and measures", Kind::Matter, &[
        "assessment", "survey", "evaluation", "evaluator", "study", "baseline",
        "pre and post", "comparison group",
    ], &[
        "measured", "data", "test", "reported that", "found that", "results", "university",
        "compared", "screener",
    ]),
    element("stories and voices", Kind::People, &[
        "told us", "one of our", "for the first time", "mother", "father", "grandmother",
        "story",
    ], &[
        "said", "parent", "family", "she", "he", "shared", "son", "daughter", "grandson",
    ]),
    element("community benefit", Kind::Matter, &[
        "neighborhood", "economic", "long term", "community benefit", "graduate",
    ], &[
        "community", "schools", "public", "change", "town", "county", "access",
    ]),
    element("lessons learned", Kind::Matter, &[
        "learned that", "we learned", "we also learned", "lesson learned", "adapted",
        "adjusted", "changed our", "in response",
    ], &[
        "learned", "lesson", "challenge", "next year", "improve", "change",
    ]),
];

#[rustfmt::skip]
const BUDGET_NARRATIVE: &[Element] = &[
    element("request and total cost", Kind::Matter, &[
        "request", "requested", "total cost", "total budget", "budget of", "project cost",
        "a grant of",
    ], &[
        "award", "amount", "in total", "budget", "cost",
    ]),
    element("personnel", Kind::Matter, &[
        "salary", "salaries", "wages", "fringe", "fte", "personnel", "per hour", "stipend",
        "staff time", "payroll",
    ], &[
        "benefits", "full time", "staff", "coach",
    ]),
    element("materials and equipment", Kind::Matter, &[
        "books", "supplies", "materials", "equipment", "computers", "printing",
    ], &[
        "software", "licenses", "kits", "technology",
    ]),
    element("travel, training and contracts", Kind::Matter, &[
        "travel", "mileage", "training costs", "consultant", "contractor", "conference",
        "contract with",
    ], &[
        "contract", "evaluator", "training", "professional development",
    ]),
    element("indirect costs", Kind::Matter, &[
        "indirect", "overhead", "rent", "insurance", "utilities", "de minimis",
    ], &[
        "administrative", "facilities", "administration",
    ]),
    element("other funding and match", Kind::Matter, &[
        "matching contributions", "matching funds", "in kind", "other funding", "leverage",
        "contributed", "donated",
    ], &[
        "match", "matching", "foundation", "secured", "revenue", "sponsor", "funding",
    ]),
    element("financial oversight", Kind::Matter, &[
        "audit", "audited", "internal controls", "treasurer", "accounting",
        "finance committee", "procurement", "cost allocation", "financial statements",
        "finance director",
    ], &[
        "expenses", "records", "budget", "approve",
    ]),
];

#[rustfmt::skip]
const SUSTAINABILITY_PLAN: &[Element] = &[
    element("diversified funding", Kind::Matter, &[
        "donors", "fundraising", "individual giving", "diversified", "sponsor", "campaign",
        "earned income", "sources of revenue", "monthly giving",
    ], &[
        "funding", "revenue", "foundation", "grants", "contract", "earned",
    ]),
    element("commitments in hand", Kind::Matter, &[
        "committed in writing", "has committed", "have committed", "pledge", "renewed",
        "multi year", "secured", "agreed to", "endowment", "reserve",
    ], &[
        "committed", "commitment", "in kind", "contract", "contribution",
    ]),
    element("partnerships", Kind::Matter, &[
        "partner", "partnership", "coalition", "memorandum of understanding",
    ], &[
        "school district", "collaborate", "library", "agency", "agreement", "together with",
    ]),
    element("building capacity", Kind::People, &[
        "succession", "leadership", "staff retention", "recruit", "train the trainer",
        "capacity",
    ], &[
        "train", "trained", "volunteers", "curriculum", "contributors", "staff", "trainers",
        "skills",
    ]),
    element("continuing after the grant", Kind::Matter, &[
        "sustain", "sustained", "sustainable", "sustainability", "continue",
        "beyond the grant", "after the grant", "permanent",
    ], &[
        "long term", "ongoing", "maintain", "maintenance", "future",
    ]),
];

#[rustfmt::skip]
const EVALUATION_PLAN: &[Element] = &[
    element("outcomes to be measured", Kind::Matter, &[
        "indicator", "objective", "will show", "benchmark", "goal", "outcomes will",
    ], &[
        "outcome", "target", "percent of", "success", "criteria",
    ]),
    element("measures and instruments", Kind::Matter, &[
        "assessment", "survey", "instrument", "interview", "observation", "rubric",
        "screening", "questionnaire", "metric", "screener",
    ], &[
        "test", "attendance", "inspection", "measured",
    ]),
    element("data collection", Kind::Matter, &[
        "collect", "collected", "database", "baseline", "fall and spring",
    ], &[
        "data", "records", "track", "monitor",
    ]),
    element("analysis and comparison", Kind::Matter, &[
        "analyze", "analysis", "comparison", "statistical", "control group", "disaggregated",
        "effect size",
    ], &[
        "compare", "growth", "trend", "study", "difference",
    ]),
    element("who evaluates", Kind::People, &[
        "evaluator", "evaluation manager", "evaluation team", "independent evaluation",
        "evaluate the project", "external evaluation",
    ], &[
        "independent", "external", "reviewed by", "reviewers",
        "responsible for", "evaluation",
    ]),
    element("use and reporting", Kind::Matter, &[
        "findings", "publish", "dashboard", "disseminate", "feedback", "reported to",
        "report to",
    ], &[
        "report", "reported", "share", "improve", "adjust", "stakeholders", "results",
        "each quarter",
    ]),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_section_has_distinct_elements_with_cues() {
        for &section in Section::ALL {
            let elements = elements(section);
            let names: BTreeSet<_> = elements.iter().map(|e| e.name).collect();
            assert!(elements.len() >= 5, "{section}");
            assert_eq!(names.len(), elements.len(), "{section}");
            for element in elements {
                let words: BTreeSet<_> = element.cues.iter().chain(element.hints).collect();
                let count = element.cues.len() + element.hints.len();
                assert_eq!(words.len(), count, "{}", element.name);
                assert!(element.cues.len() >= 4, "{}", element.name);
            }
        }
    }
}
