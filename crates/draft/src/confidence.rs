//! How far a draft can be trusted, as one number.

use std::collections::BTreeSet;

use archivist_domain::{Audience, Section};

use crate::ground::{Claim, Verdict};
use crate::{Source, text};

/// From this many sources on, their number adds nothing more.
pub const FULL_SOURCE_COUNT: usize = 5;

/// Confidence in a draft, 0 to 1, by the requirement's formula: 40 % mean
/// relevance of the sources, 20 % their number (full at [`FULL_SOURCE_COUNT`]),
/// 20 % agreement, 20 % similarity of query and response.
///
/// The formula leaves two parts open. *Agreement* is measured on the draft: the
/// mean over its claims of 1 for a supported one, ½ for a partial one, 0 for an
/// unsupported one, for that is where sources that disagree with the text, or
/// a text that goes beyond them, show. *Similarity* is the share of the query's
/// subject words found in the draft by stem; the words that merely name the
/// section, the audience or the task ("draft a section for a grant") are not
/// subject words, and a query of nothing else counts as met.
pub fn confidence(query: &str, text: &str, sources: &[Source], claims: &[Claim]) -> f32 {
    let relevance: f32 = sources.iter().map(|s| s.relevance.clamp(0.0, 1.0)).sum();
    let mean_relevance = relevance / sources.len().max(1) as f32;
    let number = (sources.len() as f32 / FULL_SOURCE_COUNT as f32).min(1.0);
    0.4 * mean_relevance
        + 0.2 * number
        + 0.2 * agreement(claims)
        + 0.2 * query_similarity(query, text)
}

fn agreement(claims: &[Claim]) -> f32 {
    let credits: Vec<f32> = claims
        .iter()
        .filter_map(|claim| match claim.verdict {
            Verdict::Supported => Some(1.0),
            Verdict::Partial => Some(0.5),
            Verdict::Unsupported => Some(0.0),
            Verdict::NotAClaim => None,
        })
        .collect();
    credits.iter().sum::<f32>() / credits.len().max(1) as f32
}

fn query_similarity(query: &str, text: &str) -> f32 {
    let subject = subject_stems(query);
    if subject.is_empty() {
        return 1.0;
    }
    text::coverage(&subject, &text::content_stems(text))
}

/// The stems of a query that say what it is about.
pub(crate) fn subject_stems(query: &str) -> BTreeSet<String> {
    let mut task: Vec<&str> = vec![
        "write draft compose prepare create section paragraph page text grant proposal \
         application please describe narrative funder need new about help",
    ];
    task.extend(Section::LABELS);
    task.extend(Audience::LABELS);
    let task = text::content_stems(&task.join(" "));
    text::content_stems(query)
        .difference(&task)
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, ground};

    #[test]
    fn d_49_follows_the_formula() {
        let sources = fixture::sources();
        let text = "Riverside University evaluates our results [6]. We fly to the moon daily [6].";
        let claims = ground::check(text, &sources);
        // Mean relevance of 0.85, 0.80 … 0.60 is 0.725; one of two claims holds;
        // of "early" and "university" the text has one.
        let expected = 0.4 * 0.725 + 0.2 + 0.2 * 0.5 + 0.2 * 0.5;
        let got = confidence("Early university grant", text, &sources, &claims);
        assert!((got - expected).abs() < 1e-5, "{got} instead of {expected}");
    }

    #[test]
    fn stays_between_nothing_and_one() {
        assert!(confidence("Reading", "", &[], &[]).abs() < 1e-6);
        let mut source = fixture::sources().remove(0);
        source.relevance = 7.0;
        let sources = vec![source; 9];
        let text = "We are governed by a board of directors of eleven members [1].";
        let claims = ground::check(text, &sources);
        let got = confidence("Write a grant section", text, &sources, &claims);
        assert!((got - 1.0).abs() < 1e-6, "{got}");
    }

    #[test]
    fn the_subject_of_a_query_leaves_out_the_task() {
        let query = "Organizational capacity for a federal early-literacy grant";
        let subject: Vec<_> = subject_stems(query).into_iter().collect();
        assert_eq!(subject, ["earli", "literaci"]);
    }
}
