//! The built-in answerer: the sentences of the archive that answer a question.
//!
//! Like a composed draft, an answer holds no word that is not in a source. A section
//! says all there is to say; an answer is as short as it can be: the best sentences,
//! each with its markers, or nothing at all. Nothing is better than something beside
//! the point, so a sentence has to hold most of what is asked about, and the kind of
//! thing that is wanted: a figure where the question counts, of the year it names.

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::{self, Candidate};
use super::question::{Question, Wants, years_in};
use super::{duplicate, stale};
use crate::conflict::conflicts;
use crate::fact::{self, Unit};
use crate::ground::{self, Passage};
use crate::text::{self, Word};
use crate::{Source, citation};

/// The name that goes to clients as `model`.
pub const ANSWERER: &str = "built-in answerer";

/// The share of what is asked about that a sentence has to hold; less where it counts
/// the very thing.
const ENOUGH: f32 = 0.6;
const ENOUGH_OF_A_COUNT: f32 = 0.45;

/// What a word counts that stands in the heading, the title or the sentence before.
const NEARBY: f32 = 0.5;

/// How close to the best one a sentence is that is told with it, and how many there are
/// at most: where a fact is wanted, and otherwise.
const FACTS: (f32, usize) = (0.92, 2);
const STATEMENTS: (f32, usize) = (0.85, 4);

/// What makes the better of two sentences that hold the same words.
const RELEVANCE: f32 = 0.15;
const NEWNESS: f32 = 0.15;
const NAMES_THE_YEAR: f32 = 0.1;
const BEGINS_WITH_IT: f32 = 0.1;
const SAYS_WHAT_IT_IS: f32 = 0.1;
const NAMES_SOMEBODY: f32 = 0.2;

/// A sentence loses this much of newness with each year.
const YEARLY: f32 = 0.2;

/// "412 of the youngest children": so far behind a figure stands what it counts.
const REACH_OF_FIGURES: usize = 4;

/// "The number of children rose to 412": so far before it.
const REACH_BEFORE_FIGURES: usize = 5;

/// What a sentence is about stands among so many first words.
const OPENING_WORDS: usize = 5;

/// An answer made of sentences of the sources.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The sentences with their markers.
    pub text: String,
    /// The passages that they cite, numbered in the order of their markers.
    pub sources: Vec<Source>,
    /// Where they give different figures for the same thing, for people.
    pub quality_issues: Vec<String>,
}

/// Answers a question from these passages; `None` where no sentence does.
pub fn answer(question: &Question, sources: &[Source]) -> Option<Answer> {
    if !question.has_subject() {
        return None;
    }
    let passages: Vec<Passage<'_>> = sources.iter().map(Passage::read).collect();
    let candidates = of_the_years(candidate::candidates(&passages), question, sources);
    let candidates = if question.years().is_empty() {
        stale::current(candidates, sources)
    } else {
        candidates
    };
    let judge = Judge::new(question, &candidates, sources);
    let candidates = said_once(&judge, candidates, &passages);
    let chosen = judge.chosen(&candidates);
    (!chosen.is_empty()).then(|| written(&chosen, &candidates, sources))
}

/// The candidates that speak of the years asked about: by naming one, or, where they
/// name none, by standing under a heading or in a document of one.
fn of_the_years(
    candidates: Vec<Candidate>,
    question: &Question,
    sources: &[Source],
) -> Vec<Candidate> {
    if question.years().is_empty() {
        return candidates;
    }
    let kept: BTreeSet<usize> = (0..candidates.len())
        .filter(|&at| is_of_the_years(&candidates, at, question.years(), sources))
        .collect();
    candidate::keep(candidates, &kept)
}

fn is_of_the_years(all: &[Candidate], at: usize, asked: &[i32], sources: &[Source]) -> bool {
    let candidate = &all[at];
    let source = &sources[candidate.source];
    let before = candidate.leans_on.map_or("", |lead| &all[lead].text);
    let heading = source.heading.as_deref().unwrap_or_default();
    let named = [candidate.text.as_str(), before, heading]
        .into_iter()
        .map(years_in)
        .find(|years| !years.is_empty());
    let years = named.unwrap_or_else(|| source.year.into_iter().collect());
    asked.iter().any(|year| years.contains(year))
}

/// The candidates that answer, and those that they lean on, each thing said once. (Among
/// all candidates one that answers might give way to a richer one that does not.)
fn said_once(
    judge: &Judge<'_>,
    candidates: Vec<Candidate>,
    passages: &[Passage<'_>],
) -> Vec<Candidate> {
    let answering = judge.ranked(&candidates).into_iter().map(|(at, _)| at);
    let kept: BTreeSet<usize> = answering
        .flat_map(|at| [Some(at), candidates[at].leans_on])
        .flatten()
        .collect();
    duplicate::merged(candidate::keep(candidates, &kept), passages)
}

/// What is known of a question and the passages for it.
struct Judge<'a> {
    question: &'a Question,
    sources: &'a [Source],
    weights: BTreeMap<String, f32>,
    newest: Option<i32>,
}

