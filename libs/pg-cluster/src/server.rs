//! Creating, starting and stopping the server of a place. The caller holds the
//! decision lock.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use crate::binaries::Binaries;
use crate::error::ClusterError;
use crate::pid_file::{self, State};
use crate::place::{PORT, Place, private_dir};
use crate::profile::Profile;

/// The one superuser of a private cluster.
pub(crate) const SUPERUSER: &str = "postgres";

/// How often a state is looked at while waiting for it to change.
const POLL: Duration = Duration::from_millis(5);

/// A log longer than this (in bytes) is set aside at the next start.
const LONG_LOG: u64 = 10 * 1024 * 1024;

/// The binaries that fit the data, or any when there is none yet. `chosen` are
/// the only ones considered.
pub(crate) fn fitting_binaries(
    place: &Place,
    chosen: Option<&Binaries>,
) -> Result<Binaries, ClusterError> {
    let dir = place.data();
    let made_by = fs::read_to_string(dir.join("PG_VERSION")).ok();
    let major = made_by
        .as_ref()
        .map(|text| text.trim().parse().unwrap_or(0));
    let found = match (chosen, major) {
        (Some(chosen), Some(major)) => chosen.require(major),
        (Some(chosen), None) => Ok(chosen.clone()),
        (None, Some(major)) => Binaries::find_major(major),
        (None, None) => Binaries::find(),
    };
    found.map_err(|found| match made_by {
        Some(made_by) => ClusterError::OtherVersion {
            dir,
            made_by: made_by.trim().into(),
            found,
        },
        None => ClusterError::Find(found),
    })
}

/// Creates the data folder when there is none. A creation that was killed
/// halfway leaves nothing behind that counts: the folder gets its name last.
pub(crate) fn create(
    place: &Place,
    binaries: &Binaries,
    profile: Profile,
) -> Result<(), ClusterError> {
    let (data, unfinished) = (place.data(), place.home.join("pgdata.unfinished"));
    if data.join("PG_VERSION").exists() {
        return Ok(());
    }
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).map_err(ClusterError::io("remove", &unfinished))?;
    }
    private_dir(&unfinished, &place.user)?;
    initdb(place, binaries, profile, &unfinished)?;
    let configuration = unfinished.join("postgresql.conf");
    let includes = "\ninclude_if_exists = 'pg-cluster.conf'\ninclude_if_exists = 'local.conf'\n";
    let appended = File::options().append(true).open(&configuration);
    appended
        .and_then(|mut file| file.write_all(includes.as_bytes()))
        .map_err(ClusterError::io("write", &configuration))?;
    fs::rename(&unfinished, &data).map_err(ClusterError::io("create", &data))
}

/// Runs `initdb` with text sorted by code point everywhere, so that the order
/// neither differs between machines nor changes with a system's libraries
/// (which would spoil indexes), while upper and lower case are Unicode's.
fn initdb(
    place: &Place,
    binaries: &Binaries,
    profile: Profile,
    data: &Path,
) -> Result<(), ClusterError> {
    let builtin: &[&str] = &[
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    ];
    // Before 17 case comes from the system; the names of its locales vary.
    let of_system: &[&[&str]] = &[
        &["--locale=C", "--lc-ctype=C.UTF-8"],
        &["--locale=C", "--lc-ctype=en_US.UTF-8"],
        &["--locale=C"],
    ];
    let attempts = if binaries.major() >= 17 {
        &[builtin]
    } else {
        of_system
    };
    let mut output = String::new();
    for locale in attempts {
        let mut command = place.user.command(binaries.program("initdb"));
        command
            .arg("--pgdata")
            .arg(data)
            .args(*locale)
            .current_dir(data);
        command.args(["--encoding=UTF8", "--text-search-config=english"]);
        command.args([
            "--auth-local=trust",
            "--auth-host=reject",
            profile.initdb_flag(),
        ]);
        command.args(["--username", SUPERUSER]);
        output = match run(&mut command)? {
            Ok(()) => return Ok(()),
            Err(refusal) => refusal,
        };
    }
    Err(ClusterError::Program {
        program: "initdb",
        output,
    })
}

/// Runs a program to its end; the inner error is what it printed.
fn run(command: &mut Command) -> Result<Result<(), String>, ClusterError> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(ClusterError::io("run", program))?;
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed).trim().to_owned();
    Ok(if output.status.success() {
        Ok(())
    } else {
        Err(printed)
    })
}

/// Makes sure that a server is ready: waits for one that is on its way, adopts
/// one whose starter died, starts one when there is none.
pub(crate) fn ensure_ready(
    place: &Place,
    binaries: &Binaries,
    configuration: &str,
    patience: Duration,
) -> Result<(), ClusterError> {
    let (data, deadline) = (place.data(), Instant::now() + patience);
    let mut launched: Option<Launch> = None;
    loop {
        match (pid_file::state(&data), &mut launched) {
            (State::Ready(_), launch) => {
                if let Some(launch) = launch.take() {
                    launch.detach();
                }
                return Ok(());
            }
            (State::Busy(_), _) => {}
            (State::Down, None) => launched = Some(Launch::new(place, binaries, configuration)?),
            (State::Down, Some(launch)) => {
                if launch.has_failed(place)? {
                    launched = None;
                    thread::sleep(POLL * 20);
                }
            }
        }
        if Instant::now() > deadline {
            if let Some(launch) = launched.take() {
                launch.detach();
            }
            let what = "PostgreSQL to become ready";
            return Err(ClusterError::Timeout {
                what,
                waited: patience,
                log: place.log(),
            });
        }
        thread::sleep(POLL);
    }
}

