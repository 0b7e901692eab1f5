//! Data integration: figures, comparisons, sources, voices.

use super::aspect::{Aspect, listed, percent};
use super::corpus::{Corpus, Paragraph, Sentence, share};
use super::words::{COMPARISONS, EVIDENCE, NUMBERS};
use crate::text;

/// Figures about figures.
#[derive(Debug)]
pub(super) struct Evidence {
    sentences: usize,
    with_figure: usize,
    /// Figures in those sentences.
    figures: usize,
    percents: usize,
    percent_signs: usize,
    money: usize,
    years: usize,
    spelled: usize,
    compared: usize,
    sourced: usize,
    voices: usize,
    /// Where figures stand: first, middle and last sentences of paragraphs.
    places: [usize; 3],
}

impl Evidence {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let all: Vec<_> = corpus.sentences().collect();
        let count = |is_so: &dyn Fn(&Sentence) -> bool| all.iter().filter(|s| is_so(s)).count();
        let words = |is_so: &dyn Fn(&str) -> bool| {
            let words = all.iter().flat_map(|sentence| sentence.lower());
            words.filter(|word| is_so(word)).count()
        };
        let written = |mark: char| {
            all.iter()
                .map(|s| s.text.matches(mark).count())
                .sum::<usize>()
        };
        let percent_signs = written('%');
        Self {
            sentences: all.len(),
            with_figure: count(&Sentence::has_figure),
            figures: words(&|word| word.contains(|c: char| c.is_ascii_digit())),
            percents: percent_signs + words(&|word| word == "percent"),
            percent_signs,
            money: written('$') + written('€') + written('£'),
            years: words(&is_year),
            spelled: words(&|word| NUMBERS.contains(&word)),
            compared: count(&|s| text::holds_any(&s.lower(), COMPARISONS)),
            sourced: count(&|s| s.lower().iter().any(|word| EVIDENCE.contains(word))),
            voices: count(&|s| s.text.contains(['“', '"'])),
            places: places(corpus),
        }
    }

    pub(super) fn share_with_figure(&self) -> f64 {
        share(self.with_figure, self.sentences)
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Data integration");
        self.tell_density(&mut aspect);
        self.tell_kinds(&mut aspect);
        self.tell_place(&mut aspect);
        self.tell_support(&mut aspect);
        aspect
    }

    fn tell_density(&self, aspect: &mut Aspect) {
        aspect.find(format!(
            "{} of the sentences hold a figure, {:.1} figures to each of these; {} more numbers are spelled out.",
            percent(self.with_figure, self.sentences),
            share(self.figures, self.with_figure),
            self.spelled
        ));
        aspect.advise(match self.share_with_figure() {
            s if s < 0.1 => "Use data sparingly: one telling figure in a passage, and words for the rest.",
            s if s < 0.3 => "Give a figure to about every fourth or fifth sentence, and let the ones between say what it means.",
            _ => "Carry the argument by data: most claims come with their figure, unit and year.",
        });
        if share(self.figures, self.with_figure) > 2.5 {
            aspect.advise("Several figures in one sentence are usual: order them so that they can be compared at a glance.");
        } else {
            aspect.avoid("Do not crowd a sentence with more than two or three figures.");
        }
    }

    fn tell_kinds(&self, aspect: &mut Aspect) {
        let kinds: Vec<_> = [
            ("percentages", self.percents),
            ("amounts of money", self.money),
            ("years", self.years),
        ]
        .into_iter()
        .filter(|(_, n)| *n > 0)
        .map(|(name, n)| format!("{name} ({n})"))
        .collect();
        if kinds.is_empty() {
            aspect.find("There are no percentages, amounts of money or years among the figures.");
        } else {
            aspect.find(format!("Among the figures are {}.", listed(&kinds)));
        }
        if self.percents > 0 {
            let sign = self.percent_signs * 2 > self.percents;
            aspect.do_this(if sign {
                "Write percentages with the sign: 78%."
            } else {
                "Write the word “percent” in full."
            });
        }
        if self.years > 0 {
            aspect.do_this("Give each result its year.");
        }
    }

    fn tell_place(&self, aspect: &mut Aspect) {
        let total = self.places.iter().sum();
        if total == 0 {
            return;
        }
        let [first, middle, last] = self.places;
        aspect.find(format!(
            "In paragraphs of three sentences or more, {} of the sentences with figures come first, {} in the middle and {} last.",
            percent(first, total),
            percent(middle, total),
            percent(last, total)
        ));
        aspect.advise(if first >= middle && first >= last {
            "Lead with the figure; explain it afterwards."
        } else if last > middle {
            "Build up to the figure, and close on it."
        } else {
            "Put figures inside the paragraph, between the claim that needs them and the sentence that draws the conclusion."
        });
    }

    fn tell_support(&self, aspect: &mut Aspect) {
        aspect.find(format!(
            "{} of the sentences compare figures, {} name evidence such as a survey, a study or records, and {} let somebody speak in quotation marks.",
            percent(self.compared, self.sentences),
            percent(self.sourced, self.sentences),
            percent(self.voices, self.sentences)
        ));
        if share(self.compared, self.sentences) >= 0.03 {
            aspect.advise("Set a figure beside the one before it or the one of others: a number alone says little.");
        } else {
            aspect.advise("Let figures stand by themselves, without comparisons that the samples do not make.");
        }
        if share(self.sourced, self.sentences) >= 0.05 {
            aspect.do_this("Name the evidence: who measured, and how.");
        }
        if share(self.voices, self.sentences) >= 0.02 {
            aspect.advise("Let one person speak in a short quotation beside the data.");
        } else {
            aspect.avoid("Do not add quotations of people; the samples leave the word to facts.");
        }
        aspect.avoid("Do not state a figure that no source has.");
    }
}

fn is_year(word: &str) -> bool {
    word.len() == 4
        && (word.starts_with("19") || word.starts_with("20"))
        && word.chars().all(|c| c.is_ascii_digit())
}

fn places(corpus: &Corpus) -> [usize; 3] {
    let long = corpus.paragraphs().filter(|it| it.sentences.len() > 2);
    let mut places = [0; 3];
    for Paragraph { sentences } in long {
        for (at, _) in sentences.iter().enumerate().filter(|(_, s)| s.has_figure()) {
            let place = match at {
                0 => 0,
                at if at + 1 == sentences.len() => 2,
                _ => 1,
            };
            places[place] += 1;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_told_apart_and_placed() {
        let corpus = Corpus::of(&[
            "In 2024 we spent $5,000 on books. A survey shows that 78% of \
             forty families read more than in 2023. “It helps,” a father says."
                .to_owned(),
        ]);
        let found = Evidence::of(&corpus);
        assert_eq!((found.with_figure, found.figures), (2, 4));
        assert_eq!((found.percents, found.money, found.years), (1, 1, 2));
        assert_eq!((found.spelled, found.compared), (1, 1));
        assert_eq!((found.sourced, found.voices), (1, 1));
        assert_eq!(found.places, [1, 1, 0]);
    }
}
