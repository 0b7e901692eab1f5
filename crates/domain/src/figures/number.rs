//! Figures in digits and in words.

use std::ops::Range;

use super::Token;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Plain,
    /// An amount of money, in any currency.
    Money,
    /// Parts of a hundred.
    Percent,
}

/// A figure with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number {
    value: f64,
    unit: Unit,
    spelled: bool,
}

impl Number {
    /// Equal value, and both or neither a percentage. Money may stand without
    /// its sign, as in the cells of a table.
    pub fn agrees_with(&self, other: &Self) -> bool {
        let close = (self.value - other.value).abs() <= 1e-9 * self.value.abs().max(1.0);
        close && (self.unit == Unit::Percent) == (other.unit == Unit::Percent)
    }

    /// How much it is, in its unit.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Whether it is written in words.
    pub fn is_spelled(&self) -> bool {
        self.spelled
    }

    /// What it counts.
    pub fn unit(&self) -> Unit {
        self.unit
    }

    /// "One" in words is rarely a figure ("one of our partners").
    pub fn is_a_pronoun(&self) -> bool {
        self.spelled && self.unit == Unit::Plain && (self.value - 1.0).abs() < f64::EPSILON
    }
}

/// The figures of a text with the bytes they stand in, signs and units included.
pub fn numbers(text: &str, words: &[impl Token]) -> Vec<(Range<usize>, Number)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let Some(run) = digits(text, words, at).or_else(|| spelled(text, words, at)) else {
            at += 1;
            continue;
        };
        let last = at + run.words - 1;
        let (range, unit) = with_unit(text, words, at, last);
        let number = Number {
            value: run.value,
            unit,
            spelled: run.spelled,
        };
        found.push((range, number));
        at += run.words;
    }
    found
}

/// A figure made of one or more words.
struct Run {
    value: f64,
    words: usize,
    spelled: bool,
}

/// A figure in digits, with a scale in letters or words (`45k`, `1.2 million`).
fn digits(text: &str, words: &[impl Token], at: usize) -> Option<Run> {
    let (value, suffix) = leading_digits(words[at].lower())?;
    let attached = match suffix {
        "" | "st" | "nd" | "rd" | "th" | "s" => 1.0,
        "k" => 1e3,
        "m" | "mm" => 1e6,
        "b" | "bn" => 1e9,
        _ => return None,
    };
    let following = words.get(at + 1).filter(|_| joined(text, words, at));
    let scale = following.and_then(|word| scale(word.lower()));
    Some(Run {
        value: value * attached * scale.unwrap_or(1.0),
        words: 1 + usize::from(scale.is_some()),
        spelled: false,
    })
}

fn leading_digits(word: &str) -> Option<(f64, &str)> {
    let end = word
        .find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
        .unwrap_or(word.len());
    let (figure, suffix) = word.split_at(end);
    let grouped_by_dots = figure.matches('.').count() > 1;
    let plain = figure.replace(if grouped_by_dots { '.' } else { ',' }, "");
    plain.parse().ok().map(|value| (value, suffix))
}

/// A figure in words, up to any length (`two hundred and forty-one thousand`).
fn spelled(text: &str, words: &[impl Token], at: usize) -> Option<Run> {
    let (mut total, mut part, mut read) = (0.0, 0.0, 0);
    for (index, word) in words.iter().enumerate().skip(at) {
        if index > at && !joined(text, words, index - 1) {
            break;
        }
        if let Some(value) = small(word.lower()) {
            part += value;
        } else if let Some(value) = scale(word.lower()).filter(|_| part > 0.0) {
            part *= value;
            if value >= 1e3 {
                total += part;
                part = 0.0;
            }
        } else if word.lower() == "and" && part >= 100.0 {
            continue;
        } else {
            break;
        }
        read = index + 1 - at;
    }
    if read == 0 {
        return lone_dozen_or_ordinal(words[at].lower());
    }
    Some(Run {
        value: total + part,
        words: read,
        spelled: true,
    })
}

fn lone_dozen_or_ordinal(word: &str) -> Option<Run> {
    let value = match word {
        "dozen" => 12.0,
        "third" => 3.0,
        "fourth" => 4.0,
        "fifth" => 5.0,
        "sixth" => 6.0,
        "seventh" => 7.0,
        "eighth" => 8.0,
        "ninth" => 9.0,
        "tenth" => 10.0,
        _ => return None,
    };
    Some(Run {
        value,
        words: 1,
        spelled: true,
    })
}

/// Whether only a blank, a line end or a hyphen lies between a word and the next.
fn joined(text: &str, words: &[impl Token], at: usize) -> bool {
    let Some(next) = words.get(at + 1) else {
        return false;
    };
    matches!(
        &text[words[at].range().end..next.range().start],
        " " | "\n" | "-" | "‑"
    )
}

fn small(word: &str) -> Option<f64> {
    const ONES: [&str; 20] = [
        "zero",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 8] = [
        "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ];
    let ones = ONES.iter().position(|known| *known == word);
    let tens = TENS.iter().position(|known| *known == word);
    ones.or(tens.map(|tens| (tens + 2) * 10))
        .map(|value| value as f64)
}

fn scale(word: &str) -> Option<f64> {
    match word {
        "dozen" => Some(12.0),
        "hundred" => Some(1e2),
        "thousand" => Some(1e3),
        "million" => Some(1e6),
        "billion" => Some(1e9),
        _ => None,
    }
}

/// The unit written beside a figure, and the figure's bytes with it.
fn with_unit(text: &str, words: &[impl Token], first: usize, last: usize) -> (Range<usize>, Unit) {
    let (start, end) = (words[first].range().start, words[last].range().end);
    if let Some(sign) = text[..start]
        .chars()
        .next_back()
        .filter(|c| "$€£".contains(*c))
    {
        return (start - sign.len_utf8()..end, Unit::Money);
    }
    let after = &text[end..];
    if let Some(sign) = after.find('%').filter(|at| after[..*at].trim().is_empty()) {
        return (start..end + sign + 1, Unit::Percent);
    }
    let Some(next) = words.get(last + 1) else {
        return (start..end, Unit::Plain);
    };
    match next.lower() {
        "percent" | "percentage" => (start..next.range().end, Unit::Percent),
        "dollars" | "usd" | "euros" | "eur" => (start..next.range().end, Unit::Money),
        _ => (start..end, Unit::Plain),
    }
}
