//! Footnotes: small text below, with the mark of its place in the text above.

use super::line::{MARK_END, MARK_START, is_note_sign};
use super::paragraph::{Form, Paragraph};

/// Notes are set smaller than the text, at most this share of its size.
const SMALLER: f64 = 0.93;
/// They stand below this share of the page's height.
const BELOW: f64 = 0.4;

/// A paragraph with what is known of it as a note.
#[derive(Debug)]
pub(super) struct Noted {
    pub(super) paragraph: Paragraph,
    pub(super) is_note: bool,
}

/// Tells the notes of a page, and puts each after the paragraph that cites it.
pub(super) fn placed(page: Vec<Paragraph>, body: f64) -> Vec<Noted> {
    let mut notes: Vec<(String, Paragraph)> = Vec::new();
    let mut texts: Vec<Paragraph> = Vec::new();
    for paragraph in page {
        match sign(&paragraph, body) {
            Some(sign) => notes.push((sign, paragraph)),
            None => texts.push(paragraph),
        }
    }
    let mut out: Vec<Noted> = Vec::new();
    for text in texts {
        let cites = |sign: &str| text.texts.iter().any(|text| text.contains(&mark(sign)));
        let (here, rest): (Vec<_>, Vec<_>) = notes.into_iter().partition(|(sign, _)| cites(sign));
        notes = rest;
        out.push(Noted {
            paragraph: text,
            is_note: false,
        });
        out.extend(here.into_iter().map(|(_, paragraph)| noted(paragraph)));
    }
    out.extend(notes.into_iter().map(|(_, paragraph)| noted(paragraph)));
    out
}

fn noted(paragraph: Paragraph) -> Noted {
    Noted {
        paragraph,
        is_note: true,
    }
}

fn mark(sign: &str) -> String {
    format!("{MARK_START}{sign}{MARK_END}")
}

/// The sign with which a note begins, if it is one: raised, or the first word of small
/// text at the foot of the page.
fn sign(paragraph: &Paragraph, body: f64) -> Option<String> {
    let text = paragraph.texts.first()?;
    let low = paragraph.depth > BELOW && paragraph.size <= SMALLER * body;
    if !low || matches!(paragraph.form, Form::Head | Form::Row) {
        return None;
    }
    if let Some(rest) = text.strip_prefix(MARK_START) {
        let (sign, note) = rest.split_once(MARK_END)?;
        return (!note.trim().is_empty()).then(|| sign.to_owned());
    }
    let (first, rest) = text.split_once(' ')?;
    let first = first.trim_end_matches(['.', ')']);
    (is_note_sign(first) && !rest.trim().is_empty()).then(|| first.to_owned())
}

/// Raw text without the places of marks; the marks of `notes` in brackets, so that they
/// are no part of the word before.
pub(super) fn written(text: &str, notes: &[String]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MARK_START) {
        let (sign, after) = after.split_once(MARK_END).unwrap_or((after, ""));
        out.push_str(before);
        if notes.iter().any(|note| note == sign) {
            out.push('[');
            out.push_str(sign);
            out.push(']');
            if after.starts_with(char::is_alphanumeric) {
                out.push(' ');
            }
        } else {
            out.push_str(sign);
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The sign of a note, as [`written`] looks for it.
pub(super) fn sign_of(noted: &Noted, body: f64) -> Option<String> {
    noted
        .is_note
        .then(|| sign(&noted.paragraph, body))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraph(text: &str, size: f64, depth: f64) -> Paragraph {
        Paragraph {
            page: 1,
            form: Form::Text,
            texts: vec![text.to_owned()],
            size,
            bold: false,
            lines: 1,
            opens: false,
            depth,
        }
    }

    #[test]
    fn notes_stand_after_the_paragraph_that_cites_them() {
        let page = vec![
            paragraph("It is known\u{fdd0}1\u{fdd1} here.", 10.0, 0.2),
            paragraph("More text.", 10.0, 0.3),
            paragraph("\u{fdd0}1\u{fdd1} A source.", 8.0, 0.9),
            paragraph("2 Another, that nobody cites.", 8.0, 0.95),
        ];
        let placed = placed(page, 10.0);
        let texts: Vec<(&str, bool)> = placed
            .iter()
            .map(|noted| (noted.paragraph.texts[0].as_str(), noted.is_note))
            .collect();
        assert_eq!(texts[1], ("\u{fdd0}1\u{fdd1} A source.", true));
        assert_eq!(texts[2], ("More text.", false));
        assert!(texts[3].1);
        assert_eq!(written(texts[0].0, &["1".into()]), "It is known[1] here.");
        assert_eq!(written("10\u{fdd0}2\u{fdd1} m", &[]), "102 m");
    }

    #[test]
    fn small_text_without_a_sign_is_no_note() {
        let page = vec![paragraph("Photo by a volunteer.", 8.0, 0.9)];
        assert!(!placed(page, 10.0)[0].is_note);
    }
}
