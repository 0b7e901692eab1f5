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

fn row(kind: BlockKind, text: impl Into<String>) -> Block {
    Block::new(kind, text)
}

/// Forty rows of twelve words each under a head.
fn table() -> Vec<Block> {
    let head = row(BlockKind::TableHead, "Site | Children | Hours");
    let rows = (0..40).map(|n| {
        row(
            BlockKind::TableRow,
            format!("Site number {n} in the north of the county | {n} | 9"),
        )
    });
    std::iter::once(head).chain(rows).collect()
}

#[test]
fn the_head_of_a_cut_table_is_repeated_and_counted_once() {
    let passages = cut(&table());
    assert!(passages.len() > 1);
    let repeats: Vec<u32> = passages.iter().map(|passage| passage.repeated).collect();
    assert_eq!(repeats[0], 0);
    for passage in &passages[1..] {
        let (head, rows) = passage.text.split_at(passage.repeated as usize);
        assert_eq!(head, "Site | Children | Hours\n");
        assert!(rows.starts_with("Site number"));
    }
    let counted: u32 = passages.iter().map(|passage| passage.words).sum();
    let given: usize = table().iter().map(|block| word_count(&block.text)).sum();
    assert_eq!(usize::try_from(counted).unwrap(), given);
}

#[test]
fn a_table_after_another_does_not_get_its_head() {
    let mut blocks = table();
    blocks.push(prose(20));
    blocks.push(row(BlockKind::TableRow, "No head | 4"));
    let last = cut(&blocks).pop().unwrap();
    assert_eq!(last.repeated, 0);
}

#[test]
fn a_note_stays_with_the_text_that_cites_it() {
    for sentences in 20..40 {
        let note = Block::new(
            BlockKind::Note,
            "1 Counted by the county in the year before.",
        );
        let passages = cut(&[prose(sentences), note, prose(20)]);
        let holder = passages
            .iter()
            .find(|passage| passage.text.contains("1 Counted"))
            .unwrap();
        assert!(holder.text.starts_with("Every child"), "{sentences}");
    }
}

#[test]
fn a_sentence_goes_on_after_the_notes_of_its_page() {
    let open = Block::new(BlockKind::Paragraph, "The program reaches");
    let note = Block::new(BlockKind::Note, "1 Counted in May.");
    let rest = Block::new(BlockKind::Paragraph, "forty schools. It grows.");
    let passages = cut(&[on_page(3, open), on_page(3, note), on_page(4, rest)]);
    assert!(
        passages[0]
            .text
            .starts_with("The program reaches forty schools.")
    );
}

#[test]
fn a_passage_that_points_back_has_a_lead_and_others_have_none() {
    let names = "Forty tutors work in nine schools.";
    let pointing = Block::new(
        BlockKind::Paragraph,
        format!("They teach twice a week. {}", prose(18).text),
    );
    let first = Block::new(BlockKind::Paragraph, format!("{} {names}", prose(18).text));
    let passages = cut(&[first.clone(), pointing.clone()]);
    assert_eq!(passages[1].lead.as_deref(), Some(names));
    assert!(passages[1].text.starts_with("They teach"));
    assert_eq!(passages[0].lead, None);
    let under_a_heading = cut(&[first, heading(1, "Method"), pointing]);
    assert_eq!(under_a_heading[1].lead, None, "a heading is in between");
    let plain = cut(&[prose(18), prose(18)]);
    assert_eq!(plain[1].lead, None);
}

#[test]
fn a_lead_has_fifty_words_at_most() {
    let long = format!("Our {}end.", "word ".repeat(80));
    let first = Block::new(BlockKind::Paragraph, format!("{} {long}", prose(12).text));
    let pointing = Block::new(
        BlockKind::Paragraph,
        format!("However, it works. {}", prose(18).text),
    );
    let passages = cut(&[first, pointing]);
    let lead = passages[1].lead.as_deref().unwrap();
    assert_eq!(word_count(lead.strip_prefix("… ").unwrap()), 50);
}

#[test]
fn a_passage_put_in_before_changes_no_other_key() {
    let before = cut(&[heading(1, "A"), prose(20), heading(1, "B"), prose(30)]);
    let after = cut(&[
        heading(1, "New"),
        prose(12),
        heading(1, "A"),
        prose(20),
        heading(1, "B"),
        prose(30),
    ]);
    let keys = |passages: &[Passage]| -> Vec<String> {
        passages.iter().map(|passage| passage.key.clone()).collect()
    };
    assert_eq!(keys(&after)[1..], keys(&before)[..]);
}
