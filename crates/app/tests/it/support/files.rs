//! Small real files of every kind.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use md5::{Digest, Md5};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// How many characters of a PDF's text go on one line.
const LINE: usize = 80;

/// A file of the kind that its name promises.
pub(crate) fn of_name(name: &str, pages: &[&str]) -> Vec<u8> {
    match name.rsplit('.').next() {
        Some("pdf") => pdf(pages),
        Some("docx") => docx(pages),
        _ => pages.join("\n\n").into_bytes(),
    }
}

/// A PDF with one text on each page. Texts must be ASCII.
pub(crate) fn pdf(pages: &[&str]) -> Vec<u8> {
    let first_page = 4;
    let kids = (0..pages.len()).map(|n| format!("{} 0 R", first_page + 2 * n));
    let kids = kids.collect::<Vec<_>>().join(" ");
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    for (n, text) in pages.iter().enumerate() {
        let content = page_content(text);
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R /Resources << /Font << /F1 3 0 R >> >> >>",
            first_page + 2 * n + 1
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    assemble(&objects, "")
}

/// A PDF that says it is encrypted, with a password that nobody gave.
pub(crate) fn locked_pdf() -> Vec<u8> {
    let hex = "ab".repeat(32);
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [] /Count 0 >>".to_owned(),
        format!("<< /Filter /Standard /V 1 /R 2 /P -44 /O <{hex}> /U <{hex}> >>"),
    ];
    assemble(&objects, "/Encrypt 3 0 R /ID [<00> <00>]")
}

/// A PDF of one page that this password opens (standard security handler, revision 2).
pub(crate) fn protected_pdf(password: &str, text: &str) -> Vec<u8> {
    let owner = rc4(&Md5::digest(padded("owner"))[..5], &padded(password));
    let permissions = -44_i32;
    let id = [7_u8; 16];
    let mut secret = padded(password);
    secret.extend_from_slice(&owner);
    secret.extend_from_slice(&permissions.to_le_bytes());
    secret.extend_from_slice(&id);
    let key = Md5::digest(secret)[..5].to_vec();
    let user = rc4(&key, PADDING);
    // The content is object 5, and each object has a key of its own.
    let of_content = Md5::digest([&key[..], &[5, 0, 0, 0, 0]].concat());
    let content = rc4(&of_content[..10], page_content(text).as_bytes());
    let mut stream = format!("<< /Length {} >>\nstream\n", content.len()).into_bytes();
    stream.extend_from_slice(&content);
    stream.extend_from_slice(b"\nendstream");
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>".to_vec(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 5 0 R /Resources << /Font << /F1 3 0 R >> >> >>".to_vec(),
        stream,
        format!(
            "<< /Filter /Standard /V 1 /R 2 /Length 40 /P {permissions} /O <{}> /U <{}> >>",
            hex(&owner),
            hex(&user)
        )
        .into_bytes(),
    ];
    let id = hex(&id);
    assemble_bytes(&objects, &format!("/Encrypt 6 0 R /ID [<{id}> <{id}>]"))
}

/// What stands behind a password that is shorter.
const PADDING: &[u8] = b"\x28\xBF\x4E\x5E\x4E\x75\x8A\x41\x64\x00\x4E\x56\xFF\xFA\x01\x08\x2E\x2E\x00\xB6\xD0\x68\x3E\x80\x2F\x0C\xA9\xFE\x64\x53\x69\x7A";

fn padded(password: &str) -> Vec<u8> {
    let mut bytes = password.as_bytes().to_vec();
    bytes.extend_from_slice(PADDING);
    bytes.truncate(32);
    bytes
}

