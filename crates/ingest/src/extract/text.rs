//! Plain text: encoding, paragraphs, and the few structures that are obvious in it.

use crate::extract::decode::{Decoded, decode};
use crate::extract::{Block, BlockKind, Extracted, is_shouted};
use crate::kind::FileKind;
use crate::tidy::{self, Vocabulary};

/// Nobody wraps longer lines: a text that has them breaks lines on purpose only.
const MAX_WRAP: usize = 120;

/// Reads plain text in any encoding. Form feeds are page breaks; without any, the
/// text has no pages.
pub(super) fn extract(bytes: &[u8]) -> Extracted {
    read(&decode(bytes))
}

/// Reads plain text whose encoding is known.
pub(super) fn read(decoded: &Decoded) -> Extracted {
    let text = decoded.text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader {
        vocabulary: Vocabulary::of([text.as_str()]),
        width: usual_width(&text),
        adornments: Vec::new(),
        blocks: Vec::new(),
    };
    let pages: Vec<&str> = text
        .trim_end_matches(['\u{c}', '\n'])
        .split('\u{c}')
        .collect();
    let has_breaks = pages.len() > 1;
    for (page, number) in pages.iter().zip(1_u32..) {
        reader.page(page, has_breaks.then_some(number));
    }
    Extracted {
        kind: FileKind::Text,
        title: None,
        page_count: has_breaks.then(|| u32::try_from(pages.len()).unwrap_or(u32::MAX)),
        blocks: reader.blocks,
        pictures: Vec::new(),
        notes: decoded.guess_note().into_iter().collect(),
    }
}

struct Reader {
    vocabulary: Vocabulary,
    /// Characters of a full line.
    width: usize,
    /// Underlining characters in the order in which they first came: each is a level.
    adornments: Vec<char>,
    blocks: Vec<Block>,
}

impl Reader {
    fn page(&mut self, text: &str, page: Option<u32>) {
        let first = self.blocks.len();
        let lines: Vec<&str> = text.lines().collect();
        for group in lines.split(|line| line.trim().is_empty()) {
            self.group(group);
        }
        for block in &mut self.blocks[first..] {
            block.page = page;
        }
    }

    /// Lines without an empty line between them.
    fn group(&mut self, lines: &[&str]) {
        let mut rest = lines;
        while !rest.is_empty() {
            rest = match self.heading(rest) {
                Some((block, taken)) => {
                    self.blocks.push(block);
                    &rest[taken..]
                }
                None => self.paragraph(rest),
            };
        }
    }

    /// A heading at the start of `lines`, and how many lines it takes.
    fn heading(&mut self, lines: &[&str]) -> Option<(Block, usize)> {
        let overlined = adornment(lines[0]).is_some() && lines.len() >= 3;
        let at = usize::from(overlined);
        let title = tidy::line(lines[at]);
        if let Some(mark) = lines.get(at + 1).and_then(|line| adornment(line))
            && underlines(lines[at + 1], &title)
        {
            let level = self.level_of(mark);
            return Some((Block::new(BlockKind::Heading { level }, title), at + 2));
        }
        let shouted = lines.len() == 1 && is_shouted(&title);
        shouted.then(|| (Block::new(BlockKind::Heading { level: 1 }, title), 1))
    }

    fn level_of(&mut self, mark: char) -> u8 {
        let at = self
            .adornments
            .iter()
            .position(|known| *known == mark)
            .unwrap_or_else(|| {
                self.adornments.push(mark);
                self.adornments.len() - 1
            });
        u8::try_from(at + 1).unwrap_or(9).min(9)
    }

