//! How long everything took: `TESTBED_REPORT=1`.
//!
//! Each process of a run appends its times to the run's file; the table is made
//! of all of them. It is printed when the processes have ended, by a reporter that
//! they start, or by `testbed report`.

use std::env;
use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::parent_id;
use std::path::{Path, PathBuf};
use std::sync::{Once, OnceLock};
use std::time::Duration;

use crate::helper;

/// The variable that asks for the report.
const VARIABLE: &str = "TESTBED_REPORT";

/// How long the times of a run are there.
const KEPT: Duration = Duration::from_hours(24);

/// What takes time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Making a template: creation and migrations.
    Template,
    /// Handing out a clone.
    Clone,
    /// Handing out a database that is wiped afterwards.
    Wipe,
    /// Handing out a database for a transaction that all connections share.
    Rollback,
    /// Beginning a transaction on one connection.
    Begin,
    /// Handing out an empty database.
    Empty,
    /// The first connection, where the testbed makes it.
    Connect,
    /// The test itself, from the hand-out to the return.
    Test,
    /// Dropping or restoring the database, or rolling back.
    Return,
}

const STEPS: [Step; 9] = [
    Step::Template,
    Step::Clone,
    Step::Wipe,
    Step::Rollback,
    Step::Begin,
    Step::Empty,
    Step::Connect,
    Step::Test,
    Step::Return,
];

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Template => "template",
            Self::Clone => "clone",
            Self::Wipe => "wipe",
            Self::Rollback => "rollback",
            Self::Begin => "begin",
            Self::Empty => "empty",
            Self::Connect => "connect",
            Self::Test => "test",
            Self::Return => "return",
        })
    }
}

/// Notes the time of one step, if the report was asked for.
pub(crate) fn record(step: Step, took: Duration) {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    if let Some(mut file) = FILE.get_or_init(open).as_ref() {
        // One write, so that lines of several processes do not mix.
        let line = format!("{step}\t{}\n", took.as_micros());
        let _ = file.write_all(line.as_bytes());
    }
}

/// Tells whoever asked for the report why something takes longer than it should,
/// the first time it does.
pub(crate) fn tell_once(why: &str) {
    static TOLD: Once = Once::new();
    if is_wanted() {
        TOLD.call_once(|| eprintln!("note: {why}"));
    }
}

/// Whether the report was asked for.
pub(crate) fn is_wanted() -> bool {
    env::var_os(VARIABLE).is_some_and(|value| !value.is_empty() && value != "0")
}

/// The run's file, with a reporter that waits for our end.
fn open() -> Option<File> {
    if !is_wanted() {
        return None;
    }
    let opened = run_file().and_then(|path| {
        remove_old(&folder()?)?;
        let file = File::options().create(true).append(true).open(&path)?;
        helper::start_reporter(&path);
        Ok(file)
    });
    if let Err(error) = &opened {
        eprintln!("warning: {VARIABLE} has no effect: {error}");
    }
    opened.ok()
}

/// The file of this run: nextest names its runs, and under `cargo test` all
/// processes have cargo as their parent.
fn run_file() -> io::Result<PathBuf> {
    let run = env::var("NEXTEST_RUN_ID").unwrap_or_else(|_| format!("cargo-{}", parent_id()));
    Ok(folder()?.join(format!("{run}.times")))
}

/// Removes the files of runs of which nobody asks any more. Their names may come
/// again: what had this number then is another process now.
fn remove_old(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Another process may be at it too.
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        let age = metadata.modified()?.elapsed().unwrap_or_default();
        if age > KEPT {
            let _ = fs::remove_file(entry.path());
        }
    }
    Ok(())
}

/// The folder of this user's run files.
fn folder() -> io::Result<PathBuf> {
    let user = pg_cluster::user_id().map_err(io::Error::other)?;
    let folder = env::temp_dir().join(format!("pg-testbed-runs-{user}"));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(&folder)?;
    Ok(folder)
}

/// The table of the newest run, or `None` if no run was recorded.
pub fn newest() -> io::Result<Option<String>> {
    let mut runs = Vec::new();
    for entry in fs::read_dir(folder()?)? {
        let entry = entry?;
        runs.push((entry.metadata()?.modified()?, entry.path()));
    }
    runs.sort();
    runs.last().map(|(_, path)| table(path)).transpose()
}

/// Waits for the end of the standard input, which the process that started us
/// holds open, and returns the table of the run, unless another process of the
/// run is still going on.
pub fn follow(path: &Path) -> io::Result<Option<String>> {
    let file = File::open(path)?;
    file.lock_shared()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    file.unlock()?;
    match file.try_lock() {
        Ok(()) => table(path).map(Some),
        Err(_) => Ok(None),
    }
}

fn table(path: &Path) -> io::Result<String> {
    Ok(summary(&fs::read_to_string(path)?))
}

/// The table of all times in a run's file, in milliseconds.
fn summary(times: &str) -> String {
    let mut table = format!(
        "{:<10} {:>7} {:>10} {:>10}\n",
        "testbed ms", "count", "median", "95th perc."
    );
    for step in STEPS {
        let name = step.to_string();
        let of_step = |line: &str| {
            let (word, micros) = line.split_once('\t')?;
            (word == name).then(|| micros.parse::<u32>().ok())?
        };
        let mut micros: Vec<u32> = times.lines().filter_map(of_step).collect();
        if micros.is_empty() {
            continue;
        }
        micros.sort_unstable();
        let at = |percent: usize| f64::from(micros[(micros.len() - 1) * percent / 100]) / 1000.0;
        let (count, median, p95) = (micros.len(), at(50), at(95));
        let _ = writeln!(table, "{name:<10} {count:>7} {median:>10.2} {p95:>10.2}");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_old_runs_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        for (name, hours) in [("old", 25), ("new", 23)] {
            let file = File::create(folder.path().join(name)).unwrap();
            let now = file.metadata().unwrap().modified().unwrap();
            file.set_modified(now - Duration::from_hours(hours))
                .unwrap();
        }
        remove_old(folder.path()).unwrap();
        let left = fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["new"]);
    }

    #[test]
    fn the_table_has_median_and_95th_percentile_of_each_step() {
        let mut times = String::new();
        for milliseconds in 1..=100 {
            let _ = writeln!(times, "clone\t{milliseconds}000");
        }
        times += "template\t250500\nhalf a li";
        let expected = "\
            testbed ms   count     median 95th perc.\n\
            template         1     250.50     250.50\n\
            clone          100      50.00      95.00\n";
        assert_eq!(summary(&times), expected);
    }
}
