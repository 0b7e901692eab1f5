//! The command `testbed` as a companion of the test processes: it watches the
//! server when they are gone, and prints the report when they have ended.
//!
//! It is a convenience. Where the command is not installed, the next test
//! process clears up, and `testbed report` can be called later.

use std::env;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Mutex;

use sqlx::PgConnection;
use tokio::time::sleep;

use crate::keeper::{Keeper, lock};
use crate::reaper::{self, Watch};
use crate::server::Server;

/// What the reaper's session is called on the server.
pub(crate) const REAPER: &str = "pg-testbed-reaper";

/// Set to `off`, no companion is started.
const VARIABLE: &str = "TESTBED_COMPANION";

/// The command, beside the test's program (where cargo builds both) or in `PATH`.
fn program() -> Option<PathBuf> {
    if env::var_os(VARIABLE).is_some_and(|value| value == "off") {
        return None;
    }
    let exe = env::current_exe().ok()?;
    let beside = exe.ancestors().skip(1).take(2).map(Path::to_owned);
    let path = env::var_os("PATH").unwrap_or_default();
    let places = beside.chain(env::split_paths(&path).collect::<Vec<_>>());
    places
        .map(|folder| folder.join("testbed"))
        .find(|program| program.is_file())
}

/// Looks now and then whether the server is watched: a reaper that was about to end
/// when this process began is gone soon after. Ends with the keeper.
pub(crate) fn stay_watched(keeper: &Keeper) {
    let (own, every) = (keeper.downgrade(), 6 * Watch::from_environment().every);
    keeper.start_work(async move {
        loop {
            sleep(every).await;
            let Some(keeper) = own.upgrade() else { return };
            let watched = is_watched(&mut *keeper.session().await).await;
            if matches!(watched, Ok(false)) {
                start_reaper(keeper.server());
            }
        }
    });
}

async fn is_watched(session: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let watched = sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = $1
                           AND datname = current_database())",
    );
    watched.bind(REAPER).fetch_one(session).await
}

/// Starts the reaper for a server, apart from our terminal. It goes by itself
/// if there is one already.
pub(crate) fn start_reaper(server: &Server) {
    let Some(program) = program() else { return };
    let mut command = Command::new(program);
    command.arg("reaper").current_dir("/").process_group(0);
    command.env(reaper::URL, server.url());
    if let Some(files) = server.files() {
        command.env(reaper::DATA, files.data());
    }
    if let Some(cluster) = server.cluster_dir() {
        command.env(reaper::CLUSTER, cluster);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // Without it, the next test process does its work.
    let _ = command.spawn();
}

/// Starts the reporter of a run: it prints to our terminal when we have ended.
/// Not under nextest, which takes what a test's children print for the test's
/// own and waits for it.
pub(crate) fn start_reporter(times: &Path) {
    static PIPE: Mutex<Option<ChildStdin>> = Mutex::new(None);
    if env::var_os("NEXTEST").is_some() {
        return;
    }
    let Some(program) = program() else {
        // Not by the macro, whose output belongs to the test.
        let advice = "TESTBED_REPORT: the command testbed is not in PATH; it prints the times\n";
        let _ = io::stderr().write_all(advice.as_bytes());
        return;
    };
    let mut command = Command::new(program);
    command.arg("report").arg("--follow").arg(times);
    let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    // Held to the end of the process, which is what the reporter waits for.
    *lock(&PIPE) = child.ok().and_then(|mut child| child.stdin.take());
}
