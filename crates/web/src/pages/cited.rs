//! A saved text in paragraphs, its markers linked to the sources.

use archivist_draft::citation;

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// A marker whose source is known.
    Marker(u32),
    /// A marker that points to nothing.
    Dangling(u32),
}

/// The paragraphs of `text`; `has_source` tells which numbers have a source.
pub(super) fn paragraphs(text: &str, has_source: impl Fn(u32) -> bool) -> Vec<Vec<Piece>> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| pieces(paragraph, &has_source))
        .collect()
}

fn pieces(paragraph: &str, has_source: &impl Fn(u32) -> bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for marker in citation::markers(paragraph) {
        // The blank before a marker is taken along, so that no line begins with it.
        let before = paragraph[at..marker.range.start].trim_end_matches(' ');
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.extend(marker.numbers.iter().map(|&number| {
            if has_source(number) {
                Piece::Marker(number)
            } else {
                Piece::Dangling(number)
            }
        }));
        at = marker.range.end;
    }
    if at < paragraph.len() {
        pieces.push(Piece::Text(paragraph[at..].to_owned()));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_become_links_and_the_rest_stays() {
        let text = "We teach [1, 9].\r\n\nTwo\nlines [2]";
        let found = paragraphs(&text.replace("\r\n", "\n"), |n| n < 5);
        assert_eq!(
            found,
            [
                vec![
                    Piece::Text("We teach".into()),
                    Piece::Marker(1),
                    Piece::Dangling(9),
                    Piece::Text(".".into()),
                ],
                vec![Piece::Text("Two\nlines".into()), Piece::Marker(2)],
            ]
        );
    }
}
