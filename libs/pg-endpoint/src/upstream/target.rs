//! Where a database is.

use std::io;
use std::path::PathBuf;

use tokio::net::{TcpStream, UnixStream};
use url::Url;

use crate::wire::Wire;

const DEFAULT_PORT: u16 = 5432;

/// A database of a server, and who we are there.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) database: String,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Tcp(String, u16),
    Socket(PathBuf),
}

impl Target {
    /// Reads a URL such as `postgres://user:password@host:5432/database`. The
    /// folder of a UNIX socket may stand in the query as `host`.
    pub(crate) fn parse(url: &str) -> io::Result<Self> {
        let url = Url::parse(url).map_err(|error| bad(&error.to_string()))?;
        let option = |name: &str| {
            let found = url.query_pairs().find(|(key, _)| key == name);
            found.map(|(_, value)| value.into_owned())
        };
        if matches!(
            option("sslmode").as_deref(),
            Some("require" | "verify-ca" | "verify-full")
        ) {
            return Err(bad("encrypted connections are not supported"));
        }
        let host = option("host").or_else(|| url.host_str().and_then(decode));
        let host = host.unwrap_or_else(|| "localhost".to_owned());
        let port = option("port").and_then(|port| port.parse().ok());
        let port = port.or_else(|| url.port()).unwrap_or(DEFAULT_PORT);
        let user = option("user").or_else(|| decode(url.username()));
        let user = user.filter(|user| !user.is_empty());
        let database = decode(url.path().trim_start_matches('/'));
        Ok(Self {
            user: user.unwrap_or_else(|| "postgres".to_owned()),
            password: option("password").or_else(|| url.password().and_then(decode)),
            database: database.ok_or_else(|| bad("the database's name is not UTF-8"))?,
            place: place(host, port),
        })
    }

    /// Opens a connection, on which nothing is said yet.
    pub(crate) async fn open(&self) -> io::Result<Wire> {
        match &self.place {
            Place::Tcp(host, port) => Wire::tcp(TcpStream::connect((host.as_str(), *port)).await?),
            Place::Socket(path) => Ok(Wire::unix(UnixStream::connect(path).await?)),
        }
    }
}

fn place(host: String, port: u16) -> Place {
    if host.starts_with('/') {
        Place::Socket(PathBuf::from(host).join(format!(".s.PGSQL.{port}")))
    } else {
        Place::Tcp(host.trim_matches(['[', ']']).to_owned(), port)
    }
}

/// Undoes the percent-encoding; `None` if the result is not UTF-8.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        let byte = digits.and_then(|hex| u8::from_str_radix(hex, 16).ok());
        let (byte, used) = match byte {
            Some(byte) if first == b'%' => (byte, 3),
            _ => (first, 1),
        };
        bytes.push(byte);
        rest = &rest[used..];
    }
    String::from_utf8(bytes).ok()
}

fn bad(reason: &str) -> io::Error {
    let message = format!("the scratch database's URL cannot be used: {reason}");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_a_host_or_a_socket() {
        let target = Target::parse("postgres://u:p%40ss@h:5433/a%20b").unwrap();
        assert_eq!((&*target.user, &*target.database), ("u", "a b"));
        assert_eq!(target.password.as_deref(), Some("p@ss"));
        assert_eq!(target.place, Place::Tcp("h".to_owned(), 5433));
        let target = Target::parse("postgres://postgres@localhost:5432/d?host=/run/pg%20x");
        let socket = PathBuf::from("/run/pg x/.s.PGSQL.5432");
        assert_eq!(target.unwrap().place, Place::Socket(socket));
        let target = Target::parse("postgresql://[::1]/d").unwrap();
        assert_eq!(target.place, Place::Tcp("::1".to_owned(), DEFAULT_PORT));
    }

    #[test]
    fn encryption_is_refused_and_not_left_out() {
        assert!(Target::parse("postgres://h/d?sslmode=require").is_err());
        assert!(Target::parse("postgres://h/d?sslmode=prefer").is_ok());
    }
}