/// A server that we started and that is not ready yet.
struct Launch {
    child: Child,
    /// Length of the log before the start, to quote only what is new.
    log_before: u64,
}

impl Launch {
    fn new(place: &Place, binaries: &Binaries, configuration: &str) -> Result<Self, ClusterError> {
        let data = place.data();
        pid_file::remove_if_reused(&data);
        write_configuration(place, configuration)?;
        let (log, log_before) = open_log(place)?;
        let errors = log
            .try_clone()
            .map_err(ClusterError::io("open", place.log()))?;
        let mut command = place.user.command(binaries.program("postgres"));
        command
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&place.socket_dir);
        command.args(["-c", "listen_addresses=", "-p", &PORT.to_string()]);
        command.current_dir(&data).stdout(log).stderr(errors);
        // Its own group, so that Ctrl-C in our terminal does not reach it.
        let child = command.process_group(0).spawn();
        let child = child.map_err(ClusterError::io("run", binaries.program("postgres")))?;
        Ok(Self { child, log_before })
    }

    /// Whether the server ended, and a new attempt makes sense: the backends of
    /// a killed postmaster take a moment to notice and go.
    fn has_failed(&mut self, place: &Place) -> Result<bool, ClusterError> {
        let ended = self
            .child
            .try_wait()
            .map_err(ClusterError::io("wait for", place.log()))?;
        if ended.is_none() {
            return Ok(false);
        }
        let tail = log_since(&place.log(), self.log_before);
        if tail.contains("is still in use") {
            return Ok(true);
        }
        Err(ClusterError::Start {
            log: place.log(),
            tail,
        })
    }

    /// Lets the server run on its own. Somebody has to wait for it in the end,
    /// or it stays a zombie for as long as we live.
    fn detach(mut self) {
        thread::spawn(move || self.child.wait());
    }
}

fn write_configuration(place: &Place, text: &str) -> Result<(), ClusterError> {
    let path = place.data().join("pg-cluster.conf");
    let fresh = place
        .data()
        .join(format!("pg-cluster.conf.{}", process::id()));
    // The folder is the server's, and we may be root: nothing that lies there may
    // lead our pen elsewhere, so the file is new and changes hands while open.
    let _ = fs::remove_file(&fresh);
    let opened = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh);
    let mut file = opened.map_err(ClusterError::io("create", &fresh))?;
    file.write_all(text.as_bytes())
        .map_err(ClusterError::io("write", &fresh))?;
    place.user.own_open(&file, &fresh)?;
    fs::rename(&fresh, &path).map_err(ClusterError::io("rename", &fresh))
}

/// The log file, ready for appending, and its present length.
fn open_log(place: &Place) -> Result<(File, u64), ClusterError> {
    let path = place.log();
    let length = fs::metadata(&path).map_or(0, |metadata| metadata.len());
    if length > LONG_LOG {
        let aside = path.with_extension("log.1");
        fs::rename(&path, &aside).map_err(ClusterError::io("rename", &path))?;
    }
    let opened = File::options()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(&path);
    let file = opened.map_err(ClusterError::io("open", &path))?;
    place.user.own(&path)?;
    Ok((file, if length > LONG_LOG { 0 } else { length }))
}

/// What was logged after the first `skip` bytes, at most the last 20 lines.
fn log_since(log: &Path, skip: u64) -> String {
    let mut text = Vec::new();
    if let Ok(mut file) = File::open(log) {
        let _ = file
            .seek(SeekFrom::Start(skip))
            .and_then(|_| file.read_to_end(&mut text));
    }
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// Stops the server if one runs: ends its sessions, writes a checkpoint. Never
/// with SIGQUIT, which leaves shared memory behind.
pub(crate) fn stop(place: &Place, patience: Duration) -> Result<(), ClusterError> {
    let (data, deadline) = (place.data(), Instant::now() + patience);
    let mut told = false;
    while let State::Ready(pid) | State::Busy(pid) = pid_file::state(&data) {
        if !told {
            interrupt(place, pid)?;
            told = true;
        }
        if Instant::now() > deadline {
            let what = "PostgreSQL to stop";
            return Err(ClusterError::Timeout {
                what,
                waited: patience,
                log: place.log(),
            });
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Sends SIGINT, PostgreSQL's fast shutdown. As the server's user, so that no
/// other process can be hit; through the shell, because its `kill` is built in.
fn interrupt(place: &Place, pid: u32) -> Result<(), ClusterError> {
    let mut command = place.user.command("/bin/sh");
    command
        .args(["-c", "kill -INT \"$1\"", "sh", &pid.to_string()])
        .current_dir("/");
    // A failure means that it has just ended by itself.
    run(&mut command).map(|_| ())
}
