//! How strongly a sentence speaks of an element of a section.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use archivist_domain::Section;

use crate::section::{self, Element, Kind};
use crate::text;

/// A hint tells half as much as a cue.
const HINT: f32 = 0.5;

/// A cue in the passage's heading tells half as much as one in the sentence,
/// and nothing where the sentence has none.
const HEADING_CUE: f32 = 0.5;

/// Less than one whole cue (or two hints) says nothing about the element.
const LEAST_WEIGHT: f32 = 1.0;

/// A second cue tells less than the first: `n` cues give 1 − 0.5ⁿ.
const CUE_DECAY: f32 = 0.5;

/// Per section: stemming hundreds of words takes longer than a draft.
static CUES: LazyLock<Vec<Vec<Cues>>> = LazyLock::new(|| {
    let of = |&section| section::elements(section).iter().map(Cues::new).collect();
    Section::ALL.iter().map(of).collect()
});

/// The cues and hints of an element, as stems.
pub(crate) struct Cues {
    /// What kind of sentence the element wants.
    pub(crate) kind: Kind,
    /// Stems of each cue and of each hint.
    strong: Vec<Vec<String>>,
    weak: Vec<Vec<String>>,
}

impl Cues {
    /// The cues of each element of a section, in its order.
    pub(crate) fn of(section: Section) -> &'static [Self] {
        let place = Section::ALL.iter().position(|&known| known == section);
        place.map_or(&[], |place| &CUES[place])
    }

    /// The cues of every element of every section.
    pub(crate) fn of_all() -> impl Iterator<Item = &'static Self> {
        CUES.iter().flatten()
    }

    fn new(element: &Element) -> Self {
        // Two forms of one word ("audit", "audited") are one cue.
        let stems = |words: &[&str]| {
            let distinct: BTreeSet<_> = words.iter().map(|word| text::stems(word)).collect();
            distinct.into_iter().collect()
        };
        Self {
            kind: element.kind,
            strong: stems(element.cues),
            weak: stems(element.hints),
        }
    }

    /// Whether the sentence, given as stems, speaks of the element by itself.
    pub(crate) fn speak_in(&self, sentence: &[String]) -> bool {
        self.weight(sentence) >= LEAST_WEIGHT
    }

    /// How strongly a sentence speaks of the element, 0 to 1. `bonus` is what
    /// else tells for it, in cues.
    pub(crate) fn strength(&self, sentence: &[String], heading: &[String], bonus: f32) -> f32 {
        let in_sentence = self.weight(sentence);
        if in_sentence <= 0.0 {
            return 0.0;
        }
        let in_heading = if self.weight(heading) > 0.0 {
            HEADING_CUE
        } else {
            0.0
        };
        let weight = in_sentence + in_heading + bonus;
        if weight < LEAST_WEIGHT {
            return 0.0;
        }
        1.0 - CUE_DECAY.powf(weight)
    }

    fn weight(&self, sentence: &[String]) -> f32 {
        held(&self.strong, sentence) + HINT * held(&self.weak, sentence)
    }
}

fn held(phrases: &[Vec<String>], sentence: &[String]) -> f32 {
    phrases
        .iter()
        .filter(|phrase| text::holds_phrase(sentence, phrase))
        .count() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn governance(sentence: &str, heading: &str) -> f32 {
        let governance = &Cues::of(Section::OrganizationalCapacity)[2];
        governance.strength(&text::stems(sentence), &text::stems(heading), 0.0)
    }

    #[test]
    fn a_lone_hint_tells_nothing_unless_the_heading_agrees() {
        let sentence = "A committee meets each month.";
        assert!(governance(sentence, "Results").abs() < 1e-6);
        assert!(governance(sentence, "Governance") > 0.0);
    }

    #[test]
    fn cues_and_hints_add_up_with_less_each_time() {
        let one = governance("The bylaws were adopted in 1998.", "");
        let two = governance("The board adopted the bylaws in 1998.", "");
        assert!(
            (one - 0.5).abs() < 1e-6 && (two - 0.75).abs() < 1e-6,
            "{one} {two}"
        );
    }
}
