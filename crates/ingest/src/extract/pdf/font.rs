//! Fonts: from the codes of a string to characters and widths.

use std::collections::HashMap;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily, load_embedded};
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn, StandardFont,
};
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier, Stream, String as Text};
use hayro_syntax::page::Resources;

/// `/Flags` of a font descriptor: the weight is forced.
const FORCE_BOLD: u32 = 1 << 18;
/// `/FontWeight` from which a font is bold.
const BOLD_WEIGHT: f64 = 600.0;

/// More widths than this are told for no font: it has 65,536 glyphs at most.
const MAX_WIDTHS: u64 = 1_000_000;

/// One font of the document.
pub(super) struct PageFont<'a> {
    font: Font<'a>,
    fallback: Option<Fallback>,
    glyphs: HashMap<u32, Glyph>,
    /// Whether its name or its description says so.
    pub(super) bold: bool,
}

/// What a code stands for.
#[derive(Debug, Clone)]
pub(super) struct Glyph {
    /// Its characters, where they are known.
    pub(super) text: Option<Box<str>>,
    /// Its advance, for a font size of 1: to the right, or (vertical fonts) upwards.
    pub(super) advance: (f64, f64),
}

/// Other ways to the characters of a composite font.
enum Fallback {
    /// A font of a known collection (the Chinese, Japanese and Korean ones), without a
    /// table of its own.
    Collection {
        /// From codes to the collection's numbers; without it they are the same.
        encoding: Option<Box<CMap>>,
        unicode: CMap,
    },
    /// The font's own table is written like one of glyphs, as some printer drivers do.
    Miswritten(CMap),
}

impl PageFont<'_> {
    /// The code at `at`, and its length in bytes.
    pub(super) fn code(&self, bytes: &[u8], at: usize) -> (u32, usize) {
        let (code, length) = self.font.read_code(bytes, at);
        (code, length.max(1))
    }

    pub(super) fn is_horizontal(&self) -> bool {
        self.font.is_horizontal()
    }

    pub(super) fn glyph(&mut self, code: u32, length: usize) -> &Glyph {
        let (font, fallback) = (&self.font, &self.fallback);
        self.glyphs.entry(code).or_insert_with(|| {
            let advance = font.code_advance(code);
            let text = unicode(font, code)
                .or_else(|| fallback.as_ref()?.unicode(code, length))
                .map(|text| match text {
                    BfString::Char(c) => c.to_string().into_boxed_str(),
                    BfString::String(text) => text.into_boxed_str(),
                })
                .filter(|text| !text.contains('\u{fffd}'));
            Glyph {
                text,
                advance: (advance.x / 1000.0, advance.y / 1000.0),
            }
        })
    }
}

fn unicode(font: &Font<'_>, code: u32) -> Option<BfString> {
    match font.glyph(font.map_code(code), code) {
        FontGlyph::Outline(glyph) => glyph.as_unicode(),
        FontGlyph::Type3(glyph) => glyph.as_unicode(),
    }
}

impl Fallback {
    fn of(dict: &Dict<'_>) -> Option<Self> {
        match dict.get::<Stream<'_>>(b"ToUnicode") {
            Some(table) => {
                let table = CMap::parse(&table.decoded().ok()?, load_embedded)?;
                Some(Self::Miswritten(table))
            }
            None => Self::of_collection(dict),
        }
    }

    fn of_collection(dict: &Dict<'_>) -> Option<Self> {
        let descendant = descendant(dict)?;
        let system = descendant.get::<Dict<'_>>(b"CIDSystemInfo")?;
        let registry = system.get::<Text<'_>>(b"Registry")?;
        let ordering = system.get::<Text<'_>>(b"Ordering")?;
        let family = CidFamily::from_registry_ordering(registry.as_bytes(), ordering.as_bytes());
        let unicode = CMap::parse(load_embedded(family.ucs2_cmap()?)?, load_embedded)?;
        let encoding = match dict.get::<Object<'_>>(b"Encoding")? {
            Object::Name(name) if name.as_ref().starts_with(b"Identity") => None,
            Object::Name(name) => {
                let data = load_embedded(CMapName::from_bytes(name.as_ref()))?;
                Some(Box::new(CMap::parse(data, load_embedded)?))
            }
            Object::Stream(stream) => {
                let table = CMap::parse(&stream.decoded().ok()?, load_embedded)?;
                Some(Box::new(table))
            }
            _ => return None,
        };
        Some(Self::Collection { encoding, unicode })
    }

    fn unicode(&self, code: u32, length: usize) -> Option<BfString> {
        let length = u8::try_from(length).ok()?;
        match self {
            Self::Collection { encoding, unicode } => {
                let number = match encoding {
                    None => code,
                    Some(encoding) => encoding.lookup_cid_code(code, length)?,
                };
                unicode.lookup_bf_string(number)
            }
            Self::Miswritten(table) => {
                let number = table.lookup_cid_code(code, length)?;
                char::from_u32(number).map(BfString::Char)
            }
        }
    }
}

