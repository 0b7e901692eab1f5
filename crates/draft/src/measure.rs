//! What a sentence counts: how many board members there are, how large the
//! budget is. Two sentences that count the same can repeat, outdate or
//! contradict each other.
//!
//! The rules are narrow on purpose. A figure that no rule knows is left alone,
//! for "three members of the board are parents" must not pass for the board.

use archivist_domain::calendar::MONTHS;

use crate::fact::{Number, Unit, numbers};
use crate::text::{self, Word};
use crate::verbs::{Tense, tense_at};

/// One figure of a sentence and what it counts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measure {
    /// What is counted, for people ("number of board members").
    pub(crate) attribute: String,
    /// The figure as it is written.
    pub(crate) written: String,
    /// The year it is of: the one beside it, otherwise the document's.
    pub(crate) year: Option<i32>,
    /// Whether it is said to be so now, rather than once.
    pub(crate) is_present: bool,
    value: Number,
}

impl Measure {
    /// Whether both give the same figure for the same attribute.
    pub(crate) fn repeats(&self, other: &Self) -> bool {
        self.attribute == other.attribute && self.value.agrees_with(&other.value)
    }

    /// Whether a newer statement gives another figure for what this one states
    /// as present.
    pub(crate) fn is_outdated_by(&self, other: &Self) -> bool {
        self.differs_from(other) && self.is_present && self.year.is_some() && self.year < other.year
    }

    /// Whether the two cannot both stand: other figures for the same attribute,
    /// unless one tells of an earlier year as past.
    pub(crate) fn contradicts(&self, other: &Self) -> bool {
        let is_history = |past: &Self, other: &Self| !past.is_present && past.year < other.year;
        let tell_of_two_years = !self.is_present
            && !other.is_present
            && (self.year.is_none() || self.year != other.year);
        self.differs_from(other)
            && !is_history(self, other)
            && !is_history(other, self)
            && !tell_of_two_years
    }

    fn differs_from(&self, other: &Self) -> bool {
        self.attribute == other.attribute && !self.value.agrees_with(&other.value)
    }
}

/// How an attribute is written in English. A figure counts it when a phrase of
/// `lead` stands before it, with nothing but `links` between, and a phrase of
/// `noun` right after it, at most one describing word between. An empty list
/// asks nothing.
struct Rule {
    /// `{}` stands for the noun as written, with its describing word.
    attribute: &'static str,
    unit: Unit,
    lead: &'static [&'static str],
    links: &'static [&'static str],
    noun: &'static [&'static str],
    /// Whether the attribute is of whoever the sentence begins with.
    has_subject: bool,
    /// Whether it holds for good, in whatever tense it is told.
    is_lasting: bool,
}

const RULE: Rule = Rule {
    attribute: "",
    unit: Unit::Plain,
    lead: &[],
    links: &[],
    noun: &[],
    has_subject: false,
    is_lasting: false,
};

