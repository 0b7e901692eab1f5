//! Tables that are ruled: lines down and across make cells.

use super::line::{Line, rows};
use super::matrix::Area;
use super::path::MAX_RULES;
use super::word::Word;

/// Rules this close, in points, are the same; ends this close meet.
const NEAR: f64 = 3.0;
/// More cells make a drawing on squared paper.
const MAX_CELLS: usize = 5000;
/// Words with a smaller gap, in font sizes, follow each other in a line.
const CLOSE: f64 = 0.45;
/// One word in this many may follow another over a border.
const MAX_CROSSED: usize = 25;
/// A cell with more words is a frame of the page's layout.
const MAX_CELL_WORDS: usize = 250;

/// Baselines that differ by less, in font sizes, are one.
const SAME: f64 = 0.3;
/// So many lines of figures make a column of rows that no rules part.
const MIN_FIGURES: usize = 3;

/// A ruled table: a cell of each row is a list of lines.
#[derive(Debug)]
pub(super) struct Grid {
    pub(super) area: Area,
    /// Rows of cells, from the top; a cell that spans several has its text in the first.
    pub(super) rows: Vec<Vec<Vec<Line>>>,
}

/// A rule along one axis.
#[derive(Debug, Clone, Copy)]
struct Rule {
    /// Where it lies across its direction.
    at: f64,
    from: f64,
    to: f64,
}

/// Takes the words that stand in ruled tables out of `words`.
pub(super) fn take(words: &mut Vec<Word>, rules: &[Area]) -> Vec<Grid> {
    if rules.len() > MAX_RULES {
        return Vec::new();
    }
    let across: Vec<Rule> =
        merged(
            rules
                .iter()
                .filter(|r| r.width() >= r.height())
                .map(|r| Rule {
                    at: f64::midpoint(r.y0, r.y1),
                    from: r.x0,
                    to: r.x1,
                }),
        );
    let down: Vec<Rule> = merged(
        rules
            .iter()
            .filter(|r| r.height() > r.width())
            .map(|r| Rule {
                at: f64::midpoint(r.x0, r.x1),
                from: r.y0,
                to: r.y1,
            }),
    );
    frames(&across, &down)
        .into_iter()
        .filter_map(|(across, down)| filled(&across, &down, words))
        .collect()
}

/// Sorted, with pieces of one line joined.
fn merged(rules: impl Iterator<Item = Rule>) -> Vec<Rule> {
    let mut rules: Vec<Rule> = rules.collect();
    rules.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Rule> = Vec::new();
    for rule in rules {
        let same = out.iter_mut().rev().take(40).find(|other| {
            (rule.at - other.at).abs() <= 1.5
                && rule.from <= other.to + NEAR
                && other.from <= rule.to + NEAR
        });
        match same {
            Some(other) => {
                other.from = other.from.min(rule.from);
                other.to = other.to.max(rule.to);
            }
            None => out.push(rule),
        }
    }
    out
}

/// Rules that meet, as groups: the ones across and the ones down.
fn frames(across: &[Rule], down: &[Rule]) -> Vec<(Vec<Rule>, Vec<Rule>)> {
    let mut group_of: Vec<usize> = (0..across.len()).collect();
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); across.len()];
    for (index, pole) in down.iter().enumerate() {
        let met: Vec<usize> = (0..across.len())
            .filter(|beam| meet(&across[*beam], pole))
            .collect();
        let Some(first) = met.first().map(|beam| group_of[*beam]) else {
            continue;
        };
        members[first].push(index);
        for beam in met {
            let old = group_of[beam];
            if old != first {
                let moved = std::mem::take(&mut members[old]);
                members[first].extend(moved);
                for group in &mut group_of {
                    if *group == old {
                        *group = first;
                    }
                }
            }
        }
    }
    (0..across.len())
        .filter(|group| !members[*group].is_empty())
        .map(|group| {
            let beams = (0..across.len()).filter(|beam| group_of[*beam] == group);
            let poles = members[group].iter();
            (
                beams.map(|beam| across[beam]).collect(),
                poles.map(|pole| down[*pole]).collect(),
            )
        })
        .collect()
}

