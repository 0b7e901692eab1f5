//! Tables without rules: rows whose gaps stand one above the other.

use super::line::{COLUMN_GAP, Line};

/// A gap that goes on from row to row may narrow to this, in font sizes.
const MIN_GAP: f64 = 0.5;
/// A gap of two rows alone is at least as wide, in font sizes.
const SURE_GAP: f64 = 2.0;
/// Lines of one cell follow each other within this, in font sizes.
const CELL_LEADING: f64 = 1.4;
/// Rows of one table follow each other within this, in font sizes.
const ROW_DISTANCE: f64 = 4.0;

/// Rows of lines with a common baseline, from the top.
pub(super) type Rows = Vec<Vec<Line>>;

/// A stretch of a part of a page.
#[derive(Debug)]
pub(super) enum Stretch {
    /// Lines one below the other.
    Lines(Vec<Line>),
    /// Rows of cells, the cells as lines; empty cells have none.
    Table(Vec<Vec<Vec<Line>>>),
}

/// Parts rows into tables and lines. What stands side by side in no table is one line.
pub(super) fn stretches(mut rows: Rows) -> Vec<Stretch> {
    let mut out = Vec::new();
    let mut plain = Vec::new();
    while !rows.is_empty() {
        match table_at_start(&rows) {
            Some((length, gaps)) => {
                if !plain.is_empty() {
                    out.push(Stretch::Lines(std::mem::take(&mut plain)));
                }
                let rest = rows.split_off(length);
                out.push(Stretch::Table(cells(rows, &gaps)));
                rows = rest;
            }
            None => plain.push(one_line(rows.remove(0))),
        }
    }
    if !plain.is_empty() {
        out.push(Stretch::Lines(plain));
    }
    out
}

fn one_line(row: Vec<Line>) -> Line {
    match <[Line; 1]>::try_from(row) {
        Ok([line]) => line,
        Err(row) => Line::of(row.into_iter().flat_map(|line| line.words).collect()),
    }
}

/// A gap between columns: from the end of the left one to the start of the right one.
type Gap = (f64, f64);

/// How many rows from the first on are a table, and its gaps.
fn table_at_start(rows: &[Vec<Line>]) -> Option<(usize, Vec<Gap>)> {
    let first = rows.first().filter(|row| row.len() >= 2)?;
    let mut gaps: Vec<Gap> = first.windows(2).map(|two| (two[0].x1, two[1].x0)).collect();
    let mut length = 1;
    let mut full_rows = 1;
    for (at, row) in rows.iter().enumerate().skip(1) {
        let (above, size) = (&rows[at - 1][0], row[0].size);
        let distance = row[0].y - above.y;
        let narrowed = narrowed(&gaps, row);
        if distance > ROW_DISTANCE * size || narrowed.is_empty() {
            break;
        }
        if row.len() >= 2 {
            full_rows += 1;
        } else if distance > CELL_LEADING * size || narrowed.len() < gaps.len() {
            break;
        }
        gaps = narrowed;
        length = at + 1;
    }
    // Two lines of justified text may have wide gaps by chance.
    let wide = gaps
        .iter()
        .any(|gap| gap.1 - gap.0 >= SURE_GAP * first[0].size);
    (full_rows >= 3 || full_rows == 2 && wide).then_some((length, gaps))
}

/// What a row leaves of the gaps; nothing if it does not go with them.
fn narrowed(gaps: &[Gap], row: &[Line]) -> Vec<Gap> {
    let mut left: Vec<Gap> = gaps.to_vec();
    for line in row {
        left = left
            .into_iter()
            .flat_map(|gap| without(gap, line))
            .collect();
    }
    let min = MIN_GAP * row[0].size;
    left.retain(|gap| gap.1 - gap.0 >= min);
    let parts_row = |gap: &Gap| row[0].x1 <= gap.0 + 0.1 && row[row.len() - 1].x0 >= gap.1 - 0.1;
    if row.len() >= 2 && !left.iter().any(parts_row) {
        left.clear();
    }
    left
}

/// A gap without the room of a line; two gaps, if the line stands within it.
fn without(gap: Gap, line: &Line) -> Vec<Gap> {
    if line.x1 <= gap.0 || line.x0 >= gap.1 {
        return vec![gap];
    }
    let min = COLUMN_GAP * line.size;
    [(gap.0, line.x0), (line.x1, gap.1)]
        .into_iter()
        .filter(|(from, to)| to - from >= min)
        .collect()
}

