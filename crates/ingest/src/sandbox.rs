//! Reading a file in a child process with limits.
//!
//! Parsers of untrusted files crash, loop and devour memory; here that costs one
//! document an error message. The child is the same program under a hidden command
//! that calls [`child_main`]. It gets a path and limits as one line of JSON, sets the
//! limits on itself, and answers with one JSON document.
//!
//! What applies everywhere: address space (not on macOS), processor time, size of
//! written files, few files open, an empty environment, a private working folder,
//! wall-clock time and size of the answer. What the kernel of Linux adds, as far as it
//! can ([`Confinement`]): the child opens the file it reads and the folder it unpacks
//! into and nothing else, reaches no network and starts no program.

mod child;
mod confine;
mod verdict;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;

use crate::error::IngestError;
use crate::extract::{Given, Recognised};
use crate::members::{Found, Member};
use crate::parse::Parsed;
pub use child::child_main;
pub use confine::Confinement;
use verdict::{Ending, verdict};

/// How much of the child's messages is kept for the log.
const STDERR_TAIL: usize = 4096;

/// What one file may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Size of the file, in bytes.
    pub input_bytes: u64,
    /// Address space of the child, in bytes; where the system knows such a limit.
    pub memory_bytes: u64,
    /// Processor time of the child.
    pub cpu_seconds: u64,
    /// Time from start to answer.
    pub wall: Duration,
    /// Size of the child's answer, in bytes.
    pub output_bytes: u64,
    /// Size of all that a container unpacks to, in bytes; each member may have
    /// `input_bytes`.
    pub unpacked_bytes: u64,
}

impl Default for Limits {
    /// 50 MiB in, 1 GiB of memory, 30 s of processor and of wall clock, 64 MiB out,
    /// 2 GiB out of a container.
    fn default() -> Self {
        Self {
            input_bytes: 50 << 20,
            memory_bytes: 1 << 30,
            cpu_seconds: 30,
            wall: Duration::from_secs(30),
            output_bytes: 64 << 20,
            unpacked_bytes: 2 << 30,
        }
    }
}

/// Reads files in child processes, a bounded number at a time. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Sandbox {
    program: PathBuf,
    args: Vec<OsString>,
    limits: Limits,
    slots: Arc<Semaphore>,
}

/// What the child is told, as one line of JSON.
#[derive(Debug, Serialize, Deserialize)]
struct Request {
    path: PathBuf,
    password: Option<String>,
    #[serde(default)]
    recognised: Vec<Recognised>,
    file_name: String,
    task: Task,
    limits: Limits,
}

/// What is wanted of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
enum Task {
    /// Its text: a [`Parsed`].
    Read { current_year: i32 },
    /// The files in it, written into a folder: [`Found`]s.
    Unpack { into: PathBuf },
    /// Nothing: what would confine the reader, a [`Confinement`].
    Confine,
}

/// What the child answers.
type Reply<T> = Result<T, IngestError>;

impl Sandbox {
    /// `program args…` must lead to [`child_main`]; `program` is an absolute path, as
    /// the child has no `PATH`. At most `slots` children run at once.
    pub fn new(program: PathBuf, args: Vec<OsString>, limits: Limits, slots: usize) -> Self {
        Self {
            program,
            args,
            limits,
            slots: Arc::new(Semaphore::new(slots.max(1))),
        }
    }

    /// Reads the file at `path`, which the user knows as `file_name`. `current_year`
    /// bounds the years that are proposed. Dropping the future kills the child.
    pub async fn process(
        &self,
        path: &Path,
        file_name: &str,
        current_year: i32,
        given: &Given<'_>,
    ) -> Result<Parsed, IngestError> {
        self.check_size(path, self.limits.input_bytes).await?;
        let task = Task::Read { current_year };
        self.ask(path, file_name, given, task).await
    }

