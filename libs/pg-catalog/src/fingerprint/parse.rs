//! Reading a fingerprint's text back.

use std::str::FromStr;

use super::{Fingerprint, HEADER, Key, Kind};

/// Why a text is not a fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ParseError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl FromStr for Fingerprint {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut lines = text.lines().zip(1..);
        if lines.next().is_none_or(|(first, _)| first != HEADER) {
            let reason = format!("a fingerprint begins with {HEADER:?}");
            return Err(ParseError { line: 1, reason });
        }
        let mut whole = None;
        let mut found = Self::default();
        for (line, number) in lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#')) {
            let fail = |reason: &str| ParseError {
                line: number,
                reason: reason.to_owned(),
            };
            let (key, text) = parse(line, whole.as_ref()).map_err(fail)?;
            if key.part.is_none() {
                whole = Some(key.clone());
            }
            if found.objects.insert(key, text).is_some() {
                return Err(fail("this object was listed before"));
            }
        }
        Ok(found)
    }
}

/// Reads a line that stands below `whole`.
fn parse(line: &str, whole: Option<&Key>) -> Result<(Key, String), &'static str> {
    let indented = line.strip_prefix("  ");
    let (word, rest) = indented
        .unwrap_or(line)
        .split_once(' ')
        .ok_or("a kind and a name are expected")?;
    let kind = Kind::from_word(word).ok_or("this kind of object is not known")?;
    let (name, text) = split(rest);
    let key = match (indented, whole) {
        (None, _) => Key {
            owner: kind,
            name,
            part: None,
        },
        (Some(_), Some(whole)) => Key {
            part: Some((kind, name)),
            ..whole.clone()
        },
        (Some(_), None) => return Err("there is nothing that this could be a part of"),
    };
    Ok((key, text))
}

/// Splits at the first colon that is not escaped.
fn split(rest: &str) -> (String, String) {
    let mut name = String::new();
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            ':' => break,
            '\\' => name.extend(chars.next().map(|escaped| match escaped {
                'n' => '\n',
                'r' => '\r',
                other => other,
            })),
            c => name.push(c),
        }
    }
    let text = chars.as_str();
    (name, text.strip_prefix(' ').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_survives() {
        let mut fingerprint = Fingerprint::default();
        for name in ["plain", "a: b", "c\\", "line\nbreak", " f(text, x: y) "] {
            fingerprint.add(Kind::Table, name, "");
            fingerprint.add_part(Kind::Table, name, Kind::Column, name, "text default ': '");
        }
        let text = fingerprint.to_string();
        assert_eq!(text.parse(), Ok(fingerprint), "{text}");
    }

    #[test]
    fn remarks_and_empty_lines_may_be_added() {
        let text = format!("{HEADER}\r\n\r\n# taken in May\r\ntable t\r\n  column c: text\r\n");
        let parsed: Fingerprint = text.parse().unwrap();
        assert_eq!(
            (parsed.count(Kind::Table), parsed.count(Kind::Column)),
            (1, 1)
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let cases = [
            ("CREATE TABLE t ();", 1, "begins with"),
            ("# pg-catalog fingerprint 1\ntabel t", 2, "not known"),
            ("# pg-catalog fingerprint 1\ntable", 2, "kind and a name"),
            ("# pg-catalog fingerprint 1\n  column c: text", 2, "part of"),
            (
                "# pg-catalog fingerprint 1\ntable t\n\ntable t",
                4,
                "before",
            ),
        ];
        for (text, line, reason) in cases {
            let error = text.parse::<Fingerprint>().unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(error.reason.contains(reason), "{error}");
        }
    }
}
