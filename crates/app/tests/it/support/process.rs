//! The real program, run and watched.

use std::fs::{self, File};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long a process may take to say that it is ready, or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// The program with none of our own settings, so that a developer's
/// `DATABASE_URL` does not reach it. `make coverage` says in the last one where the
/// program writes which lines it ran.
pub(crate) fn archivist() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_archivist"));
    command.env_clear();
    for name in [
        "PATH",
        "HOME",
        "TMPDIR",
        "LD_LIBRARY_PATH",
        "LLVM_PROFILE_FILE",
    ] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    // Whether this machine can read pictures of pages changes nothing.
    command.env("ARCHIVIST_OCR", "false");
    command
}

/// What a command that has ended left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Finished {
    /// The standard output of a command that should have succeeded.
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{self:?}");
        self.stdout
    }

    /// The same, read as JSON.
    #[track_caller]
    pub(crate) fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.ok()).expect("JSON on standard output")
    }

    /// The error message of a command that should have failed.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!(self.code, Some(1), "{self:?}");
        self.stderr
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Finished {
    let output = command.stdin(Stdio::null()).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Finished {
        code: output.status.code(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// A process in the background. Dropping it stops it, and shows what it said when
/// the test has failed.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    said: TempDir,
}

impl Process {
    /// Starts a command.
    pub(crate) fn start(command: &mut Command) -> Self {
        let said = TempDir::new().unwrap();
        let file = |name| File::create(said.path().join(name)).unwrap();
        let child = command
            .stdin(Stdio::null())
            .stdout(file("stdout"))
            .stderr(file("stderr"))
            .spawn()
            .expect("it starts");
        Self { child, said }
    }

    /// Its number.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it has printed so far.
    pub(crate) fn stdout(&self) -> String {
        read(&self.said.path().join("stdout"))
    }

    /// All that it has complained and logged so far.
    pub(crate) fn stderr(&self) -> String {
        read(&self.said.path().join("stderr"))
    }

    /// Waits until `find` sees in the output what it looks for.
    pub(crate) fn wait_for<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = find(&self.stdout()) {
                return found;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "ended early: {}", self.stderr());
            assert!(Instant::now() < deadline, "says nothing: {}", self.stderr());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        if let Some(status) = self.child.try_wait().unwrap() {
            return status;
        }
        send("TERM", self.child.id());
        self.wait()
    }

    /// Ends it without a chance to put anything in order.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        assert_eq!(self.wait().signal(), Some(9));
    }

    fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(Duration::from_millis(5));
        }
        self.child.kill().unwrap();
        self.child.wait().unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
        if thread::panicking() {
            eprintln!("— the process said:\n{}{}", self.stdout(), self.stderr());
        }
    }
}

/// Sends a signal to one process.
pub(crate) fn send(signal: &str, pid: u32) {
    let order = format!("kill -{signal} {pid}");
    let status = Command::new("/bin/sh").args(["-c", &order]).status();
    assert!(status.unwrap().success(), "{order}");
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
