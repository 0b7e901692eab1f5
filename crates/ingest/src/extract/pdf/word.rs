//! Words: glyphs that follow each other closely on one line.

use std::collections::HashSet;

use super::matrix::Area;

/// A gap wider than this, in font sizes, parts words.
pub(super) const WORD_GAP: f64 = 0.1;
/// Glyphs may be drawn this far back over the one before, in font sizes.
const OVERLAP: f64 = 0.4;
/// Baselines of one word differ by less, in font sizes.
const BASELINE: f64 = 0.08;

/// A word, in the direction in which it is read: `x` grows along its line, `y` from line
/// to line.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) x0: f64,
    pub(super) x1: f64,
    /// The baseline.
    pub(super) y: f64,
    /// The font size, in points.
    pub(super) size: f64,
    pub(super) bold: bool,
    /// Whether a blank was drawn before it.
    pub(super) spaced: bool,
    pub(super) turn: Turn,
}

/// Which way a line of text runs on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Turn {
    /// To the right.
    None,
    /// Upwards.
    Up,
    /// Downwards, as vertical scripts do.
    Down,
    /// To the left, on its head.
    Over,
}

impl Turn {
    pub(super) const ALL: [Self; 4] = [Self::None, Self::Up, Self::Down, Self::Over];

    /// The nearest to a direction; `y` grows downwards.
    pub(super) fn of((x, y): (f64, f64)) -> Self {
        match (x.abs() >= y.abs(), x >= 0.0, y >= 0.0) {
            (true, true, _) => Self::None,
            (true, false, _) => Self::Over,
            (false, _, true) => Self::Down,
            (false, _, false) => Self::Up,
        }
    }

    /// A point of a page of that size, turned with it until the text runs to the right.
    pub(super) fn upright(self, (x, y): (f64, f64), (width, height): (f64, f64)) -> (f64, f64) {
        match self {
            Self::None => (x, y),
            Self::Up => (height - y, x),
            Self::Down => (y, width - x),
            Self::Over => (width - x, height - y),
        }
    }
}

impl Word {
    /// The room that its letters take, roughly.
    pub(super) fn area(&self) -> Area {
        Area {
            x0: self.x0,
            y0: self.y - 0.75 * self.size,
            x1: self.x1,
            y1: self.y + 0.22 * self.size,
        }
    }

    pub(super) fn middle(&self) -> (f64, f64) {
        (f64::midpoint(self.x0, self.x1), self.y - 0.27 * self.size)
    }
}

/// A glyph as it is drawn.
#[derive(Debug)]
pub(super) struct Drawn<'t> {
    pub(super) text: &'t str,
    pub(super) x0: f64,
    pub(super) x1: f64,
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) turn: Turn,
}

/// Puts glyphs together to words, in the order in which they are drawn.
#[derive(Debug, Default)]
pub(super) struct Words {
    done: Vec<Word>,
    open: Option<Word>,
    /// Where in the open word's text each of its glyphs begins.
    glyphs: Vec<usize>,
    /// Where the last glyph of the open word stands.
    last: (f64, f64),
    /// A blank was drawn since the last glyph.
    blank: bool,
    /// What stands where, to know text drawn twice for a bold look.
    places: HashSet<(String, i64, i64)>,
}

impl Words {
    pub(super) fn push(&mut self, glyph: &Drawn<'_>) {
        if glyph.text.chars().all(is_blank) {
            self.close();
            self.blank = true;
            return;
        }
        if self.accent(glyph) {
            return;
        }
        self.last = (glyph.x0, glyph.x1);
        if let Some(word) = self
            .open
            .as_mut()
            .filter(|word| !self.blank && follows(word, glyph))
        {
            self.glyphs.push(word.text.len());
            append(word, glyph);
            return;
        }
        self.close();
        self.glyphs = vec![0];
        self.open = Some(Word {
            text: glyph.text.to_owned(),
            x0: glyph.x0,
            x1: glyph.x1,
            y: glyph.y,
            size: glyph.size,
            bold: glyph.bold,
            spaced: std::mem::take(&mut self.blank),
            turn: glyph.turn,
        });
    }

