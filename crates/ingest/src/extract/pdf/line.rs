//! Lines: words on one baseline, parted where the gap is a column's.

use crate::tidy;

use super::matrix::Area;
use super::word::{WORD_GAP, Word, is_right_to_left};

/// A gap wider than this, in font sizes, may part columns. Justified text does not
/// stretch its blanks as far.
pub(super) const COLUMN_GAP: f64 = 0.9;
/// Words are on one line when their baselines differ by less, in font sizes.
const SAME_LINE: f64 = 0.3;
/// A smaller word above or below the line (`x²`) has at most this share of its size.
const SCRIPT_SIZE: f64 = 0.85;
/// A marker of a list may stand this far before its text, in font sizes.
const MARKER_GAP: f64 = 4.0;

/// Stand around the mark of a note in raw text. They are not characters, so that no
/// document has them.
pub(super) const MARK_START: char = '\u{fdd0}';
pub(super) const MARK_END: char = '\u{fdd1}';

/// Words that follow each other on a baseline.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// From left to right.
    pub(super) words: Vec<Word>,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// The baseline.
    pub(super) y: f64,
    /// The size of most of its letters.
    pub(super) size: f64,
}

impl Line {
    pub(super) fn of(words: Vec<Word>) -> Self {
        let size = usual_size(&words);
        let y = words
            .iter()
            .find(|word| word.size > SCRIPT_SIZE * size)
            .map_or(0.0, |word| word.y);
        Self {
            x0: words.iter().map(|word| word.x0).fold(f64::MAX, f64::min),
            x1: words.iter().map(|word| word.x1).fold(f64::MIN, f64::max),
            y,
            size,
            words,
        }
    }

    pub(super) fn area(&self) -> Area {
        Area {
            x0: self.x0,
            y0: self.y - 0.75 * self.size,
            x1: self.x1,
            y1: self.y + 0.22 * self.size,
        }
    }

    /// Whether every letter is bold.
    pub(super) fn is_bold(&self) -> bool {
        let mut letters = self
            .words
            .iter()
            .filter(|word| word.text.contains(char::is_alphanumeric))
            .peekable();
        letters.peek().is_some() && letters.all(|word| word.bold)
    }

    /// Its text, with the marks of notes between [`MARK_START`] and [`MARK_END`].
    pub(super) fn text(&self) -> String {
        let letters = self.words.iter().map(|word| word.text.as_str());
        let leftwards = letters
            .clone()
            .filter(|text| is_right_to_left(text))
            .count();
        let mut text = String::new();
        if leftwards * 2 > self.words.len() {
            let words: Vec<&str> = letters.rev().collect();
            return words.join(" ");
        }
        let mut end = f64::MAX;
        for word in &self.words {
            let gap = word.x0 - end;
            if word.spaced && gap > 0.0 || gap > WORD_GAP * word.size.min(self.size) {
                text.push(' ');
            }
            end = word.x1;
            if self.is_mark(word) {
                text.push(MARK_START);
                text.push_str(&word.text);
                text.push(MARK_END);
            } else {
                text.push_str(&word.text);
            }
        }
        without_leaders(&text)
    }

    /// Whether a word is a raised number or sign, as stands for a note.
    fn is_mark(&self, word: &Word) -> bool {
        let raised = word.size < SCRIPT_SIZE * self.size && word.y < self.y - 0.15 * self.size;
        raised && is_note_sign(&word.text)
    }

    /// How many words it has that say something.
    pub(super) fn word_count(&self) -> usize {
        self.words
            .iter()
            .filter(|word| word.text.contains(char::is_alphanumeric))
            .count()
    }
}

/// `7`, `*`, `††`.
pub(super) fn is_note_sign(text: &str) -> bool {
    let number = text.len() <= 3 && text.chars().all(|c| c.is_ascii_digit());
    let sign = text.chars().count() <= 3 && text.chars().all(|c| "*†‡§¶".contains(c));
    !text.is_empty() && (number || sign)
}

