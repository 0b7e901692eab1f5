//! Messages, cut out of the stream of bytes and otherwise left as they are.

use std::io;

use bytes::{Bytes, BytesMut};

/// No message is longer (in bytes): PostgreSQL itself stops at a gibibyte.
const LONGEST: usize = 1 << 30;

/// One message: a byte for its kind, four for its length, and its body.
#[derive(Clone, Debug)]
pub(crate) struct Message(Bytes);

impl Message {
    /// Takes the first message out of the buffer, if all of it is there.
    pub(crate) fn take(buffer: &mut BytesMut) -> io::Result<Option<Self>> {
        let Some(&[_, a, b, c, d]) = buffer.first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([a, b, c, d]) as usize;
        if !(4..=LONGEST).contains(&length) {
            return Err(malformed());
        }
        let whole = length + 1;
        if buffer.len() < whole {
            buffer.reserve(whole - buffer.len());
            return Ok(None);
        }
        Ok(Some(Self(buffer.split_to(whole).freeze())))
    }

    pub(crate) fn kind(&self) -> u8 {
        self.0[0]
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.0[5..]
    }

    /// The whole message as it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Reads the fields of a body one after the other.
pub(crate) struct Fields<'a>(pub(crate) &'a [u8]);

impl<'a> Fields<'a> {
    /// A text that ends with a zero byte.
    pub(crate) fn text(&mut self) -> io::Result<&'a str> {
        let end = self.0.iter().position(|&byte| byte == 0);
        let end = end.ok_or_else(malformed)?;
        let text = std::str::from_utf8(&self.0[..end]).map_err(|_| malformed())?;
        self.0 = &self.0[end + 1..];
        Ok(text)
    }

    pub(crate) fn byte(&mut self) -> io::Result<u8> {
        let (&byte, rest) = self.0.split_first().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(byte)
    }

    pub(crate) fn int(&mut self) -> io::Result<i32> {
        let (int, rest) = self.0.split_first_chunk().ok_or_else(malformed)?;
        self.0 = rest;
        Ok(i32::from_be_bytes(*int))
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not PostgreSQL's protocol")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_when_they_are_whole() {
        let mut buffer = BytesMut::from(&b"Q\0\0\0\x08abc"[..]);
        assert!(Message::take(&mut buffer).unwrap().is_none());
        buffer.extend_from_slice(b"\0S\0\0");
        let message = Message::take(&mut buffer).unwrap().unwrap();
        assert_eq!((message.kind(), message.body()), (b'Q', &b"abc\0"[..]));
        assert!(Message::take(&mut buffer).unwrap().is_none());
        assert_eq!(&buffer[..], b"S\0\0");
    }

    #[test]
    fn nonsense_is_an_error_and_no_panic() {
        let mut too_short = BytesMut::from(&b"Q\0\0\0\x03"[..]);
        assert!(Message::take(&mut too_short).is_err());
        let mut too_long = BytesMut::from(&b"Q\xff\xff\xff\xff"[..]);
        assert!(Message::take(&mut too_long).is_err());
        assert!(Fields(b"no end").text().is_err());
        assert!(Fields(b"\xff\0").text().is_err());
        assert!(Fields(b"abc").int().is_err());
    }
}
