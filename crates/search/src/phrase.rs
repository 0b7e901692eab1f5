//! Wordings that passages must have, as they were typed in quotation marks.

use crate::archive::Passage;
use crate::index::Index;
use crate::text;

/// Shuts out the passages that lack one of the phrases: their factors become 0.
pub(crate) fn restrict(index: &Index, phrases: &[String], factors: &mut [f32]) {
    for phrase in phrases {
        let wording = text::wording(phrase);
        // Where its words stand is looked up only in passages that have all of them.
        let mut terms: Vec<String> = text::tokens(phrase).into_iter().map(|t| t.term).collect();
        terms.sort_unstable();
        terms.dedup();
        let candidates = index.lexical.hold_all(&terms, factors.len());
        for ((slot, factor), may_have_it) in (0..).zip(&mut *factors).zip(candidates) {
            let keeps =
                *factor > 0.0 && may_have_it && stands_in(index.archive.passage(slot), &wording);
            if !keeps {
                *factor = 0.0;
            }
        }
    }
}

/// Whether a field of the passage has these words in a row.
fn stands_in(passage: &Passage, wording: &[String]) -> bool {
    let fields = [
        &*passage.text,
        passage.heading.as_deref().unwrap_or_default(),
        &*passage.title,
    ];
    fields.into_iter().any(|field| {
        let words = text::wording(field);
        wording.is_empty() || words.windows(wording.len()).any(|found| found == wording)
    })
}

/// Why a passage is there, as far as phrases go.
pub(crate) fn reasons(phrases: &[String]) -> Vec<String> {
    let reason = |phrase: &String| format!("has “{}”", phrase.trim());
    phrases.iter().map(reason).collect()
}
