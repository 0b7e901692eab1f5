//! Guides as a whole.

use super::fixture::{letters, reports};
use super::*;

fn guide_to(samples: &[String]) -> Guide {
    analyse(samples, StylePurpose::Grant, Some("Letters")).unwrap()
}

/// The phrases in quotation marks.
fn quotes(text: &str) -> Vec<&str> {
    let after = text.split('“').skip(1);
    after.filter_map(|rest| rest.split('”').next()).collect()
}

#[test]
fn a_guide_speaks_of_all_eight_aspects_at_a_usable_length() {
    for samples in [letters(), reports()] {
        let guide = guide_to(&samples);
        assert_eq!(guide.aspects().count(), 8);
        for heading in [
            "# Style guide: Letters",
            "## Overview",
            "### 1. Vocabulary",
            "### 2. Sentence structure",
            "### 3. Thought composition",
            "### 4. Paragraph structure",
            "### 5. Transitions",
            "### 6. Tone",
            "### 7. Perspective",
            "### 8. Data integration",
            "## Do\n",
            "## Do not\n",
            "## Example patterns",
        ] {
            assert!(guide.text.contains(heading), "{heading}");
        }
        let words = guide.words();
        assert!((1000..=2500).contains(&words), "{words}: {}", guide.text);
    }
}

#[test]
fn two_manners_have_two_guides() {
    let (letters, reports) = (guide_to(&letters()).text, guide_to(&reports()).text);
    for (guide, said) in [
        (&letters, "the tone is plain"),
        (&letters, "the text speaks in the first person plural"),
        (&letters, "sentences are short"),
        (&letters, "“families”"),
        (&letters, "Write the word “percent” in full"),
        (&reports, "the tone is formal"),
        (&reports, "the text speaks in the third person"),
        (&reports, "sentences are long"),
        (&reports, "The passive is at home here"),
    ] {
        assert!(guide.contains(said), "{said}: {guide}");
    }
}

#[test]
fn the_same_samples_have_the_same_guide() {
    assert_eq!(guide_to(&letters()), guide_to(&letters()));
}

/// A guide goes to whoever may write in the style; what the samples told stays in them.
#[test]
fn only_short_phrases_without_names_and_figures_are_quoted() {
    let samples = letters();
    let guide = guide_to(&samples);
    let quotes = quotes(&guide.text);
    assert!(quotes.len() > 20, "{quotes:?}");
    for quote in &quotes {
        assert!(
            quote.split_whitespace().count() <= phrases::LONGEST_QUOTE,
            "{quote}"
        );
        assert!(!quote.contains(|c: char| c.is_ascii_digit()), "{quote}");
    }
    for secret in ["Harlan", "212", "24,000", "$31", "November"] {
        assert!(!guide.text.contains(secret), "{secret}: {}", guide.text);
    }
    let runs: Vec<_> = samples
        .iter()
        .map(|text| crate::text::one_line(text))
        .collect();
    let words: Vec<_> = guide.text.split_whitespace().collect();
    let is_said = |run: &[&str]| {
        let run = run.join(" ");
        runs.iter().any(|text| text.contains(&run))
    };
    assert!(
        !words.windows(8).any(is_said),
        "eight words in a row are the samples'"
    );
}

#[test]
fn samples_that_hold_no_style_have_no_guide() {
    let table = vec!["| Oak Hill | 44 | of the | and the | 12 |\n".repeat(60); 3];
    let error = analyse(&table, StylePurpose::General, None).unwrap_err();
    assert_eq!(error, AnalysisError::TooFewSentences(0));
    let german = "Die Kinder lesen jeden Tag ein Buch mit ihren Eltern und freuen sich. ";
    let german = vec![german.repeat(20); 3];
    let error = analyse(&german, StylePurpose::General, None).unwrap_err();
    assert_eq!(error, AnalysisError::NotEnglish);
    assert!(error.to_string().contains("prompt_content"));
}

#[test]
fn a_name_cannot_break_the_guide() {
    let name = format!("A\n\n## Overview\n{}", "x".repeat(500));
    let guide = analyse(&letters(), StylePurpose::Report, Some(&name)).unwrap();
    let title = guide.text.lines().next().unwrap();
    assert!(
        title.starts_with("# Style guide: A ## Overview x"),
        "{title}"
    );
    assert!(title.chars().count() < 120);
    let blank = analyse(&letters(), StylePurpose::Report, Some("  ")).unwrap();
    assert!(blank.text.starts_with("# Style guide\n"));
}
