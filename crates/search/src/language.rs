//! The language of a document, as far as its words are concerned.

mod usual;

use std::sync::LazyLock;

use snowball_stemmers_rs::Algorithm;
use whatlang::{Detector, Lang};

use crate::text;

/// Of shorter texts letters say too little.
const MIN_BYTES: usize = 200;
/// Fewer words that say nothing do not tell the language of a text.
const MIN_USUAL: usize = 3;
/// Nor that of a search, which is short, and in one of the archive's languages.
const MIN_USUAL_TYPED: usize = 2;
/// So much of a text is looked at.
pub(crate) const MAX_BYTES: usize = 4000;

/// What words are stemmed as, and which of them are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "the names of languages")]
pub enum Language {
    #[default]
    English,
    Danish,
    Dutch,
    Finnish,
    French,
    German,
    Italian,
    Norwegian,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Swedish,
    Turkish,
}

/// How many there are.
pub(crate) const COUNT: usize = 14;

/// A language, and what others call it: who tells it, who stems it, who has its usual words.
struct Known {
    language: Language,
    told: Lang,
    stemmed: Algorithm,
    listed: stop_words::Language,
}

macro_rules! known {
    ($name:ident, $told:ident) => {
        Known {
            language: Language::$name,
            told: Lang::$told,
            stemmed: Algorithm::$name,
            listed: stop_words::Language::$name,
        }
    };
}

/// Their places are how indexes on disk name them.
const LANGUAGES: [Known; COUNT] = [
    known!(English, Eng),
    known!(Danish, Dan),
    known!(Dutch, Nld),
    known!(Finnish, Fin),
    known!(French, Fra),
    known!(German, Deu),
    known!(Italian, Ita),
    known!(Norwegian, Nob),
    known!(Portuguese, Por),
    known!(Romanian, Ron),
    known!(Russian, Rus),
    known!(Spanish, Spa),
    known!(Swedish, Swe),
    known!(Turkish, Tur),
];

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::with_allowlist(LANGUAGES.iter().map(|known| known.told).collect()));

/// Some of the languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Languages(u16);

impl Languages {
    pub(crate) const ALL: Self = Self(u16::MAX);

    /// These and another.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of them is among others, too.
    pub(crate) const fn meet(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }
}

impl From<Language> for Languages {
    fn from(language: Language) -> Self {
        Self(1 << language.number())
    }
}

impl Language {
    /// The language of a text, where it is told beyond doubt by its letters or by its usual words;
    /// else English.
    pub(crate) fn of(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let all = LANGUAGES.map(|known| known.language);
        let by_words = || Self::by_usual_words(text, &all, MIN_USUAL);
        Self::by_letters(text).or_else(by_words).unwrap_or_default()
    }

    /// Of these languages the one that a search is typed in, where that is told beyond doubt.
    pub(crate) fn typed(text: &str, languages: &[Self]) -> Option<Self> {
        if languages.len() < 2 {
            return None;
        }
        Self::by_usual_words(text, languages, MIN_USUAL_TYPED)
    }

    fn by_letters(text: &str) -> Option<Self> {
        let told = DETECTOR.detect(text).filter(whatlang::Info::is_reliable);
        let told = told.filter(|_| text.len() >= MIN_BYTES)?.lang();
        let known = LANGUAGES.iter().find(|known| known.told == told);
        known.map(|known| known.language)
    }

    /// The one of these languages that passes over more words of a text than each of the others,
    /// and over so many.
    fn by_usual_words(text: &str, languages: &[Self], least: usize) -> Option<Self> {
        let words: Vec<String> = text::lowered_words(text).collect();
        let usual = |language: &Self| {
            words
                .iter()
                .filter(|word| language.passes_over(word))
                .count()
        };
        let counts: Vec<usize> = languages.iter().map(usual).collect();
        let most = counts.iter().copied().max().filter(|most| *most >= least)?;
        let mut those = languages
            .iter()
            .zip(&counts)
            .filter(|(_, count)| **count == most);
        let first = those.next().map(|(language, _)| *language);
        first.filter(|_| those.next().is_none())
    }

    /// Its place among all.
    pub fn number(self) -> usize {
        let mut all = LANGUAGES.iter();
        all.position(|known| known.language == self)
            .unwrap_or_default()
    }

    /// The one at a place.
    pub fn at(number: usize) -> Option<Self> {
        LANGUAGES.get(number).map(|known| known.language)
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        LANGUAGES[self.number()].stemmed
    }

    /// Whether a word in small letters says nothing.
    pub(crate) fn passes_over(self, word: &str) -> bool {
        usual::says_nothing(word, self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPANISH: &str = "Las familias del valle reciben apoyo durante todo el año escolar. \
        Los voluntarios leen con los niños dos veces por semana y llevan un registro de las \
        palabras que han aprendido, para que los maestros puedan ver cómo avanzan.";
    const GERMAN: &str = "Die Familien im Tal werden das ganze Schuljahr über unterstützt. \
        Freiwillige lesen zweimal in der Woche mit den Kindern und schreiben auf, welche \
        Wörter sie gelernt haben, damit die Lehrerinnen sehen, wie sie vorankommen.";

    #[test]
    fn texts_are_told_apart_and_those_that_say_too_little_are_english() {
        assert_eq!(Language::of(SPANISH), Language::Spanish);
        assert_eq!(Language::of(GERMAN), Language::German);
        assert_eq!(
            Language::of("Die Familien werden das ganze Jahr über betreut."),
            Language::German
        );
        assert_eq!(
            Language::of("We read with them over the year, and we die in it."),
            Language::English
        );
        assert_eq!(Language::of("Las familias del valle"), Language::English);
        assert_eq!(Language::of(&"1234 5678 ".repeat(40)), Language::English);
    }

    #[test]
    fn a_search_is_in_the_language_that_most_of_its_usual_words_are_of() {
        let both = [Language::English, Language::German];
        for (text, language) in [
            (
                "Was ist der Unterschied zwischen den Programmen?",
                Some(Language::German),
            ),
            (
                "what is the difference between our programs",
                Some(Language::English),
            ),
            ("who will die", None),
            ("die Familien", None),
            ("Familien", None),
        ] {
            assert_eq!(Language::typed(text, &both), language, "{text}");
        }
        assert_eq!(
            Language::typed("was ist der Plan", &both[1..]),
            None,
            "there is no choice"
        );
    }

    #[test]
    fn numbers_lead_back_to_languages() {
        for number in 0..COUNT {
            assert_eq!(Language::at(number).unwrap().number(), number);
        }
        assert_eq!(Language::at(COUNT), None);
    }
}
