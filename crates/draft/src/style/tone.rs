//! Tone: how formal, how sure, how warm.

use super::aspect::{Aspect, per_thousand};
use super::corpus::Corpus;
use super::phrases::quoted;
use super::vocabulary::Vocabulary;
use super::words::{CERTAIN, FORMAL, HEDGES, PRAISE, URGENT, WARM};

/// Words of a tone in a thousand above which it can be heard.
const HEARD: f64 = 2.0;

/// Figures about words that carry a tone, in a thousand.
#[derive(Debug)]
pub(super) struct Tone {
    hedges: f64,
    certain: f64,
    warm: f64,
    urgent: f64,
    praise: f64,
    formal: f64,
    contractions: f64,
    is_plain: bool,
    long_sentences: bool,
    /// The words of warmth and praise that are used most.
    warm_words: Vec<String>,
    praise_words: Vec<String>,
}

impl Tone {
    pub(super) fn of(corpus: &Corpus, vocabulary: &Vocabulary, sentence_length: f64) -> Self {
        let words: Vec<_> = corpus.words().map(|word| word.lower.as_str()).collect();
        let of_a_thousand = |list: &[&str]| {
            let found = words.iter().filter(|word| list.contains(word)).count();
            per_thousand(found, words.len())
        };
        Self {
            hedges: of_a_thousand(HEDGES),
            certain: of_a_thousand(CERTAIN),
            warm: of_a_thousand(WARM),
            urgent: of_a_thousand(URGENT),
            praise: of_a_thousand(PRAISE),
            formal: of_a_thousand(FORMAL),
            contractions: vocabulary.contractions_per_thousand(),
            is_plain: vocabulary.is_plain(),
            long_sentences: sentence_length >= 22.0,
            warm_words: used(&words, WARM),
            praise_words: used(&words, PRAISE),
        }
    }

    /// In one word.
    pub(super) fn register(&self) -> &'static str {
        let formal = usize::from(self.formal >= HEARD)
            + usize::from(self.long_sentences)
            + usize::from(!self.is_plain);
        match formal {
            _ if self.contractions >= HEARD => "conversational",
            0 => "plain",
            1 => "neutral",
            _ => "formal",
        }
    }

    /// What is heard besides, in words.
    pub(super) fn colors(&self) -> Vec<&'static str> {
        [
            (self.warm >= HEARD * 2.0, "warm"),
            (self.urgent >= HEARD, "urgent"),
            (
                self.certain >= self.hedges * 2.0 && self.certain >= HEARD,
                "sure of itself",
            ),
            (
                self.hedges > self.certain && self.hedges >= HEARD,
                "careful",
            ),
            (self.praise >= HEARD, "promotional"),
        ]
        .into_iter()
        .filter_map(|(is_heard, color)| is_heard.then_some(color))
        .collect()
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Tone");
        self.tell_register(&mut aspect);
        self.tell_certainty(&mut aspect);
        self.tell_warmth(&mut aspect);
        self.tell_praise(&mut aspect);
        aspect
    }

    fn tell_register(&self, aspect: &mut Aspect) {
        let register = self.register();
        aspect.find(format!(
            "The tone is {register}: {:.1} formal connectives and verbs and {:.1} contractions in a thousand words.",
            self.formal, self.contractions
        ));
        aspect.advise(match register {
            "conversational" => "Write as one would speak to somebody across a table, without slang.",
            "plain" => "Write plainly: no ceremony, no chattiness, the thing itself.",
            "neutral" => "Keep an even, professional tone that neither chats nor stands on ceremony.",
            _ => "Keep the formal tone of a document that will be filed: complete sentences, exact terms, no asides.",
        });
        aspect.do_this(format!("Keep the tone {register} throughout."));
    }

    fn tell_certainty(&self, aspect: &mut Aspect) {
        let (certain, hedges) = (self.certain, self.hedges);
        aspect.find(format!(
            "Words of certainty stand {certain:.1} times in a thousand words, words of caution {hedges:.1} times."
        ));
        if certain.max(hedges) < 0.5 {
            aspect.advise("State facts as facts, without words that stress or soften them.");
            aspect.avoid("Do not stress or soften a statement: no “clearly”, no “perhaps”.");
        } else if certain >= hedges * 2.0 {
            aspect.advise(
                "State what is done and what will be done; say “will” where a plan is firm.",
            );
            aspect.avoid("Do not soften statements with “may”, “might” or “hope to”.");
        } else if hedges > certain {
            aspect.advise("Claim no more than is known: mark estimates and expectations as such.");
            aspect.avoid("Do not promise; say what is expected and why.");
        } else {
            aspect.advise("Be firm about what was done, careful about what is expected, and keep the two apart.");
        }
    }

    fn tell_warmth(&self, aspect: &mut Aspect) {
        aspect.find(format!(
            "Words of warmth stand {:.1} times in a thousand, words of urgency {:.1} times.",
            self.warm, self.urgent
        ));
        if self.warm >= HEARD * 2.0 {
            let words = super::aspect::listed(&self.warm_words);
            aspect.advise(format!(
                "Let warmth show in the choice of words, as the samples do with {words}."
            ));
        } else {
            aspect.advise(
                "Let warmth come from what people do in the text, not from words of feeling.",
            );
            aspect.avoid("Do not plead, and do not add words of feeling.");
        }
        if self.urgent < HEARD {
            aspect.avoid("Do not call things urgent or critical: let the facts be so.");
        } else {
            aspect.advise("Say that time presses where it does, with the fact that shows it.");
        }
    }

    fn tell_praise(&self, aspect: &mut Aspect) {
        if self.praise < 1.5 {
            aspect.find("Words of self-praise are rare or absent.");
            aspect.avoid("Do not praise the organization; no “unique”, “innovative” or “best”.");
        } else {
            let words = super::aspect::listed(&self.praise_words);
            aspect.find(format!("Words of praise occur: {words}."));
            aspect
                .advise("Praise sparingly, and each time with what earns it in the same sentence.");
        }
    }
}

/// Those of the list that occur, the most frequent first.
fn used(words: &[&str], list: &[&str]) -> Vec<String> {
    let count = |word: &&&str| words.iter().filter(|found| found == word).count();
    let mut found: Vec<_> = list.iter().map(|word| (count(&word), *word)).collect();
    found.retain(|(n, _)| *n > 0);
    found.sort_by_key(|&(n, word)| (std::cmp::Reverse(n), word));
    found
        .into_iter()
        .take(5)
        .map(|(_, word)| quoted(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone_of(text: &str) -> Tone {
        let corpus = Corpus::of(&[text.to_owned()]);
        Tone::of(&corpus, &Vocabulary::of(&corpus), 12.0)
    }

    #[test]
    fn registers_and_colors_are_told_apart() {
        let talk = tone_of("We don't know it all. We're glad you came. It's your home, friends.");
        assert_eq!(talk.register(), "conversational");
        assert_eq!(talk.colors(), ["warm"]);
        let sure = tone_of("We will read each day. We will always read. We must go on.");
        assert_eq!(
            (sure.register(), sure.colors()),
            ("plain", vec!["sure of itself"])
        );
        let careful = tone_of("It may rain. It might snow. We hope that it seems likely.");
        assert_eq!(careful.colors(), ["warm", "careful"]);
    }
}
