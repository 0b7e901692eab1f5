use super::*;
use crate::extract::BlockKind;

fn heading(level: u8, text: &str) -> Block {
    Block::new(BlockKind::Heading { level }, text)
}

/// A paragraph of sentences of ten words each.
fn prose(sentences: usize) -> Block {
    let sentence = "Every child in our county reads well by grade three.";
    Block::new(BlockKind::Paragraph, vec![sentence; sentences].join(" "))
}

fn on_page(page: u32, block: Block) -> Block {
    Block {
        page: Some(page),
        ..block
    }
}

fn sizes(passages: &[Passage]) -> Vec<u32> {
    passages.iter().map(|passage| passage.words).collect()
}

#[test]
fn a_long_section_is_cut_evenly_between_sentences() {
    let passages = cut(&[heading(1, "Need"), prose(70)]);
    assert_eq!(sizes(&passages), [231, 230, 240]);
    assert!(passages.iter().all(|passage| passage.text.ends_with('.')));
    assert!(
        passages
            .iter()
            .all(|passage| passage.heading.as_deref() == Some("Need"))
    );
}

#[test]
fn cuts_fall_between_paragraphs_where_they_can() {
    let passages = cut(&[prose(18), prose(22), prose(19)]);
    assert_eq!(sizes(&passages), [180, 220, 190]);
}

#[test]
fn a_passage_does_not_run_over_a_heading() {
    let passages = cut(&[
        heading(1, "Need"),
        prose(12),
        heading(1, "Method"),
        prose(5),
    ]);
    assert_eq!(sizes(&passages), [121, 51]);
    assert_eq!(passages[1].heading.as_deref(), Some("Method"));
}

#[test]
fn small_sections_share_a_passage_under_their_common_heading() {
    let blocks = [
        heading(1, "Budget"),
        heading(2, "Staff"),
        prose(4),
        heading(2, "Travel"),
        prose(4),
    ];
    let passages = cut(&blocks);
    assert_eq!(sizes(&passages), [83]);
    assert_eq!(passages[0].heading.as_deref(), Some("Budget"));
    assert!(
        passages[0]
            .text
            .starts_with("Budget\n\nStaff\n\nEvery child")
    );
}

#[test]
fn a_small_section_does_not_swallow_the_next_chapter() {
    let passages = cut(&[
        heading(1, "A"),
        heading(2, "B"),
        prose(3),
        heading(1, "C"),
        prose(3),
    ]);
    assert_eq!(
        passages.len(),
        1,
        "B is under A, which the passage began with"
    );
    let passages = cut(&[
        prose(15),
        heading(2, "B"),
        prose(3),
        heading(1, "C"),
        prose(3),
    ]);
    assert_eq!(sizes(&passages), [150, 31, 31]);
}

#[test]
fn headings_go_with_what_follows_and_name_the_path() {
    let passages = cut(&[heading(1, "Plan"), heading(2, "Year one"), prose(40)]);
    assert!(passages[0].text.starts_with("Plan\n\nYear one\n\nEvery"));
    assert_eq!(passages[1].heading.as_deref(), Some("Plan › Year one"));
}

#[test]
fn rows_and_items_stand_on_their_own_lines_and_stay_whole() {
    let row = |n: usize| {
        Block::new(
            BlockKind::TableRow,
            format!("Tutor no. {n}. Trained | {n} hours"),
        )
    };
    let item = |text: &str| Block::new(BlockKind::ListItem, text);
    let passages = cut(&[prose(1), row(1), row(2), item("First"), item("Second")]);
    assert!(passages[0].text.ends_with(
        "three.\n\nTutor no. 1. Trained | 1 hours\nTutor no. 2. Trained | 2 hours\n\nFirst\nSecond"
    ));
}

#[test]
fn a_sentence_over_the_limit_stands_alone() {
    let long = format!("{}end.", "word ".repeat(400));
    let blocks = [prose(12), Block::new(BlockKind::Paragraph, long), prose(12)];
    assert_eq!(sizes(&cut(&blocks)), [120, 401, 120]);
}

#[test]
fn endless_text_is_cut_between_words() {
    let passages = cut(&[Block::new(
        BlockKind::Paragraph,
        "word ".repeat(1000).trim(),
    )]);
    assert_eq!(sizes(&passages), [250, 250, 250, 250]);
}

#[test]
fn pages_span_from_the_first_to_the_last_sentence() {
    let open = Block::new(BlockKind::Paragraph, "The program reaches");
    let rest = Block::new(BlockKind::Paragraph, "forty schools. It grows.");
    let passages = cut(&[on_page(3, open), on_page(4, rest)]);
    assert_eq!(
        passages[0].text,
        "The program reaches forty schools. It grows."
    );
    assert_eq!(
        (passages[0].page_first, passages[0].page_last),
        (Some(3), Some(4))
    );
}

/// A small generator of documents, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u8) -> u8 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        u8::try_from((self.0 >> 33) % u64::from(sides)).unwrap()
    }

    /// Up to four times `most` words, some of them ending sentences or lines.
    fn text(&mut self, most: u8) -> String {
        const ENDS: [&str; 8] = ["", "", "", "", "", ".", "?", "\n"];
        let words = 4 * usize::from(self.roll(most)) + 1;
        let word = |n: usize| {
            if n.is_multiple_of(7) {
                format!("W{n}")
            } else {
                format!("w{n}")
            }
        };
        let text: Vec<String> = (0..words)
            .map(|n| word(n) + ENDS[usize::from(self.roll(8))])
            .collect();
        text.join(" ").trim().to_owned()
    }

    fn block(&mut self, page: u32) -> Block {
        let (kind, most) = match self.roll(8) {
            0 => (
                BlockKind::Heading {
                    level: 1 + self.roll(4),
                },
                2,
            ),
            1 => (BlockKind::ListItem, 10),
            2 => (BlockKind::TableRow, 225),
            _ => (BlockKind::Paragraph, 100),
        };
        Block {
            page: Some(page),
            kind,
            text: self.text(most),
        }
    }
}

#[test]
fn every_word_lands_in_exactly_one_passage() {
    let mut dice = Dice(7);
    for _ in 0..200 {
        let pages = 0..=u32::from(dice.roll(30)) / 3;
        let blocks: Vec<Block> = pages
            .flat_map(|page| [page; 3])
            .map(|page| dice.block(page + 1))
            .collect();
        let passages = cut(&blocks);
        let given: Vec<&str> = blocks
            .iter()
            .flat_map(|block| block.text.split_whitespace())
            .collect();
        let kept: Vec<&str> = passages
            .iter()
            .flat_map(|passage| passage.text.split_whitespace())
            .collect();
        assert_eq!(kept, given);
        let counted: u32 = passages.iter().map(|passage| passage.words).sum();
        assert_eq!(usize::try_from(counted).unwrap(), given.len());
        assert!(
            passages
                .iter()
                .zip(0..)
                .all(|(passage, n)| passage.ordinal == n)
        );
        assert!(
            passages
                .iter()
                .all(|passage| passage.page_first <= passage.page_last)
        );
    }
}
