//! Files like the seeds, but not quite.

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::seeds::Seed;

/// Numbers at which lengths and offsets go wrong.
const EDGES: &[&[u8]] = &[
    b"\0",
    b"\xFF",
    b"\x7F",
    b"\x80",
    b"\xFF\xFF",
    b"\xFF\xFF\xFF\xFF",
    b"\xFF\xFF\xFF\x7F",
    b"\0\0\0\0",
    b"0",
    b"-1",
    b"4294967296",
    b"99999999999999999999",
    b"\xC3",
    b"\xEF\xBF\xBD",
    b"\xE2\x80\xAE",
    b"<",
    b">",
    b"\n",
    b"  ",
    b"\"",
    b"&",
    b"/",
];
/// A file that grows without end finds nothing new.
const MAX_BYTES: usize = 256 * 1024;

pub(crate) struct Mutator {
    random: StdRng,
    seeds: Vec<Seed>,
}

impl Mutator {
    pub(crate) fn new(seed: u64, seeds: Vec<Seed>) -> Self {
        Self {
            random: StdRng::seed_from_u64(seed),
            seeds,
        }
    }

    /// A seed with some of its bytes changed: those of a part before it is packed, of
    /// the packed file, or of both.
    pub(crate) fn next_file(&mut self) -> Vec<u8> {
        let at = self.below(self.seeds.len());
        let mut seed = self.seeds[at].clone();
        if let Seed::Parts(parts) = &mut seed
            && self.random.random_ratio(4, 5)
        {
            let part = self.below(parts.len());
            let bytes = std::mem::take(&mut parts[part].1);
            parts[part].1 = self.changed(bytes);
            let file = seed.build();
            return if self.random.random_ratio(1, 10) {
                self.changed(file)
            } else {
                file
            };
        }
        self.changed(seed.build())
    }

    fn changed(&mut self, mut bytes: Vec<u8>) -> Vec<u8> {
        for _ in 0..=self.below(8) {
            self.change(&mut bytes);
        }
        bytes.truncate(MAX_BYTES);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let (from, to) = self.range(bytes.len());
        match self.below(9) {
            0 => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte ^= 1 << self.random.random_range(0..8);
                }
            }
            1 => {
                if let Some(byte) = bytes.get_mut(from) {
                    *byte = self.random.random();
                }
            }
            2 => drop(bytes.drain(from..to)),
            3 => {
                let again = bytes[from..to].repeat(1 + self.below(4));
                bytes.splice(to..to, again);
            }
            4 => {
                let edge = EDGES[self.below(EDGES.len())];
                bytes.splice(
                    from..(from + edge.len()).min(bytes.len()),
                    edge.iter().copied(),
                );
            }
            5 => {
                let edge = EDGES[self.below(EDGES.len())];
                bytes.splice(from..from, edge.iter().copied());
            }
            6 => bytes.truncate(from),
            7 => {
                let other = self.below(self.seeds.len());
                let other = self.seeds[other].build();
                let (start, end) = self.range(other.len());
                bytes.splice(from..from, other[start..end].iter().copied());
            }
            _ => {
                // Nesting: what opens something, many times.
                let many = bytes[from..to.min(from + 64)].repeat(1 + self.below(400));
                bytes.splice(from..from, many);
            }
        }
    }

    /// A part of `length` bytes; short ones are likelier.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let longest = 1 << self.below(10);
        (from, (from + self.below(longest + 1)).min(length))
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end.max(1))
    }
}
