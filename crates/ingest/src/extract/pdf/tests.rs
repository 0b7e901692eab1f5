use std::fmt::Write as _;

use super::*;

fn read(file: &[u8]) -> Result<Extracted, IngestError> {
    extract(file, &Given::default())
}

/// A PDF whose pages show these lines, in Helvetica 11, headings (`#`) in 20.
fn pdf_of(pages: &[&[&str]]) -> Vec<u8> {
    let contents: Vec<String> = pages.iter().map(|lines| page_content(lines)).collect();
    pdf_with(&contents, "")
}

/// A PDF whose pages have these content streams: `/F1` is Helvetica, `/F2` its bold
/// weight, `/Im` a picture. `trailer` stands in the trailer.
fn pdf_with(contents: &[String], trailer: &str) -> Vec<u8> {
    let mut objects = vec![String::new(), String::new(), font(), bold_font(), picture()];
    let mut kids = String::new();
    for content in contents {
        let number = objects.len() + 1;
        write!(kids, "{number} 0 R ").unwrap();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im 5 0 R >> >> >>",
            number + 1
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    objects[0] = "<< /Type /Catalog /Pages 2 0 R >>".into();
    objects[1] = format!(
        "<< /Type /Pages /Kids [{kids}] /Count {} >>",
        contents.len()
    );
    assemble(&objects, trailer)
}

fn bold_font() -> String {
    font().replace("/Helvetica ", "/Helvetica-Bold ")
}

fn picture() -> String {
    "<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream".into()
}

/// Text at a place, in points from the lower left corner.
fn text_at(font: &str, size: u32, x: u32, y: u32, text: &str) -> String {
    format!("BT /{font} {size} Tf {x} {y} Td ({text}) Tj ET\n")
}

fn font() -> String {
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".into()
}

fn page_content(lines: &[&str]) -> String {
    let mut content = String::new();
    for (line, y) in lines.iter().zip((0..).map(|n| 700 - n * 40)) {
        let (size, text) = line
            .strip_prefix("# ")
            .map_or((11, *line), |title| (20, title));
        writeln!(content, "BT /F1 {size} Tf 72 {y} Td ({text}) Tj ET").unwrap();
    }
    content
}

fn assemble(objects: &[String], trailer: &str) -> Vec<u8> {
    let mut file = "%PDF-1.4\n".to_owned();
    let mut offsets = Vec::new();
    for (object, number) in objects.iter().zip(1..) {
        offsets.push(file.len());
        writeln!(file, "{number} 0 obj\n{object}\nendobj").unwrap();
    }
    let xref = file.len();
    let size = objects.len() + 1;
    writeln!(file, "xref\n0 {size}\n0000000000 65535 f ").unwrap();
    for offset in offsets {
        writeln!(file, "{offset:010} 00000 n ").unwrap();
    }
    write!(
        file,
        "trailer << /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{xref}\n%%EOF"
    )
    .unwrap();
    file.into_bytes()
}

#[test]
fn pages_headings_and_text_are_read() {
    let file = pdf_of(&[
        &[
            "# Statement of Need",
            "Every third child in the county reads below grade level.",
        ],
        &["The waiting list for tutors has 240 names on it today."],
    ]);
    let extracted = read(&file).unwrap();
    assert_eq!(extracted.page_count, Some(2));
    let blocks = &extracted.blocks;
    assert!(matches!(blocks[0].kind, BlockKind::Heading { .. }));
    assert_eq!(blocks[0].text, "Statement of Need");
    assert_eq!(blocks[1].page, Some(1));
    let last = blocks.last().unwrap();
    assert_eq!(
        (last.page, last.text.as_str()),
        (
            Some(2),
            "The waiting list for tutors has 240 names on it today."
        )
    );
}

#[test]
fn pages_without_text_are_counted_in_the_error() {
    let file = pdf_of(&[&[], &[], &[]]);
    let error = crate::extract::extract(FileKind::Pdf, &file, &Given::default()).unwrap_err();
    assert_eq!(error, IngestError::NoText { pages: Some(3) });
}

#[test]
fn garbage_is_damaged() {
    assert!(matches!(
        read(b"%PDF-1.7\nnothing here"),
        Err(IngestError::Damaged { .. })
    ));
}

/// Encrypted with RC4 and 40 bits, for the passwords `user` and `owner`, with one page
/// that has no text.
fn locked_pdf() -> Vec<u8> {
    let locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /Length 40 \
        /O <94e8094419662a774442fb072e3d9f19e9d130ec09a4d0061e78fe920f7ab62f> /U <ad97a3e061a1aefc4654a000212a64b10a66cfa8cb0359027e17d77bd86f9c53> >> \
        /ID [<01020304> <01020304>]";
    pdf_with(&[String::new()], locked)
}

#[test]
fn an_encrypted_file_needs_its_password() {
    let file = locked_pdf();
    let with = |password: Option<&str>| {
        let given = Given {
            password,
            ..Given::default()
        };
        extract(&file, &given)
    };
    assert_eq!(with(None).unwrap_err(), IngestError::Encrypted);
    let wrong = with(Some("wrong")).unwrap_err();
    assert_eq!(wrong, IngestError::WrongPassword);
    for right in ["user", "owner"] {
        assert_eq!(with(Some(right)).unwrap().page_count, Some(1), "{right}");
    }
}

#[test]
fn room_between_letters_parts_words_only_where_it_is_wider_than_letters() {
    let content =
        "BT /F1 11 Tf 3 Tc 72 700 Td (REPORT) Tj ET BT /F1 11 Tf 40 Tc 72 600 Td (0123) Tj ET";
    let blocks = read(&pdf_with(&[content.to_owned()], "")).unwrap().blocks;
    assert_eq!(blocks[0].text, "REPORT");
    let rest: Vec<&str> = blocks[1..]
        .iter()
        .map(|block| block.text.as_str())
        .collect();
    assert!(!rest.concat().contains("01"), "{rest:?}");
}

/// Found by mutation: a width for each of four thousand million glyphs.
#[test]
fn a_font_with_more_widths_than_glyphs_takes_no_memory() {
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 /MediaBox [0 0 612 792] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Resources << /Font << /F1 4 0 R /F2 6 0 R >> >> >>".to_owned(),
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [<< /Type /Font \
         /Subtype /CIDFontType2 /BaseFont /A /W [1 [500] 2 4294967295 400] /W2 [1 4294967295 1 2 3] >>] >>"
            .to_owned(),
        "<< /Length 88 >>\nstream\nBT /F1 9 Tf 72 700 Td <0041> Tj ET BT /F2 9 Tf 72 600 Td (Words that are read) Tj ET\nendstream".to_owned(),
        font(),
    ];
    let blocks = read(&assemble(&objects, "")).unwrap().blocks;
    assert_eq!(blocks.last().unwrap().text, "Words that are read");
}

