//! What a person wants to know.
//!
//! A question is read for four things: what it is about, which years it names, what
//! kind of thing would answer it ("how many" asks for a figure), and whether it goes on
//! from the one before ("And in 2022?", "What do they cost?"). English only, like all
//! that reads sentences here.

use std::collections::{BTreeMap, BTreeSet};

use crate::measure::year_of;
use crate::text::{self, Word};

/// A question, with what it takes over from those before it.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What to search for.
    search: String,
    /// What it is about: stems and how much each counts.
    subject: BTreeMap<String, f32>,
    /// The years it names.
    years: Vec<i32>,
    /// What would answer it.
    pub(super) wants: Wants,
}

/// What would answer a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wants {
    /// Anything that speaks of the subject.
    Statement,
    /// A figure, and what it counts where the question says so ("how many families").
    Count(Vec<String>),
    /// An amount of money.
    Money,
    /// A percentage.
    Share,
    /// A year or a date.
    Time,
    /// Somebody's name.
    Person,
}

/// What the words of an earlier question count in one that goes on from it.
const TAKEN_OVER: f32 = 0.5;

/// "How many reading coaches": so many words tell what is counted.
const COUNTED_WORDS: usize = 2;

/// Words that ask or tell how to answer, and say nothing of the subject.
const ASKING: &str = "many number amount percent percentage share proportion tell say list give \
    show explain describe summarize summary name know find look get please question answer \
    document archive library year date people person long old big large high often current \
    currently now today total overall need want help thanks thank hello hi take took taken part last";

/// So begins a question that goes on from the one before.
const GOING_ON: &[&str] = &[
    "and",
    "or",
    "what about",
    "how about",
    "also",
    "but",
    "then",
];

/// Words that stand for what was named before.
const POINTING_BACK: [&str; 13] = [
    "they", "them", "their", "theirs", "those", "these", "it", "its", "he", "she", "his", "her",
    "him",
];

const MONEY: [&str; 14] = [
    "money", "cost", "costs", "budget", "spend", "spent", "raise", "raised", "pay", "paid",
    "award", "awarded", "grant", "funding",
];

impl Question {
    /// Reads a question that is asked in `this_year`; `earlier` are those before it,
    /// oldest first.
    pub fn read(asked: &str, earlier: &[String], this_year: i32) -> Self {
        let mut before: Option<Self> = None;
        for asked in earlier {
            before = Some(Self::after(asked, before.as_ref(), this_year));
        }
        Self::after(asked, before.as_ref(), this_year)
    }

    /// What to search for, in words.
    pub fn search_text(&self) -> &str {
        &self.search
    }

    /// The years it asks about.
    pub fn years(&self) -> &[i32] {
        &self.years
    }

    /// Whether it says what it is about.
    pub fn has_subject(&self) -> bool {
        !self.subject.is_empty()
    }

    /// The stems it is about, and how much each counts.
    pub(super) fn subject(&self) -> &BTreeMap<String, f32> {
        &self.subject
    }

    /// The stems that it names itself.
    pub(super) fn own_subject(&self) -> impl Iterator<Item = &String> {
        let own = self.subject.iter().filter(|(_, counts)| **counts >= 1.0);
        own.map(|(stem, _)| stem)
    }

    fn after(asked: &str, before: Option<&Self>, this_year: i32) -> Self {
        let words = text::words(asked);
        let alone = Self::alone(asked, &words, this_year);
        match before.filter(|_| alone.goes_on(&words)) {
            Some(before) => alone.going_on_from(before, begins_by_going_on(&words)),
            None => alone,
        }
    }

    /// "And in 2022?", "What do they cost?", "How many?"; but not "Thanks!".
    fn goes_on(&self, words: &[Word]) -> bool {
        let points_back = |word: &Word| POINTING_BACK.contains(&word.lower.as_str());
        let is_short =
            !self.has_subject() && (self.wants != Wants::Statement || !self.years.is_empty());
        is_short || begins_by_going_on(words) || words.iter().any(points_back)
    }

