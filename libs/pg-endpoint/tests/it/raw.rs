//! Messages as drivers send them, byte by byte where that matters.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bytes::BytesMut;
use pg_endpoint::Mode;
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend;

use crate::support::{Place, place};

/// A client that sends what it is told and shows what comes back: a letter for
/// each message, with the status after `Z`, the tag after `C` and the SQLSTATE
/// after `E`.
struct Raw {
    stream: TcpStream,
    out: BytesMut,
}

impl Raw {
    fn connect(place: &Place) -> Self {
        let mut raw = Self::dial(place);
        let url = place.url(Mode::Rollback);
        let database = url.rsplit_once('/').unwrap().1.replace("%2F", "/");
        let parameters = [("user", "raw"), ("database", &database)];
        frontend::startup_message(parameters, &mut raw.out).unwrap();
        raw.send();
        assert!(raw.until('Z').ends_with("ZI"));
        raw
    }

    fn dial(place: &Place) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", place.endpoint.port())).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let out = BytesMut::new();
        Self { stream, out }
    }

    fn send(&mut self) {
        self.stream.write_all(&self.out.split()).unwrap();
    }

    fn message(&mut self) -> (char, Vec<u8>) {
        let mut header = [0; 5];
        self.stream.read_exact(&mut header).unwrap();
        let length = u32::from_be_bytes(header[1..].try_into().unwrap());
        let mut body = vec![0; usize::try_from(length).unwrap() - 4];
        self.stream.read_exact(&mut body).unwrap();
        (char::from(header[0]), body)
    }

    /// What comes back, up to a message of this kind.
    fn until(&mut self, last: char) -> String {
        let mut seen = Vec::new();
        loop {
            let (kind, body) = self.message();
            seen.push(match kind {
                'Z' => format!("Z{}", char::from(body[0])),
                'C' => format!("C{}", String::from_utf8_lossy(&body[..body.len() - 1])),
                'E' => format!("E{}", sqlstate(&body)),
                'D' => format!("D{}", String::from_utf8_lossy(&body[6..])),
                kind => kind.to_string(),
            });
            if kind == last {
                return seen.join(" ");
            }
        }
    }

    fn parse(mut self, name: &str, sql: &str) -> Self {
        frontend::parse(name, sql, [], &mut self.out).unwrap();
        self
    }

    fn bind(mut self, portal: &str, statement: &str) -> Self {
        let no_values = |(): (), _: &mut BytesMut| Ok(IsNull::Yes);
        let bound = frontend::bind(portal, statement, [], [], no_values, [], &mut self.out);
        assert!(bound.is_ok());
        self
    }

    fn execute(mut self, portal: &str, rows: i32) -> Self {
        frontend::execute(portal, rows, &mut self.out).unwrap();
        self
    }

    fn describe(mut self, statement: &str) -> Self {
        frontend::describe(b'S', statement, &mut self.out).unwrap();
        self
    }

    /// Parse, Bind and Execute of the unnamed.
    fn does(self, sql: &str) -> Self {
        self.parse("", sql).bind("", "").execute("", 0)
    }

    fn sync(&mut self) -> String {
        frontend::sync(&mut self.out);
        self.send();
        self.until('Z')
    }

    fn query(&mut self, sql: &str) -> String {
        frontend::query(sql, &mut self.out).unwrap();
        self.send();
        self.until('Z')
    }
}

fn sqlstate(body: &[u8]) -> String {
    let mut fields = body.split(|&byte| byte == 0);
    let code = fields.find_map(|field| field.strip_prefix(b"C")).unwrap();
    String::from_utf8(code.to_vec()).unwrap()
}

#[test]
fn the_status_is_each_client_s_own() {
    let place = place();
    let (mut one, mut other) = (Raw::connect(&place), Raw::connect(&place));
    assert_eq!(one.query("BEGIN"), "CBEGIN ZT");
    assert_eq!(other.query("SELECT 1"), "T D1 CSELECT 1 ZI");
    assert_eq!(one.query("SELECT 1 / 0"), "E22012 ZE");
    assert_eq!(other.query(""), "I ZI");
    assert_eq!(one.query("SELECT 1"), "E25P02 ZE");
    assert_eq!(one.query("ROLLBACK"), "CROLLBACK ZI");
    assert_eq!(one.query("COMMIT"), "N CCOMMIT ZI");
}

#[test]
fn a_transaction_in_one_pipeline() {
    let place = place();
    let raw = Raw::connect(&place)
        .does("BEGIN")
        .does("INSERT INTO note VALUES (1)");
    let mut raw = raw.does("COMMIT").does("SELECT id FROM note");
    assert_eq!(
        raw.sync(),
        "1 2 CBEGIN 1 2 CINSERT 0 1 1 2 CCOMMIT 1 2 D1 CSELECT 1 ZI"
    );
}

