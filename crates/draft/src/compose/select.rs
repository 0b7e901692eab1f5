//! Which candidates go into the draft.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::score::Scores;
use crate::ProviderError;

/// The lowest score of an element's first sentence, and of its further ones:
/// one cue in a middling source reaches the first, not the second.
const FIRST_SCORE: f32 = 0.3;
const FURTHER_SCORE: f32 = 0.4;

/// No element takes more sentences than this.
const MOST_SENTENCES: usize = 5;

/// No element takes more than one in so many of the words allowed.
const LEAST_PARTS: usize = 3;

/// Where the draft stays short of the limit, an element gives up sentences
/// until it takes no more than this share of it.
const MOST_OF_DRAFT: f32 = 0.4;

/// Among fewer elements each must take more than a third.
const FEWEST_BALANCED: usize = 4;

/// How much likeness to what is already chosen lowers a score.
const REPETITION: f32 = 0.4;

/// For each element of the section the candidates chosen for it, best first;
/// what a sentence leans on stands right before it.
pub(super) type Chosen = Vec<Vec<usize>>;

/// Chooses by turns: a sentence for each element, within its part of the words
/// if one is as short; then further ones, the element with the fewest words
/// first, until the words or the good sentences run out.
pub(super) fn select(
    candidates: &[Candidate],
    scores: &[Scores],
    max_words: usize,
) -> Result<Chosen, ProviderError> {
    let elements = scores.first().map_or(0, Vec::len);
    let mut choice = Choice {
        candidates,
        scores,
        chosen: vec![Vec::new(); elements],
        max_words,
        words_left: max_words,
    };
    choice.take_first_sentences();
    choice.take_further_sentences();
    choice.balance();
    if choice.chosen.iter().all(Vec::is_empty) {
        return Err(choice.refusal());
    }
    Ok(choice.chosen)
}

/// Sentences that go in together, and the element whose paragraph they join.
struct Unit {
    home: usize,
    sentences: Vec<usize>,
}

struct Choice<'a> {
    candidates: &'a [Candidate],
    scores: &'a [Scores],
    chosen: Chosen,
    max_words: usize,
    words_left: usize,
}

