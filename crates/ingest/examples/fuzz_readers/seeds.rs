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
        "pdf" => vec![bytes(pdf()), bytes(rich_pdf())],
        "docx" => vec![docx()],
        "epub" => vec![epub()],
        "zip" | "members" => vec![archive(), bytes(MAIL)],
        "eml" => text(&[MAIL, MHTML]),
        "html" => text(&[PAGE, MHTML]),
        "md" => text(&[MARKDOWN, PAGE]),
        "txt" | "passages" => text(&[PLAIN, MARKDOWN]),
        "csv" => text(&[TABLE, "sep=|\na|b\n", "a\tb\n1\t\"2\n3\"\n"]),
        "rtf" => text(&[RTF]),
        "pptx" => vec![pptx()],
        "xlsx" => vec![xlsx()],
        "odt" => vec![open_document("text", TEXT), locked_text()],
        "odp" => vec![open_document("presentation", SLIDES)],
        "ods" => vec![open_document("spreadsheet", SHEET)],
        "doc" => vec![bytes(compound("/WordDocument", &old_word()))],
        "xls" => vec![
            bytes(compound("/Workbook", &workbook(&[]))),
            bytes(compound(
                "/Workbook",
                &workbook(&[0, 0, 0x4a, 0x51, 0x1a, 0xcc]),
            )),
        ],
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

const TABLE: &str =
    "Line;Amount;Note\r\nStaff;\"1,200.50\";\"as \"\"agreed\"\"\nin June\"\r\nRent;900;\r\n";
const RTF: &str = "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204 Cyr;}}\
    {\\stylesheet{\\s1\\outlinelevel0 heading 1;}}{\\*\\listtable{\\list{\\listlevel\\levelnfc0{\\leveltext\\'02\\'00.;}}\\listid1}}\
    {\\*\\listoverridetable{\\listoverride\\listid1\\ls1}}{\\info{\\title Report}}\
    \\pard\\s1 Our year\\par\\pard Caf\\'e9 \\u8211? words{\\b bold}{\\v hidden}\\line more{\\footnote See there.}\\par\
    \\pard\\ls1\\ilvl0 one\\par\\trowd\\cellx100\\cellx200\\intbl A\\cell B\\cell\\row\\pard{\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}\
    {\\shp{\\shptxt box\\par}}\\bin3 abc\\page end\\par}";
const TEXT: &str = "<text:h text:outline-level='2'>Need</text:h><text:p>Two<text:s text:c='3'/>words\
    <text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>See.</text:p></text:note-body></text:note></text:p>\
    <text:list text:style-name='L1'><text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>in</text:p>\
    </text:list-item></text:list></text:list-item></text:list><table:table><table:table-row><table:table-cell table:number-columns-repeated='3'>\
    <text:p>A</text:p></table:table-cell></table:table-row></table:table>";
const SLIDES: &str = "<draw:page draw:name='one'><draw:frame presentation:class='title'><draw:text-box><text:p>Plan</text:p></draw:text-box>\
    </draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>Say it.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>";
const SHEET: &str = "<table:table table:name='Budget'><table:table-row table:number-rows-repeated='2'>\
    <table:table-cell office:value-type='string'><text:p>Line</text:p></table:table-cell><table:covered-table-cell/>\
    <table:table-cell table:number-columns-repeated='4' office:value-type='currency' office:value='7'><text:p>$7.00</text:p></table:table-cell>\
    </table:table-row></table:table>";

