//! What a style is made of: samples are measured, and a guide is written from the
//! figures.
//!
//! No language model is asked. Each aspect is a room of its own that measures and then
//! tells: what the samples do, with figures, and how to write like that. The same
//! samples give the same guide. Of the samples it quotes short phrases only, without
//! names and figures: a style is not what was said in it.

mod aspect;
mod corpus;
mod evidence;
mod guide;
mod openings;
mod order;
mod paragraphs;
mod perspective;
mod phrases;
mod sentences;
mod stats;
mod tone;
mod transitions;
mod vocabulary;
mod warnings;
mod words;

use archivist_domain::{StylePurpose, count};

pub use self::stats::SampleStats;
use corpus::Corpus;

/// What analyses, as replies name it.
pub const NAME: &str = "built-in style analyser";

/// Fewer sentences than this say nothing about a style.
const LEAST_SENTENCES: usize = 10;

/// In English prose two words of five are function words; a third of that is another
/// language, or no prose.
const LEAST_FUNCTION_WORDS: f64 = 0.15;

/// Why samples have no guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnalysisError {
    /// Tables, lists and headings have no style.
    #[error(
        "the samples hold too few whole sentences to measure a style ({0} of at least {LEAST_SENTENCES}): send running text rather than tables, lists or notes"
    )]
    TooFewSentences(usize),
    /// All measures are made for English.
    #[error(
        "the samples do not read as English: the built-in analyser knows no other language; write the guide by hand and keep it as prompt_content of a writing style"
    )]
    NotEnglish,
}

/// How to write like the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    /// The guide, in Markdown.
    pub text: String,
    /// What makes it less sure than it could be.
    pub warnings: Vec<String>,
}

/// Of which aspects a guide speaks, by the words in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "eight aspects, each of which is there or not"
)]
pub struct Aspects {
    /// Words.
    pub vocabulary: bool,
    /// Sentences.
    pub sentence_structure: bool,
    /// The order of thoughts.
    pub thought_composition: bool,
    /// Paragraphs.
    pub paragraph_structure: bool,
    /// Linking words.
    pub transitions: bool,
    /// Tone.
    pub tone: bool,
    /// Who speaks, and to whom.
    pub perspective: bool,
    /// Figures and evidence.
    pub data_integration: bool,
}

impl Aspects {
    fn of(guide: &str) -> Self {
        let guide = guide.to_lowercase();
        let speaks_of = |words: &[&str]| words.iter().any(|word| guide.contains(word));
        Self {
            vocabulary: speaks_of(&["vocabulary"]),
            sentence_structure: speaks_of(&["sentence"]),
            thought_composition: speaks_of(&["thought", "logic"]),
            paragraph_structure: speaks_of(&["paragraph"]),
            transitions: speaks_of(&["transition"]),
            tone: speaks_of(&["tone"]),
            perspective: speaks_of(&["perspective", "person"]),
            data_integration: speaks_of(&["data", "evidence"]),
        }
    }

    /// How many they are.
    pub fn count(self) -> usize {
        [
            self.vocabulary,
            self.sentence_structure,
            self.thought_composition,
            self.paragraph_structure,
            self.transitions,
            self.tone,
            self.perspective,
            self.data_integration,
        ]
        .into_iter()
        .filter(|is_there| *is_there)
        .count()
    }
}

impl Guide {
    /// Its length, in words.
    pub fn words(&self) -> usize {
        count::words(&self.text)
    }

    /// Of which aspects it speaks.
    pub fn aspects(&self) -> Aspects {
        Aspects::of(&self.text)
    }
}

/// Writes a guide to the style of `samples`: what it is for and how it is called only
/// name it.
pub fn analyse(
    samples: &[String],
    purpose: StylePurpose,
    name: Option<&str>,
) -> Result<Guide, AnalysisError> {
    let corpus = Corpus::of(samples);
    let sentences = corpus.sentences().count();
    if sentences < LEAST_SENTENCES {
        return Err(AnalysisError::TooFewSentences(sentences));
    }
    if corpus.function_word_share() < LEAST_FUNCTION_WORDS {
        return Err(AnalysisError::NotEnglish);
    }
    let text = guide::write(&corpus, purpose, name);
    let warnings = warnings::of(samples, &corpus, &text);
    Ok(Guide { text, warnings })
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
