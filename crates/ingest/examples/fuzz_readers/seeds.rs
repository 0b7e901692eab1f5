//! Small good files, built here, for mutation to start from.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A file, or the parts of one that is packed.
#[derive(Clone)]
pub(crate) enum Seed {
    Bytes(Vec<u8>),
    Parts(Vec<(&'static str, Vec<u8>)>),
}

impl Seed {
    pub(crate) fn build(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Parts(parts) => pack(parts).unwrap_or_default(),
        }
    }
}

/// The seeds of an entry; one that has none of its own gets those of all.
pub(crate) fn of(entry: &str) -> Vec<Seed> {
    let text = |texts: &[&str]| texts.iter().map(|text| bytes(*text)).collect();
    match entry {
        "pdf" => vec![bytes(pdf())],
        "docx" => vec![docx()],
        "epub" => vec![epub()],
        "zip" | "members" => vec![archive(), bytes(MAIL)],
        "eml" => text(&[MAIL, MHTML]),
        "html" => text(&[PAGE, MHTML]),
        "md" => text(&[MARKDOWN, PAGE]),
        "txt" | "passages" => text(&[PLAIN, MARKDOWN]),
        "decode" => encodings(),
        _ => vec![
            bytes(pdf()),
            docx(),
            epub(),
            archive(),
            bytes(MAIL),
            bytes(PAGE),
            bytes(PLAIN),
        ],
    }
}

fn bytes(content: impl Into<Vec<u8>>) -> Seed {
    Seed::Bytes(content.into())
}

fn pack(parts: &[(&str, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        let method = if *name == "mimetype" {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        writer.start_file(
            *name,
            SimpleFileOptions::default().compression_method(method),
        )?;
        writer.write_all(content)?;
    }
    Ok(writer.finish()?.into_inner())
}

const PLAIN: &str = "ANNUAL REPORT\n\nOur year\n========\n\nIn 2024 our tutors worked in every\nschool \
    of the county and reached many fam-\nilies.\n\n- one\n- two\n1. three\n\u{c}Second page: $4,000.";
const MARKDOWN: &str = "---\ntitle: Report\n---\n# Our year\n\nWe *read* [books](x).[^1]\n\n| A | B |\n|---|---|\n\
    | 1 | 2 |\n\n1. one\n   - two\n\n> Said.\n\n```\ncode\n```\n<div>html</div>\n\n[^1]: A note.\n";
const PAGE: &str = "<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>Report</title>\
    <style>p{}</style><script>if(a<b){}</script></head><body><nav>Home</nav><h1 id=x>Our &amp; year</h1>\
    <p>Caf&eacute; &#8211; text<br>more<ul><li>one<ol start=3><li>two</ol></ul><dl><dt>a<dd>b</dl>\
    <table><caption>c</caption><thead><tr><th>A<th>B</thead><tr><td>1<td>2<table><tr><td>in</table></table>\
    <pre>a\n b</pre><blockquote>q</blockquote><div hidden>no</div><aside role=doc-footnote>n</aside>\
    <!-- c --><![CDATA[d]]></body></html>";
const MAIL: &str = "Received: from a\r\nFrom: =?utf-8?Q?Ada_R=C3=A9?= <ada@example.org>\r\nTo: b@example.org\r\n\
    Subject: =?iso-8859-1?B?Q2Fm6Q==?=\r\nDate: Tue, 4 Mar 2025 09:05:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/mixed; boundary=\"m\"\r\n\r\npreamble\r\n--m\r\n\
    Content-Type: multipart/alternative; boundary=a\r\n\r\n--a\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nCaf=E9 =\r\nwords\r\n--a\r\nContent-Type: text/html\r\n\r\n\
    <p>Rich</p>\r\n--a--\r\n--m\r\nContent-Type: application/octet-stream; name*=utf-8''b%20c.txt\r\n\
    Content-Disposition: attachment; filename=\"../b.txt\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\
    VG90YWw6IDQyLDAwMA==\r\n--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@example.org\r\nSubject: In\r\n\r\n\
    Inner.\r\n--m--\r\n";
const MHTML: &str = "From: <Saved by Blink>\r\nSnapshot-Content-Location: x\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/html\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n<html><meta charset=3Dutf-8><p>Caf=C3=A9\r\n--b--\r\n";

fn archive() -> Seed {
    let inner = pack(&[("plan.txt", b"A plan.".to_vec())]).unwrap_or_default();
    Seed::Parts(vec![
        ("2024/report.txt", PLAIN.into()),
        ("mail.eml", MAIL.into()),
        ("old.zip", inner),
        ("../out.txt", b"out".to_vec()),
    ])
}

fn epub() -> Seed {
    let opf = "<?xml version='1.0'?><package><metadata><title>Book</title></metadata><manifest>\
        <item id='a' href='a%20b.xhtml' media-type='application/xhtml+xml'/>\
        <item id='b' href='b.xhtml' media-type='application/xhtml+xml'/></manifest>\
        <spine><itemref idref='a'/><itemref idref='b'/></spine></package>";
    let container = "<container><rootfiles><rootfile full-path='O/a.opf'/></rootfiles></container>";
    let locked =
        "<encryption><CipherData><CipherReference URI='O/f.otf'/></CipherData></encryption>";
    let page = format!("<?xml version='1.0'?>{PAGE}");
    Seed::Parts(vec![
        ("mimetype", b"application/epub+zip".to_vec()),
        ("META-INF/container.xml", container.into()),
        ("META-INF/encryption.xml", locked.into()),
        ("O/a.opf", opf.into()),
        ("O/a b.xhtml", page.into_bytes()),
        ("O/b.xhtml", PAGE.into()),
    ])
}

fn docx() -> Seed {
    let body = "<w:document xmlns:w='w'><w:body><w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:r><w:t>Our year</w:t></w:r></w:p>\
        <w:p><w:r><w:t xml:space='preserve'>We </w:t><w:tab/><w:t>read.</w:t><w:footnoteReference w:id='2'/></w:r></w:p>\
        <w:p><w:pPr><w:numPr><w:ilvl w:val='0'/><w:numId w:val='1'/></w:numPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>\
        <w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr><w:p><w:r><w:t>A</w:t></w:r></w:p></w:tc></w:tr>\
        <w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2</w:t></w:r></w:p></w:tc></w:tr></w:tbl>\
        <w:p><w:r><w:br w:type='page'/><w:t>Next</w:t></w:r></w:p></w:body></w:document>";
    let styles = "<w:styles xmlns:w='w'><w:style w:styleId='Heading1'><w:name w:val='heading 1'/><w:basedOn w:val='Normal'/>\
        <w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style><w:style w:styleId='Normal'><w:name w:val='Normal'/></w:style></w:styles>";
    let notes = "<w:footnotes xmlns:w='w'><w:footnote w:id='2'><w:p><w:r><w:t>See there.</w:t></w:r></w:p></w:footnote></w:footnotes>";
    let root = "<Relationships><Relationship Id='r' Type='x/officeDocument' Target='word/document.xml'/></Relationships>";
    let related = "<Relationships><Relationship Id='a' Type='x/styles' Target='styles.xml'/>\
        <Relationship Id='b' Type='x/footnotes' Target='footnotes.xml'/></Relationships>";
    Seed::Parts(vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", root.into()),
        ("word/document.xml", body.into()),
        ("word/_rels/document.xml.rels", related.into()),
        ("word/styles.xml", styles.into()),
        ("word/footnotes.xml", notes.into()),
        (
            "docProps/core.xml",
            b"<p><title>Report</title></p>".to_vec(),
        ),
    ])
}

fn pdf() -> String {
    let content = "BT /F1 20 Tf 72 700 Td (Our year) Tj ET BT /F1 11 Tf 72 660 Td 12 TL \
        [(We re) -20 (ad.)] TJ T* (More \\(words\\) \\351) ' <48656C6C6F> Tj ET q 1 0 0 1 10 10 cm 0 0 50 50 re S Q";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /Outlines 6 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [4 0 R] /Count 1 /MediaBox [0 0 612 792] >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /A /B] >> /FirstChar 65 /Widths [600 600] >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents 5 0 R /Rotate 0 /Resources << /Font << /F1 3 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>".to_owned(),
        "<< /Title (Our year) /Parent 6 0 R /Dest [4 0 R /XYZ 0 700 0] >>".to_owned(),
        "<< /Title (Report) /Producer (nobody) >>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (object, number) in objects.iter().zip(1..) {
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{:010} 00000 n ", file.len());
        let _ = writeln!(file, "{number} 0 obj\n{object}\nendobj");
    }
    let start = file.len();
    file + &table
        + &format!(
            "trailer\n<< /Size {} /Root 1 0 R /Info 8 0 R >>\nstartxref\n{start}\n%%EOF",
            objects.len() + 1
        )
}

fn encodings() -> Vec<Seed> {
    let wide = |unit: fn(u16) -> [u8; 2]| {
        "Zwölf Kinder"
            .encode_utf16()
            .flat_map(unit)
            .collect::<Vec<u8>>()
    };
    let long: Vec<u8> = "Zwölf"
        .chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect();
    vec![
        bytes(PLAIN),
        bytes(b"Zw\xF6lf Sch\xFCler \x96 gr\xF6\xDFer".as_slice()),
        bytes(b"<?xml version='1.0' encoding='johab'?>\x88\x61\xd0\x65\xd9\x31".as_slice()),
        bytes(b"~{<:Ky2;~} \x1b$)C\x0e0!\x0f \x1b$B;R6!\x1b(B caf+AOk- +APYA3w-".as_slice()),
        bytes(wide(u16::to_le_bytes)),
        bytes(wide(u16::to_be_bytes)),
        bytes(long),
    ]
}
