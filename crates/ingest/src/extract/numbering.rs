//! The numbers of list items, which most formats leave to the program that shows them.

use std::collections::HashMap;

/// Deeper lists no program makes.
pub(super) const MAX_LEVELS: usize = 10;

/// How a number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Format {
    /// Not at all: a bullet, a picture or nothing.
    #[default]
    Unnumbered,
    Decimal,
    LowerLetter,
    UpperLetter,
    LowerRoman,
    UpperRoman,
}

impl Format {
    /// The number in this format.
    pub(super) fn write(self, number: u32) -> String {
        match self {
            Self::Unnumbered => String::new(),
            Self::Decimal => number.to_string(),
            Self::LowerLetter => letters(number),
            Self::UpperLetter => letters(number).to_uppercase(),
            Self::LowerRoman => roman(number),
            Self::UpperRoman => roman(number).to_uppercase(),
        }
    }
}

/// One level of a list.
#[derive(Debug, Clone, Default)]
pub(super) struct Level {
    pub(super) format: Format,
    /// What is shown: `%1` stands for the number of the first level, and so on.
    pub(super) pattern: String,
    pub(super) start: u32,
}

/// The running numbers of a document's lists, by a key that means one list.
#[derive(Default)]
pub(super) struct Counters {
    lists: HashMap<String, [Option<u32>; MAX_LEVELS]>,
}

impl Counters {
    /// The label of the next item of `list` at `depth` (from 0), or nothing where the
    /// list has no numbers.
    pub(super) fn next(&mut self, list: &str, depth: usize, levels: &[Level]) -> Option<String> {
        let depth = depth.min(MAX_LEVELS - 1);
        let level = levels.get(depth)?;
        let counts = self.lists.entry(list.to_owned()).or_default();
        let number = counts[depth].map_or(level.start, |count| count.saturating_add(1));
        counts[depth] = Some(number);
        counts[depth + 1..].fill(None);
        if level.format == Format::Unnumbered {
            return None;
        }
        let label = label(level, &counts[..=depth], levels);
        (!label.trim().is_empty()).then_some(label)
    }

    /// Lets a list begin anew at `depth`.
    pub(super) fn restart(&mut self, list: &str, depth: usize) {
        if let Some(counts) = self.lists.get_mut(list) {
            counts[depth.min(MAX_LEVELS - 1)..].fill(None);
        }
    }
}

fn label(level: &Level, counts: &[Option<u32>], levels: &[Level]) -> String {
    let mut text = level.pattern.clone();
    for (at, count) in counts.iter().enumerate().rev() {
        let placeholder = format!("%{}", at + 1);
        if text.contains(&placeholder) {
            let number = count.unwrap_or(levels[at].start);
            text = text.replace(&placeholder, &levels[at].format.write(number));
        }
    }
    text
}

/// a to z, then aa, bb and so on, as Word counts.
fn letters(number: u32) -> String {
    let at = number.saturating_sub(1);
    let letter = char::from(b'a' + u8::try_from(at % 26).unwrap_or(0));
    let times = (at / 26 + 1).min(10);
    (0..times).map(|_| letter).collect()
}

fn roman(number: u32) -> String {
    const DIGITS: [(u32, &str); 13] = [
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    if number >= 4000 {
        return number.to_string();
    }
    let mut rest = number;
    let mut text = String::new();
    for (value, digit) in DIGITS {
        while rest >= value {
            text.push_str(digit);
            rest -= value;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(format: Format, pattern: &str, start: u32) -> Level {
        Level {
            format,
            pattern: pattern.to_owned(),
            start,
        }
    }

    #[test]
    fn items_count_on_and_deeper_levels_begin_anew() {
        let levels = [
            level(Format::Decimal, "%1.", 1),
            level(Format::LowerLetter, "%1.%2)", 1),
        ];
        let mut counters = Counters::default();
        let labels: Vec<_> = [0, 1, 1, 0, 1]
            .into_iter()
            .filter_map(|depth| counters.next("a", depth, &levels))
            .collect();
        assert_eq!(labels, ["1.", "1.a)", "1.b)", "2.", "2.a)"]);
        counters.restart("a", 0);
        assert_eq!(counters.next("a", 0, &levels).as_deref(), Some("1."));
        assert_eq!(counters.next("b", 0, &levels).as_deref(), Some("1."));
    }

    #[test]
    fn bullets_have_no_label_and_unknown_levels_none() {
        let levels = [level(Format::Unnumbered, "•", 1)];
        let mut counters = Counters::default();
        assert_eq!(counters.next("a", 0, &levels), None);
        assert_eq!(counters.next("a", 5, &levels), None);
    }

    #[test]
    fn numbers_are_written_in_every_format() {
        let formats = [
            Format::Decimal,
            Format::LowerLetter,
            Format::UpperLetter,
            Format::LowerRoman,
            Format::UpperRoman,
        ];
        let written = formats.map(|format| format.write(28));
        assert_eq!(written, ["28", "bb", "BB", "xxviii", "XXVIII"]);
    }
}
