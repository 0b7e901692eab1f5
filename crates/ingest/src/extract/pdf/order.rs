//! Reading order: a page is cut at the gaps between columns, and read column by column.

use super::grid::Grid;
use super::line::{Line, Row};
use super::matrix::Area;

/// The gap between columns, in font sizes.
const GUTTER: f64 = 0.9;
/// A column has at least this many lines beside the other one.
const MIN_LINES: usize = 3;
/// Lines of running text have at least this many words, at the median.
const PROSE_WORDS: usize = 4;
/// Lines of a table's columns stand on common baselines, at least this share of them.
const ALIGNED: f64 = 0.7;
/// A distance between lines, in line distances, that ends a part of the page.
const PART_GAP: f64 = 1.6;
/// Columns within columns.
const MAX_DEPTH: usize = 24;
/// More pieces on one page are no text in columns.
const MAX_PIECES: usize = 3000;
/// Places at which columns are looked for, those with the most lines first.
const MAX_EDGES: usize = 60;

/// A piece of a page.
#[derive(Debug)]
pub(super) enum Piece {
    Line(Line),
    Grid(Grid),
}

impl Piece {
    pub(super) fn area(&self) -> Area {
        match self {
            Self::Line(line) => line.area(),
            Self::Grid(grid) => grid.area,
        }
    }

    /// The baseline, or a table's upper edge.
    pub(super) fn y(&self) -> f64 {
        match self {
            Self::Line(line) => line.y,
            Self::Grid(grid) => grid.area.y0,
        }
    }

    fn line(&self) -> Option<&Line> {
        match self {
            Self::Line(line) => Some(line),
            Self::Grid(_) => None,
        }
    }
}

/// The parts of a page in reading order; each is read from top to bottom, its pieces
/// sorted by `y`.
pub(super) fn parts(rows: Vec<Row>, grids: Vec<Grid>) -> Vec<Vec<Piece>> {
    let lines = rows.into_iter().flatten().map(Piece::Line);
    let mut pieces: Vec<Piece> = lines.chain(grids.into_iter().map(Piece::Grid)).collect();
    pieces.sort_by(|a, b| a.y().total_cmp(&b.y()));
    let mut parts = Vec::new();
    cut(pieces, &mut parts, 0);
    parts
}

fn cut(mut pieces: Vec<Piece>, parts: &mut Vec<Vec<Piece>>, depth: usize) {
    if pieces.is_empty() {
        return;
    }
    let split = (depth < MAX_DEPTH).then(|| best_split(&pieces)).flatten();
    let Some(split) = split else {
        parts.push(pieces);
        return;
    };
    let below = pieces.split_off(split.end);
    let beside = pieces.split_off(split.start);
    let (left, right) = beside
        .into_iter()
        .partition(|piece| piece.area().x0 < split.x);
    for part in [pieces, left, right, below] {
        cut(part, parts, depth + 1);
    }
}

/// Pieces `start..end` are two columns, the right one from `x` on.
#[derive(Debug, Clone, Copy)]
struct Split {
    start: usize,
    end: usize,
    x: f64,
    lines: usize,
}

fn best_split(pieces: &[Piece]) -> Option<Split> {
    if !(2 * MIN_LINES..=MAX_PIECES).contains(&pieces.len()) {
        return None;
    }
    let size = median(pieces.iter().filter_map(|p| p.line().map(|line| line.size)))?;
    left_edges(pieces)
        .into_iter()
        .flat_map(|x| runs(pieces, x, GUTTER * size))
        .filter_map(|split| trimmed(pieces, split))
        .filter(|split| are_columns(&pieces[split.start..split.end], split.x))
        .max_by_key(|split| split.lines)
}

/// Where several lines begin.
fn left_edges(pieces: &[Piece]) -> Vec<f64> {
    let mut starts: Vec<f64> = pieces.iter().map(|piece| piece.area().x0).collect();
    starts.sort_by(f64::total_cmp);
    let mut edges: Vec<&[f64]> = starts
        .chunk_by(|a, b| b - a <= 2.0)
        .filter(|edge| edge.len() >= MIN_LINES)
        .collect();
    edges.sort_by_key(|edge| std::cmp::Reverse(edge.len()));
    edges.truncate(MAX_EDGES);
    edges.into_iter().map(|edge| edge[0] - 0.5).collect()
}

/// The stretches in which nothing crosses the gutter left of `x`.
fn runs(pieces: &[Piece], x: f64, gutter: f64) -> Vec<Split> {
    let mut runs = Vec::new();
    let mut start = 0;
    for end in 0..=pieces.len() {
        let crosses = pieces.get(end).is_none_or(|piece| {
            let area = piece.area();
            area.x0 < x && area.x1 > x + 0.5 - gutter
        });
        if crosses {
            if end - start >= 2 * MIN_LINES {
                runs.push(Split {
                    start,
                    end,
                    x,
                    lines: 0,
                });
            }
            start = end + 1;
        }
    }
    runs
}

