//! The compound file ([MS-CFB]): the container of Office files before 2007, and of
//! encrypted ones since. Read with good will: what is whole of a damaged one counts.

use std::ops::Range;

use crate::bytes::{u16_at, u32_at};

/// What a compound file begins with.
const MAGIC: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
/// Numbers of sectors from here on mean something else.
const MAX_SECTOR: u32 = 0xffff_fffa;
/// The size of an entry of the directory, in bytes.
const ENTRY: usize = 128;
const STREAM: u8 = 2;

/// Whether it is a compound file by its beginning.
pub(crate) fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// An opened compound file.
pub(crate) struct CompoundFile<'a> {
    sectors: Sectors<'a>,
    /// Streams shorter than this lie in the stream of small sectors, in bytes.
    small_below: u64,
    small_size: usize,
    /// Where the stream of small sectors begins.
    small_start: u32,
    small_chain: Vec<u32>,
    small: Vec<u8>,
    /// What lies at the top: streams and folders.
    entries: Vec<Entry>,
}

/// The sectors of a file and which follows which.
struct Sectors<'a> {
    bytes: &'a [u8],
    size: usize,
    chain: Vec<u32>,
}

/// A line of the directory.
#[derive(Clone)]
struct Entry {
    name: String,
    kind: u8,
    siblings: [u32; 2],
    child: u32,
    start: u32,
    /// In bytes.
    length: u64,
}

impl<'a> CompoundFile<'a> {
    /// Opens a file; `None` when it is no compound file, or one without a directory.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        let shift = |at: usize, allowed: [u16; 2]| {
            let shift = u16_at(bytes, at)?;
            allowed.contains(&shift).then(|| 1_usize << shift)
        };
        let size = shift(0x1e, [9, 12]).filter(|_| is_compound(bytes))?;
        let mut sectors = Sectors {
            bytes,
            size,
            chain: Vec::new(),
        };
        sectors.read_chain();
        let directory = sectors.stream(u32_at(bytes, 0x30)?, u64::MAX);
        let all: Vec<Entry> = directory
            .chunks_exact(ENTRY)
            .map_while(Entry::read)
            .collect();
        let root = all.first()?.clone();
        let small_chain = sectors.stream(u32_at(bytes, 0x3c)?, u64::MAX);
        Some(Self {
            small_below: u64::from(u32_at(bytes, 0x38)?),
            small_size: shift(0x20, [6, 6])?,
            small_start: root.start,
            small_chain: numbers(&small_chain).collect(),
            small: sectors.stream(root.start, root.length),
            entries: children(&all, root.child),
            sectors,
        })
    }

    /// Whether some chain of sectors leads in a circle: whoever follows it to its end never
    /// comes there.
    pub(crate) fn leads_in_a_circle(&self) -> bool {
        let sectors = &self.sectors;
        let turns = |chain: &[u32], start| numbers_from(chain, start).count() > chain.len();
        let starts = [0x30, 0x3c].map(|at| u32_at(sectors.bytes, at).unwrap_or(MAX_SECTOR));
        let is_short = |entry: &&Entry| entry.length < self.small_below;
        let (short, long): (Vec<&Entry>, Vec<&Entry>) = self.entries.iter().partition(is_short);
        starts
            .into_iter()
            .chain([self.small_start])
            .any(|start| turns(&sectors.chain, start))
            || long.iter().any(|entry| turns(&sectors.chain, entry.start))
            || short
                .iter()
                .any(|entry| turns(&self.small_chain, entry.start))
    }

    /// The names of the streams and folders at the top.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// Where in the file the bytes of a stream at the top lie, one sector after the other.
    /// `None` for a short one, which lies in a stream of short ones.
    pub(crate) fn places(&self, name: &str) -> Option<Vec<Range<usize>>> {
        let entry = self.entry(name)?;
        let mut left = usize::try_from(entry.length).ok()?;
        let is_short = entry.length < self.small_below;
        let places = self.sectors.numbers_from(entry.start).map_while(|number| {
            let start = number.checked_add(1)?.checked_mul(self.sectors.size)?;
            let whole = self.sectors.at(number)?.len().min(self.sectors.size);
            let length = whole.min(left);
            left -= length;
            (length > 0).then(|| start..start + length)
        });
        (!is_short).then(|| places.collect())
    }

    fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.kind == STREAM && entry.name.eq_ignore_ascii_case(name))
    }

    /// A stream at the top, or what can be read of it.
    pub(crate) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entry(name)?;
        if entry.length >= self.small_below {
            return Some(self.sectors.stream(entry.start, entry.length));
        }
        let small = |number: usize| self.small.get(number.checked_mul(self.small_size)?..);
        Some(follow(
            &self.small_chain,
            entry.start,
            entry.length,
            self.small_size,
            small,
        ))
    }
}

