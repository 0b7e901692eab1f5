//! Sentences that need the one before them to be understood.

use crate::fact;
use crate::text::{self, Word};

/// Among this many first words a connective points back.
const REACH_OF_POINTERS: usize = 4;

/// Pronouns and connectives that point back when a sentence begins with them.
#[rustfmt::skip]
const OPENINGS: &[&str] = &[
    "it", "its", "they", "their", "them", "he", "she", "his", "her", "this", "these", "those",
    "that", "such", "however", "therefore", "thus", "moreover", "furthermore", "additionally",
    "also", "but", "and", "or", "so", "then", "instead", "here", "another", "finally",
    "second", "secondly", "thirdly", "next", "similarly", "likewise", "consequently", "hence",
    "yet", "nevertheless", "nonetheless", "meanwhile", "later", "afterwards", "both",
    "others", "conversely", "otherwise", "specifically", "still", "once", "further",
    "examples", "now",
];

/// The same, of several words.
#[rustfmt::skip]
const OPENING_PHRASES: &[&str] = &[
    "in addition", "as a result", "for example", "for instance", "as such", "in contrast",
    "on the other", "of them", "the former", "the latter", "in turn", "in other words",
    "at the same", "in particular", "in fact", "of course", "because of it", "the other",
    "to that end", "the same", "around the same", "as an example",
];

/// These point back among the first words: "We therefore recorded …".
#[rustfmt::skip]
const POINTERS: &[&str] = &[
    "those", "such", "therefore", "thus", "also", "instead", "then", "however",
];

/// These at whatever place: "The second barrier to adopting this lesson".
const DEMONSTRATIVES: [&str; 2] = ["this", "these"];

/// Whether a sentence leans on the one before; `words` are its words.
pub(super) fn leans(sentence: &str, words: &[Word]) -> bool {
    points_back(words) || lacks_a_name(sentence, words) || lacks_an_antecedent(words)
}

fn points_back(words: &[Word]) -> bool {
    let lower: Vec<&str> = words.iter().map(|word| word.lower.as_str()).collect();
    let start = &lower[..lower.len().min(REACH_OF_POINTERS)];
    start.first().is_some_and(|first| OPENINGS.contains(first))
        || text::begins_with_any(&lower, OPENING_PHRASES)
        || start.iter().any(|word| POINTERS.contains(word))
        || lower.iter().any(|word| DEMONSTRATIVES.contains(word))
        || counts_known_things(start)
        || tells_of_an_earlier_time(&lower)
}

/// "Before the pandemic the gain had been 22 points": earlier than what?
fn tells_of_an_earlier_time(lower: &[&str]) -> bool {
    lower
        .windows(2)
        .any(|pair| pair[0] == "had" && (pair[1] == "been" || pair[1].ends_with("ed")))
}

/// "Three of the four agreements": how many there are was said before.
fn counts_known_things(start: &[&str]) -> bool {
    start.windows(3).any(|window| {
        let is_count = fact::is_count(window[2]);
        window[0] == "of" && window[1] == "the" && is_count
    })
}

/// "In the spring of 2021, 61 percent met it": a pronoun after the verb, with
/// nothing before it that it could stand for.
fn lacks_an_antecedent(words: &[Word]) -> bool {
    const NO_ANTECEDENTS: [&str; 12] = [
        "spring", "summer", "fall", "winter", "fiscal", "year", "percent", "month", "school",
        "met", "exceeded", "reached",
    ];
    let pronoun = words
        .iter()
        .position(|word| ["it", "them"].contains(&word.lower.as_str()));
    pronoun.is_some_and(|at| {
        !words[..at].iter().any(|word| {
            let is_figure = word.lower.starts_with(|c: char| c.is_ascii_digit());
            !is_figure
                && !text::is_stop_word(&word.lower)
                && !NO_ANTECEDENTS.contains(&word.lower.as_str())
        })
    })
}

/// "Coming from teaching, she leads the team", "Prior to Insight, he worked":
/// a pronoun at the start, or with no name before it.
fn lacks_a_name(sentence: &str, words: &[Word]) -> bool {
    const PRONOUNS: [&str; 5] = ["he", "she", "his", "her", "him"];
    let is_capitalised = |word: &Word| sentence[word.range.clone()].starts_with(char::is_uppercase);
    let pronoun = words
        .iter()
        .position(|word| PRONOUNS.contains(&word.lower.as_str()));
    pronoun.is_some_and(|at| {
        at <= REACH_OF_POINTERS || !words[..at].iter().skip(1).any(is_capitalised)
    })
}
