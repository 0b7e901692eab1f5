//! Vocabulary: how rich it is, and which words come back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::aspect::{Aspect, listed, per_thousand, percent};
use super::corpus::{Corpus, Sentence, share};
use super::phrases::quoted;
use super::words::{JARGON, PEOPLE};
use crate::text::{self, Word};
use crate::verbs;

/// Richness is measured in stretches of so many words, so that long samples do not
/// look poorer than short ones.
const STRETCH: usize = 100;

const LONG_WORD: usize = 9;
const TERMS: usize = 12;
const PAIRS: usize = 6;
const VERBS: usize = 8;

/// A term comes back when it stands this often, in two samples or more.
const COMES_BACK: usize = 3;

/// Figures about the words of all samples.
#[derive(Debug)]
pub(super) struct Vocabulary {
    words: usize,
    mean_letters: f64,
    long: usize,
    /// Different words of a hundred.
    richness: f64,
    contractions: usize,
    abstract_nouns: usize,
    terms: Vec<String>,
    pairs: Vec<String>,
    people: Vec<String>,
    verbs: Vec<String>,
    jargon: Vec<String>,
}

impl Vocabulary {
    pub(super) fn of(corpus: &Corpus) -> Self {
        let words: Vec<_> = corpus.words().collect();
        let lower: Vec<_> = words.iter().map(|word| word.lower.as_str()).collect();
        let letters: Vec<_> = lower.iter().map(|word| word.chars().count()).collect();
        let count = |is_so: fn(&str) -> bool| lower.iter().filter(|word| is_so(word)).count();
        Self {
            words: words.len(),
            mean_letters: super::corpus::mean(&letters),
            long: letters.iter().filter(|&&n| n >= LONG_WORD).count(),
            richness: richness(&lower),
            contractions: count(is_contraction),
            abstract_nouns: count(is_abstract_noun),
            terms: terms(corpus),
            pairs: pairs(corpus),
            people: most_frequent(&lower, |word| PEOPLE.contains(&word), 4),
            verbs: verbs(corpus),
            jargon: most_frequent(&lower, |word| JARGON.contains(&word), 6),
        }
    }

    pub(super) fn contractions_per_thousand(&self) -> f64 {
        per_thousand(self.contractions, self.words)
    }

    pub(super) fn is_plain(&self) -> bool {
        share(self.long, self.words) < 0.14
    }

    pub(super) fn tell(&self) -> Aspect {
        let mut aspect = Aspect::new("Vocabulary");
        self.tell_register(&mut aspect);
        self.tell_richness(&mut aspect);
        self.tell_terms(&mut aspect);
        self.tell_choices(&mut aspect);
        aspect
    }

    fn tell_register(&self, aspect: &mut Aspect) {
        let long = percent(self.long, self.words);
        aspect.find(format!(
            "Words have {:.1} letters on average; {long} have {LONG_WORD} letters or more, and {} of a thousand are abstract nouns of the kind that ends in -tion or -ment.",
            self.mean_letters,
            per_thousand(self.abstract_nouns, self.words).round()
        ));
        if self.is_plain() {
            aspect.advise("Take the everyday word where there is one, and name people, places and things rather than processes.");
            aspect.do_this("Prefer everyday words to learned ones.");
        } else {
            aspect.advise("The learned word is welcome where it is the exact one; explain it once, and keep a plain verb beside it.");
        }
        if self.contractions_per_thousand() >= 2.0 {
            aspect.find(format!(
                "Contractions occur ({:.1} of a thousand words).",
                self.contractions_per_thousand()
            ));
            aspect.advise("Contractions are in keeping with the voice.");
        } else {
            aspect.avoid("Do not use contractions: write “do not”, “it is”.");
        }
    }

    fn tell_richness(&self, aspect: &mut Aspect) {
        let of_a_hundred = self.richness * 100.0;
        aspect.find(format!(
            "Of a hundred words in a row {of_a_hundred:.0} are different."
        ));
        aspect.advise(if self.richness < 0.66 {
            "Repeat the key term instead of looking for synonyms: the samples call a thing by one name."
        } else if self.richness < 0.74 {
            "Keep one name for each important thing, and vary the words around it."
        } else {
            "Vary the wording: the samples seldom use a word twice in neighboring sentences."
        });
    }

