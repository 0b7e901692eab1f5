//! What an e-mail message looks like: header fields, then an empty line (RFC 5322).

use super::FileKind;

/// Fields that only machines write: a memo that begins with `From:` and `To:` has none.
const BY_MACHINES: &[&str] = &[
    "received",
    "message-id",
    "mime-version",
    "return-path",
    "delivered-to",
    "content-transfer-encoding",
];
const BY_PEOPLE: &[&str] = &["from", "to", "subject", "date", "sender", "reply-to"];

/// Whether the file begins like an e-mail. A name that promises one is taken at its
/// word sooner.
pub(super) fn is_mail(bytes: &[u8], promised: Option<FileKind>) -> bool {
    let head = &bytes[..bytes.len().min(super::HEAD_BYTES)];
    let fields = field_names(&String::from_utf8_lossy(head));
    let has = |known: &[&str]| fields.iter().any(|field| known.contains(&field.as_str()));
    let by_machines = has(BY_MACHINES);
    let by_people = has(&["from", "date", "subject"]);
    match promised {
        Some(FileKind::Eml | FileKind::Html) => by_machines || has(BY_PEOPLE),
        _ => by_machines && by_people,
    }
}

/// Whether what begins like an e-mail is a page that a browser saved (MHTML).
pub(super) fn is_page(bytes: &[u8], promised: Option<FileKind>) -> bool {
    let head = &bytes[..bytes.len().min(super::HEAD_BYTES)];
    let fields = field_names(&String::from_utf8_lossy(head));
    promised == Some(FileKind::Html)
        || fields
            .iter()
            .any(|field| field == "snapshot-content-location")
}

/// The names of the fields at the beginning, in lower case, until something is none.
fn field_names(head: &str) -> Vec<String> {
    let mut names = Vec::new();
    let envelope = |line: &&str| line.starts_with("From ") || line.starts_with(">From ");
    for line in head
        .trim_start_matches('\u{feff}')
        .lines()
        .skip_while(envelope)
    {
        if line.starts_with([' ', '\t']) && !names.is_empty() {
            continue;
        }
        match line.split_once(':') {
            Some((name, _)) if is_field_name(name) => names.push(name.to_ascii_lowercase()),
            _ => break,
        }
    }
    names
}

fn is_field_name(name: &str) -> bool {
    (1..=80).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}