impl<'a> Judge<'a> {
    fn new(question: &'a Question, candidates: &[Candidate], sources: &'a [Source]) -> Self {
        Self {
            question,
            sources,
            weights: weights(question, candidates, sources),
            newest: sources.iter().filter_map(|source| source.year).max(),
        }
    }

    /// The best candidates, by place, with their scores.
    fn ranked(&self, candidates: &[Candidate]) -> Vec<(usize, f32)> {
        let scored = |at| Some((at, self.score(candidates, at)?));
        let mut ranked: Vec<(usize, f32)> = (0..candidates.len()).filter_map(scored).collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let best = ranked.first().map_or(0.0, |(_, score)| *score);
        let (close, _) = self.measure();
        ranked.retain(|(_, score)| *score >= best * close);
        ranked
    }

    /// `None` where a candidate does not answer.
    fn score(&self, candidates: &[Candidate], at: usize) -> Option<f32> {
        let candidate = &candidates[at];
        let enough = enough(&self.question.wants, candidate)?;
        let share = share(
            &self.weights,
            candidate,
            &around(candidates, at, self.sources),
        );
        let source = &self.sources[candidate.source];
        (share >= enough).then(|| share + extra(self.question, candidate, source, self.newest))
    }

    fn measure(&self) -> (f32, usize) {
        match self.question.wants {
            Wants::Statement => STATEMENTS,
            _ => FACTS,
        }
    }

    /// The places of the sentences to tell.
    fn chosen(&self, candidates: &[Candidate]) -> Vec<usize> {
        let (_, most) = self.measure();
        let ranked = self.ranked(candidates).into_iter();
        ranked.take(most).map(|(at, _)| at).collect()
    }
}

/// The words of meaning around a sentence: title, heading, the sentence it leans on.
fn around(candidates: &[Candidate], at: usize, sources: &[Source]) -> BTreeSet<String> {
    let source = &sources[candidates[at].source];
    let mut around = text::content_stems(&source.title);
    around.extend(text::content_stems(
        source.heading.as_deref().unwrap_or_default(),
    ));
    if let Some(lead) = candidates[at].leans_on {
        around.extend(candidates[lead].content.iter().cloned());
    }
    around
}

/// How much each word asked about counts: more, the fewer sentences are near it, and most
/// where none is, for then it is what the archive does not speak of. The name of the
/// organization, which is everywhere, hardly counts.
fn weights(
    question: &Question,
    candidates: &[Candidate],
    sources: &[Source],
) -> BTreeMap<String, f32> {
    let around: Vec<BTreeSet<String>> = (0..candidates.len())
        .map(|at| around(candidates, at, sources))
        .collect();
    let all = candidates.len() as f32;
    let is_near = |stem: &String, (candidate, around): (&Candidate, &BTreeSet<String>)| {
        candidate.content.contains(stem) || around.contains(stem)
    };
    let subject = question.subject().iter();
    subject
        .map(|(stem, counts)| {
            let pairs = candidates.iter().zip(&around);
            let near = pairs.filter(|pair| is_near(stem, *pair)).count() as f32;
            (stem.clone(), counts * (1.0 + all / (0.5 + near)).ln())
        })
        .collect()
}

/// The share of what is asked about that a sentence holds, 0 to 1.
fn share(weights: &BTreeMap<String, f32>, candidate: &Candidate, around: &BTreeSet<String>) -> f32 {
    let all: f32 = weights.values().sum();
    let held = weights.iter().map(|(stem, weight)| {
        if candidate.content.contains(stem) {
            *weight
        } else if around.contains(stem) {
            NEARBY * weight
        } else {
            0.0
        }
    });
    held.sum::<f32>() / all.max(f32::EPSILON)
}

/// What makes the better of two sentences that hold the same words.
fn extra(question: &Question, candidate: &Candidate, source: &Source, newest: Option<i32>) -> f32 {
    let named = years_in(&candidate.text);
    let asked = question.years();
    let mut extra = RELEVANCE * source.relevance.clamp(0.0, 1.0);
    if asked.is_empty() {
        let age = source.year.zip(newest).map(|(year, newest)| newest - year);
        extra += NEWNESS * age.map_or(0.5, |age| (1.0 - YEARLY * age as f32).max(0.0));
    } else if asked.iter().any(|year| named.contains(year)) {
        extra += NAMES_THE_YEAR;
    }
    // "Who" may be a committee: a name is better, but not needed.
    if question.wants == Wants::Person && holds_a_name(&candidate.text) {
        extra += NAMES_SOMEBODY;
    }
    extra + beginning(question, candidate)
}

