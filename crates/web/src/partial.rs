//! Which part of a file is asked for, and whether it is asked for at all: ranges and
//! dates (RFC 9110, sections 13 and 14).

use std::ops::Range;

use axum::http::header::{IF_MODIFIED_SINCE, IF_RANGE, IF_UNMODIFIED_SINCE, RANGE};
use axum::http::{HeaderMap, HeaderName};
use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};

/// How dates are written in headers.
const DATE: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// What a request wants of a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All of it.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// Nothing: it has not changed.
    Unchanged,
    /// Nothing: it has changed.
    Changed,
    /// Bytes that it does not have.
    Beyond,
}

impl Wanted {
    /// Of a file of this size, which came in then.
    pub(crate) fn of(headers: &HeaderMap, size: u64, since: DateTime<Utc>) -> Self {
        let since = since.trunc_subsecs(0);
        if date(headers, &IF_UNMODIFIED_SINCE).is_some_and(|asked| since > asked) {
            return Self::Changed;
        }
        if date(headers, &IF_MODIFIED_SINCE).is_some_and(|asked| since <= asked) {
            return Self::Unchanged;
        }
        let is_other = headers.contains_key(IF_RANGE) && date(headers, &IF_RANGE) != Some(since);
        let range = headers.get(RANGE).and_then(|range| range.to_str().ok());
        match range.and_then(|range| range.strip_prefix("bytes=")) {
            // Several at once would be a reply in parts, which nobody asks for.
            Some(range) if !is_other && !range.contains(',') => part(range.trim(), size),
            _ => Self::Whole,
        }
    }
}

/// A date as headers have it.
pub(crate) fn written(date: DateTime<Utc>) -> String {
    date.format(DATE).to_string()
}

fn date(headers: &HeaderMap, name: &HeaderName) -> Option<DateTime<Utc>> {
    let text = headers.get(name)?.to_str().ok()?;
    let date = NaiveDateTime::parse_from_str(text.trim(), DATE).ok()?;
    Some(date.and_utc())
}

/// `2-5`, `2-` or `-4`; what is none of these is passed over.
fn part(range: &str, size: u64) -> Wanted {
    let Some((first, last)) = range.split_once('-') else {
        return Wanted::Whole;
    };
    let wanted = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Ok(first), Err(_)) if last.is_empty() => first..size,
        (Err(_), Ok(count)) if first.is_empty() => size.saturating_sub(count)..size,
        _ => return Wanted::Whole,
    };
    if wanted.is_empty() {
        Wanted::Beyond
    } else {
        Wanted::Part(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(headers: &[(HeaderName, &'static str)]) -> Wanted {
        let headers = headers.iter().cloned();
        let headers = headers.map(|(name, value)| (name, value.parse().unwrap()));
        let since = "2024-05-03T10:00:00.7Z".parse().unwrap();
        Wanted::of(&headers.collect(), 10, since)
    }

    #[test]
    fn a_range_is_cut_to_what_there_is() {
        for (range, expected) in [
            ("bytes=2-5", Wanted::Part(2..6)),
            ("bytes=2-99", Wanted::Part(2..10)),
            ("bytes=2-", Wanted::Part(2..10)),
            ("bytes=-4", Wanted::Part(6..10)),
            ("bytes=-99", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Beyond),
            ("bytes=-0", Wanted::Beyond),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=1-2,4-5", Wanted::Whole),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(wanted(&[(RANGE, range)]), expected, "{range}");
        }
    }

    #[test]
    fn dates_decide_first() {
        let (same, before) = (
            "Fri, 03 May 2024 10:00:00 GMT",
            "Fri, 03 May 2024 09:59:59 GMT",
        );
        assert_eq!(wanted(&[(IF_MODIFIED_SINCE, same)]), Wanted::Unchanged);
        assert_eq!(wanted(&[(IF_MODIFIED_SINCE, before)]), Wanted::Whole);
        assert_eq!(wanted(&[(IF_UNMODIFIED_SINCE, before)]), Wanted::Changed);
        assert_eq!(wanted(&[(IF_UNMODIFIED_SINCE, same)]), Wanted::Whole);
        let range = (RANGE, "bytes=0-0");
        assert_eq!(
            wanted(&[(IF_RANGE, same), range.clone()]),
            Wanted::Part(0..1)
        );
        assert_eq!(wanted(&[(IF_RANGE, before), range]), Wanted::Whole);
        assert_eq!(written("2024-05-03T10:00:00.7Z".parse().unwrap()), same);
    }
}