fn meet(beam: &Rule, pole: &Rule) -> bool {
    (beam.from - NEAR..=beam.to + NEAR).contains(&pole.at)
        && (pole.from - NEAR..=pole.to + NEAR).contains(&beam.at)
}

/// The table of a frame, if it has at least two columns and two cells with text.
fn filled(across: &[Rule], down: &[Rule], words: &mut Vec<Word>) -> Option<Grid> {
    let area = extent(across, down);
    let xs = borders(down, area.x0, area.x1);
    let ys = borders(across, area.y0, area.y1);
    let (columns, rows) = (xs.len() - 1, ys.len() - 1);
    if columns < 2 || rows < 2 || columns * rows > MAX_CELLS {
        return None;
    }
    let cell_of = |word: &Word| -> Option<usize> {
        let (x, y) = word.middle();
        let column = slot(&xs, x)?;
        Some(slot(&ys, y)? * columns + column)
    };
    let owners = owners(across, down, &xs, &ys);
    let mut cells: Vec<Vec<Word>> = vec![Vec::new(); columns * rows];
    for word in words.iter() {
        if let Some(cell) = cell_of(word) {
            cells[owners[cell]].push(word.clone());
        }
    }
    let used = cells.iter().filter(|cell| !cell.is_empty()).count();
    let several = cells
        .chunks(columns)
        .any(|row| row.iter().filter(|cell| !cell.is_empty()).count() >= 2);
    let layout = cells.iter().any(|cell| cell.len() > MAX_CELL_WORDS);
    let cell_of = |word: &Word| cell_of(word).map(|cell| owners[cell]);
    if used < 2 || !several || layout || is_crossed(words, cell_of) {
        return None;
    }
    words.retain(|word| cell_of(word).is_none());
    let rows = cells
        .chunks(columns)
        .flat_map(|row| bands(row.iter().cloned().map(cell_lines).collect()))
        .collect();
    Some(Grid { area, rows })
}

/// Whether lines of text run on over borders of cells: then the rules are ornaments.
fn is_crossed(words: &[Word], cell_of: impl Fn(&Word) -> Option<usize>) -> bool {
    let touched: Vec<Word> = words.to_vec();
    let (mut inside, mut crossing) = (0, 0);
    for line in rows(touched).iter().flatten() {
        let cells: Vec<Option<usize>> = line.words.iter().map(&cell_of).collect();
        inside += cells.iter().flatten().count();
        let pairs = line.words.windows(2).zip(cells.windows(2));
        crossing += pairs
            .filter(|(two, cells)| {
                let close = two[1].x0 - two[0].x1 < CLOSE * two[0].size;
                close && cells[0] != cells[1]
            })
            .count();
    }
    crossing >= 3 && crossing * MAX_CROSSED > inside
}

/// A ruled row may hold several rows of a table: then columns of it have a short line for
/// each, on common baselines.
fn bands(row: Vec<Vec<Line>>) -> Vec<Vec<Vec<Line>>> {
    let Some(baselines) = even_baselines(&row).or_else(|| figure_baselines(&row)) else {
        return vec![row];
    };
    // Lines between two baselines go on with what began at the upper one.
    let band_of = |line: &Line| baselines.partition_point(|y| *y <= line.y + SAME * line.size);
    if row.iter().flatten().any(|line| band_of(line) == 0) {
        return vec![row];
    }
    let mut bands = vec![vec![Vec::new(); row.len()]; baselines.len()];
    for (column, cell) in row.into_iter().enumerate() {
        for line in cell {
            bands[band_of(&line) - 1][column].push(line);
        }
    }
    bands
}

