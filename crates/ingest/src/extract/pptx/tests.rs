use super::*;
use crate::extract::package::tests::package;

const RELATIONSHIPS: &str = r#"<Relationships><Relationship Id="rId7" Type="http://x/slide" Target="slides/slide1.xml"/>
    <Relationship Id="rId3" Type="http://x/slide" Target="slides/slide2.xml"/></Relationships>"#;
const OF_SLIDE_2: &str = r#"<Relationships><Relationship Id="rId1" Type="http://x/notesSlide" Target="../notesSlides/notesSlide1.xml"/>
    <Relationship Id="rId2" Type="http://x/diagramData" Target="../diagrams/data1.xml"/></Relationships>"#;

fn p(text: &str) -> String {
    format!("<a:p><a:r><a:t>{text}</a:t></a:r></a:p>")
}

fn shape(placeholder: &str, paragraphs: &str) -> String {
    format!(
        "<p:sp><p:nvSpPr><p:nvPr>{placeholder}</p:nvPr></p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"
    )
}

fn presentation() -> Vec<u8> {
    let numbered = |text: &str| {
        format!(
            r#"<a:p><a:pPr><a:buAutoNum type="arabicPeriod"/></a:pPr><a:r><a:t>{text}</a:t></a:r></a:p>"#
        )
    };
    let table = format!(
        r#"<p:graphicFrame><a:tbl><a:tblPr firstRow="1"/><a:tr><a:tc>{}</a:tc><a:tc>{}</a:tc></a:tr><a:tr><a:tc>{}</a:tc><a:tc>{}</a:tc></a:tr></a:tbl></p:graphicFrame>"#,
        p("Line"),
        p("Amount"),
        p("Staff"),
        p("$7")
    );
    let first = format!(
        "<p:sld>{}{}{}{table}</p:sld>",
        shape(
            r#"<p:ph idx="1"/>"#,
            &(p("Reach more") + &numbered("One") + &numbered("Two"))
        ),
        shape(r#"<p:ph type="title"/>"#, &p("Goals")),
        shape(r#"<p:ph type="sldNum"/>"#, &p("1")),
    );
    let second = format!(
        r#"<p:sld>{}<p:graphicFrame><dgm:relIds r:dm="rId2" r:lo="rId9"/></p:graphicFrame></p:sld>"#,
        shape(
            "",
            "<a:p><a:r><a:t>Free</a:t></a:r><a:br/><a:r><a:t>text</a:t></a:r></a:p>"
        )
    );
    let spoken = format!(
        "<p:notes>{}{}</p:notes>",
        shape(r#"<p:ph type="body" idx="1"/>"#, &p("Say it slowly.")),
        shape(r#"<p:ph type="sldNum"/>"#, &p("2")),
    );
    let diagram = format!(
        "<dgm:dataModel><dgm:pt><dgm:t>{}</dgm:t></dgm:pt></dgm:dataModel>",
        p("Step")
    );
    package(&[
        (
            "ppt/presentation.xml",
            r#"<p:presentation><p:sldIdLst><p:sldId id="256" r:id="rId7"/><p:sldId id="257" r:id="rId3"/></p:sldIdLst></p:presentation>"#,
        ),
        ("ppt/_rels/presentation.xml.rels", RELATIONSHIPS),
        ("ppt/slides/slide1.xml", &first),
        ("ppt/slides/slide2.xml", &second),
        ("ppt/slides/_rels/slide2.xml.rels", OF_SLIDE_2),
        ("ppt/notesSlides/notesSlide1.xml", &spoken),
        ("ppt/diagrams/data1.xml", &diagram),
        ("docProps/core.xml", "<c><dc:title>Our year</dc:title></c>"),
    ])
}

#[test]
fn slides_are_pages_with_title_text_tables_diagrams_and_notes() {
    let extracted = extract(&presentation()).unwrap();
    assert_eq!(extracted.page_count, Some(2));
    assert_eq!(extracted.title.as_deref(), Some("Our year"));
    let expected = [
        (1, BlockKind::Heading { level: 1 }, "Goals"),
        (1, BlockKind::ListItem, "Reach more"),
        (1, BlockKind::ListItem, "1. One"),
        (1, BlockKind::ListItem, "2. Two"),
        (1, BlockKind::TableHead, "Line | Amount"),
        (1, BlockKind::TableRow, "Staff | $7"),
        (2, BlockKind::Paragraph, "Free\ntext"),
        (2, BlockKind::Paragraph, "Step"),
        (2, BlockKind::Note, "Say it slowly."),
    ];
    let expected = expected.map(|(page, kind, text)| Block {
        page: Some(page),
        kind,
        text: text.to_owned(),
    });
    assert_eq!(extracted.blocks, expected);
}

#[test]
fn a_presentation_without_slides_is_damaged() {
    let empty = package(&[("ppt/presentation.xml", "<p:presentation/>")]);
    assert!(matches!(extract(&empty), Err(IngestError::Damaged { .. })));
}

#[test]
fn a_slide_that_breaks_off_gives_what_it_has() {
    let torn = package(&[
        (
            "ppt/presentation.xml",
            r#"<p:presentation><p:sldId id="1" r:id="rId7"/><p:sldId id="2" r:id="rId3"/></p:presentation>"#,
        ),
        ("ppt/_rels/presentation.xml.rels", RELATIONSHIPS),
        (
            "ppt/slides/slide1.xml",
            "<p:sld><a:p><a:r><a:t>Words</a:t></a:x>",
        ),
    ]);
    let extracted = extract(&torn).unwrap();
    assert_eq!(extracted.blocks[0].text, "Words");
    assert_eq!(extracted.notes.len(), 1);
}
