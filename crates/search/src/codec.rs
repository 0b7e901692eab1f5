//! Bytes of the saved index: little-endian numbers, counted sequences.

use std::io::{self, Read, Write};

use uuid::Uuid;

/// So much is gathered before it is written, and read at once.
const BUFFER_BYTES: usize = 1 << 18;

/// Numbers are taken apart by so much at a time: a multiple of their sizes.
const CHUNK_BYTES: usize = 1 << 12;

/// Why bytes could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    /// They end too soon or make no sense.
    #[error("{0}")]
    Malformed(&'static str),
    /// Where they come from failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Numbers that are written as their little-endian bytes.
pub(crate) trait Number: Copy {
    const SIZE: usize;
    fn write(self, bytes: &mut Vec<u8>);
    /// `bytes` holds exactly [`Self::SIZE`] bytes.
    fn read(bytes: &[u8]) -> Self;
}

macro_rules! numbers {
    ($($number:ty),+) => {$(
        impl Number for $number {
            const SIZE: usize = size_of::<$number>();
            fn write(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Self {
                Self::from_le_bytes(bytes.try_into().expect("as many bytes as the number has"))
            }
        }
    )+};
}

numbers!(u8, u16, i8, i32, u32, i64, u64, f32);

/// Writes the bytes of an index out, a buffer at a time.
pub(crate) struct Writer<'a> {
    to: &'a mut dyn Write,
    buffer: Vec<u8>,
    checksum: crc32fast::Hasher,
    /// What went wrong first; nothing is written after it.
    failed: Option<io::Error>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(to: &'a mut dyn Write) -> Self {
        Self {
            to,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            checksum: crc32fast::Hasher::new(),
            failed: None,
        }
    }

    /// Writes the rest out and gives the CRC-32 of all, or what went wrong on the way.
    pub(crate) fn finish(mut self) -> io::Result<u32> {
        self.write_out();
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.checksum.finalize()),
        }
    }

    fn write_out(&mut self) {
        if self.failed.is_none() {
            self.checksum.update(&self.buffer);
            self.failed = self.to.write_all(&self.buffer).err();
        }
        self.buffer.clear();
    }

    fn bytes(&mut self, bytes: &[u8]) {
        if self.buffer.len() + bytes.len() > BUFFER_BYTES {
            self.write_out();
        }
        self.buffer.extend_from_slice(bytes);
    }

    pub(crate) fn number<N: Number>(&mut self, number: N) {
        if self.buffer.len() + N::SIZE > BUFFER_BYTES {
            self.write_out();
        }
        number.write(&mut self.buffer);
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(crate) fn numbers<N: Number>(&mut self, numbers: &[N]) {
        self.count(numbers.len());
        for numbers in numbers.chunks(BUFFER_BYTES / N::SIZE) {
            if self.buffer.len() + numbers.len() * N::SIZE > BUFFER_BYTES {
                self.write_out();
            }
            for number in numbers {
                number.write(&mut self.buffer);
            }
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes(text.as_bytes());
    }

    pub(crate) fn id(&mut self, id: Uuid) {
        self.bytes(id.as_bytes());
    }

    /// Whether there is a value, then the value.
    pub(crate) fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.number(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }

    /// How many there are, then each.
    pub(crate) fn all<T>(
        &mut self,
        values: impl ExactSizeIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        self.count(values.len());
        for value in values {
            write(self, value);
        }
    }
}

/// Takes the bytes of an index apart again.
pub(crate) struct Reader<'a> {
    from: Box<dyn Read + 'a>,
    buffer: Vec<u8>,
    /// What of the buffer has been taken.
    taken: usize,
    /// How many bytes are left behind the buffer.
    behind: u64,
    checksum: crc32fast::Hasher,
}

impl<'a> Reader<'a> {
    /// Of so many bytes.
    pub(crate) fn new(from: impl Read + 'a, bytes: u64) -> Self {
        Self {
            from: Box::new(from),
            buffer: Vec::new(),
            taken: 0,
            behind: bytes,
            checksum: crc32fast::Hasher::new(),
        }
    }

    pub(crate) fn of_bytes(bytes: &'a [u8]) -> Self {
        Self::new(bytes, bytes.len() as u64)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.left() == 0
    }

    /// The CRC-32 of what was read: of all, when the end is reached.
    pub(crate) fn checksum(&self) -> u32 {
        self.checksum.clone().finalize()
    }

    fn left(&self) -> u64 {
        self.behind + (self.buffer.len() - self.taken) as u64
    }

    /// Refused before anything is set aside for them where there are not so many left.
    fn expect(&self, bytes: usize) -> Result<(), Unreadable> {
        if bytes as u64 > self.left() {
            return Err(Unreadable::Malformed("the file ends too soon"));
        }
        Ok(())
    }

