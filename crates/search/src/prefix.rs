//! Words of which only the beginning was typed: `liter*`.

use std::cmp::Reverse;

use crate::language::Language;
use crate::lexical::Lexical;
use crate::query::QueryTerm;
use crate::text::{self, Stem};

/// Shorter beginnings are those of too many words.
const MIN_CHARS: usize = 2;
/// So many words with one beginning are looked for, the most usual ones.
const MOST_WORDS: usize = 32;

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

/// The terms that a search with these beginnings asks for. Those of one beginning count as if they
/// were as usual as the most usual: a rare word is no better for being rare.
pub(crate) fn terms(
    lexical: &Lexical,
    beginnings: &[String],
    languages: &[Language],
) -> Vec<QueryTerm> {
    let each = beginnings.iter().flat_map(|beginning| {
        let mut begun: Vec<(&str, u32)> = lexical.spellings().from(beginning).collect();
        begun.sort_unstable_by_key(|&(word, holders)| (Reverse(holders), word));
        begun.truncate(MOST_WORDS);
        let words = begun
            .into_iter()
            .flat_map(|(word, _)| text::words(word, languages));
        let mut stems: Vec<Stem> = Vec::new();
        for stem in words.flat_map(|word| word.stems) {
            match stems.iter_mut().find(|known| known.term == stem.term) {
                Some(known) => known.languages = known.languages.with(stem.languages),
                None => stems.push(stem),
            }
        }
        let holders = stems.iter().map(|stem| lexical.holders(&stem.term)).max();
        let all = lexical.rarity_of(holders.unwrap_or_default());
        let term = move |stem: Stem| {
            let weight = all / lexical.rarity(&stem.term);
            QueryTerm::of_stem(stem, weight)
        };
        stems.into_iter().map(term)
    });
    each.collect()
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

    #[test]
    fn words_begin_as_they_are_written() {
        let text = "Education of educators, with the Éducateurs";
        let lexical = Lexical::of_texts(Language::English, &[text]);
        let terms = |beginning: &str| -> Vec<String> {
            let terms = super::terms(&lexical, &[beginning.to_owned()], &[Language::English]);
            terms.into_iter().map(|term| term.term).collect()
        };
        assert_eq!(terms("educati"), ["educ"]);
        assert_eq!(terms("educat"), ["educateur", "educ"]);
        assert_eq!(terms("ducat"), Vec::<String>::new());
    }
}
