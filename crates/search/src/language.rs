//! The language of a document, as far as its words are concerned.

use std::collections::HashSet;
use std::sync::LazyLock;

use snowball_stemmers_rs::Algorithm;
use whatlang::{Detector, Lang};

/// Shorter texts are taken for English: they say too little.
const MIN_BYTES: usize = 200;
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

/// Words that say nothing, by language; English has a list of its own.
static STOP_WORDS: LazyLock<[HashSet<&'static str>; COUNT]> = LazyLock::new(|| {
    LANGUAGES.map(|known| stop_words::get(known.listed).iter().copied().collect())
});

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
            let mut all = LANGUAGES.iter();
            all.find(|known| known.told == info.lang())
        });
        found.map_or_else(Self::default, |known| known.language)
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
