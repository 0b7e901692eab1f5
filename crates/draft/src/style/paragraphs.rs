//! Paragraph structure: length, first and last sentences, headings and lists.

use super::aspect::{Aspect, percent};
use super::corpus::{Corpus, Paragraph, mean, share};

/// Figures about the paragraphs of all samples.
#[derive(Debug)]
pub(super) struct Paragraphs {
    /// Sentences of each, sorted.
    sentences: Vec<usize>,
    words: Vec<usize>,
    /// Words of first sentences, and of all others.
    first: f64,
    others: f64,
    figure_first: usize,
    figure_last: usize,
    headings: usize,
    list_items: usize,
    samples: usize,
}

impl Paragraphs {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let all: Vec<_> = corpus.paragraphs().collect();
        let words = |at: fn(usize) -> bool| -> Vec<usize> {
            let sentences = all.iter().flat_map(|it| it.sentences.iter().enumerate());
            let chosen = sentences.filter(|(place, _)| at(*place));
            chosen.map(|(_, sentence)| sentence.words.len()).collect()
        };
        let long: Vec<_> = all.iter().filter(|it| it.sentences.len() > 1).collect();
        let is_figure = |paragraph: &Paragraph, last: bool| {
            let mut sentences = paragraph.sentences.iter();
            let sentence = if last {
                sentences.next_back()
            } else {
                sentences.next()
            };
            sentence.is_some_and(super::corpus::Sentence::has_figure)
        };
        let mut sentences: Vec<_> = all.iter().map(|it| it.sentences.len()).collect();
        sentences.sort_unstable();
        Self {
            words: all
                .iter()
                .map(|it| it.sentences.iter().map(|s| s.words.len()).sum())
                .collect(),
            first: mean(&words(|place| place == 0)),
            others: mean(&words(|place| place > 0)),
            figure_first: long.iter().filter(|it| is_figure(it, false)).count(),
            figure_last: long.iter().filter(|it| is_figure(it, true)).count(),
            headings: corpus.samples.iter().map(|sample| sample.headings).sum(),
            list_items: corpus.samples.iter().map(|sample| sample.list_items).sum(),
            samples: corpus.samples.len(),
            sentences,
        }
    }

    fn count(&self, is_so: impl Fn(usize) -> bool) -> usize {
        self.sentences.iter().filter(|&&n| is_so(n)).count()
    }

    pub(super) fn mean_sentences(&self) -> f64 {
        mean(&self.sentences)
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Paragraph structure");
        self.tell_length(&mut aspect);
        self.tell_first(&mut aspect);
        self.tell_parts(&mut aspect);
        aspect
    }

    fn tell_length(&self, aspect: &mut Aspect) {
        let (total, words) = (self.sentences.len(), mean(&self.words));
        let least = self.sentences.first().unwrap_or(&0);
        let most = self.sentences.last().unwrap_or(&0);
        aspect.find(format!(
            "The {total} paragraphs have {:.1} sentences and {words:.0} words on average; the shortest has {least} and the longest {most}.",
            self.mean_sentences()
        ));
        let single = self.count(|n| n == 1);
        let stands_alone = share(single, total) >= 0.15;
        let span = span(self.mean_sentences(), if stands_alone { 1 } else { 2 });
        aspect.advise(format!(
            "Give one point to a paragraph, in {span} sentences or about {words:.0} words."
        ));
        aspect.do_this(format!("Write paragraphs of {span} sentences."));
        if stands_alone {
            aspect.find(format!(
                "{} of them are a single sentence.",
                percent(single, total)
            ));
            aspect.advise(
                "A paragraph of one sentence is allowed where it should be heard by itself.",
            );
        } else {
            aspect.avoid("Do not leave a sentence alone as a paragraph.");
        }
    }

    fn tell_first(&self, aspect: &mut Aspect) {
        if self.others <= 0.0 {
            return;
        }
        let (first, others) = (self.first, self.others);
        aspect.find(format!(
            "First sentences have {first:.0} words on average, the others {others:.0}."
        ));
        aspect.advise(if first < others * 0.9 {
            "Open with a short sentence that names the point, and unfold it in the ones that follow."
        } else if first > others * 1.1 {
            "Open with a full sentence that sets the scene, and become shorter as the point gets clear."
        } else {
            "Open with a sentence like any other: the point needs no fanfare, but it comes first."
        });
        let long = self.count(|n| n > 1);
        aspect.find(format!(
            "A figure stands in {} of first sentences and in {} of last ones.",
            percent(self.figure_first, long),
            percent(self.figure_last, long)
        ));
        aspect.advise(if self.figure_first > self.figure_last {
            "Bring the figure early and its meaning after it."
        } else {
            "Prepare the figure: first what it is about, then the number."
        });
    }

    fn tell_parts(&self, aspect: &mut Aspect) {
        let a_sample = |n: usize| share(n, self.samples);
        if self.headings == 0 {
            aspect.advise(
                "The samples have no headings; let first sentences lead from point to point.",
            );
        } else {
            aspect.find(format!(
                "Headings divide the text ({:.1} to a sample).",
                a_sample(self.headings)
            ));
            aspect.advise("Divide a longer text by short headings that name the subject.");
        }
        if self.list_items == 0 {
            aspect.avoid("Do not break prose into lists: the samples have none.");
        } else {
            aspect.find(format!(
                "Lists are used ({:.1} items to a sample).",
                a_sample(self.list_items)
            ));
            aspect.advise("Keep lists for what is counted or done in order.");
        }
    }
}

/// `3 to 5` around an average of 4.
fn span(mean: f64, least: u32) -> String {
    let low = (mean - 1.0).round().max(f64::from(least));
    let high = (mean + 1.0).round().max(low + 1.0);
    format!("{low} to {high}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_measured_and_their_parts_counted() {
        let corpus = Corpus::of(
            &["Results\n\nWe read. In 2024 we read with 412 children.\n\n\
             - one\n- two\n\nWe go on reading."
                .to_owned()],
        );
        let found = Paragraphs::of(&corpus);
        assert_eq!(found.sentences, [1, 2]);
        assert_eq!((found.headings, found.list_items), (1, 2));
        assert_eq!((found.figure_first, found.figure_last), (0, 1));
        assert_eq!(span(4.1, 2), "3 to 5");
        assert_eq!(span(1.2, 2), "2 to 3");
    }
}