/// The size of most letters.
fn usual_size(words: &[Word]) -> f64 {
    let mut sizes: Vec<(f64, usize)> = Vec::new();
    for word in words {
        let letters = word.text.chars().count();
        match sizes
            .iter_mut()
            .find(|(size, _)| (*size - word.size).abs() < 0.25)
        {
            Some((_, count)) => *count += letters,
            None => sizes.push((word.size, letters)),
        }
    }
    sizes
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map_or(1.0, |(size, _)| size)
}

/// Without the dots that lead the eye to a page number.
fn without_leaders(text: &str) -> String {
    if !text.contains("..") && !text.contains(". .") && !text.contains("__") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest.trim_start_matches(['.', ' ', '_', '…']);
        let leader = &rest[..rest.len() - run.len()];
        let dots = leader.chars().filter(|c| *c != ' ').count();
        if dots >= 4 {
            out.push(' ');
            rest = run;
        } else if leader.is_empty() {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.push_str(leader);
            rest = run;
        }
    }
    tidy::line(&out)
}

/// All lines of a page that have the same baseline, from left to right.
pub(super) type Row = Vec<Line>;

/// Sorts words into rows, from top to bottom, and parts the rows at wide gaps.
pub(super) fn rows(mut words: Vec<Word>) -> Vec<Row> {
    words.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
    let mut rows: Vec<Vec<Word>> = Vec::new();
    for word in words {
        let near = rows.iter_mut().rev().take(6).find(|row| {
            let first = &row[0];
            (word.y - first.y).abs() <= SAME_LINE * word.size.min(first.size)
        });
        match near {
            Some(row) => row.push(word),
            None => rows.push(vec![word]),
        }
    }
    let mut rows = with_scripts(rows);
    rows.sort_by(|a, b| row_y(a).total_cmp(&row_y(b)));
    rows.into_iter().map(parted).collect()
}

fn row_y(row: &[Word]) -> f64 {
    row.iter()
        .max_by(|a, b| a.size.total_cmp(&b.size))
        .map_or(0.0, |word| word.y)
}

/// Puts raised and lowered small words into the row whose letters they touch.
fn with_scripts(mut rows: Vec<Vec<Word>>) -> Vec<Vec<Word>> {
    let mut at = 0;
    while at < rows.len() {
        let host = [at.checked_sub(1), Some(at + 1)]
            .into_iter()
            .flatten()
            .find(|other| {
                rows.get(*other)
                    .is_some_and(|other| are_scripts_of(&rows[at], other))
            });
        match host {
            Some(host) => {
                let scripts = std::mem::take(&mut rows[at]);
                rows[host].extend(scripts);
                rows.remove(at);
            }
            None => at += 1,
        }
    }
    rows
}

fn are_scripts_of(scripts: &[Word], row: &[Word]) -> bool {
    scripts.len() <= row.len()
        && scripts.iter().all(|script| {
            row.iter().any(|word| {
                let room = word.area();
                let (_, middle) = script.middle();
                let beside = script.x0 - word.x1 < 0.5 * script.size
                    && word.x0 - script.x1 < 0.5 * script.size;
                script.size < SCRIPT_SIZE * word.size
                    && beside
                    && (room.y0 - 0.2 * word.size..=room.y1 + 0.1 * word.size).contains(&middle)
            })
        })
}

fn parted(mut row: Vec<Word>) -> Row {
    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let mut lines: Vec<Vec<Word>> = Vec::new();
    for word in row {
        let goes_on = lines.last().is_some_and(|line| {
            let last = &line[line.len() - 1];
            let end = line.iter().map(|word| word.x1).fold(f64::MIN, f64::max);
            let size = word.size.max(last.size);
            let gap = word.x0 - end;
            let marker = line.len() == 1 && is_marker(&last.text);
            gap <= COLUMN_GAP * size || marker && gap <= MARKER_GAP * size
        });
        match lines.last_mut().filter(|_| goes_on) {
            Some(line) => line.push(word),
            None => lines.push(vec![word]),
        }
    }
    lines.into_iter().map(Line::of).collect()
}