#[rustfmt::skip]
const RULES: &[Rule] = &[
    // "A board of directors with 12 members"; "three directors" alone may be a committee.
    Rule {
        attribute: "number of board members",
        lead: &["board", "board of directors", "board of trustees"],
        links: &["of", "with", "has", "had", "now", "currently", "includes", "consists", "comprises",
                 "is", "made", "up", "a"],
        noun: &["members", "directors", "trustees", "volunteers", "people"],
        ..RULE
    },
    Rule { attribute: "number of board members", noun: &["board members", "members serve on the board"], ..RULE },
    // "four full-time literacy coaches" are not the staff, hence the nouns.
    Rule { attribute: "number of full-time staff", noun: &["full time staff", "full time employees", "full time and"], ..RULE },
    Rule { attribute: "number of part-time staff", noun: &["part time staff", "part time employees"], ..RULE },
    Rule { attribute: "number of staff", lead: &["staff"], links: &["of"], ..RULE },
    // Only a count of all: "two literacy coaches visit each family" is none.
    Rule {
        attribute: "number of {}",
        lead: &["all", "our", "employ", "employs", "employed", "has", "have", "had", "including", "includes",
                "supervises", "staff of"],
        noun: &["coaches", "tutors", "teachers", "instructors", "mentors", "counselors", "nurses"],
        ..RULE
    },
    // "a budget of" may be a project's; the organization's says whose it is or of which year.
    Rule {
        attribute: "annual budget",
        unit: Unit::Money,
        lead: &["annual budget", "operating budget", "our budget", "budget for fiscal year"],
        links: &["of", "is", "was", "for", "fiscal", "year", "totals", "stands", "at"],
        ..RULE
    },
    Rule {
        attribute: "operating reserve",
        unit: Unit::Money,
        lead: &["reserve"],
        links: &["of", "is", "was", "now", "stood", "stands", "at", "fund", "holds", "has", "equals"],
        ..RULE
    },
    Rule {
        attribute: "months of expenses in the reserve",
        lead: &["reserve"],
        links: &["of", "is", "covers", "covered", "holds", "equals", "equal", "to", "now"],
        noun: &["months"],
        ..RULE
    },
    // A program serves other people than the organization does.
    Rule {
        attribute: "number of {} served",
        lead: &["serve", "serves", "served", "reach", "reaches", "reached"],
        noun: &["children", "families", "students", "pupils", "people", "adults", "participants", "residents"],
        has_subject: true,
        ..RULE
    },
    Rule {
        attribute: "founding year",
        lead: &["founded in", "established in", "incorporated in"],
        links: &MONTHS,
        has_subject: true,
        is_lasting: true,
        ..RULE
    },
];

/// A figure before one of these counts something else than all there are.
const PART_OF: [&str; 9] = [
    "new",
    "additional",
    "more",
    "other",
    "former",
    "of",
    "to",
    "and",
    "or",
];

/// A figure after one of these is no count but a bound.
const BOUNDS: [&str; 7] = ["least", "most", "than", "to", "up", "another", "only"];

/// Everything that the rules know of a sentence, which stands in a document of
/// `document_year`.
pub(crate) fn measures(sentence: &str, words: &[Word], document_year: Option<i32>) -> Vec<Measure> {
    let mut found = Vec::new();
    for (range, value) in numbers(sentence, words) {
        let (Some(first), Some(last)) = (
            words
                .iter()
                .position(|word| word.range.start >= range.start),
            words.iter().rposition(|word| word.range.end <= range.end),
        ) else {
            continue;
        };
        let figure = Figure {
            sentence,
            words,
            first,
            last,
        };
        let Some((rule, attribute)) = figure.attribute(&value) else {
            continue;
        };
        let Some(tense) = tense_at(words, first).filter(|tense| *tense != Tense::Future) else {
            continue;
        };
        found.push(Measure {
            attribute,
            written: sentence[range].to_owned(),
            year: figure.year().or(document_year),
            is_present: rule.is_lasting || tense == Tense::Present,
            value,
        });
    }
    found
}

/// A figure at its place: the words `first` to `last`.
struct Figure<'a> {
    sentence: &'a str,
    words: &'a [Word],
    first: usize,
    last: usize,
}

