use std::io::{Cursor, Write as _};

use super::*;
use crate::extract::BlockKind;

const CONTAINER: &str = "<?xml version='1.0'?><container><rootfiles>\
    <rootfile full-path='OEBPS/book.opf' media-type='application/oebps-package+xml'/></rootfiles></container>";
const OPF: &str = "<?xml version='1.0'?><package xmlns:dc='x'><metadata><dc:title>How we read</dc:title>\
    <dc:title>A subtitle</dc:title></metadata><manifest>\
    <item id='two' href='text/chapter%202.xhtml' media-type='application/xhtml+xml'/>\
    <item id='one' href='text/one.xhtml#start' media-type='application/xhtml+xml'/>\
    <item id='css' href='a.css' media-type='application/css'/></manifest>\
    <spine><itemref idref='one'/><itemref idref='two'/></spine></package>";

fn book(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let first = [
        ("mimetype", "application/epub+zip"),
        ("META-INF/container.xml", CONTAINER),
    ];
    for (name, text) in first.iter().chain(files) {
        writer.start_file(*name, options).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

const ONE: (&str, &str) = (
    "OEBPS/text/one.xhtml",
    "<?xml version='1.0'?><html><body><h1>First</h1><p>One.</p></body></html>",
);
const TWO: (&str, &str) = (
    "OEBPS/text/chapter 2.xhtml",
    "<html><body><h1>Second</h1><p>Two.</p></body></html>",
);

#[test]
fn chapters_come_in_reading_order_with_the_title() {
    let book = book(&[TWO, ONE, ("OEBPS/book.opf", OPF)]);
    assert_eq!(
        crate::kind::detect(&book, "book.epub").unwrap().kind,
        FileKind::Epub
    );
    let extracted = extract(&book).unwrap();
    assert_eq!(extracted.title.as_deref(), Some("How we read"));
    let texts: Vec<&str> = extracted
        .blocks
        .iter()
        .map(|block| block.text.as_str())
        .collect();
    assert_eq!(texts, ["First", "One.", "Second", "Two."]);
    assert_eq!(extracted.blocks[0].kind, BlockKind::Heading { level: 1 });
    assert!(extracted.notes.is_empty());
}

#[test]
fn a_missing_chapter_is_said() {
    let extracted = extract(&book(&[ONE, ("OEBPS/book.opf", OPF)])).unwrap();
    assert_eq!(extracted.blocks.len(), 2);
    assert!(extracted.notes[0].contains("One chapter"));
}

#[test]
fn a_book_without_its_package_file_is_damaged() {
    let error = extract(&book(&[ONE])).unwrap_err();
    assert!(error.to_string().contains("list of chapters"), "{error}");
}

#[test]
fn locked_text_is_refused_and_locked_fonts_are_not() {
    let locked = |uri: &str| {
        let part = format!(
            "<encryption><EncryptedData><CipherData><CipherReference URI='{uri}'/></CipherData></EncryptedData></encryption>"
        );
        extract(&book(&[
            ONE,
            TWO,
            ("OEBPS/book.opf", OPF),
            ("META-INF/encryption.xml", &part),
        ]))
    };
    let error = locked("OEBPS/text/chapter%202.xhtml").unwrap_err();
    assert!(error.to_string().contains("reader of a shop"), "{error}");
    assert!(locked("OEBPS/fonts/a.otf").is_ok());
}
