//! How long a throw-away cluster takes: made and started, started again, joined
//! while it runs. `cargo bench -p pg-cluster`; `-- 20` for twenty rounds.

use std::env;
use std::error::Error;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use pg_cluster::{Cluster, ClusterError, ClusterOptions, Profile};

/// What is timed.
const STEPS: [&str; 3] = ["made and started", "started again", "joined"];

fn main() -> Result<(), Box<dyn Error>> {
    let rounds = env::args().find_map(|word| word.parse().ok()).unwrap_or(7);
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..rounds {
        let folder = tempfile::tempdir()?;
        // Run as root, PostgreSQL is another user, who must get in.
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755))?;
        let dir = folder.path().join("cluster");
        let open = || Cluster::open(ClusterOptions::new(&dir, Profile::Throwaway));
        timed(&mut times[0], open)?.close()?;
        let running = timed(&mut times[1], open)?;
        timed(&mut times[2], open)?.close()?;
        running.close()?;
    }
    println!("milliseconds, median and longest of {rounds}");
    for (step, mut times) in STEPS.into_iter().zip(times) {
        times.sort();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let (median, longest) = (times[times.len() / 2], times[times.len() - 1]);
        println!(
            "{step:<18} {:>8.1} {:>8.1}",
            milliseconds(median),
            milliseconds(longest)
        );
    }
    Ok(())
}

fn timed(
    times: &mut Vec<Duration>,
    open: impl FnOnce() -> Result<Cluster, ClusterError>,
) -> Result<Cluster, ClusterError> {
    let began = Instant::now();
    let cluster = open()?;
    times.push(began.elapsed());
    Ok(cluster)
}
