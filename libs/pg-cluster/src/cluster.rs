//! The cluster as its user sees it.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::binaries::Binaries;
use crate::error::ClusterError;
use crate::home;
use crate::lease::{Decision, Lease};
use crate::place::{PORT, Place, decision_file, lease_file};
use crate::profile::Profile;
use crate::server::{self, SUPERUSER};
use crate::watchdog::Watchdog;

/// What happens to the server when its last user leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastUser {
    /// It is stopped.
    Stops,
    /// It keeps running, for the next user to find it warm.
    LeavesRunning,
}

/// How to open a cluster.
#[derive(Clone, Debug)]
pub struct ClusterOptions {
    dir: PathBuf,
    profile: Profile,
    app_name: String,
    binaries: Option<Binaries>,
    last_user: LastUser,
    patience: Duration,
    settings: Vec<(String, String)>,
}

impl ClusterOptions {
    /// A cluster in the folder `dir`, which is created when missing.
    pub fn new(dir: impl Into<PathBuf>, profile: Profile) -> Self {
        Self {
            dir: dir.into(),
            profile,
            app_name: "pg-cluster".to_owned(),
            binaries: None,
            last_user: LastUser::Stops,
            patience: Duration::from_mins(1),
            settings: Vec::new(),
        }
    }

    /// Names the folder under `/var/lib` that is used when we are root and the
    /// server's user cannot enter the cluster's folder.
    #[must_use]
    pub fn app_name(mut self, name: impl Into<String>) -> Self {
        self.app_name = name.into();
        self
    }

    /// Uses these programs and no others. Without it, those that fit the data
    /// are searched, see [`Binaries::find`].
    #[must_use]
    pub fn binaries(mut self, binaries: Binaries) -> Self {
        self.binaries = Some(binaries);
        self
    }

    /// What happens when the last user leaves. Default: the server stops.
    #[must_use]
    pub fn last_user(mut self, last_user: LastUser) -> Self {
        self.last_user = last_user;
        self
    }

    /// How long to wait for the server to start or stop. Default: a minute.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Adds a server setting, which takes effect when the server is next
    /// started and wins over the profile's.
    #[must_use]
    pub fn setting(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }
}

/// A running private cluster that this process uses. Dropping it leaves the
/// cluster as [`Cluster::close`] does, without telling of errors.
#[derive(Debug)]
pub struct Cluster {
    options: ClusterOptions,
    place: Place,
    binaries: Binaries,
    notes: Vec<String>,
    lease: Option<Lease>,
    watchdog: Option<Watchdog>,
}

impl Cluster {
    /// Opens the cluster: creates it at the first time, starts it or joins those
    /// who use it already. A server whose starter died is adopted; after a crash
    /// PostgreSQL recovers by itself.
    pub fn open(options: ClusterOptions) -> Result<Self, ClusterError> {
        fs::create_dir_all(&options.dir).map_err(ClusterError::io("create", &options.dir))?;
        let dir = fs::canonicalize(&options.dir);
        let dir = dir.map_err(ClusterError::io("resolve", &options.dir))?;
        let _decision = Decision::take(&decision_file(&dir), options.patience)?;
        let system = Path::new("/var/lib").join(&options.app_name);
        let (home, note) = home::settle(&dir, &system)?;
        let place = Place::new(dir, home)?;
        let binaries = server::fitting_binaries(&place, options.binaries.as_ref())?;
        server::create(&place, &binaries, options.profile)?;
        let lease = Lease::join(&lease_file(&place.dir))?;
        place.prepare()?;
        let configuration = options.profile.configuration(&options.settings);
        server::ensure_ready(&place, &binaries, &configuration, options.patience)?;
        let notes = note.into_iter().collect();
        Ok(Self {
            options,
            place,
            binaries,
            notes,
            lease: Some(lease),
            watchdog: None,
        })
    }

    /// A connection URL for a database of the cluster, for sqlx, tokio-postgres,
    /// psql and everything else that takes the socket's folder as `host`. It names
    /// no other host, which some of them would try first.
    pub fn url(&self, database: &str) -> String {
        let (database, socket) = (
            encode(database.as_bytes()),
            self.place.socket_dir.as_os_str(),
        );
        let socket = encode(socket.as_encoded_bytes());
        format!("postgres:///{database}?host={socket}&port={PORT}&user={SUPERUSER}")
    }

    /// What the user should be told, such as that the data is elsewhere.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The programs that the cluster uses.
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// The cluster's folder, as [`ClusterOptions::new`] was given it, with all links
    /// followed. Mostly everything is in it.
    pub fn dir(&self) -> &Path {
        &self.place.dir
    }

    /// The folder of the server's socket.
    pub fn socket_dir(&self) -> &Path {
        &self.place.socket_dir
    }

    /// The server's data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.place.data()
    }

    /// The server's log file.
    pub fn log_file(&self) -> PathBuf {
        self.place.log()
    }

    /// Whether the server is alive: it answers on its socket.
    pub fn is_running(&self) -> bool {
        UnixStream::connect(self.place.socket()).is_ok()
    }

    /// Starts the watchdog: a process that stops the server when this process
    /// is killed and nobody else uses the cluster. `program` with `arguments`
    /// must lead to [`crate::watchdog::run`] with this cluster's folder.
    pub fn spawn_watchdog<A: AsRef<OsStr>>(
        &mut self,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Result<(), ClusterError> {
        self.watchdog = Some(Watchdog::spawn(program, arguments)?);
        Ok(())
    }

    /// Leaves the cluster. The last user stops the server, unless told otherwise
    /// by [`ClusterOptions::last_user`].
    pub fn close(mut self) -> Result<(), ClusterError> {
        self.leave()
    }

    fn leave(&mut self) -> Result<(), ClusterError> {
        let Some(lease) = self.lease.take() else {
            return Ok(());
        };
        let patience = self.options.patience;
        let _decision = Decision::take(&decision_file(&self.place.dir), patience)?;
        let alone = lease.leave();
        if alone && self.options.last_user == LastUser::Stops {
            server::stop(&self.place, patience)?;
        }
        if let Some(watchdog) = self.watchdog.take() {
            watchdog.dismiss();
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.leave();
    }
}

/// Percent-encodes what is not plain in a URL.
fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_encoded_for_urls() {
        assert_eq!(encode(b"/a b/c+d"), "/a%20b/c%2Bd");
        assert_eq!(encode("été".as_bytes()), "%C3%A9t%C3%A9");
    }
}
