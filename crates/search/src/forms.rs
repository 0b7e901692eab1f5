//! Words as they were typed before other words that are stemmed alike: *governance* is no
//! *government*.

use std::borrow::Cow;

use memchr::memchr2_iter;

use crate::archive::Passage;
use crate::index::Index;
use crate::rank;
use crate::text;

/// So many of the best passages are looked at.
const LOOKED_AT: usize = 200;

/// What is left of the score of a passage that has none of the words in the form that was typed,
/// for a search of a single word. Descriptions are no worse answered in other words: with 0.8
/// for all searches nDCG@10 fell by 0.1 points on one test set and by 0.3 on another.
const OTHER_FORM: f32 = 0.7;

/// A word that was typed.
#[derive(Debug)]
struct Typed {
    /// What each language knows it by.
    terms: Vec<String>,
    /// In small letters, without the ending of a plural.
    form: String,
    /// How rare it is.
    rarity: f32,
}

/// By what a passage's score is multiplied: the slot of each of the best, and all others.
#[derive(Debug)]
pub(crate) struct Forms {
    best: Vec<(u32, f32)>,
    others: f32,
}

impl Forms {
    /// Has passages step back that have words in other forms alone; the less, the broader the
    /// search is, 0 to 1.
    pub(crate) fn prefer(index: &Index, text: &str, breadth: f32, scores: &mut [f32]) -> Self {
        let typed = typed(index, text);
        let narrow = (1.0 - breadth).powi(3);
        if typed.is_empty() || narrow <= 0.0 {
            return Self::none();
        }
        let others = 1.0 - narrow * (1.0 - OTHER_FORM);
        let best = rank::select(&index.archive, scores, LOOKED_AT, usize::MAX);
        let kept: Vec<(u32, f32, f32)> = best
            .into_iter()
            .map(|(slot, score)| {
                let share = share(index, &typed, slot);
                (slot, score, others + share * (1.0 - others))
            })
            .collect();
        for score in scores.iter_mut() {
            *score *= others;
        }
        for &(slot, score, multiplier) in &kept {
            scores[slot as usize] = score * multiplier;
        }
        let best = kept.into_iter();
        Self {
            best: best
                .map(|(slot, _, multiplier)| (slot, multiplier))
                .collect(),
            others,
        }
    }

    /// Where nothing steps back.
    pub(crate) fn none() -> Self {
        Self {
            best: Vec::new(),
            others: 1.0,
        }
    }

    /// By what the score of a slot was multiplied.
    pub(crate) fn multiplier(&self, slot: u32) -> f32 {
        let mut best = self.best.iter();
        let found = best.find(|(known, _)| *known == slot);
        found.map_or(self.others, |(_, multiplier)| *multiplier)
    }
}

/// The words of a search that may have another form. Others than ASCII are taken as they are.
fn typed(index: &Index, text: &str) -> Vec<Typed> {
    let words = text::words(text, &index.archive.languages()).into_iter();
    let is_plain = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
    let mut typed: Vec<Typed> = Vec::new();
    for word in words {
        let form = single(&text[word.range.clone()].to_ascii_lowercase()).into_owned();
        if is_plain(&form) && typed.iter().all(|known| known.form != form) {
            let terms: Vec<String> = word.stems.into_iter().map(|stem| stem.term).collect();
            let holders = terms.iter().map(|term| index.lexical.holders(term)).sum();
            typed.push(Typed {
                rarity: index.lexical.rarity_of(holders),
                terms,
                form,
            });
        }
    }
    typed
}

/// How much of what a passage has of the words stands there as it was typed, 0 to 1.
fn share(index: &Index, typed: &[Typed], slot: u32) -> f32 {
    let passage = index.archive.passage(slot);
    let text = passage.text.text();
    let holds = |typed: &&Typed| {
        let mut terms = typed.terms.iter();
        terms.any(|term| index.lexical.holds(term, slot))
    };
    let (mut all, mut as_typed) = (0.0, 0.0);
    for typed in typed.iter().filter(holds) {
        all += typed.rarity;
        if has_form(passage, &text, &typed.form) {
            as_typed += typed.rarity;
        }
    }
    if all > 0.0 { as_typed / all } else { 0.0 }
}

/// Whether a field of the passage has a word in this form.
fn has_form(passage: &Passage, text: &str, form: &str) -> bool {
    let above = [
        passage.heading.as_deref().unwrap_or_default(),
        &passage.title,
        &passage.tags,
    ];
    has_word(text, form) || above.into_iter().any(|field| has_word(field, form))
}

/// Whether a text has a word of ASCII letters that is this one but for the ending of a plural.
fn has_word(text: &str, form: &str) -> bool {
    let text = text.as_bytes();
    let Some(&first) = form.as_bytes().first() else {
        return false;
    };
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii();
    memchr2_iter(first, first.to_ascii_uppercase(), text).any(|at| {
        if at > 0 && is_inner(text[at - 1]) {
            return false;
        }
        let length = text[at..]
            .iter()
            .take_while(|byte| is_inner(**byte))
            .count();
        // The ending of a plural is no longer than what it takes the place of.
        length < form.len() + 3
            && std::str::from_utf8(&text[at..at + length])
                .is_ok_and(|word| single(&word.to_ascii_lowercase()) == form)
    })
}

/// A word in small letters without the ending of an English plural.
fn single(word: &str) -> Cow<'_, str> {
    match word.strip_suffix("ies") {
        Some(stem) if stem.len() > 1 => format!("{stem}y").into(),
        _ => match word.strip_suffix('s') {
            Some(stem) if stem.len() > 1 && !stem.ends_with(['s', 'u', 'i']) => stem.into(),
            _ => word.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_in_singular_and_plural_alone() {
        for (text, form) in [
            ("Good Governance.", "governance"),
            ("two policies", "policy"),
            ("(grants)", "grant"),
            ("the class", "class"),
            ("naïve grant", "grant"),
        ] {
            assert!(has_word(text, form), "{form} in {text}");
        }
        for (text, form) in [
            ("government", "governance"),
            ("regrant granted", "grant"),
            ("classes", "clas"),
            ("grantée", "grant"),
            ("", "grant"),
        ] {
            assert!(!has_word(text, form), "{form} in {text}");
        }
    }
}
