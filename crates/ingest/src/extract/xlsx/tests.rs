use super::*;
use crate::extract::BlockKind;
use crate::extract::package::tests::package;

const STYLES: &str = r#"<styleSheet><numFmts><numFmt numFmtId="164" formatCode="&quot;$&quot;#,##0.00"/></numFmts>
    <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>
    <cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/><xf numFmtId="9"/></cellXfs></styleSheet>"#;
const STRINGS: &str = r"<sst><si><t>Line</t></si><si><r><t>Am</t></r><r><t>ount</t></r><rPh><t>aid</t></rPh></si><si><t>Due</t></si></sst>";

fn workbook(rows: &str) -> Vec<u8> {
    package(&[
        (
            "xl/workbook.xml",
            r#"<workbook><sheets><sheet name="Budget" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships><Relationship Id="rId1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/>
            <Relationship Id="rId2" Type="http://x/styles" Target="styles.xml"/><Relationship Id="rId3" Type="http://x/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#,
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet>{rows}</worksheet>"),
        ),
        ("xl/styles.xml", STYLES),
        ("xl/sharedStrings.xml", STRINGS),
    ])
}

fn read(rows: &str) -> Vec<(BlockKind, String)> {
    let blocks = extract(&workbook(rows)).unwrap().blocks.into_iter();
    blocks.map(|block| (block.kind, block.text)).collect()
}

#[test]
fn cells_are_shown_in_their_formats_under_their_head() {
    let rows = r#"<sheetData><row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="s"><v>2</v></c></row>
        <row r="3"><c r="A3" t="inlineStr"><is><t>Staff</t></is></c><c r="B3" s="1"><f>1200+.5</f><v>1200.5</v></c><c r="C3" s="2"><v>45474</v></c></row>
        <row r="4"><c r="A4" t="str"><v>Share</v></c><c r="B4" s="3"><v>0.25</v></c><c r="C4" t="e"><v>#REF!</v></c></row>
        <row r="5"><c r="A5"><v>0.1</v></c><c r="D5" t="b"><v>1</v></c></row></sheetData>"#;
    let expected = [
        (BlockKind::Heading { level: 1 }, "Budget"),
        (BlockKind::TableHead, "Line | Amount | Due"),
        (BlockKind::TableRow, "Staff | $1,200.50 | 7/1/24"),
        (BlockKind::TableRow, "Share | 25%"),
        (BlockKind::TableRow, "0.1 | TRUE"),
    ];
    assert_eq!(
        read(rows),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

#[test]
fn words_merged_over_rows_belong_to_each_of_them() {
    let rows = r#"<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1</v></c></row><row r="2"><c r="B2"><v>2</v></c></row></sheetData>
        <mergeCells><mergeCell ref="A1:A1048576"/></mergeCells>"#;
    let texts: Vec<String> = read(rows).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["Budget", "Line | 1", "Line | 2"]);
}

#[test]
fn a_sheet_of_a_cell_in_each_corner_is_small() {
    let rows = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData>"#;
    let texts: Vec<String> = read(rows).into_iter().map(|(_, text)| text).collect();
    assert_eq!(texts, ["Budget", "1", "2"]);
}

#[test]
fn entities_of_a_document_type_mean_nothing() {
    let rows = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/passwd">]><sheetData><row><c t="inlineStr"><is><t>x&a;&b;</t></is></c></row></sheetData>"#;
    assert_eq!(read(rows)[1].1, "x");
}

#[test]
fn merged_ranges_without_end_find_an_end() {
    let long = "y".repeat(10_000);
    let row =
        |number: u32| format!(r#"<row r="{number}"><c r="B{number}"><v>{number}</v></c></row>"#);
    let rows: String = (2..5_000).map(row).collect();
    let sheet = format!(
        r#"<sheetData><row r="1"><c r="A1" t="str"><v>{long}</v></c></row>{rows}</sheetData><mergeCells>{}</mergeCells>"#,
        r#"<mergeCell ref="A1:A5000"/>"#.repeat(3)
    );
    let extracted = extract(&workbook(&sheet)).unwrap();
    assert!(extracted.notes[0].contains("was left out"));
    let length: usize = extracted.blocks.iter().map(|block| block.text.len()).sum();
    assert!(length < 40 << 20, "{length}");
}
