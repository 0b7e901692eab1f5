//! A text that a regular expression matches.

use std::iter::Peekable;
use std::str::Chars;

/// The longest text that is made up.
const LONGEST: usize = 10_000;

/// A short text that the pattern matches; `None` where the pattern uses what is
/// not understood here (back references, looking ahead). A guess: whoever uses
/// it has to see whether it matches.
pub(super) fn sample(pattern: &str) -> Option<String> {
    let mut rest = pattern.chars().peekable();
    let text = alternatives(&mut rest)?;
    rest.next().is_none().then_some(text)
}

/// `one|two|…` up to a closing bracket: the first.
fn alternatives(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let first = sequence(rest)?;
    while rest.next_if_eq(&'|').is_some() {
        sequence(rest)?;
    }
    Some(first)
}

fn sequence(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    while let Some(next) = rest.next_if(|c| !matches!(c, '|' | ')')) {
        let part = match next {
            '^' | '$' => continue,
            '(' => group(rest)?,
            '[' => class(rest)?.to_string(),
            '\\' => escape(rest.next()?)?,
            '.' => "x".to_owned(),
            c => c.to_string(),
        };
        let times = quantifier(rest)?;
        if text.len() + part.len() * times > LONGEST {
            return None;
        }
        text.push_str(&part.repeat(times));
    }
    Some(text)
}

fn group(rest: &mut Peekable<Chars<'_>>) -> Option<String> {
    if rest.next_if_eq(&'?').is_some() {
        rest.next_if_eq(&':')?;
    }
    let text = alternatives(rest)?;
    rest.next_if_eq(&')')?;
    Some(text)
}

/// A character for `\d` and the like; nothing for `\y` and other places between
/// characters.
fn escape(c: char) -> Option<String> {
    let text = match c {
        'd' => "0",
        's' => " ",
        'w' | 'D' | 'S' => "x",
        'W' => "-",
        'A' | 'Z' | 'm' | 'M' | 'y' => "",
        c if c.is_alphanumeric() => return None,
        c => return Some(c.to_string()),
    };
    Some(text.to_owned())
}

/// A character of `[a-z…]`.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges: Vec<(char, char)> = Vec::new();
    loop {
        let first = match rest.next()? {
            ']' if !ranges.is_empty() => break,
            '[' if rest.peek() == Some(&':') => named_class(rest)?,
            '\\' => escape(rest.next()?)?.chars().next()?,
            c => c,
        };
        let mut ahead = rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.next().is_some_and(|c| c != ']');
        let last = if is_range {
            rest.next();
            rest.next()?
        } else {
            first
        };
        ranges.push((first, last));
    }
    if !negated {
        return ranges.first().map(|(first, _)| *first);
    }
    let outside = |c: &char| {
        !ranges
            .iter()
            .any(|(first, last)| (first..=last).contains(&c))
    };
    ['x', 'A', '0', ' ', '-', '_', '@']
        .into_iter()
        .find(outside)
}

/// `[:alpha:]` after its first bracket.
fn named_class(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let name: String = rest.by_ref().take_while(|c| *c != ']').collect();
    match name.trim_matches(':') {
        "alpha" | "alnum" | "lower" | "graph" | "print" | "word" => Some('a'),
        "upper" => Some('A'),
        "digit" | "xdigit" => Some('0'),
        "space" | "blank" => Some(' '),
        "punct" => Some('.'),
        _ => None,
    }
}

/// How often, at least once where that is allowed.
fn quantifier(rest: &mut Peekable<Chars<'_>>) -> Option<usize> {
    let times = match rest.peek() {
        Some('*' | '+' | '?') => {
            rest.next();
            1
        }
        Some('{') => {
            rest.next();
            let bounds: String = rest.by_ref().take_while(|c| *c != '}').collect();
            let least = bounds.split(',').next()?;
            least.parse().ok()?
        }
        _ => return Some(1),
    };
    rest.next_if_eq(&'?');
    Some(times)
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn usual_patterns_have_a_sample() {
        let cases = [
            ("^[0-9a-f]{4}$", "0000"),
            ("^[^@ ]+@[^@]+\\.[a-z]{2,}$", "x@x.aa"),
            ("^(?:draft|final)-\\d{2}$", "draft-00"),
            ("^[[:alpha:]_][[:alnum:]_]*$", "aa"),
            ("^[]x-]$", "]"),
            ("\\ya.c\\+", "axc+"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(sample(pattern).as_deref(), Some(expected), "{pattern}");
        }
    }

    #[test]
    fn what_is_not_understood_is_left_alone() {
        for pattern in ["(a)\\1", "a(?=b)", "[a", "(a", "a)", "x{99999999}"] {
            assert_eq!(sample(pattern), None, "{pattern}");
        }
    }
}
