//! What makes a guide less sure: samples that do not go together, a guide too short or
//! too long to be used.

use archivist_domain::count;

use super::corpus::{Corpus, Sample, mean};
use super::perspective::person_of;
use crate::text::one_line;

/// How long a guide should be, in words.
const GOOD_LENGTH: std::ops::RangeInclusive<usize> = 1000..=2500;

/// Sentences of a sample that are so much longer or shorter than those of the others.
const FAR: f64 = 0.4;

/// All warnings about a guide.
pub(super) fn of(samples: &[String], corpus: &Corpus, guide: &str) -> Vec<String> {
    let mut warnings = same_twice(samples);
    warnings.extend(of_other_length(corpus));
    warnings.extend(of_other_person(corpus));
    warnings.extend(of_guide(guide));
    warnings
}

fn same_twice(samples: &[String]) -> Vec<String> {
    let texts: Vec<_> = samples.iter().map(|text| one_line(text)).collect();
    let twin = |at: &usize| texts[..*at].iter().position(|text| *text == texts[*at]);
    let told = |at: usize| {
        let twin = twin(&at)?;
        Some(format!(
            "Samples {} and {} are the same text: a text counts twice that way",
            twin + 1,
            at + 1
        ))
    };
    (0..texts.len()).filter_map(told).collect()
}

fn of_other_length(corpus: &Corpus) -> Vec<String> {
    let length = |sample: &Sample| {
        let lengths: Vec<_> = sample.sentences().map(|s| s.words.len()).collect();
        mean(&lengths)
    };
    let lengths: Vec<_> = corpus.samples.iter().map(length).collect();
    let others = |at: usize| {
        let others = lengths.iter().enumerate().filter(|(place, _)| *place != at);
        others.map(|(_, length)| length).sum::<f64>()
            / lengths.len().saturating_sub(1).max(1) as f64
    };
    let is_far = |at: &usize| {
        let (own, others) = (lengths[*at], others(*at));
        (own - others).abs() > FAR * others
    };
    let told = |at: usize| {
        format!(
            "Sample {} has sentences of {:.0} words, the others of {:.0}: the guide is an average of two styles",
            at + 1,
            lengths[at],
            others(at)
        )
    };
    (0..lengths.len()).filter(is_far).map(told).collect()
}

fn of_other_person(corpus: &Corpus) -> Option<String> {
    let persons: Vec<_> = corpus.samples.iter().map(person_of).collect();
    let first = persons.first()?;
    persons.iter().any(|person| person != first).then(|| {
        let each: Vec<_> = (1..)
            .zip(&persons)
            .map(|(number, person)| format!("{number}: {}", person.in_words()))
            .collect();
        format!(
            "The samples do not speak in the same person ({})",
            each.join(", ")
        )
    })
}

fn of_guide(guide: &str) -> Option<String> {
    let words = count::words(guide);
    let (least, most) = (GOOD_LENGTH.start(), GOOD_LENGTH.end());
    if words < *least {
        Some(format!(
            "The guide has {words} words, fewer than {least}: the samples gave too little to say"
        ))
    } else if words > *most {
        Some(format!(
            "The guide has {words} words, more than {most}: shorten it before use"
        ))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warnings(samples: &[&str]) -> Vec<String> {
        let samples: Vec<_> = samples.iter().map(ToString::to_string).collect();
        of(&samples, &Corpus::of(&samples), &"word ".repeat(1000))
    }

    #[test]
    fn samples_that_do_not_go_together_are_told() {
        let short = "We read. We sing. We walk. We cook.";
        let long = "The agency provides reading instruction, music, guided walks and cooking \
                    lessons to every family in the county.";
        let found = warnings(&[short, short, long]);
        assert!(found[0].contains("Samples 1 and 2"), "{found:?}");
        assert!(
            found
                .iter()
                .any(|it| it.starts_with("Sample 3 has sentences of 17")),
            "{found:?}"
        );
        assert!(
            found.iter().any(|it| it.contains("same person")),
            "{found:?}"
        );
        let other = "We bake. We sew. We draw. We rest.";
        assert!(warnings(&[short, other]).is_empty());
    }

    #[test]
    fn a_guide_has_a_length() {
        assert!(of_guide("short").unwrap().contains("fewer than 1000"));
        assert!(
            of_guide(&"word ".repeat(2501))
                .unwrap()
                .contains("more than 2500")
        );
        assert_eq!(of_guide(&"word ".repeat(2500)), None);
    }
}
