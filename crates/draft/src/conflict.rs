//! Sentences of a draft that give different figures for the same thing.

use crate::Source;
use crate::ground::{Claim, Verdict};
use crate::measure::{Measure, measures};
use crate::text;

/// One line for people per attribute for which the draft gives two figures that
/// cannot both stand, with the markers and years they are from.
pub(crate) fn conflicts(claims: &[Claim], sources: &[Source]) -> Vec<String> {
    let stated: Vec<Stated<'_>> = claims
        .iter()
        .filter(|claim| claim.verdict != Verdict::NotAClaim)
        .flat_map(|claim| stated(claim, sources))
        .collect();
    let mut lines: Vec<String> = Vec::new();
    let mut named: Vec<&str> = Vec::new();
    for (at, one) in stated.iter().enumerate() {
        let attribute = one.measure.attribute.as_str();
        let other = stated[at + 1..]
            .iter()
            .find(|other| one.measure.contradicts(&other.measure));
        if let Some(other) = other.filter(|_| !named.contains(&attribute)) {
            named.push(attribute);
            lines.push(format!(
                "The {attribute} differs: {} and {}.",
                one.shown(),
                other.shown()
            ));
        }
    }
    lines
}

/// A measure with the source it is from.
struct Stated<'a> {
    measure: Measure,
    source: Option<&'a Source>,
}

impl Stated<'_> {
    fn shown(&self) -> String {
        let written = &self.measure.written;
        match (self.source, self.measure.year) {
            (Some(source), Some(year)) => format!("{written} [{}, {year}]", source.number),
            (Some(source), None) => format!("{written} [{}]", source.number),
            (None, Some(year)) => format!("{written} [{year}]"),
            (None, None) => written.clone(),
        }
    }
}

/// What a claim counts. Its source is the first it names, or, without markers,
/// the one that supports it best.
fn stated<'a>(claim: &Claim, sources: &'a [Source]) -> Vec<Stated<'a>> {
    let supporting = claim.supports.first().map(|support| support.number);
    let number = claim.markers.first().copied().or(supporting);
    let source = sources.iter().find(|source| Some(source.number) == number);
    let year = source.and_then(|source| source.year);
    measures(&claim.text, &text::words(&claim.text), year)
        .into_iter()
        .map(|measure| Stated { measure, source })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fixture, ground};

    fn found(draft: &str) -> Vec<String> {
        let sources = [
            fixture::source(
                1,
                2023,
                "Board",
                "The board of directors has 12 members. In 2019 we served 610 children.",
            ),
            fixture::source(
                2,
                2025,
                "Board",
                "In May 2025 the board has 13 members. We serve 900 children.",
            ),
        ];
        conflicts(&ground::check(draft, &sources), &sources)
    }

    #[test]
    fn two_figures_for_the_same_thing_are_named_with_years_and_markers() {
        let draft =
            "The board of directors has 12 members [1]. In May 2025 the board has 13 members [2].";
        let line = "The number of board members differs: 12 [1, 2023] and 13 [2, 2025].";
        assert_eq!(found(draft), [line]);
        assert_eq!(found(&crate::citation::strip(draft)), [line]);
    }

    #[test]
    fn history_is_no_conflict() {
        let draft = "In 2019 we served 610 children [1]. We serve 900 children [2].";
        assert_eq!(found(draft), [""; 0]);
    }
}
