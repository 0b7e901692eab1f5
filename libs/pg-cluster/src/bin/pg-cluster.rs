//! A private PostgreSQL for as long as this program runs, and an example of
//! how to embed one with its watchdog.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use pg_cluster::{Cluster, ClusterOptions, Profile, watchdog};

const USAGE: &str = "\
usage: pg-cluster run DIR [--unwatched]
Starts the cluster in DIR (creates it at the first time), prints its URL, and
leaves it when the standard input ends. A watchdog stops the server when this
program is killed; with --unwatched the server then goes on, and the next run
adopts it.";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["run", dir] => run(Path::new(dir), true),
        ["run", dir, "--unwatched"] => run(Path::new(dir), false),
        ["watchdog", dir] => watchdog::run(Path::new(dir)).map_err(Into::into),
        _ => Err(USAGE.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(&*error);
            ExitCode::FAILURE
        }
    }
}

fn run(dir: &Path, watched: bool) -> Result<(), Box<dyn Error>> {
    let mut cluster = Cluster::open(ClusterOptions::new(dir, Profile::Durable))?;
    if watched {
        cluster.spawn_watchdog(&env::current_exe()?, [Path::new("watchdog"), dir])?;
    }
    for note in cluster.notes() {
        eprintln!("note: {note}");
    }
    println!("{}", cluster.url("postgres"));
    io::stdout().flush()?;
    io::copy(&mut io::stdin(), &mut io::sink())?;
    cluster.close()?;
    Ok(())
}

fn report(error: &dyn Error) {
    eprintln!("{error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
}
