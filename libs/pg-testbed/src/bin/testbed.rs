//! The command: looking at the test databases, clearing them up, and what the
//! test processes start in the background.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use pg_testbed::reaper::{self, Watch};
use pg_testbed::{BoxError, Testbed, endpoint, report};
use sqlx::{Connection, PgConnection};

const USAGE: &str = "\
usage: testbed COMMAND

On the server that TEST_DATABASE_URL names, or else on the private one:
  list                 the test databases, what each is there for, how to open it
  open NAME            psql in one of them
  drop NAME | --all    drops one of them, or all that no test uses now
  gc                   drops those that belong to nobody
  stop                 stops the private server, unless it is in use
  check [URL]          whether the server answers; tables, ENUM types with
                       their labels, and migrations of a database
  report               the times of the last run with TESTBED_REPORT=1";

type Outcome = Result<ExitCode, BoxError>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words[..] {
        ["list"] => list().await,
        ["open", name] => open(name).await,
        ["drop", "--all"] => drop_unused().await,
        ["drop", name] => drop_one(name).await,
        ["gc"] => collect().await,
        ["stop"] => stop(),
        ["check"] => check(None).await,
        ["check", url] => check(Some(url)).await,
        ["serve", ref rest @ ..] => endpoint::serve(rest).await.map(|()| ExitCode::SUCCESS),
        ["end", ref rest @ ..] => endpoint::end(rest).await.map(|()| ExitCode::SUCCESS),
        ["report"] => newest_report(),
        ["report", "--follow", times] => follow(Path::new(times)),
        // The two of a test that cannot wait for the usual pace.
        ["keeper", every, grace] => keeper(seconds(every), seconds(grace)).await,
        ["keeper"] => watch(Watch::default()).await,
        _ => {
            eprintln!("{USAGE}\n{}", endpoint::USAGE);
            Ok(ExitCode::from(2))
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error:?}");
        ExitCode::FAILURE
    })
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
    // In one piece: `testbed list | head` may close the pipe early.
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
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
    pg_testbed::stop_private_server()?;
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

async fn keeper(every: Duration, grace: Duration) -> Outcome {
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

/// Answers what is otherwise asked of a test database by hand.
async fn check(url: Option<&str>) -> Outcome {
    let url = match url {
        Some(url) => pg_testbed::plain_url(url)?,
        None => Testbed::get().await?.admin_url(),
    };
    let mut connection = PgConnection::connect(&url).await?;
    let version: String = sqlx::query_scalar("SELECT version()")
        .fetch_one(&mut connection)
        .await?;
    println!("server: {version}");
    for (what, query) in [("tables", TABLES), ("enum types", ENUMS)] {
        show(&mut connection, what, query).await?;
    }
    for (table, query) in MIGRATIONS {
        let there = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(table);
        if there.fetch_one(&mut connection).await? {
            show(&mut connection, "migrations", query).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

const TABLES: &str = "
    SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     ORDER BY 1";

const ENUMS: &str = "
    SELECT format('%s (%s)', enumtypid::regtype,
                  string_agg(enumlabel, ', ' ORDER BY enumsortorder))
      FROM pg_enum GROUP BY enumtypid ORDER BY 1";

/// Where sqlx and Alembic note what was done.
const MIGRATIONS: [(&str, &str); 2] = [
    (
        "_sqlx_migrations",
        "SELECT version || ' ' || description || CASE WHEN success THEN '' ELSE ' FAILED' END
           FROM _sqlx_migrations ORDER BY version",
    ),
    (
        "alembic_version",
        "SELECT version_num::text FROM alembic_version",
    ),
];

async fn show(
    connection: &mut PgConnection,
    what: &str,
    query: &'static str,
) -> Result<(), sqlx::Error> {
    let lines: Vec<String> = sqlx::query_scalar(query).fetch_all(connection).await?;
    println!("{what}: {}", lines.len());
    for line in lines {
        println!("  {line}");
    }
    Ok(())
}
