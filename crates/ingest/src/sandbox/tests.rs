//! The parent's side against children that misbehave in every way, played by a shell;
//! the child's side in this process. Both together run in the tests of the server.

use std::time::Instant;

use super::*;

/// A sandbox whose child is a shell script, and a file for it to read.
fn sandbox(script: &str) -> (Sandbox, tempfile::NamedTempFile) {
    let args = vec!["-c".into(), script.into()];
    let limits = Limits {
        wall: Duration::from_secs(20),
        output_bytes: 1000,
        ..Limits::default()
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "Every child reads.").unwrap();
    (Sandbox::new("/bin/sh".into(), args, limits, 2), file)
}

async fn outcome(script: &str) -> IngestError {
    let (sandbox, file) = sandbox(script);
    sandbox
        .process(file.path(), "x.txt", 2026, &Given::default())
        .await
        .unwrap_err()
}

#[tokio::test]
async fn a_crash_is_told() {
    assert_eq!(outcome("kill -SEGV $$").await, IngestError::ReaderCrashed);
    assert_eq!(outcome("exit 3").await, IngestError::ReaderCrashed);
    assert_eq!(outcome("echo nonsense").await, IngestError::ReaderCrashed);
    assert_eq!(outcome("true").await, IngestError::ReaderCrashed);
}

#[tokio::test]
async fn limits_that_were_reached_are_told() {
    assert_eq!(
        outcome("kill -XCPU $$").await,
        IngestError::TimedOut { seconds: 30 }
    );
    let memory = IngestError::OutOfMemory {
        limit_bytes: 1 << 30,
    };
    assert_eq!(outcome("kill -KILL $$").await, memory);
    let aborts = "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$";
    assert_eq!(outcome(aborts).await, memory);
    assert_eq!(outcome("kill -ABRT $$").await, IngestError::ReaderCrashed);
}

#[tokio::test]
async fn a_child_that_answers_without_end_is_stopped() {
    let endless = "while :; do echo 0123456789; done";
    assert_eq!(
        outcome(endless).await,
        IngestError::TooMuchOutput { limit_bytes: 1000 }
    );
}

#[tokio::test]
async fn a_child_that_hangs_is_stopped_by_the_clock() {
    let (mut sandbox, file) = sandbox("sleep 60");
    sandbox.limits.wall = Duration::from_millis(200);
    let start = Instant::now();
    let error = sandbox
        .process(file.path(), "x.txt", 2026, &Given::default())
        .await
        .unwrap_err();
    assert_eq!(error, IngestError::TimedOut { seconds: 0 });
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn a_child_sees_no_environment_and_an_empty_folder() {
    let script = r#"read request; [ -z "$HOME$CARGO" ] && [ -z "$(ls -A)" ] && echo '{"Err":{"error":"encrypted"}}'"#;
    assert_eq!(outcome(script).await, IngestError::Encrypted);
}

#[tokio::test]
async fn size_is_judged_before_a_child_is_started() {
    let (mut sandbox, file) = sandbox("exit 1");
    sandbox.limits.input_bytes = 10;
    let error = sandbox
        .process(file.path(), "x.txt", 2026, &Given::default())
        .await
        .unwrap_err();
    assert_eq!(
        error,
        IngestError::TooLarge {
            bytes: 18,
            limit_bytes: 10
        }
    );
    std::fs::write(file.path(), "").unwrap();
    assert_eq!(
        sandbox
            .process(file.path(), "x.txt", 2026, &Given::default())
            .await,
        Err(IngestError::Empty)
    );
    let missing = sandbox
        .process(Path::new("/no/such/file"), "x.txt", 2026, &Given::default())
        .await
        .unwrap_err();
    assert!(matches!(missing, IngestError::Io { .. }));
}

#[test]
fn the_childs_answer_survives_the_way_back() {
    let (_, file) = sandbox("true");
    let request = Request {
        path: file.path().to_owned(),
        password: None,
        recognised: Vec::new(),
        file_name: "Grant Proposal 2024.txt".into(),
        task: Task::Read { current_year: 2026 },
        limits: Limits::default(),
    };
    let request: Request = serde_json::from_slice(&serde_json::to_vec(&request).unwrap()).unwrap();
    let reply = child::answer(Limits::default(), move || child::read(&request, 2026));
    let back: Reply<Parsed> = serde_json::from_slice(&serde_json::to_vec(&reply).unwrap()).unwrap();
    assert_eq!(back, reply);
    let parsed = back.unwrap();
    assert_eq!(parsed.passages[0].text, "Every child reads.");
    assert_eq!(parsed.proposal.year.unwrap().value, 2024);
}
