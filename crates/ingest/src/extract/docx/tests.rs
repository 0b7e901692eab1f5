use super::*;
use crate::extract::Given;
use crate::extract::package::tests::package;
use crate::extract::{Block, BlockKind};

const P: BlockKind = BlockKind::Paragraph;
const STYLES: &str = r#"<w:styles xmlns:w="w">
    <w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>
    <w:style w:styleId="T"><w:name w:val="Title"/></w:style></w:styles>"#;
const RELATIONSHIPS: &str = r#"<Relationships>
    <Relationship Type="http://x/styles" Target="styles.xml"/>
    <Relationship Type="http://x/footnotes" Target="footnotes.xml"/></Relationships>"#;
const FOOTNOTES: &str = r#"<w:footnotes xmlns:w="w"><w:footnote w:id="2"><w:p><w:r><w:t>See the census.</w:t></w:r></w:p></w:footnote></w:footnotes>"#;

fn document(body: &str) -> Vec<u8> {
    let xml = format!(
        r#"<?xml version="1.0"?><w:document xmlns:w="w" xmlns:mc="mc"><w:body>{body}</w:body></w:document>"#
    );
    package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", &xml),
        ("word/styles.xml", STYLES),
        ("word/footnotes.xml", FOOTNOTES),
        ("word/_rels/document.xml.rels", RELATIONSHIPS),
    ])
}

fn p(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

fn read(body: &str) -> Vec<(BlockKind, String)> {
    let blocks = extract(&document(body)).unwrap().blocks;
    blocks
        .into_iter()
        .map(|block| (block.kind, block.text))
        .collect()
}

#[test]
fn headings_lists_and_paragraphs_in_order() {
    let body = format!(
        r#"<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>Need</w:t></w:r></w:p>{}
        <w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr></w:pPr><w:r><w:t>First</w:t></w:r></w:p>
        <w:p><w:pPr><w:outlineLvl w:val="1"/></w:pPr><w:r><w:t>Deeper</w:t></w:r></w:p>
        <w:p><w:r><w:rPr><w:b/></w:rPr><w:t>Bold line</w:t></w:r></w:p>"#,
        p("Children wait &amp; hope.")
    );
    let expected = [
        (BlockKind::Heading { level: 1 }, "Need"),
        (P, "Children wait & hope."),
        (BlockKind::ListItem, "First"),
        (BlockKind::Heading { level: 2 }, "Deeper"),
        (BlockKind::Heading { level: BOLD }, "Bold line"),
    ];
    assert_eq!(
        read(&body),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

const BOLD: u8 = 5;

#[test]
fn runs_join_without_spaces_and_tabs_count_only_in_text() {
    let body = r#"<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>lit</w:t></w:r><w:r><w:t>eracy</w:t><w:tab/><w:t>now</w:t><w:br/><w:t>next line</w:t></w:r></w:p>"#;
    assert_eq!(read(body), [(P, "literacy now\nnext line".to_owned())]);
}

#[test]
fn deleted_moved_hidden_and_field_codes_are_left_out() {
    let body = r"<w:p><w:r><w:t>Kept </w:t></w:r><w:del><w:r><w:delText>gone</w:delText></w:r></w:del>
        <w:moveFrom><w:r><w:t>moved</w:t></w:r></w:moveFrom><w:ins><w:r><w:t>added </w:t></w:r></w:ins>
        <w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>";
    assert_eq!(read(body), [(P, "Kept added".to_owned())]);
}

#[test]
fn tables_stay_in_their_place() {
    let cell = |text: &str| format!("<w:tc>{}</w:tc>", p(text));
    let body = format!(
        "{}<w:tbl><w:tr>{}{}</w:tr><w:tr>{}{}</w:tr></w:tbl>{}",
        p("Before."),
        cell("Item"),
        cell("Cost"),
        cell("Tutors"),
        cell("$4,000"),
        p("After.")
    );
    let texts: Vec<String> = read(&body).into_iter().map(|(_, text)| text).collect();
    assert_eq!(
        texts,
        ["Before.", "Item | Cost", "Tutors | $4,000", "After."]
    );
}

#[test]
fn nested_and_layout_tables_keep_every_word() {
    let inner = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>",
        p("a"),
        p("b")
    );
    let layout = format!(
        "<w:tbl><w:tr><w:tc>{}{inner}{}</w:tc></w:tr></w:tbl>",
        p("One."),
        p("Two.")
    );
    let texts: Vec<String> = read(&layout).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["One.", "a | b", "Two."]);
    let nested = format!(
        "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>",
        p("x")
    );
    assert_eq!(
        read(&nested),
        [(BlockKind::TableRow, "x | a | b".to_owned())]
    );
}

#[test]
fn notes_follow_the_paragraph_that_cites_them() {
    let body = format!(
        r#"<w:p><w:r><w:t>It grew.</w:t><w:footnoteReference w:id="2"/></w:r></w:p>{}"#,
        p("Next.")
    );
    let texts: Vec<String> = read(&body).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["It grew.", "[1] See the census.", "Next."]);
}

#[test]
fn a_text_box_is_read_once() {
    let boxed = |text: &str| format!("<w:txbxContent>{}</w:txbxContent>", p(text));
    let body = format!(
        "<w:p><w:r><mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent><w:t>Around.</w:t></w:r></w:p>",
        boxed("Boxed."),
        boxed("Boxed.")
    );
    let texts: Vec<String> = read(&body).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["Boxed.", "Around."]);
}

