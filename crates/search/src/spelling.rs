//! Words that the archive does not know, read as words that it knows.
//!
//! A name that was misspelt finds nothing otherwise. Only words that stand nowhere are read
//! anew: one that is rare may well be meant.

use std::cmp::Reverse;

use crate::index::Index;
use crate::language::Language;
use crate::lexical::Lexical;
use crate::query::QueryTerm;
use crate::synonyms::Synonyms;
use crate::text::{self, Stem, Word};
use crate::typed;

/// What a word counts that differs in one letter from the one typed, against 1 for that; one
/// that differs in two counts half of it.
const NEAR_WEIGHT: f32 = 0.6;
/// Shorter words are near too many others.
const MIN_CHARS: usize = 4;
/// From so many letters on, two may be wrong.
const LONG_CHARS: usize = 8;
/// As many readings of a word at most.
const READINGS: usize = 3;

/// A word as it was typed and a term that it may stand for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub(crate) typed: String,
    pub(crate) term: QueryTerm,
}

/// What the unknown words of a search may stand for: the known terms that are nearest, by the
/// fewest letters put in, left out, exchanged or swapped with the next (optimal string alignment).
/// Of terms as near, those that begin with the letter that was typed.
pub(crate) fn readings(
    lexical: &Lexical,
    synonyms: &Synonyms,
    text: &str,
    languages: &[Language],
) -> Vec<Reading> {
    let mut unknown: Vec<Word> = Vec::new();
    for word in text::words(text, languages) {
        let is_new = unknown.iter().all(|other| other.stems != word.stems);
        let is_known = word
            .stems
            .iter()
            .any(|stem| lexical.holders(&stem.term) > 0 || synonyms.have_word(&stem.term));
        if is_new && !is_known && says_something(text, &word, languages) {
            unknown.push(word);
        }
    }
    let reading = |word: &Word, term| Reading {
        typed: text[word.range.clone()].to_owned(),
        term,
    };
    let each = unknown.iter().flat_map(|word| {
        let forms = forms(&word.stems, &text[word.range.clone()]);
        let terms = nearest(lexical, &forms).into_iter();
        terms.map(move |term| reading(word, term))
    });
    each.collect()
}

/// Whether a word says something in each of the languages: what does not in one of them is no
/// misspelt word of another.
fn says_something(text: &str, word: &Word, languages: &[Language]) -> bool {
    let typed = &text[word.range.clone()];
    let tokens = |language: &Language| text::tokens(typed, *language);
    languages
        .iter()
        .all(|language| !tokens(language).is_empty())
}

/// What may have been meant to be a term: the stems, and the word without what makes a plural. A
/// wrong letter can make the stemmer take away more: `famlies` becomes `fam`.
fn forms(stems: &[Stem], typed: &str) -> Vec<String> {
    let word = text::fold(typed);
    let single = match (word.strip_suffix("ies"), word.strip_suffix(['s', 'y'])) {
        (Some(rest), _) => format!("{rest}i"),
        (None, Some(rest)) if word.ends_with('y') => format!("{rest}i"),
        (None, Some(rest)) => rest.to_owned(),
        (None, None) => word,
    };
    let mut forms: Vec<String> = stems.iter().map(|stem| stem.term.clone()).collect();
    if !forms.contains(&single) {
        forms.push(single);
    }
    forms.retain(|form| may_be_wrong(form));
    forms
}

/// Years, amounts and codes are what they are.
fn may_be_wrong(term: &str) -> bool {
    term.chars().count() >= MIN_CHARS && term.chars().all(char::is_alphabetic)
}

/// How near a term is to a form of what was typed: less is better.
type Nearness = (usize, bool);

/// Terms within reach of a form, with how near they are, and by how many they are held.
fn near<'a>(
    lexical: &'a Lexical,
    form: &str,
) -> impl Iterator<Item = (Nearness, Reverse<usize>, &'a str)> {
    let most = if form.chars().count() < LONG_CHARS {
        1
    } else {
        2
    };
    let first = form.chars().next();
    let like = lexical.terms_like(form, most);
    like.map(move |(term, holders)| {
        let distance = strsim::osa_distance(form, term);
        let begins_otherwise = term.chars().next() != first;
        ((distance, begins_otherwise), Reverse(holders), term)
    })
    .filter(move |((distance, _), ..)| *distance <= most)
}

fn nearest(lexical: &Lexical, forms: &[String]) -> Vec<QueryTerm> {
    let mut near: Vec<_> = forms.iter().flat_map(|form| near(lexical, form)).collect();
    near.sort_unstable();
    let best = near.first().map(|(nearness, ..)| *nearness);
    near.retain(|(nearness, ..)| Some(*nearness) == best);
    near.dedup();
    near.into_iter()
        .take(READINGS)
        .map(|((distance, _), _, term)| QueryTerm::new(term, NEAR_WEIGHT / distance.max(1) as f32))
        .collect()
}