    /// Unpacks the archive or e-mail at `path` ([`FileKind::is_container`]) into the
    /// folder `into`, which is the caller's to make and to remove. Inner containers
    /// are unpacked as well: nothing that comes out needs it again. Dropping the
    /// future kills the child.
    ///
    /// A member that cannot be unpacked tells why, and the others come nevertheless.
    /// An error is one of the whole container: [`IngestError::Encrypted`],
    /// [`IngestError::WrongPassword`], or a bomb. The folder may then hold a part.
    ///
    /// [`FileKind::is_container`]: crate::FileKind::is_container
    pub async fn unpack(
        &self,
        path: &Path,
        file_name: &str,
        given: &Given<'_>,
        into: &Path,
    ) -> Result<Vec<Member>, IngestError> {
        self.check_size(path, self.limits.unpacked_bytes).await?;
        let into = std::fs::canonicalize(into)?;
        let task = Task::Unpack { into: into.clone() };
        let found: Vec<Found> = self.ask(path, file_name, given, task).await?;
        let member = |found: Found| found.into_member(&into);
        Ok(found.into_iter().map(member).collect())
    }

    /// What the kernel of this machine keeps from the children, found out by one.
    pub async fn confinement(&self) -> Result<Confinement, IngestError> {
        let given = Given::default();
        self.ask(&self.program, "", &given, Task::Confine).await
    }

    /// Starts a child for one file and waits for its answer.
    async fn ask<T: DeserializeOwned>(
        &self,
        path: &Path,
        file_name: &str,
        given: &Given<'_>,
        task: Task,
    ) -> Reply<T> {
        let request = Request {
            path: std::path::absolute(path)?,
            password: given.password.map(str::to_owned),
            recognised: given.recognised.to_vec(),
            file_name: file_name.to_owned(),
            task,
            limits: self.limits,
        };
        let request = serde_json::to_vec(&request).map_err(io::Error::from)?;
        let _slot = self.slots.acquire().await.map_err(io::Error::other)?;
        let folder = TempDir::new()?;
        let child = self.spawn(folder.path())?;
        match tokio::time::timeout(self.limits.wall, self.converse(child, request)).await {
            Ok(ending) => verdict(ending?, &self.limits),
            Err(_) => Err(IngestError::TimedOut {
                seconds: self.limits.wall.as_secs(),
            }),
        }
    }

    async fn check_size(&self, path: &Path, limit_bytes: u64) -> Result<(), IngestError> {
        let bytes = tokio::fs::metadata(path).await?.len();
        match bytes {
            0 => Err(IngestError::Empty),
            _ if bytes > limit_bytes => Err(IngestError::TooLarge { bytes, limit_bytes }),
            _ => Ok(()),
        }
    }

    fn spawn(&self, folder: &Path) -> io::Result<Child> {
        Command::new(&self.program)
            .args(&self.args)
            .env_clear()
            .envs(counting())
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
    }

    /// Sends the request and gathers what comes of it. A child that answers too much
    /// is not waited for.
    async fn converse(&self, mut child: Child, mut request: Vec<u8>) -> io::Result<Ending> {
        let missing = || io::Error::other("the reader has no pipe");
        let mut stdin = child.stdin.take().ok_or_else(missing)?;
        let stdout = child.stdout.take().ok_or_else(missing)?;
        let stderr = child.stderr.take().ok_or_else(missing)?;
        let messages = tokio::spawn(tail(stderr));
        request.push(b'\n');
        // A child that died at once is known by its status, not by this.
        let _ = stdin.write_all(&request).await;
        drop(stdin);
        let Some(answer) = read_at_most(stdout, self.limits.output_bytes).await? else {
            child.kill().await?;
            return Ok(Ending::TooMuch);
        };
        let status = child.wait().await?;
        let messages = messages.await.unwrap_or_default();
        Ok(Ending::Exited {
            status,
            answer,
            messages,
        })
    }
}

/// In a build of `make coverage`, where the child writes which lines it ran; in all
/// others nothing.
fn counting() -> Option<(&'static str, OsString)> {
    let variable = "LLVM_PROFILE_FILE";
    let file = std::env::var_os(variable).filter(|_| cfg!(coverage))?;
    Some((variable, file))
}

/// Everything that comes, or `None` when it is more than `limit` bytes.
async fn read_at_most(stream: impl AsyncRead + Unpin, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(limit + 1).read_to_end(&mut bytes).await?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// The last part of what the child has to say.
async fn tail(mut stream: impl AsyncRead + Unpin) -> String {
    let mut kept = Vec::new();
    let mut buffer = [0; STDERR_TAIL];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        kept.extend_from_slice(&buffer[..read]);
        kept.drain(..kept.len().saturating_sub(STDERR_TAIL));
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests;
