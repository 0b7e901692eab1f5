use std::fmt::Write as _;

use super::*;

fn read(file: &[u8]) -> Result<Extracted, IngestError> {
    extract(file, &Given::default())
}

/// A PDF whose pages show these lines, in Helvetica 11, headings (`#`) in 20.
fn pdf_of(pages: &[&[&str]]) -> Vec<u8> {
    let mut objects = vec![String::new(), String::new(), font()];
    let mut kids = String::new();
    for lines in pages {
        let content = page_content(lines);
        let number = objects.len() + 1;
        write!(kids, "{number} 0 R ").unwrap();
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            number + 1
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    objects[0] = "<< /Type /Catalog /Pages 2 0 R >>".into();
    objects[1] = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len());
    assemble(&objects)
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

fn assemble(objects: &[String]) -> Vec<u8> {
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
        "trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF"
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

#[test]
fn an_encrypted_file_is_told() {
    let mut file = String::from_utf8(pdf_of(&[&["Secret"]])).unwrap();
    let locked = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /Length 40 \
        /O <0102030405060708091011121314151617181920212223242526272829303132> \
        /U <0102030405060708091011121314151617181920212223242526272829303132> >> \
        /ID [<01020304> <01020304>]";
    file = file.replace("/Root 1 0 R", &format!("/Root 1 0 R {locked}"));
    assert_eq!(read(file.as_bytes()).unwrap_err(), IngestError::Encrypted);
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