impl Sectors<'_> {
    /// From the beginning of a sector on: the first comes after the file's header, which
    /// has the size of one.
    fn at(&self, number: usize) -> Option<&[u8]> {
        let at = number.checked_add(1)?.checked_mul(self.size)?;
        self.bytes.get(at..).filter(|rest| !rest.is_empty())
    }

    fn count(&self) -> usize {
        self.bytes.len() / self.size + 1
    }

    /// Reads which sector follows which. The first 109 of the sectors that say so are
    /// named in the header, the others in sectors of their own, each of which ends with
    /// the number of the next.
    fn read_chain(&mut self) {
        let header = self.bytes.get(0x4c..0x200).unwrap_or_default();
        let mut places: Vec<u32> = numbers(header).collect();
        let mut next = u32_at(self.bytes, 0x44).unwrap_or(MAX_SECTOR);
        for _ in 0..self.count() {
            let Some(sector) = self.sector(next) else {
                break;
            };
            places.extend(numbers(sector));
            next = places.pop().unwrap_or(MAX_SECTOR);
        }
        let mut chain = Vec::new();
        for place in places {
            if chain.len() >= self.count() {
                break;
            }
            if let Some(sector) = self.sector(place) {
                chain.extend(numbers(sector));
            }
        }
        self.chain = chain;
    }

    fn sector(&self, number: u32) -> Option<&[u8]> {
        let number = usize::try_from(number).ok()?;
        let rest = self.at(number).filter(|_| number < self.count())?;
        Some(&rest[..self.size.min(rest.len())])
    }

    fn numbers_from(&self, start: u32) -> impl Iterator<Item = usize> {
        numbers_from(&self.chain, start)
    }

    fn stream(&self, start: u32, length: u64) -> Vec<u8> {
        follow(&self.chain, start, length, self.size, |number| {
            self.at(number)
        })
    }
}

/// The numbers of the sectors of a chain; one that leads in a circle ends when it has had
/// one more than there are.
fn numbers_from(chain: &[u32], start: u32) -> impl Iterator<Item = usize> {
    let next = |number: &u32| chain.get(usize::try_from(*number).ok()?).copied();
    std::iter::successors(Some(start), next)
        .take(chain.len() + 1)
        .take_while(|number| *number < MAX_SECTOR)
        .map_while(|number| usize::try_from(number).ok())
}

/// The bytes of a chain of sectors. One that leads in a circle ends when it has had as
/// many sectors as there are.
fn follow<'a>(
    chain: &[u32],
    start: u32,
    length: u64,
    size: usize,
    sector: impl Fn(usize) -> Option<&'a [u8]>,
) -> Vec<u8> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    let mut out = Vec::new();
    let mut next = start;
    for _ in 0..=chain.len() {
        let number = usize::try_from(next).unwrap_or(usize::MAX);
        let bytes = sector(number).filter(|_| next < MAX_SECTOR && out.len() < length);
        let Some(bytes) = bytes else { break };
        out.extend_from_slice(&bytes[..size.min(bytes.len())]);
        next = chain.get(number).copied().unwrap_or(MAX_SECTOR);
    }
    out.truncate(length);
    out
}

