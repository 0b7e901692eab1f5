//! What is looked at in a query and a passage, each 0 to 1.

use crate::archive::Passage;
use crate::fuse;
use crate::index::Index;
use crate::query::QueryTerm;
use crate::rank;
use crate::text;

/// What the features are called, in their order.
pub(crate) const NAMES: [&str; 10] = [
    "words", "meaning", "coverage", "title", "heading", "tags", "length", "opening", "recent",
    "won",
];

/// One number for each name.
pub(crate) type Features = [f32; NAMES.len()];

/// A passage of so many words is as long as any.
const LONG: f32 = 1000.0;

/// What a search said of all passages, by slot.
pub(crate) struct Seen<'a> {
    /// The words that were typed.
    pub(crate) typed: &'a [QueryTerm],
    /// Scores of words.
    pub(crate) words: Option<&'a [f32]>,
    /// Cosines, of a model's vectors where there is one, else of learned ones.
    pub(crate) meaning: Option<&'a [f32]>,
    /// The greatest of each.
    pub(crate) best: (f32, f32),
    /// What age is reckoned from.
    pub(crate) year: i32,
}

impl<'a> Seen<'a> {
    pub(crate) fn new(
        typed: &'a [QueryTerm],
        words: Option<&'a [f32]>,
        meaning: Option<&'a [f32]>,
        year: i32,
    ) -> Self {
        let best = |scores: Option<&[f32]>| fuse::best(scores.unwrap_or_default());
        Self {
            typed,
            words,
            meaning,
            best: (best(words), best(meaning)),
            year,
        }
    }

    /// The features of a passage that was found.
    pub(crate) fn features(&self, index: &Index, slot: u32) -> Features {
        let at = slot as usize;
        let passage = index.archive.passage(slot);
        let facets = &index.archive.documents[&passage.document].facets;
        let share = |scores: Option<&[f32]>, best: f32| match scores {
            Some(scores) if best > 0.0 => (scores[at] / best).clamp(0.0, 1.0),
            _ => 0.0,
        };
        let rarity: f32 = self.rarity(index, |_| true);
        let part = |has: &dyn Fn(&str) -> bool| {
            if rarity > 0.0 {
                self.rarity(index, has) / rarity
            } else {
                0.0
            }
        };
        let within = |field: &str| {
            let terms = terms(passage, field);
            part(&|term| terms.iter().any(|other| other == term))
        };
        let (recent, won) = rank::signals(facets, self.year);
        [
            share(self.words, self.best.0),
            share(self.meaning, self.best.1),
            part(&|term| index.lexical.holds(term, slot)),
            within(&passage.title),
            within(passage.heading.as_deref().unwrap_or_default()),
            within(&passage.tags),
            (index.lexical.length(slot).ln_1p() / LONG.ln_1p()).min(1.0),
            1.0 / (1.0 + passage.ordinal as f32),
            recent,
            won,
        ]
    }

    /// How rare those of the typed words are, together, for which this holds.
    fn rarity(&self, index: &Index, holds: impl Fn(&str) -> bool) -> f32 {
        let typed = self.typed.iter().filter(|typed| holds(&typed.term));
        typed.map(|typed| index.lexical.rarity(&typed.term)).sum()
    }
}

fn terms(passage: &Passage, field: &str) -> Vec<String> {
    let tokens = text::tokens(field, passage.language).into_iter();
    tokens.map(|token| token.term).collect()
}
