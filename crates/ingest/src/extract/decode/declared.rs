//! What a text says about its own encoding.

use super::charset::Charset;

/// Web pages should say it in the first KiB; some have a script before it.
const HEAD: usize = 64 * 1024;

/// The encoding named in an XML declaration, in the `meta` of a web page, or in a
/// line for editors at the beginning (`-*- coding: latin-1 -*-`).
pub(super) fn charset(bytes: &[u8]) -> Option<Charset> {
    let head: String = bytes.iter().take(HEAD).map(|byte| ascii(*byte)).collect();
    let label = in_xml(&head)
        .or_else(|| in_meta(&head))
        .or_else(|| for_editors(&head));
    label.and_then(|label| Charset::for_label(&label))
}

/// ASCII in lower case; all else becomes a character that no label has.
fn ascii(byte: u8) -> char {
    if byte.is_ascii() {
        char::from(byte.to_ascii_lowercase())
    } else {
        '\u{fffd}'
    }
}

fn in_xml(head: &str) -> Option<String> {
    let rest = head.trim_start().strip_prefix("<?xml")?;
    let (declaration, _) = rest.split_once("?>")?;
    value_of("encoding", declaration)
}

fn in_meta(head: &str) -> Option<String> {
    head.split("<meta").skip(1).find_map(|rest| {
        let (tag, _) = rest.split_once('>')?;
        value_of("charset", tag)
    })
}

fn for_editors(head: &str) -> Option<String> {
    let lines = head.lines().take(2);
    lines
        .filter(|line| line.contains("-*-") || line.contains("vim:"))
        .find_map(|line| value_of("coding", line).or_else(|| value_of("fileencoding", line)))
}

/// The label behind `key=` or `key:`, quoted or not.
fn value_of(key: &str, text: &str) -> Option<String> {
    text.match_indices(key).find_map(|(at, _)| {
        let rest = text[at + key.len()..].trim_start();
        let rest = rest.strip_prefix(['=', ':'])?.trim_start();
        let rest = rest.trim_start_matches(['"', '\'']);
        let is_label = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        let label: String = rest.chars().take_while(|c| is_label(*c)).take(40).collect();
        (!label.is_empty()).then_some(label)
    })
}
