//! The command: looking at the test databases, clearing them up, comparing and
//! verifying any database, and what the test processes start in the background.

mod address;
mod check;
mod compare;
mod line;
mod lint;
mod parity;
mod serving;
mod side;

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use pg_testbed::reaper::{self, Watch};
use pg_testbed::{BoxError, Stopping, Testbed, report};

const USAGE: &str = "\
usage: testbed COMMAND

On the server that TEST_DATABASE_URL names, or else on the private one:
  list                 the test databases, what each is there for, how to open it
  open NAME            psql in one of them
  drop NAME | --all    drops one of them, or all that no test uses now
  gc                   drops those that belong to nobody
  stop                 stops the private server, unless it is in use
  check [SIDE] [--against SIDE]
                       whether the server is up and well; tables, ENUM types with
                       their labels, and migrations of a database; and whether it
                       is equal to production (SIDE, see below): exit code 1 if not.
                       \"check migrations\" looks at what the tests get
  report               the times of the last run with TESTBED_REPORT=1";

type Outcome = Result<ExitCode, BoxError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        _ if asks_for_help(&words) => print(&usage()).map(|()| ExitCode::SUCCESS),
        ["list"] => list().await,
        ["open", name] => open(name).await,
        ["drop", "--all"] => drop_unused().await,
        ["drop", name] => drop_one(name).await,
        ["gc"] => collect().await,
        ["stop"] => stop(),
        ["check", ref rest @ ..] => check::check(rest).await,
        ["fingerprint", ref rest @ ..] => parity::fingerprint(rest).await,
        ["diff", ref rest @ ..] => parity::diff(rest).await,
        ["verify", ref rest @ ..] => parity::verify(rest).await,
        ["lint", ref rest @ ..] => lint::lint(rest),
        ["serve", ref rest @ ..] => serving::serve(rest).await.map(|()| ExitCode::SUCCESS),
        ["end", ref rest @ ..] => serving::end(rest).await.map(|()| ExitCode::SUCCESS),
        ["report"] => newest_report(),
        ["report", "--follow", times] => follow(Path::new(times)),
        // The two of a test that cannot wait for the usual pace.
        ["reaper", every, grace] => reaper(seconds(every), seconds(grace)).await,
        ["reaper"] => watch(Watch::from_environment()).await,
        _ => {
            eprint!("{}", usage());
            Ok(ExitCode::from(2))
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{}", told(&*error));
        ExitCode::from(2)
    })
}

fn asks_for_help(words: &[&str]) -> bool {
    words == ["help"] || words.iter().any(|word| ["--help", "-h"].contains(word))
}

/// An error with all its causes, but for those that it tells already.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let why = inner.to_string();
        if !text.ends_with(&why) {
            let _ = write!(text, "\n  because: {why}");
        }
        cause = inner.source();
    }
    text
}

async fn list() -> Outcome {
    let databases = Testbed::get().await?.databases().await?;
    let mut text = String::new();
    for database in &databases {
        let (name, state, url) = (&database.name, &database.state, &database.url);
        writeln!(text, "{name}  {state}\n    psql '{url}'")?;
    }
    if databases.is_empty() {
        text += "no test databases\n";
    }
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn usage() -> String {
    format!("{USAGE}\n\n{}\n\n{}\n", parity::USAGE, serving::USAGE)
}

/// Prints in one piece: `testbed list | head` may close the pipe early.
fn print(text: &str) -> Result<(), BoxError> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

async fn open(name: &str) -> Outcome {
    let databases = Testbed::get().await?.databases().await?;
    let Some(database) = databases.into_iter().find(|one| one.name == name) else {
        return missing(name);
    };
    Err(Command::new("psql").arg(database.url).exec().into())
}

async fn drop_one(name: &str) -> Outcome {
    if Testbed::get().await?.drop_database(name).await? {
        return Ok(ExitCode::SUCCESS);
    }
    missing(name)
}

fn missing(name: &str) -> Outcome {
    Err(format!("there is no test database {name}; `testbed list` shows those there are").into())
}

async fn drop_unused() -> Outcome {
    let dropped = Testbed::get().await?.drop_unused().await?;
    println!("dropped: {dropped}");
    Ok(ExitCode::SUCCESS)
}

async fn collect() -> Outcome {
    let dropped = Testbed::get().await?.collect().await?;
    println!("dropped: {dropped}");
    Ok(ExitCode::SUCCESS)
}

fn stop() -> Outcome {
    println!(
        "{}",
        match pg_testbed::stop_private_server()? {
            Stopping::Stopped => "the private server is stopped",
            Stopping::WasDown => "the private server does not run",
            Stopping::InUse => "the private server is in use, so it was not stopped",
        }
    );
    Ok(ExitCode::SUCCESS)
}

fn newest_report() -> Outcome {
    match report::newest()? {
        Some(table) => print!("{table}"),
        None => println!("no run was recorded: run the tests with TESTBED_REPORT=1"),
    }
    Ok(ExitCode::SUCCESS)
}

/// To the standard error output, which cargo leaves to the tests.
fn follow(times: &Path) -> Outcome {
    if let Some(table) = report::follow(times)? {
        eprint!("{table}");
    }
    Ok(ExitCode::SUCCESS)
}

async fn reaper(every: Duration, grace: Duration) -> Outcome {
    let rest = grace;
    watch(Watch { every, grace, rest }).await
}

async fn watch(how: Watch) -> Outcome {
    reaper::watch(how).await?;
    Ok(ExitCode::SUCCESS)
}

/// A number of seconds; what is none counts as one.
fn seconds(word: &str) -> Duration {
    Duration::from_secs(word.parse().unwrap_or(1))
}
