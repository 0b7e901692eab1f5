//! Encodings in seven bits that switch by sequences of ASCII, and that browsers no
//! longer read: HZ, ISO-2022-KR, UTF-7; and ISO-2022-JP, which they do.

use encoding_rs::{EUC_KR, GBK, ISO_2022_JP};

use super::charset::Charset;

/// The text, where the bytes switch without doubt.
pub(super) fn decode(bytes: &[u8]) -> Option<String> {
    if !bytes.is_ascii() {
        return None;
    }
    if has(bytes, b"\x1b$)C") {
        return Some(iso_2022_kr(bytes));
    }
    if has(bytes, b"\x1b$B") || has(bytes, b"\x1b$@") {
        let (text, is_whole) = Charset::Jis(ISO_2022_JP).decode(bytes);
        return is_whole.then_some(text);
    }
    if has(bytes, b"~{") && has(bytes, b"~}") {
        let text = hz(bytes);
        if !text.contains('\u{fffd}') {
            return Some(text);
        }
    }
    is_utf7(bytes).then(|| utf7(bytes))
}

fn has(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// RFC 1843: `~{` and `~}` around GB 2312 without its high bits, `~~` for `~`.
pub(super) fn hz(bytes: &[u8]) -> String {
    let mut eight_bits = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut rest = bytes;
    loop {
        rest = match (rest, shifted) {
            ([], _) => break,
            ([b'~', b'{', rest @ ..], false) => {
                shifted = true;
                rest
            }
            ([b'~', b'}', rest @ ..], true) => {
                shifted = false;
                rest
            }
            ([b'~', b'~', rest @ ..], false) => {
                eight_bits.push(b'~');
                rest
            }
            ([b'~', b'\n', rest @ ..], false) => rest,
            // A line end switches back, as many writers left it out.
            ([b'\n', rest @ ..], _) => {
                shifted = false;
                eight_bits.push(b'\n');
                rest
            }
            ([first, second, rest @ ..], true) => {
                eight_bits.extend([first | 0x80, second | 0x80]);
                rest
            }
            ([byte, rest @ ..], _) => {
                eight_bits.push(*byte);
                rest
            }
        };
    }
    GBK.decode_without_bom_handling(&eight_bits).0.into_owned()
}

/// RFC 1557: between SO and SI stands KS X 1001 without its high bits.
pub(super) fn iso_2022_kr(bytes: &[u8]) -> String {
    let mut eight_bits = Vec::with_capacity(bytes.len());
    let mut shifted = false;
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => break,
            [0x1b, b'$', b')', b'C', rest @ ..] => rest,
            [0x0e, rest @ ..] => {
                shifted = true;
                rest
            }
            [0x0f, rest @ ..] => {
                shifted = false;
                rest
            }
            [byte, rest @ ..] => {
                let lifted = shifted && (0x21..0x7f).contains(byte);
                eight_bits.push(if lifted { byte | 0x80 } else { *byte });
                rest
            }
        };
    }
    EUC_KR
        .decode_without_bom_handling(&eight_bits)
        .0
        .into_owned()
}

/// RFC 2152: `+` begins UTF-16 in base64, which ends before anything else; a `-`
/// there belongs to it.
pub(super) fn utf7(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'+') {
        text.push_str(&String::from_utf8_lossy(&rest[..at]));
        let (run, after) = base64_run(&rest[at + 1..]);
        let closed = after.strip_prefix(b"-");
        if run.is_empty() {
            text.push('+');
        } else {
            let units = char::decode_utf16(units(run));
            text.extend(units.map(|c| c.unwrap_or('\u{fffd}')));
        }
        rest = closed.unwrap_or(after);
    }
    text.push_str(&String::from_utf8_lossy(rest));
    text
}

fn base64_run(bytes: &[u8]) -> (&[u8], &[u8]) {
    let length = bytes.iter().take_while(|byte| sextet(**byte).is_some());
    bytes.split_at(length.count())
}

/// The units of UTF-16 in a run of base64; bits that are left over are dropped.
fn units(run: &[u8]) -> Vec<u16> {
    let (mut units, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for sextet in run.iter().filter_map(|byte| sextet(*byte)) {
        bits = bits << 6 | u32::from(sextet);
        count += 6;
        if count >= 16 {
            count -= 16;
            units.extend(u16::try_from(bits >> count));
            bits &= (1 << count) - 1;
        }
    }
    units
}

/// Whether every `+` begins a run of base64 that holds whole units of UTF-16 and
/// reads as letters beyond ASCII, as only UTF-7 does it. One such run may be chance.
fn is_utf7(bytes: &[u8]) -> bool {
    let mut runs = 0;
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'+') {
        rest = &rest[at + 1..];
        let (run, after) = base64_run(rest);
        if run.is_empty() && after.starts_with(b"-") {
            continue;
        }
        if !is_whole(run) || !is_foreign(&String::from_utf16_lossy(&units(run))) {
            return false;
        }
        runs += 1;
        rest = after;
    }
    runs >= 2
}

/// The six bits that a character of base64 stands for.
fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// Whether a run fills units of sixteen bits, with zeros for what is left over.
fn is_whole(run: &[u8]) -> bool {
    let last = run.last().copied().and_then(sextet).unwrap_or(0);
    match run.len() % 8 {
        0 => !run.is_empty(),
        3 => last.trailing_zeros() >= 2,
        6 => last.trailing_zeros() >= 4,
        _ => false,
    }
}

fn is_foreign(text: &str) -> bool {
    let known = |c: char| c.is_alphanumeric() || c.is_whitespace() || !c.is_control();
    let private = |c: char| matches!(c, '\u{fffd}' | '\u{e000}'..='\u{f8ff}');
    !text.is_ascii() && text.chars().all(|c| known(c) && !private(c))
}
