//! One keep-alive connection that asks and waits for the answer: as little as a load
//! generator needs, since it shares the cores with what it measures.

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to the server.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    pub(crate) body: &'a [u8],
}

/// A request as it goes over the wire.
pub(crate) fn get(path: &str, token: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n")
        .into_bytes()
}

/// The same with a body; `token` is empty for nobody.
pub(crate) fn post(path: &str, token: &str, body: &str) -> Vec<u8> {
    with_body("POST", path, token, body)
}

/// What changes something.
pub(crate) fn put(path: &str, token: &str, body: &str) -> Vec<u8> {
    with_body("PUT", path, token, body)
}

/// What deletes something.
pub(crate) fn delete(path: &str, token: &str) -> Vec<u8> {
    with_body("DELETE", path, token, "")
}

/// A text as a file that is put in.
pub(crate) fn upload(name: &str, text: &str, token: &str) -> Vec<u8> {
    const EDGE: &str = "an-edge-of-parts";
    let part = |name: &str, value: &str| {
        format!("--{EDGE}\r\ncontent-disposition: form-data; name={name}\r\n\r\n{value}\r\n")
    };
    let file = format!("\"file\"; filename=\"{name}\"\r\ncontent-type: text/plain");
    let body = [
        part("\"metadata\"", r#"{"doc_type": "Other", "year": 2026}"#),
        part("\"sensitivity_confirmed\"", "true"),
        part(&file, text),
        format!("--{EDGE}--\r\n"),
    ]
    .concat();
    let length = body.len();
    format!(
        "POST /api/documents/upload HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
         content-type: multipart/form-data; boundary={EDGE}\r\ncontent-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

fn with_body(method: &str, path: &str, token: &str, body: &str) -> Vec<u8> {
    let credential = match token {
        "" => String::new(),
        token => format!("authorization: Bearer {token}\r\n"),
    };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: bench\r\n{credential}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let buffer = Vec::with_capacity(128 * 1024);
        Ok(Self { stream, buffer })
    }

    /// Sends a request and reads its answer to the end.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.read().await?;
            if let Some(end) = end_of_head(&self.buffer) {
                break end;
            }
        };
        let (status, length) = read_head(&self.buffer[..head])?;
        while self.buffer.len() < head + length {
            self.read().await?;
        }
        let body = &self.buffer[head..];
        Ok(Answer { status, body })
    }

    async fn read(&mut self) -> Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    let at = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    Some(at + 4)
}

/// Status and length of the body.
fn read_head(head: &[u8]) -> Result<(u16, usize)> {
    let head = std::str::from_utf8(head)?;
    let status = head.get(9..12).context("no status")?.parse()?;
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .context("an answer without a length")?;
    Ok((status, length.1.trim().parse()?))
}
