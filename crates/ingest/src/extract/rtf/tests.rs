use super::*;
use crate::extract::BlockKind;

const P: BlockKind = BlockKind::Paragraph;

fn read(body: &str) -> Vec<(BlockKind, String)> {
    let file = format!(
        r"{{\rtf1\ansi\ansicpg1252\deff0{{\fonttbl{{\f0\fcharset0 Arial;}}{{\f1\fcharset204 Arial Cyr;}}{{\f2\fcharset2 Symbol;}}}}{{\stylesheet{{\s0 Normal;}}{{\s1\outlinelevel0 heading 1;}}{{\s5 Title;}}}}{{\info{{\title Annual plan}}{{\author Someone}}}}{body}}}"
    );
    let extracted = extract(file.as_bytes()).unwrap();
    assert!(extracted.notes.is_empty());
    let blocks = extracted.blocks.into_iter();
    blocks.map(|block| (block.kind, block.text)).collect()
}

#[test]
fn headings_paragraphs_and_characters() {
    let body = r"\pard\s1 Need\par \pard Caf\'e9 \u8212?dash\line next \{x\}\emdash y\par {\b Bold line\par}";
    let expected = [
        (BlockKind::Heading { level: 1 }, "Need"),
        (P, "Café —dash\nnext {x}—y"),
        (BlockKind::Heading { level: 5 }, "Bold line"),
    ];
    assert_eq!(
        read(body),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

#[test]
fn fonts_and_code_pages_decide_what_bytes_mean() {
    let body = r"{\f1 \'cf\'f0\'e8\'e2\'e5\'f2} {\f2 \'b7}word \uc2\u26085\'93\'fa\uc1\u-10179?\u-8704?\par";
    assert_eq!(read(body), [(P, "Привет word 日😀".to_owned())]);
}

#[test]
fn lists_keep_their_numbers_and_lose_their_bullets() {
    let body = r"{\pard{\listtext\f0 1.\tab}\ls1 First\par}{\pard{\pntext\f2\'b7\tab}Second\par}{\pard{\listtext o\tab}\ls2 Third\par}";
    let expected = ["1. First", "Second", "Third"];
    assert_eq!(
        read(body),
        expected.map(|text| (BlockKind::ListItem, text.to_owned()))
    );
}

#[test]
fn rows_of_tables_are_rows() {
    let body = r"\trowd\trhdr\cellx1\cellx2\pard\intbl Line\cell Amount\cell\row\trowd\cellx1\cellx2\pard\intbl Staff\par twice\cell $7\cell\row\pard After\par";
    let expected = [
        (BlockKind::TableHead, "Line | Amount"),
        (BlockKind::TableRow, "Staff twice | $7"),
        (P, "After"),
    ];
    assert_eq!(
        read(body),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

#[test]
fn notes_follow_the_paragraph_that_cites_them() {
    let body = r"\pard One{\super\chftn{\footnote\pard\plain\chftn See the census.}} more{\footnote\ftnalt Later.}.\par Two\par";
    let expected = [
        (P, "One more."),
        (BlockKind::Note, "[1] See the census."),
        (BlockKind::Note, "[i] Later."),
        (P, "Two"),
    ];
    assert_eq!(
        read(body),
        expected.map(|(kind, text)| (kind, text.to_owned()))
    );
}

#[test]
fn what_is_not_shown_is_left_out() {
    let body = r#"{\header Head\par}{\pict\wmetafile8 0100090000}{\object{\*\objdata 0105}{\result Chart}} {\v hidden}{\deleted gone}{\field{\*\fldinst HYPERLINK "http://x"}{\fldrslt link}}{\*\unknown nothing}{\*\bkmkstart a} end\par"#;
    assert_eq!(read(body), [(P, "Chart link end".to_owned())]);
}

#[test]
fn text_in_drawn_boxes_is_read() {
    let body =
        r"{\shp{\*\shpinst\shpleft1{\sp{\sn a}{\sv 1}}{\shptxt Boxed\par}}{\shprslt old}}After\par";
    assert_eq!(
        read(body),
        [(P, "Boxed".to_owned()), (P, "After".to_owned())]
    );
}

#[test]
fn the_title_is_the_paragraph_of_that_style_or_the_property() {
    let with = |body: &str| {
        let file = format!(r"{{\rtf1{{\stylesheet{{\s5 Title;}}}}{{\info{{\title Plan}}}}{body}}}");
        extract(file.as_bytes()).unwrap().title
    };
    assert_eq!(with(r"\pard Words\par").as_deref(), Some("Plan"));
    assert_eq!(with(r"\pard\s5 Our plan\par").as_deref(), Some("Our plan"));
}

#[test]
fn torn_and_endless_files_end() {
    let torn = extract(br"{\rtf1 Words {\b and").unwrap();
    assert_eq!(torn.blocks[0].text, "Words and");
    assert_eq!(torn.notes.len(), 1);
    let deep = format!(r"{{\rtf1 {}", "{".repeat(100_000));
    assert!(extract(deep.as_bytes()).is_err());
}
