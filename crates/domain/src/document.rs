//! Rules for the metadata of documents.

use crate::output::MAX_FUNDER_CHARS;

/// The first year a document may be of (also CHECK `valid_year`).
pub const FIRST_YEAR: i32 = 2000;

/// The longest tag, in characters (the column's width).
pub const MAX_TAG_CHARS: usize = 100;

/// The longest file name, in characters (the column's width).
pub const MAX_FILENAME_CHARS: usize = 255;

/// A year outside what the database accepts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("year must be between {FIRST_YEAR} and {last}: {given} is not")]
pub struct YearOutOfRange {
    given: i32,
    last: i32,
}

/// Checks a document's year against CHECK `valid_year`: from [`FIRST_YEAR`] to
/// the year after `current_year`.
pub fn check_year(year: i32, current_year: i32) -> Result<i32, YearOutOfRange> {
    let last = current_year + 1;
    if (FIRST_YEAR..=last).contains(&year) {
        Ok(year)
    } else {
        Err(YearOutOfRange { given: year, last })
    }
}

/// Tags as stored: trimmed, without empty ones and repetitions, in given order.
/// The error names the first tag that is too long.
pub fn clean_tags(tags: &[String]) -> Result<Vec<String>, String> {
    let mut clean: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags.iter().map(|t| t.trim()).filter(|t| !t.is_empty()) {
        if tag.chars().count() > MAX_TAG_CHARS {
            return Err(format!(
                "the tag '{}…' is longer than {MAX_TAG_CHARS} characters",
                tag.chars().take(30).collect::<String>()
            ));
        }
        if !clean.iter().any(|t| t == tag) {
            clean.push(tag.to_owned());
        }
    }
    Ok(clean)
}

/// A funder's name in a line, with single spaces; none where nothing is left of it. The error says
/// what is wrong.
pub fn clean_funder(name: &str) -> Result<Option<String>, String> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.chars().count() > MAX_FUNDER_CHARS {
        return Err(format!("must have at most {MAX_FUNDER_CHARS} characters"));
    }
    Ok((!name.is_empty()).then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_45_next_year_is_the_last_one() {
        assert_eq!(check_year(2000, 2026), Ok(2000));
        assert_eq!(check_year(2027, 2026), Ok(2027));
        assert_eq!(
            check_year(2028, 2026).unwrap_err().to_string(),
            "year must be between 2000 and 2027: 2028 is not"
        );
        assert!(check_year(1999, 2026).is_err());
    }

    #[test]
    fn tags_are_trimmed_and_kept_once() {
        let given = [" literacy", "", "rural", "literacy "].map(String::from);
        assert_eq!(clean_tags(&given).unwrap(), ["literacy", "rural"]);
        assert!(clean_tags(&["x".repeat(101)]).is_err());
    }

    #[test]
    fn a_funder_is_a_name_in_a_line_and_no_pasted_text() {
        let funder = |name: &str| clean_funder(name);
        assert_eq!(
            funder(" Maple\r\n  Trust\n"),
            Ok(Some("Maple Trust".to_owned()))
        );
        assert_eq!(funder("  "), Ok(None));
        assert!(funder(&"é".repeat(MAX_FUNDER_CHARS)).is_ok());
        assert!(funder(&"é".repeat(MAX_FUNDER_CHARS + 1)).is_err());
    }
}