/// Sorts lines into columns; lines that only go on with cells of the row above join it.
fn cells(rows: Rows, gaps: &[Gap]) -> Vec<Vec<Vec<Line>>> {
    let mut gaps = gaps.to_vec();
    gaps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<Vec<Vec<Line>>> = Vec::new();
    let mut y = f64::MIN;
    for row in rows {
        let (here, size) = (row[0].y, row[0].size);
        let mut cells: Vec<Vec<Line>> = vec![Vec::new(); gaps.len() + 1];
        for line in row {
            let middle = f64::midpoint(line.x0, line.x1);
            let column = gaps
                .iter()
                .filter(|gap| f64::midpoint(gap.0, gap.1) < middle)
                .count();
            cells[column].push(line);
        }
        match out.last_mut() {
            Some(above) if here - y <= CELL_LEADING * size && goes_on(above, &cells) => {
                for (cell, more) in above.iter_mut().zip(cells) {
                    cell.extend(more);
                }
            }
            _ => out.push(cells),
        }
        y = here;
    }
    out
}

/// Whether a row holds only further lines of cells of the row above: it has fewer
/// cells, and no new beginning in the first column.
fn goes_on(above: &[Vec<Line>], row: &[Vec<Line>]) -> bool {
    let count = |row: &[Vec<Line>]| row.iter().filter(|cell| !cell.is_empty()).count();
    let below_something = row
        .iter()
        .zip(above)
        .all(|(cell, above)| cell.is_empty() || !above.is_empty());
    let text = row.iter().flatten().map(Line::text).collect::<String>();
    let continued = row[0].is_empty() || text.starts_with(|c: char| c.is_lowercase() || c == '(');
    let words = text.contains(char::is_alphabetic);
    count(row) < count(above) && below_something && continued && words
}

/// Whether the first row names the columns: it alone is bold, or it has no digits where
/// most other rows have some.
pub(super) fn has_head(rows: &[Vec<Vec<Line>>]) -> bool {
    let Some((first, others)) = rows.split_first().filter(|(_, others)| !others.is_empty()) else {
        return false;
    };
    let filled = first.iter().filter(|cell| !cell.is_empty()).count();
    let bold = |row: &[Vec<Line>]| row.iter().flatten().all(Line::is_bold);
    let digits = |row: &[Vec<Line>]| {
        row.iter()
            .flatten()
            .any(|line| line.text().contains(|c: char| c.is_ascii_digit()))
    };
    let with_digits = others.iter().filter(|row| digits(row)).count();
    let alone_bold = bold(first) && !others.iter().any(|row| bold(row));
    let alone_words = !digits(first) && with_digits * 2 > others.len();
    filled >= 2 && (alone_bold || alone_words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::pdf::line::rows;
    use crate::extract::pdf::word::{Turn, Word};

    fn word(text: &str, x0: f64, y: f64) -> Word {
        let letters = f64::from(u32::try_from(text.len()).unwrap());
        Word {
            text: text.to_owned(),
            x0,
            x1: x0 + 5.0 * letters,
            y,
            size: 10.0,
            bold: false,
            spaced: true,
            turn: Turn::None,
        }
    }

    fn texts(rows: &[Vec<Vec<Line>>]) -> Vec<Vec<String>> {
        let cell = |cell: &Vec<Line>| cell.iter().map(Line::text).collect::<Vec<_>>().join(" ");
        rows.iter()
            .map(|row| row.iter().map(cell).collect())
            .collect()
    }

    #[test]
    fn gaps_one_above_the_other_make_a_table() {
        let lines = rows(vec![
            word("Before-the-table-is-a-line", 0.0, 80.0),
            word("Item", 0.0, 100.0),
            word("Cost", 100.0, 100.0),
            word("Personnel", 0.0, 115.0),
            word("$500", 100.0, 115.0),
            word("benefits", 5.0, 127.0),
            word("Rent", 0.0, 145.0),
            word("$70", 100.0, 145.0),
        ]);
        let stretches = stretches(lines);
        let Stretch::Table(table) = &stretches[1] else {
            panic!("no table: {stretches:?}");
        };
        let expected = [
            ["Item", "Cost"],
            ["Personnel benefits", "$500"],
            ["Rent", "$70"],
        ];
        assert_eq!(texts(table), expected);
        assert!(has_head(table));
    }

    #[test]
    fn one_row_alone_is_a_line() {
        let lines = rows(vec![word("Name", 0.0, 100.0), word("Date", 100.0, 100.0)]);
        let stretches = stretches(lines);
        assert!(
            matches!(&stretches[..], [Stretch::Lines(lines)] if lines[0].text() == "Name Date")
        );
    }
}
