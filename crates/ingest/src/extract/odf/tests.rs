use super::*;
use crate::extract::package::tests::package;
use crate::extract::{Block, BlockKind};

const P: BlockKind = BlockKind::Paragraph;
const STYLES: &str = r#"<office:styles>
    <style:style style:name="Title" style:family="paragraph"/>
    <style:style style:name="Section" style:family="paragraph" style:default-outline-level="2"/>
    <style:style style:name="T1" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style>
    <style:style style:name="T2" style:family="text"><style:text-properties text:display="none"/></style:style>
    <text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
        <text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2"/></text:list-style>
    <text:list-style style:name="L2"><text:list-level-style-bullet text:level="1"/></text:list-style>
    </office:styles>"#;

fn file(body: &str) -> Vec<u8> {
    let content = format!(
        "<office:document-content><office:automatic-styles/><office:body>{body}</office:body></office:document-content>"
    );
    package(&[
        ("content.xml", &content),
        ("styles.xml", STYLES),
        ("meta.xml", "<m><dc:title>The plan</dc:title></m>"),
    ])
}

fn read(body: &str) -> Vec<(BlockKind, String)> {
    let bytes = file(&format!("<office:text>{body}</office:text>"));
    let extracted = extract(FileKind::Odt, &bytes, &Given::default()).unwrap();
    plain(extracted.blocks)
}

fn plain(blocks: Vec<Block>) -> Vec<(BlockKind, String)> {
    let blocks = blocks.into_iter();
    blocks.map(|block| (block.kind, block.text)).collect()
}

fn owned<const N: usize>(expected: [(BlockKind, &str); N]) -> [(BlockKind, String); N] {
    expected.map(|(kind, text)| (kind, text.to_owned()))
}

#[test]
fn headings_and_paragraphs_in_order() {
    let body = r#"<text:h text:outline-level="2">Need</text:h>
        <text:p>Two<text:s text:c="3"/>words
        here<text:line-break/>next<text:span text:style-name="T2">hidden</text:span></text:p>
        <text:p text:style-name="Section">Styled</text:p>
        <text:p><text:span text:style-name="T1">Bold line</text:span></text:p>"#;
    let expected = [
        (BlockKind::Heading { level: 2 }, "Need"),
        (P, "Two words here\nnext"),
        (BlockKind::Heading { level: 2 }, "Styled"),
        (BlockKind::Heading { level: 5 }, "Bold line"),
    ];
    assert_eq!(read(body), owned(expected));
}

#[test]
fn lists_are_numbered_as_they_are_shown() {
    let item = |text: &str| format!("<text:list-item><text:p>{text}</text:p></text:list-item>");
    let body = format!(
        r#"<text:list text:style-name="L1">{}<text:list-item><text:p>Two</text:p><text:list>{}</text:list></text:list-item></text:list>
        <text:list text:style-name="L1" text:continue-numbering="true">{}</text:list>
        <text:list text:style-name="L1">{}</text:list><text:list text:style-name="L2">{}</text:list>"#,
        item("One"),
        item("Deeper"),
        item("Three"),
        item("Anew"),
        item("Dot")
    );
    let expected = [
        "1. One",
        "2. Two",
        "2.a) Deeper",
        "3. Three",
        "1. Anew",
        "Dot",
    ];
    assert_eq!(
        read(&body),
        owned(expected.map(|text| (BlockKind::ListItem, text)))
    );
}

#[test]
fn tables_have_heads_and_rows() {
    let row = |cells: [&str; 2]| {
        let cells = cells
            .map(|cell| format!("<table:table-cell><text:p>{cell}</text:p></table:table-cell>"));
        format!("<table:table-row>{}</table:table-row>", cells.concat())
    };
    let body = format!(
        "<table:table><table:table-header-rows>{}</table:table-header-rows>{}</table:table>",
        row(["Line", "Amount"]),
        row(["Staff", "$7"])
    );
    let expected = [
        (BlockKind::TableHead, "Line | Amount"),
        (BlockKind::TableRow, "Staff | $7"),
    ];
    assert_eq!(read(&body), owned(expected));
}

#[test]
fn notes_follow_and_comments_and_deletions_are_left_out() {
    let body = r#"<text:tracked-changes><text:deletion><text:p>Gone</text:p></text:deletion></text:tracked-changes>
        <text:p>It grew<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>See the census.</text:p></text:note-body></text:note> fast<office:annotation><text:p>Really?</text:p></office:annotation>.</text:p>
        <text:p><draw:frame><draw:text-box><text:p>Boxed</text:p></draw:text-box><svg:title>Picture</svg:title></draw:frame>Around</text:p>"#;
    let expected = [
        (P, "It grew fast."),
        (BlockKind::Note, "[1] See the census."),
        (P, "Boxed"),
        (P, "Around"),
    ];
    assert_eq!(read(body), owned(expected));
}

