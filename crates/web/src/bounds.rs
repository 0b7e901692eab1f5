//! Bounds of numbers and texts in requests, each refused in the same words.

use std::fmt::Display;
use std::ops::RangeInclusive;

/// What to say of a number outside of its bounds.
pub(crate) fn number<T: PartialOrd + Display>(
    value: &T,
    allowed: &RangeInclusive<T>,
) -> Option<String> {
    let message = || format!("must be between {} and {}", allowed.start(), allowed.end());
    (!allowed.contains(value)).then(message)
}

/// What to say of a text with fewer or more characters than these. Without a largest number,
/// give `usize::MAX`.
pub(crate) fn characters(text: &str, allowed: &RangeInclusive<usize>) -> Option<String> {
    let message = || match (*allowed.start(), *allowed.end()) {
        (1, usize::MAX) => "must have at least 1 character".to_owned(),
        (least, usize::MAX) => format!("must have at least {least} characters"),
        (0, most) => format!("must have at most {most} characters"),
        (least, most) => format!("must have {least} to {most} characters"),
    };
    (!allowed.contains(&text.chars().count())).then(message)
}

/// What to say of a list of more values than these.
pub(crate) fn items(count: usize, most: usize) -> Option<String> {
    (count > most).then(|| format!("must have at most {most} values"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_remarked_on() {
        assert_eq!(number(&1, &(1..=5)), None);
        assert_eq!(characters("é", &(1..=1)), None, "characters, not bytes");
    }

    #[test]
    fn what_does_not_fit_is_told_the_bounds() {
        let said = number(&1.5, &(0.0..=1.0)).unwrap();
        assert_eq!(said, "must be between 0 and 1");
        for (allowed, expected) in [
            (1..=usize::MAX, "must have at least 1 character"),
            (9..=usize::MAX, "must have at least 9 characters"),
            (1..=7, "must have 1 to 7 characters"),
        ] {
            assert_eq!(characters("", &allowed).unwrap(), expected);
        }
        let said = characters("four", &(0..=3)).unwrap();
        assert_eq!(said, "must have at most 3 characters");
    }
}
