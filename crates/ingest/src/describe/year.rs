//! The year that a document belongs to.

use std::sync::LazyLock;

use archivist_domain::figures::{dates, words};
use regex::Regex;

use super::Suggestion;
use super::cited;
use super::labels::{Label, labelled};
use super::places::{Places, shown};
use super::votes::{Vote, decide};

/// The earliest year that the archive accepts.
const FIRST_YEAR: i32 = 2000;

/// Labels before a date of the document.
const DATE_LABELS: &[Label] = &[
    ("date", 0.75),
    ("dated", 0.85),
    ("(dated", 0.85),
    ("date of submission", 0.85),
    ("submission date", 0.85),
    ("date submitted", 0.85),
    ("submitted", 0.75),
    ("submitted on", 0.8),
    ("application deadline date", 0.7),
    ("deadline", 0.6),
    ("due date", 0.6),
    ("fiscal year", 0.8),
    ("reporting period", 0.6),
    ("year", 0.8),
    ("start date", 0.55),
    ("proposed start date", 0.6),
    ("requested start date", 0.6),
    ("project start date", 0.6),
    ("award start date", 0.5),
];

/// How often the year in the file's name is the document's.
const NAME: f32 = 0.97;
/// The same for its title.
const TITLE: f32 = 0.7;
/// A line at the top that is a date and little else.
const DATE_LINE: f32 = 0.75;
/// The year that the opening names most often.
const OPENING: f32 = 0.45;

/// The year of the latest work that is cited: the document is not older.
const CITED: f32 = 0.3;

/// The year, where something names one.
pub(super) fn year(places: &Places<'_>, current_year: i32) -> Option<Suggestion<i32>> {
    let mut votes = Vec::new();
    let opening = cited::without_citations(&places.opening);
    let texts = [
        ("file name", places.name.as_str(), NAME),
        ("title", places.title.as_str(), TITLE),
        ("opening", opening.as_ref(), OPENING),
    ];
    for (place, text, weight) in texts {
        // The title may have been made of the name: it says nothing more then.
        if place == "title" && text == places.name {
            continue;
        }
        votes.extend(most_named(text, current_year).map(|year| Vote {
            value: year,
            weight,
            evidence: format!("{place}: {year}"),
            page: None,
        }));
    }
    votes.extend(dated(places, current_year));
    // A guess, for where nothing else says anything.
    if votes.is_empty() {
        let texts = places.blocks.iter().map(|block| block.text.as_str());
        votes.extend(cited::latest(texts, current_year).map(|year| Vote {
            value: year,
            weight: CITED,
            evidence: format!("latest work cited: {year}"),
            page: None,
        }));
    }
    decide(&votes)
}

/// The dates that the document says are its own. Two that say the same year may well be
/// one date read twice: the surer one counts.
fn dated(places: &Places<'_>, current_year: i32) -> Vec<Vote<i32>> {
    let labelled = labelled(places, DATE_LABELS).into_iter().take(4);
    let mut votes: Vec<Vote<i32>> = labelled
        .filter_map(|found| {
            Some(Vote {
                value: years(&found.value, current_year).next()?,
                weight: found.weight,
                evidence: format!("{}: {}", found.label, shown(&found.value)),
                page: found.page,
            })
        })
        .chain(date_line(places, current_year))
        .collect();
    votes.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let mut seen = Vec::new();
    votes.retain(|vote| {
        let first = !seen.contains(&vote.value);
        seen.push(vote.value);
        first
    });
    votes
}

/// A line at the top that is a date and little else, as on a letter.
fn date_line(places: &Places<'_>, current_year: i32) -> Option<Vote<i32>> {
    places.lines.iter().take(15).find_map(|line| {
        let (range, date) = dates(line.text, &words(line.text)).into_iter().next()?;
        let year = i32::try_from(date.year()?).ok()?;
        let alone = line.text.len() - range.len() <= 10;
        (alone && in_range(year, current_year)).then(|| Vote {
            value: year,
            weight: DATE_LINE,
            evidence: format!("date line: {}", line.text),
            page: line.page,
        })
    })
}

static FISCAL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:FY|fiscal years?(?: ending| ended)?(?: [A-Z]+ \d{1,2},?)?)\s*[’']?(\d{4}|\d{2})(?:\s*[-–/]\s*(\d{4}|\d{2}))?\b")
        .expect("a valid pattern")
});

/// The fiscal year that is named first: in the file's name, the title, the opening.
pub(super) fn fiscal_year(places: &Places<'_>, current_year: i32) -> Option<Suggestion<String>> {
    let texts = [
        ("file name", places.file_name, 0.9),
        ("title", places.title.as_str(), 0.9),
        ("opening", places.opening.as_str(), 0.7),
    ];
    let votes: Vec<Vote<String>> = texts
        .into_iter()
        .filter_map(|(place, text, weight)| {
            let text = text.replace('_', " ");
            let parts = FISCAL.captures(&text)?;
            let first = full(&parts[1])?;
            let second = parts.get(2).and_then(|second| full(second.as_str()));
            in_range(first, current_year).then(|| Vote {
                value: match second.filter(|second| *second == first + 1) {
                    Some(second) => format!("FY{first}-{:02}", second % 100),
                    None => format!("FY{first}"),
                },
                weight,
                evidence: format!("{place}: {}", &parts[0]),
                page: None,
            })
        })
        .collect();
    decide(&votes)
}

fn full(digits: &str) -> Option<i32> {
    let year: i32 = digits.parse().ok()?;
    Some(if digits.len() == 2 {
        FIRST_YEAR + year
    } else {
        year
    })
}

fn in_range(year: i32, current_year: i32) -> bool {
    (FIRST_YEAR..=current_year + 1).contains(&year)
}

/// The year that a text names most often, the first of equals.
fn most_named(text: &str, current_year: i32) -> Option<i32> {
    let years: Vec<i32> = years(text, current_year).collect();
    let count = |year: i32| years.iter().filter(|other| **other == year).count();
    // max_by_key keeps the last of equals, hence backwards.
    years.iter().rev().copied().max_by_key(|year| count(*year))
}

/// Years as written alone: `2023`, `FY2023`, `FY23`, `2023/24`, `3/14/2023`; neither
/// amounts nor parts of longer numbers.
pub(super) fn years(text: &str, current_year: i32) -> impl Iterator<Item = i32> {
    text.split_whitespace()
        .filter(|word| !word.contains(['$', '€', '£', '%', '@', '#']) && !word.contains("://"))
        .flat_map(|word| word.split(|c: char| !c.is_alphanumeric() && c != ',' && c != '.'))
        .filter_map(|part| one_year(part.trim_matches(['.', ','])))
        .filter(move |year| in_range(*year, current_year))
}

fn one_year(part: &str) -> Option<i32> {
    let lower = part.to_ascii_lowercase();
    let digits = lower.strip_prefix("fy").unwrap_or(&lower);
    let fiscal = digits.len() < lower.len();
    let all_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match digits.len() {
        4 if all_digits => digits.parse().ok(),
        2 if all_digits && fiscal => digits.parse::<i32>().ok().map(|year| FIRST_YEAR + year),
        _ => None,
    }
}
