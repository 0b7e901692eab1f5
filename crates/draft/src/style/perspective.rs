//! Perspective: who speaks and to whom, when, and whether doers are named.

use super::aspect::{Aspect, percent, portion};
use super::corpus::{Corpus, Sample, Sentence, share};
use super::sentences::capital;
use super::words::{ADJECTIVES, BE, I, PARTICIPLES, THIRD_PERSON, WE, YOU};
use crate::text;
use crate::verbs::{Tense, tense_at};

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Person {
    /// We.
    We,
    /// I.
    I,
    /// Nobody: the organization is spoken of.
    Third,
}

impl Person {
    /// In words.
    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::We => "the first person plural",
            Self::I => "the first person singular",
            Self::Third => "the third person",
        }
    }
}

/// How often each speaks.
#[derive(Debug, Clone, Copy, Default)]
struct Voices {
    we: usize,
    i: usize,
    third: usize,
    you: usize,
}

impl Voices {
    fn of<'a>(sentences: impl Iterator<Item = &'a Sentence>) -> Self {
        let mut voices = Self::default();
        for sentence in sentences {
            let lower = sentence.lower();
            let count = |list: &[&str]| lower.iter().filter(|word| list.contains(word)).count();
            voices.we += count(WE);
            voices.i += count(I);
            voices.you += count(YOU);
            voices.third += usize::from(text::holds_any(&lower, THIRD_PERSON));
        }
        voices
    }

    fn person(self) -> Person {
        if self.i > self.we && self.i > self.third {
            Person::I
        } else if self.we > 0 && self.we >= self.third {
            Person::We
        } else {
            Person::Third
        }
    }
}

/// Figures about perspective.
#[derive(Debug)]
pub(super) struct Perspective {
    sentences: usize,
    voices: Voices,
    past: usize,
    present: usize,
    future: usize,
    passive: usize,
}

impl Perspective {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let tenses: Vec<_> = corpus.sentences().map(|s| tense_at(&s.words, 0)).collect();
        let in_tense = |tense| tenses.iter().filter(|it| **it == Some(tense)).count();
        Self {
            sentences: tenses.len(),
            voices: Voices::of(corpus.sentences()),
            past: in_tense(Tense::Past),
            present: in_tense(Tense::Present),
            future: in_tense(Tense::Future),
            passive: corpus
                .sentences()
                .filter(|s| is_passive(&s.lower()))
                .count(),
        }
    }

    pub(super) fn person(&self) -> Person {
        self.voices.person()
    }

    pub(super) fn passive_share(&self) -> f64 {
        share(self.passive, self.sentences)
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Perspective");
        self.tell_person(&mut aspect);
        self.tell_reader(&mut aspect);
        self.tell_tense(&mut aspect);
        self.tell_passive(&mut aspect);
        aspect
    }

    fn tell_person(&self, aspect: &mut Aspect) {
        let Voices { we, i, third, .. } = self.voices;
        let person = self.person();
        aspect.find(format!(
            "The samples speak in {}: “we” and its forms stand {we} times, “I” and its forms {i} times, and {third} sentences speak of “the organization” or the like.",
            person.in_words()
        ));
        match person {
            Person::We => {
                aspect.advise("Speak as “we”, and of “our” people, places and work; the organization's name is for first mention and for passages that may be read alone.");
                aspect.do_this("Write in the first person plural.");
                aspect.avoid("Do not slip into “the organization” or “the agency”.");
            }
            Person::I => {
                aspect.advise("Speak as one person who signs with a name: “I” for what the writer saw and did.");
                aspect.do_this("Write in the first person singular.");
                aspect.avoid("Do not hide the writer behind “the organization”.");
            }
            Person::Third => {
                aspect.advise("Speak of the organization by its name or as an outsider would, and keep “we” out.");
                aspect.do_this("Write in the third person.");
                aspect.avoid("Do not slip into “we” and “our”.");
            }
        }
    }

    fn tell_reader(&self, aspect: &mut Aspect) {
        let you = share(self.voices.you, self.sentences);
        if you >= 0.05 {
            aspect.find(format!(
                "The reader is addressed: “you” and its forms stand {} times.",
                self.voices.you
            ));
            aspect.advise("Address the reader where a gift, a decision or a shared aim is meant.");
        } else {
            aspect.find("The reader is hardly ever addressed.");
            aspect.avoid("Do not address the reader as “you”.");
        }
    }

    fn tell_tense(&self, aspect: &mut Aspect) {
        let known = self.past + self.present + self.future;
        aspect.find(format!(
            "Of the sentences whose tense can be told, {} are in the past, {} in the present and {} in the future.",
            percent(self.past, known),
            percent(self.present, known),
            percent(self.future, known)
        ));
        aspect.advise(if self.past > self.present {
            "Tell what was done in the past tense; keep the present for what always holds and the future for commitments."
        } else {
            "Describe the work in the present tense, as something that goes on; use the past for results and the future for commitments."
        });
    }

    fn tell_passive(&self, aspect: &mut Aspect) {
        let passive = self.passive_share();
        aspect.find(format!(
            "{} of the sentences ({}) are passive.",
            capital(portion(passive)),
            percent(self.passive, self.sentences)
        ));
        if passive < 0.15 {
            aspect.advise("Name the doer: somebody visits, teaches, decides.");
            aspect.avoid("Do not use the passive where the doer is known.");
        } else if passive < 0.35 {
            aspect.advise("Use the active voice first, and the passive where the thing done matters more than who did it.");
        } else {
            aspect.advise(
                "The passive is at home here: it keeps the work rather than the worker in view.",
            );
        }
    }
}

/// Who speaks in one sample.
pub(super) fn person_of(sample: &Sample) -> Person {
    Voices::of(sample.sentences()).person()
}

/// A form of "be" with a participle behind it, at most two adverbs between.
fn is_passive(words: &[&str]) -> bool {
    let is_between = |word: &str| {
        word.ends_with("ly") || ["not", "also", "being", "been", "now"].contains(&word)
    };
    let after = |at: usize| {
        let rest = words[at + 1..].iter().copied();
        rest.take(3).find(|word| !is_between(word))
    };
    let is_participle = |word: &str| {
        let regular = word.len() > 4 && word.ends_with("ed") && !word.ends_with("eed");
        (regular || PARTICIPLES.contains(&word)) && !ADJECTIVES.contains(&word)
    };
    (0..words.len()).any(|at| BE.contains(&words[at]) && after(at).is_some_and(is_participle))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn perspective_of(text: &str) -> Perspective {
        Perspective::of(&Corpus::of(&[text.to_owned()]))
    }

    #[test]
    fn passives_are_told_from_descriptions() {
        let found = perspective_of(
            "Books were carefully chosen. The room is being painted. We are committed. \
             They are tall. We need help. The children were read to.",
        );
        assert_eq!(found.passive, 3);
    }

    #[test]
    fn who_speaks_is_told_by_pronouns_and_names_for_the_organization() {
        for (text, person) in [
            ("We read with our neighbors. It helps us.", Person::We),
            ("I founded the center. My mother read to me.", Person::I),
            (
                "The organization serves a county. The agency is small.",
                Person::Third,
            ),
            ("Coaches visit. Children read.", Person::Third),
        ] {
            assert_eq!(perspective_of(text).person(), person, "{text}");
        }
    }

    #[test]
    fn tenses_are_counted() {
        let found = perspective_of("We served children. We are open. We will grow. We met often.");
        assert_eq!((found.past, found.present, found.future), (2, 1, 1));
    }
}