impl Entry {
    fn read(bytes: &[u8]) -> Option<Self> {
        let length = usize::from(u16_at(bytes, 64)?).min(64);
        let name = bytes[..length].chunks_exact(2);
        let name: Vec<u16> = name
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .take_while(|unit| *unit != 0)
            .collect();
        Some(Self {
            name: String::from_utf16_lossy(&name),
            kind: bytes[66],
            siblings: [u32_at(bytes, 68)?, u32_at(bytes, 72)?],
            child: u32_at(bytes, 76)?,
            start: u32_at(bytes, 116)?,
            // The upper half may hold anything in files with small sectors.
            length: u64::from(u32_at(bytes, 120)?),
        })
    }
}

/// An entry and its siblings, which are kept as a tree.
fn children(all: &[Entry], first: u32) -> Vec<Entry> {
    let mut seen = vec![false; all.len()];
    let mut found = Vec::new();
    let mut waiting = vec![first];
    while let Some(number) = waiting.pop() {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(entry) = all.get(number) else {
            continue;
        };
        if !std::mem::replace(&mut seen[number], true) {
            waiting.extend(entry.siblings);
            found.push(entry.clone());
        }
    }
    found
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let words = bytes.chunks_exact(4);
    words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write as _};

    use super::*;

    fn file(version: cfb::Version, streams: &[(&str, &[u8])]) -> Vec<u8> {
        let cursor = Cursor::new(Vec::new());
        let mut file = cfb::CompoundFile::create_with_version(version, cursor).unwrap();
        file.create_storage("/Folder").unwrap();
        for (name, content) in streams {
            let mut stream = file.create_stream(name).unwrap();
            stream.write_all(content).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }

    #[test]
    fn streams_are_read_whatever_their_size() {
        // More than the header's list of sectors covers in the first version.
        let large: Vec<u8> = (0..2_000_000_u32).flat_map(u32::to_le_bytes).collect();
        for version in [cfb::Version::V3, cfb::Version::V4] {
            let streams: [(&str, &[u8]); 4] = [
                ("/Large", &large),
                ("/Small", b"few words"),
                ("/Empty", b""),
                ("/Folder/Inner", b"other"),
            ];
            let bytes = file(version, &streams);
            let opened = CompoundFile::open(&bytes).unwrap();
            assert!(opened.stream("Large").unwrap() == large);
            let places = opened.places("Large").unwrap().into_iter();
            assert!(
                places
                    .flat_map(|place| bytes[place].to_vec())
                    .eq(large.clone())
            );
            assert_eq!(opened.places("Small"), None);
            assert_eq!(opened.stream("small").unwrap(), b"few words");
            assert_eq!(opened.stream("Empty").unwrap(), b"");
            assert_eq!(opened.stream("Inner"), None);
            assert_eq!(opened.stream("Folder"), None);
            let mut names: Vec<&str> = opened.names().collect();
            names.sort_unstable();
            assert_eq!(names, ["Empty", "Folder", "Large", "Small"]);
        }
    }

    #[test]
    fn what_is_whole_of_a_damaged_file_is_read() {
        let words = b"words ".repeat(2000);
        let whole = file(cfb::Version::V3, &[("/Text", &words)]);
        for at in (8..1536).chain((1536..whole.len()).step_by(97)) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0xff;
            if let Some(opened) = CompoundFile::open(&damaged) {
                assert!(
                    opened
                        .stream("Text")
                        .is_none_or(|text| text.len() <= whole.len())
                );
            }
        }
        let torn = &whole[..whole.len() - 700];
        let opened = CompoundFile::open(torn).unwrap();
        assert!(
            opened
                .stream("Text")
                .is_some_and(|text| text.starts_with(b"words words"))
        );
        assert!(CompoundFile::open(&whole[..20]).is_none());
    }
}
