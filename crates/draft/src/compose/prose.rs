//! Whether a piece of text is a sentence of prose at all, rather than a
//! heading, a label, a table row, code, a reference or a fragment.

use crate::text::{self, Word};
use crate::verbs;

/// Shorter sentences are captions and labels; longer ones are lists run together.
const WORDS: std::ops::RangeInclusive<usize> = 6..=55;

/// How much of a sentence's letters may be capitals, and how many of its words
/// may begin with one: above, it is a heading or a row of names.
const MOST_CAPITALS: f32 = 0.25;
const MOST_CAPITALISED_WORDS: f32 = 0.6;

/// A word of so many capitals is part of a heading, not an abbreviation.
const SHOUTED_LETTERS: usize = 7;

/// A colon among so many first words ends a label ("Objective 1: …").
const LABEL_WORDS: usize = 5;

/// Whether `sentence` is prose; `words` are its words.
pub(super) fn is_prose(sentence: &str, words: &[Word]) -> bool {
    is_shaped_like_a_sentence(sentence)
        && !holds_markup(sentence)
        && !is_mostly_capitals(sentence, words)
        && !begins_with_a_label(sentence)
        && !begins_with_a_dashed_label(sentence)
        && !has_a_heading_glued_to_it(sentence, words)
        && !is_a_description(sentence, words)
        && !is_a_line_of_a_resume(sentence, words)
        && !repeats_words(words)
        && verbs::is_a_statement(words)
}

fn is_shaped_like_a_sentence(sentence: &str) -> bool {
    let ended = sentence.trim_end_matches(['"', '”', '’', ')']);
    let begins = sentence.trim_start_matches(['"', '“']);
    WORDS.contains(&sentence.split_whitespace().count())
        && ended.ends_with(['.', '!'])
        && begins.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())
        && is_balanced(sentence)
}

fn is_balanced(sentence: &str) -> bool {
    let count = |sign: char| sentence.matches(sign).count();
    count('(') == count(')') && count('“') == count('”') && count('"').is_multiple_of(2)
}

/// Tables, code, links, addresses, blanks of forms, markers of other drafts,
/// trailing dots of tables of contents, lists whose first item is on the line, references to literature.
fn holds_markup(sentence: &str) -> bool {
    const SIGNS: [char; 18] = [
        '|', '\t', '`', '@', '{', '}', '<', '>', '=', '\\', '_', '*', '#', '[', '…', '\u{200b}',
        '\u{ad}', '\u{fffd}',
    ];
    const PIECES: [&str; 16] = [
        "are:",
        "were:",
        "include:",
        "includes:",
        "http",
        "www.",
        "...",
        " .",
        " ,",
        "::",
        "•",
        "--",
        ".com",
        "et al",
        "etc.",
        "doi",
    ];
    sentence.contains(SIGNS) || PIECES.iter().any(|piece| sentence.contains(piece))
}

fn is_mostly_capitals(sentence: &str, words: &[Word]) -> bool {
    let letters = sentence.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = sentence.chars().filter(|c| c.is_uppercase()).count();
    let capitalised = words
        .iter()
        .filter(|word| is_capitalised(sentence, word))
        .count();
    let shouted = words
        .iter()
        .any(|word| is_shouted(&sentence[word.range.clone()]));
    shouted
        || capitals as f32 > MOST_CAPITALS * letters as f32
        || capitalised as f32 > MOST_CAPITALISED_WORDS * words.len() as f32
}

fn is_capitalised(sentence: &str, word: &Word) -> bool {
    sentence[word.range.clone()].starts_with(char::is_uppercase)
}

fn is_shouted(word: &str) -> bool {
    word.chars().count() >= SHOUTED_LETTERS && word.chars().all(char::is_uppercase)
}

