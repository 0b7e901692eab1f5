//! Transitions: the words that tie one thought to the next.

use std::collections::BTreeMap;

use super::aspect::{Aspect, listed, percent};
use super::corpus::{Corpus, share};
use super::phrases::quoted;
use super::words::{LINKS, Link};
use crate::text;

/// How many words of a kind are shown.
const SHOWN: usize = 5;

/// Inside a sentence they number things ("the first visit").
const ORDINALS: [&str; 3] = ["first", "second", "third"];

/// Figures about linking words.
#[derive(Debug)]
pub(super) struct Transitions {
    sentences: usize,
    /// How often each phrase stands, kind by kind.
    found: Vec<BTreeMap<&'static str, usize>>,
    /// Sentences that begin with one.
    leading: usize,
}

impl Transitions {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let mut found = vec![BTreeMap::new(); LINKS.len()];
        let (mut sentences, mut leading) = (0, 0);
        for sentence in corpus.sentences() {
            let lower = sentence.lower();
            sentences += 1;
            leading += usize::from(
                LINKS
                    .iter()
                    .any(|link| text::begins_with_any(&lower, link.phrases)),
            );
            for (kind, phrase) in (0..lower.len()).filter_map(|at| link_at(&lower, at)) {
                *found[kind].entry(phrase).or_default() += 1;
            }
        }
        Self {
            sentences,
            found,
            leading,
        }
    }

    fn of_kind(&self, kind: usize) -> usize {
        self.found[kind].values().sum()
    }

    fn total(&self) -> usize {
        (0..LINKS.len()).map(|kind| self.of_kind(kind)).sum()
    }

    /// Kinds that are used, the most usual first.
    fn kinds(&self) -> Vec<usize> {
        let mut kinds: Vec<_> = (0..LINKS.len())
            .filter(|&kind| self.of_kind(kind) > 0)
            .collect();
        kinds.sort_by_key(|&kind| (std::cmp::Reverse(self.of_kind(kind)), kind));
        kinds
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Transitions");
        let in_a_hundred = share(self.total(), self.sentences) * 100.0;
        aspect.find(format!(
            "The samples use {in_a_hundred:.0} linking words or phrases in a hundred sentences; {} of the sentences begin with one.",
            percent(self.leading, self.sentences)
        ));
        self.tell_density(&mut aspect, in_a_hundred);
        self.tell_kinds(&mut aspect);
        self.tell_unused(&mut aspect);
        aspect
    }

    fn tell_density(&self, aspect: &mut Aspect, in_a_hundred: f64) {
        aspect.advise(match in_a_hundred {
            n if n < 15.0 => "Use a transition only where two thoughts pull apart; otherwise repeat a word of the sentence before and go on.",
            n if n < 45.0 => "Put a transition where the direction changes, in about one sentence of three, and let the others follow by themselves.",
            _ => "Mark most steps of the argument with a transition, so that a reader can follow without effort.",
        });
        if share(self.leading, self.sentences) < 0.08 {
            aspect.advise("Place it inside the sentence: a transition at its head is rare here.");
            aspect.avoid("Do not open sentence after sentence with “However” or “In addition”.");
        } else {
            aspect.advise("The head of the sentence is its usual place.");
        }
    }

    fn tell_kinds(&self, aspect: &mut Aspect) {
        let kinds = self.kinds();
        for &kind in kinds.iter().take(4) {
            let link = &LINKS[kind];
            aspect.find(format!(
                "For {} ({}): {}.",
                link.name,
                self.of_kind(kind),
                listed(&self.most_used(kind))
            ));
        }
        for &kind in kinds.iter().take(3) {
            let Link { name, use_it, .. } = &LINKS[kind];
            aspect.advise(format!("Use words of {name} {use_it}."));
        }
        if let Some(&first) = kinds.first() {
            aspect.do_this(format!(
                "Link with the words the samples use, such as {}.",
                listed(
                    &self
                        .most_used(first)
                        .into_iter()
                        .take(3)
                        .collect::<Vec<_>>()
                )
            ));
        }
    }

    fn tell_unused(&self, aspect: &mut Aspect) {
        let unused: Vec<_> = (0..LINKS.len())
            .filter(|&kind| self.of_kind(kind) == 0)
            .map(|kind| LINKS[kind].name.to_owned())
            .collect();
        if !unused.is_empty() {
            aspect.find(format!("No words of {} occur at all.", listed(&unused)));
            aspect.avoid(format!("Do without set phrases of {}.", listed(&unused)));
        }
    }

    fn most_used(&self, kind: usize) -> Vec<String> {
        let mut found: Vec<_> = self.found[kind].iter().collect();
        found.sort_by_key(|&(phrase, n)| (std::cmp::Reverse(*n), *phrase));
        found
            .into_iter()
            .take(SHOWN)
            .map(|(phrase, _)| quoted(phrase))
            .collect()
    }
}

/// The longest linking phrase that stands at this place.
fn link_at(words: &[&str], at: usize) -> Option<(usize, &'static str)> {
    let all = LINKS.iter().enumerate().flat_map(|(kind, link)| {
        let phrases = link.phrases.iter();
        phrases.map(move |phrase| (kind, *phrase))
    });
    let may_stand = |phrase: &str| at == 0 || !ORDINALS.contains(&phrase);
    let here = all
        .filter(|(_, phrase)| may_stand(phrase) && text::begins_with_any(&words[at..], &[phrase]));
    here.max_by_key(|(_, phrase)| phrase.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linking_words_are_counted_by_kind() {
        let corpus = Corpus::of(
            &["However, we stayed. We read because we like to, and as a \
             result we read well. In addition to books we have a second map."
                .to_owned()],
        );
        let found = Transitions::of(&corpus);
        assert_eq!((found.total(), found.leading), (4, 2));
        let names: Vec<_> = found
            .kinds()
            .into_iter()
            .map(|kind| LINKS[kind].name)
            .collect();
        assert_eq!(names, ["cause and effect", "addition", "contrast"]);
        let aspect = found.tell();
        assert!(
            aspect
                .findings
                .iter()
                .any(|it| it.contains("“as a result” and “because”"))
        );
        assert!(
            aspect
                .findings
                .iter()
                .any(|it| it.contains("No words of time and order"))
        );
    }
}
