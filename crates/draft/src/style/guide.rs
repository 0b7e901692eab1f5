//! The guide as a text: an overview, the eight aspects, rules, patterns.

use std::collections::BTreeSet;
use std::fmt::Write;

use archivist_domain::StylePurpose;

use super::aspect::{Aspect, listed};
use super::corpus::{Corpus, Sentence};
use super::evidence::Evidence;
use super::openings::Openings;
use super::order::Order;
use super::paragraphs::Paragraphs;
use super::perspective::Perspective;
use super::phrases::{beginning, pattern, quoted};
use super::sentences::Sentences;
use super::tone::Tone;
use super::transitions::Transitions;
use super::vocabulary::Vocabulary;
use crate::text;

/// How many patterns of a kind are shown.
const PATTERNS: usize = 4;

/// A longer name is no name.
const LONGEST_NAME: usize = 100;

/// Everything that was measured.
struct Measured<'a> {
    corpus: &'a Corpus,
    vocabulary: Vocabulary,
    sentences: Sentences,
    openings: Openings,
    order: Order,
    paragraphs: Paragraphs,
    transitions: Transitions,
    tone: Tone,
    perspective: Perspective,
    evidence: Evidence,
}

/// Writes the guide.
pub(super) fn write(corpus: &Corpus, purpose: StylePurpose, name: Option<&str>) -> String {
    let measured = Measured::of(corpus);
    let aspects = measured.aspects();
    let mut guide = format!("# Style guide{}\n\n", title(name));
    guide.push_str("## Overview\n\n");
    guide.push_str(&measured.overview(purpose));
    guide.push_str("\n\n## Guidelines by aspect\n");
    for (number, aspect) in (1..).zip(&aspects) {
        push_aspect(&mut guide, number, aspect);
    }
    push_rules(&mut guide, "Do", aspects.iter().flat_map(|it| &it.dos));
    push_rules(
        &mut guide,
        "Do not",
        aspects.iter().flat_map(|it| &it.donts),
    );
    measured.push_patterns(&mut guide);
    guide
}

fn title(name: Option<&str>) -> String {
    let name = name.map(text::one_line).filter(|name| !name.is_empty());
    name.map_or_else(String::new, |name| {
        let name: String = name.chars().take(LONGEST_NAME).collect();
        format!(": {name}")
    })
}

fn push_aspect(guide: &mut String, number: usize, aspect: &Aspect) {
    let Aspect {
        title,
        findings,
        advice,
        ..
    } = aspect;
    let (findings, advice) = (findings.join(" "), advice.join(" "));
    // Writing to a text never fails.
    let _ = write!(
        guide,
        "\n### {number}. {title}\n\n{findings}\n\n**How to write:** {advice}\n"
    );
}

fn push_rules<'a>(guide: &mut String, title: &str, rules: impl Iterator<Item = &'a String>) {
    let _ = write!(guide, "\n## {title}\n\n");
    for rule in rules {
        let _ = writeln!(guide, "- {rule}");
    }
}

impl<'a> Measured<'a> {
    fn of(corpus: &'a Corpus) -> Self {
        let vocabulary = Vocabulary::of(corpus);
        let sentences = Sentences::of(corpus);
        Self {
            tone: Tone::of(corpus, &vocabulary, sentences.mean()),
            openings: Openings::of(corpus),
            order: Order::of(corpus),
            paragraphs: Paragraphs::of(corpus),
            transitions: Transitions::of(corpus),
            perspective: Perspective::of(corpus),
            evidence: Evidence::of(corpus),
            vocabulary,
            sentences,
            corpus,
        }
    }

    fn aspects(&self) -> [Aspect; 8] {
        [
            self.vocabulary.tell(),
            self.sentences.tell(&self.openings),
            self.order.tell(self.sentences.total()),
            self.paragraphs.tell(),
            self.transitions.tell(),
            self.tone.tell(),
            self.perspective.tell(),
            self.evidence.tell(),
        ]
    }