    fn tell_terms(&self, aspect: &mut Aspect) {
        if self.terms.is_empty() {
            aspect
                .find("No term comes back through several samples: each keeps to its own subject.");
        } else {
            aspect.find(format!("Terms that come back: {}.", listed(&self.terms)));
            let leading: Vec<_> = self.terms.iter().take(4).cloned().collect();
            aspect.do_this(format!(
                "Use the house terms, first of all {}.",
                listed(&leading)
            ));
        }
        if !self.pairs.is_empty() {
            aspect.find(format!("Fixed pairs of words: {}.", listed(&self.pairs)));
            aspect.advise(
                "Keep the fixed pairs as they are; a reader knows the organization by them.",
            );
        }
    }

    fn tell_choices(&self, aspect: &mut Aspect) {
        if let Some((first, others)) = self.people.split_first() {
            aspect.find(format!(
                "The people served are called {}.",
                listed(&self.people)
            ));
            aspect.advise(format!(
                "Say {first}{} for the people of whom you write; do not bring in another name for them.",
                if others.is_empty() { "" } else { " first" }
            ));
        }
        if !self.verbs.is_empty() {
            aspect.find(format!(
                "The verbs of its work are {}.",
                listed(&self.verbs)
            ));
            aspect.do_this("Let verbs of doing carry the sentence.");
        }
        if self.jargon.is_empty() {
            aspect.avoid("Do not bring in the jargon of the field: the samples do without.");
        } else {
            aspect.find(format!(
                "Of the jargon of the field they use {}.",
                listed(&self.jargon)
            ));
            aspect.avoid("Use no other jargon than the samples do.");
        }
    }
}

fn is_contraction(word: &str) -> bool {
    ["n't", "'re", "'ve", "'ll", "'d", "'m"]
        .iter()
        .any(|ending| word.ends_with(ending))
}

fn is_abstract_noun(word: &str) -> bool {
    const ENDINGS: [&str; 12] = [
        "tion", "tions", "sion", "sions", "ment", "ments", "ness", "ity", "ities", "ance", "ence",
        "ship",
    ];
    word.len() >= 8 && ENDINGS.iter().any(|ending| word.ends_with(ending))
}

/// The share of different words in a stretch, over all stretches.
fn richness(words: &[&str]) -> f64 {
    let shares: Vec<_> = words
        .chunks(STRETCH)
        .filter(|stretch| stretch.len() == STRETCH || words.len() < STRETCH)
        .map(|stretch| share(stretch.iter().collect::<HashSet<_>>().len(), stretch.len()))
        .collect();
    shares.iter().sum::<f64>() / shares.len().max(1) as f64
}

/// Content words that come back, the most frequent first. Names are left out: they are
/// not of the style.
fn terms(corpus: &Corpus) -> Vec<String> {
    let fit = |word: &Word| is_term(word) && corpus.is_no_name(&word.lower);
    let found = corpus.samples.iter().map(|sample| {
        let words = sample.sentences().flat_map(|sentence| &sentence.words);
        let words = words.filter(|word| fit(word));
        words
            .map(|word| (word.stem.clone(), word.lower.clone()))
            .collect()
    });
    coming_back(found.collect(), TERMS)
}

/// Two content words in a row that come back.
fn pairs(corpus: &Corpus) -> Vec<String> {
    let is_small = |sentence: &Sentence, word: &Word| {
        is_term(word) && sentence.text[word.range.clone()].starts_with(|c: char| c.is_lowercase())
    };
    let of_sentence = |sentence: &Sentence| -> Vec<(String, String)> {
        let windows = sentence.words.windows(2);
        let pairs = windows.filter(|pair| pair.iter().all(|word| is_small(sentence, word)));
        let between = |pair: &[Word]| &sentence.text[pair[0].range.end..pair[1].range.start];
        pairs
            .filter(|pair| matches!(between(pair), " " | "-"))
            .map(|pair| {
                let stem = format!("{} {}", pair[0].stem, pair[1].stem);
                let written = &sentence.text[pair[0].range.start..pair[1].range.end];
                (stem, written.to_owned())
            })
            .collect()
    };
    let samples = corpus.samples.iter();
    coming_back(
        samples
            .map(|it| it.sentences().flat_map(of_sentence).collect())
            .collect(),
        PAIRS,
    )
}

