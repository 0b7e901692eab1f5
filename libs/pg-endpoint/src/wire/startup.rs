//! How a client begins.

use std::io;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::message::Fields;
use super::{Reply, Wire};

const SSL_REQUEST: i32 = 80_877_103;
const GSS_REQUEST: i32 = 80_877_104;
const CANCEL_REQUEST: i32 = 80_877_102;

/// No first packet is longer, in bytes; PostgreSQL has the same limit.
const LONGEST: usize = 10_000;

/// What the client wants of this connection.
#[derive(Debug)]
pub(crate) enum Greeting {
    Start(Startup),
    /// Stop the statement of the session with this process number and secret.
    Cancel(i32, i32),
}

/// The parameters of a client's session, `user` and `database` among them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Startup(pub(crate) Vec<(String, String)>);

impl Startup {
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The database asked for: as PostgreSQL has it, the user's name if none is.
    pub(crate) fn database(&self) -> &str {
        let named = self.get("database").filter(|name| !name.is_empty());
        named.or_else(|| self.get("user")).unwrap_or_default()
    }
}

/// Reads the first packets. Encryption is declined; the client then goes on
/// without, or leaves.
pub(crate) async fn greet(wire: &mut Wire) -> io::Result<Greeting> {
    loop {
        let packet = packet(wire).await?;
        let mut fields = Fields(&packet);
        match fields.int()? {
            SSL_REQUEST | GSS_REQUEST => {
                wire.writer.write_all(b"N").await?;
                wire.writer.flush().await?;
            }
            CANCEL_REQUEST => return Ok(Greeting::Cancel(fields.int()?, fields.int()?)),
            version if version >> 16 == 3 => return startup(wire, version, fields),
            _ => return Err(unknown()),
        }
    }
}

/// Reads a packet, which has a length and no kind.
async fn packet(wire: &mut Wire) -> io::Result<BytesMut> {
    while wire.incoming.len() < 4 {
        wire.fill().await?;
    }
    let length = usize::try_from((&wire.incoming[..4]).get_i32()).map_err(|_| unknown())?;
    if !(8..=LONGEST).contains(&length) {
        return Err(unknown());
    }
    while wire.incoming.len() < length {
        wire.reader.read_buf(&mut wire.incoming).await?;
    }
    let mut packet = wire.incoming.split_to(length);
    packet.advance(4);
    Ok(packet)
}

fn startup(wire: &mut Wire, version: i32, mut fields: Fields<'_>) -> io::Result<Greeting> {
    let mut parameters = Vec::new();
    let mut options = Vec::new();
    loop {
        match fields.text()? {
            "" => break,
            option if option.starts_with("_pq_.") => {
                options.push(option.to_owned());
                fields.text()?;
            }
            name => parameters.push((name.to_owned(), fields.text()?.to_owned())),
        }
    }
    if version & 0xffff > 0 || !options.is_empty() {
        Reply(&mut wire.outgoing).negotiate(&options);
    }
    Ok(Greeting::Start(Startup(parameters)))
}

fn unknown() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a PostgreSQL client")
}