    fn overview(&self, purpose: StylePurpose) -> String {
        let mut tone = vec![self.tone.register()];
        tone.extend(self.tone.colors());
        let mut overview = format!(
            "This guide is for {}. It was drawn from {} samples with {} words in {} sentences by measuring them; each figure below is theirs. ",
            kind_of_text(purpose),
            self.corpus.samples.len(),
            self.corpus.words().count(),
            self.sentences.total(),
        );
        let _ = write!(
            overview,
            "In short: the tone is {}; the text speaks in {}; sentences are {}, about {:.0} words on average; paragraphs have about {:.0} sentences; ",
            tone.join(", "),
            self.perspective.person().in_words(),
            self.sentences.manner(),
            self.sentences.mean(),
            self.paragraphs.mean_sentences(),
        );
        let _ = write!(
            overview,
            "{} of the sentences hold a figure, and {} are passive.",
            share_of_all(self.evidence.share_with_figure()),
            share_of_all(self.perspective.passive_share()),
        );
        if let Some(line) = self.order.line() {
            let _ = write!(overview, " Thoughts usually run {line}.");
        }
        overview.push_str(
            " Where the subject and this guide disagree, the facts come first: a style shapes what is said and never adds to it. \
             Take the figures as the middle of a range, not as a target for each sentence.",
        );
        overview
    }

    fn push_patterns(&self, guide: &mut String) {
        guide.push_str("\n## Example patterns\n\n");
        let openings = self.shown(|corpus, s| beginning(corpus, s, 4).map(quoted));
        if !openings.is_empty() {
            let _ = writeln!(guide, "- Sentences that open like {}.", listed(&openings));
        }
        let first = self.shown_of(self.first_sentences(), |corpus, s| {
            beginning(corpus, s, 5).map(quoted)
        });
        if !first.is_empty() {
            let _ = writeln!(guide, "- Paragraphs that open like {}.", listed(&first));
        }
        let figures = self.shown(|corpus, s| {
            let has_figure = s.has_figure();
            let pattern = pattern(corpus, s).filter(|it| has_figure && it.contains("[number]"));
            pattern.map(|it| quoted(&it))
        });
        if !figures.is_empty() {
            let _ = writeln!(guide, "- Figures brought in like {}.", listed(&figures));
        }
        let tasks = self.order.tasks();
        if tasks.len() > 1 {
            let _ = writeln!(
                guide,
                "- A paragraph that takes these steps: {}.",
                tasks.join("; ")
            );
        }
        let mean = self.sentences.mean();
        let _ = writeln!(
            guide,
            "- A run of three sentences of about {:.0}, {:.0} and {:.0} words, the last of which carries the point.",
            mean,
            mean * 1.4,
            mean * 0.6
        );
    }

    fn first_sentences(&self) -> impl Iterator<Item = &Sentence> {
        let paragraphs = self.corpus.paragraphs();
        paragraphs.filter_map(|paragraph| paragraph.sentences.first())
    }

    fn shown(&self, phrase: impl Fn(&Corpus, &Sentence) -> Option<String>) -> Vec<String> {
        self.shown_of(self.corpus.sentences(), phrase)
    }

    /// Different phrases, spread over all samples.
    fn shown_of<'s>(
        &self,
        sentences: impl Iterator<Item = &'s Sentence>,
        phrase: impl Fn(&Corpus, &Sentence) -> Option<String>,
    ) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let all: Vec<_> = sentences
            .filter_map(|sentence| phrase(self.corpus, sentence))
            .filter(|phrase| seen.insert(phrase.clone()))
            .collect();
        let step = all.len().div_ceil(PATTERNS).max(1);
        all.into_iter().step_by(step).collect()
    }
}

fn share_of_all(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn kind_of_text(purpose: StylePurpose) -> &'static str {
    match purpose {
        StylePurpose::Grant => "grant applications",
        StylePurpose::Proposal => "proposals",
        StylePurpose::Report => "reports to funders",
        StylePurpose::General => "the organization's texts in general",
    }
}