/// Verbs that come back.
fn verbs(corpus: &Corpus) -> Vec<String> {
    let of_sentence = |sentence: &Sentence| -> Vec<(String, String)> {
        let words = &sentence.words;
        let verbs = (0..words.len()).filter(|&at| verbs::is_full_verb(words, at));
        verbs
            .map(|at| (words[at].stem.clone(), words[at].lower.clone()))
            .collect()
    };
    let samples = corpus.samples.iter();
    coming_back(
        samples
            .map(|it| it.sentences().flat_map(of_sentence).collect())
            .collect(),
        VERBS,
    )
}

fn is_term(word: &Word) -> bool {
    word.lower.len() > 3
        && !text::is_stop_word(&word.lower)
        && word.lower.chars().all(|c| c.is_alphabetic() || c == '-')
}

/// Of items (a key, and how it is written) sample by sample, those that come back, in
/// the form that is written most.
fn coming_back(samples: Vec<Vec<(String, String)>>, most: usize) -> Vec<String> {
    let mut forms: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    let mut places: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (place, items) in samples.into_iter().enumerate() {
        for (key, form) in items {
            places.entry(key.clone()).or_default().insert(place);
            *forms.entry(key).or_default().entry(form).or_default() += 1;
        }
    }
    let total = |forms: &BTreeMap<String, usize>| forms.values().sum::<usize>();
    let mut found: Vec<_> = forms
        .iter()
        .filter(|(key, forms)| places[*key].len() > 1 && total(forms) >= COMES_BACK)
        .collect();
    found.sort_by(|a, b| total(b.1).cmp(&total(a.1)).then_with(|| a.0.cmp(b.0)));
    let shown = |forms: &BTreeMap<String, usize>| {
        let most = forms
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then_with(|| b.0.cmp(a.0)));
        most.map(|(form, _)| quoted(form))
    };
    found
        .into_iter()
        .take(most)
        .filter_map(|(_, forms)| shown(forms))
        .collect()
}

/// The words that are so, in quotation marks, the most frequent first.
fn most_frequent(words: &[&str], is_so: impl Fn(&str) -> bool, most: usize) -> Vec<String> {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    for word in words.iter().filter(|word| is_so(word)) {
        *found.entry(word).or_default() += 1;
    }
    let mut found: Vec<_> = found.into_iter().collect();
    found.sort_by_key(|&(word, n)| (std::cmp::Reverse(n), word));
    found
        .into_iter()
        .take(most)
        .map(|(word, _)| quoted(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_come_back_in_their_usual_form_and_names_are_none() {
        let text = |rest: &str| {
            format!("We train reading coaches with Maria. Maria thanks each coach. {rest}")
        };
        let corpus = Corpus::of(&[text("Our coaches stay."), text("Reading coaches read.")]);
        let terms = terms(&corpus);
        assert_eq!(terms[0], "“coaches”");
        assert!(!terms.iter().any(|term| term.contains("aria")), "{terms:?}");
        assert_eq!(pairs(&corpus), ["“reading coaches”"; 0]);
        let corpus = Corpus::of(&[
            text("The reading coaches stay."),
            text("All reading coaches."),
        ]);
        assert_eq!(pairs(&corpus), ["“reading coaches”"]);
    }

    #[test]
    fn richness_is_that_of_a_stretch() {
        let same = vec!["word"; 1000];
        assert!((richness(&same) - 0.01).abs() < 1e-9);
        assert!((richness(&["a", "b"]) - 1.0).abs() < 1e-9);
        assert!(richness(&[]).abs() < 1e-9);
    }
}
