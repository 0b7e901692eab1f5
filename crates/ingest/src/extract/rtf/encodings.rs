//! Which bytes mean which letters.

use std::collections::HashMap;

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, UTF_8, WINDOWS_874, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256,
    WINDOWS_1257, WINDOWS_1258,
};

/// The encodings of a document and of its fonts.
pub(super) struct Encodings {
    default: &'static Encoding,
    default_font: Option<i32>,
    fonts: HashMap<i32, Letters>,
}

/// What the bytes of a font mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Letters {
    Encoded(&'static Encoding),
    /// As the document says.
    Default,
    /// Bullets and arrows.
    Symbols,
}

impl Default for Encodings {
    fn default() -> Self {
        Self {
            default: WINDOWS_1252,
            default_font: None,
            fonts: HashMap::new(),
        }
    }
}

impl Encodings {
    /// Takes `\ansicpg` and its like. An unknown code page changes nothing.
    pub(super) fn set_default(&mut self, code_page: i32) {
        self.default = encoding_of_page(code_page).unwrap_or(self.default);
    }

    pub(super) fn set_default_font(&mut self, font: i32) {
        self.default_font = Some(font);
    }

    /// Takes `\fcharset` of a font.
    pub(super) fn set_charset(&mut self, font: i32, charset: i32) {
        self.fonts.insert(font, letters_of(charset));
    }

    /// Takes `\cpg` of a font, which says it more plainly.
    pub(super) fn set_page(&mut self, font: i32, code_page: i32) {
        if let Some(encoding) = encoding_of_page(code_page) {
            self.fonts.insert(font, Letters::Encoded(encoding));
        }
    }

    /// Text in a font; nothing in a font of symbols.
    pub(super) fn decode(&self, font: Option<i32>, bytes: &[u8]) -> String {
        let font = font.or(self.default_font);
        let letters = font.and_then(|font| self.fonts.get(&font)).copied();
        let encoding = match letters.unwrap_or(Letters::Default) {
            // Plain letters are letters even there: not every font says the truth.
            Letters::Symbols if bytes.iter().any(|byte| *byte >= 0x80) => return String::new(),
            Letters::Encoded(encoding) if !bytes.is_ascii() => encoding,
            _ => self.default,
        };
        encoding.decode_without_bom_handling(bytes).0.into_owned()
    }
}

fn letters_of(charset: i32) -> Letters {
    Letters::Encoded(match charset {
        2 => return Letters::Symbols,
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 | 130 => EUC_KR,
        134 => GBK,
        136 => BIG5,
        161 => WINDOWS_1253,
        162 => WINDOWS_1254,
        163 => WINDOWS_1258,
        177 => WINDOWS_1255,
        178 => WINDOWS_1256,
        186 => WINDOWS_1257,
        204 => WINDOWS_1251,
        222 => WINDOWS_874,
        238 => WINDOWS_1250,
        _ => return Letters::Default,
    })
}

fn encoding_of_page(code_page: i32) -> Option<&'static Encoding> {
    Some(match code_page {
        866 => IBM866,
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1252 => WINDOWS_1252,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10_000 => MACINTOSH,
        65_001 => UTF_8,
        _ => return None,
    })
}
