//! Paths, for the straight lines that rule tables.

use super::matrix::Area;

/// Thicker than this, in points, is a bar and no rule.
const MAX_THICKNESS: f64 = 3.0;
/// Shorter than this, in points, is a tick or part of a letter.
const MIN_LENGTH: f64 = 5.0;
/// More points in one path make a drawing.
const MAX_POINTS: usize = 1000;
/// More rules on one page make a drawing.
pub(super) const MAX_RULES: usize = 4000;

/// The path that is being drawn, in points on the page.
#[derive(Debug, Default)]
pub(super) struct Path {
    lines: Vec<((f64, f64), (f64, f64))>,
    rectangles: Vec<Area>,
    first: (f64, f64),
    last: (f64, f64),
    curves: usize,
}

impl Path {
    pub(super) fn start(&mut self, to: (f64, f64)) {
        (self.first, self.last) = (to, to);
    }

    pub(super) fn line(&mut self, to: (f64, f64)) {
        if self.lines.len() < MAX_POINTS {
            self.lines.push((self.last, to));
        }
        self.last = to;
    }

    pub(super) fn curve(&mut self, to: (f64, f64)) {
        self.curves += 1;
        self.last = to;
    }

    pub(super) fn close(&mut self) {
        self.line(self.first);
    }

    pub(super) fn rectangle(&mut self, area: Area) {
        if self.rectangles.len() < MAX_POINTS {
            self.rectangles.push(area);
        }
    }

    /// The straight lines, and the sides of rectangles.
    pub(super) fn stroke(&mut self, rules: &mut Vec<Area>) {
        for (from, to) in &self.lines {
            add(rules, Area::of(*from, *to));
        }
        for area in &self.rectangles {
            if area.width().min(area.height()) <= MAX_THICKNESS {
                add(rules, *area);
                continue;
            }
            let Area { x0, y0, x1, y1 } = *area;
            let sides = [
                ((x0, y0), (x1, y0)),
                ((x0, y1), (x1, y1)),
                ((x0, y0), (x0, y1)),
                ((x1, y0), (x1, y1)),
            ];
            for (from, to) in sides {
                add(rules, Area::of(from, to));
            }
        }
    }

    /// Rectangles as thin as a line, also those drawn line by line.
    pub(super) fn fill(&mut self, rules: &mut Vec<Area>) {
        for area in &self.rectangles {
            add(rules, *area);
        }
        let corners = self.lines.iter().map(|(from, to)| Area::of(*from, *to));
        if let (Some(area), 3..=5, 0) = (corners.reduce(Area::union), self.lines.len(), self.curves)
        {
            add(rules, area);
        }
    }

    /// Ends the path; gives how many curves it had.
    pub(super) fn finish(&mut self) -> usize {
        self.lines.clear();
        self.rectangles.clear();
        std::mem::take(&mut self.curves)
    }
}

fn add(rules: &mut Vec<Area>, area: Area) {
    let (thin, long) = (
        area.width().min(area.height()),
        area.width().max(area.height()),
    );
    if thin <= MAX_THICKNESS && long >= MIN_LENGTH && rules.len() <= MAX_RULES {
        rules.push(area);
    }
}
