//! The encodings that are read: those of the Encoding Standard, and older ones.

use std::borrow::Cow;

use encoding_rs::{
    EUC_JP, Encoding, ISO_2022_JP, ISO_8859_15, MACINTOSH, SHIFT_JIS, WINDOWS_1252, X_MAC_CYRILLIC,
};
use oem_cp::code_table::DECODING_TABLE_CP_MAP;

use super::{escaped, johab};

/// An encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charset {
    /// One of the Encoding Standard.
    Standard(&'static Encoding),
    /// A Japanese one with the characters of its standard, where the Encoding
    /// Standard has those of Windows (the wave dash is one of six).
    Jis(&'static Encoding),
    /// A code page of DOS, by its number.
    Dos(u16),
    /// KS X 1001 in its Johab form.
    Johab,
    /// ISO-2022-KR.
    Iso2022Kr,
    /// GB 2312 in seven bits.
    Hz,
    /// RFC 2152.
    Utf7,
}

/// The names of the code pages of DOS.
const DOS: &[(u16, &str)] = &[
    (437, "IBM437"),
    (720, "IBM720"),
    (737, "IBM737"),
    (775, "IBM775"),
    (850, "IBM850"),
    (852, "IBM852"),
    (855, "IBM855"),
    (857, "IBM857"),
    (858, "IBM858"),
    (860, "IBM860"),
    (861, "IBM861"),
    (862, "IBM862"),
    (863, "IBM863"),
    (864, "IBM864"),
    (865, "IBM865"),
    (869, "IBM869"),
];

impl Charset {
    /// What else it may be where the statistics fail, the likelier first: they know
    /// nothing of what was usual before the web.
    pub(super) const ALTERNATIVES: &'static [Self] = &[
        Self::Standard(WINDOWS_1252),
        Self::Dos(850),
        Self::Dos(437),
        Self::Dos(852),
        Self::Standard(MACINTOSH),
        Self::Dos(855),
        Self::Standard(X_MAC_CYRILLIC),
        Self::Dos(737),
        Self::Dos(862),
    ];

    /// What the statistics mean, which know the families of encodings and not always
    /// the member.
    pub(super) fn of_guess(encoding: &'static Encoding, bytes: &[u8]) -> Self {
        // The sign for any currency was never written; in its place stands the euro.
        let euro = bytes.contains(&0xA4) && !bytes.iter().any(|byte| (0x80..0xA0).contains(byte));
        match encoding {
            _ if encoding == EUC_JP => Self::Jis(encoding),
            _ if encoding == WINDOWS_1252 && euro => Self::Standard(ISO_8859_15),
            _ => Self::Standard(encoding),
        }
    }

    /// By a name as files declare it; those that mean UTF-8 or UTF-16 are left out, as
    /// the bytes would have shown them.
    pub(super) fn for_label(label: &str) -> Option<Self> {
        let label = label.trim().to_ascii_lowercase().replace('_', "-");
        match label.as_str() {
            "johab" | "ms1361" | "cp1361" => return Some(Self::Johab),
            "iso-2022-kr" | "csiso2022kr" => return Some(Self::Iso2022Kr),
            "hz-gb-2312" | "hz" => return Some(Self::Hz),
            "utf-7" | "unicode-1-1-utf-7" => return Some(Self::Utf7),
            "cp932" | "ms932" | "windows-31j" => return Some(Self::Standard(SHIFT_JIS)),
            "cp949" | "uhc" | "ms949" => return Some(Self::Standard(encoding_rs::EUC_KR)),
            "cp936" | "ms936" => return Some(Self::Standard(encoding_rs::GBK)),
            "cp950" | "ms950" => return Some(Self::Standard(encoding_rs::BIG5)),
            "maccyrillic" | "mac-cyrillic" => return Some(Self::Standard(X_MAC_CYRILLIC)),
            "macroman" | "mac-roman" => return Some(Self::Standard(MACINTOSH)),
            _ => {}
        }
        let number = label
            .strip_prefix("ibm")
            .or_else(|| label.strip_prefix("cp"));
        let number = number.and_then(|number| number.trim_start_matches('-').parse().ok());
        if let Some((page, _)) = DOS.iter().find(|(page, _)| Some(*page) == number) {
            return Some(Self::Dos(*page));
        }
        let encoding = Encoding::for_label_no_replacement(label.as_bytes())?;
        let is_wide = encoding.output_encoding() != encoding || encoding == encoding_rs::UTF_8;
        match encoding {
            _ if is_wide => None,
            _ if [SHIFT_JIS, EUC_JP, ISO_2022_JP].contains(&encoding) => Some(Self::Jis(encoding)),
            _ => Some(Self::Standard(encoding)),
        }
    }

    /// Its usual name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Standard(encoding) | Self::Jis(encoding) => encoding.name(),
            Self::Dos(page) => {
                let row = DOS.iter().find(|(number, _)| *number == page);
                row.map_or("a code page of DOS", |(_, name)| name)
            }
            Self::Johab => "Johab",
            Self::Iso2022Kr => "ISO-2022-KR",
            Self::Hz => "HZ-GB-2312",
            Self::Utf7 => "UTF-7",
        }
    }

    /// The text, and whether every byte means something in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, bool) {
        match self {
            Self::Standard(encoding) => {
                let (text, broken) = encoding.decode_without_bom_handling(bytes);
                (text.into_owned(), !broken)
            }
            Self::Jis(encoding) => {
                let (text, broken) = encoding.decode_without_bom_handling(bytes);
                (as_jis(text), !broken)
            }
            Self::Dos(page) => marked(dos(page, bytes)),
            Self::Johab => marked(johab::decode(bytes)),
            Self::Iso2022Kr => marked(escaped::iso_2022_kr(bytes)),
            Self::Hz => marked(escaped::hz(bytes)),
            Self::Utf7 => marked(escaped::utf7(bytes)),
        }
    }
}

fn marked(text: String) -> (String, bool) {
    let is_whole = !text.contains('\u{fffd}');
    (text, is_whole)
}

fn dos(page: u16, bytes: &[u8]) -> String {
    match DECODING_TABLE_CP_MAP.get(&page) {
        Some(table) => table.decode_string_lossy(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

/// Text with characters that only Windows has was written by Windows, whatever it
/// declares.
fn as_jis(text: Cow<'_, str>) -> String {
    let of_windows =
        |c: char| matches!(c, '①'..='⑳' | 'Ⅰ'..='Ⅹ' | 'ⅰ'..='ⅹ' | '㈱' | '№' | '℡' | '㍉'..='㍿');
    if text.contains(of_windows) {
        return text.into_owned();
    }
    let standard = |c| match c {
        '～' => '〜',
        '－' => '−',
        '∥' => '‖',
        '￠' => '¢',
        '￡' => '£',
        '￢' => '¬',
        _ => c,
    };
    text.chars().map(standard).collect()
}
