use super::*;
use crate::extract::Given;

fn read(mail: &str) -> Extracted {
    let mail = mail.replace('\n', "\r\n");
    crate::extract::extract(FileKind::Eml, mail.as_bytes(), &Given::default()).unwrap()
}

fn texts(extracted: &Extracted) -> Vec<&str> {
    extracted
        .blocks
        .iter()
        .map(|block| block.text.as_str())
        .collect()
}

const HEAD: &str = "From: Ada Reader <ada@example.org>\n\
    To: grants@example.org, Ben <ben@example.org>\n\
    Subject: =?utf-8?Q?Caf=C3=A9_grant?=\n\
    Date: Tue, 4 Mar 2025 09:05:00 +0000\n\
    MIME-Version: 1.0\n";

#[test]
fn a_message_has_its_subject_its_people_and_its_text() {
    let read = read(&format!(
        "{HEAD}Content-Type: text/plain; charset=utf-8\n\nWe were granted it.\n"
    ));
    assert_eq!(read.title.as_deref(), Some("Café grant"));
    assert_eq!(read.blocks[0].kind, BlockKind::Heading { level: 1 });
    assert_eq!(
        texts(&read),
        [
            "Café grant",
            "From: Ada Reader <ada@example.org>\nTo: grants@example.org, Ben <ben@example.org>\nDate: 2025-03-04 09:05",
            "We were granted it.",
        ]
    );
}

#[test]
fn the_plain_version_is_preferred_and_files_are_listed() {
    let read = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=m\n\n\
         --m\nContent-Type: multipart/alternative; boundary=a\n\n\
         --a\nContent-Type: text/plain\n\nPlain words.\n\
         --a\nContent-Type: text/html\n\n<p>Rich words.</p>\n--a--\n\
         --m\nContent-Type: image/png\nContent-ID: <logo>\nContent-Disposition: inline; filename=logo.png\n\nxxx\n\
         --m\nContent-Type: application/pdf\nContent-Disposition: attachment; filename=\"budget.pdf\"\n\n%PDF\n\
         --m--\n"
    ));
    assert_eq!(
        texts(&read)[2..],
        ["Plain words.", "Attachments:", "budget.pdf"]
    );
    assert_eq!(read.blocks.last().unwrap().kind, BlockKind::ListItem);
}

#[test]
fn a_message_without_a_plain_version_is_read_from_its_html() {
    let read = read(&format!(
        "{HEAD}Content-Type: text/html; charset=utf-8\n\n<p>Rich <b>words</b>.</p>\n"
    ));
    assert_eq!(texts(&read)[2], "Rich words.");
}

#[test]
fn a_forwarded_message_is_a_file_named_by_its_subject() {
    let mail = "From: a@example.org\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
        --m\r\nContent-Type: text/plain\r\n\r\nSee below.\r\n\
        --m\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@example.org\r\nSubject: Award letter\r\n\r\nCongratulations.\r\n\
        --m--\r\n";
    let message = parse(mail.as_bytes()).unwrap();
    let files = attachments(&message);
    assert_eq!(files[0].name, "Award letter.eml");
    let inner = String::from_utf8(files[0].bytes.clone()).unwrap();
    assert!(inner.starts_with("From: b@example.org"), "{inner}");
    assert!(inner.trim_end().ends_with("Congratulations."), "{inner}");
}

#[test]
fn an_attached_text_keeps_its_bytes() {
    let mail = b"From: a@example.org\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=m\n\n\
        --m\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\n\xE9t\xE9\n--m--\n";
    let message = parse(mail).unwrap();
    assert_eq!(attachments(&message)[0].bytes, b"\xE9t\xE9");
}