    /// Puts an accent that is drawn over the last letter onto it.
    fn accent(&mut self, glyph: &Drawn<'_>) -> bool {
        let Some(mark) = combining(glyph.text) else {
            return false;
        };
        let middle = f64::midpoint(glyph.x0, glyph.x1);
        let over = (self.last.0..=self.last.1).contains(&middle);
        let Some(word) = self.open.as_mut().filter(|word| {
            let near = (word.y - glyph.y).abs() < glyph.size;
            over && near && word.turn == glyph.turn && word.text.ends_with(char::is_alphabetic)
        }) else {
            return false;
        };
        // Letters without their dot are drawn below accents only.
        let dotted = match word.text.chars().last() {
            Some('ı') => Some('i'),
            Some('ȷ') => Some('j'),
            _ => None,
        };
        if let Some(dotted) = dotted {
            word.text.pop();
            word.text.push(dotted);
        }
        word.text.push(mark);
        true
    }

    /// All words, in the order in which they were drawn.
    pub(super) fn finish(mut self) -> Vec<Word> {
        self.close();
        self.done
    }

    fn close(&mut self) {
        let Some(mut word) = self.open.take() else {
            return;
        };
        if is_right_to_left(&word.text) && word.x1 > word.x0 {
            word.text = read_leftwards(&word.text, &self.glyphs);
        }
        (word.x0, word.x1) = (word.x0.min(word.x1), word.x0.max(word.x1));
        // Shadows and poor man's bold are drawn with an offset of a point or less.
        let place = |value: f64| whole((value / 1.5).round());
        let (x, y) = (place(word.x0), place(word.y));
        let twice = (-1..=1).any(|dx| {
            (-1..=1).any(|dy| self.places.contains(&(word.text.clone(), x + dx, y + dy)))
        });
        if !twice {
            self.places.insert((word.text.clone(), x, y));
            self.done.push(word);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "positions on a page are small; nonsense saturates"
)]
fn whole(value: f64) -> i64 {
    value as i64
}

/// The combining form of an accent that stands alone.
fn combining(text: &str) -> Option<char> {
    match text {
        "´" | "ˊ" => Some('\u{301}'),
        "`" | "ˋ" => Some('\u{300}'),
        "¨" => Some('\u{308}'),
        "ˆ" => Some('\u{302}'),
        "˜" => Some('\u{303}'),
        "ˇ" => Some('\u{30c}'),
        "˚" => Some('\u{30a}'),
        "¸" => Some('\u{327}'),
        "˘" => Some('\u{306}'),
        _ => None,
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c == '\u{a0}' || c == '\0'
}

/// Whether a glyph goes on with a word. Where a right-to-left script is drawn in the
/// order of reading, `x1` of the word is its left end.
fn follows(word: &Word, glyph: &Drawn<'_>) -> bool {
    let size = word.size.min(glyph.size);
    let same_line = (glyph.y - word.y).abs() <= BASELINE * size;
    let same_size = glyph.size < 1.25 * word.size && word.size < 1.25 * glyph.size;
    let gap = glyph.x0 - word.x1;
    let leftwards = is_right_to_left(glyph.text)
        && is_right_to_left(&word.text)
        && ((word.x0.min(word.x1) - glyph.x1).abs() <= WORD_GAP * size);
    let close = (-OVERLAP * size..=WORD_GAP * size).contains(&gap) && glyph.x0 >= word.x0;
    word.turn == glyph.turn && same_line && same_size && (close || leftwards)
}

fn append(word: &mut Word, glyph: &Drawn<'_>) {
    word.text.push_str(glyph.text);
    if glyph.x1 <= word.x0.min(word.x1) + OVERLAP * glyph.size && glyph.x0 < word.x0 {
        // From right to left: the start is the right end.
        word.x0 = word.x0.max(word.x1);
        word.x1 = glyph.x0;
    } else {
        word.x1 = word.x1.max(glyph.x1);
    }
}

/// A word whose glyphs were drawn from left to right, in the order in which it is read
/// from right to left. Numbers are read from left to right in it, and glyphs of several
/// letters hold them in order.
fn read_leftwards(text: &str, glyphs: &[usize]) -> String {
    let ends = glyphs.iter().skip(1).copied().chain([text.len()]);
    let parts = glyphs
        .iter()
        .zip(ends)
        .map(|(start, end)| &text[*start..end]);
    let mut parts: Vec<&str> = parts.collect();
    parts.reverse();
    let is_number = |part: &&str| part.contains(char::is_numeric);
    for at in 0..parts.len() {
        if !is_number(&parts[at]) || at > 0 && is_number(&parts[at - 1]) {
            continue;
        }
        let inside = |part: &&str| is_number(part) || matches!(*part, "." | "," | "/" | ":" | "-");
        let end = at + parts[at..].iter().take_while(|part| inside(part)).count();
        let last = parts[at..end].iter().rposition(is_number).unwrap_or(0);
        parts[at..=at + last].reverse();
    }
    parts.concat()
}

/// Whether it holds letters of Hebrew, Arabic or their relatives, and no others.
pub(super) fn is_right_to_left(text: &str) -> bool {
    let mut letters = text.chars().filter(|c| c.is_alphabetic()).peekable();
    letters.peek().is_some()
        && letters.all(|c| {
            matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn glyph(text: &str, x0: f64) -> Drawn<'_> {
        Drawn {
            text,
            x0,
            x1: x0 + 5.0,
            y: 100.0,
            size: 10.0,
            bold: false,
            turn: Turn::None,
        }
    }

    fn texts(glyphs: &[(&str, f64)]) -> Vec<String> {
        let mut words = Words::default();
        for (text, x0) in glyphs {
            words.push(&glyph(text, *x0));
        }
        words.finish().into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn gaps_and_blanks_part_words() {
        assert_eq!(texts(&[("a", 0.0), ("b", 5.5), ("c", 13.0)]), ["ab", "c"]);
        assert_eq!(texts(&[("a", 0.0), (" ", 5.0), ("b", 5.0)]), ["a", "b"]);
    }

    #[test]
    fn text_drawn_twice_for_a_bold_look_is_one() {
        let twice = [("a", 0.0), ("b", 5.0), ("a", 0.3), ("b", 5.3)];
        assert_eq!(texts(&twice), ["ab"]);
    }

    #[test]
    fn accents_go_onto_the_letter_below_them() {
        assert_eq!(texts(&[("e", 0.0), ("´", 0.5), ("g", 5.0)]), ["e\u{301}g"]);
        assert_eq!(texts(&[("ı", 0.0), ("´", 0.2)]), ["i\u{301}"]);
    }

    #[test]
    fn numbers_and_joined_letters_keep_their_order_in_right_to_left_words() {
        let visual = [
            ("1", 0.0),
            ("2", 5.0),
            ("-", 10.0),
            ("\u{644}\u{627}", 15.0),
            ("\u{628}", 20.0),
        ];
        assert_eq!(texts(&visual), ["\u{628}\u{644}\u{627}-12"]);
        let dated = [("3", 0.0), ("/", 5.0), ("4", 10.0), ("\u{5d1}", 15.0)];
        assert_eq!(texts(&dated), ["\u{5d1}3/4"]);
    }

    #[test]
    fn right_to_left_words_read_the_same_however_they_are_drawn() {
        let logical = [("\u{5d0}", 20.0), ("\u{5d1}", 15.0), ("\u{5d2}", 10.0)];
        let visual = [("\u{5d2}", 10.0), ("\u{5d1}", 15.0), ("\u{5d0}", 20.0)];
        assert_eq!(texts(&logical), ["\u{5d0}\u{5d1}\u{5d2}"]);
        assert_eq!(texts(&visual), ["\u{5d0}\u{5d1}\u{5d2}"]);
    }
}
