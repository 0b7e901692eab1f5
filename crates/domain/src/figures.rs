//! Figures, amounts, percentages and dates as people write them, with the bytes they
//! stand in.
//!
//! Who checks a draft against its sources and who reads a document in both need them;
//! the words may carry more than is needed here, hence [`Token`].

mod date;
mod number;

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

pub use date::{Date, dates};
pub use number::{Number, Unit, numbers};

/// A word of a text, as far as figures are concerned.
pub trait Token {
    /// Where it stands, in bytes.
    fn range(&self) -> &Range<usize>;
    /// In lower case, without a possessive ending.
    fn lower(&self) -> &str;
}

/// A word and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// In lower case, without a possessive ending.
    pub lower: String,
}

impl Token for Word {
    fn range(&self) -> &Range<usize> {
        &self.range
    }

    fn lower(&self) -> &str {
        &self.lower
    }
}

/// The words of a text by Unicode's rules: `1,200.5` and `don't` are one each.
pub fn words(text: &str) -> Vec<Word> {
    text.unicode_word_indices()
        .map(|(start, word)| {
            let lower = word.to_lowercase().replace('’', "'");
            let lower = lower.strip_suffix("'s").unwrap_or(&lower).to_owned();
            Word {
                range: start..start + word.len(),
                lower,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_in_any_spelling() {
        for text in [
            "$1.2 million",
            "1,200,000 dollars",
            "€1.2M",
            "$1,200,000.00",
        ] {
            let found = numbers(text, &words(text));
            assert_eq!(found.len(), 1, "{text}");
            let number = found[0].1;
            assert_eq!(number.unit(), Unit::Money, "{text}");
            assert!((number.value() - 1_200_000.0).abs() < 0.01, "{text}");
            assert_eq!(&text[found[0].0.clone()], text);
        }
    }

    #[test]
    fn dates_say_what_they_say() {
        let text = "Signed June 30, 2021, due 2022-01-05 and in July.";
        let found: Vec<_> = dates(text, &words(text))
            .into_iter()
            .map(|(_, date)| (date.year(), date.month(), date.day()))
            .collect();
        assert_eq!(
            found,
            [
                (Some(2021), 6, Some(30)),
                (Some(2022), 1, Some(5)),
                (None, 7, None)
            ]
        );
    }
}