fn holds_a_name(sentence: &str) -> bool {
    fact::facts(sentence).iter().any(|fact| !fact.is_exact())
}

/// A sentence that begins with what is asked about is about it, and "X is …" all the more.
fn beginning(question: &Question, candidate: &Candidate) -> f32 {
    const IS: [&str; 4] = ["is", "are", "was", "were"];
    let words = text::words(&candidate.text);
    let opening = &words[..words.len().min(OPENING_WORDS)];
    let subject: Vec<&String> = question.own_subject().collect();
    let place = |stem: &&String| opening.iter().position(|word| word.stem == **stem);
    let places: Vec<usize> = subject.iter().filter_map(place).collect();
    let next = places.iter().max().and_then(|last| words.get(last + 1));
    let says_what_it_is = next.is_some_and(|word| IS.contains(&word.lower.as_str()));
    let bonus = if says_what_it_is {
        BEGINS_WITH_IT + SAYS_WHAT_IT_IS
    } else {
        BEGINS_WITH_IT
    };
    bonus * places.len() as f32 / subject.len().max(1) as f32
}

/// How much of what is asked about a candidate has to hold; `None` where it is not the
/// kind of thing that is wanted.
fn enough(wants: &Wants, candidate: &Candidate) -> Option<f32> {
    let words = text::words(&candidate.text);
    let has = |unit: Unit| figures(&candidate.text, &words).any(|figure| figure.unit == unit);
    let fits = match wants {
        Wants::Statement | Wants::Person => true,
        Wants::Money => has(Unit::Money),
        Wants::Share => has(Unit::Percent),
        Wants::Time => !years_in(&candidate.text).is_empty(),
        Wants::Count(counted) => {
            return figures(&candidate.text, &words)
                .any(|figure| figure.counts(&words, counted.last()))
                .then_some(ENOUGH_OF_A_COUNT);
        }
    };
    fits.then_some(ENOUGH)
}

/// A figure that is no year, at its place.
struct Figure {
    first: usize,
    /// The first word after it.
    next: usize,
    unit: Unit,
}

impl Figure {
    /// Whether it counts this: "412 children", "the number of children rose to 412".
    /// Anything will do where the question does not say.
    fn counts(&self, words: &[Word], counted: Option<&String>) -> bool {
        let Some(counted) = counted else { return true };
        let from = self.first.saturating_sub(REACH_BEFORE_FIGURES);
        let to = words.len().min(self.next + REACH_OF_FIGURES);
        self.unit != Unit::Percent && words[from..to].iter().any(|word| word.stem == *counted)
    }
}

fn figures(sentence: &str, words: &[Word]) -> impl Iterator<Item = Figure> {
    let found = fact::numbers(sentence, words).into_iter();
    let place = |at: usize| words.iter().position(|word| word.range.end > at);
    found
        .filter(|(range, number)| {
            !number.is_a_pronoun() && years_in(&sentence[range.clone()]).is_empty()
        })
        .map(move |(range, number)| Figure {
            first: place(range.start).unwrap_or(words.len()),
            next: place(range.end).unwrap_or(words.len()),
            unit: number.unit(),
        })
}

/// The chosen sentences as a text. Those of one passage stand in its order, and one that
/// leans on another comes after it.
fn written(chosen: &[usize], candidates: &[Candidate], sources: &[Source]) -> Answer {
    let mut order: Vec<usize> = Vec::new();
    for &at in chosen {
        let lead = candidates[at].leans_on;
        for at in lead.into_iter().chain([at]) {
            if !order.contains(&at) {
                order.push(at);
            }
        }
    }
    let rank = |at: usize| {
        let of_same = |&other: &usize| candidates[other].source == candidates[at].source;
        order.iter().position(of_same).unwrap_or(usize::MAX)
    };
    let mut sorted = order.clone();
    sorted.sort_by_key(|&at| (rank(at), candidates[at].position));
    let mut cited = Cited::default();
    let sentences: Vec<String> = sorted
        .into_iter()
        .map(|at| {
            let numbers = cited.numbers(&candidates[at].numbers);
            citation::attach(&candidates[at].text, &numbers)
        })
        .collect();
    let text = sentences.join(" ");
    let sources = cited.sources(sources);
    let claims = ground::check(&text, &sources);
    Answer {
        quality_issues: conflicts(&claims, &sources),
        text,
        sources,
    }
}

