//! The box around the readers of files, with the real program as reader.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use archivist_ingest::{Given, IngestError, Limits, Sandbox};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::eventually;

const PROGRAM: &str = env!("CARGO_BIN_EXE_archivist");

fn sandbox() -> Sandbox {
    let args = vec!["extract-child".into()];
    Sandbox::new(PROGRAM.into(), args, Limits::default(), 2)
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default();
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

#[tokio::test]
async fn a_reader_says_how_it_is_held() {
    let found = sandbox().confinement().await.unwrap();
    let linux = cfg!(target_os = "linux") && !cfg!(coverage);
    assert_eq!(found.calls, linux, "{found}");
}

#[tokio::test]
async fn an_archive_is_unpacked_by_a_reader_that_can_write_nowhere_else() {
    let place = TempDir::new().unwrap();
    let archive = place.path().join("archive");
    let inner = zip_of(&[("plan.txt", b"A plan.")]);
    let files = [
        ("a/report.txt", b"A report.".as_slice()),
        ("old.zip", &inner),
    ];
    fs::write(&archive, zip_of(&files)).unwrap();
    let into = place.path().join("into");
    fs::create_dir(&into).unwrap();
    let given = Given::default();
    let members = sandbox().unpack(&archive, "files.zip", &given, &into).await;
    let members = members.unwrap();
    let told: Vec<(&str, String)> = members
        .iter()
        .map(|member| {
            (
                member.name.as_str(),
                fs::read_to_string(&member.path).unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("a/report.txt", "A report.".to_owned()),
            ("old.zip/plan.txt", "A plan.".to_owned())
        ]
    );
    // Each of them is a document for the reader.
    let path = &members[0].path;
    let read = sandbox()
        .process(path, "report.txt", 2026, &given)
        .await
        .unwrap();
    assert_eq!(read.passages[0].text, "A report.");
    let missing = sandbox()
        .unpack(&archive, "files.zip", &given, Path::new("/no/such"))
        .await;
    assert!(matches!(missing, Err(IngestError::Io { .. })));
}

#[cfg(all(target_os = "linux", not(coverage)))]
#[tokio::test]
async fn a_reader_at_work_is_held_by_the_kernel() {
    let place = TempDir::new().unwrap();
    // A pipe without a writer holds the reader at its first call for the file.
    let pipe = place.path().join("pipe.txt");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    let limits = serde_json::to_value(Limits::default()).unwrap();
    let request = serde_json::json!({
        "path": pipe, "password": null, "file_name": "pipe.txt",
        "task": { "Read": { "current_year": 2026 } }, "limits": limits,
    });
    let mut child = Command::new(PROGRAM)
        .arg("extract-child")
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(stdin, "{request}").unwrap();
    drop(stdin);
    let folder = format!("/proc/{}", child.id());
    let says = |file: &str, line: &str| {
        let text = fs::read_to_string(format!("{folder}/{file}")).unwrap_or_default();
        text.lines().any(|found| {
            found
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .starts_with(line)
        })
    };
    eventually("the reader waits for its file", async || {
        says("status", "Threads: 2").then_some(())
    })
    .await;
    assert!(says("status", "NoNewPrivs: 1"));
    assert!(says("status", "Seccomp: 2"));
    assert!(says("limits", "Max address space 1073741824"));
    assert!(says("limits", "Max cpu time 30"));
    assert!(says("limits", "Max file size 0"));
    assert!(says("limits", "Max open files 16"));
    child.kill().unwrap();
    child.wait().unwrap();
}
