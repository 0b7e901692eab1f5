//! Forms say what they hold: `Project title: Reading for All`, or the label on a line of
//! its own (or in a cell) and the value on the next.

use super::places::Places;

/// A label alone on its line must be as sure as this: others are headings.
const ALONE_FROM: f32 = 0.85;

/// A label and how often what stands behind it is what it says.
pub(super) type Label = (&'static str, f32);

/// The value behind a label.
#[derive(Debug)]
pub(super) struct Labelled {
    pub(super) value: String,
    pub(super) label: &'static str,
    pub(super) weight: f32,
    pub(super) page: Option<u32>,
}

/// The values of these labels in the first lines, in document order.
pub(super) fn labelled(places: &Places<'_>, labels: &[Label]) -> Vec<Labelled> {
    let lines = &places.lines;
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((label, weight, rest)) = labels
            .iter()
            .filter_map(|(label, weight)| Some((*label, *weight, behind(line.text, label)?)))
            .max_by_key(|(label, ..)| label.len())
        else {
            continue;
        };
        let value = if rest.is_empty() {
            lines
                .get(at + 1)
                .filter(|_| weight >= ALONE_FROM)
                .map(|next| next.text)
        } else {
            Some(rest)
        };
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let goes_on = lines
                .get(at + 1 + usize::from(rest.is_empty()))
                .filter(|next| goes_on(value, next.text));
            found.push(Labelled {
                value: match goes_on {
                    Some(next) => format!("{value} {}", next.text),
                    None => value.to_owned(),
                },
                label,
                weight,
                page: line.page,
            });
        }
    }
    found
}

/// Whether a value runs on into the next line.
fn goes_on(value: &str, next: &str) -> bool {
    let open = value.ends_with([',', ':', '-', '–', '—', '&'])
        || value
            .rsplit(' ')
            .next()
            .is_some_and(|word| matches!(word, "of" | "and" | "for" | "the" | "to" | "in" | "a"));
    open || next.starts_with(char::is_lowercase)
}

/// What stands in a line behind a label: after a colon, a dash or a cell's end, or nothing
/// where the line is the label alone. `None` where the line does not begin with it.
fn behind<'a>(line: &'a str, label: &str) -> Option<&'a str> {
    let line = line.trim_start_matches(|c: char| c.is_ascii_digit() || " .)(*#•".contains(c));
    let head = line.get(..label.len())?;
    if !head.eq_ignore_ascii_case(label) {
        return None;
    }
    let rest = line[label.len()..].trim_start_matches(|c: char| "*_ \"”".contains(c));
    if rest.is_empty() {
        return Some("");
    }
    let value = rest.strip_prefix([':', '|', '–', '—', '='])?;
    Some(value.trim_matches(|c: char| "*_: |".contains(c)))
}
