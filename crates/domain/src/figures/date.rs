//! Dates, as months and days are written in English and in figures.

use std::ops::Range;

use super::Token;
use crate::calendar::MONTHS;

/// A date of which some parts may be unsaid, but not the month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Date {
    year: Option<u32>,
    month: u32,
    day: Option<u32>,
}

impl Date {
    /// The year, where it is said.
    pub fn year(&self) -> Option<u32> {
        self.year
    }

    /// The month, from 1.
    pub fn month(&self) -> u32 {
        self.month
    }

    /// The day of the month, where it is said.
    pub fn day(&self) -> Option<u32> {
        self.day
    }

    /// Whether this date says all that the `coarser` one says.
    pub fn includes(&self, coarser: &Self) -> bool {
        let agrees = |known: Option<u32>, said: Option<u32>| said.is_none() || said == known;
        self.month == coarser.month
            && agrees(self.year, coarser.year)
            && agrees(self.day, coarser.day)
    }
}

/// The dates of a text with the bytes they stand in.
pub fn dates(text: &str, words: &[impl Token]) -> Vec<(Range<usize>, Date)> {
    let mut found: Vec<(Range<usize>, Date)> = Vec::new();
    for at in 0..words.len() {
        let Some((first, last, date)) =
            in_figures(text, words, at).or_else(|| in_words(text, words, at))
        else {
            continue;
        };
        found.push((words[first].range().start..words[last].range().end, date));
    }
    found
}

type Span = (usize, usize, Date);

/// `6/30/2021` (month first, as in the United States) or `2021-06-30`.
fn in_figures(text: &str, words: &[impl Token], at: usize) -> Option<Span> {
    let [first, second, third] = words.get(at..at + 3)? else {
        return None;
    };
    let between = &text[first.range().end..second.range().start];
    if between != &text[second.range().end..third.range().start] {
        return None;
    }
    let figures = [first, second, third].map(|word| word.lower().parse().ok());
    let (("-", [Some(year), Some(month), Some(day)]) | ("/", [Some(month), Some(day), Some(year)])) =
        (between, figures)
    else {
        return None;
    };
    let plausible = is_year(year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    plausible.then_some((
        at,
        at + 2,
        Date {
            year: Some(year),
            month,
            day: Some(day),
        },
    ))
}

/// `June`, `June 2021`, `June 30`, `June 30, 2021`, `30 June 2021`.
fn in_words(text: &str, words: &[impl Token], at: usize) -> Option<Span> {
    let month = month(text, &words[at])?;
    let figure = |index: usize| words.get(index).and_then(|word| day_or_year(word.lower()));
    let near = |index: usize| {
        matches!(
            &text[words[index - 1].range().end..words[index].range().start],
            " " | ", " | "\n"
        )
    };
    let next = figure(at + 1).filter(|_| near(at + 1));
    let before = at
        .checked_sub(1)
        .and_then(figure)
        .filter(|day| is_day(*day) && near(at));
    let (day, day_end) = match (before, next) {
        (None, Some(day)) if is_day(day) => (Some(day), at + 1),
        (before, _) => (before, at),
    };
    let year = figure(day_end + 1).filter(|year| is_year(*year) && near(day_end + 1));
    let first_word_without_figure = at == 0 && day.is_none() && year.is_none();
    let first = if before.is_some() { at - 1 } else { at };
    let last = day_end + usize::from(year.is_some());
    (!first_word_without_figure).then_some((first, last, Date { year, month, day }))
}

/// The month a capitalised word names: `may` and `march` are other words.
fn month(text: &str, word: &impl Token) -> Option<u32> {
    let capital = text[word.range().clone()].starts_with(char::is_uppercase);
    let index = MONTHS.iter().position(|known| *known == word.lower())?;
    capital
        .then(|| u32::try_from(index).ok().map(|index| index + 1))
        .flatten()
}

fn day_or_year(word: &str) -> Option<u32> {
    word.trim_end_matches(|c: char| c.is_ascii_alphabetic())
        .parse()
        .ok()
}

fn is_day(figure: u32) -> bool {
    (1..=31).contains(&figure)
}

fn is_year(figure: u32) -> bool {
    (1800..=2200).contains(&figure)
}
