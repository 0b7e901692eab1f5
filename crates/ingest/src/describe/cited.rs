//! Years of works that a text cites: not the document's own, but none is later than it.

use std::borrow::Cow;
use std::sync::LazyLock;

use archivist_domain::calendar::MONTHS;
use regex::Regex;

/// A citation with its year: `et al., 2018`, `(Penn & Quill, 2008)`, `Quill (2016)`.
static CITATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \bet\ al\.?,?\ ?\(?(20\d\d)[a-z]?\b
        | \b(?:[A-Z][\w’'-]+),?\ \(?(20\d\d)[a-z]?[;)]
        | \((20\d\d)[a-z]?\)",
    )
    .expect("a valid pattern")
});

/// `(since 2021)` is a date and no citation, as `(as of March 2021)` is.
const NO_AUTHORS: &[&str] = &[
    "spring", "summer", "autumn", "fall", "winter", "year", "fy", "since", "in", "until",
];

/// Fewer citations are no list of works.
const FEWEST: usize = 4;

/// A text without the years of works that it cites.
pub(super) fn without_citations(text: &str) -> Cow<'_, str> {
    CITATION.replace_all(text, |parts: &regex::Captures<'_>| {
        if is_citation(&parts[0]) {
            String::new()
        } else {
            parts[0].to_owned()
        }
    })
}

/// The latest year of the works that texts cite, where there are some.
pub(super) fn latest<'a>(texts: impl Iterator<Item = &'a str>, last: i32) -> Option<i32> {
    let years: Vec<i32> = texts
        .flat_map(|text| CITATION.captures_iter(text))
        .filter(|parts| is_citation(&parts[0]))
        .filter_map(|parts| {
            let year = parts.iter().skip(1).flatten().next()?;
            year.as_str().parse().ok()
        })
        .filter(|year| *year <= last)
        .collect();
    let latest = years.iter().copied().max()?;
    (years.len() >= FEWEST).then_some(latest)
}

fn is_citation(found: &str) -> bool {
    let first = found.split([',', ' ', '(']).next().unwrap_or_default();
    let first = first.to_lowercase();
    !NO_AUTHORS.contains(&first.as_str()) && !MONTHS.contains(&first.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_are_told_from_dates() {
        let text =
            "Quill et al. (2016) and others (Penn & Tansy, 2008; Rill, 2017) since March 2021).";
        let left = without_citations(text);
        assert!(left.contains("March 2021") && !left.contains("2016") && !left.contains("2017"));
        let works = "A (2015). B et al., 2016. Quill (2019). (Rill, 2018) in June 2024)";
        assert_eq!(latest([works].into_iter(), 2026), Some(2019));
        assert_eq!(latest(["Quill (2019)"].into_iter(), 2026), None);
    }
}