fn rc4(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut state: Vec<u8> = (0..=255).collect();
    let mut j = 0_u8;
    for i in 0..=255_u8 {
        j = j
            .wrapping_add(state[usize::from(i)])
            .wrapping_add(key[usize::from(i) % key.len()]);
        state.swap(usize::from(i), usize::from(j));
    }
    let (mut i, mut j) = (0_u8, 0_u8);
    let mut next = || {
        i = i.wrapping_add(1);
        j = j.wrapping_add(state[usize::from(i)]);
        state.swap(usize::from(i), usize::from(j));
        let at = state[usize::from(i)].wrapping_add(state[usize::from(j)]);
        state[usize::from(at)]
    };
    bytes.iter().map(|byte| byte ^ next()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// A PDF whose pages hold nothing.
pub(crate) fn blank_pdf() -> Vec<u8> {
    pdf(&["", ""])
}

/// A PDF of one page for each text; a page without one is a picture, as a scan's.
pub(crate) fn scan(pages: &[&str]) -> Vec<u8> {
    let kids: Vec<String> = (0..pages.len())
        .map(|n| format!("{} 0 R", 5 + 2 * n))
        .collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.join(" "), pages.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        "<< /Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 4 >>\nstream\nabcd\nendstream".to_owned(),
    ];
    for (n, text) in pages.iter().enumerate() {
        let content = if text.is_empty() {
            "q 612 0 0 792 0 0 cm /Im Do Q".to_owned()
        } else {
            page_content(text)
        };
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> /XObject << /Im 4 0 R >> >> >>",
            6 + 2 * n
        ));
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    assemble(&objects, "")
}

/// A PDF with an object so deeply nested that readers which recurse may fall over.
pub(crate) fn nested_pdf() -> Vec<u8> {
    let depth = 200_000;
    let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [3 0 R] /Count 1 /Deep {nested} >>"),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox {nested} >>"),
    ];
    assemble(&objects, "")
}

fn page_content(text: &str) -> String {
    let mut content = "BT /F1 11 Tf 14 TL 72 720 Td".to_owned();
    for line in lines(text) {
        let line = line
            .replace('\\', r"\\")
            .replace('(', r"\(")
            .replace(')', r"\)");
        write!(content, " ({line}) Tj T*").unwrap();
    }
    content + " ET"
}

fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().unwrap();
        if line.len() + word.len() >= LINE {
            lines.push(word.to_owned());
        } else {
            let space = if line.is_empty() { "" } else { " " };
            write!(line, "{space}{word}").unwrap();
        }
    }
    lines
}

fn assemble(objects: &[String], trailer: &str) -> Vec<u8> {
    let objects: Vec<_> = objects.iter().map(|it| it.clone().into_bytes()).collect();
    assemble_bytes(&objects, trailer)
}

fn assemble_bytes(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    let mut table = "0000000000 65535 f \n".to_owned();
    for (number, object) in (1..).zip(objects) {
        writeln!(table, "{:010} 00000 n ", file.len()).unwrap();
        file.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        file.extend_from_slice(object);
        file.extend_from_slice(b"\nendobj\n");
    }
    let (start, size) = (file.len(), objects.len() + 1);
    let end = format!(
        "xref\n0 {size}\n{table}trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    );
    file.extend_from_slice(end.as_bytes());
    file
}

/// A Word document with these paragraphs.
pub(crate) fn docx(paragraphs: &[&str]) -> Vec<u8> {
    let mut body = String::new();
    for text in paragraphs {
        write!(body, "<w:p><w:r><w:t>{text}</w:t></w:r></w:p>").unwrap();
    }
    docx_with(&body, &[])
}

/// A Word document with a picture of so many bytes in it.
pub(crate) fn docx_with_picture(bytes: usize) -> Vec<u8> {
    docx_with("<w:p><w:r><w:t>Look.</w:t></w:r></w:p>", &vec![7; bytes])
}

fn docx_with(body: &str, picture: &[u8]) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
    const TYPES: &str = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"#;
    let document = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="{MAIN}"><w:body>{body}</w:body></w:document>"#
    );
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for (name, content) in [
        ("[Content_Types].xml", TYPES.as_bytes()),
        ("word/document.xml", document.as_bytes()),
        ("word/media/picture.bin", picture),
    ] {
        zip.start_file(name, stored).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The beginning of a PNG picture.
pub(crate) fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
        .to_vec()
}