impl Figure<'_> {
    fn attribute(&self, value: &Number) -> Option<(&'static Rule, String)> {
        let is_bound = self.first > 0 && BOUNDS.contains(&self.lower(self.first - 1));
        if is_bound || value.is_a_pronoun() {
            return None;
        }
        RULES.iter().find_map(|rule| {
            let noun = self.noun(rule)?;
            let fits = rule.unit == value.unit() && self.has_lead(rule);
            fits.then(|| (rule, self.named(rule, &noun)))
        })
    }

    fn named(&self, rule: &Rule, noun: &str) -> String {
        let attribute = rule.attribute.replace("{}", noun);
        match self.subject().filter(|_| rule.has_subject) {
            Some(subject) => format!("{attribute} ({subject})"),
            None => attribute,
        }
    }

    fn lower(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| word.lower.as_str())
    }

    /// What is counted, as written; empty where the rule does not ask.
    fn noun(&self, rule: &Rule) -> Option<String> {
        if rule.noun.is_empty() {
            return Some(String::new());
        }
        let start = self.last + 1;
        let is_described = !PART_OF.contains(&self.lower(start));
        let places = if is_described {
            start..start + 2
        } else {
            start..start + 1
        };
        places.into_iter().find_map(|at| {
            let length = rule.noun.iter().find_map(|noun| self.length_at(at, noun))?;
            let (from, to) = (
                self.words[start].range.start,
                self.words[at + length - 1].range.end,
            );
            let noun = &self.sentence[from..to];
            (!noun.contains(',')).then(|| noun.to_lowercase())
        })
    }

    /// The number of words of `phrase`, if it stands at `at`.
    fn length_at(&self, at: usize, phrase: &str) -> Option<usize> {
        let length = phrase.split(' ').count();
        let stands = phrase
            .split(' ')
            .enumerate()
            .all(|(index, word)| self.lower(at + index) == word);
        stands.then_some(length)
    }

    fn has_lead(&self, rule: &Rule) -> bool {
        if rule.lead.is_empty() {
            return true;
        }
        let ends_a_lead = |end: usize| {
            rule.lead.iter().any(|lead| {
                let length = lead.split(' ').count();
                length <= end && self.length_at(end - length, lead).is_some()
            })
        };
        let mut end = self.first;
        loop {
            if ends_a_lead(end) {
                return true;
            }
            let links = end > 0 && {
                let word = self.lower(end - 1);
                rule.links.contains(&word) || year_of(word).is_some()
            };
            if !links {
                return false;
            }
            end -= 1;
        }
    }

    /// The name that the sentence begins with, its first two words: "Lantern
    /// Ferry" and "Lantern Ferry Family Learning" are one. "We" has none.
    fn subject(&self) -> Option<String> {
        let name: Vec<&str> = self.words[..self.first]
            .iter()
            .map(|word| (&self.sentence[word.range.clone()], word))
            .skip_while(|(written, word)| !is_name_word(written, word))
            .take_while(|(written, word)| is_name_word(written, word))
            .map(|(written, _)| written)
            .take(2)
            .collect();
        (!name.is_empty()).then(|| name.join(" "))
    }

    /// The year beside the figure: the first after it in its clause, otherwise
    /// the last before it. "Since 2019" dates the beginning, not the figure.
    fn year(&self) -> Option<i32> {
        let clause = self.words[self.last + 1..]
            .iter()
            .enumerate()
            .take_while(|(_, word)| {
                let between = &self.sentence[self.words[self.last].range.end..word.range.start];
                !between.contains([',', ';'])
            })
            .map(|(index, _)| self.last + 1 + index);
        let mut near = clause.chain((0..self.first).rev());
        near.find_map(|at| {
            let begins = at > 0 && self.lower(at - 1) == "since";
            year_of(self.lower(at)).filter(|_| !begins)
        })
    }
}

fn is_name_word(written: &str, word: &Word) -> bool {
    const NO_NAMES: [&str; 3] = ["organization", "fiscal", "today"];
    written.starts_with(char::is_uppercase)
        && !text::is_stop_word(&word.lower)
        && !NO_NAMES.contains(&word.lower.as_str())
        && !MONTHS.contains(&word.lower.as_str())
}

/// The year that a word is, from 1900 to 2099.
pub(crate) fn year_of(word: &str) -> Option<i32> {
    let year = word.parse().ok().filter(|_| word.len() == 4)?;
    (1900..2100).contains(&year).then_some(year)
}

#[cfg(test)]
mod tests;
