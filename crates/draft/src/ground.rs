//! Grounding: which passage supports which sentence of a draft, with no model.
//!
//! Two tests decide. *Overlap*: how much of the sentence's meaning (content
//! stems) stands in the best one or two neighbouring sentences of each cited
//! passage, taken together. *Facts*: every figure, amount, percentage, date,
//! name and quotation must stand in the cited passages. A sentence without
//! markers may lean on any passage. Overlap forgives synonyms; facts forgive
//! nothing, and what was not found is listed.

mod passage;

use std::collections::BTreeSet;
use std::ops::Range;

use archivist_domain::PassageId;

use crate::Source;
use crate::citation::Bare;
use crate::fact::{self, Fact};
use crate::text::{self, sentences};
pub(crate) use passage::Passage;

/// From this overlap on a sentence whose facts are all found is supported. A
/// paraphrase of one sentence usually keeps two of three content words; a
/// sentence about something else in the same passage rarely half.
pub const SUPPORTED_OVERLAP: f32 = 0.6;

/// From this overlap on a passage speaks of the same matter.
pub const PARTIAL_OVERLAP: f32 = 0.35;

/// How many passages a sentence without markers may lean on together: more
/// would find the words of any sentence somewhere.
pub const UNCITED_SOURCES: usize = 2;

/// A line of up to this many words without an end mark, figure or marker is a heading.
const HEADING_WORDS: usize = 12;

/// A sentence with fewer content words and no facts states nothing.
const FEWEST_CLAIM_STEMS: usize = 2;

/// What grounding says of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The passages say it, every fact included.
    Supported,
    /// The passages speak of it, but not all of it is there.
    Partial,
    /// The passages do not say it, or its figures are not theirs.
    Unsupported,
    /// A heading, a question or a connecting phrase: nothing to support.
    NotAClaim,
}

/// A sentence of a draft with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// Where it stands in the draft, its markers included, in bytes.
    pub range: Range<usize>,
    /// The sentence without markers.
    pub text: String,
    /// The distinct numbers its markers name, valid or not, in written order.
    pub markers: Vec<u32>,
    /// What grounding says of it.
    pub verdict: Verdict,
    /// The passages that speak of it, best first.
    pub supports: Vec<Support>,
    /// Facts as written in the sentence that the passages do not hold.
    pub missing: Vec<String>,
}

/// A passage that speaks of a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Support {
    /// The source's marker number.
    pub number: u32,
    /// The passage.
    pub passage: PassageId,
    /// The share of the claim's content stems found in `range`, 0 to 1.
    pub score: f32,
    /// The best sentence, or two neighbouring ones, in the passage's text, in bytes.
    pub range: Range<usize>,
}

/// Checks every sentence of a draft against the sources.
pub fn check(text: &str, sources: &[Source]) -> Vec<Claim> {
    let passages: Vec<Passage<'_>> = sources.iter().map(Passage::read).collect();
    let bare = Bare::of(text);
    sentences(&bare.text)
        .into_iter()
        .map(|range| {
            let markers = bare.numbers(&range);
            let sentence = &bare.text[range.clone()];
            let judged = judge(sentence, &markers, &passages);
            Claim {
                range: bare.marked_range(&range),
                text: sentence.to_owned(),
                markers,
                verdict: judged.verdict,
                supports: judged.supports,
                missing: judged.missing,
            }
        })
        .collect()
}

/// Whether one passage alone supports a sentence.
pub(crate) fn is_supported_by(sentence: &str, passage: &Passage<'_>) -> bool {
    let passages = std::slice::from_ref(passage);
    judge(sentence, &[passage.source.number], passages).verdict == Verdict::Supported
}

struct Judged {
    verdict: Verdict,
    supports: Vec<Support>,
    missing: Vec<String>,
}

fn judge(sentence: &str, markers: &[u32], passages: &[Passage<'_>]) -> Judged {
    let stems = text::content_stems(sentence);
    let facts = fact::facts(sentence);
    if markers.is_empty() && !states_something(sentence, &stems, &facts) {
        return Judged {
            verdict: Verdict::NotAClaim,
            supports: Vec::new(),
            missing: Vec::new(),
        };
    }
    let leaning = leaning_on(&stems, markers, passages);
    let missing: Vec<&Fact> = facts
        .iter()
        .filter(|fact| {
            !leaning
                .iter()
                .any(|(passage, _)| passage.evidence.holds(fact))
        })
        .collect();
    Judged {
        verdict: verdict(overlap(&stems, &leaning), &facts, &missing),
        missing: missing.iter().map(|fact| fact.written.clone()).collect(),
        supports: supports(&leaning),
    }
}

fn states_something(sentence: &str, stems: &BTreeSet<String>, facts: &[Fact]) -> bool {
    let ended = sentence.trim_end_matches(['"', '”', '’', ')', '*']);
    if ended.ends_with('?') || sentence.starts_with('#') {
        return false;
    }
    let has_figure = facts.iter().any(Fact::is_exact);
    let is_heading = !ended.ends_with(['.', '!', '…', ';'])
        && sentence.split_whitespace().count() <= HEADING_WORDS;
    has_figure || (!is_heading && (stems.len() >= FEWEST_CLAIM_STEMS || !facts.is_empty()))
}

type Leaning<'a> = (&'a Passage<'a>, Support);

/// The cited passages, or the best of all when none is cited, best first.
fn leaning_on<'a>(
    stems: &BTreeSet<String>,
    markers: &[u32],
    passages: &'a [Passage<'a>],
) -> Vec<Leaning<'a>> {
    let mut leaning: Vec<Leaning<'a>> = passages
        .iter()
        .filter(|passage| markers.is_empty() || markers.contains(&passage.source.number))
        .map(|passage| (passage, passage.best_window(stems)))
        .collect();
    leaning.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
    if markers.is_empty() {
        leaning.truncate(UNCITED_SOURCES);
    }
    leaning
}

/// The share of the sentence's stems in the best windows together.
fn overlap(stems: &BTreeSet<String>, leaning: &[Leaning<'_>]) -> f32 {
    let together: BTreeSet<String> = leaning
        .iter()
        .filter(|(_, support)| support.score >= PARTIAL_OVERLAP)
        .flat_map(|(passage, support)| {
            text::content_stems(&passage.source.text[support.range.clone()])
        })
        .collect();
    text::coverage(stems, &together)
}

/// Everything found: overlap decides. An exact fact missing: partial only if
/// another exact fact was found. Only names missing: at best partial.
fn verdict(overlap: f32, facts: &[Fact], missing: &[&Fact]) -> Verdict {
    let exact = facts.iter().filter(|fact| fact.is_exact()).count();
    let exact_missing = missing.iter().filter(|fact| fact.is_exact()).count();
    let all_exact_wrong = exact_missing > 0 && exact_missing == exact;
    if overlap < PARTIAL_OVERLAP || all_exact_wrong {
        Verdict::Unsupported
    } else if overlap >= SUPPORTED_OVERLAP && missing.is_empty() {
        Verdict::Supported
    } else {
        Verdict::Partial
    }
}

fn supports(leaning: &[Leaning<'_>]) -> Vec<Support> {
    leaning
        .iter()
        .map(|(_, support)| support.clone())
        .filter(|support| support.score >= PARTIAL_OVERLAP)
        .collect()
}

#[cfg(test)]
mod tests;