fn open_document(kind: &str, body: &str) -> Seed {
    let content = format!(
        "<office:document-content><office:automatic-styles><text:list-style style:name='L1'><text:list-level-style-number \
         text:level='1' style:num-format='1' style:num-suffix='.' text:display-levels='2'/></text:list-style></office:automatic-styles>\
         <office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    );
    let media_type = format!("application/vnd.oasis.opendocument.{kind}");
    Seed::Parts(vec![
        ("mimetype", media_type.into()),
        ("content.xml", content.into()),
        ("styles.xml", b"<office:styles><style:style style:name='Section' style:default-outline-level='2'/></office:styles>".to_vec()),
        ("meta.xml", b"<m><dc:title>Report</dc:title></m>".to_vec()),
    ])
}

/// Locked, for the password of the fuzzer's entries or another one.
fn locked_text() -> Seed {
    let manifest = "<m><file-entry full-path='content.xml' size='9'><encryption-data>\
        <algorithm algorithm-name='http://www.w3.org/2001/04/xmlenc#aes256-cbc' initialisation-vector='ZmVkY2JhOTg3NjU0MzIxMA=='/>\
        <start-key-generation start-key-generation-name='http://www.w3.org/2000/09/xmldsig#sha256'/>\
        <key-derivation key-derivation-name='PBKDF2' key-size='32' iteration-count='3' salt='MDEyMzQ1Njc4OWFiY2RlZg=='/>\
        </encryption-data></file-entry><file-entry full-path='styles.xml'><encryption-data>\
        <algorithm algorithm-name='Blowfish CFB' initialisation-vector='ZmVkY2JhOTg='/>\
        <key-derivation key-derivation-name='urn:argon2id' argon2-iterations='1' argon2-memory='64' argon2-lanes='2' salt='MDEyMzQ1Njc4OWFiY2RlZg=='/>\
        </encryption-data></file-entry></m>";
    Seed::Parts(vec![
        ("content.xml", vec![7; 160]),
        ("styles.xml", vec![9; 90]),
        ("META-INF/manifest.xml", manifest.into()),
    ])
}

fn pptx() -> Seed {
    let slide = "<p:sld><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type='title'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Plan</a:t></a:r></a:p></p:txBody></p:sp>\
        <p:sp><p:txBody><a:p><a:pPr lvl='1'><a:buAutoNum type='arabicPeriod'/></a:pPr><a:r><a:t>one</a:t></a:r><a:br/></a:p></p:txBody></p:sp>\
        <p:graphicFrame><a:tbl><a:tr><a:tc gridSpan='2'><a:txBody><a:p><a:r><a:t>A</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl></p:graphicFrame></p:spTree></p:cSld></p:sld>";
    let shown =
        "<p:presentation><p:sldIdLst><p:sldId id='256' r:id='a'/></p:sldIdLst></p:presentation>";
    Seed::Parts(vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("_rels/.rels", b"<Relationships><Relationship Id='r' Type='x/officeDocument' Target='ppt/presentation.xml'/></Relationships>".to_vec()),
        ("ppt/presentation.xml", shown.into()),
        ("ppt/_rels/presentation.xml.rels", b"<Relationships><Relationship Id='a' Type='x/slide' Target='slides/slide1.xml'/></Relationships>".to_vec()),
        ("ppt/slides/slide1.xml", slide.into()),
        ("ppt/slides/_rels/slide1.xml.rels", b"<Relationships><Relationship Id='n' Type='x/notesSlide' Target='../notes.xml'/></Relationships>".to_vec()),
        ("ppt/notes.xml", b"<p:notes><p:sp><p:txBody><a:p><a:r><a:t>Say it.</a:t></a:r></a:p></p:txBody></p:sp></p:notes>".to_vec()),
    ])
}

fn xlsx() -> Seed {
    let sheet = "<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='inlineStr'><is><t>Amount</t></is></c></row>\
        <row r='3'><c r='A3' t='str'><f>1+1</f><v>Staff</v></c><c r='XFD3' s='1'><v>45474</v></c><c r='C3' t='b'><v>1</v></c><c t='e'><v>#N/A</v></c></row>\
        </sheetData><mergeCells><mergeCell ref='A1:A3'/></mergeCells></worksheet>";
    let styles = "<styleSheet><numFmts><numFmt numFmtId='164' formatCode='[Red]#,##0.00_);yyyy'/></numFmts><cellXfs><xf numFmtId='0'/><xf numFmtId='164'/></cellXfs></styleSheet>";
    Seed::Parts(vec![
        ("[Content_Types].xml", b"<Types/>".to_vec()),
        ("xl/workbook.xml", b"<workbook><sheets><sheet name='Budget' sheetId='1' r:id='a'/></sheets></workbook>".to_vec()),
        ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id='a' Type='x/worksheet' Target='worksheets/sheet1.xml'/></Relationships>".to_vec()),
        ("xl/worksheets/sheet1.xml", sheet.into()),
        ("xl/sharedStrings.xml", b"<sst><si><t>Line</t></si></sst>".to_vec()),
        ("xl/styles.xml", styles.into()),
    ])
}

/// A compound file with one stream.
fn compound(name: &str, content: &[u8]) -> Vec<u8> {
    let build = || -> std::io::Result<Vec<u8>> {
        let version = cfb::Version::V3;
        let mut file = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new()))?;
        file.create_stream(name)?.write_all(content)?;
        file.flush()?;
        Ok(file.into_inner().into_inner())
    };
    build().unwrap_or_default()
}

