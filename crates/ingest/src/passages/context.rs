//! What a passage needs of the one before it to be understood alone: the head of its
//! table, and the sentence that its first one points back to.

use crate::extract::BlockKind;
use crate::passages::units::{self, Joint, Unit};
use crate::tidy::word_count;

/// A lead has no more words; of a longer sentence it is the end.
pub(super) const MAX_LEAD_WORDS: usize = 50;

/// A head with more words is no list of columns, and is not repeated.
const MAX_HEAD_WORDS: usize = 60;

/// First words that point back. Too many rather than too few: a lead that was not
/// needed is a line read twice, one that is missing leaves "They" without a name.
const POINTING_BACK: &[&str] = &[
    "accordingly",
    "additionally",
    "also",
    "and",
    "as a result",
    "as such",
    "at the same time",
    "because of this",
    "besides",
    "both",
    "but",
    "by doing so",
    "consequently",
    "conversely",
    "each of these",
    "finally",
    "for example",
    "for instance",
    "for this",
    "further",
    "furthermore",
    "he",
    "hence",
    "her",
    "his",
    "however",
    "in addition",
    "in contrast",
    "in doing so",
    "in other words",
    "in particular",
    "in the same way",
    "in this",
    "in turn",
    "instead",
    "it",
    "its",
    "likewise",
    "meanwhile",
    "moreover",
    "nevertheless",
    "nonetheless",
    "of these",
    "on the contrary",
    "on the other hand",
    "otherwise",
    "she",
    "similarly",
    "so",
    "such",
    "that",
    "the former",
    "the latter",
    "the same",
    "their",
    "them",
    "then",
    "therefore",
    "these",
    "they",
    "this",
    "those",
    "thus",
    "to that end",
    "to this end",
    "yet",
];

/// The head of the table inside which the passage begins, as lines that end with a
/// line break; empty where it begins elsewhere. `before` are the section's units in
/// front of the passage.
pub(super) fn table_head(before: &[Unit], passage: &[Unit]) -> String {
    let inside = passage
        .first()
        .is_some_and(|unit| unit.kind == BlockKind::TableRow && unit.joint != Joint::Paragraph);
    if !inside {
        return String::new();
    }
    let rows = before.iter().rev().take_while(|unit| unit.kind.is_row());
    let mut head: Vec<&Unit> = rows
        .skip_while(|unit| unit.kind == BlockKind::TableRow)
        .take_while(|unit| unit.kind == BlockKind::TableHead)
        .collect();
    head.reverse();
    if head.iter().map(|unit| unit.words).sum::<usize>() > MAX_HEAD_WORDS {
        return String::new();
    }
    head.iter()
        .flat_map(|unit| [unit.text.as_str(), "\n"])
        .collect()
}

/// The sentences in front of the passage that its first sentence points back to.
pub(super) fn lead(before: &[Unit], passage: &[Unit]) -> Option<String> {
    let prose = |unit: &&Unit| matches!(unit.kind, BlockKind::Paragraph | BlockKind::ListItem);
    let mut first = passage.first().filter(prose)?;
    let mut lead: Vec<Unit> = Vec::new();
    let (mut words, mut whole) = (0, true);
    let sentences = before
        .iter()
        .rev()
        .filter(|unit| unit.kind != BlockKind::Note)
        .take_while(prose);
    for sentence in sentences {
        words += sentence.words;
        if !points_back(&first.text) || (words > MAX_LEAD_WORDS && !lead.is_empty()) {
            break;
        }
        whole = words <= MAX_LEAD_WORDS;
        lead.insert(0, sentence.clone());
        first = sentence;
    }
    let text = units::join(&lead);
    match (text.is_empty(), whole) {
        (true, _) => None,
        (false, true) => Some(text),
        (false, false) => Some(last_words(&text)),
    }
}

fn last_words(text: &str) -> String {
    let left_out = word_count(text).saturating_sub(MAX_LEAD_WORDS);
    let words: Vec<&str> = text.split_whitespace().skip(left_out).collect();
    format!("… {}", words.join(" "))
}

/// Whether a sentence begins with words that mean something said before.
fn points_back(sentence: &str) -> bool {
    let words: Vec<String> = sentence
        .split_whitespace()
        .take(4)
        .map(|word| {
            word.trim_matches(|c: char| !c.is_alphanumeric())
                .to_lowercase()
        })
        .collect();
    (1..=words.len()).any(|count| {
        POINTING_BACK
            .binary_search(&words[..count].join(" ").as_str())
            .is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_in_order() {
        assert!(POINTING_BACK.is_sorted());
    }

    #[test]
    fn pointing_back_is_seen_whatever_the_punctuation() {
        for sentence in [
            "“This”, we said.",
            "In addition, they read.",
            "However: no.",
        ] {
            assert!(points_back(sentence), "{sentence}");
        }
        for sentence in [
            "Thistles grow.",
            "In Addis we read.",
            "",
            "The team reads this.",
        ] {
            assert!(!points_back(sentence), "{sentence}");
        }
    }
}
