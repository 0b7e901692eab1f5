//! Amounts that a search names, in the other ways in which documents write them: `$45,000` is
//! `45k`, `1.2 million` is `1,200,000`.

use std::borrow::Cow;

use archivist_domain::figures::{self, Unit};

use crate::language::Language;
use crate::text;

/// Smaller figures without a sign are years, rooms and counts.
const LEAST_PLAIN: f64 = 10_000.0;
const LEAST_MONEY: f64 = 1_000.0;

/// Words for a million in the languages of documents, as their terms.
const MILLIONS: [&str; 3] = ["million", "millon", "mio"];

/// An amount of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Amount {
    /// In which ways it may be written, as the terms of each.
    pub(crate) spellings: Vec<Vec<String>>,
}

/// The amounts of a text, in the order typed.
pub(crate) fn amounts(text: &str) -> Vec<Amount> {
    let text = with_points(&without_gaps(text));
    let words = figures::words(&text);
    let numbers = figures::numbers(&text, &words).into_iter();
    let values = numbers.filter_map(|(_, number)| {
        let least = match number.unit() {
            Unit::Money => LEAST_MONEY,
            Unit::Plain => LEAST_PLAIN,
            Unit::Percent => return None,
        };
        (number.value() >= least).then_some(number.value())
    });
    let amount = |value| Amount {
        spellings: spellings(value),
    };
    values.map(amount).collect()
}

/// A text whose figures have neither blanks nor points between thousands: `45 000` and `45.000` are
/// `45000`.
fn without_gaps(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digits = |from: usize| {
        let rest = chars.get(from..).unwrap_or_default();
        rest.iter().take_while(|c| c.is_ascii_digit()).count()
    };
    let is_gap = |at: usize| {
        let before = chars[..at].iter().rev();
        let before = before.take_while(|c| c.is_ascii_digit()).count();
        let follows = || chars.iter().skip(at + 4).find(|c| !c.is_whitespace());
        let is_between = match chars[at] {
            // 1.234 million is no 1234 million, and 45.000,50 no 4500050.
            '.' => !matches!(follows(), Some('m' | 'M' | ',')),
            gap => matches!(gap, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}'),
        };
        is_between && (1..=3).contains(&before) && digits(at + 1) == 3
    };
    let kept = (0..chars.len()).filter(|&at| !is_gap(at));
    kept.map(|at| chars[at]).collect()
}

/// A text whose millions have a point where a comma was: `1,1 Mio` is `1.1 million`.
fn with_points(text: &str) -> String {
    let mut words: Vec<Cow<'_, str>> = text.split(' ').map(Cow::from).collect();
    for at in 1..words.len() {
        let term = text::tokens(&words[at], Language::English)
            .into_iter()
            .next();
        let is_million = term.is_some_and(|token| {
            MILLIONS.contains(&token.term.as_str()) || token.term.starts_with(MILLIONS[0])
        });
        let figure = &words[at - 1];
        let is_short = figure
            .split_once(',')
            .is_some_and(|(_, rest)| rest.len() < 3);
        if !is_million {
            continue;
        }
        if is_short {
            words[at - 1] = figure.replace(',', ".").into();
        }
        words[at] = "million".into();
    }
    words.join(" ")
}

/// In digits, in thousands and in millions, as far as these are short.
fn spellings(value: f64) -> Vec<Vec<String>> {
    let whole = value.trunc();
    let mut ways = vec![format!("{whole}"), grouped(whole, ".")];
    let with_gaps = grouped(whole, " ");
    // Others are figures that may stand apart.
    if with_gaps.contains(" 000") {
        ways.push(with_gaps);
    }
    let thousands = value / 1e3;
    if thousands < 1e3 && is_short(thousands) {
        ways.push(format!("{thousands}k"));
        if thousands >= 10.0 {
            ways.push(format!("{thousands} thousand"));
        }
    }
    let millions = value / 1e6;
    if millions >= 1.0 && is_short(millions) {
        ways.push(format!("{millions}m"));
        ways.extend(MILLIONS.map(|word| format!("{millions} {word}")));
        // With a comma for the point, which no term keeps, as only other languages write it: in
        // English 12 million are no 1.2 million.
        let with_comma = format!("{millions}").replace('.', "");
        ways.extend(
            MILLIONS[1..]
                .iter()
                .map(|word| format!("{with_comma} {word}")),
        );
    }
    let mut spellings: Vec<Vec<String>> = Vec::new();
    for way in ways {
        let tokens = text::tokens(&way, Language::English).into_iter();
        let terms: Vec<String> = tokens.map(|token| token.term).collect();
        if !spellings.contains(&terms) {
            spellings.push(terms);
        }
    }
    spellings
}

/// A whole figure with something between its thousands.
fn grouped(whole: f64, gap: &str) -> String {
    let digits = format!("{whole}");
    let (first, rest) = digits.split_at((digits.len() + 2) % 3 + 1);
    let groups = rest.as_bytes().chunks(3).map(String::from_utf8_lossy);
    groups.fold(first.to_owned(), |written, group| {
        format!("{written}{gap}{group}")
    })
}

/// At most two digits after the point.
fn is_short(value: f64) -> bool {
    let hundredths = value * 100.0;
    (hundredths - hundredths.round()).abs() < 1e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Vec<String> {
        let amounts = amounts(text).into_iter();
        let spellings = amounts.flat_map(|amount| amount.spellings);
        spellings.map(|terms| terms.join(" ")).collect()
    }

    #[test]
    fn an_amount_is_looked_for_in_all_its_spellings() {
        for (typed, expected) in [
            (
                "grants of $45,000",
                "45000, 45.000, 45 000, 45k, 45 thousand",
            ),
            ("45k for vans", "45000, 45.000, 45 000, 45k, 45 thousand"),
            (
                "$1.2 million",
                "1200000, 1 200 000, 1.2m, 1.2 million, 1.2 millon, 1.2 mio, \
                 12 millon, 12 mio",
            ),
            (
                "two million dollars",
                "2000000, 2 000 000, 2m, 2 million, 2 millon, 2 mio",
            ),
            ("$187,250.50", "187250, 187.250"),
            ("$5,500", "5500, 5.500, 5.5k"),
        ] {
            assert_eq!(written(typed).join(", "), expected, "{typed}");
        }
        assert_eq!(written("45 000 for vans"), written("45000"));
        for dotted in ["45.000", "45.000 €", "45.000 for vans"] {
            assert_eq!(written(dotted), written("45000"), "{dotted}");
        }
        assert_eq!(written("1.234 million"), written("1234000"));
        assert_eq!(written("138 thousand"), written("$138k"));
        for million in ["1,2 Mio", "1.2 Mio.", "1,2 Millionen"] {
            assert_eq!(written(million), written("$1.2 million"), "{million}");
        }
        assert_eq!(written("€1\u{202f}200\u{a0}000"), written("$1.2 million"));
    }

    #[test]
    fn years_shares_and_counts_are_no_amounts() {
        for typed in [
            "2024",
            "95 percent of 300",
            "room 1200",
            "2023 2024",
            "reading coaches",
            "$40",
        ] {
            assert_eq!(written(typed), Vec::<String>::new(), "{typed}");
        }
    }
}
