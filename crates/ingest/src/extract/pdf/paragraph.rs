//! Lines to paragraphs, items of lists and rows of tables.

use super::grid::Grid;
use super::line::{Line, MARK_END, MARK_START, is_bullet, is_enumerator, is_marker};
use super::order::Piece;
use super::table::{self, Rows, Stretch};
use super::word::is_right_to_left;

/// A distance this many times the usual one parts paragraphs.
const PARAGRAPH_GAP: f64 = 1.22;
/// Sizes that differ by less are the same.
const SAME_SIZE: f64 = 0.07;
/// The first line of a paragraph is indented by at least this, in font sizes.
const INDENT: f64 = 0.8;
/// A line that leaves this share of the column free ended before its end.
const SHORT: f64 = 0.2;

/// What a paragraph is, as far as its page alone can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    Item,
    /// The row of a table that names its columns.
    Head,
    Row,
}

/// A stretch of text that belongs together.
#[derive(Debug, Clone)]
pub(super) struct Paragraph {
    pub(super) page: u32,
    pub(super) form: Form,
    /// Cells of a row; otherwise one text. Marks of notes are between
    /// [`super::line::MARK_START`] and [`super::line::MARK_END`].
    pub(super) texts: Vec<String>,
    /// The font size, in points.
    pub(super) size: f64,
    /// Whether every letter is bold.
    pub(super) bold: bool,
    pub(super) lines: usize,
    /// Whether it begins a column or a page, where it may go on with the one before.
    pub(super) opens: bool,
    /// The baseline of its first line, as a share of the page's height.
    pub(super) depth: f64,
}

impl Paragraph {
    /// Letters that are set in its size.
    pub(super) fn length(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }
}

/// The paragraphs of one part of a page: a column, or all of it.
pub(super) fn paragraphs(part: Vec<Piece>, page: u32, height: f64) -> Vec<Paragraph> {
    let mut out = Vec::new();
    let mut rows: Rows = Vec::new();
    for piece in part {
        match piece {
            Piece::Line(line) => {
                let same = rows.last_mut().filter(|row| {
                    let y = row[0].y;
                    (line.y - y).abs() <= 0.3 * line.size.min(row[0].size)
                });
                match same {
                    Some(row) => row.push(line),
                    None => rows.push(vec![line]),
                }
            }
            Piece::Grid(grid) => {
                flow(std::mem::take(&mut rows), &mut out);
                grid_rows(grid, &mut out);
            }
        }
    }
    flow(rows, &mut out);
    if let Some(first) = out.first_mut() {
        first.opens = true;
    }
    for paragraph in &mut out {
        paragraph.page = page;
        paragraph.depth /= height.max(1.0);
    }
    out
}

fn flow(mut rows: Rows, out: &mut Vec<Paragraph>) {
    for row in &mut rows {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    }
    for stretch in table::stretches(rows) {
        match stretch {
            Stretch::Lines(lines) => text(lines, out),
            Stretch::Table(rows) => table_rows(rows, out),
        }
    }
}

fn grid_rows(grid: Grid, out: &mut Vec<Paragraph>) {
    table_rows(grid.rows, out);
}

fn table_rows(rows: Vec<Vec<Vec<Line>>>, out: &mut Vec<Paragraph>) {
    let head = table::has_head(&rows);
    for (at, row) in rows.into_iter().enumerate() {
        let Some(first) = row.iter().flatten().next() else {
            continue;
        };
        out.push(Paragraph {
            page: 0,
            form: if at == 0 && head {
                Form::Head
            } else {
                Form::Row
            },
            size: first.size,
            bold: false,
            lines: 1,
            opens: false,
            depth: first.y,
            texts: row.iter().map(|cell| joined(cell)).collect(),
        });
    }
}

fn text(lines: Vec<Line>, out: &mut Vec<Paragraph>) {
    let column = Column::of(&lines);
    let mut open: Vec<Line> = Vec::new();
    for line in lines {
        if open
            .last()
            .is_some_and(|last| column.parts(&open[0], last, &line))
        {
            out.push(paragraph(&std::mem::take(&mut open)));
        }
        open.push(line);
    }
    if !open.is_empty() {
        out.push(paragraph(&open));
    }
}

fn paragraph(lines: &[Line]) -> Paragraph {
    let first = &lines[0];
    let form = if begins_item(first) && first.words.len() > 1 {
        Form::Item
    } else {
        Form::Text
    };
    Paragraph {
        page: 0,
        form,
        size: first.size,
        bold: lines.iter().all(Line::is_bold),
        lines: lines.len(),
        opens: false,
        depth: first.y,
        texts: vec![joined(lines)],
    }
}