#[test]
fn the_title_is_the_paragraph_of_that_style_or_the_property() {
    let title = |body: &str| {
        let bytes = file(&format!("<office:text>{body}</office:text>"));
        extract(FileKind::Odt, &bytes, &Given::default())
            .unwrap()
            .title
    };
    let titled = r#"<text:p text:style-name="Title">Our plan</text:p>"#;
    assert_eq!(title(titled).as_deref(), Some("Our plan"));
    assert_eq!(title("<text:p>Words</text:p>").as_deref(), Some("The plan"));
}

#[test]
fn slides_are_pages_with_their_notes() {
    let body = r#"<office:presentation><draw:page><draw:frame presentation:class="title"><draw:text-box><text:p>Goals</text:p></draw:text-box></draw:frame>
        <draw:frame presentation:class="page-number"><draw:text-box><text:p>1</text:p></draw:text-box></draw:frame>
        <presentation:notes><draw:frame presentation:class="notes"><draw:text-box><text:p>Say it slowly.</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>
        <draw:page><draw:frame><draw:text-box><text:p>Last</text:p></draw:text-box></draw:frame></draw:page></office:presentation>"#;
    let extracted = extract(FileKind::Odp, &file(body), &Given::default()).unwrap();
    assert_eq!(extracted.page_count, Some(2));
    let pages: Vec<_> = extracted.blocks.iter().map(|block| block.page).collect();
    assert_eq!(pages, [Some(1), Some(1), Some(2)]);
    let expected = [
        (BlockKind::Heading { level: 1 }, "Goals"),
        (BlockKind::Note, "Say it slowly."),
        (P, "Last"),
    ];
    assert_eq!(plain(extracted.blocks), owned(expected));
}

#[test]
fn cells_of_a_spreadsheet_are_read_as_shown() {
    let body = r#"<office:spreadsheet><table:table table:name="Budget">
        <table:table-row><table:table-cell office:value-type="string"><text:p>Line</text:p></table:table-cell><table:table-cell office:value-type="string"><text:p>Amount</text:p></table:table-cell></table:table-row>
        <table:table-row><table:table-cell office:value-type="string"><text:p>Staff</text:p></table:table-cell><table:table-cell office:value-type="currency" office:value="7"><text:p>$7.00</text:p></table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
        </table:table></office:spreadsheet>"#;
    let extracted = extract(FileKind::Ods, &file(body), &Given::default()).unwrap();
    let expected = [
        (BlockKind::Heading { level: 1 }, "Budget"),
        (BlockKind::TableHead, "Line | Amount"),
        (BlockKind::TableRow, "Staff | $7.00"),
    ];
    assert_eq!(plain(extracted.blocks), owned(expected));
}

#[test]
fn broken_files_and_unknown_locks_are_told() {
    let torn = package(&[(
        "content.xml",
        "<office:body><text:p>Words</text:p><text:p>and",
    )]);
    let extracted = extract(FileKind::Odt, &torn, &Given::default()).unwrap();
    assert_eq!(extracted.blocks.len(), 2);
    let wrong = package(&[("content.xml", "<office:body><text:p>Words</text:h>")]);
    let extracted = extract(FileKind::Odt, &wrong, &Given::default()).unwrap();
    assert_eq!(extracted.notes.len(), 1);
    let locked = package(&[
        ("content.xml", "x"),
        (
            "META-INF/manifest.xml",
            "<m><file-entry full-path='content.xml'><encryption-data/></file-entry></m>",
        ),
    ]);
    let error = extract(FileKind::Odt, &locked, &Given::default()).unwrap_err();
    assert!(
        error.to_string().contains("encryption is not known"),
        "{error}"
    );
}

#[test]
fn cells_that_are_repeated_without_end_find_an_end() {
    let row = format!(
        r#"<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>{}</text:p></table:table-cell></table:table-row>"#,
        "x".repeat(10_000)
    );
    let body = format!(
        "<office:spreadsheet><table:table>{}</table:table></office:spreadsheet>",
        row.repeat(20)
    );
    let extracted = extract(FileKind::Ods, &file(&body), &Given::default()).unwrap();
    assert!(extracted.notes[0].contains("was left out"));
}

#[test]
fn notes_in_notes_are_no_notes() {
    let nested = "<text:p>a<text:note><text:note-body>".repeat(2000);
    let content = format!("<office:body><office:text>{nested}");
    let bytes = package(&[("content.xml", &content)]);
    let blocks = extract(FileKind::Odt, &bytes, &Given::default())
        .unwrap()
        .blocks;
    assert_eq!(blocks.len(), 2);
}