fn old_word() -> Vec<u8> {
    let text = b"One\rCaf\xe9.\rA\x07B\x07\x07\x13PAGE\x147\x15\x0cMore words \r";
    let length = u32::try_from(text.len()).unwrap_or(0);
    let mut main = vec![0; 0x1000];
    main[..4].copy_from_slice(&[0xdc, 0xa5, 101, 0]);
    main[0x18..0x1c].copy_from_slice(&0x500_u32.to_le_bytes());
    main[0x34..0x38].copy_from_slice(&length.to_le_bytes());
    main[0x500..0x500 + text.len()].copy_from_slice(text);
    main
}

/// A workbook of one sheet, locked as `lock` says.
fn workbook(lock: &[u8]) -> Vec<u8> {
    let record = |kind: u16, data: &[u8]| {
        let length = u16::try_from(data.len()).unwrap_or(0);
        [&kind.to_le_bytes()[..], &length.to_le_bytes(), data].concat()
    };
    let beginning = |kind| record(0x0809, &[0, 6, kind, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let mut head = beginning(5);
    if !lock.is_empty() {
        head.extend(record(0x002f, lock));
    }
    head.extend(record(0x00e0, &[0; 20]));
    let name = b"Budget";
    let start = u32::try_from(head.len() + 4 + 8 + name.len() + 4).unwrap_or(0);
    let sheet = [&start.to_le_bytes()[..], &[0, 0, 6, 0], name].concat();
    let label = [&[0, 0, 0, 0, 0, 0, 5, 0, 0][..], b"Staff"].concat();
    let number = [&[0, 0, 1, 0, 0, 0][..], &1200.5_f64.to_le_bytes()].concat();
    let parts = [
        head,
        record(0x0085, &sheet),
        record(0x000a, &[]),
        beginning(0x10),
        record(0x0204, &label),
        record(0x0203, &number),
        record(0x000a, &[]),
    ];
    let mut stream = parts.concat();
    stream.resize(stream.len().max(4096), 0);
    stream
}

/// Composite fonts, forms in forms, an inline picture, rules, layers, fields, encryption.
fn rich_pdf() -> String {
    let content = "/OC /L BDC 0 0 200 0.5 re f 0 20 200 0.5 re f 0 0 0.5 20 re f 100 0 0.5 20 re f EMC \
        BT /F2 12 Tf 3 Tc 1 0 0.2 1 72 700 Tm <00410042> Tj 90 Tz [<0043> -800 <0044>] TJ 2 Ts <0045> Tj ET \
        /Span << /ActualText (word) >> BDC BT /F1 9 Tf 0 1 -1 0 300 300 Tm (up) Tj ET EMC \
        BI /W 1 /H 1 /CS /G /BPC 8 ID 0 EI q /X Do Q 10 10 m 20 20 30 30 40 40 c S";
    let cmap = "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange \
        2 beginbfrange <0041> <0044> <05D0> <0045> <0046> [<FEFB> <00660069>] endbfrange endcmap";
    let form = "BT /F1 8 Tf 5 5 Td (in a form) Tj ET /X Do";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [9 0 R] >> /OCProperties << /OCGs [10 0 R] /D << /OFF [10 0 R] >> >> >>".to_owned(),
        "<< /Type /Pages /Kids [4 0 R 2 0 R] /Count 1 /MediaBox [0 0 612 792] >>".to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Times-Roman >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /Contents [5 0 R] /Rotate 90 /UserUnit 2 /Annots [9 0 R] /Resources << /Font << /F1 3 0 R /F2 6 0 R >> \
         /XObject << /X 8 0 R >> /Properties << /L 10 0 R >> >> >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [<< /Type /Font /Subtype /CIDFontType2 \
         /BaseFont /A /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 900 /W [65 [500 600] 67 70 400] >>] >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{cmap}\nendstream", cmap.len()),
        format!("<< /Type /XObject /Subtype /Form /BBox [0 0 50 50] /Matrix [1 0 0 1 5 5] /Resources << /Font << /F1 3 0 R >> /XObject << /X 8 0 R >> >> \
         /Length {} >>\nstream\n{form}\nendstream", form.len()),
        "<< /Type /Annot /Subtype /Widget /FT /Tx /V (Ada) /Rect [0 0 50 50] /AP << /N 8 0 R >> /Kids [9 0 R] >>".to_owned(),
        "<< /Type /OCG /Name (Layer) >>".to_owned(),
    ];
    pdf_of(&objects, "/Root 1 0 R")
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
    pdf_of(&objects, "/Root 1 0 R /Info 8 0 R")
}

fn pdf_of(objects: &[String], trailer: &str) -> String {
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
            "trailer\n<< /Size {} {trailer} >>\nstartxref\n{start}\n%%EOF",
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
