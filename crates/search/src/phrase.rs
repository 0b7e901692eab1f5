//! Wordings that passages must have, as they were typed in quotation marks.

use std::ops::Range;

use crate::archive::Passage;
use crate::forms;
use crate::index::Index;
use crate::language::Language;
use crate::text;

/// Shuts out the passages that lack one of the phrases: their factors become 0.
pub(crate) fn restrict(index: &Index, phrases: &[String], factors: &mut [f32]) {
    for phrase in phrases {
        let wording = text::wording(phrase);
        // Where its words stand is looked up only in passages that have all of them.
        let candidates = candidates(index, phrase, factors.len());
        for ((slot, factor), may_have_it) in (0..).zip(&mut *factors).zip(candidates) {
            let keeps =
                *factor > 0.0 && may_have_it && stands_in(index.archive.passage(slot), &wording);
            if !keeps {
                *factor = 0.0;
            }
        }
    }
}

/// Shuts out the passages that have one of these words, in singular or plural, or one of these
/// wordings.
pub(crate) fn shut_out(index: &Index, unwanted: &[String], factors: &mut [f32]) {
    for unwanted in unwanted {
        let wording = text::wording(unwanted);
        for slot in holders(index, unwanted) {
            let factor = &mut factors[slot as usize];
            let passage = || index.archive.passage(slot);
            let has_it = *factor > 0.0
                && match wording.len() {
                    0 => false,
                    1 => forms::stands_in(passage(), unwanted),
                    _ => stands_in(passage(), &wording),
                };
            if has_it {
                *factor = 0.0;
            }
        }
    }
}

/// The passages that have all words of a text which their language does not pass over.
fn holders(index: &Index, text: &str) -> Vec<u32> {
    let mut holders = Vec::new();
    for (language, terms) in terms(index, text) {
        let mut slots = index.lexical.holders_of_all(&terms);
        slots.retain(|slot| index.archive.passage(*slot).language == language);
        holders.extend(slots);
    }
    holders
}

/// What each of the archive's languages knows the words of a text by.
fn terms(index: &Index, text: &str) -> impl Iterator<Item = (Language, Vec<String>)> {
    let languages = index.archive.languages().into_iter();
    languages.map(move |language| {
        let tokens = text::tokens(text, language).into_iter();
        (language, tokens.map(|token| token.term).collect())
    })
}

/// By slot, whether the passage has all words of a phrase, by what one of the archive's
/// languages knows them by.
fn candidates(index: &Index, phrase: &str, slots: usize) -> Vec<bool> {
    let mut candidates = vec![false; slots];
    for (_, terms) in terms(index, phrase) {
        if terms.is_empty() {
            return vec![true; slots];
        }
        for slot in index.lexical.holders_of_all(&terms) {
            candidates[slot as usize] = true;
        }
    }
    candidates
}

/// Whether a field of the passage has these words in a row.
fn stands_in(passage: &Passage, wording: &[String]) -> bool {
    let text = passage.text.text();
    let fields = [
        &*text,
        passage.heading.as_deref().unwrap_or_default(),
        &*passage.title,
    ];
    fields.into_iter().any(|field| has_wording(field, wording))
}

fn has_wording(field: &str, wording: &[String]) -> bool {
    let Some(first) = wording.first() else {
        return true;
    };
    let is_plain =
        |word: &String| word.is_ascii() && !word.starts_with(|c: char| c.is_ascii_digit());
    if field.is_ascii() && !first.is_empty() && wording.iter().all(is_plain) {
        return text::beginnings(field, first).any(|at| reads_on(field, at, wording));
    }
    let words = text::wording(field);
    words.windows(wording.len()).any(|found| found == wording)
}

/// Whether an ASCII text has these words in a row from this byte on. What stands before white
/// space has no say in where words begin after it.
fn reads_on(field: &str, at: usize, wording: &[String]) -> bool {
    let gap = field[..at].rfind(|c: char| c.is_ascii_whitespace());
    let start = gap.map_or(0, |gap| gap + 1);
    let words = text::split(&field[start..]);
    let mut words = words.skip_while(|(begin, _)| start + begin < at).peekable();
    words.peek().is_some_and(|(begin, _)| start + begin == at)
        && wording.iter().all(|word| {
            let next = words.next();
            next.is_some_and(|(_, next)| next.eq_ignore_ascii_case(word))
        })
}

/// Where the words of phrases stand in a row in a text, in bytes, word by word.
pub(crate) fn marks(phrases: &[String], text: &str) -> Vec<Range<usize>> {
    let words: Vec<(usize, &str)> = text::split(text).collect();
    let folded: Vec<String> = words.iter().map(|(_, word)| text::fold(word)).collect();
    let mut is_marked = vec![false; words.len()];
    for phrase in phrases {
        text::cover(&folded, &text::wording(phrase), &mut is_marked);
    }
    let marked = words
        .into_iter()
        .zip(is_marked)
        .filter(|(_, is_marked)| *is_marked);
    marked
        .map(|((start, word), _)| start..start + word.len())
        .collect()
}

/// Why a passage is there, as far as phrases go.
pub(crate) fn reasons(phrases: &[String]) -> Vec<String> {
    let reason = |phrase: &String| format!("has “{}”", phrase.trim());
    phrases.iter().map(reason).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(field: &str, phrase: &str) -> bool {
        has_wording(field, &text::wording(phrase))
    }

    #[test]
    fn words_in_a_row_are_found_whatever_stands_between_them() {
        for field in [
            "Out of the woods",
            "and/or of\n(the) thing",
            "OFTEN OF, THE",
            "Soft of the Café",
            "of the",
        ] {
            assert!(has(field, "of the"), "{field}");
        }
        for field in [
            "often the",
            "of a the",
            "soft the",
            "of them",
            "the of",
            "of.the",
            "",
        ] {
            assert!(!has(field, "of the"), "{field}");
            assert!(!has(&format!("{field} é"), "of the"), "{field} é");
        }
        for field in [
            "Funder:Maple Trust",
            "my_funder_maple_trust",
            "é Funder:Maple_Trust",
        ] {
            for phrase in ["Funder:Maple", "maple trust", "Maple_Trust"] {
                assert!(has(field, phrase), "{phrase} in {field}");
            }
        }
        assert!(has("paid $45,000 a year", "45000 a"));
        assert!(has("Peña’s café", "pena's cafe"));
    }
}
