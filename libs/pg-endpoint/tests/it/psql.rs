//! psql, as a client that knows nothing of us.

use std::io::Write as _;
use std::process::{Command, Stdio};

use pg_endpoint::{Mode, end_url};

use crate::support::place;

/// Runs psql with this script; returns what it printed to both outputs.
fn psql(url: &str, script: &str) -> String {
    let mut command = Command::new("psql");
    command.args(["-X", "-A", "-t", "-q", "-d", url]);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .expect("psql is needed, as it comes with PostgreSQL");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(script.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
}

#[test]
fn psql_works_in_rollback_mode() {
    let place = place();
    let url = place.url(Mode::Rollback);
    psql(
        &url,
        "BEGIN;\nINSERT INTO note VALUES (1, 'one');\nCOMMIT;\n",
    );
    let script = "\\copy note FROM STDIN\n2\ttwo\n\\.\nSELECT text FROM note ORDER BY id;\n";
    assert_eq!(psql(&url, script), "one\ntwo\n");
    let described = psql(&url, "\\d note\n");
    assert!(described.starts_with("id|integer|"), "{described}");
    let errors = psql(&url, "SELECT 1 / 0;\n\\echo :SQLSTATE\nSELECT 'on';\n");
    assert!(errors.starts_with("22012\non\n"), "{errors}");
    let fetched = psql(&url, "\\set FETCH_COUNT 2\nSELECT generate_series(1, 5);\n");
    assert_eq!(fetched, "1\n2\n3\n4\n5\n");
}

#[test]
fn psql_ends_a_test() {
    let place = place();
    let url = place.url(Mode::Rollback);
    psql(&url, "INSERT INTO note VALUES (1);\n");
    let end = end_url(place.endpoint.port(), None, "shop", &place.id);
    assert_eq!(psql(&end, "SELECT 1;\n"), "");
    assert_eq!(psql(&url, "SELECT count(*) FROM note;\n"), "0\n");
}