    /// What is in the buffer, `most` bytes at most; at least one, unless all is read.
    fn some(&mut self, most: usize) -> Result<&[u8], Unreadable> {
        if self.taken == self.buffer.len() {
            let next = usize::try_from(self.behind).map_or(BUFFER_BYTES, |b| b.min(BUFFER_BYTES));
            self.buffer.resize(next, 0);
            self.taken = 0;
            self.from.read_exact(&mut self.buffer)?;
            self.behind -= next as u64;
            self.checksum.update(&self.buffer);
        }
        let start = self.taken;
        self.taken = self.buffer.len().min(start + most);
        Ok(&self.buffer[start..self.taken])
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Unreadable> {
        self.expect(bytes.len())?;
        let mut filled = 0;
        while filled < bytes.len() {
            let some = self.some(bytes.len() - filled)?;
            bytes[filled..filled + some.len()].copy_from_slice(some);
            filled += some.len();
        }
        Ok(())
    }

    pub(crate) fn number<N: Number>(&mut self) -> Result<N, Unreadable> {
        let mut bytes = [0; 8];
        let bytes = &mut bytes[..N::SIZE];
        self.fill(bytes)?;
        Ok(N::read(bytes))
    }

    /// A number that counts nothing in the file.
    pub(crate) fn size(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.number::<u64>()?)
            .map_err(|_| Unreadable::Malformed("a size is out of range"))
    }

    /// A count of what follows, never more than there are bytes left: so a wrong one cannot ask
    /// for all memory.
    pub(crate) fn count(&mut self) -> Result<usize, Unreadable> {
        let count = self.size()?;
        if count as u64 > self.left() {
            return Err(Unreadable::Malformed("a count is larger than the file"));
        }
        Ok(count)
    }

    pub(crate) fn numbers<N: Number>(&mut self) -> Result<Vec<N>, Unreadable> {
        let count = self.count()?;
        self.expect(count.saturating_mul(N::SIZE))?;
        let mut numbers = Vec::with_capacity(count);
        let mut bytes = [0; CHUNK_BYTES];
        while numbers.len() < count {
            let next = (CHUNK_BYTES / N::SIZE).min(count - numbers.len());
            let bytes = &mut bytes[..next * N::SIZE];
            self.fill(bytes)?;
            numbers.extend(bytes.chunks_exact(N::SIZE).map(N::read));
        }
        Ok(numbers)
    }

    pub(crate) fn text(&mut self) -> Result<String, Unreadable> {
        let mut bytes = vec![0; self.count()?];
        self.fill(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| Unreadable::Malformed("a text is not UTF-8"))
    }

    pub(crate) fn id(&mut self) -> Result<Uuid, Unreadable> {
        let mut bytes = [0; 16];
        self.fill(&mut bytes)?;
        Ok(Uuid::from_bytes(bytes))
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Option<T>, Unreadable> {
        match self.number::<u8>()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Unreadable::Malformed("neither present nor absent")),
        }
    }

    pub(crate) fn all<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Unreadable>,
    ) -> Result<Vec<T>, Unreadable> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> (Vec<u8>, u32) {
        let mut bytes = Vec::new();
        let mut writer = Writer::new(&mut bytes);
        write(&mut writer);
        let checksum = writer.finish().unwrap();
        (bytes, checksum)
    }

    #[test]
    fn what_is_written_is_read() {
        let (bytes, checksum) = written(|to| {
            to.number(-7_i64);
            to.text("Über");
            to.numbers(&[1.5_f32, -2.0]);
            to.option(Some(3_u8), Writer::number);
            to.option(None::<u8>, Writer::number);
            to.all([4_u32, 5].into_iter(), Writer::number);
            to.id(Uuid::from_u128(9));
        });
        let mut from = Reader::of_bytes(&bytes);
        assert_eq!(from.number::<i64>().unwrap(), -7);
        assert_eq!(from.text().unwrap(), "Über");
        assert_eq!(from.numbers::<f32>().unwrap(), [1.5, -2.0]);
        assert_eq!(from.option(Reader::number::<u8>).unwrap(), Some(3));
        assert_eq!(from.option(Reader::number::<u8>).unwrap(), None);
        assert_eq!(from.all(Reader::number::<u32>).unwrap(), [4, 5]);
        assert_eq!(from.id().unwrap(), Uuid::from_u128(9));
        assert!(from.is_at_end());
        assert_eq!(from.checksum(), checksum);
        assert_eq!(checksum, crc32fast::hash(&bytes));
    }

    #[test]
    fn what_is_longer_than_a_buffer_is_read_too() {
        let numbers: Vec<u32> = (0..200_000).collect();
        let text = "long ".repeat(100_000);
        let (bytes, checksum) = written(|to| {
            to.number(1_u8);
            to.numbers(&numbers);
            to.text(&text);
            to.number(2_u8);
        });
        let mut from = Reader::of_bytes(&bytes);
        assert_eq!(from.number::<u8>().unwrap(), 1);
        assert_eq!(from.numbers::<u32>().unwrap(), numbers);
        assert_eq!(from.text().unwrap(), text);
        assert_eq!(from.number::<u8>().unwrap(), 2);
        assert!(from.is_at_end());
        assert_eq!(from.checksum(), checksum);
    }

    #[test]
    fn a_count_beyond_the_end_is_refused() {
        let (bytes, _) = written(|to| to.count(usize::MAX));
        assert!(Reader::of_bytes(&bytes).numbers::<u32>().is_err());
        assert!(Reader::of_bytes(&bytes).text().is_err());
        assert!(Reader::of_bytes(&[1, 2]).number::<u32>().is_err());
    }

    #[test]
    fn what_cannot_be_written_is_told_at_the_end() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let mut full = Full;
        let mut writer = Writer::new(&mut full);
        writer.numbers(&vec![0_u64; 100_000]);
        let failed = writer.finish().unwrap_err();
        assert_eq!(failed.kind(), io::ErrorKind::StorageFull);
    }
}
