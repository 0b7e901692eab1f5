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

/// So few letters that stand apart are no word.
const MIN_LETTERS: usize = 4;
/// The widest gap between letters that were set one by one, in font sizes: where blanks
/// are drawn between words, and where they are not.
const LETTER_GAP_BY_BLANKS: f64 = 0.45;
const LETTER_GAP: f64 = 0.2;

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
        if self.words.iter().any(|word| is_right_to_left(&word.text)) {
            return leftwards_text(&self.words);
        }
        let mut text = String::new();
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

/// The text of a line with words that are read from right to left. In a line of mostly
/// such words, those that are not (names, numbers) stand in their own order; in others,
/// those that are.
fn leftwards_text(words: &[Word]) -> String {
    let is_leftwards = |word: &Word| is_right_to_left(&word.text);
    let has_letters = |word: &&Word| word.text.contains(char::is_alphabetic);
    let lettered = words.iter().filter(has_letters).count();
    let leftwards = words.iter().filter(|word| is_leftwards(word)).count();
    let runs = words.chunk_by(|a, b| is_leftwards(a) == is_leftwards(b));
    let mut runs: Vec<Vec<&str>> = runs
        .map(|run| {
            let mut texts: Vec<&str> = run.iter().map(|word| word.text.as_str()).collect();
            if is_leftwards(&run[0]) {
                texts.reverse();
            }
            texts
        })
        .collect();
    if leftwards * 2 > lettered {
        runs.reverse();
    }
    without_leaders(&runs.concat().join(" "))
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
    let lines = lines.into_iter().map(with_joined_letters);
    lines.map(Line::of).collect()
}

/// A line whose letters were set one by one (`D e l i v e r e d  t o  a l l`) in words.
/// Where blanks are drawn, they part words; in a line without any, gaps do.
fn with_joined_letters(words: Vec<Word>) -> Vec<Word> {
    let single = |word: &&Word| word.text.chars().nth(1).is_none();
    let singles = words.iter().filter(single).count();
    if words.len() < MIN_LETTERS || singles * 4 < words.len() * 3 {
        return words;
    }
    let has_blanks = words.iter().skip(1).any(|word| word.spaced);
    let widest = if has_blanks {
        LETTER_GAP_BY_BLANKS
    } else {
        LETTER_GAP
    };
    let mut joined: Vec<Word> = Vec::new();
    for word in words {
        let goes_on = joined.last_mut().filter(|last| {
            let size = last.size.max(word.size);
            !word.spaced && word.x0 - last.x1 <= widest * size && word.size > SCRIPT_SIZE * size
        });
        match goes_on {
            Some(last) => {
                last.text.push_str(&word.text);
                last.x1 = word.x1;
            }
            None => joined.push(word),
        }
    }
    joined
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
    fn lines_are_read_from_the_side_at_which_they_begin() {
        let text = |texts: &[&str]| {
            let words = texts.iter().zip(0_u32..);
            let words = words.map(|(text, at)| word(text, 40.0 * f64::from(at), 100.0, 10.0));
            Line::of(words.collect()).text()
        };
        let (aleph, bet, gimel) = ("\u{5d0}", "\u{5d1}", "\u{5d2}");
        let hebrew = text(&[gimel, "2024", "Reading", "Project", bet, aleph]);
        assert_eq!(
            hebrew,
            format!("{aleph} {bet} 2024 Reading Project {gimel}")
        );
        let english = text(&["They", "say", bet, aleph, "in", "Hebrew"]);
        assert_eq!(english, format!("They say {aleph} {bet} in Hebrew"));
    }

    #[test]
    fn letters_set_one_by_one_are_words_again() {
        let text = |texts: &[(&str, f64)], blanks: &[usize]| {
            let words = texts.iter().enumerate();
            let words = words.map(|(at, (text, x0))| Word {
                spaced: blanks.contains(&at),
                ..word(text, *x0, 100.0, 10.0)
            });
            let lines = rows(words.collect());
            lines[0].iter().map(Line::text).collect::<Vec<_>>()
        };
        let letters = [
            ("O", 0.0),
            ("u", 7.0),
            ("r", 14.0),
            ("b", 24.0),
            ("a", 31.0),
            ("y", 38.0),
        ];
        assert_eq!(text(&letters, &[3]), ["Our bay"]);
        let figures = [
            ("4", 0.0),
            (",", 6.5),
            ("6", 13.0),
            ("0", 19.5),
            ("0", 26.0),
        ];
        assert_eq!(text(&figures, &[]), ["4,600"]);
        // Gaps as wide as blanks part words.
        let cells = [("1", 0.0), ("2", 8.0), ("3", 16.0), ("4", 24.0)];
        assert_eq!(text(&cells, &[]), ["1 2 3 4"]);
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
