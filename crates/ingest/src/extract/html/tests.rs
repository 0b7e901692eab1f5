use super::*;
use crate::extract::Given;

const P: BlockKind = BlockKind::Paragraph;
const ITEM: BlockKind = BlockKind::ListItem;
const HEAD: BlockKind = BlockKind::TableHead;
const ROW: BlockKind = BlockKind::TableRow;

fn heading(level: u8) -> BlockKind {
    BlockKind::Heading { level }
}

fn blocks(html: &str) -> Vec<(BlockKind, String)> {
    let page = read(html);
    page.blocks
        .into_iter()
        .map(|block| (block.kind, block.text))
        .collect()
}

fn texts(html: &str) -> Vec<String> {
    blocks(html).into_iter().map(|(_, text)| text).collect()
}

fn expect(html: &str, expected: &[(BlockKind, &str)]) {
    let found = blocks(html);
    let found: Vec<(BlockKind, &str)> = found
        .iter()
        .map(|(kind, text)| (*kind, text.as_str()))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn structure_is_kept() {
    expect(
        "<html><head><title>Report</title></head><body><h1>Our\n year</h1><p>We <b>read</b>\nbooks.\
         <p>Second.<h3>Where</h3><ul><li>North<li>South</ul><ol start=3><li>three</li><li>four</li></ol>\
         <blockquote>Well done.</blockquote><pre>a\n  b</pre>",
        &[
            (heading(1), "Our year"),
            (P, "We read books."),
            (P, "Second."),
            (heading(3), "Where"),
            (ITEM, "North"),
            (ITEM, "South"),
            (ITEM, "3. three"),
            (ITEM, "4. four"),
            (P, "Well done."),
            (P, "a\nb"),
        ],
    );
}

#[test]
fn tables_have_heads_and_rows() {
    expect(
        "<table><caption>Budget</caption><thead><tr><td>Item<td>Cost</thead>\
         <tr><td>Books</td><td><p>12</p><p>dollars</p></td></tr><tr><th>Total<td>12</table><p>After.",
        &[
            (P, "Budget"),
            (HEAD, "Item | Cost"),
            (ROW, "Books | 12 dollars"),
            (ROW, "Total | 12"),
            (P, "After."),
        ],
    );
    expect(
        "<table><tr><th>A<th>B<tr><td>1<td>2</table>",
        &[(HEAD, "A | B"), (ROW, "1 | 2")],
    );
}

#[test]
fn tables_that_arrange_the_page_are_read_as_blocks() {
    expect(
        "<table><tr><td>Menu</td><td><h1>Title</h1><p>One.</p><p>Two.</p>\
         <table><tr><th>A<th>B<tr><td>1<td>2</table></td></tr></table>End.",
        &[
            (P, "Menu"),
            (heading(1), "Title"),
            (P, "One."),
            (P, "Two."),
            (HEAD, "A | B"),
            (ROW, "1 | 2"),
            (P, "End."),
        ],
    );
}

#[test]
fn definitions_stand_by_their_terms() {
    expect(
        "<dl><dt>Match</dt><dd>Money from others.</dd><dt>Term alone</dt></dl>",
        &[(ITEM, "Match: Money from others."), (ITEM, "Term alone")],
    );
}

#[test]
fn what_is_for_the_browser_is_left_out() {
    let html = "<style>p { color: red }</style><script>if (a < b) { document.write('<p>no') }</script>\
        <nav><ul><li>Home<li>About</ul></nav><p>Text<span style='display: none'>secret</span>.</p>\
        <div hidden><div>no</div>no</div><p aria-hidden=true>no<p>More.<!-- no --><template>no</template>\
        <select><option>no</select><p>End.";
    assert_eq!(texts(html), ["Text.", "More.", "End."]);
}

#[test]
fn something_hidden_that_is_never_closed_hides_nothing() {
    assert_eq!(texts("<div hidden><p>One.<p>Two."), ["One.", "Two."]);
    assert_eq!(texts("<p>One.<nav>Two."), ["One.", "Two."]);
    assert_eq!(texts("<p>One.<script>x = '</p>'"), ["One."]);
}

#[test]
fn entities_and_line_breaks_are_characters() {
    assert_eq!(
        texts(
            "<p>Caf&eacute; &amp; B&uuml;cher &#8211; 5&nbsp;&euro;<br>12 Main&shy;street &unknown;"
        ),
        ["Café & Bücher – 5 €\n12 Mainstreet &unknown;"]
    );
}

#[test]
fn xhtml_closes_its_empty_tags_itself() {
    let html = "<?xml version='1.0'?><html><head><title/><script src='a.js'/></head><body><p>One.</p>\
        <div hidden='hidden'/><p><![CDATA[Two & a half]]></p></body></html>";
    assert_eq!(texts(html), ["One.", "Two & a half"]);
}

#[test]
fn notes_of_books_are_notes() {
    expect(
        "<p>Text.<sup>1</sup></p><aside epub:type='footnote'><p>1 See <aside>x</aside> there.</p></aside><p>On.",
        &[
            (P, "Text.1"),
            (BlockKind::Note, "1 See"),
            (BlockKind::Note, "x"),
            (BlockKind::Note, "there."),
            (P, "On."),
        ],
    );
}

#[test]
fn depth_is_no_danger() {
    for (open, close) in [
        ("<div>", "</div>"),
        ("<ul><li>", ""),
        ("<table><tr><td>", ""),
        ("<b><p>", ""),
        ("<blockquote>", ""),
    ] {
        let html = format!(
            "{}deep{}<p>after",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let found = texts(&html);
        assert!(found.concat().contains("deep"), "{open}");
        assert!(found.concat().contains("after"), "{open}");
    }
}

#[test]
fn the_title_is_that_of_the_page_or_its_first_heading() {
    let extract = |html: &str| extract(html.as_bytes()).unwrap().title;
    assert_eq!(
        extract("<title>A &amp; B</title><h1>C</h1>").as_deref(),
        Some("A & B")
    );
    assert_eq!(extract("<h1>C</h1><p>Text").as_deref(), Some("C"));
    assert_eq!(extract("<p>Text"), None);
}

#[test]
fn the_encoding_is_read_from_the_page() {
    let html = b"<html><head><meta charset=windows-1251></head><p>\xC4\xE5\xF2\xE8 \xF7\xE8\xF2\xE0\xFE\xF2";
    let extracted = extract(html).unwrap();
    assert_eq!(extracted.blocks[0].text, "Дети читают");
    assert!(extracted.notes.is_empty());
}

#[test]
fn a_page_in_one_file_is_read() {
    let mhtml = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://example.org/\r\nSubject: Page\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n\
        --b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
        <html><meta charset=3Dutf-8><h1>Caf=C3=A9</h1><p>Long =\r\nline.</html>\r\n\
        --b\r\nContent-Type: text/css\r\nContent-Location: a.css\r\n\r\np { }\r\n--b--\r\n";
    let detected = crate::kind::detect(mhtml, "page.mhtml").unwrap();
    assert_eq!((detected.kind, detected.note), (FileKind::Html, None));
    let read = crate::extract::extract(FileKind::Html, mhtml, &Given::default()).unwrap();
    let texts: Vec<&str> = read
        .blocks
        .iter()
        .map(|block| block.text.as_str())
        .collect();
    assert_eq!(texts, ["Café", "Long line."]);
}