/// The baselines of two columns or more that have as many lines as any, and words of
/// which no line is longer than two; where every line of the row stands on one of them.
fn even_baselines(row: &[Vec<Line>]) -> Option<Vec<f64>> {
    let most = row.iter().map(Vec::len).max().filter(|most| *most >= 2)?;
    let short = |cell: &&Vec<Line>| {
        cell.len() == most && cell.iter().map(Line::word_count).sum::<usize>() <= 2 * most
    };
    let guide = row.iter().find(short)?;
    let aligned = row.iter().flatten().all(|line| stands_on(guide, line));
    (row.iter().filter(short).count() >= 2 && aligned).then(|| ys(guide))
}

/// The baselines of two columns or more of figures, also where texts beside them have more
/// lines.
fn figure_baselines(row: &[Vec<Line>]) -> Option<Vec<f64>> {
    let is_figure = |line: &&Line| {
        let digits = |text: &str| text.contains(|c: char| c.is_ascii_digit());
        line.word_count() <= 2 && line.words.iter().any(|word| digits(&word.text))
    };
    let are_figures = |cell: &&Vec<Line>| {
        cell.len() >= MIN_FIGURES && cell.iter().filter(is_figure).count() * 5 >= cell.len() * 4
    };
    let columns = || row.iter().filter(are_figures);
    let guide = columns().max_by_key(|cell| cell.len())?;
    let same = columns()
        .filter(|cell| cell.len() == guide.len() && cell.iter().all(|line| stands_on(guide, line)));
    (same.count() >= 2).then(|| ys(guide))
}

fn stands_on(guide: &[Line], line: &Line) -> bool {
    guide
        .iter()
        .any(|other| (line.y - other.y).abs() <= SAME * other.size)
}

fn ys(lines: &[Line]) -> Vec<f64> {
    lines.iter().map(|line| line.y).collect()
}

fn cell_lines(words: Vec<Word>) -> Vec<Line> {
    rows(words)
        .into_iter()
        .map(|row| Line::of(row.into_iter().flat_map(|line| line.words).collect()))
        .collect()
}

fn extent(across: &[Rule], down: &[Rule]) -> Area {
    let least = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::MAX, f64::min);
    let most = |values: &mut dyn Iterator<Item = f64>| values.fold(f64::MIN, f64::max);
    Area {
        x0: least(
            &mut across
                .iter()
                .map(|r| r.from)
                .chain(down.iter().map(|r| r.at)),
        ),
        x1: most(&mut across.iter().map(|r| r.to).chain(down.iter().map(|r| r.at))),
        y0: least(
            &mut down
                .iter()
                .map(|r| r.from)
                .chain(across.iter().map(|r| r.at)),
        ),
        y1: most(&mut down.iter().map(|r| r.to).chain(across.iter().map(|r| r.at))),
    }
}

/// The distinct places of rules, with both ends.
fn borders(rules: &[Rule], from: f64, to: f64) -> Vec<f64> {
    let mut places: Vec<f64> = rules.iter().map(|rule| rule.at).chain([from, to]).collect();
    places.sort_by(f64::total_cmp);
    places.dedup_by(|b, a| *b - *a <= NEAR);
    places
}

fn slot(borders: &[f64], at: f64) -> Option<usize> {
    let after = borders.partition_point(|border| *border <= at);
    (after > 0 && after < borders.len()).then(|| after - 1)
}

