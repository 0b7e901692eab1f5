//! Test processes that get killed.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

/// A process that was started with this variable plays the test process that
/// gets killed: it takes what the variable names, and waits.
pub(crate) const VICTIM: &str = "TESTBED_TEST_VICTIM";

/// Runs a test as the victim in a process of its own, kills it when it has
/// printed the name of its database, and returns that name.
pub(crate) fn kill_while_holding(victim: &str) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", victim, "--nocapture"])
        .env(VICTIM, std::process::id().to_string());
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let marked = output
        .lines()
        .map(Result::unwrap)
        .find_map(|line| line.split_once("holding ").map(|(_, name)| name.to_owned()));
    child.kill().unwrap();
    child.wait().unwrap();
    marked.expect("the process ended before it held a database")
}

pub(crate) fn wait_if_victim(name: &str) {
    if std::env::var_os(VICTIM).is_some() {
        println!("holding {name}");
        std::thread::sleep(Duration::from_mins(1));
    }
}