#[test]
fn a_pipeline_fails_as_one() {
    let place = place();
    let raw = Raw::connect(&place)
        .does("INSERT INTO note VALUES (1)")
        .does("SELECT 1 / 0");
    let mut raw = raw.does("INSERT INTO note VALUES (2)");
    assert_eq!(raw.sync(), "1 2 CINSERT 0 1 1 E22012 ZI");
    assert_eq!(raw.query("SELECT count(*) FROM note"), "T D0 CSELECT 1 ZI");
    // What is answered here fails a pipeline like what the server answers.
    let mut raw = raw
        .does("INSERT INTO note VALUES (1)")
        .does("LISTEN x")
        .does("SELECT 1");
    assert_eq!(raw.sync(), "1 2 CINSERT 0 1 1 2 E0A000 ZI");
    assert_eq!(raw.query("SELECT count(*) FROM note"), "T D0 CSELECT 1 ZI");
}

#[test]
fn unnamed_statements_survive_the_turns_of_others() {
    let place = place();
    let mut one = Raw::connect(&place).parse("", "SELECT 'one'");
    assert_eq!(one.sync(), "1 ZI");
    let mut other = Raw::connect(&place).parse("", "SELECT 'other'");
    assert_eq!(other.sync(), "1 ZI");
    let mut one = one.bind("", "").execute("", 0);
    assert_eq!(one.sync(), "2 Done CSELECT 1 ZI");
    let mut other = other.bind("", "").execute("", 0);
    assert_eq!(other.sync(), "2 Dother CSELECT 1 ZI");
    // Portals end with their transaction, named ones too.
    let mut one = one.bind("p", "").execute("p", 0);
    assert_eq!(one.sync(), "2 Done CSELECT 1 ZI");
    assert_eq!(one.execute("p", 0).sync(), "E34000 ZI");
}

#[test]
fn a_client_that_flushes_after_preparing_does_not_stop_others() {
    let place = place();
    let mut one = Raw::connect(&place)
        .parse("s", "INSERT INTO note VALUES (1)")
        .describe("s");
    frontend::flush(&mut one.out);
    one.send();
    assert_eq!(one.until('n'), "1 t n");
    let mut other = Raw::connect(&place);
    assert_eq!(other.query("SELECT 1"), "T D1 CSELECT 1 ZI");
    // Some drivers go on with a simple query, and some with a Sync.
    assert_eq!(one.query("SELECT 2"), "T D2 CSELECT 1 ZI");
    let mut one = one.bind("", "s").execute("", 0);
    assert_eq!(one.sync(), "2 CINSERT 0 1 ZI");
    assert_eq!(one.sync(), "ZI");
}

#[test]
fn a_simple_query_ends_a_pipeline() {
    let place = place();
    let mut raw = Raw::connect(&place).does("INSERT INTO note VALUES (1)");
    assert_eq!(
        raw.query("SELECT id FROM note"),
        "1 2 CINSERT 0 1 T D1 CSELECT 1 ZI"
    );
}

#[test]
fn copy_in_a_pipeline_whose_sync_comes_early() {
    let place = place();
    let mut raw = Raw::connect(&place).does("COPY note (id) FROM STDIN");
    frontend::sync(&mut raw.out);
    raw.send();
    assert_eq!(raw.until('G'), "1 2 G");
    frontend::CopyData::new(&b"1\n2\n"[..])
        .unwrap()
        .write(&mut raw.out);
    frontend::copy_done(&mut raw.out);
    assert_eq!(raw.sync(), "CCOPY 2 ZI");
}

#[test]
fn encryption_is_declined_and_newer_protocols_are_talked_down() {
    let place = place();
    let mut raw = Raw::dial(&place);
    frontend::ssl_request(&mut raw.out);
    raw.send();
    let mut answer = [0];
    raw.stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N");
    // Version 3.2, an option that nobody knows, and no such database.
    let body = b"\0\x03\0\x02user\0me\0_pq_.new\0on\0database\0x\0\0";
    raw.stream
        .write_all(&u32::try_from(body.len() + 4).unwrap().to_be_bytes())
        .unwrap();
    raw.stream.write_all(body).unwrap();
    assert_eq!(raw.until('E'), "v E3D000");
}

#[test]
fn nonsense_ends_the_connection_and_nothing_else() {
    let place = place();
    let mut raw = Raw::dial(&place);
    raw.stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    assert_eq!(raw.stream.read(&mut [0; 10]).unwrap_or(0), 0);
    let mut raw = Raw::connect(&place);
    raw.stream.write_all(b"Q\xff\xff\xff\xff").unwrap();
    assert_eq!(raw.stream.read(&mut [0; 10]).unwrap_or(0), 0);
    assert_eq!(Raw::connect(&place).query("SELECT 1"), "T D1 CSELECT 1 ZI");
}

#[test]
fn a_wrong_key_cancels_nothing() {
    let place = place();
    let mut raw = Raw::connect(&place);
    frontend::query("SELECT pg_sleep(0.3)", &mut raw.out).unwrap();
    raw.send();
    for process in 1..4 {
        let mut cancel = Raw::dial(&place);
        frontend::cancel_request(process, 0, &mut cancel.out);
        cancel.send();
    }
    assert_eq!(raw.until('Z'), "T D CSELECT 1 ZI");
}