    fn alone(asked: &str, words: &[Word], this_year: i32) -> Self {
        let asking = text::content_stems(ASKING);
        let subject = text::content_of(words)
            .into_iter()
            .filter(|stem| !asking.contains(stem) && years_of(stem).is_empty())
            .map(|stem| (stem, 1.0));
        Self {
            search: text::one_line(asked),
            subject: subject.collect(),
            years: years_asked(words, this_year),
            wants: wants(words),
        }
    }

    /// What it leaves out is what was asked before: the years, the subject, and, where it
    /// only names another thing ("And the coaches?"), what is wanted.
    fn going_on_from(mut self, before: &Self, names_another: bool) -> Self {
        let own: Vec<String> = self.subject.keys().cloned().collect();
        let weight = if own.is_empty() { 1.0 } else { TAKEN_OVER };
        if self.wants == Wants::Statement && (names_another || own.is_empty()) {
            self.wants = match &before.wants {
                Wants::Count(_) if !own.is_empty() => Wants::Count(own),
                wants => wants.clone(),
            };
        }
        for (stem, counts) in &before.subject {
            let taken = self.subject.entry(stem.clone()).or_default();
            *taken = taken.max(counts * weight);
        }
        let other_year = !self.years.is_empty();
        if !other_year {
            self.years.clone_from(&before.years);
        }
        let context: Vec<&str> = before
            .search
            .split_whitespace()
            .filter(|word| !other_year || years_of(&word.to_lowercase()).is_empty())
            .collect();
        self.search = format!("{} {}", context.join(" "), self.search);
        self
    }
}

fn begins_by_going_on(words: &[Word]) -> bool {
    text::begins_with_any(&lower(words), GOING_ON)
}

fn lower(words: &[Word]) -> Vec<&str> {
    words.iter().map(|word| word.lower.as_str()).collect()
}

fn years_asked(words: &[Word], this_year: i32) -> Vec<i32> {
    let lower = lower(words);
    let relative = [("this year", this_year), ("last year", this_year - 1)]
        .into_iter()
        .filter(|(phrase, _)| text::holds_any(&lower, &[phrase]))
        .map(|(_, year)| year);
    let named = lower.iter().flat_map(|word| years_of(word));
    named.chain(relative).collect()
}

/// The years that a word names: "2023", "fy2023", "fy23".
pub(super) fn years_of(word: &str) -> Vec<i32> {
    let figure = word
        .strip_prefix("fy")
        .unwrap_or(word)
        .trim_matches(|c: char| !c.is_ascii_digit());
    let short = word.starts_with("fy") && figure.len() == 2;
    let year = if short {
        year_of(&format!("20{figure}"))
    } else {
        year_of(figure)
    };
    year.into_iter().collect()
}

fn wants(words: &[Word]) -> Wants {
    let lower = lower(words);
    let holds = |phrases: &[&str]| text::holds_any(&lower, phrases);
    let speaks_of_money = lower.iter().any(|word| MONEY.contains(word));
    if holds(&["percent", "percentage", "what share", "what proportion"]) {
        Wants::Share
    } else if holds(&[
        "how much",
        "how large",
        "how big",
        "how high",
        "what amount",
    ]) && (speaks_of_money || !holds(&["how large", "how big"]))
    {
        Wants::Money
    } else if let Some(counted) = counted(words, &lower) {
        Wants::Count(counted)
    } else if holds(&["what year", "which year", "what date", "since when"])
        || lower.first() == Some(&"when")
    {
        Wants::Time
    } else if lower
        .iter()
        .take(2)
        .any(|w| ["who", "whom", "whose"].contains(w))
    {
        Wants::Person
    } else if holds(&["what"]) && holds(&["cost", "costs"]) {
        Wants::Money
    } else {
        Wants::Statement
    }
}

/// What is counted after "how many" and its like: the first words of meaning.
fn counted(words: &[Word], lower: &[&str]) -> Option<Vec<String>> {
    const HOW_MANY: &[&str] = &["how many", "number of", "how large", "how big", "how long"];
    let start = (0..lower.len()).find(|&at| text::begins_with_any(&lower[at..], HOW_MANY))? + 2;
    let asking = text::content_stems(ASKING);
    let says_nothing = |word: &Word| text::is_stop_word(&word.lower) || asking.contains(&word.stem);
    let said = words[start..]
        .iter()
        .skip_while(|word| says_nothing(word))
        .take_while(|word| !says_nothing(word) && years_of(&word.lower).is_empty());
    Some(said.take(COUNTED_WORDS).map(|w| w.stem.clone()).collect())
}