/// The fonts of one document, each loaded once.
pub(super) struct Fonts<'a> {
    cache: FontCache<'a>,
    programs: FontResolverFn,
    cmaps: CMapResolverFn,
    known: HashMap<ObjectIdentifier, Option<usize>>,
    loaded: Vec<PageFont<'a>>,
    default: Option<usize>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Self {
            cache: FontCache::new(),
            // Substitutes for fonts that are not in the file: only their widths matter.
            programs: Arc::new(|query| match query {
                FontQuery::Standard(font) => Some(font.get_font_data()),
                FontQuery::Fallback(query) => Some(query.pick_standard_font().get_font_data()),
            }),
            cmaps: Arc::new(load_embedded),
            known: HashMap::new(),
            loaded: Vec::new(),
            default: None,
        }
    }

    /// The font of that name, as an index for [`Self::get`]; Helvetica where the page
    /// names a font that it does not have.
    pub(super) fn named(&mut self, resources: &Resources<'a>, name: &Name<'_>) -> Option<usize> {
        let id = resources.fonts.get_ref(name).map(ObjectIdentifier::from);
        if let Some(known) = id.and_then(|id| self.known.get(&id)) {
            return *known;
        }
        let font = match resources.get_font(name) {
            Some(dict) => self.load(&dict),
            None => self.default(),
        };
        if let Some(id) = id {
            self.known.insert(id, font);
        }
        font
    }

    pub(super) fn get(&mut self, index: usize) -> &mut PageFont<'a> {
        &mut self.loaded[index]
    }

    pub(super) fn default(&mut self) -> Option<usize> {
        if self.default.is_none() {
            let font = self
                .cache
                .standard_font(StandardFont::Helvetica, &self.programs)?;
            self.default = Some(self.add(font, None, false));
        }
        self.default
    }

    /// Nothing for a font that cannot be read, or would take all memory.
    fn load(&mut self, dict: &Dict<'a>) -> Option<usize> {
        if width_count(dict) > MAX_WIDTHS {
            return None;
        }
        let font = self.cache.font(dict, &self.programs, &self.cmaps)?;
        let composite = dict
            .get::<Name<'_>>(b"Subtype")
            .is_some_and(|subtype| subtype.as_ref() == b"Type0");
        let fallback = composite.then(|| Fallback::of(dict)).flatten();
        Some(self.add(font, fallback, is_bold(dict)))
    }

    fn add(&mut self, font: Font<'a>, fallback: Option<Fallback>, bold: bool) -> usize {
        self.loaded.push(PageFont {
            font,
            fallback,
            glyphs: HashMap::new(),
            bold,
        });
        self.loaded.len() - 1
    }
}

/// How many widths are told for ranges of a composite font's glyphs: hayro keeps each.
fn width_count(dict: &Dict<'_>) -> u64 {
    let Some(descendant) = descendant(dict) else {
        return 0;
    };
    let array = |key: &[u8]| descendant.get::<Array<'_>>(key).unwrap_or_default();
    let length = |first: u32, last: u32| u64::from(last.saturating_sub(first));
    // Widths that are told one by one are as many as the file is long.
    let (widths, heights) = (array(b"W"), array(b"W2"));
    let (mut widths, mut heights) = (widths.flex_iter(), heights.flex_iter());
    let across = std::iter::from_fn(|| {
        if widths.next::<(u32, Array<'_>)>().is_some() {
            return Some(0);
        }
        let (first, last, _) = widths.next::<(u32, u32, f32)>()?;
        Some(length(first, last))
    });
    let down = std::iter::from_fn(|| {
        if heights.next::<(u32, Array<'_>)>().is_some() {
            return Some(0);
        }
        let (first, last, ..) = heights.next::<(u32, u32, f32, f32, f32)>()?;
        Some(length(first, last))
    });
    across.chain(down).sum()
}

/// The font of a composite font that has its glyphs.
fn descendant<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    let fonts = dict.get::<Array<'_>>(b"DescendantFonts")?;
    fonts.iter::<Dict<'_>>().next()
}

fn is_bold(dict: &Dict<'_>) -> bool {
    let descendant = descendant(dict);
    let descriptor = descendant
        .as_ref()
        .unwrap_or(dict)
        .get::<Dict<'_>>(b"FontDescriptor");
    let named = dict
        .get::<Name<'_>>(b"BaseFont")
        .is_some_and(|name| is_bold_name(name.as_str()));
    let described = descriptor.is_some_and(|descriptor| {
        descriptor.get::<u32>(b"Flags").unwrap_or(0) & FORCE_BOLD != 0
            || descriptor.get::<f64>(b"FontWeight").unwrap_or(0.0) >= BOLD_WEIGHT
    });
    named || described
}

/// By the words that foundries use, and by TeX's (`CMBX10`).
fn is_bold_name(name: &str) -> bool {
    let name = name.rsplit('+').next().unwrap_or(name).to_lowercase();
    ["bold", "black", "heavy", "demi", "cmbx", "cmssbx"]
        .iter()
        .any(|word| name.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bold_fonts_are_known_by_their_names() {
        for name in ["ABCDEF+Arial-BoldMT", "CMBX12", "Lato-Black"] {
            assert!(is_bold_name(name), "{name}");
        }
        assert!(!is_bold_name("ABCDEF+TimesNewRomanPSMT"));
    }
}
