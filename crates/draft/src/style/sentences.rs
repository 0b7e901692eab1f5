//! Sentence structure: length, variation, clauses, marks.

use super::aspect::{Aspect, listed, percent, portion};
use super::corpus::{Corpus, Sentence, mean, share};
use super::openings::Openings;
use super::words::SUBORDINATORS;
use crate::text;

const SHORT: usize = 10;
const LONG: usize = 27;

/// Figures about the sentences of all samples.
#[derive(Debug)]
pub(super) struct Sentences {
    /// Words of each, sorted.
    lengths: Vec<usize>,
    /// How much a sentence differs from the one before, of the mean.
    rhythm: f64,
    with_clause: usize,
    commas: usize,
    questions: usize,
    /// Names of other marks than stops and commas, with how many there are.
    marks: Vec<(&'static str, usize)>,
}

impl Sentences {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let all: Vec<_> = corpus.sentences().collect();
        let count = |is_so: &dyn Fn(&Sentence) -> bool| all.iter().filter(|s| is_so(s)).count();
        let written = |mark: char| {
            all.iter()
                .map(|s| s.text.matches(mark).count())
                .sum::<usize>()
        };
        let mut lengths: Vec<_> = all.iter().map(|s| s.words.len()).collect();
        let rhythm = rhythm(&lengths);
        lengths.sort_unstable();
        Self {
            lengths,
            rhythm,
            with_clause: count(&|s| text::holds_any(&s.lower(), SUBORDINATORS)),
            commas: written(','),
            questions: count(&|s| s.text.ends_with('?')),
            marks: vec![
                ("semicolons", written(';')),
                ("colons", written(':')),
                ("dashes", written('—') + written('–')),
                ("parentheses", written('(')),
                ("exclamation marks", written('!')),
            ],
        }
    }

    pub(super) fn mean(&self) -> f64 {
        mean(&self.lengths)
    }

    pub(super) fn total(&self) -> usize {
        self.lengths.len()
    }

    /// The length that this share of sentences does not exceed.
    fn quantile(&self, share: (usize, usize)) -> usize {
        let last = self.lengths.len().saturating_sub(1);
        self.lengths
            .get(last * share.0 / share.1)
            .copied()
            .unwrap_or(0)
    }

    fn within(&self, lengths: impl Fn(usize) -> bool) -> usize {
        self.lengths
            .iter()
            .filter(|&&length| lengths(length))
            .count()
    }

    /// In one word.
    pub(super) fn manner(&self) -> &'static str {
        match self.mean() {
            m if m < 14.0 => "short",
            m if m < 20.0 => "middling",
            m if m < 26.0 => "long",
            _ => "very long",
        }
    }

    pub(super) fn tell(&self, openings: &Openings) -> Aspect {
        let mut aspect = Aspect::new("Sentence structure");
        self.tell_length(&mut aspect);
        self.tell_build(&mut aspect);
        self.tell_marks(&mut aspect);
        openings.tell(&mut aspect);
        aspect
    }

    fn tell_length(&self, aspect: &mut Aspect) {
        let (mean, total) = (self.mean(), self.total());
        let (low, high) = (self.quantile((1, 10)), self.quantile((9, 10)));
        let (short, long) = (self.within(|n| n <= SHORT), self.within(|n| n >= LONG));
        aspect.find(format!(
            "Over {total} sentences the average is {mean:.1} words and the median {}; eight of ten have between {low} and {high}.",
            self.quantile((1, 2))
        ));
        aspect.find(format!(
            "{} have {SHORT} words or fewer, {} have {LONG} or more: on the whole the sentences are {}.",
            percent(short, total),
            percent(long, total),
            self.manner()
        ));
        aspect.advise(format!(
            "Aim at about {mean:.0} words, keep ordinary sentences between {low} and {high}, and divide one that grows beyond {}.",
            high + 5
        ));
        aspect.do_this(format!(
            "Keep sentences to about {mean:.0} words on average."
        ));
        aspect.avoid(format!(
            "Do not let a sentence run beyond {} words.",
            high + 5
        ));
        self.tell_rhythm(aspect);
    }

    fn tell_rhythm(&self, aspect: &mut Aspect) {
        let rhythm = self.rhythm * 100.0;
        if self.rhythm < 0.3 {
            aspect.find(format!(
                "The rhythm is even: a sentence differs from the one before by {rhythm:.0}% of the average length."
            ));
            aspect.advise(
                "Keep the pace steady; a sudden very short or very long sentence would stand out.",
            );
        } else {
            aspect.find(format!(
                "The rhythm changes: a sentence differs from the one before by {rhythm:.0}% of the average length."
            ));
            aspect.advise(
                "After a long sentence let a short one carry the point, as the samples do.",
            );
            aspect.do_this("Follow a long sentence with a short one.");
        }
    }

    fn tell_build(&self, aspect: &mut Aspect) {
        let clauses = share(self.with_clause, self.total());
        let commas = share(self.commas, self.total());
        aspect.find(format!(
            "{} of the sentences carry a subordinate clause ({}), and there are {commas:.1} commas to a sentence.",
            capital(portion(clauses)),
            percent(self.with_clause, self.total())
        ));
        aspect.advise(match clauses {
            c if c < 0.25 => "Prefer main clauses side by side to nested ones: one statement, one sentence.",
            c if c < 0.5 => "Mix plain main clauses with sentences that hang one condition, reason or description on the main statement.",
            _ => "Build sentences around a main statement with a clause that explains it; put the main statement where it cannot be lost.",
        });
    }

    fn tell_marks(&self, aspect: &mut Aspect) {
        let total = self.total();
        let marks = self.marks.iter();
        let (used, unused): (Vec<_>, Vec<_>) = marks.partition(|(_, n)| n * 50 >= total);
        if !used.is_empty() {
            let figures = used.iter().map(|(name, n)| format!("{name} ({n})"));
            let figures: Vec<_> = figures.collect();
            aspect.find(format!(
                "Besides stops and commas they use {}.",
                listed(&figures)
            ));
        }
        if !unused.is_empty() {
            let names: Vec<_> = unused.iter().map(|(name, _)| (*name).to_owned()).collect();
            aspect.avoid(format!(
                "Use {} rarely or never: the samples hardly do.",
                listed(&names)
            ));
        }
        if share(self.questions, total) >= 0.02 {
            aspect.find(format!(
                "Questions are put to the reader ({} of {total} sentences).",
                self.questions
            ));
        } else {
            aspect.advise("State; do not ask. The samples put no questions to the reader.");
        }
    }
}

/// How far each length is from the one before it, of the mean.
fn rhythm(lengths: &[usize]) -> f64 {
    let steps: Vec<_> = lengths
        .windows(2)
        .map(|pair| pair[0].abs_diff(pair[1]))
        .collect();
    let mean_length = mean(lengths);
    if mean_length > 0.0 {
        mean(&steps) / mean_length
    } else {
        0.0
    }
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        first.to_uppercase().collect::<String>() + chars.as_str()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_clauses_are_measured() {
        let corpus = Corpus::of(&["We read. We read because books are good; they are! \
             Do you read with us when the rain falls on the roof of the library?"
            .to_owned()]);
        let found = Sentences::of(&corpus);
        assert_eq!(found.lengths, [2, 8, 15]);
        assert_eq!((found.with_clause, found.questions), (2, 1));
        assert_eq!(found.marks[0], ("semicolons", 1));
        assert_eq!(found.quantile((1, 2)), 8);
        assert!((found.rhythm - 6.5 / (25.0 / 3.0)).abs() < 1e-9);
    }
}
