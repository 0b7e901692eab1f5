//! Which paragraphs are headings: by what is usual in the whole document.

use super::paragraph::{Form, Paragraph};
use crate::extract::is_shouted;
use crate::tidy::word_count;

/// A heading's letters are larger than those of the text by this factor.
const LARGER: f64 = 1.12;
/// Text that a heading cannot be: longer than a line or two.
const MAX_WORDS: usize = 25;
/// A heading that only its weight tells is shorter.
const MAX_BOLD_WORDS: usize = 14;
/// Sizes of headings that are told apart; all smaller ones are of the last level.
const MAX_SIZES: usize = 5;

/// Tells headings and their levels.
pub(super) struct Headings {
    /// The size of the text, in points.
    body: f64,
    /// Whether most of the text is bold, so that weight tells nothing.
    bold_text: bool,
    /// The sizes of headings, the largest first.
    sizes: Vec<f64>,
}

impl Headings {
    /// Learns what is usual in a document.
    pub(super) fn of(paragraphs: &[Paragraph]) -> Self {
        let body = usual_size(paragraphs);
        let length = |bold: bool| -> usize {
            let same = paragraphs.iter().filter(|p| p.bold == bold);
            same.map(Paragraph::length).sum()
        };
        let mut headings = Self {
            body,
            bold_text: length(true) > length(false),
            sizes: Vec::new(),
        };
        let mut sizes: Vec<f64> = paragraphs
            .iter()
            .filter(|paragraph| headings.is_larger(paragraph))
            .map(|paragraph| rounded(paragraph.size))
            .collect();
        sizes.sort_by(|a, b| b.total_cmp(a));
        sizes.dedup();
        sizes.truncate(MAX_SIZES);
        headings.sizes = sizes;
        headings
    }

    /// The size of the text, in points.
    pub(super) fn body(&self) -> f64 {
        self.body
    }

    /// The level of a heading, from 1; nothing for other text.
    pub(super) fn level(&self, paragraph: &Paragraph) -> Option<u8> {
        let last = self.sizes.len();
        let level = if self.is_larger(paragraph) {
            let size = rounded(paragraph.size);
            let at = self.sizes.iter().position(|other| *other <= size);
            at.unwrap_or(last.saturating_sub(1)) + 1
        } else if self.is_bold_heading(paragraph) {
            last + 1
        } else if paragraph.form == Form::Text && is_shouted(&paragraph.texts[0]) {
            last + 2
        } else {
            return None;
        };
        u8::try_from(level.min(9)).ok()
    }

    fn is_larger(&self, paragraph: &Paragraph) -> bool {
        let numbered = paragraph.form == Form::Item && paragraph.bold;
        (paragraph.form == Form::Text || numbered)
            && paragraph.size >= LARGER * self.body
            && paragraph.lines <= 3
            && may_be_heading(&paragraph.texts[0], MAX_WORDS)
    }

    fn is_bold_heading(&self, paragraph: &Paragraph) -> bool {
        let text = &paragraph.texts[0];
        let starts = text.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
        matches!(paragraph.form, Form::Text | Form::Item)
            && paragraph.bold
            && !self.bold_text
            && paragraph.size >= 0.95 * self.body
            && paragraph.lines <= 2
            && starts
            && !text.ends_with(['.', ',', ';'])
            && may_be_heading(text, MAX_BOLD_WORDS)
    }
}

/// The size in which most of the text is set.
fn usual_size(paragraphs: &[Paragraph]) -> f64 {
    let mut lengths: Vec<(f64, usize)> = Vec::new();
    for paragraph in paragraphs {
        let size = rounded(paragraph.size);
        match lengths
            .iter_mut()
            .find(|(other, _)| (*other - size).abs() < 0.25)
        {
            Some((_, length)) => *length += paragraph.length(),
            None => lengths.push((size, paragraph.length())),
        }
    }
    lengths
        .into_iter()
        .max_by_key(|(_, length)| *length)
        .map_or(10.0, |(size, _)| size)
}

/// To half points: what writers mean.
fn rounded(size: f64) -> f64 {
    (size * 2.0).round() / 2.0
}

/// Large type is not always a heading: it may set a whole paragraph, or a page number.
fn may_be_heading(text: &str, max_words: usize) -> bool {
    let words = word_count(text);
    let sentence = text.ends_with('.') && words > 12;
    words <= max_words && !sentence && text.chars().filter(|c| c.is_alphabetic()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str, size: f64, bold: bool) -> Paragraph {
        Paragraph {
            page: 1,
            form: Form::Text,
            texts: vec![text.to_owned()],
            size,
            bold,
            lines: 1,
            opens: false,
            depth: 0.5,
        }
    }

    #[test]
    fn size_then_weight_then_capitals_make_levels() {
        let body = "Every third child in the county reads below grade level, and it shows.";
        let document = [
            paragraph("Our Plan", 20.0, false),
            paragraph("Need", 14.0, true),
            paragraph("Who we serve", 11.0, true),
            paragraph("BUDGET NOTES", 11.0, false),
            paragraph(body, 11.0, false),
            paragraph(
                "A whole sentence that is set in large type is text and ends in a stop.",
                14.0,
                false,
            ),
        ];
        let headings = Headings::of(&document);
        let levels: Vec<Option<u8>> = document.iter().map(|p| headings.level(p)).collect();
        assert_eq!(levels, [Some(1), Some(2), Some(3), Some(4), None, None]);
    }

    #[test]
    fn in_bold_text_weight_tells_nothing() {
        let document = [
            paragraph("All of this is set in bold, every line of it.", 11.0, true),
            paragraph("Short bold line", 11.0, true),
        ];
        let headings = Headings::of(&document);
        assert_eq!(headings.level(&document[1]), None);
    }
}