/// For each cell the one that has its text: cells without a rule between them are one.
fn owners(across: &[Rule], down: &[Rule], xs: &[f64], ys: &[f64]) -> Vec<usize> {
    let columns = xs.len() - 1;
    let ruled = |rules: &[Rule], at: f64, along: f64| {
        rules.iter().any(|rule| {
            (rule.at - at).abs() <= NEAR && (rule.from - NEAR..=rule.to + NEAR).contains(&along)
        })
    };
    let mut owners = Vec::with_capacity(columns * (ys.len() - 1));
    for row in 0..ys.len() - 1 {
        for column in 0..columns {
            let cell = owners.len();
            let x = f64::midpoint(xs[column], xs[column + 1]);
            let y = f64::midpoint(ys[row], ys[row + 1]);
            let owner = if column > 0 && !ruled(down, xs[column], y) {
                owners[cell - 1]
            } else if row > 0 && !ruled(across, ys[row], x) {
                owners[cell - columns]
            } else {
                cell
            };
            owners.push(owner);
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::pdf::word::Turn;

    fn word(text: &str, x0: f64, y: f64) -> Word {
        Word {
            text: text.to_owned(),
            x0,
            x1: x0 + 20.0,
            y,
            size: 10.0,
            bold: false,
            spaced: false,
            turn: Turn::None,
        }
    }

    fn rule(x0: f64, y0: f64, x1: f64, y1: f64) -> Area {
        Area { x0, y0, x1, y1 }
    }

    /// Two columns and two rows; the upper row is one cell.
    #[test]
    fn cells_are_told_by_rules_and_may_span() {
        let rules = [
            rule(0.0, 0.0, 100.0, 0.5),
            rule(0.0, 20.0, 100.0, 20.5),
            rule(0.0, 40.0, 100.0, 40.5),
            rule(0.0, 0.0, 0.5, 40.0),
            rule(100.0, 0.0, 100.5, 40.0),
            rule(50.0, 20.0, 50.5, 40.0),
        ];
        let mut words = vec![
            word("All", 60.0, 14.0),
            word("left", 5.0, 34.0),
            word("right", 55.0, 34.0),
            word("after", 5.0, 60.0),
        ];
        let grids = take(&mut words, &rules);
        let texts: Vec<Vec<String>> = grids[0]
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| cell.iter().map(Line::text).collect())
                    .collect()
            })
            .collect();
        assert_eq!(texts, [["All", ""], ["left", "right"]]);
        assert_eq!(words.len(), 1);
    }

    #[test]
    fn rows_between_two_rules_are_told_by_their_baselines() {
        let lines = |texts: [&str; 2]| {
            let words = texts.iter().zip([10.0, 22.0]);
            words
                .map(|(text, y)| Line::of(vec![word(text, 0.0, y)]))
                .collect::<Vec<_>>()
        };
        let rows = bands(vec![lines(["Ohio", "Iowa"]), lines(["12", "7"])]);
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1][1][0].text(), "7");
    }

    #[test]
    fn rows_of_figures_keep_the_texts_beside_them_that_go_on_below() {
        let lines = |texts: &[(&str, f64)]| {
            let line = |(text, y): &(&str, f64)| Line::of(vec![word(text, 0.0, *y)]);
            texts.iter().map(line).collect::<Vec<_>>()
        };
        let numbers = lines(&[("1", 10.0), ("2", 22.0), ("3", 46.0)]);
        let times = lines(&[("08:00", 10.0), ("09:15", 22.0), ("11:30", 46.0)]);
        let texts = lines(&[
            ("Breakfast", 10.0),
            ("Reading", 22.0),
            ("together", 34.0),
            ("Lunch", 46.0),
        ]);
        let rows = bands(vec![numbers.clone(), times, texts.clone()]);
        assert_eq!(rows.len(), 3);
        assert_eq!(
            rows[1][2].iter().map(Line::text).collect::<Vec<_>>(),
            ["Reading", "together"]
        );
        // One column of figures may be a list in a cell.
        assert_eq!(bands(vec![numbers, texts]).len(), 1);
    }

    #[test]
    fn a_box_around_text_is_no_table() {
        let rules = [
            rule(0.0, 0.0, 100.0, 0.5),
            rule(0.0, 40.0, 100.0, 40.5),
            rule(0.0, 0.0, 0.5, 40.0),
            rule(100.0, 0.0, 100.5, 40.0),
        ];
        let mut words = vec![word("note", 5.0, 20.0)];
        assert!(take(&mut words, &rules).is_empty());
        assert_eq!(words.len(), 1);
    }
}