/// `•`, `–`, `3.`, `(a)`, `iv)`, `2.1`: what begins an item of a list.
pub(super) fn is_marker(word: &str) -> bool {
    is_bullet(word) || is_enumerator(word)
}

/// A sign alone; fonts of symbols put theirs into the private use area.
pub(super) fn is_bullet(word: &str) -> bool {
    let mut chars = word.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => {
            matches!(
                c,
                '•' | '·'
                    | '▪'
                    | '■'
                    | '□'
                    | '●'
                    | '○'
                    | '◦'
                    | '‣'
                    | '⁃'
                    | '–'
                    | '-'
                    | '—'
                    | '*'
                    | '➢'
                    | '➤'
                    | '✓'
                    | '✔'
                    | '❖'
                    | '♦'
                    | '◆'
                    | '►'
                    | '▶'
                    | '→'
                    | '☐'
                    | '☑'
                    | '☒'
                    | '❑'
                    | '❒'
                    | '§'
            ) || matches!(c, '\u{e000}'..='\u{f8ff}')
        }
        _ => false,
    }
}

/// `3.`, `(3)`, `3)`, `a.`, `(iv)`, `2.1.`; not `3` or `2024.`.
pub(super) fn is_enumerator(word: &str) -> bool {
    let inner = word.strip_prefix('(').unwrap_or(word);
    let Some(inner) = inner.strip_suffix(['.', ')', ':']) else {
        return false;
    };
    let parts = || inner.split('.');
    let number =
        |part: &str| (1..=2).contains(&part.len()) && part.chars().all(|c| c.is_ascii_digit());
    let letter = inner.len() == 1 && inner.chars().all(|c| c.is_ascii_alphabetic());
    let roman = (1..=4).contains(&inner.len()) && inner.chars().all(|c| "ivx".contains(c));
    letter || roman || parts().count() <= 4 && parts().all(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::pdf::word::Turn;

    pub(in crate::extract::pdf) fn word(text: &str, x0: f64, y: f64, size: f64) -> Word {
        let letters = f64::from(u32::try_from(text.chars().count()).unwrap());
        Word {
            text: text.to_owned(),
            x0,
            x1: x0 + 0.5 * size * letters,
            y,
            size,
            bold: false,
            spaced: false,
            turn: Turn::None,
        }
    }

    #[test]
    fn words_on_a_baseline_are_a_line_parted_at_wide_gaps() {
        let rows = rows(vec![
            word("next", 0.0, 112.0, 10.0),
            word("two", 18.0, 100.4, 10.0),
            word("one", 0.0, 100.0, 10.0),
            word("far", 90.0, 100.0, 10.0),
        ]);
        let texts: Vec<Vec<String>> = rows
            .iter()
            .map(|row| row.iter().map(Line::text).collect())
            .collect();
        assert_eq!(texts, [vec!["one two", "far"], vec!["next"]]);
    }

    #[test]
    fn raised_numbers_are_marks_in_their_line() {
        let rows = rows(vec![
            word("claim", 0.0, 100.0, 10.0),
            word("3", 25.0, 96.0, 6.0),
            word("more", 32.0, 100.0, 10.0),
        ]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0][0].text(), "claim\u{fdd0}3\u{fdd1} more");
    }

    #[test]
    fn leaders_go_and_ellipses_stay() {
        assert_eq!(without_leaders("Budget ........ 12"), "Budget 12");
        assert_eq!(without_leaders("Budget . . . . . 12"), "Budget 12");
        assert_eq!(without_leaders("and so on... then"), "and so on... then");
    }

    #[test]
    fn markers_begin_items_and_years_do_not() {
        for marker in ["•", "3.", "(a)", "iv)", "2.1."] {
            assert!(is_marker(marker), "{marker}");
        }
        for word in ["2024.", "a", "end.", "3", "(see)"] {
            assert!(!is_marker(word), "{word}");
        }
    }
}
