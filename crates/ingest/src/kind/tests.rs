use std::io::{Cursor, Write as _};

use super::*;

fn zip_with(names: &[&str]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(b"<x/>").unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn compound_with(stream: &str) -> Vec<u8> {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.extend(stream.encode_utf16().flat_map(u16::to_le_bytes));
    bytes
}

fn kind_of(bytes: &[u8], name: &str) -> FileKind {
    let detected = detect(bytes, name).unwrap();
    assert_eq!(detected.note, None, "no note expected for {name}");
    detected.kind
}

#[test]
fn content_and_name_agree() {
    assert_eq!(kind_of(b"%PDF-1.7\n", "Report.PDF"), FileKind::Pdf);
    let docx = zip_with(&["[Content_Types].xml", "word/document.xml"]);
    assert_eq!(kind_of(&docx, "plan.docx"), FileKind::Docx);
    assert_eq!(kind_of(b"Plain words.", "notes.TXT"), FileKind::Text);
    assert_eq!(kind_of(b"# Words", "notes.markdown"), FileKind::Markdown);
    assert_eq!(kind_of(b"Plain words.", "README"), FileKind::Text);
}

#[test]
fn readable_content_under_another_name_is_taken_with_a_note() {
    let docx = zip_with(&["[Content_Types].xml", "word/document.xml"]);
    let detected = detect(&docx, "budget.pdf").unwrap();
    assert_eq!(detected.kind, FileKind::Docx);
    let note = detected.note.unwrap();
    assert!(
        note.contains("named .pdf but the content is a Word document"),
        "{note}"
    );
}

#[test]
fn a_name_that_promises_more_than_the_content_is_a_mismatch() {
    let error = detect(b"Dear funder,", "letter.pdf").unwrap_err();
    assert_eq!(
        error,
        IngestError::Mismatch {
            extension: "pdf".into(),
            found: "plain text".into()
        }
    );
    let error = detect(b"\x89PNG\r\n\x1a\n....", "scan.docx").unwrap_err();
    assert!(matches!(error, IngestError::Mismatch { .. }));
    let error = detect(&[0, 1, 2, 3, 4, 5, 6, 7, 200, 1, 2, 0], "data.txt").unwrap_err();
    assert!(error.to_string().contains("binary data"), "{error}");
}

#[test]
fn other_types_are_named() {
    let cases: [(&[u8], &str, &str); 4] = [
        (b"\x89PNG\r\n\x1a\n", "photo.png", "a PNG picture"),
        (b"MZ\x90\0", "setup.exe", "a Windows program"),
        (
            &zip_with(&["[Content_Types].xml", "xl/workbook.bin"]),
            "budget.xlsb",
            "a binary Excel workbook (.xlsb)",
        ),
        (
            b"let a = 1;\n",
            "program.rs",
            "a text file of another kind (.rs)",
        ),
    ];
    for (bytes, name, expected) in cases {
        let error = detect(bytes, name).unwrap_err();
        assert_eq!(
            error,
            IngestError::UnknownType {
                found: expected.into()
            },
            "{name}"
        );
    }
}

#[test]
fn office_containers_are_told_apart() {
    assert_eq!(
        detect(&compound_with("EncryptedPackage"), "a.docx"),
        Err(IngestError::Encrypted)
    );
    for (stream, name, kind) in [
        ("WordDocument", "a.doc", FileKind::Doc),
        ("Workbook", "a.xls", FileKind::Xls),
    ] {
        assert_eq!(kind_of(&compound_with(stream), name), kind);
    }
    let error = detect(&compound_with("PowerPoint Document"), "a.ppt").unwrap_err();
    assert!(error.to_string().contains("(.ppt)"), "{error}");
}

#[test]
fn a_document_inside_of_another_does_not_decide_what_the_file_is() {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    file.create_storage("/ObjectPool").unwrap();
    for stream in ["/Workbook", "/ObjectPool/WordDocument"] {
        file.create_stream(stream).unwrap();
    }
    file.flush().unwrap();
    let bytes = file.into_inner().into_inner();
    assert_eq!(kind_of(&bytes, "budget.xls"), FileKind::Xls);
}

#[test]
fn packages_are_told_apart() {
    let open_document = |kind: &str| {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Stored);
        for (name, content) in [("mimetype", kind), ("content.xml", "<x/>")] {
            writer.start_file(name, stored).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    for kind in [FileKind::Odt, FileKind::Odp, FileKind::Ods] {
        let bytes = open_document(kind.media_type());
        assert_eq!(kind_of(&bytes, &format!("a.{}", kind.extension())), kind);
    }
    let drawing = open_document("application/vnd.oasis.opendocument.graphics");
    assert!(detect(&drawing, "a.odg").is_err());
    for (part, kind) in [
        ("xl/workbook.xml", FileKind::Xlsx),
        ("ppt/presentation.xml", FileKind::Pptx),
    ] {
        let bytes = zip_with(&["[Content_Types].xml", part]);
        assert_eq!(kind_of(&bytes, &format!("a.{}", kind.extension())), kind);
    }
    assert_eq!(kind_of(b"{\\rtf1 Words}", "a.rtf"), FileKind::Rtf);
}

#[test]
fn an_empty_file_is_its_own_error() {
    assert_eq!(detect(b"", "a.pdf"), Err(IngestError::Empty));
}

#[test]
fn wide_encodings_are_text() {
    let utf16: Vec<u8> = "Wide words"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_eq!(kind_of(&utf16, "wide.txt"), FileKind::Text);
}

#[test]
fn a_text_about_pdf_files_is_text() {
    assert_eq!(
        kind_of(b"The header is %PDF-1.4.", "notes.txt"),
        FileKind::Text
    );
}

#[test]
fn a_pdf_is_known_by_its_objects_where_its_header_is_damaged_late_or_lost() {
    let body = b"1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n";
    for header in [
        "",
        "%PFD-1.4\n",
        "%PDF\n",
        "%!PS-Adobe-3.0 PDF-1.4\n",
        &format!("{}%PDF-1.4\n", "\r\n".repeat(400)),
    ] {
        let bytes = [header.as_bytes(), body].concat();
        assert_eq!(kind_of(&bytes, "plan.pdf"), FileKind::Pdf, "{header:?}");
        assert_eq!(glance(&bytes, "plan.pdf").unwrap(), FileKind::Pdf);
        if header.is_empty() {
            assert_eq!(kind_of(&bytes, "about-pdf.txt"), FileKind::Text);
        }
    }
}

#[test]
fn an_archive_is_one_whatever_it_holds_at_its_beginning() {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    writer.start_file("plan.pdf", stored).unwrap();
    writer.write_all(b"%PDF-1.7\n\0\0\0").unwrap();
    let bytes = writer.finish().unwrap().into_inner();
    assert_eq!(kind_of(&bytes, "papers.zip"), FileKind::Zip);
}

#[test]
fn text_is_told_by_its_name() {
    for (name, kind) in [
        ("budget.csv", FileKind::Csv),
        ("budget.TSV", FileKind::Csv),
        ("feed.xml", FileKind::Text),
        ("records.json", FileKind::Text),
        ("server.log", FileKind::Text),
        ("film.srt", FileKind::Text),
    ] {
        assert_eq!(kind_of(b"<a>Words, and more</a>", name), kind, "{name}");
    }
}

#[test]
fn every_kind_is_found_by_its_canonical_extension() {
    for kind in FileKind::ALL {
        assert_eq!(
            FileKind::of_name(&format!("x.{}", kind.extension())),
            Some(kind)
        );
    }
    assert_eq!(FileKind::of_name(".md"), None);
}

#[test]
fn a_glance_takes_the_name_for_a_container_and_leaves_the_rest_to_detection() {
    let torn = &zip_with(&["word/document.xml"])[..60];
    let locked = compound_with("EncryptedPackage");
    for (head, name, kind) in [
        (torn, "plan.docx", FileKind::Docx),
        (torn, "plan.txt", FileKind::Docx),
        (&locked, "plan.docx", FileKind::Docx),
        (b"%PDF-1.7\n", "plan.pdf", FileKind::Pdf),
        (b"# Words", "notes.md", FileKind::Markdown),
        (b"{\\rtf1 Words}", "letter.rtf", FileKind::Rtf),
        (torn, "plan.odt", FileKind::Odt),
        (&locked, "plan.xlsx", FileKind::Xlsx),
        (&locked, "plan", FileKind::Docx),
    ] {
        assert_eq!(glance(head, name).unwrap(), kind, "{name}");
    }
    assert_eq!(detect(&locked, "plan.docx"), Err(IngestError::Encrypted));
}

#[test]
fn a_glance_refuses_what_its_beginning_gives_away() {
    let workbook = zip_with(&["[Content_Types].xml", "xl/workbook.bin"]);
    for (head, name, reason) in [
        (workbook.as_slice(), "plan.xlsb", "Excel"),
        (b"\x89PNG\r\n", "plan.docx", "PNG"),
        (b"Plain words.", "plan.pdf", "plain text"),
        (b"", "plan.txt", "empty"),
    ] {
        let error = glance(head, name).unwrap_err().to_string();
        assert!(error.contains(reason), "{name}: {error}");
    }
}

const MAIL: &[u8] =
    b"Received: from mail.example.org\nFrom: ada@example.org\nSubject: Grant\n\nText.";
const MEMO: &[u8] = b"From: Ada\nTo: The board\nSubject: Grant\n\nText.";

#[test]
fn mail_is_told_from_a_memo() {
    assert_eq!(kind_of(MAIL, "letter.eml"), FileKind::Eml);
    assert_eq!(kind_of(MEMO, "letter.eml"), FileKind::Eml);
    assert_eq!(kind_of(MEMO, "memo.txt"), FileKind::Text);
    let detected = detect(MAIL, "letter.txt").unwrap();
    assert_eq!(detected.kind, FileKind::Eml);
    assert!(detected.note.unwrap().contains("an e-mail message"));
    assert!(matches!(
        detect(b"Dear funder, here it is.", "letter.eml"),
        Err(IngestError::Mismatch { .. })
    ));
}

#[test]
fn archives_are_containers_and_documents_in_zip_are_not() {
    let zip = zip_with(&["a.txt", "b/c.pdf"]);
    assert_eq!(kind_of(&zip, "files.zip"), FileKind::Zip);
    assert!(detect(&zip, "files.docx").unwrap().note.is_some());
    let docx = zip_with(&["[Content_Types].xml", "word/document.xml"]);
    assert_eq!(detect(&docx, "files.zip").unwrap().kind, FileKind::Docx);
    assert_eq!(glance(&zip[..40], "files.zip").unwrap(), FileKind::Zip);
    assert!(FileKind::Zip.is_container() && !FileKind::Zip.has_text());
    assert!(FileKind::Eml.is_container() && FileKind::Eml.has_text());
    assert!(!FileKind::Docx.is_container());
}

#[test]
fn web_pages_are_known_by_their_beginning_whatever_their_name() {
    let pages: [&[u8]; 5] = [
        b"<!DOCTYPE html><p>Text",
        b"\xEF\xBB\xBF\n<HTML lang=en>",
        b"<?xml version='1.0'?>\n<!-- made by hand -->\n<html xmlns='x'>",
        b"<!-- a page --><body class=x>",
        b"\xFF\xFE<\0h\0t\0m\0l\0>\0a\0b\0",
    ];
    for page in pages {
        assert_eq!(kind_of(page, "page.htm"), FileKind::Html);
        assert_eq!(detect(page, "page.txt").unwrap().kind, FileKind::Html);
    }
    assert_eq!(
        kind_of(b"<p>A part of a page.", "part.html"),
        FileKind::Html
    );
    assert_eq!(
        kind_of(b"<html> in Markdown", "notes.md"),
        FileKind::Markdown
    );
    assert_eq!(kind_of(b"<htmlish> words", "notes.txt"), FileKind::Text);
}

#[test]
fn e_books_are_known_by_their_members() {
    let book = zip_with(&["mimetype", "META-INF/container.xml", "a.opf"]);
    assert_eq!(kind_of(&book, "book.epub"), FileKind::Epub);
    assert_eq!(detect(&book, "book.zip").unwrap().kind, FileKind::Epub);
    assert_eq!(glance(&book[..50], "book.epub").unwrap(), FileKind::Epub);
}