/// The search with each of its unknown words in a spelling that the archive has, as it stands
/// in a passage. `None` where there is nothing to correct.
pub(crate) fn corrected(index: &Index, text: &str, readings: &[Reading]) -> Option<String> {
    let mut corrected = String::new();
    let mut end = 0;
    let conditions = typed::conditions(text);
    for Word { range, .. } in text::words(text, &index.archive.languages()) {
        if conditions.iter().any(|part| part.contains(&range.start)) {
            continue;
        }
        let typed = &text[range.clone()];
        let reading = readings.iter().find(|reading| reading.typed == typed);
        if let Some(word) = reading.and_then(|reading| as_written(index, &reading.term.term)) {
            corrected.push_str(&text[end..range.start]);
            corrected.push_str(&word);
            end = range.end;
        }
    }
    corrected.push_str(&text[end..]);
    (end > 0).then_some(corrected)
}

/// A word of this stem, from one of the passages that have it.
fn as_written(index: &Index, term: &str) -> Option<String> {
    let fields = index
        .archive
        .passage(index.lexical.a_holder(term)?)
        .fields();
    let language = fields.language;
    let fields = [
        &*fields.text,
        fields.title,
        fields.tags,
        fields.heading.unwrap_or_default(),
    ];
    fields.into_iter().find_map(|field| {
        let token = text::tokens(field, language)
            .into_iter()
            .find(|t| t.term == term)?;
        Some(field[token.range].to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexical::Counts;
    use crate::records::PassageText;

    fn lexical(texts: &[&str]) -> Lexical {
        let mut lexical = Lexical::default();
        for (slot, text) in (0..).zip(texts) {
            let fields = PassageText {
                language: Language::English,
                title: "",
                tags: "",
                heading: None,
                text: (*text).into(),
            };
            lexical.add(slot, &Counts::of(&fields));
        }
        lexical
    }

    fn readings_of(lexical: &Lexical, text: &str) -> Vec<Reading> {
        super::readings(lexical, &Synonyms::default(), text, &[Language::English])
    }

    fn read(lexical: &Lexical, text: &str) -> Vec<(String, String)> {
        let readings = readings_of(lexical, text).into_iter();
        readings.map(|r| (r.typed, r.term.term)).collect()
    }

    #[test]
    fn a_misspelt_word_is_read_as_the_nearest_known_one() {
        let lexical = lexical(&[
            "Henderson teaches literacy",
            "Sanderson reads",
            "boats",
            "families",
        ]);
        for (typed, meant) in [
            ("litercy", "literaci"),
            ("litreacy", "literaci"),
            ("Hendersen", "henderson"),
            ("boast", "boat"),
            ("Benderson", "henderson"),
            ("iteracy", "literaci"),
            ("famlies", "famili"),
        ] {
            let expected = [(typed.to_owned(), meant.to_owned())];
            assert_eq!(read(&lexical, typed), expected);
        }
    }

    #[test]
    fn a_word_is_read_once_however_often_it_is_typed() {
        let lexical = lexical(&["literacy"]);
        assert_eq!(read(&lexical, "litercy Litercy").len(), 1);
    }

    #[test]
    fn known_short_and_numbered_words_are_what_they_are() {
        let lexical = lexical(&["boats bolts 2024 fte 45000 abc12"]);
        for typed in ["boats", "2023", "fta", "45001", "abc13", "xylophone"] {
            assert_eq!(read(&lexical, typed), [], "{typed}");
        }
    }

    #[test]
    fn of_words_as_near_the_more_usual_come_first() {
        let texts = ["gardens", "harden", "wardens", "gardens", "garners"];
        let lexical = lexical(&texts);
        let found: Vec<String> = readings_of(&lexical, "garderns gardfen garderns")
            .into_iter()
            .map(|reading| reading.term.term)
            .collect();
        assert_eq!(
            found,
            ["garden", "garden"],
            "not of another first letter where one is as near"
        );
        let readings = readings_of(&lexical, "gardan");
        assert!((readings[0].term.weight - NEAR_WEIGHT).abs() < f32::EPSILON);
    }

    #[test]
    fn a_word_that_has_gone_is_no_reading() {
        let fields = PassageText {
            language: Language::English,
            title: "",
            tags: "",
            heading: None,
            text: "boats".into(),
        };
        let mut lexical = lexical(&["boats"]);
        lexical.remove(0, &Counts::of(&fields));
        assert_eq!(read(&lexical, "boast"), []);
    }
}
