//! What a sentence does in a section: introduce the organization, introduce a
//! person, or state something.

use crate::text::{self, Word};

/// What a sentence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Role {
    /// It says who the organization is.
    Introduction,
    /// It states something.
    Statement,
    /// It says who somebody is.
    Person,
}

/// An introduction says so early: later it is a remark about something else.
const REACH_OF_INTRODUCTIONS: usize = 9;

/// So far behind a name an occupation still belongs to it.
const REACH_OF_OCCUPATIONS: usize = 14;

/// What sentences say that introduce an organization.
const INTRODUCTIONS: &[&str] = &[
    // How it began.
    "was founded",
    "founded in",
    "was established",
    "was incorporated",
    // What it is for.
    "our mission",
    "mission is",
    "our vision",
    "mission of",
    "exists to",
    "is dedicated to",
    // What it is.
    "nonprofit organization",
    "is a nonprofit",
    "public charity",
    "501 c 3",
];

/// What sentences say that tell what an organization is for, as stems.
const PURPOSES: &[&str] = &[
    "mission",
    "to bring",
    "to give",
    "to help",
    "to make",
    "to provid",
    "to serv",
    "to support",
    "to teach",
];

/// A sentence that begins so speaks of something else in its main clause.
const SUBORDINATE: [&str; 10] = [
    "since", "because", "if", "when", "while", "although", "to", "by", "as", "founded",
];

/// The part of a sentence whose subject is an organization, not a person.
const ORGANIZATIONS: &[&str] = &[
    "alliance",
    "association",
    "board",
    "center",
    "committee",
    "community",
    "company",
    "council",
    "county",
    "department",
    "district",
    "foundation",
    "fund",
    "group",
    "inc",
    "institute",
    "library",
    "network",
    "office",
    "program",
    "project",
    "school",
    "society",
    "state",
    "team",
    "university",
];

/// What is said of single people: occupations, degrees, pronouns. Singular, for
/// "certified public accountants" are a firm.
const OF_PEOPLE: &[&str] = &[
    "accountant",
    "analyst",
    "attorney",
    "bachelor",
    "bachelor's",
    "chair",
    "coach",
    "coordinator",
    "cpa",
    "degree",
    "developer",
    "director",
    "engineer",
    "experienced",
    "expert",
    "fellow",
    "founder",
    "he",
    "head",
    "her",
    "his",
    "lawyer",
    "m.ed",
    "m.p.h",
    "m.s",
    "manager",
    "master",
    "master's",
    "member",
    "officer",
    "ph.d",
    "phd",
    "president",
    "principal",
    "professor",
    "researcher",
    "scientist",
    "she",
    "strategist",
    "teacher",
    "treasurer",
    "volunteer",
];

/// What a sentence, on one line, does; `words` are its words.
pub(super) fn role(sentence: &str, words: &[Word]) -> Role {
    if is_about_a_person(sentence, words) {
        Role::Person
    } else if introduces(words) {
        Role::Introduction
    } else {
        Role::Statement
    }
}

/// Whether a sentence, given as stems, tells what an organization is for.
pub(super) fn tells_a_purpose(stems: &[String]) -> bool {
    let stems: Vec<&str> = stems.iter().map(String::as_str).collect();
    text::holds_any(&stems, PURPOSES)
}

fn introduces(words: &[Word]) -> bool {
    let start: Vec<&str> = words
        .iter()
        .take(REACH_OF_INTRODUCTIONS)
        .map(|word| word.lower.as_str())
        .collect();
    !text::begins_with_any(&start, &SUBORDINATE) && text::holds_any(&start, INTRODUCTIONS)
}

/// A name at the start, then a comma or a verb of people, and what is only said
/// of people: "Ana Ruiz, M.Ed., has led …", "Richard is a developer".
fn is_about_a_person(sentence: &str, words: &[Word]) -> bool {
    let name = name_length(sentence, words);
    let follows = |at: usize| words.get(at).map_or("", |word| word.lower.as_str());
    let is_organization = words[..name]
        .iter()
        .any(|word| ORGANIZATIONS.contains(&word.lower.as_str()));
    if name == 0 || is_organization || name == words.len() {
        return false;
    }
    let between = &sentence[words[name - 1].range.end..words[name].range.start];
    let said = match follows(name) {
        "who" | "is" | "was" => true,
        _ if name == 1 => false,
        _ if between.trim() == "," => true,
        next => PERSONAL_VERBS.contains(&next),
    };
    let reach = words.len().min(name + REACH_OF_OCCUPATIONS);
    let occupation = words[name..reach]
        .iter()
        .position(|word| OF_PEOPLE.contains(&word.lower.as_str()));
    let is_by_another = |at: usize| words[name..name + at].iter().any(|word| word.lower == "by");
    said && occupation.is_some_and(|at| !is_by_another(at))
}

const PERSONAL_VERBS: [&str; 12] = [
    "has",
    "will",
    "joined",
    "leads",
    "led",
    "holds",
    "brings",
    "serves",
    "served",
    "manages",
    "supervises",
    "worked",
];

/// How many capitalised words, side by side, the sentence begins with.
pub(super) fn name_length(sentence: &str, words: &[Word]) -> usize {
    let is_in_name = |at: &usize| {
        let word = &words[*at];
        let before = at.checked_sub(1).map_or(" ", |before| {
            &sentence[words[before].range.end..word.range.start]
        });
        sentence[word.range.clone()].starts_with(char::is_uppercase)
            && !text::is_stop_word(&word.lower)
            && [" ", "-", ". "].contains(&before)
    };
    (0..words.len()).take_while(is_in_name).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sentence: &str) -> Role {
        role(sentence, &text::words(sentence))
    }

    #[test]
    fn organizations_are_introduced_by_founding_mission_and_kind() {
        for sentence in [
            "Willow Creek Reads was founded in 1998 to help children read.",
            "Our mission is that every child reads by third grade.",
            "We are a 501(c)(3) organization with offices in Harlan County.",
        ] {
            assert_eq!(of(sentence), Role::Introduction, "{sentence}");
        }
    }

    #[test]
    fn people_are_told_from_organizations() {
        for sentence in [
            "Ana Ruiz-Lee, M.Ed., has directed our programs since 2018.",
            "Ana Ruiz, who holds a bachelor's degree and has worked here since 2012, will lead it.",
            "Richard is a software developer with ten years of practice.",
            "Dr. Amara Okafor is an associate professor at Riverside University.",
        ] {
            assert_eq!(of(sentence), Role::Person, "{sentence}");
        }
    }

    #[test]
    fn other_sentences_state_something() {
        for sentence in [
            "Since Willow Creek is a nonprofit organization, gifts are deductible.",
            "Lee & Rowe, certified public accountants, audit the statements.",
            "Riverside University is led by a professor.",
            "Training is led by a coordinator at each of the sites.",
            "Our staff built its plan for 2026 in line with our mission and vision.",
            "Willow Creek has served 412 children.",
        ] {
            assert_eq!(of(sentence), Role::Statement, "{sentence}");
        }
    }
}