#[test]
fn a_file_of_which_only_the_attachments_are_encrypted_needs_no_password() {
    let locked = "/Encrypt << /Filter /Standard /V 5 /R 6 /P -4 /Length 256 /StmF /Identity /StrF /Identity \
        /EFF /StdCF /CF << /StdCF << /CFM /AESV3 >> >> /O <00> /U <00> /OE <00> /UE <00> >> /ID [<01> <01>]";
    let content = text_at("F1", 11, 72, 700, "Open words");
    let blocks = read(&pdf_with(&[content], locked)).unwrap().blocks;
    assert_eq!(blocks[0].text, "Open words");
}

#[test]
fn a_broken_encrypted_file_asks_for_its_password() {
    let mut file = locked_pdf();
    // The table of objects is not where the file says.
    let at = file.len() - 8;
    file.splice(at..at, *b"9");
    let with = |password: Option<&str>| {
        let given = Given {
            password,
            ..Given::default()
        };
        extract(&file, &given)
    };
    assert_eq!(with(None).unwrap_err(), IngestError::Encrypted);
    assert_eq!(with(Some("user")).unwrap().page_count, Some(1));
}

fn kinds_and_texts(file: &[u8]) -> Vec<(BlockKind, String)> {
    let blocks = read(file).unwrap().blocks;
    blocks
        .into_iter()
        .map(|block| (block.kind, block.text))
        .collect()
}

#[test]
fn two_columns_are_read_one_after_the_other_and_divided_words_joined() {
    let mut content = text_at("F1", 20, 72, 720, "A title over both");
    let left = [
        "The left column holds this",
        "text, which is read in one",
        "piece before the other one",
        "begins; its words are divi-",
    ];
    let right = [
        "ded at the end of a line, and",
        "the right column goes on with",
        "what the left one left open, to",
        "the very end of the page.",
    ];
    for ((left, right), y) in left.iter().zip(right).zip([680, 666, 652, 638]) {
        content += &text_at("F1", 11, 72, y, left);
        content += &text_at("F1", 11, 320, y, right);
    }
    let blocks = kinds_and_texts(&pdf_with(&[content], ""));
    assert_eq!(blocks.len(), 2, "{blocks:?}");
    assert_eq!(blocks[0].0, BlockKind::Heading { level: 1 });
    assert!(
        blocks[1]
            .1
            .contains("its words are divided at the end of a line")
    );
    assert!(blocks[1].1.ends_with("the very end of the page."));
}

#[test]
fn tables_are_rows_below_their_head_with_rules_or_without() {
    let cells = [("Item", "Cost"), ("Staff", "$52,000"), ("Rent", "$9,100")];
    let mut bare = String::new();
    for ((item, cost), y) in cells.iter().zip([600, 580, 560]) {
        bare += &text_at("F1", 11, 72, y, item);
        bare += &text_at("F1", 11, 300, y, cost);
    }
    let mut ruled = bare.clone();
    for y in [615, 595, 575, 555] {
        writeln!(ruled, "70 {y} m 400 {y} l S").unwrap();
    }
    for x in [70, 290, 400] {
        writeln!(ruled, "{x} 555 m {x} 615 l S").unwrap();
    }
    let expected = [
        (BlockKind::TableHead, "Item | Cost".to_owned()),
        (BlockKind::TableRow, "Staff | $52,000".to_owned()),
        (BlockKind::TableRow, "Rent | $9,100".to_owned()),
    ];
    for content in [bare, ruled] {
        assert_eq!(kinds_and_texts(&pdf_with(&[content], "")), expected);
    }
}

