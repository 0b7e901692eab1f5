//! Words of which only the beginning was typed: `liter*`.

use std::cmp::Reverse;

use crate::lexical::Lexical;
use crate::query::QueryTerm;
use crate::text;

/// Shorter beginnings are those of too many words.
const MIN_CHARS: usize = 2;
/// So many words with one beginning are looked for, the most usual ones.
const MOST_TERMS: usize = 32;

/// A search without its words of which only the beginning was typed, and these beginnings.
pub(crate) fn split(text: &str) -> (String, Vec<String>) {
    let is_beginning = |word: &&str| word.ends_with('*');
    let (begun, whole): (Vec<&str>, Vec<&str>) = text.split_whitespace().partition(is_beginning);
    if begun.is_empty() {
        return (text.to_owned(), Vec::new());
    }
    // Of `full-ti*`, the last word is not whole; the others are searched for as they stand.
    let last = |word: &str| text::wording(word).pop();
    let mut beginnings: Vec<String> = begun.into_iter().filter_map(last).collect();
    beginnings.retain(|beginning| beginning.chars().count() >= MIN_CHARS);
    (whole.join(" "), beginnings)
}

/// The terms that a search with these beginnings asks for. All of one beginning count 1
/// each, as a word that was typed.
pub(crate) fn terms(lexical: &Lexical, beginnings: &[String]) -> Vec<QueryTerm> {
    let each = beginnings.iter().flat_map(|beginning| {
        let mut begun: Vec<(&str, usize)> = lexical.terms_from(beginning).collect();
        begun.sort_unstable_by_key(|&(term, holders)| (Reverse(holders), term));
        begun.truncate(MOST_TERMS);
        begun
    });
    each.map(|(term, _)| QueryTerm::new(term, 1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_stand_apart_from_whole_words() {
        let (whole, beginnings) = split("rural  Liter* full-ti* a* *");
        assert_eq!(whole, "rural");
        assert_eq!(beginnings, ["liter", "ti"]);
        assert_eq!(split("two  words "), ("two  words ".to_owned(), vec![]));
    }
}