/// Lines one after the other; scripts without blanks between words get none.
fn joined(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        let text = line.text();
        let close = out.ends_with(is_ideograph) && text.starts_with(is_ideograph);
        if !out.is_empty() && !close {
            out.push(' ');
        }
        out.push_str(&text);
    }
    out
}

/// Chinese and Japanese, which set no blanks.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ff65}')
}

fn begins_item(line: &Line) -> bool {
    is_marker(&line.words[0].text)
}

/// What is usual in a column.
struct Column {
    left: f64,
    right: f64,
    /// From line to line.
    distance: f64,
}

impl Column {
    fn of(lines: &[Line]) -> Self {
        let at = |share: usize, mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            let last = values.len().saturating_sub(1);
            values.get(last * share / 10).copied()
        };
        let distances = lines
            .windows(2)
            .map(|two| (two[1].y - two[0].y, two[0].size))
            .filter(|(distance, size)| *distance > 0.8 * size && *distance < 2.6 * size)
            .map(|(distance, _)| distance);
        Self {
            left: at(1, lines.iter().map(|line| line.x0).collect()).unwrap_or(0.0),
            right: at(9, lines.iter().map(|line| line.x1).collect()).unwrap_or(0.0),
            distance: at(3, distances.collect()).unwrap_or(0.0),
        }
    }

    /// Whether a paragraph that begins with `first` ends with `last`, before `line`.
    fn parts(&self, first: &Line, last: &Line, line: &Line) -> bool {
        let size = last.size.max(line.size);
        let distance = line.y - last.y;
        let usual = if self.distance > 0.0 {
            self.distance
        } else {
            1.3 * size
        };
        let gap = distance > PARAGRAPH_GAP * usual.max(last.size) || distance < -size;
        let other_size = (last.size - line.size).abs() > SAME_SIZE * size;
        let other_weight = last.is_bold() != line.is_bold()
            && (last.is_bold() && self.is_short(last) || line.is_bold());
        gap || other_size
            || other_weight
            || begins_note(line)
            || self.begins_item(first, last, line)
            || self.is_indented(first, last, line)
            || self.ended(last, line)
    }

    fn begins_item(&self, first: &Line, last: &Line, line: &Line) -> bool {
        let word = &line.words[0].text;
        if line.words.len() < 2 {
            return false;
        }
        // A number at the start of a line may be one of its sentence.
        let in_list = begins_item(first) && (line.x0 - first.x0).abs() < 0.6 * line.size;
        let clean = ends_sentence(last) || self.is_short(last);
        is_bullet(word) && !word.starts_with('-') && !word.starts_with('–')
            || is_marker(word) && (in_list || clean)
            || is_enumerator(word) && clean
    }

    /// The first line of a paragraph stands to the right of its others; an item's stands
    /// to the left.
    fn is_indented(&self, first: &Line, last: &Line, line: &Line) -> bool {
        if line
            .words
            .first()
            .is_some_and(|word| is_right_to_left(&word.text))
        {
            return false;
        }
        let indent = INDENT * line.size;
        if begins_item(first) && first.words.len() > 1 {
            // The paragraph after a list goes back to the margin.
            let text_x = first.words[1].x0;
            let hangs = last.x0 > first.x0 + 0.3 * line.size;
            return hangs && line.x0 < text_x - indent && line.x0 <= first.x0 + 1.0;
        }
        let at_margin = (last.x0 - self.left).abs() < 0.3 * line.size;
        at_margin
            && line.x0 > self.left + indent
            && line.x0 < self.left + 5.0 * line.size
            && self.is_left_aligned(line)
    }

    /// Centred lines are not indented.
    fn is_left_aligned(&self, line: &Line) -> bool {
        let (before, after) = (line.x0 - self.left, self.right - line.x1);
        (before - after).abs() > 0.5 * line.size
    }

    fn ended(&self, last: &Line, line: &Line) -> bool {
        self.is_short(last) && ends_sentence(last) && {
            let text = &line.words[0].text;
            !text.starts_with(|c: char| c.is_lowercase())
        }
    }

    fn is_short(&self, line: &Line) -> bool {
        self.right - line.x1 > SHORT * (self.right - self.left)
    }
}

fn ends_sentence(line: &Line) -> bool {
    let text = line.text();
    let text = text
        .trim_end_matches(|c: char| c == MARK_END || c == MARK_START || c.is_ascii_digit())
        .trim_end_matches(['"', '”', '’', ')', ']']);
    text.ends_with(['.', '!', '?', ':', ';'])
}

/// A raised sign, and text after it.
fn begins_note(line: &Line) -> bool {
    line.words.len() > 1 && line.text().starts_with(MARK_START)
}
