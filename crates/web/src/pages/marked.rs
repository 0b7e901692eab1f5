//! Passages with marked words, and excerpts of them.

use std::ops::Range;

/// A piece of a text, marked or not. Templates escape `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) is_marked: bool,
}

/// A part of a passage around its first marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) pieces: Vec<Piece>,
    /// Whether text was left out before it.
    pub(super) is_cut_before: bool,
    /// Whether text was left out after it.
    pub(super) is_cut_after: bool,
}

impl Excerpt {
    /// Without marks, and with dots where text was left out.
    pub(super) fn plain(&self) -> String {
        let text: String = self
            .pieces
            .iter()
            .map(|piece| piece.text.as_str())
            .collect();
        let before = if self.is_cut_before { "… " } else { "" };
        let after = if self.is_cut_after { " …" } else { "" };
        format!("{before}{text}{after}")
    }
}

/// How much text stands before the first mark.
const LEAD_BYTES: usize = 140;

/// About `bytes` bytes of `text`, from a little before the first mark on, cut
/// between words.
pub(super) fn excerpt(text: &str, marks: &[Range<usize>], bytes: usize) -> Excerpt {
    let first = marks.first().map_or(0, |mark| mark.start);
    let latest_start = text.len().saturating_sub(bytes);
    let start = word_start(text, first.saturating_sub(LEAD_BYTES).min(latest_start));
    let end = word_end(text, start.saturating_add(bytes));
    Excerpt {
        pieces: pieces(text, start..end, marks),
        is_cut_before: start > 0,
        is_cut_after: end < text.len(),
    }
}

/// The text of `range` in pieces; marks that do not fit the text are left out,
/// since a document may have changed since it was indexed.
fn pieces(text: &str, range: Range<usize>, marks: &[Range<usize>]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut push = |span: Range<usize>, is_marked| {
        if let Some(text) = text.get(span).filter(|t| !t.is_empty()) {
            pieces.push(Piece {
                text: text.to_owned(),
                is_marked,
            });
        }
    };
    let mut at = range.start;
    for mark in marks {
        if mark.start >= at && mark.end <= range.end && text.get(mark.clone()).is_some() {
            push(at..mark.start, false);
            push(mark.clone(), true);
            at = mark.end;
        }
    }
    push(at..range.end, false);
    pieces
}

fn word_start(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[..at]
        .rfind(char::is_whitespace)
        .map_or(0, |space| text.ceil_char_boundary(space + 1))
}

fn word_end(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[at..]
        .find(char::is_whitespace)
        .map_or(text.len(), |space| at + space)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(excerpt: &Excerpt) -> Vec<&str> {
        let marked = excerpt.pieces.iter().filter(|p| p.is_marked);
        marked.map(|p| p.text.as_str()).collect()
    }

    #[test]
    fn marks_are_cut_out_and_nothing_is_lost() {
        let text = "Nine coaches read — with children.";
        let marks = [5..12, 27..35];
        let excerpt = excerpt(text, &marks, 1000);
        assert_eq!(marked(&excerpt), ["coaches", "children"]);
        let whole: String = excerpt.pieces.iter().map(|p| p.text.as_str()).collect();
        assert_eq!(whole, text);
        assert!(!excerpt.is_cut_before && !excerpt.is_cut_after);
    }

    #[test]
    fn a_long_text_is_cut_between_words_around_the_first_mark() {
        let text = format!("{}MARK {}", "früh ".repeat(100), "später ".repeat(100));
        let at = text.find("MARK").unwrap();
        let mark = at..at + 4;
        let excerpt = excerpt(&text, std::slice::from_ref(&mark), 300);
        assert_eq!(marked(&excerpt), ["MARK"]);
        assert!(excerpt.is_cut_before && excerpt.is_cut_after);
        assert!(excerpt.pieces[0].text.starts_with("früh "));
        assert!(excerpt.pieces[2].text.ends_with("später"));
    }

    #[test]
    fn marks_of_another_text_do_no_harm() {
        let excerpt = excerpt("ä", &[1..9, 0..1], 300);
        assert_eq!(excerpt.pieces.len(), 1);
        assert!(!excerpt.pieces[0].is_marked);
    }
}
