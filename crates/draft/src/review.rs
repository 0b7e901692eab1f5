//! The checks that run after any provider, with no model.

use archivist_domain::{Section, count};

use crate::confidence::subject_stems;
use crate::conflict::conflicts;
use crate::cues::Cues;
use crate::ground::{self, Claim, Verdict};
use crate::{DraftRequest, Source, citation, confidence, section, text};

/// What the checks say of a draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Review {
    /// Every sentence with its verdict, in order.
    pub claims: Vec<Claim>,
    /// One line for people per kind of trouble; empty when there is none.
    pub quality_issues: Vec<String>,
    /// The names of the section's elements that no sentence speaks of.
    pub missing_elements: Vec<&'static str>,
    /// See [`confidence()`](crate::confidence()).
    pub confidence: f32,
    /// Words as portals count them, markers excluded.
    pub words: usize,
}

/// Checks a draft, whoever wrote it.
pub fn review(request: &DraftRequest, sources: &[Source], draft: &str) -> Review {
    let claims = ground::check(draft, sources);
    let missing_elements = missing_elements(request.section, &claims);
    let words = count::words(&citation::strip(draft));
    let issues = [
        unknown(request, sources),
        wrong_markers(request, sources, draft),
        sentences_with(
            &claims,
            Verdict::Unsupported,
            "not supported by the sources",
        ),
        sentences_with(
            &claims,
            Verdict::Partial,
            "only partly supported by the sources",
        ),
        uncited(request, &claims),
        too_long(request, words),
        missing(request.section, &missing_elements),
    ];
    Review {
        quality_issues: issues
            .into_iter()
            .flatten()
            .chain(conflicts(&claims, sources))
            .collect(),
        confidence: confidence(&request.query, draft, sources, &claims),
        missing_elements,
        claims,
        words,
    }
}

/// Where at least half of the words that say what the request is about stand in no source: what the
/// draft says may be true, but of something else.
fn unknown(request: &DraftRequest, sources: &[Source]) -> Option<String> {
    let mut subject = subject_stems(&request.query);
    let words = subject.len();
    for source in sources {
        let heading = source.heading.as_deref().unwrap_or_default();
        for told in [&source.title, heading, &source.text] {
            let told = text::content_stems(told);
            subject.retain(|stem| !told.contains(stem));
        }
    }
    let is_unknown = !sources.is_empty() && !subject.is_empty() && 2 * subject.len() >= words;
    let typed = text::words(&request.query).into_iter();
    // Each once, as it was typed.
    let named = typed.filter(|word| subject.remove(&word.stem));
    let named: Vec<&str> = named.map(|word| &request.query[word.range]).collect();
    is_unknown.then(|| {
        format!(
            "Warning: no source speaks of {}; the library may know nothing of it.",
            named.join(", ")
        )
    })
}

fn missing_elements(section: Section, claims: &[Claim]) -> Vec<&'static str> {
    let spoken: Vec<Vec<String>> = claims
        .iter()
        .filter(|claim| claim.verdict != Verdict::NotAClaim)
        .map(|claim| text::stems(&claim.text))
        .collect();
    section::elements(section)
        .iter()
        .zip(Cues::of(section))
        .filter(|(_, cues)| !spoken.iter().any(|sentence| cues.speak_in(sentence)))
        .map(|(element, _)| element.name)
        .collect()
}

fn wrong_markers(request: &DraftRequest, sources: &[Source], draft: &str) -> Option<String> {
    let invalid = citation::invalid_markers(draft, sources);
    let named: Vec<String> = invalid.iter().map(|number| format!("[{number}]")).collect();
    (request.include_citations && !invalid.is_empty()).then(|| {
        format!(
            "Warning: {} to no source: {}.",
            markers_point(invalid.len()),
            named.join(", ")
        )
    })
}

fn markers_point(count: usize) -> String {
    if count == 1 {
        "1 citation marker points".to_owned()
    } else {
        format!("{count} citation markers point")
    }
}

fn sentences_with(claims: &[Claim], verdict: Verdict, words: &str) -> Option<String> {
    let count = claims
        .iter()
        .filter(|claim| claim.verdict == verdict)
        .count();
    (count > 0).then(|| format!("{} {words}.", sentences_are(count)))
}

fn sentences_are(count: usize) -> String {
    if count == 1 {
        "1 sentence is".to_owned()
    } else {
        format!("{count} sentences are")
    }
}

fn uncited(request: &DraftRequest, claims: &[Claim]) -> Option<String> {
    let count = claims
        .iter()
        .filter(|claim| claim.verdict != Verdict::NotAClaim && claim.markers.is_empty())
        .count();
    (request.include_citations && count > 0)
        .then(|| format!("{} without a citation.", sentences_are(count)))
}

fn too_long(request: &DraftRequest, words: usize) -> Option<String> {
    (words > request.max_words).then(|| {
        format!(
            "The draft has {words} words; the limit is {}.",
            request.max_words
        )
    })
}

fn missing(section: Section, elements: &[&str]) -> Option<String> {
    (!elements.is_empty()).then(|| {
        format!(
            "Nothing in the draft speaks of: {} ({section}).",
            elements.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::fixture;

    fn reviewed(draft: &str) -> Review {
        let mut request = fixture::request(Section::OrganizationalCapacity);
        request.max_words = 12;
        review(&request, &fixture::sources(), draft)
    }

    #[test]
    fn a_clean_draft_misses_only_what_it_does_not_say() {
        let review = reviewed("We are governed by a board of directors of eleven members [1].");
        assert_eq!(review.words, 11);
        assert!(!review.missing_elements.contains(&"governance"));
        assert!(review.missing_elements.contains(&"partnerships"));
        assert_eq!(
            review.quality_issues.len(),
            1,
            "{:?}",
            review.quality_issues
        );
        assert!(review.quality_issues[0].contains("partnerships"));
    }

    #[test]
    fn each_kind_of_trouble_has_its_line() {
        let review = reviewed(
            "Our annual budget is $7 million [5]. Riverside University evaluates our results [8]. \
             An operating reserve covers four months of expenses.",
        );
        for line in [
            "Warning: 1 citation marker points to no source: [8].",
            "2 sentences are not supported by the sources.",
            "1 sentence is without a citation.",
            "The draft has 19 words; the limit is 12.",
        ] {
            assert!(
                review.quality_issues.iter().any(|issue| issue == line),
                "{line}: {review:?}"
            );
        }
    }

    #[test]
    fn a_request_that_no_source_speaks_of_is_told() {
        let unknown = |query: &str| {
            let mut request = fixture::request(Section::OrganizationalCapacity);
            request.query = query.to_owned();
            unknown(&request, &fixture::sources())
        };
        assert_eq!(
            unknown("Penguins for children in Antarctica, and more penguins").as_deref(),
            Some(
                "Warning: no source speaks of Penguins, Antarctica; the library may know nothing of it."
            )
        );
        assert_eq!(unknown("The board of directors and its penguins"), None);
        assert_eq!(unknown("Write a section for a grant"), None);
    }

    #[test]
    fn markers_are_not_asked_for_where_none_were_wanted() {
        let mut request = fixture::request(Section::OrganizationalCapacity);
        request.include_citations = false;
        let text = "An operating reserve covers four months of expenses.";
        let review = review(&request, &fixture::sources(), text);
        assert_eq!(review.claims[0].verdict, Verdict::Supported);
        assert!(
            review
                .quality_issues
                .iter()
                .all(|issue| issue.starts_with("Nothing"))
        );
    }
}
