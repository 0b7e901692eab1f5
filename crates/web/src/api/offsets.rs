//! Places in a text, as clients count them.
//!
//! Rust counts bytes, JavaScript UTF-16 units, Python code points. The API speaks
//! of **Unicode code points**: they cannot fall inside a character.

use std::ops::Range;

/// A stretch of a text: `[start, end]` in code points, `end` not included.
pub(super) type Span = [usize; 2];

/// The span of a range in bytes; `None` where the range does not fit the text.
pub(super) fn span(text: &str, bytes: &Range<usize>) -> Option<Span> {
    let start = text.get(..bytes.start)?.chars().count();
    let length = text.get(bytes.clone())?.chars().count();
    Some([start, start + length])
}

/// The first `max` characters of a text.
pub(super) fn excerpt(text: &str, max: usize) -> String {
    text.chars().take(max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_counts_characters() {
        let text = "Größe 📚 zählt";
        let start = text.find("zählt").unwrap();
        assert_eq!(span(text, &(start..text.len())), Some([8, 13]));
    }

    #[test]
    fn a_range_that_cuts_a_character_or_leaves_the_text_has_no_span() {
        assert_eq!(span("ö", &(0..1)), None);
        assert_eq!(span("ab", &(1..3)), None);
    }

    #[test]
    fn an_excerpt_keeps_whole_characters() {
        assert_eq!(excerpt("äöü", 2), "äö");
        assert_eq!(excerpt("ä", 2), "ä");
    }
}