/// Without what stands above or below of one column alone, after a gap: it belongs to
/// the text before or after the columns.
fn trimmed(pieces: &[Piece], mut split: Split) -> Option<Split> {
    let is_left = |piece: &Piece| piece.area().x0 < split.x;
    let run = &pieces[split.start..split.end];
    let distance = line_distance(run);
    let first_left = run.iter().position(is_left)?;
    let first_right = run.iter().position(|piece| !is_left(piece))?;
    let last_left = run.iter().rposition(is_left)?;
    let last_right = run.iter().rposition(|piece| !is_left(piece))?;
    let gap = |at: &usize| run[*at].y() - run[at - 1].y() > PART_GAP * distance;
    // The gaps at which one column stands alone; the one nearest to both counts.
    let head = (1..=first_left.max(first_right))
        .rev()
        .find(gap)
        .unwrap_or(0);
    let tail = (last_left.min(last_right) + 1..run.len())
        .find(gap)
        .unwrap_or(run.len());
    split.end = split.start + tail;
    split.start += head;
    let run = &pieces[split.start..split.end];
    let left = run.iter().filter(|piece| is_left(piece)).count();
    split.lines = left.min(run.len() - left);
    (split.lines >= MIN_LINES).then_some(split)
}

/// The distance of lines that follow each other in a column.
fn line_distance(pieces: &[Piece]) -> f64 {
    let size = median(pieces.iter().filter_map(|p| p.line().map(|line| line.size)));
    1.25 * size.unwrap_or(10.0)
}

/// Whether two sides are columns to be read one after the other, and not a table to be
/// read across.
fn are_columns(pieces: &[Piece], x: f64) -> bool {
    let lines = || pieces.iter().filter_map(Piece::line);
    let left: Vec<&Line> = lines().filter(|line| line.x0 < x).collect();
    let right: Vec<&Line> = lines().filter(|line| line.x0 >= x).collect();
    if left.len() < MIN_LINES
        || right.len() < MIN_LINES
        || are_figures(&left)
        || are_figures(&right)
    {
        return false;
    }
    let (fewer, more) = if left.len() <= right.len() {
        (&left, &right)
    } else {
        (&right, &left)
    };
    let partnered = fewer
        .iter()
        .filter(|line| {
            more.iter()
                .any(|other| (other.y - line.y).abs() <= 0.25 * line.size)
        })
        .count();
    let aligned = partnered as f64 >= ALIGNED * fewer.len() as f64;
    is_prose(&left) && is_prose(&right) || !aligned
}

/// Whether most lines are numbers, as in the columns of a table.
fn are_figures(lines: &[&Line]) -> bool {
    let figure = |word: &str| {
        word.contains(|c: char| c.is_ascii_digit()) && !word.contains(char::is_alphabetic)
    };
    let figures = lines
        .iter()
        .filter(|line| {
            line.words
                .iter()
                .all(|word| figure(&word.text) || word.text.len() < 2)
        })
        .count();
    figures * 2 > lines.len()
}

fn is_prose(lines: &[&Line]) -> bool {
    let mut counts: Vec<usize> = lines.iter().map(|line| line.word_count()).collect();
    counts.sort_unstable();
    counts[counts.len() / 2] >= PROSE_WORDS
}

/// The middle value, if there is any.
pub(super) fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::pdf::line::rows;
    use crate::extract::pdf::word::{Turn, Word};

    fn line(text: &str, x: f64, y: f64) -> Vec<Word> {
        let mut at = x;
        text.split(' ')
            .map(|text| {
                let x0 = at;
                let letters = f64::from(u32::try_from(text.len()).unwrap());
                at += 5.0 * letters + 3.0;
                Word {
                    text: text.to_owned(),
                    x0,
                    x1: at - 3.0,
                    y,
                    size: 10.0,
                    bold: false,
                    spaced: true,
                    turn: Turn::None,
                }
            })
            .collect()
    }

    fn order(words: Vec<Word>) -> Vec<Vec<String>> {
        let text = |piece: &Piece| piece.line().map(Line::text).unwrap_or_default();
        parts(rows(words), Vec::new())
            .iter()
            .map(|part| part.iter().map(text).collect())
            .collect()
    }

    #[test]
    fn columns_are_read_one_after_the_other_below_their_title() {
        let mut words = line(
            "A title over both of the columns of the page here",
            50.0,
            50.0,
        );
        for (n, y) in (0..4).zip([100.0, 112.0, 124.0, 136.0]) {
            words.extend(line(&format!("left line {n} of text"), 50.0, y));
            words.extend(line(&format!("right line {n} of text"), 250.0, y));
        }
        words.extend(line(
            "And a last line below that spans both of them again",
            50.0,
            180.0,
        ));
        let order = order(words);
        assert_eq!(order.len(), 4);
        assert_eq!(order[1][0], "left line 0 of text");
        assert_eq!(order[1].len(), 4);
        assert_eq!(order[2][3], "right line 3 of text");
        assert!(order[3][0].starts_with("And a last"));
    }

    #[test]
    fn short_cells_on_common_lines_are_a_table_and_stay_together() {
        let mut words = Vec::new();
        for (label, y) in ["Staff", "Rent", "Travel"]
            .iter()
            .zip([100.0, 112.0, 124.0])
        {
            words.extend(line(label, 50.0, y));
            words.extend(line("$500", 250.0, y));
        }
        assert_eq!(order(words).len(), 1);
    }

    #[test]
    fn a_heading_below_the_columns_waits_for_the_right_one() {
        let mut words = Vec::new();
        for y in [100.0, 112.0, 124.0, 136.0] {
            words.extend(line("left line with some text", 50.0, y));
            words.extend(line("right line with some text", 250.0, y));
        }
        words.extend(line("Next part", 50.0, 180.0));
        let order = order(words);
        assert_eq!(order.len(), 3);
        assert_eq!(order[2], ["Next part"]);
    }
}
