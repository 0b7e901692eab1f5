//! Stopping the server of a process that was killed.
//!
//! A program that embeds a cluster offers a hidden subcommand that calls
//! [`run`], and starts itself with it through
//! [`Cluster::spawn_watchdog`](crate::Cluster::spawn_watchdog). The watchdog
//! waits at a pipe whose other end its parent holds: when the parent is gone,
//! however it went, the pipe ends.

use std::ffi::OsStr;
use std::io::{Read, Write, stdin};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::ClusterError;
use crate::stopping::{Stopping, stop_unused};

/// A dying process does not release its pipe and its lease in the same moment.
const LEASE_GRACE: Duration = Duration::from_secs(3);

/// What the parent writes before it leaves by itself.
const DISMISSED: &[u8] = b".";

/// Waits until the parent process is gone, then stops the cluster of the folder
/// `dir` unless somebody else uses it. Returns at once when the parent left the
/// cluster in good order. To be called by the watchdog process only: it reads
/// the standard input.
pub fn run(dir: &Path) -> Result<(), ClusterError> {
    let mut message = Vec::new();
    let read = stdin().lock().take(1).read_to_end(&mut message);
    read.map_err(ClusterError::io(
        "read from the parent of the watchdog of",
        dir,
    ))?;
    if message == DISMISSED {
        return Ok(());
    }
    stop_if_unused(dir)
}

fn stop_if_unused(dir: &Path) -> Result<(), ClusterError> {
    let deadline = Instant::now() + LEASE_GRACE;
    while stop_unused(dir)? == Stopping::InUse && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// A watchdog process as its parent sees it.
#[derive(Debug)]
pub(crate) struct Watchdog {
    child: Child,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts `program` apart from our terminal, with a pipe as its input.
    pub(crate) fn spawn<A: AsRef<OsStr>>(
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<Self, ClusterError> {
        let mut command = Command::new(program);
        command.args(arguments).process_group(0);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(ClusterError::io("run", program))?;
        let pipe = child.stdin.take();
        Ok(Self { child, pipe })
    }

    /// Sends the watchdog away: its work is done.
    pub(crate) fn dismiss(mut self) {
        if let Some(mut pipe) = self.pipe.take() {
            let _ = pipe.write_all(DISMISSED);
        }
        let _ = self.child.wait();
    }
}