impl Choice<'_> {
    /// One for each element: first those that leave room for the others, then
    /// longer ones for the elements left without.
    fn take_first_sentences(&mut self) {
        let elements = self.chosen.len();
        for element in 0..elements {
            let part = self.words_left / (elements - element);
            self.take_best(element, FIRST_SCORE, part);
        }
        for element in 0..elements {
            if self.chosen[element].is_empty() {
                self.take_best(element, FIRST_SCORE, self.words_left);
            }
        }
    }

    fn take_further_sentences(&mut self) {
        let most = self.max_words / LEAST_PARTS;
        let mut open: Vec<usize> = (0..self.chosen.len()).collect();
        while let Some(place) = (0..open.len()).min_by_key(|&place| self.words_of(open[place])) {
            let element = open[place];
            let room = most
                .saturating_sub(self.words_of(element))
                .min(self.words_left);
            if !self.take_best(element, FURTHER_SCORE, room) {
                open.remove(place);
            }
        }
    }

    /// Takes last sentences back from the longest element if it outweighs the
    /// others. Only from one: each taken back would make the next outweigh.
    fn balance(&mut self) {
        let elements = 0..self.chosen.len();
        let filled = self.chosen.iter().filter(|chosen| !chosen.is_empty());
        let longest = elements
            .clone()
            .max_by_key(|&element| self.words_of(element));
        let Some(longest) = longest.filter(|_| filled.count() >= FEWEST_BALANCED) else {
            return;
        };
        let all: usize = elements.map(|element| self.words_of(element)).sum();
        let others = (all - self.words_of(longest)) as f32;
        let most = others * MOST_OF_DRAFT / (1.0 - MOST_OF_DRAFT);
        while self.chosen[longest].len() > 1 && self.words_of(longest) as f32 > most {
            self.chosen[longest].pop();
        }
    }

    fn words_of(&self, element: usize) -> usize {
        self.words(&self.chosen[element])
    }

    /// Takes the best unit of at most so many words; whether there was one.
    fn take_best(&mut self, element: usize, threshold: f32, most_words: usize) -> bool {
        let best = self.best(element, threshold, most_words);
        let found = best.is_some();
        if let Some(unit) = best {
            self.take(unit);
        }
        found
    }

    /// The best unit for an element that fits and is good enough.
    fn best(&self, element: usize, threshold: f32, most_words: usize) -> Option<Unit> {
        let mut best: Option<(f32, Unit)> = None;
        for (candidate, scores) in self.scores.iter().enumerate() {
            // Repetition only lowers a score, so most need no closer look.
            if scores[element].is_none_or(|score| score < threshold) {
                continue;
            }
            let unit = self.unit(element, candidate);
            let Some(unit) = unit.filter(|unit| self.words(&unit.sentences) <= most_words) else {
                continue;
            };
            let score = self.worth(element, &unit.sentences);
            if score >= threshold && best.as_ref().is_none_or(|(known, _)| score > *known) {
                best = Some((score, unit));
            }
        }
        best.map(|(_, unit)| unit)
    }

    /// The candidate with all it leans on that is not chosen yet. If what it
    /// leans on stands in another element's paragraph, it goes there. `None`
    /// if it is chosen already or finds no room.
    fn unit(&self, element: usize, candidate: usize) -> Option<Unit> {
        if self.home_of(candidate).is_some() {
            return None;
        }
        let mut unit = Unit {
            home: element,
            sentences: vec![candidate],
        };
        while let Some(lead) = self.candidates[unit.sentences[0]].leans_on {
            if let Some(home) = self.home_of(lead) {
                unit.home = home;
                break;
            }
            unit.sentences.insert(0, lead);
        }
        self.has_room_for(&unit).then_some(unit)
    }

    fn home_of(&self, candidate: usize) -> Option<usize> {
        self.chosen
            .iter()
            .position(|chosen| chosen.contains(&candidate))
    }

    fn has_room_for(&self, unit: &Unit) -> bool {
        self.words(&unit.sentences) <= self.words_left
            && self.chosen[unit.home].len() + unit.sentences.len() <= MOST_SENTENCES
    }

    fn words(&self, sentences: &[usize]) -> usize {
        sentences
            .iter()
            .map(|&index| self.candidates[index].words)
            .sum()
    }

    /// The mean score of a unit, less what it repeats.
    fn worth(&self, element: usize, unit: &[usize]) -> f32 {
        let total: f32 = unit
            .iter()
            .filter_map(|&index| self.scores[index][element])
            .sum();
        let repeated = unit
            .iter()
            .flat_map(|&index| {
                self.chosen
                    .iter()
                    .flatten()
                    .map(move |&other| (index, other))
            })
            .map(|(a, b)| likeness(&self.candidates[a].content, &self.candidates[b].content))
            .fold(0.0, f32::max);
        total / unit.len() as f32 - REPETITION * repeated
    }

    fn take(&mut self, unit: Unit) {
        self.words_left -= self.words(&unit.sentences);
        self.chosen[unit.home].extend(unit.sentences);
    }

    /// Why nothing was chosen: nothing fits the section, or nothing the limit.
    fn refusal(&self) -> ProviderError {
        let max_words = self.max_words;
        let fitting = |scores: &Scores| scores.iter().flatten().any(|score| *score >= FIRST_SCORE);
        let shortest = self
            .candidates
            .iter()
            .zip(self.scores)
            .filter(|(candidate, scores)| candidate.leans_on.is_none() && fitting(scores))
            .map(|(candidate, _)| candidate.words)
            .min();
        match shortest {
            Some(needed) if needed > max_words => ProviderError::NoRoom { max_words, needed },
            _ => ProviderError::NothingRelevant,
        }
    }
}

fn likeness(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f32 {
    let shared = a.intersection(b).count() as f32;
    shared / a.union(b).count().max(1) as f32
}

#[cfg(test)]
mod tests {
    use archivist_domain::Section;

    use super::*;
    use crate::compose::candidate::candidates;
    use crate::compose::score;
    use crate::fixture;
    use crate::ground::Passage;

    /// The words that each element of the capacity section takes.
    fn words(text: &str, max_words: usize) -> Vec<usize> {
        let sources = [fixture::source(1, 2024, "Our work", text)];
        let request = fixture::request(Section::OrganizationalCapacity);
        let candidates = candidates(&[Passage::read(&sources[0])]);
        let scores = score::scores(&request, &sources, &candidates);
        let chosen = select(&candidates, &scores, max_words).unwrap();
        let count = |element: &Vec<usize>| element.iter().map(|&at| candidates[at].words).sum();
        chosen.iter().map(count).collect()
    }

    /// Much on governance, one sentence on each of three other elements.
    const LOPSIDED: &str = "The board of directors meets at least six times in every calendar year. \
        Trustees are elected for three years by the members of the board. \
        The bylaws of the board were amended in October with a large majority. \
        Governance is reviewed by two trustees and an elected parent every spring. \
        The annual budget and the audit are public. \
        Our full-time staff hold a degree in education. \
        We partner with the county under a memorandum of understanding.";

    #[test]
    fn no_element_outweighs_the_others() {
        for max_words in [60, 400] {
            let words = words(LOPSIDED, max_words);
            let most = words.iter().max().unwrap();
            let all: usize = words.iter().sum();
            assert!(*most as f32 <= MOST_OF_DRAFT * all as f32, "{words:?}");
        }
    }

    #[test]
    fn a_tight_limit_is_spread_over_the_elements() {
        let filled = words(LOPSIDED, 45)
            .into_iter()
            .filter(|&words| words > 0)
            .count();
        assert_eq!(filled, 4);
    }
}