/// The sources that are cited, by their first numbers, in the order of their new ones.
#[derive(Default)]
struct Cited(Vec<u32>);

impl Cited {
    fn numbers(&mut self, old: &[u32]) -> Vec<u32> {
        old.iter().map(|number| self.number(*number)).collect()
    }

    fn number(&mut self, old: u32) -> u32 {
        let place = self.0.iter().position(|known| *known == old);
        let place = place.unwrap_or_else(|| {
            self.0.push(old);
            self.0.len() - 1
        });
        u32::try_from(place + 1).unwrap_or(u32::MAX)
    }

    fn sources(&self, all: &[Source]) -> Vec<Source> {
        let cited = self
            .0
            .iter()
            .filter_map(|old| all.iter().find(|s| s.number == *old));
        (1..)
            .zip(cited)
            .map(|(number, source)| Source {
                number,
                ..source.clone()
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;
    use crate::ground::Verdict;

    fn answered(asked: &str) -> Option<Answer> {
        answer(&Question::read(asked, &[], 2026), &fixture::sources())
    }

    fn text_of(asked: &str) -> String {
        answered(asked).map_or(String::new(), |answer| answer.text)
    }

    #[test]
    fn the_sentence_that_holds_the_figure_answers() {
        let answer = answered("How many children did we serve in 2022?").unwrap();
        assert_eq!(
            answer.text,
            "In 2022 our coaches served 380 children at nine elementary schools [1]."
        );
        assert_eq!(answer.sources.len(), 1);
        assert_eq!(
            (answer.sources[0].number, answer.sources[0].year),
            (1, Some(2022))
        );
    }

    #[test]
    fn the_year_decides() {
        assert!(text_of("How many children did we serve in 2024?").contains("412 children"));
        assert_eq!(text_of("How many children did we serve in 2019?"), "");
    }

    #[test]
    fn every_sentence_of_an_answer_is_supported() {
        for asked in [
            "How large is the board?",
            "What share of the children met their goal?",
            "When was Willow Creek founded?",
            "Who evaluates our results?",
            "How much is our annual budget?",
            "What training do coaches complete?",
        ] {
            let answer = answered(asked).unwrap_or_else(|| panic!("{asked}"));
            let claims = ground::check(&answer.text, &answer.sources);
            let supported = claims.iter().all(|c| c.verdict == Verdict::Supported);
            assert!(supported, "{asked} {claims:?}");
        }
    }

    #[test]
    fn each_kind_of_question_gets_its_kind_of_answer() {
        for (asked, said) in [
            ("How many members does the board have?", "eleven members"),
            ("What share of the children met their goal?", "78%"),
            ("When was Willow Creek founded?", "1998"),
            ("Who evaluates our results?", "Riverside University"),
            ("How much is our annual budget?", "$1.2 million"),
            ("What training do coaches complete?", "60 hours"),
        ] {
            let text = text_of(asked);
            assert!(text.contains(said), "{asked}: {text}");
        }
    }

    #[test]
    fn a_sentence_that_leans_comes_with_the_one_before() {
        let text = text_of("What percentage of children met their reading goal in 2024?");
        assert!(
            text.starts_with("In 2024 our coaches served 412 children"),
            "{text}"
        );
        assert!(text.contains("Of these, 78%"), "{text}");
    }

    #[test]
    fn what_the_archive_does_not_say_is_not_answered() {
        for asked in [
            "How many horses did we adopt?",
            "How many volunteers does the kitchen have?",
            "When does the museum open?",
            "Hello!",
        ] {
            assert_eq!(answered(asked), None, "{asked}");
        }
    }

    #[test]
    fn a_follow_up_takes_over_what_was_asked() {
        let earlier = ["How many children did we serve in 2024?".to_owned()];
        let question = Question::read("And in 2022?", &earlier, 2026);
        let answer = answer(&question, &fixture::sources()).unwrap();
        assert!(answer.text.contains("380 children"), "{}", answer.text);
    }

    #[test]
    fn figures_that_cannot_both_stand_are_told() {
        let sources = [
            fixture::source(
                1,
                2024,
                "Governance",
                "Our board has eleven members, all of them volunteers.",
            ),
            fixture::source(
                2,
                2024,
                "About us",
                "The board of directors has 13 members, who meet in Oak Hill.",
            ),
        ];
        let question = Question::read("How many members does the board have?", &[], 2026);
        let answer = answer(&question, &sources).unwrap();
        assert_eq!(answer.quality_issues.len(), 1, "{answer:?}");
        assert!(
            answer.quality_issues[0].contains("board members"),
            "{answer:?}"
        );
    }
}