#[test]
fn a_footnote_stands_after_the_paragraph_that_cites_it() {
    let mut content = text_at("F1", 11, 72, 700, "Reading levels fell by a third");
    content += &text_at("F1", 7, 210, 704, "1");
    content += &text_at("F1", 11, 219, 700, "in two years.");
    content += &text_at("F1", 11, 72, 660, "We will hire four more tutors for it.");
    content += &text_at("F1", 8, 72, 90, "1 County report of 2023, page 4.");
    let blocks = kinds_and_texts(&pdf_with(&[content], ""));
    let expected = [
        (
            BlockKind::Paragraph,
            "Reading levels fell by a third[1] in two years.".to_owned(),
        ),
        (
            BlockKind::Note,
            "1 County report of 2023, page 4.".to_owned(),
        ),
        (
            BlockKind::Paragraph,
            "We will hire four more tutors for it.".to_owned(),
        ),
    ];
    assert_eq!(blocks, expected);
}

#[test]
fn lists_and_bold_headings_are_told() {
    let mut content = text_at("F2", 11, 72, 700, "What we ask for");
    content += &text_at(
        "F1",
        11,
        72,
        680,
        "The grant pays for three things in its first year, and no others:",
    );
    content += &text_at("F1", 11, 80, 664, "\\225");
    content += &text_at(
        "F1",
        11,
        95,
        664,
        "tutors for the four schools that have none, each for",
    );
    content += &text_at("F1", 11, 95, 650, "two afternoons a week");
    content += &text_at("F1", 11, 80, 636, "\\225");
    content += &text_at("F1", 11, 95, 636, "books");
    let blocks = kinds_and_texts(&pdf_with(&[content], ""));
    assert!(
        matches!(blocks[0].0, BlockKind::Heading { .. }),
        "{blocks:?}"
    );
    assert_eq!(
        blocks[2],
        (
            BlockKind::ListItem,
            "tutors for the four schools that have none, each for two afternoons a week".to_owned()
        )
    );
    assert_eq!(blocks[3], (BlockKind::ListItem, "books".to_owned()));
}

#[test]
fn scans_are_documents_whose_pages_need_recognition() {
    let scan = "q 612 0 0 792 0 0 cm /Im Do Q\n".to_owned();
    let stamped = scan.clone() + &text_at("F1", 9, 72, 30, "Received 4 May");
    let file = pdf_with(
        &[
            scan,
            stamped,
            page_content(&["Typed text with a few words."]),
        ],
        "",
    );
    let extracted = read(&file).unwrap();
    assert_eq!(extracted.pictures, [1, 2]);
    let only_scans = pdf_with(&["q 612 0 0 792 0 0 cm /Im Do Q".to_owned()], "");
    let extracted = crate::extract::extract(FileKind::Pdf, &only_scans, &Given::default()).unwrap();
    assert_eq!((extracted.pictures, extracted.blocks), (vec![1], vec![]));
}

#[test]
fn paragraphs_go_on_over_the_end_of_a_page() {
    let file = pdf_of(&[
        &["This sentence begins on the first page and"],
        &["ends on the second one."],
    ]);
    let blocks = read(&file).unwrap().blocks;
    assert_eq!(blocks.len(), 1);
    assert_eq!(blocks[0].page, Some(1));
}

#[test]
fn a_form_within_itself_ends() {
    let mut file = String::from_utf8(pdf_of(&[&["Text"]])).unwrap();
    let form = "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /Im 5 0 R >> >> /Length 6 >>\nstream\n/Im Do\nendstream";
    file = file
        .replace(&picture(), form)
        .replace("(Text) Tj ET", "(Text) Tj ET /Im Do");
    assert_eq!(read(file.as_bytes()).unwrap().blocks[0].text, "Text");
}

#[test]
fn letters_set_apart_are_closed_up() {
    assert_eq!(close_up("R E P O R T"), "REPORT");
    assert_eq!(close_up("O u r Im p a c t"), "OurImpact");
    assert_eq!(close_up("I am a child"), "I am a child");
}

#[test]
fn bullets_go_and_numbers_stay() {
    assert_eq!(without_bullet("• Train tutors"), "Train tutors");
    assert_eq!(without_bullet("3. Train tutors"), "3. Train tutors");
    assert_eq!(without_bullet("$500 a year"), "$500 a year");
}

#[test]
fn page_lists_are_short() {
    assert_eq!(page_list(&[1, 2, 3, 7]), "1–3, 7");
}
