//! Markdown: its structure kept, its marks gone.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use crate::extract::decode::decode;
use crate::extract::{Block, BlockKind, Extracted};
use crate::kind::FileKind;
use crate::tidy;

/// Reads Markdown with tables, footnotes and front matter. Links keep their text,
/// pictures their description, HTML the text between its tags.
pub(super) fn extract(bytes: &[u8]) -> Extracted {
    let source = decode(bytes).text;
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(&source, options) {
        reader.event(event);
    }
    reader.flush();
    let heading = |block: &&Block| block.kind == BlockKind::Heading { level: 1 };
    let title = reader.title.or_else(|| {
        reader
            .blocks
            .iter()
            .find(heading)
            .map(|block| block.text.clone())
    });
    Extracted {
        kind: FileKind::Markdown,
        title,
        page_count: None,
        blocks: reader.blocks,
        pictures: Vec::new(),
        notes: Vec::new(),
    }
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    title: Option<String>,
    /// Text of the block that is being read.
    text: String,
    /// Numbers of the open lists' next items; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The number that goes in front of the list item that is being read.
    number: Option<u64>,
    /// Cells of the table row that is being read.
    cells: Vec<String>,
    place: Place,
}

/// What the text belongs to.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Place {
    #[default]
    Body,
    Heading(u8),
    Cell,
    FrontMatter,
    Html,
}

impl Reader {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.text.push_str(&text),
            Event::Html(html) => self.text.push_str(&html),
            Event::InlineHtml(tag) if is_line_break(&tag) => self.text.push('\n'),
            Event::SoftBreak => self.text.push(' '),
            Event::HardBreak => self.text.push('\n'),
            Event::Rule => self.flush(),
            Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.enter(Place::Heading(*level as u8)),
            Tag::HtmlBlock => self.enter(Place::Html),
            Tag::MetadataBlock(_) => self.enter(Place::FrontMatter),
            Tag::TableHead | Tag::TableRow => self.cells.clear(),
            Tag::TableCell => self.enter(Place::Cell),
            Tag::List(first) => {
                self.flush();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.flush();
                self.number = self.lists.last_mut().and_then(count_up);
            }
            Tag::Paragraph | Tag::CodeBlock(_) | Tag::FootnoteDefinition(_) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::TableCell => {
                let cell = tidy::line(&std::mem::take(&mut self.text));
                self.cells.push(cell);
                self.place = Place::Body;
            }
            TagEnd::TableHead | TagEnd::TableRow => {
                self.blocks.extend(Block::row(None, self.cells.drain(..)));
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::MetadataBlock(_) => self.flush(),
            _ => {}
        }
    }

    fn enter(&mut self, place: Place) {
        self.flush();
        self.place = place;
    }

    /// Ends the block that is being read.
    fn flush(&mut self) {
        let raw = std::mem::take(&mut self.text);
        let place = std::mem::take(&mut self.place);
        let (kind, text) = match place {
            Place::FrontMatter => {
                self.title = front_matter_title(&raw).or(self.title.take());
                return;
            }
            Place::Heading(level) => (BlockKind::Heading { level }, tidy::line(&raw)),
            Place::Html => (BlockKind::Paragraph, tidy::lines(&strip_tags(&raw))),
            Place::Cell | Place::Body if self.lists.is_empty() => {
                (BlockKind::Paragraph, tidy::lines(&raw))
            }
            Place::Cell | Place::Body => (BlockKind::ListItem, tidy::lines(&raw)),
        };
        if text.is_empty() {
            return;
        }
        let text = match self.number.take() {
            Some(number) if kind == BlockKind::ListItem => format!("{number}. {text}"),
            _ => text,
        };
        self.blocks.push(Block::new(kind, text));
    }
}

/// The number of an ordered list's next item.
fn count_up(list: &mut Option<u64>) -> Option<u64> {
    let number = (*list)?;
    *list = Some(number.saturating_add(1));
    Some(number)
}

fn is_line_break(tag: &str) -> bool {
    tag.to_ascii_lowercase().starts_with("<br")
}

/// The value of `title:` (YAML) or `title =` (TOML).
fn front_matter_title(source: &str) -> Option<String> {
    let value = source.lines().find_map(|line| {
        let rest = line.trim_start().strip_prefix("title")?.trim_start();
        rest.strip_prefix([':', '='])
    })?;
    let title = tidy::line(value.trim().trim_matches(['"', '\'']));
    (!title.is_empty()).then_some(title)
}

