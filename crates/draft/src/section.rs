//! What each section of an application must speak of.
//!
//! The elements are what funders' guidelines usually ask for; a cue is a word
//! or phrase (matched by stems) that a sentence about the element tends to hold.

use archivist_domain::Section;

/// One thing a section must speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Element {
    /// Its name for people, as in "missing: governance".
    pub name: &'static str,
    /// Words and phrases that sentences about it tend to hold.
    pub cues: &'static [&'static str],
}

const fn element(name: &'static str, cues: &'static [&'static str]) -> Element {
    Element { name, cues }
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
    element("mission and history", &[
        "mission", "vision", "founded", "founding", "established", "incorporated", "history",
        "nonprofit organization", "501 c 3", "began", "since", "our purpose", "dedicated to",
    ]),
    element("staff and qualifications", &[
        "staff", "team", "director", "coordinator", "manager", "years of experience",
        "degree", "certified", "credential", "expertise", "qualified", "full time",
        "employees", "coaches", "tutors", "teachers",
    ]),
    element("governance", &[
        "board", "board of directors", "trustee", "bylaws", "governance", "governed",
        "committee", "elected", "oversight", "conflict of interest", "steering",
    ]),
    element("track record", &[
        "served", "reached", "completed", "delivered", "awarded", "managed", "successfully",
        "to date", "track record", "grew", "previous grant", "over the past", "since",
        "have run", "have trained",
    ]),
    element("financial management", &[
        "budget", "audit", "audited", "auditor", "revenue", "reserve", "unqualified opinion",
        "accounting", "fiscal", "financial", "internal controls", "treasurer",
    ]),
    element("partnerships", &[
        "partner", "partnership", "collaborate", "collaboration", "coalition", "alliance",
        "school district", "memorandum of understanding", "agreement with", "together with",
        "jointly", "affiliated",
    ]),
];

#[rustfmt::skip]
const PROGRAM_DESCRIPTION: &[Element] = &[
    element("need", &[
        "need", "lack", "gap", "barrier", "challenge", "poverty", "below", "shortage",
        "problem", "underserved", "without access", "low income", "difficult",
    ]),
    element("people served", &[
        "children", "students", "families", "youth", "participants", "residents", "learners",
        "people served", "eligible", "enroll", "community", "patients",
    ]),
    element("goals and objectives", &[
        "goal", "objective", "aim", "will increase", "in order to", "target", "intend",
        "purpose", "expect to",
    ]),
    element("activities and methods", &[
        "session", "lesson", "workshop", "curriculum", "activity", "method", "approach",
        "weekly", "tutoring", "training", "provide", "offer", "instruction", "model",
        "evidence based", "develop", "implement",
    ]),
    element("staffing and delivery", &[
        "staff", "coach", "tutor", "volunteer", "coordinator", "instructor", "led by", "team",
        "teacher", "site", "responsible for", "facilitator",
    ]),
    element("timeline", &[
        "first year", "by the end of", "year one", "schedule", "timeline", "phase",
        "begin in", "from september", "by june", "milestone", "school year", "weeks",
        "semester",
    ]),
    element("partners", &[
        "partner", "partnership", "collaborate", "library", "school district", "in kind",
        "together with", "hosted by", "agency",
    ]),
];

#[rustfmt::skip]
const IMPACT_AND_OUTCOMES: &[Element] = &[
    element("people reached", &[
        "served", "reached", "participated", "participants", "enrolled", "attended",
        "children", "families", "students", "learners",
    ]),
    element("measured outcomes", &[
        "percent", "increase", "improved", "gain", "grew", "reduced", "raised", "outcome",
        "result", "met or exceeded", "proficient", "rose", "on grade level",
    ]),
    element("evidence and measures", &[
        "assessment", "survey", "measured", "evaluation", "data", "evaluator", "study",
        "pre and post", "baseline", "test", "reported that", "found that",
    ]),
    element("stories and voices", &[
        "parent", "mother", "father", "told us", "said", "family", "for the first time",
        "story", "she", "he", "one of our", "shared",
    ]),
    element("community benefit", &[
        "community", "neighborhood", "schools", "economic", "long term", "graduate", "public",
        "benefit", "change",
    ]),
    element("lessons learned", &[
        "learned", "lesson", "challenge", "adapted", "adjusted", "changed our", "next year",
        "in response", "improve",
    ]),
];

#[rustfmt::skip]
const BUDGET_NARRATIVE: &[Element] = &[
    element("request and total cost", &[
        "request", "requested", "total cost", "total budget", "budget of", "project cost",
        "grant of", "award", "amount",
    ]),
    element("personnel", &[
        "salary", "salaries", "wages", "fringe", "benefits", "full time", "fte", "personnel",
        "per hour", "stipend", "staff time", "payroll",
    ]),
    element("materials and equipment", &[
        "books", "supplies", "materials", "equipment", "computers", "software", "printing",
        "licenses", "kits",
    ]),
    element("travel, training and contracts", &[
        "travel", "mileage", "training costs", "consultant", "contract", "contractor",
        "evaluator", "conference", "professional development",
    ]),
    element("indirect costs", &[
        "indirect", "overhead", "administrative", "rent", "insurance", "utilities",
        "de minimis", "facilities",
    ]),
    element("other funding and match", &[
        "match", "matching", "in kind", "other funding", "leverage", "contributed", "donated",
        "foundation", "secured", "revenue", "sponsor",
    ]),
    element("financial oversight", &[
        "audit", "audited", "internal controls", "treasurer", "accounting",
        "finance committee", "procurement", "cost allocation", "financial statements",
        "expenses",
    ]),
];

#[rustfmt::skip]
const SUSTAINABILITY_PLAN: &[Element] = &[
    element("diversified funding", &[
        "funding", "revenue", "donors", "foundation", "grants", "contract",
        "individual giving", "diversified", "sponsor", "fundraising", "campaign",
        "earned income",
    ]),
    element("commitments in hand", &[
        "committed", "commitment", "pledge", "renewed", "multi year", "secured", "agreed to",
        "in kind", "endowment", "reserve",
    ]),
    element("partnerships", &[
        "partner", "partnership", "school district", "collaborate", "coalition", "library",
        "agency", "memorandum of understanding",
    ]),
    element("building capacity", &[
        "train", "trained", "volunteers", "capacity", "leadership", "staff retention",
        "succession", "curriculum", "recruit", "train the trainer", "contributors",
    ]),
    element("continuing after the grant", &[
        "sustain", "sustained", "sustainable", "sustainability", "continue",
        "beyond the grant", "after the grant", "long term", "ongoing", "permanent",
        "maintain", "maintenance", "future",
    ]),
];

#[rustfmt::skip]
const EVALUATION_PLAN: &[Element] = &[
    element("outcomes to be measured", &[
        "outcome", "indicator", "target", "objective", "will show", "benchmark", "goal",
        "percent of", "success", "criteria",
    ]),
    element("measures and instruments", &[
        "assessment", "survey", "instrument", "test", "interview", "observation", "rubric",
        "screening", "attendance", "metric", "questionnaire", "inspection",
    ]),
    element("data collection", &[
        "data", "collect", "collected", "database", "records", "baseline", "fall and spring",
        "track", "monitor",
    ]),
    element("analysis and comparison", &[
        "analyze", "analysis", "compare", "comparison", "statistical", "growth", "trend",
        "study", "control group", "disaggregated",
    ]),
    element("who evaluates", &[
        "evaluator", "evaluation manager", "university", "independent", "external",
        "evaluation team", "reviewed by", "reviewers", "responsible for",
    ]),
    element("use and reporting", &[
        "report", "reported", "share", "findings", "improve", "adjust", "feedback",
        "stakeholders", "publish", "dashboard", "disseminate",
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
                let cues: BTreeSet<_> = element.cues.iter().collect();
                assert_eq!(cues.len(), element.cues.len(), "{}", element.name);
                assert!(cues.len() >= 5, "{}", element.name);
            }
        }
    }
}