#[test]
fn pages_are_those_that_word_wrote() {
    let broken = r#"<w:p><w:r><w:br w:type="page"/></w:r></w:p><w:p><w:r><w:lastRenderedPageBreak/><w:t>Two.</w:t></w:r></w:p>
        <w:p><w:r><w:t>Still two</w:t><w:lastRenderedPageBreak/><w:t> and three.</w:t></w:r></w:p>"#;
    let extracted = extract(&document(&format!("{}{broken}{}", p("One."), p("Three.")))).unwrap();
    let pages: Vec<Option<u32>> = extracted.blocks.iter().map(|block| block.page).collect();
    assert_eq!(pages, [Some(1), Some(2), Some(2), Some(3)]);
    assert_eq!(extracted.page_count, Some(3));
    let unpaged = extract(&document(
        r#"<w:p><w:r><w:br w:type="page"/><w:t>x</w:t></w:r></w:p>"#,
    ))
    .unwrap();
    assert_eq!((unpaged.page_count, unpaged.blocks[0].page), (None, None));
}

#[test]
fn the_title_is_the_paragraph_styled_so() {
    let body = r#"<w:p><w:pPr><w:pStyle w:val="T"/></w:pPr><w:r><w:t>Our Plan</w:t></w:r></w:p>"#;
    assert_eq!(
        extract(&document(body)).unwrap().title.as_deref(),
        Some("Our Plan")
    );
}

#[test]
fn entities_of_a_declaration_mean_nothing() {
    let xml = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><w:document><w:p><w:r><w:t>Safe &a;&b;text</w:t></w:r></w:p></w:document>"#;
    let blocks = extract(&package(&[("word/document.xml", xml)]))
        .unwrap()
        .blocks;
    assert_eq!(blocks, [Block::new(P, "Safe text")]);
}

#[test]
fn a_part_that_breaks_off_gives_what_it_has_and_says_so() {
    let xml = format!("<w:document><w:body>{}<w:p><w:r><w:t>cut", p("Whole."));
    let extracted = extract(&package(&[("word/document.xml", &format!("{xml}</w:x>"))])).unwrap();
    assert_eq!(extracted.blocks[0].text, "Whole.");
    assert!(extracted.notes[0].contains("damaged"));
}

#[test]
fn a_package_without_text_or_with_a_broken_container_is_damaged() {
    let empty = package(&[("word/other.xml", "<x/>")]);
    assert!(matches!(extract(&empty), Err(IngestError::Damaged { .. })));
    let whole = document(&p("x"));
    assert!(matches!(
        extract(&whole[..whole.len() / 2]),
        Err(IngestError::Damaged { .. })
    ));
}

#[test]
fn a_bomb_is_stopped() {
    let monotonous = format!("<w:document>{}</w:document>", " ".repeat(20 << 20));
    let error = extract(&package(&[("word/document.xml", &monotonous)])).unwrap_err();
    assert!(error.to_string().contains("unpacks to far more"), "{error}");
}

#[test]
fn a_large_first_letter_belongs_to_its_word() {
    let body = format!(
        r#"<w:p><w:pPr><w:framePr w:dropCap="drop"/></w:pPr><w:r><w:t>O</w:t></w:r></w:p>{}"#,
        p("nce upon a time.")
    );
    assert_eq!(read(&body), [(P, "Once upon a time.".to_owned())]);
}

#[test]
fn list_items_have_the_numbers_that_word_shows() {
    let item = |list: u8, depth: u8, text: &str| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list}"/></w:numPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let xml = format!(
        "<w:document><w:body>{}{}{}{}{}{}</w:body></w:document>",
        item(1, 0, "One"),
        item(1, 1, "Deep"),
        item(1, 0, "Two"),
        item(2, 0, "Anew"),
        item(3, 0, "Dot"),
        item(2, 0, "On"),
    );
    let numbering = r#"<w:numbering><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>
        <w:lvl w:ilvl="1"><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum>
        <w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="*"/></w:lvl></w:abstractNum>
        <w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>
        <w:num w:numId="2"><w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride></w:num>
        <w:num w:numId="3"><w:abstractNumId w:val="8"/></w:num></w:numbering>"#;
    let related = r#"<Relationships><Relationship Type="http://x/numbering" Target="numbering.xml"/></Relationships>"#;
    let bytes = package(&[
        ("word/document.xml", &xml),
        ("word/numbering.xml", numbering),
        ("word/_rels/document.xml.rels", related),
    ]);
    let blocks = extract(&bytes).unwrap().blocks.into_iter();
    let texts: Vec<String> = blocks.map(|block| block.text).collect();
    assert_eq!(
        texts,
        ["1. One", "1.a) Deep", "2. Two", "5. Anew", "Dot", "6. On"]
    );
}

#[test]
fn a_locked_document_is_read_with_its_password() {
    let locked = crate::unlock::tests::agile(&document(&p("Words behind a lock.")), "key");
    let given = |password| Given {
        password,
        ..Given::default()
    };
    let parse = |password| crate::parse(&locked, "plan.docx", 2026, &given(password));
    let parsed = parse(Some("key")).unwrap();
    assert_eq!(parsed.kind, FileKind::Docx);
    assert_eq!(parsed.passages[0].text, "Words behind a lock.");
    assert_eq!(parse(None), Err(IngestError::Encrypted));
    assert_eq!(parse(Some("other")), Err(IngestError::WrongPassword));
}