/// The text between HTML tags; comments, styles and scripts are left out.
fn strip_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let (end, line) = tag_end(&rest[open..]);
        text.push_str(if line { "\n" } else { "" });
        rest = &rest[open + end..];
    }
    text.push_str(rest);
    unescape(&text)
}

/// The length of the tag at the start of `html`, with its content where that is not
/// text, and whether it begins a new line.
fn tag_end(html: &str) -> (usize, bool) {
    let lower = html.get(..12).unwrap_or(html).to_ascii_lowercase();
    let until = |mark: &str| html.find(mark).map_or(html.len(), |at| at + mark.len());
    if lower.starts_with("<!--") {
        return (until("-->"), false);
    }
    if lower.starts_with("<style") {
        return (until("</style>"), false);
    }
    if lower.starts_with("<script") {
        return (until("</script>"), false);
    }
    let inline = [
        "a", "b", "i", "em", "strong", "span", "sup", "sub", "code", "u", "small", "img",
    ];
    let name = lower.trim_start_matches(['<', '/']);
    let name = name
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default();
    (until(">"), !inline.contains(&name))
}

/// The few entities that occur in HTML inside Markdown.
fn unescape(text: &str) -> String {
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (entity, plain)| {
        text.replace(entity, plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<(BlockKind, String)> {
        extract(source.as_bytes())
            .blocks
            .into_iter()
            .map(|block| (block.kind, block.text))
            .collect()
    }

    const P: BlockKind = BlockKind::Paragraph;
    const LI: BlockKind = BlockKind::ListItem;
    const TR: BlockKind = BlockKind::TableRow;

    fn owned(expected: &[(BlockKind, &str)]) -> Vec<(BlockKind, String)> {
        expected
            .iter()
            .map(|(kind, text)| (*kind, (*text).to_owned()))
            .collect()
    }

    #[test]
    fn headings_paragraphs_and_links() {
        let blocks = read(
            "Our *Plan*\n===\n\n## Year [one](https://x.org)\n\nWe **begin**\nnow ![a chart](c.png).",
        );
        let expected = [
            (BlockKind::Heading { level: 1 }, "Our Plan"),
            (BlockKind::Heading { level: 2 }, "Year one"),
            (P, "We begin now a chart."),
        ];
        assert_eq!(blocks, owned(&expected));
    }

    #[test]
    fn lists_keep_their_numbers_and_nest() {
        let blocks =
            read("Steps:\n\n3. Recruit\n4. Train\n   - in reading\n   - in math\n\n- [x] Done");
        let expected = [
            (P, "Steps:"),
            (LI, "3. Recruit"),
            (LI, "4. Train"),
            (LI, "in reading"),
            (LI, "in math"),
            (LI, "Done"),
        ];
        assert_eq!(blocks, owned(&expected));
    }

    #[test]
    fn loose_list_items_keep_their_numbers_too() {
        assert_eq!(
            read("1. One\n\n2. Two\n\n   More"),
            owned(&[(LI, "1. One"), (LI, "2. Two"), (LI, "More")])
        );
    }

    #[test]
    fn tables_become_rows() {
        let blocks =
            read("| Item | Cost |\n|---|---|\n| Tutors<br>and staff | $4,000 |\n| Total | |");
        let expected = [
            (TR, "Item | Cost"),
            (TR, "Tutors and staff | $4,000"),
            (TR, "Total"),
        ];
        assert_eq!(blocks, owned(&expected));
    }

    #[test]
    fn code_keeps_its_lines() {
        assert_eq!(read("```\none\n  two\n```"), owned(&[(P, "one\ntwo")]));
    }

    #[test]
    fn html_is_reduced_to_its_text() {
        let html = "<!-- note -->\n<div class=\"x\"><b>Reach</b> &amp; depth<br>more</div>\n\nText <span>inside</span>.";
        assert_eq!(
            read(html),
            owned(&[(P, "Reach & depth\nmore"), (P, "Text inside.")])
        );
    }

    #[test]
    fn front_matter_gives_the_title_and_no_text() {
        let extracted = extract(b"---\nauthor: A\ntitle: \"The Plan\"\n---\nText.");
        assert_eq!(extracted.title.as_deref(), Some("The Plan"));
        assert_eq!(extracted.blocks.len(), 1);
    }

    #[test]
    fn the_first_heading_is_the_title_otherwise() {
        assert_eq!(
            extract(b"# The Plan\n\nText.").title.as_deref(),
            Some("The Plan")
        );
    }

    #[test]
    fn footnotes_are_kept_where_they_are_written() {
        assert_eq!(
            read("Text.[^1]\n\n[^1]: The note."),
            owned(&[(P, "Text."), (P, "The note.")])
        );
    }
}
