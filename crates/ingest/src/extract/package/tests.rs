use std::io::Write as _;

use super::*;

/// A package of these parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[test]
fn paths_are_found_whatever_their_spelling() {
    assert_eq!(normalized("\\Word\\Document.xml"), "word/document.xml");
}

#[test]
fn a_part_that_unpacks_to_far_too_much_is_refused() {
    let bytes = package(&[("word/document.xml", &" ".repeat(16 << 20))]);
    let mut package = Package::open(&bytes).unwrap();
    let error = package.part("word/document.xml").unwrap_err();
    assert!(error.to_string().contains("unpacks to far more"), "{error}");
}

#[test]
fn targets_are_resolved_inside_the_package() {
    assert_eq!(resolve("word", "styles.xml"), "word/styles.xml");
    assert_eq!(resolve("word", "/word/styles.xml"), "word/styles.xml");
    assert_eq!(resolve("word", "../custom/item.xml"), "custom/item.xml");
    assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
}
