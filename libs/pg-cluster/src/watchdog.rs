//! Stopping the server of a process that was killed.
//!
//! A program that embeds a cluster offers a hidden subcommand that calls
//! [`run`], and starts itself with it through
//! [`Cluster::spawn_watchdog`](crate::Cluster::spawn_watchdog). The watchdog
//! waits at a pipe whose other end its parent holds: when the parent is gone,
//! however it went, the pipe ends.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write, stdin};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::ClusterError;
use crate::home;
use crate::lease::{Decision, Lease};
use crate::pid_file::{self, State};
use crate::place::{Place, decision_file, lease_file};
use crate::server;

/// How long to wait for others that may start or stop the server just now, and
/// for the server to stop.
const PATIENCE: Duration = Duration::from_mins(2);

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
    let dir = fs::canonicalize(dir).map_err(ClusterError::io("resolve", dir))?;
    let deadline = Instant::now() + LEASE_GRACE;
    while let Some(place) = running(&dir)? {
        let decision = Decision::take(&decision_file(&dir), PATIENCE)?;
        if Lease::nobody(&lease_file(&dir))? {
            return server::stop(&place, PATIENCE);
        }
        drop(decision);
        if Instant::now() > deadline {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// The place of the folder's cluster if its server is alive.
fn running(dir: &Path) -> Result<Option<Place>, ClusterError> {
    let Some(home) = home::locate(dir)? else {
        return Ok(None);
    };
    let place = Place::new(dir.into(), home)?;
    let alive = pid_file::state(&place.data()) != State::Down;
    Ok(alive.then_some(place))
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
