//! Which words are right English, though an archive may have none of them.

use std::sync::LazyLock;

use spellbook::Dictionary;

/// American English of SCOWL, as Hunspell reads it (`data/LICENSE-en_US`).
static ENGLISH: LazyLock<Dictionary> = LazyLock::new(|| {
    let read = Dictionary::new(
        include_str!("../data/en_US.aff"),
        include_str!("../data/en_US.dic"),
    );
    read.expect("the dictionary is as Hunspell wants it")
});

/// Whether a word in small letters is right English. Names are none.
pub(crate) fn is_english(word: &str) -> bool {
    ENGLISH.check(word)
}

/// The same of a word whose letters were made small: *ed* may be Ed.
pub(crate) fn may_be_english(word: &str) -> bool {
    let mut letters = word.chars();
    let name = || {
        letters
            .next()
            .map(|first| first.to_uppercase().chain(letters).collect())
    };
    is_english(word) || name().is_some_and(|name: String| is_english(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn right_words_are_told_from_slips_and_names() {
        for word in ["theater", "homeless", "evictions", "composting", "couldn't"] {
            assert!(is_english(word), "{word}");
        }
        for word in [
            "litercy",
            "goverment",
            "evalution",
            "hendersen",
            "henderson",
        ] {
            assert!(!is_english(word), "{word}");
        }
    }
}
