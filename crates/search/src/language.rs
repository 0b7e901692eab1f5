//! The language of a document, as far as its words are concerned.

mod usual;

use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use snowball_stemmers_rs::Algorithm;
use whatlang::{Detector, Lang};

use crate::{dictionary, text};

/// Of shorter texts letters say too little.
const MIN_BYTES: usize = 200;
/// What a word that says nothing in a language counts for that, and what one that is right English
/// counts for another.
const CLEAR: usize = 2;
const DOUBTFUL: usize = 1;
/// Less does not tell the language of a text.
const MIN_USUAL: usize = 5;
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
    pub(crate) const NONE: Self = Self(0);

    /// These and another.
    pub(crate) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Those of these that are among others, too.
    pub(crate) const fn common(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// A bit for each, by its place.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    pub(crate) const fn of_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// Whether the one at a place is among them.
    pub(crate) const fn has(self, number: usize) -> bool {
        self.0 & (1 << number) != 0
    }

    /// Whether one of them is among others, too.
    pub(crate) const fn meet(self, others: Self) -> bool {
        self.common(others).0 != 0
    }
}

impl From<Language> for Languages {
    fn from(language: Language) -> Self {
        Self(1 << language.number())
    }
}

impl Language {
    /// The language of a text, where its letters or its usual words tell it; else English.
    pub(crate) fn of(text: &str) -> Self {
        let text = &text[..text.floor_char_boundary(MAX_BYTES)];
        let all = LANGUAGES.map(|known| known.language);
        let by_words = || Self::by_usual_words(text, &all, MIN_USUAL);
        Self::by_letters(text).or_else(by_words).unwrap_or_default()
    }

    /// Of these languages the one that a search is typed in, where its usual words tell it.
    pub(crate) fn typed(text: &str, languages: &[Self]) -> Option<Self> {
        if languages.len() < 2 {
            return None;
        }
        Self::by_usual_words(text, languages, MIN_USUAL_TYPED)
    }

    fn by_letters(text: &str) -> Option<Self> {
        if text.len() < MIN_BYTES {
            return None;
        }
        let told = DETECTOR.detect(text).filter(whatlang::Info::is_reliable)?;
        let known = LANGUAGES.iter().find(|known| known.told == told.lang());
        known.map(|known| known.language)
    }

    /// The one of these languages that counts so much for a text, and twice as much as any other:
    /// [`CLEAR`] for each different word that it passes over, [`DOUBTFUL`] where that is a right
    /// English word, too. Romanian passes over *care*, Danish over *fire*, German over *die*. Single
    /// letters tell nothing.
    fn by_usual_words(text: &str, languages: &[Self], least: usize) -> Option<Self> {
        let words: BTreeSet<String> = text::lowered_words(text).collect();
        let mut counts = vec![0; languages.len()];
        for word in words.iter().filter(|word| word.chars().nth(1).is_some()) {
            let is_english = LazyCell::new(|| dictionary::is_english(word));
            for (count, language) in counts.iter_mut().zip(languages) {
                if language.passes_over(word) {
                    let is_doubtful = *language != Self::English && *is_english;
                    *count += if is_doubtful { DOUBTFUL } else { CLEAR };
                }
            }
        }
        let most = counts.iter().copied().max().filter(|most| *most >= least)?;
        let near = counts.iter().filter(|count| 2 * **count > most);
        let place = counts.iter().position(|count| *count == most);
        place.filter(|_| near.count() == 1).map(|at| languages[at])
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
    fn a_search_is_in_the_language_that_its_usual_words_are_of() {
        use Language::{Danish, English, French, German, Romanian, Spanish};
        for (text, other, told) in [
            (
                "Was ist der Unterschied zwischen den Programmen?",
                German,
                Some(German),
            ),
            (
                "what is the difference between our programs",
                German,
                Some(English),
            ),
            (
                "¿Cómo medimos el progreso de los niños?",
                Spanish,
                Some(Spanish),
            ),
            ("who will die", German, Some(English)),
            ("die Familien", German, None),
            ("Writing Trigger Functions in C", German, Some(English)),
            ("child care health care", Romanian, None),
            ("fire safety fire drills", Danish, None),
            ("schedule B part C", Spanish, None),
            ("stop rare and unique diseases", French, None),
        ] {
            assert_eq!(Language::typed(text, &[English, other]), told, "{text}");
        }
        let alone = Language::typed("was ist der Plan", &[German]);
        assert_eq!(alone, None, "there is no choice");
    }

    #[test]
    fn numbers_lead_back_to_languages() {
        for number in 0..COUNT {
            assert_eq!(Language::at(number).unwrap().number(), number);
        }
        assert_eq!(Language::at(COUNT), None);
    }
}
