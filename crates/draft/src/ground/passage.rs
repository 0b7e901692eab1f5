//! A source read once, so that many sentences can be compared with it.

use std::collections::BTreeSet;
use std::ops::Range;

use super::Support;
use crate::Source;
use crate::fact::Evidence;
use crate::text::{self, sentences};

/// A source with its sentences and facts.
pub(crate) struct Passage<'a> {
    /// What it was read from.
    pub(crate) source: &'a Source,
    /// What its facts can be compared with.
    pub(crate) evidence: Evidence,
    sentences: Vec<Sentence>,
}

/// Where a sentence stands, and its content stems.
type Sentence = (Range<usize>, BTreeSet<String>);

impl<'a> Passage<'a> {
    /// Reads a source; its title and heading may prove names.
    pub(crate) fn read(source: &'a Source) -> Self {
        let surroundings = match &source.heading {
            Some(heading) => format!("{}\n{heading}", source.title),
            None => source.title.clone(),
        };
        let sentences = sentences(&source.text)
            .into_iter()
            .map(|range| (range.clone(), text::content_stems(&source.text[range])))
            .collect();
        Self {
            source,
            evidence: Evidence::read(&source.text, &surroundings),
            sentences,
        }
    }

    /// The sentence, or the two neighbouring ones, that hold most of `stems`:
    /// the first and shortest of equals.
    pub(super) fn best_window(&self, stems: &BTreeSet<String>) -> Support {
        let (score, range) = self.best_of_windows(stems);
        Support {
            number: self.source.number,
            passage: self.source.passage,
            score,
            range,
        }
    }

    fn best_of_windows(&self, stems: &BTreeSet<String>) -> (f32, Range<usize>) {
        let mut best = (0.0, 0..0);
        for size in [1, 2] {
            for window in self.sentences.windows(size) {
                let score = share_held(stems, window);
                if score > best.0 {
                    best = (score, window[0].0.start..window[size - 1].0.end);
                }
                if score >= 1.0 {
                    return best;
                }
            }
        }
        best
    }
}

/// The share of `stems` that the sentences of a window hold together, 0 to 1.
fn share_held(stems: &BTreeSet<String>, window: &[Sentence]) -> f32 {
    let held = |stem: &&String| window.iter().any(|(_, sentence)| sentence.contains(*stem));
    stems.iter().filter(held).count() as f32 / stems.len().max(1) as f32
}
