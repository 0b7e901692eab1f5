//! Stopping a cluster that nobody uses, without opening it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::error::ClusterError;
use crate::home;
use crate::lease::{Decision, Lease};
use crate::pid_file::{self, State};
use crate::place::{Place, decision_file, lease_file};
use crate::server;

/// How long to wait for others that may start or stop the server just now, and
/// for the server to stop.
const PATIENCE: Duration = Duration::from_mins(2);

/// What became of a server that was to be stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopping {
    /// It is stopped now.
    Stopped,
    /// It did not run.
    WasDown,
    /// Somebody uses it, so it still runs.
    InUse,
}

/// Stops the server of the cluster in the folder `dir` if it runs and nobody uses
/// it. Creates and starts nothing, whatever there is in the folder.
pub fn stop_unused(dir: &Path) -> Result<Stopping, ClusterError> {
    let dir = match fs::canonicalize(dir) {
        Ok(dir) => dir,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Stopping::WasDown),
        Err(error) => return Err(ClusterError::io("resolve", dir)(error)),
    };
    let Some(place) = running(&dir)? else {
        return Ok(Stopping::WasDown);
    };
    let _decision = Decision::take(&decision_file(&dir), PATIENCE)?;
    if !Lease::nobody(&lease_file(&dir))? {
        return Ok(Stopping::InUse);
    }
    server::stop(&place, PATIENCE)?;
    Ok(Stopping::Stopped)
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