/// A label and a colon; "She said: “…”" is none.
fn begins_with_a_label(sentence: &str) -> bool {
    let Some((label, rest)) = sentence.split_once(':') else {
        return false;
    };
    let is_clock_time = rest.starts_with(|c: char| c.is_ascii_digit());
    let is_quotation = rest.trim_start().starts_with(['“', '"']) && is_said(label);
    label.split_whitespace().count() <= LABEL_WORDS && !is_clock_time && !is_quotation
}

fn is_said(label: &str) -> bool {
    const SPEECH: [&str; 9] = [
        "said", "says", "told", "asked", "wrote", "writes", "added", "reported", "recalls",
    ];
    let mut words = label.split_whitespace();
    words.any(|word| SPEECH.contains(&word.to_lowercase().as_str()))
}

/// "Administration - refers to …", "V Staff, Training - Attach a list".
fn begins_with_a_dashed_label(sentence: &str) -> bool {
    [" - ", " – ", " — "].iter().any(|dash| {
        let label = sentence.split_once(dash).map(|(label, _)| label);
        label.is_some_and(|label| label.split_whitespace().count() <= LABEL_WORDS)
    })
}

/// "Our Mission The center builds …", "… in education By investing …": a
/// capitalised function word in the middle, without punctuation before it. It
/// may be part of a name instead: "The" after a small word ("at The Center"), or
/// a preposition before another capital ("Books For All").
fn has_a_heading_glued_to_it(sentence: &str, words: &[Word]) -> bool {
    const SUBJECTS: [&str; 9] = [
        "the", "our", "we", "this", "these", "it", "they", "each", "there",
    ];
    const PREPOSITIONS: [&str; 10] = [
        "in", "as", "since", "with", "to", "at", "by", "for", "from", "on",
    ];
    let is_capital = |at: usize| {
        words
            .get(at)
            .is_some_and(|word| is_capitalised(sentence, word))
    };
    (1..words.len()).any(|at| {
        let lower = words[at].lower.as_str();
        let touches = &sentence[words[at - 1].range.end..words[at].range.start] == " ";
        let begins_anew = (SUBJECTS.contains(&lower) && (lower != "the" || is_capital(at - 1)))
            || (PREPOSITIONS.contains(&lower) && !is_capital(at + 1));
        let article_after_heading = at == 1 && lower == "a" && is_capital(0);
        touches && is_capital(at) && (begins_anew || article_after_heading)
    })
}

/// "Improved practices for …": a participle and a noun. With a comma it leads to
/// a main clause: "Founded in 1998, Willow Creek serves …".
fn is_a_description(sentence: &str, words: &[Word]) -> bool {
    words.first().is_some_and(|word| word.lower.ends_with("ed")) && !sentence.contains(',')
}

/// "Full-stack developer graduated …", "Excellent technical expert …": somebody
/// without an article or a name. "Board secretary Ana Ruiz" has a name.
fn is_a_line_of_a_resume(sentence: &str, words: &[Word]) -> bool {
    const OCCUPATIONS: [&str; 9] = [
        "analyst",
        "consultant",
        "developer",
        "engineer",
        "expert",
        "manager",
        "professional",
        "researcher",
        "specialist",
    ];
    let start = &words[..words.len().min(LABEL_WORDS)];
    let occupation = start
        .iter()
        .position(|word| OCCUPATIONS.contains(&word.lower.as_str()));
    occupation.is_some_and(|at| {
        let is_named = words
            .get(at + 1)
            .is_some_and(|next| is_capitalised(sentence, next));
        let before = &words[..at];
        // An article, a possessive or a verb of being is a stop word.
        let is_introduced = before.iter().any(|word| text::is_stop_word(&word.lower));
        let has_a_name = before
            .iter()
            .skip(1)
            .any(|word| is_capitalised(sentence, word));
        !is_named && !is_introduced && !has_a_name
    })
}

/// "Data Data and and": two text layers of a page read as one.
fn repeats_words(words: &[Word]) -> bool {
    words.windows(2).any(|pair| {
        pair[0].lower == pair[1].lower && !["that", "had"].contains(&pair[0].lower.as_str())
    })
}
