//! People, places, organizations, money, percentages and dates in a passage, with the
//! bytes they stand in: for checks, never for decisions.
//!
//! Figures and dates are read by [`archivist_domain::figures`], which also checks
//! drafts. Names are runs of capitalised words; a few lists of words (`lists.rs`) tell
//! what they name. A run that no list knows is left out: silence is better than a
//! wrong kind.

mod lists;
mod names;

use std::ops::Range;

pub use archivist_domain::EntityKind;
use archivist_domain::figures::{self, Unit, dates, numbers};
use serde::{Deserialize, Serialize};

/// Something that a text names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    /// What it is.
    pub kind: EntityKind,
    /// Where it stands in the text, in bytes.
    pub range: Range<usize>,
    /// As it is written there.
    pub text: String,
}

/// The entities of a text, in its order; none overlaps another.
pub fn entities(text: &str) -> Vec<Entity> {
    let words = figures::words(text);
    let mut found: Vec<(Range<usize>, EntityKind)> = dates(text, &words)
        .into_iter()
        .map(|(range, _)| (range, EntityKind::Date))
        .collect();
    let amounts = numbers(text, &words)
        .into_iter()
        .filter_map(|(range, number)| match number.unit() {
            Unit::Money => Some((range, EntityKind::Money)),
            Unit::Percent => Some((range, EntityKind::Percent)),
            Unit::Plain => None,
        });
    found.extend(amounts);
    found.extend(names::names(text));
    found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
    let mut end = 0;
    found.retain(|(range, _)| {
        let free = range.start >= end;
        end = if free { range.end } else { end };
        free
    });
    found
        .into_iter()
        .map(|(range, kind)| Entity {
            kind,
            text: text[range.clone()].to_owned(),
            range,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use EntityKind::{Date, Money, Organization, Percent, Person, Place};

    fn found(text: &str) -> Vec<(EntityKind, String)> {
        entities(text)
            .into_iter()
            .map(|entity| {
                assert_eq!(text[entity.range], entity.text);
                (entity.kind, entity.text)
            })
            .collect()
    }

    fn is(kind: EntityKind, text: &str) -> (EntityKind, String) {
        (kind, text.to_owned())
    }

    #[test]
    fn a_sentence_with_all_kinds() {
        let text = "On June 30, 2021 Dr. Amara Okafor of the Harlan Community Foundation gave \
                    $1.2 million, 40% of it to schools in Willow County, Ohio.";
        assert_eq!(
            found(text),
            [
                is(Date, "June 30, 2021"),
                is(Person, "Amara Okafor"),
                is(Organization, "Harlan Community Foundation"),
                is(Money, "$1.2 million"),
                is(Percent, "40%"),
                is(Place, "Willow County"),
                is(Place, "Ohio"),
            ]
        );
    }

    #[test]
    fn people_are_known_by_title_given_name_or_what_follows() {
        for text in [
            "Mrs. Quill Tansy came.",
            "We thank Maria T. Quill for it.",
            "Okon Tansy, PhD, leads it.",
        ] {
            assert_eq!(found(text)[0].0, Person, "{text}");
        }
    }

    #[test]
    fn organizations_hold_together_over_small_words() {
        for name in [
            "University of Northern Harlan",
            "Boys and Girls Club of Willow Creek",
            "Department of Health & Human Services",
            "Quill Tansy Consulting, Inc.",
        ] {
            let text = format!("The {name} helps.");
            let first = &found(&text)[0];
            assert_eq!(first.0, Organization, "{name}");
            assert_eq!(first.1, name.trim_end_matches('.'), "{name}");
        }
    }

    #[test]
    fn what_no_list_knows_is_left_out() {
        assert_eq!(found("Every Child Reads Today. The plan has 40 goals."), []);
    }

    #[test]
    fn names_do_not_run_over_lines_and_sentences() {
        let text = "It was told to Maria Quill\nHarlan Foundation. Ohio River is wide.";
        assert_eq!(
            found(text),
            [
                is(Person, "Maria Quill"),
                is(Organization, "Harlan Foundation"),
                is(Place, "Ohio River"),
            ]
        );
    }
}
