use std::io::{Cursor, Write as _};

use super::*;
use crate::unlock::rc4::{self, Scheme};

const P: BlockKind = BlockKind::Paragraph;
/// Where the text begins in the main stream, and where the pages of runs lie.
const TEXT: usize = 2048;
const PAPERS: usize = 3;
const CHARS: usize = 2;
/// Properties of paragraphs: their style, then what else is said of them.
const PLAIN: &[u8] = &[0, 0];
const HEADING: &[u8] = &[1, 0];
const LISTED: &[u8] = &[0, 0, 0x0b, 0x46, 1, 0];
const CELL: &[u8] = &[0, 0, 0x16, 0x24, 1];
const ROW: &[u8] = &[0, 0, 0x16, 0x24, 1, 0x17, 0x24, 1];

/// A document that is being built: its text, with how each paragraph looks, and how
/// single stretches of characters do.
#[derive(Default)]
struct Builder {
    text: String,
    paragraphs: Vec<(usize, &'static [u8])>,
    characters: Vec<(std::ops::Range<usize>, &'static [u8])>,
    notes: Vec<&'static str>,
    marks: Vec<u32>,
    flags: u16,
    /// Bytes at the beginning of the table stream that are not its own.
    before: usize,
}

impl Builder {
    fn of(paragraphs: &[(&str, &'static [u8])]) -> Self {
        let mut builder = Self::default();
        for (text, look) in paragraphs {
            builder.text.push_str(text);
            builder
                .paragraphs
                .push((builder.text.chars().count(), look));
        }
        builder
    }

    fn build(self) -> Vec<u8> {
        let (main, table) = self.streams();
        container(&[("/WordDocument", main), ("/0Table", table)])
    }

    /// The main stream and the table.
    fn streams(mut self) -> (Vec<u8>, Vec<u8>) {
        let main_length = self.text.chars().count();
        self.text.extend(self.notes.iter().copied());
        let length = self.text.chars().count();
        self.paragraphs.push((length, PLAIN));
        let mut main = vec![0; TEXT];
        main[0..4].copy_from_slice(&[0xec, 0xa5, 0xc1, 0]);
        main[10..12].copy_from_slice(&self.flags.to_le_bytes());
        let mut set = |at: usize, value: usize| {
            main[at..at + 4].copy_from_slice(&u32::try_from(value).unwrap().to_le_bytes());
        };
        set(0x4c, main_length);
        set(0x50, length - main_length);
        let mut table = vec![0; self.before];
        for (number, part) in self.table_parts(length) {
            set(0x9a + 8 * number, table.len());
            set(0x9a + 8 * number + 4, part.len());
            table.extend(part);
        }
        self.put_runs(&mut main);
        main.extend(self.text.encode_utf16().flat_map(u16::to_le_bytes));
        (main, table)
    }

    fn table_parts(&self, length: usize) -> Vec<(usize, Vec<u8>)> {
        let length = u32::try_from(length).unwrap();
        let mut pieces = vec![2, 16, 0, 0, 0];
        pieces.extend(numbers(&[0, length]));
        pieces.extend([0, 0]);
        pieces.extend(numbers(&[u32::try_from(TEXT).unwrap()]));
        pieces.extend([0, 0]);
        let page = |number: usize| numbers(&[0, u32::MAX, u32::try_from(number).unwrap()]);
        let mut ends = vec![0];
        for note in &self.notes {
            ends.push(ends[ends.len() - 1] + u32::try_from(note.chars().count()).unwrap());
        }
        ends.push(ends[ends.len() - 1] + 1);
        let mut marks = numbers(&self.marks);
        marks.extend(numbers(&[length]));
        marks.extend(self.marks.iter().flat_map(|_| [1, 0]));
        vec![
            (fib::STYLES, styles()),
            (fib::FOOTNOTE_MARKS, marks),
            (fib::FOOTNOTES, numbers(&ends)),
            (fib::CHARACTER_RUNS, page(CHARS)),
            (fib::PARAGRAPH_RUNS, page(PAPERS)),
            (fib::PIECES, pieces),
        ]
    }

    fn put_runs(&self, main: &mut [u8]) {
        let offset = |at: usize| u32::try_from(TEXT + 2 * at).unwrap();
        let bounds = self.paragraphs.iter().map(|(end, _)| offset(*end));
        let bounds: Vec<u32> = std::iter::once(offset(0)).chain(bounds).collect();
        let looks: Vec<Vec<u8>> = self
            .paragraphs
            .iter()
            .map(|(_, look)| {
                let words = u8::try_from(look.len().div_ceil(2)).unwrap();
                [&[0, words], *look].concat()
            })
            .collect();
        put_page(&mut main[PAPERS * 512..][..512], &bounds, &looks, 13);
        let spans = self.characters.iter();
        let bounds: Vec<u32> = spans
            .clone()
            .flat_map(|(span, _)| [offset(span.start), offset(span.end)])
            .collect();
        let looks: Vec<Vec<u8>> = spans
            .flat_map(|(_, look)| {
                let length = u8::try_from(look.len()).unwrap();
                [[&[length], *look].concat(), vec![0]]
            })
            .collect();
        let looks = &looks[..looks.len().saturating_sub(1)];
        put_page(&mut main[CHARS * 512..][..512], &bounds, looks, 1);
    }
}

/// Sets bounds and looks into a page: the looks from its end on.
fn put_page(page: &mut [u8], bounds: &[u32], looks: &[Vec<u8>], entry: usize) {
    let bounds_bytes = numbers(bounds);
    page[..bounds_bytes.len()].copy_from_slice(&bounds_bytes);
    let mut free = 510;
    for (number, look) in looks.iter().enumerate() {
        free = (free - look.len()) & !1;
        page[free..free + look.len()].copy_from_slice(look);
        page[bounds_bytes.len() + entry * number] = u8::try_from(free / 2).unwrap();
    }
    page[511] = u8::try_from(looks.len()).unwrap();
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

/// Style 0 is plain, 1 a heading of the second level, 2 the title.
fn styles() -> Vec<u8> {
    let mut sheet = vec![4, 0, 3, 0, 4, 0];
    for built_in in [0, 2, 62] {
        sheet.extend([4, 0, built_in, 0, 0xf0, 0xff]);
    }
    sheet
}

fn container(streams: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    for (name, content) in streams {
        file.create_stream(name)
            .unwrap()
            .write_all(content)
            .unwrap();
    }
    file.flush().unwrap();
    file.into_inner().into_inner()
}

fn read(builder: Builder) -> Vec<(BlockKind, String)> {
    let extracted = extract(&builder.build(), &Given::default()).unwrap();
    let blocks = extracted.blocks.into_iter();
    blocks.map(|block| (block.kind, block.text)).collect()
}

fn owned<const N: usize>(expected: [(BlockKind, &str); N]) -> [(BlockKind, String); N] {
    expected.map(|(kind, text)| (kind, text.to_owned()))
}

#[test]
fn headings_paragraphs_and_lists_in_order() {
    let builder = Builder::of(&[
        ("Need\r", HEADING),
        ("Café \u{2014} wait\u{b}here\u{1f} and\u{1e}hope\r", PLAIN),
        ("First\r", LISTED),
        ("No mark", PLAIN),
    ]);
    let expected = [
        (BlockKind::Heading { level: 2 }, "Need"),
        (P, "Café — wait\nhere and-hope"),
        (BlockKind::ListItem, "First"),
        (P, "No mark"),
    ];
    assert_eq!(read(builder), owned(expected));
}

#[test]
fn rows_of_tables_end_at_their_marks() {
    let builder = Builder::of(&[
        ("Line\u{7}", CELL),
        ("Due\u{7}", CELL),
        ("Amount\u{7}", CELL),
        ("\u{7}", ROW),
        ("Staff\r", CELL),
        ("twice\u{7}", CELL),
        ("\u{7}", CELL),
        ("$7\u{7}", CELL),
        ("\u{7}", ROW),
        ("After\r", PLAIN),
    ]);
    let expected = [
        (BlockKind::TableHead, "Line | Due | Amount"),
        (BlockKind::TableRow, "Staff twice | $7"),
        (P, "After"),
    ];
    assert_eq!(read(builder), owned(expected));
}

#[test]
fn codes_of_fields_and_what_is_deleted_or_hidden_are_left_out() {
    let text = "See \u{13} HYPERLINK \"http://x\" \u{14}our site\u{15} now, gone hidden.\r";
    let mut builder = Builder::of(&[(text, PLAIN)]);
    let span = |word: &str| {
        let at = text.find(word).unwrap();
        at..at + word.len()
    };
    builder.characters.push((span(" gone"), &[0, 8, 1]));
    builder.characters.push((span(" hidden"), &[0x3c, 8, 1]));
    assert_eq!(read(builder), owned([(P, "See our site now,.")]));
}

#[test]
fn notes_follow_the_paragraph_that_cites_them() {
    let mut builder = Builder::of(&[("It grew\u{2} fast.\r", PLAIN), ("Next.\r", PLAIN)]);
    builder.marks = vec![7];
    builder.notes = vec!["\u{2} See the census.\r"];
    let expected = [
        (P, "It grew fast."),
        (BlockKind::Note, "[1] See the census."),
        (P, "Next."),
    ];
    assert_eq!(read(builder), owned(expected));
}

#[test]
fn the_title_is_the_paragraph_of_that_style() {
    let bytes = Builder::of(&[("Our plan\r", &[2, 0]), ("Words\r", PLAIN)]).build();
    let extracted = extract(&bytes, &Given::default()).unwrap();
    assert_eq!(extracted.title.as_deref(), Some("Our plan"));
}

/// Locks a document, with what describes the lock at the table's beginning.
fn lock(builder: Builder, scheme: Scheme, password: &str) -> Vec<u8> {
    let (head, secret) = rc4::tests::lock(scheme, password);
    let (mut main, mut table) = Builder {
        flags: 0x0100,
        before: head.len(),
        ..builder
    }
    .streams();
    let open = main[..0x44].to_vec();
    scheme.apply(&secret, locked::BLOCK, &mut main);
    main[..0x44].copy_from_slice(&open);
    scheme.apply(&secret, locked::BLOCK, &mut table);
    table[..head.len()].copy_from_slice(&head);
    container(&[("/WordDocument", main), ("/0Table", table)])
}

#[test]
fn a_locked_document_is_read_with_its_password() {
    let given = |password| Given {
        password,
        ..Given::default()
    };
    for scheme in [
        Scheme::Md5,
        Scheme::Sha1 { key_size: 5 },
        Scheme::Sha1 { key_size: 16 },
    ] {
        let builder = Builder::of(&[("Need\r", HEADING), ("Words behind a lock.\r", PLAIN)]);
        let bytes = lock(builder, scheme, "öffnen");
        let blocks = extract(&bytes, &given(Some("öffnen"))).unwrap().blocks;
        assert_eq!(blocks[1].text, "Words behind a lock.");
        let error = extract(&bytes, &given(None)).unwrap_err();
        assert_eq!(error, IngestError::Encrypted);
        let error = extract(&bytes, &given(Some("other"))).unwrap_err();
        assert_eq!(error, IngestError::WrongPassword);
    }
    let obfuscated = Builder {
        flags: 0x8100,
        ..Builder::of(&[("Words\r", PLAIN)])
    };
    let error = extract(&obfuscated.build(), &given(Some("x"))).unwrap_err();
    assert!(
        error.to_string().contains("encryption is not known"),
        "{error}"
    );
}

#[test]
fn broken_documents_are_told() {
    for main in [vec![], vec![0xec, 0xa5], vec![0; 5000]] {
        let bytes = container(&[("/WordDocument", main)]);
        let error = extract(&bytes, &Given::default()).unwrap_err();
        assert!(matches!(error, IngestError::Damaged { .. }));
    }
}

#[test]
fn the_text_of_a_document_before_1997_is_read() {
    let mut main = vec![0; 0x600];
    main[0..4].copy_from_slice(&[0xdc, 0xa5, 101, 0]);
    main[0x18..0x1c].copy_from_slice(&numbers(&[0x500]));
    main[0x34..0x38].copy_from_slice(&numbers(&[10]));
    main[0x500..0x50a].copy_from_slice(b"One\rCaf\xe9.\r");
    let extracted = extract(&container(&[("/WordDocument", main)]), &Given::default()).unwrap();
    let texts: Vec<_> = extracted.blocks.iter().map(|block| &block.text).collect();
    assert_eq!(texts, ["One", "Café."]);
}

/// Whatever a byte is turned into, reading ends without a crash.
#[test]
fn damaged_bytes_do_no_harm() {
    let whole = Builder::of(&[("Need\r", HEADING), ("Cell\u{7}", CELL), ("\u{7}", ROW)]).build();
    for at in (512..whole.len()).step_by(7) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0xff;
        let _ = extract(&damaged, &Given::default());
    }
}