/// The years that a text names.
pub(super) fn years_in(text: &str) -> BTreeSet<i32> {
    text::words(text)
        .iter()
        .flat_map(|word| years_of(&word.lower))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asked: &str) -> Question {
        Question::read(asked, &[], 2026)
    }

    fn after(earlier: &str, asked: &str) -> Question {
        Question::read(asked, &[earlier.to_owned()], 2026)
    }

    fn about(question: &Question) -> Vec<&str> {
        question.subject.keys().map(String::as_str).collect()
    }

    fn count(stems: &[&str]) -> Wants {
        Wants::Count(stems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_question_is_read_for_subject_year_and_what_it_wants() {
        let question = read("How many families did we serve in 2023?");
        assert_eq!(about(&question), ["famili", "serv"]);
        assert_eq!(question.years, [2023]);
        assert_eq!(question.wants, count(&["famili"]));
        for (asked, wants) in [
            (
                "How many reading coaches work here?",
                count(&["read", "coach"]),
            ),
            ("How many children took part?", count(&["children"])),
            ("How much did the grant pay?", Wants::Money),
            ("What did it cost?", Wants::Money),
            ("What percentage of children met the goal?", Wants::Share),
            ("When was the organization founded?", Wants::Time),
            ("In which year did we begin?", Wants::Time),
            ("Who leads the program?", Wants::Person),
            ("What does the board do?", Wants::Statement),
        ] {
            assert_eq!(read(asked).wants, wants, "{asked}");
        }
    }

    #[test]
    fn fiscal_years_are_years() {
        for asked in ["budget of FY2023", "budget of FY23", "budget in 2023?"] {
            assert_eq!(read(asked).years, [2023], "{asked}");
        }
        assert_eq!(read("23 schools").years, [0; 0]);
        assert_eq!(read("How many came last year?").years, [2025]);
        assert_eq!(read("Who came this year?").years, [2026]);
    }

    #[test]
    fn what_asks_for_nothing_has_no_subject() {
        for asked in ["Hello!", "What is it?", "Please tell me more", "How many?"] {
            assert!(!read(asked).has_subject(), "{asked}");
        }
    }

    #[test]
    fn another_year_keeps_the_question() {
        let question = after("How many families did we serve in 2023?", "And in 2022?");
        assert_eq!(about(&question), ["famili", "serv"]);
        assert_eq!(question.years, [2022]);
        assert_eq!(question.wants, count(&["famili"]));
        assert!(question.search.contains("How many families"));
        assert!(!question.search.contains("2023"), "{}", question.search);
    }

    #[test]
    fn another_thing_is_asked_the_same_way() {
        let question = after(
            "How many families did we serve in 2023?",
            "What about schools?",
        );
        assert_eq!(question.wants, count(&["school"]));
        assert_eq!(question.years, [2023]);
        assert!(question.subject["school"] > question.subject["famili"]);
    }

    #[test]
    fn a_pronoun_points_back_and_a_new_question_does_not() {
        let first = "What do our reading coaches learn?";
        let question = after(first, "Who pays them?");
        assert!(question.subject.contains_key("coach"), "{question:?}");
        assert_eq!(question.wants, Wants::Person);
        let question = after(first, "When was the kitchen opened?");
        assert!(!question.subject.contains_key("coach"), "{question:?}");
    }

    #[test]
    fn thanks_are_no_question() {
        let first = "How many families did we serve in 2023?";
        assert!(!after(first, "Thanks!").has_subject());
        assert!(after(first, "How many?").has_subject());
    }

    #[test]
    fn a_chain_of_short_questions_holds() {
        let earlier = ["How many children did we serve in 2022?", "And in 2023?"];
        let question = Question::read("And in 2024?", &earlier.map(str::to_owned), 2026);
        assert_eq!(about(&question), ["children", "serv"]);
        assert_eq!(question.years, [2024]);
    }
}
