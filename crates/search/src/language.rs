//! The language of a document, as far as its words are concerned.

use std::collections::HashSet;
use std::sync::LazyLock;

use snowball_stemmers_rs::Algorithm;
use stop_words::LANGUAGE;
use whatlang::{Detector, Lang};

/// Shorter texts are taken for English: they say too little.
const MIN_BYTES: usize = 200;
/// So much of a text is looked at.
pub(crate) const MAX_BYTES: usize = 4000;

/// What words are stemmed as, and which of them are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) enum Language {
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

/// What other libraries call them. Their places are how indexes on disk name them.
const LANGUAGES: [(Language, Lang, Algorithm, LANGUAGE); 14] = [
    (
        Language::English,
        Lang::Eng,
        Algorithm::English,
        LANGUAGE::English,
    ),
    (
        Language::Danish,
        Lang::Dan,
        Algorithm::Danish,
        LANGUAGE::Danish,
    ),
    (
        Language::Dutch,
        Lang::Nld,
        Algorithm::Dutch,
        LANGUAGE::Dutch,
    ),
    (
        Language::Finnish,
        Lang::Fin,
        Algorithm::Finnish,
        LANGUAGE::Finnish,
    ),
    (
        Language::French,
        Lang::Fra,
        Algorithm::French,
        LANGUAGE::French,
    ),
    (
        Language::German,
        Lang::Deu,
        Algorithm::German,
        LANGUAGE::German,
    ),
    (
        Language::Italian,
        Lang::Ita,
        Algorithm::Italian,
        LANGUAGE::Italian,
    ),
    (
        Language::Norwegian,
        Lang::Nob,
        Algorithm::Norwegian,
        LANGUAGE::Norwegian,
    ),
    (
        Language::Portuguese,
        Lang::Por,
        Algorithm::Portuguese,
        LANGUAGE::Portuguese,
    ),
    (
        Language::Romanian,
        Lang::Ron,
        Algorithm::Romanian,
        LANGUAGE::Romanian,
    ),
    (
        Language::Russian,
        Lang::Rus,
        Algorithm::Russian,
        LANGUAGE::Russian,
    ),
    (
        Language::Spanish,
        Lang::Spa,
        Algorithm::Spanish,
        LANGUAGE::Spanish,
    ),
    (
        Language::Swedish,
        Lang::Swe,
        Algorithm::Swedish,
        LANGUAGE::Swedish,
    ),
    (
        Language::Turkish,
        Lang::Tur,
        Algorithm::Turkish,
        LANGUAGE::Turkish,
    ),
];

/// How many there are.
pub(crate) const COUNT: usize = LANGUAGES.len();

/// Words that say nothing, by language; English has a list of its own.
static STOP_WORDS: LazyLock<[HashSet<&'static str>; COUNT]> = LazyLock::new(|| {
    LANGUAGES.map(|(_, _, _, name)| stop_words::get(name).iter().copied().collect())
});

static DETECTOR: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_allowlist(LANGUAGES.iter().map(|(_, lang, ..)| *lang).collect())
});

impl Language {
    /// The language of a text, where it is told beyond doubt; else English.
    pub(crate) fn of(text: &str) -> Self {
        let mut end = text.len().min(MAX_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        if end < MIN_BYTES {
            return Self::default();
        }
        let told = DETECTOR.detect(&text[..end]);
        let told = told.filter(whatlang::Info::is_reliable);
        let found = told.and_then(|info| {
            let is_it = |(_, lang, ..): &&(Self, Lang, Algorithm, LANGUAGE)| *lang == info.lang();
            LANGUAGES.iter().find(is_it)
        });
        found.map_or_else(Self::default, |(language, ..)| *language)
    }

    /// Its place among all.
    pub(crate) fn number(self) -> usize {
        let is_it = |(language, ..): &(Self, Lang, Algorithm, LANGUAGE)| *language == self;
        LANGUAGES.iter().position(is_it).unwrap_or_default()
    }

    /// The one at a place.
    pub(crate) fn at(number: usize) -> Option<Self> {
        LANGUAGES.get(number).map(|(language, ..)| *language)
    }

    pub(crate) fn algorithm(self) -> Algorithm {
        LANGUAGES[self.number()].2
    }

    /// Whether a word in small letters says nothing; never asked of English.
    pub(crate) fn passes_over(self, word: &str) -> bool {
        STOP_WORDS[self.number()].contains(word)
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
    fn texts_are_told_apart_and_short_ones_are_english() {
        assert_eq!(Language::of(SPANISH), Language::Spanish);
        assert_eq!(Language::of(GERMAN), Language::German);
        assert_eq!(Language::of("Las familias del valle"), Language::English);
        assert_eq!(Language::of(&"1234 5678 ".repeat(40)), Language::English);
    }

    #[test]
    fn numbers_lead_back_to_languages() {
        for number in 0..COUNT {
            assert_eq!(Language::at(number).unwrap().number(), number);
        }
        assert_eq!(Language::at(COUNT), None);
    }
}