    /// One paragraph or list item from the start of `lines`; returns the lines after it.
    fn paragraph<'a>(&mut self, lines: &'a [&'a str]) -> &'a [&'a str] {
        let (kind, first) = match list_item(lines[0]) {
            Some(item) => (BlockKind::ListItem, item),
            None => (BlockKind::Paragraph, lines[0]),
        };
        let more = lines[1..].iter().position(|line| list_item(line).is_some());
        let end = more.map_or(lines.len(), |at| at + 1);
        // No further than the next item: a list of many lines is gone through once.
        let is_heading = |at: &usize| {
            let under = lines.get(at + 1).filter(|line| adornment(line).is_some());
            under.is_some_and(|under| underlines(under, &tidy::line(lines[*at])))
        };
        let end = (1..end).find(is_heading).unwrap_or(end);
        let text = self.unwrap(first, &lines[1..end]);
        if !text.is_empty() {
            self.blocks.push(Block::new(kind, text));
        }
        &lines[end..]
    }

    /// Joins wrapped lines. A line that leaves much room ended on purpose.
    fn unwrap(&self, first: &str, more: &[&str]) -> String {
        let wraps = self.width <= MAX_WRAP;
        let wrapped = |line: &str| wraps && length(line) * 10 >= self.width * 6;
        let mut text = first.trim().to_owned();
        let mut last = first;
        for line in more {
            text.push(if wrapped(last) { ' ' } else { '\n' });
            text.push_str(line.trim());
            last = line;
        }
        tidy::lines(&self.vocabulary.join_hyphens(&text))
    }
}

fn length(line: &str) -> usize {
    line.trim().chars().count()
}

/// The width at which the lines of a text seem to be wrapped: one in ten is longer.
fn usual_width(text: &str) -> usize {
    let mut lengths: Vec<usize> = text
        .lines()
        .map(length)
        .filter(|length| *length > 0)
        .collect();
    lengths.sort_unstable();
    lengths.get(lengths.len() * 9 / 10).copied().unwrap_or(0)
}

/// The character of a line that holds nothing but one punctuation character, three
/// times or more.
fn adornment(line: &str) -> Option<char> {
    let line = line.trim_end();
    let mark = line
        .chars()
        .next()
        .filter(|c| "=-~^\"*+#'`.:_".contains(*c))?;
    (line.len() >= 3 && line.chars().all(|c| c == mark)).then_some(mark)
}

/// Whether `line` underlines `title`: about as long, and the title short enough.
fn underlines(line: &str, title: &str) -> bool {
    let length = title.chars().count();
    let long_enough = line.trim().chars().count() + 3 >= length;
    let worded = title.chars().any(char::is_alphabetic);
    adornment(line).is_some() && long_enough && worded && length <= 120
}

/// The text of a list item: without its bullet, with its number.
fn list_item(line: &str) -> Option<&str> {
    let line = line.trim_start();
    for bullet in ["- ", "* ", "• ", "– ", "+ ", "▪ ", "◦ "] {
        if let Some(text) = line.strip_prefix(bullet) {
            return Some(text);
        }
    }
    let number = line.split_whitespace().next()?;
    let digits = number.trim_start_matches('(').trim_end_matches(['.', ')']);
    let closed = number.len() > digits.len();
    let counted = digits.len() <= 2 && digits.chars().all(|c| c.is_ascii_digit());
    let lettered = digits.len() == 1
        && number.ends_with(')')
        && digits.chars().all(|c| c.is_ascii_lowercase());
    (closed && !digits.is_empty() && (counted || lettered)).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(BlockKind, String)> {
        extract(text.as_bytes())
            .blocks
            .into_iter()
            .map(|block| (block.kind, block.text))
            .collect()
    }

    const H1: BlockKind = BlockKind::Heading { level: 1 };
    const H2: BlockKind = BlockKind::Heading { level: 2 };

    #[test]
    fn wrapped_lines_become_paragraphs() {
        let blocks = read(
            "Our tutors work in every school of the\ncounty and reach many fam-\nilies.\n\nNext one.",
        );
        let expected = "Our tutors work in every school of the county and reach many families.";
        assert_eq!(blocks[0], (BlockKind::Paragraph, expected.into()));
        assert_eq!(blocks[1].1, "Next one.");
    }

    #[test]
    fn short_lines_keep_their_breaks() {
        let address = "Northern County Readers\n12 Main Street\nSpringfield";
        let letter = format!("{address}\n\nWe thank you for the years that you have read with us.");
        assert_eq!(read(&letter)[0].1, address);
    }

    #[test]
    fn a_text_with_a_paragraph_on_each_line_keeps_its_lines() {
        let line = "Every child in our county reads. ".repeat(5);
        assert_eq!(read(&format!("{line}\n{line}"))[0].1.lines().count(), 2);
    }

    #[test]
    fn obvious_headings_are_found_with_levels() {
        let blocks =
            read("Plan\n====\n\nYear one\n--------\nWe begin.\n\nBUDGET AND STAFF\n\nMore.");
        let kinds: Vec<BlockKind> = blocks.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(
            kinds,
            [H1, H2, BlockKind::Paragraph, H1, BlockKind::Paragraph]
        );
        assert_eq!(blocks[1].1, "Year one");
    }

    #[test]
    fn an_overlined_title_is_one_heading() {
        assert_eq!(
            read("=====\nTitle\n=====\n\nText."),
            [(H1, "Title".into()), (BlockKind::Paragraph, "Text.".into())]
        );
    }

    #[test]
    fn a_rule_alone_is_no_heading() {
        assert_eq!(read("One.\n\n-----\n\nTwo.")[0].1, "One.");
        assert!(
            !read("One.\n\n-----\n\nTwo.")
                .iter()
                .any(|(kind, _)| *kind == H1)
        );
    }

    #[test]
    fn list_items_stand_alone() {
        let blocks = read("We will:\n- recruit tutors\n  and train them\n- teach\n1. measure");
        assert_eq!(blocks[0], (BlockKind::Paragraph, "We will:".into()));
        assert_eq!(
            blocks[1],
            (BlockKind::ListItem, "recruit tutors and train them".into())
        );
        assert_eq!(blocks[3], (BlockKind::ListItem, "1. measure".into()));
    }

    #[test]
    fn form_feeds_count_pages() {
        let extracted = extract(b"One.\x0CTwo.\x0C");
        assert_eq!(extracted.page_count, Some(2));
        let pages: Vec<_> = extracted.blocks.iter().map(|block| block.page).collect();
        assert_eq!(pages, [Some(1), Some(2)]);
        assert_eq!(extract(b"One.").page_count, None);
    }

    #[test]
    fn a_guessed_encoding_is_said() {
        assert!(extract(b"Caf\xE9 f\xFCr alle Sch\xFCler").notes[0].contains("windows-1252"));
        assert!(extract("Café".as_bytes()).notes.is_empty());
    }
}
