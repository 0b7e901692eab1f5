//! Texts in half of their bytes.
//!
//! A text is kept as codes of a byte, each for one of up to 255 runs of letters that are frequent
//! in the archive: Boncz, Neumann and Leis, "FSST: Fast Random Access String Compression" (VLDB
//! 2020). Each text can be read by itself, in a microsecond.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use fsst::{Compressor, Decompressor, Symbol};

use crate::codec::{Reader, Unreadable, Writer};

/// How many codes there are; one more says that a letter follows as it is.
const CODES: usize = 255;

/// The longest run of letters that has a code, in bytes.
const LONGEST: u8 = 8;

/// The runs of letters that have a code, by their codes.
pub(crate) struct Alphabet {
    runs: [Symbol; CODES],
    lengths: [u8; CODES],
    used: usize,
    /// Made when the first text is packed. What was read from a file is known to be whole by then.
    packer: OnceLock<Compressor>,
}

impl Alphabet {
    /// Learns which runs are frequent in texts like these: some milliseconds of work.
    pub(crate) fn learn(texts: &[&str]) -> Self {
        let packer = Compressor::train(&texts.iter().map(|text| text.as_bytes()).collect());
        let used = packer.n_symbols();
        let parts = packer.clone().into_parts();
        Self {
            runs: parts.symbols,
            lengths: parts.lengths,
            used,
            packer: packer.into(),
        }
    }

    /// Packs a text, unless that would make it longer.
    pub(crate) fn pack(self: &Arc<Self>, text: &str) -> Packed {
        let packer = || {
            let (runs, lengths) = (&self.runs[..self.used], &self.lengths[..self.used]);
            Compressor::rebuild_from(runs, lengths)
        };
        let codes = self.packer.get_or_init(packer).compress(text.as_bytes());
        if codes.len() < text.len() {
            self.packed(&codes)
        } else {
            text.to_owned().into()
        }
    }

    fn packed(self: &Arc<Self>, codes: &[u8]) -> Packed {
        Packed {
            bytes: codes.into(),
            by: Some(Arc::clone(self)),
        }
    }

    fn unpack(&self, codes: &[u8]) -> String {
        let bytes = Decompressor::new(&self.runs, &self.lengths).decompress(codes);
        String::from_utf8(bytes).expect("a text was packed")
    }

    pub(crate) fn write(&self, to: &mut Writer<'_>) {
        let runs: Vec<u64> = self.runs[..self.used].iter().map(|r| r.to_u64()).collect();
        to.numbers(&runs);
        to.numbers(&self.lengths[..self.used]);
    }

    pub(crate) fn read(from: &mut Reader<'_>) -> Result<Self, Unreadable> {
        let (runs, lengths): (Vec<u64>, Vec<u8>) = (from.numbers()?, from.numbers()?);
        let fit = runs.len() == lengths.len() && runs.len() <= CODES;
        if !fit || lengths.iter().any(|&length| length > LONGEST) {
            return Err(Unreadable::Malformed(
                "the alphabet of its texts makes no sense",
            ));
        }
        let mut alphabet = Self {
            runs: [Symbol::ZERO; CODES],
            lengths: [0; CODES],
            used: runs.len(),
            packer: OnceLock::new(),
        };
        for (at, (run, length)) in runs.into_iter().zip(lengths).enumerate() {
            alphabet.runs[at] = Symbol::from_slice(&run.to_le_bytes());
            alphabet.lengths[at] = length;
        }
        Ok(alphabet)
    }
}

impl fmt::Debug for Alphabet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alphabet")
            .field("used", &self.used)
            .finish_non_exhaustive()
    }
}

/// A text as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct Packed {
    bytes: Box<[u8]>,
    /// What the bytes are codes of; they are the text itself where there is none.
    by: Option<Arc<Alphabet>>,
}

impl Packed {
    /// The text.
    pub(crate) fn text(&self) -> Cow<'_, str> {
        match &self.by {
            Some(alphabet) => alphabet.unpack(&self.bytes).into(),
            None => std::str::from_utf8(&self.bytes)
                .expect("it came as a text")
                .into(),
        }
    }

    /// Whether it is packed, then its bytes.
    pub(crate) fn write(&self, to: &mut Writer<'_>) {
        to.number(u8::from(self.by.is_some()));
        to.numbers(&self.bytes);
    }

    /// `alphabet` is that of the file.
    pub(crate) fn read(
        from: &mut Reader<'_>,
        alphabet: Option<&Arc<Alphabet>>,
    ) -> Result<Self, Unreadable> {
        match (from.number::<u8>()?, alphabet) {
            (0, _) => Ok(from.text()?.into()),
            (1, Some(alphabet)) => Ok(alphabet.packed(&from.numbers()?)),
            _ => Err(Unreadable::Malformed("it has no alphabet for a text")),
        }
    }
}

impl From<String> for Packed {
    fn from(text: String) -> Self {
        Self {
            bytes: text.into_bytes().into(),
            by: None,
        }
    }
}

impl PartialEq for Packed {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 4] = [
        "The community garden feeds forty families from May to October.",
        "Families of the community come to the garden from the whole county.",
        "The county's families come together in the community's gardens.",
        "Forty gardens feed families of the county from May to October.",
    ];

    fn alphabet() -> Arc<Alphabet> {
        Arc::new(Alphabet::learn(&TEXTS))
    }

    fn written(write: impl Fn(&mut Writer<'_>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut to = Writer::new(&mut bytes);
        write(&mut to);
        to.finish().unwrap();
        bytes
    }

    #[test]
    fn what_is_packed_is_shorter_and_read_as_it_was() {
        let alphabet = alphabet();
        let text = "Gardens feed the families of the county from May to October.";
        let packed = alphabet.pack(text);
        assert!(packed.bytes.len() < text.len());
        assert_eq!(packed.text(), text);
    }

    #[test]
    fn other_letters_come_back_and_take_no_more_room() {
        let alphabet = alphabet();
        for text in ["", "\0", "社区花园 🌻", "Σίσυφος", "Peña’s café\u{200b}"] {
            let packed = alphabet.pack(text);
            assert_eq!(packed.text(), text);
            assert!(packed.bytes.len() <= text.len(), "{text}");
        }
    }

    #[test]
    fn a_saved_alphabet_reads_and_packs_as_before() {
        let alphabet = alphabet();
        let packed = alphabet.pack(TEXTS[0]);
        let bytes = written(|to| {
            alphabet.write(to);
            packed.write(to);
        });
        let from = &mut Reader::of_bytes(&bytes);
        let read = Arc::new(Alphabet::read(from).unwrap());
        let text = Packed::read(from, Some(&read)).unwrap();
        assert_eq!(text.text(), TEXTS[0]);
        assert_eq!(read.pack(TEXTS[1]).bytes, alphabet.pack(TEXTS[1]).bytes);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let packed = written(|to| alphabet().pack(TEXTS[0]).write(to));
        assert!(Packed::read(&mut Reader::of_bytes(&packed), None).is_err());
        let too_long = written(|to| {
            to.numbers(&[7_u64]);
            to.numbers(&[LONGEST + 1]);
        });
        assert!(Alphabet::read(&mut Reader::of_bytes(&too_long)).is_err());
        let too_few = written(|to| {
            to.numbers(&[7_u64]);
            to.numbers::<u8>(&[]);
        });
        assert!(Alphabet::read(&mut Reader::of_bytes(&too_few)).is_err());
    }
}
