//! What processes have used, as far as the system tells.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// How long processes have computed; `None` where there is no `/proc`.
pub(crate) fn cpu_time(pids: &[u32]) -> Option<Duration> {
    pids.iter().map(|pid| cpu_time_of(*pid)).sum()
}

fn cpu_time_of(pid: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // Fields are counted after the name, which may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    // A tick is a hundredth of a second wherever Linux runs today.
    Some(Duration::from_millis(ticks * 10))
}

/// Memory in use, in mebibytes.
pub(crate) fn memory(pid: u32) -> Option<f64> {
    let output = Command::new("ps")
        .args(["-o", "rss=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    let kibibytes: u32 = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(f64::from(kibibytes) / 1024.0)
}
