//! How well each candidate fits each element of the section.

use std::collections::BTreeSet;

use super::candidate::Candidate;
use super::preference::Preference;
use super::role::Role;
use crate::confidence::subject_stems;
use crate::cues::Cues;
use crate::section::Kind;
use crate::{DraftRequest, Source, text};

/// The parts of a score; together 1.
const CUES: f32 = 0.45;
const SUBJECT: f32 = 0.2;
const RELEVANCE: f32 = 0.15;
const PREFERENCE: f32 = 0.1;
const NEWNESS: f32 = 0.1;

/// A document so many years older than the newest source is old.
const OLD_YEARS: f32 = 5.0;

/// The newness of a document without a year.
const UNKNOWN_NEWNESS: f32 = 0.5;

/// What a figure without a year loses when its document is old: a present that
/// may be past, even where no newer sentence says so.
const AGED_FIGURE: f32 = 0.2;

/// What a sentence that introduces the organization gains where that is asked.
const INTRODUCES: f32 = 0.15;

/// That a sentence introduces a person tells as much as a hint where people are asked for.
const PERSON_HINT: f32 = 0.5;

/// How strongly a sentence must speak of an element. Where another element, of
/// any section, has two cues and a half to its one, the sentence is about that other.
const SPEAKS_OF: f32 = 0.36;

/// So many of the request's subject words make a sentence wholly about it.
const FULL_SUBJECT: f32 = 3.0;

/// Scores of one candidate: for each element 0 to 1, or `None` where it holds
/// no cue of it.
pub(super) type Scores = Vec<Option<f32>>;

/// The scores of all candidates for the elements of the requested section.
pub(super) fn scores(
    request: &DraftRequest,
    sources: &[Source],
    candidates: &[Candidate],
) -> Vec<Scores> {
    let elements = Cues::of(request.section);
    let subject = subject(request);
    let preference = Preference::of(request.audience, &request.tone);
    let newest = sources.iter().filter_map(|source| source.year).max();
    candidates
        .iter()
        .map(|candidate| {
            let source = &sources[candidate.source];
            let base = SUBJECT * about(&subject, candidate)
                + RELEVANCE * source.relevance.clamp(0.0, 1.0)
                + PREFERENCE * preference.score(candidate)
                + age(candidate, newness(source, newest));
            of_elements(elements, candidate, source, base)
        })
        .collect()
}

/// What the request is about: its subject words and the organization's name.
fn subject(request: &DraftRequest) -> BTreeSet<String> {
    let organization = request.organization.as_deref().unwrap_or_default();
    let mut subject = subject_stems(&request.query);
    subject.extend(text::content_stems(organization));
    subject
}

fn about(subject: &BTreeSet<String>, candidate: &Candidate) -> f32 {
    let shared = subject.intersection(&candidate.content).count() as f32;
    (shared / FULL_SUBJECT.min(subject.len().max(1) as f32)).min(1.0)
}

/// 1 for the newest year among the sources, down to 0 for old documents: no
/// clock is asked, so that a draft can be made again.
fn newness(source: &Source, newest: Option<i32>) -> f32 {
    match source.year.zip(newest) {
        Some((year, newest)) => 1.0 - ((newest - year) as f32 / OLD_YEARS).min(1.0),
        None => UNKNOWN_NEWNESS,
    }
}

/// What a sentence gains by being new and loses by telling an old figure as present.
fn age(candidate: &Candidate, newness: f32) -> f32 {
    let is_aging = candidate.has_figure && candidate.is_undated_present;
    let loss = if is_aging { AGED_FIGURE } else { 0.0 };
    NEWNESS * newness - loss * (1.0 - newness)
}

/// A sentence counts for an element in proportion to how much less it speaks of
/// it than of what it speaks of most, be that in another section.
fn of_elements(elements: &[Cues], candidate: &Candidate, source: &Source, base: f32) -> Scores {
    let heading = text::stems(source.heading.as_deref().unwrap_or_default());
    let strength = |element: &Cues| strength(element, candidate, &heading);
    let most = Cues::of_all().map(strength).fold(0.0, f32::max);
    elements
        .iter()
        .map(|element| {
            let cue = strength(element);
            let fits = cue * (cue / most);
            let score = CUES * fits + base + introduction(element, candidate);
            (cue > 0.0 && fits >= SPEAKS_OF).then_some(score)
        })
        .collect()
}

/// How strongly a candidate speaks of an element that has a place for it.
fn strength(element: &Cues, candidate: &Candidate, heading: &[String]) -> f32 {
    match (candidate.role, element.kind) {
        (Role::Person, Kind::People) => element.strength(&candidate.stems, heading, PERSON_HINT),
        (Role::Person, _) => 0.0,
        (Role::Introduction, kind) if kind != Kind::Introduction => 0.0,
        _ => element.strength(&candidate.stems, heading, 0.0),
    }
}

fn introduction(element: &Cues, candidate: &Candidate) -> f32 {
    let is_asked = element.kind == Kind::Introduction && candidate.role == Role::Introduction;
    if is_asked { INTRODUCES } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use archivist_domain::{Audience, Section};

    use super::*;
    use crate::compose::candidate::candidates;
    use crate::fixture;
    use crate::ground::Passage;
    use crate::section;

    fn scored(text: &str, audience: Audience) -> Vec<(String, Scores)> {
        let sources = [fixture::source(1, 2024, "Our work", text)];
        let mut request = fixture::request(Section::OrganizationalCapacity);
        request.audience = audience;
        let candidates = candidates(&[Passage::read(&sources[0])]);
        let scores = scores(&request, &sources, &candidates);
        candidates.into_iter().map(|c| c.text).zip(scores).collect()
    }

    #[test]
    fn a_sentence_scores_only_for_elements_it_speaks_of() {
        let found = scored(
            "The board of directors has eleven members.",
            Audience::FederalRfp,
        );
        let named: Vec<_> = section::elements(Section::OrganizationalCapacity)
            .iter()
            .zip(&found[0].1)
            .filter(|(_, score)| score.is_some())
            .map(|(element, _)| element.name)
            .collect();
        assert!(named.contains(&"governance"), "{named:?}");
        assert!(!named.contains(&"partnerships"), "{named:?}");
    }

    #[test]
    fn the_audience_tips_the_scales() {
        let text = "Our staff completed an audit and assessment with 42 indicators in 2023. \
                    Our staff knows every child and every family by name.";
        let staff = |audience| {
            let found = scored(text, audience);
            (found[0].1[1].unwrap(), found[1].1[1].unwrap())
        };
        let (figures, people) = staff(Audience::FederalRfp);
        assert!(figures > people);
        let (figures, people) = staff(Audience::IndividualDonor);
        assert!(people > figures);
    }
}
