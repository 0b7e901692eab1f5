//! One connection of PostgreSQL's protocol, client's or server's side.

mod message;
mod reply;
mod startup;

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

pub(crate) use message::{Fields, Message};
pub(crate) use reply::{Refusal, Reply, Severity, with_hint};
pub(crate) use startup::{Greeting, Startup, greet};

/// Bytes that may wait to be sent before no more are read from the other side.
const FULL: usize = 256 * 1024;

/// Bytes asked for in one reading.
const READ: usize = 32 * 1024;

/// A connection with what was read and not yet taken, and what is to be sent.
pub(crate) struct Wire {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    incoming: BytesMut,
    pub(crate) outgoing: BytesMut,
}

/// Which side of a conversation is gone, and how that showed.
#[derive(Debug)]
pub(crate) enum Broken {
    Client,
    Server(io::Error),
}

/// What arrived first.
pub(crate) enum Event {
    Client(Message),
    Server(Message),
}

impl Wire {
    pub(crate) fn tcp(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let (reader, writer) = stream.into_split();
        Ok(Self::new(Box::new(reader), Box::new(writer)))
    }

    pub(crate) fn unix(stream: UnixStream) -> Self {
        let (reader, writer) = stream.into_split();
        Self::new(Box::new(reader), Box::new(writer))
    }

    /// A connection that has ended.
    pub(crate) fn ended() -> Self {
        Self::new(Box::new(tokio::io::empty()), Box::new(tokio::io::sink()))
    }

    fn new(
        reader: Box<dyn AsyncRead + Send + Unpin>,
        writer: Box<dyn AsyncWrite + Send + Unpin>,
    ) -> Self {
        Self {
            reader,
            writer,
            incoming: BytesMut::with_capacity(READ),
            outgoing: BytesMut::new(),
        }
    }

    /// The next message, after sending what waits to be sent. An orderly end of
    /// the connection is an `UnexpectedEof`.
    pub(crate) async fn next(&mut self) -> io::Result<Message> {
        loop {
            if let Some(message) = Message::take(&mut self.incoming)? {
                return Ok(message);
            }
            self.incoming.reserve(READ);
            // Both at once: the other side may not read before it has written.
            tokio::select! {
                sent = self.writer.write_buf(&mut self.outgoing), if !self.outgoing.is_empty() =>
                    not_ended(sent)?,
                read = self.reader.read_buf(&mut self.incoming) => not_ended(read)?,
            }
        }
    }

    /// Sends all that waits to be sent.
    pub(crate) async fn flush(&mut self) -> io::Result<()> {
        while !self.outgoing.is_empty() {
            self.writer.write_buf(&mut self.outgoing).await?;
        }
        self.writer.flush().await
    }

    /// Waits until the other side has closed the connection.
    pub(crate) async fn closed(&mut self) {
        while self.fill().await.is_ok() {
            self.incoming.clear();
        }
    }

    async fn fill(&mut self) -> io::Result<()> {
        self.incoming.reserve(READ);
        not_ended(self.reader.read_buf(&mut self.incoming).await)
    }

    /// Copies bytes both ways until one side ends. Nothing is looked at.
    pub(crate) async fn splice(&mut self, other: &mut Self) -> io::Result<()> {
        self.outgoing.unsplit(other.incoming.split());
        other.outgoing.unsplit(self.incoming.split());
        self.flush().await?;
        other.flush().await?;
        let there = copy(&mut self.reader, &mut other.writer);
        let back = copy(&mut other.reader, &mut self.writer);
        tokio::select! { ended = there => ended, ended = back => ended }
    }
}

/// Copies until the end, in pieces as they come.
async fn copy(
    from: &mut (dyn AsyncRead + Send + Unpin),
    to: &mut (dyn AsyncWrite + Send + Unpin),
) -> io::Result<()> {
    let mut piece = vec![0; READ];
    loop {
        let length = from.read(&mut piece).await?;
        if length == 0 {
            return to.shutdown().await;
        }
        to.write_all(&piece[..length]).await?;
    }
}

/// Waits for a message from the server or, if it is its turn to speak, the
/// client, while sending both what waits for them. A side that does not take
/// what is sent to it stops the reading from the other, not the sending to it:
/// so neither memory grows nor can both sides wait for each other.
pub(crate) async fn next_event(
    client: &mut Wire,
    server: &mut Wire,
    hear_client: bool,
) -> Result<Event, Broken> {
    loop {
        let hear_server = client.outgoing.len() < FULL;
        let hear_client = hear_client && server.outgoing.len() < FULL;
        if hear_server {
            let message = Message::take(&mut server.incoming).map_err(Broken::Server)?;
            if let Some(message) = message {
                return Ok(Event::Server(message));
            }
        }
        if hear_client {
            let message = Message::take(&mut client.incoming).map_err(|_| Broken::Client)?;
            if let Some(message) = message {
                return Ok(Event::Client(message));
            }
        }
        client.incoming.reserve(READ);
        server.incoming.reserve(READ);
        tokio::select! {
            sent = server.writer.write_buf(&mut server.outgoing), if !server.outgoing.is_empty() =>
                not_ended(sent).map_err(Broken::Server)?,
            sent = client.writer.write_buf(&mut client.outgoing), if !client.outgoing.is_empty() =>
                not_ended(sent).map_err(|_| Broken::Client)?,
            read = server.reader.read_buf(&mut server.incoming), if hear_server =>
                not_ended(read).map_err(Broken::Server)?,
            read = client.reader.read_buf(&mut client.incoming), if hear_client =>
                not_ended(read).map_err(|_| Broken::Client)?,
        }
    }
}

fn not_ended(moved: io::Result<usize>) -> io::Result<()> {
    match moved {
        Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
        Ok(_) => Ok(()),
        Err(error) => Err(error),
    }
}
