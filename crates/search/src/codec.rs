//! Bytes of the saved index: little-endian numbers, counted sequences.

use uuid::Uuid;

/// Bytes that end too soon or make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

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

numbers!(u8, i8, i32, u32, i64, u64, f32);

/// Collects the bytes of an index.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn number(&mut self, number: impl Number) {
        number.write(&mut self.bytes);
    }

    pub(crate) fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    pub(crate) fn numbers<N: Number>(&mut self, numbers: &[N]) {
        self.count(numbers.len());
        self.bytes.reserve(numbers.len() * N::SIZE);
        for number in numbers {
            number.write(&mut self.bytes);
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.count(text.len());
        self.bytes.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn id(&mut self, id: Uuid) {
        self.bytes.extend_from_slice(id.as_bytes());
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
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn number<N: Number>(&mut self) -> Result<N, Malformed> {
        Ok(N::read(self.take(N::SIZE)?))
    }

    /// A number that counts nothing in the file.
    pub(crate) fn size(&mut self) -> Result<usize, Malformed> {
        usize::try_from(self.number::<u64>()?).map_err(|_| Malformed("a size is out of range"))
    }

    /// A count of what follows, never more than there are bytes left: so a wrong one cannot ask
    /// for all memory.
    pub(crate) fn count(&mut self) -> Result<usize, Malformed> {
        let count = self.size()?;
        if count > self.rest.len() {
            return Err(Malformed("a count is larger than the file"));
        }
        Ok(count)
    }

    pub(crate) fn numbers<N: Number>(&mut self) -> Result<Vec<N>, Malformed> {
        let count = self.count()?;
        let bytes = self.take(count.saturating_mul(N::SIZE))?;
        Ok(bytes.chunks_exact(N::SIZE).map(N::read).collect())
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        let length = self.count()?;
        std::str::from_utf8(self.take(length)?).map_err(|_| Malformed("a text is not UTF-8"))
    }

    pub(crate) fn id(&mut self) -> Result<Uuid, Malformed> {
        Uuid::from_slice(self.take(16)?).map_err(|_| Malformed("an id has another length"))
    }

    pub(crate) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        match self.number::<u8>()? {
            0 => Ok(None),
            1 => read(self).map(Some),
            _ => Err(Malformed("neither present nor absent")),
        }
    }

    pub(crate) fn all<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = self.count()?;
        (0..count).map(|_| read(self)).collect()
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or(Malformed("the file ends too soon"))?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut writer = Writer::default();
        writer.number(-7_i64);
        writer.text("Über");
        writer.numbers(&[1.5_f32, -2.0]);
        writer.option(Some(3_u8), Writer::number);
        writer.option(None::<u8>, Writer::number);
        writer.all([4_u32, 5].into_iter(), Writer::number);
        writer.id(Uuid::from_u128(9));
        let mut reader = Reader::new(&writer.bytes);
        assert_eq!(reader.number::<i64>(), Ok(-7));
        assert_eq!(reader.text(), Ok("Über"));
        assert_eq!(reader.numbers::<f32>(), Ok(vec![1.5, -2.0]));
        assert_eq!(reader.option(Reader::number::<u8>), Ok(Some(3)));
        assert_eq!(reader.option(Reader::number::<u8>), Ok(None));
        assert_eq!(reader.all(Reader::number::<u32>), Ok(vec![4, 5]));
        assert_eq!(reader.id(), Ok(Uuid::from_u128(9)));
        assert!(reader.is_at_end());
    }

    #[test]
    fn a_count_beyond_the_end_is_refused() {
        let mut writer = Writer::default();
        writer.count(usize::MAX);
        assert!(Reader::new(&writer.bytes).numbers::<u32>().is_err());
        assert!(Reader::new(&[1, 2]).number::<u32>().is_err());
    }
}
