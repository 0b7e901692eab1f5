//! `testbed serve` and `testbed end`.

use std::env;
use std::io;
use std::thread;
use std::time::Duration;

use pg_endpoint::{Endpoint, Mode, Options, end_url};
use pg_testbed::BoxError;
use sqlx::error::DatabaseError;
use sqlx::{Connection, PgConnection};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::line::{Line, PROJECT};

/// The port without `--port`.
const PORT: u16 = 5434;

/// The variable with the password of the endpoint, where it is to be the same
/// each time.
const PASSWORD: &str = "TESTBED_PASSWORD";

/// How many sessions of rollback mode wait for the next test.
const IDLE: usize = 2;

pub(crate) const USAGE: &str = "\
For tests in any language:
  serve [--port PORT] [--grace SECONDS] [--until-eof] [--trust]
        [--config FILE] [--migrations NAME=DIR] [--sql NAME=PATH]
                       hands out scratch databases by the connection strings that it
                       prints: postgresql://testbed:PASSWORD@127.0.0.1:5434/NAME, where
                       NAME is TEMPLATE.MODE.ID and MODE rollback, clone or wipe. The
                       templates are those of testbed.toml, and those named here. The
                       password is that of TESTBED_PASSWORD, or made up for each start;
                       with --trust none is asked for, and whoever can log in on this
                       machine gets in. With --until-eof it ends with its standard
                       input, and so with whoever started it
  end TEMPLATE ID [--port PORT]
                       ends the scratch databases of a test; TESTBED_PASSWORD is the
                       endpoint's password";

/// Serves until it is interrupted; then all scratch databases end.
pub(crate) async fn serve(words: &[&str]) -> Result<(), BoxError> {
    let known = [
        &["--port", "--grace", "--until-eof", "--trust"][..],
        &PROJECT,
    ]
    .concat();
    let line = Line::parse(words, &known)?;
    if let Some(word) = line.words.first() {
        return Err(format!("{word:?} is not understood").into());
    }
    let port = line.number("--port")?.unwrap_or(PORT);
    let project = line.project()?;
    let names: Vec<String> = project.names().map(str::to_owned).collect();
    let mut options = Options::default().port(port).idle_sessions(IDLE);
    if !line.has("--trust") {
        let made_up = || Uuid::new_v4().simple().to_string();
        options = options.password(password().unwrap_or_else(made_up));
    }
    if let Some(seconds) = line.number("--grace")? {
        options = options.grace(Duration::from_secs(seconds));
    }
    let endpoint = Endpoint::start(project, &options)?;
    for name in &names {
        println!("{}", endpoint.url(name, Mode::Rollback, "ID"));
    }
    println!("ready; instead of rollback also clone or wipe");
    ended(line.has("--until-eof")).await?;
    drop(endpoint);
    Ok(())
}

/// The password that the environment has.
fn password() -> Option<String> {
    env::var(PASSWORD).ok().filter(|word| !word.is_empty())
}

/// Waits for a signal, or for the end of the standard input.
async fn ended(until_eof: bool) -> Result<(), BoxError> {
    let mut end = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = end.recv() => {}
        _ = end_of_input(), if until_eof => {}
    }
    Ok(())
}

/// On a thread that may wait for ever without keeping the process.
fn end_of_input() -> oneshot::Receiver<()> {
    let (done, ended) = oneshot::channel();
    thread::spawn(move || {
        let _ = io::copy(&mut io::stdin(), &mut io::sink());
        done.send(())
    });
    ended
}

/// Ends the scratch databases of a test.
pub(crate) async fn end(words: &[&str]) -> Result<(), BoxError> {
    let line = Line::parse(words, &["--port"])?;
    let [template, id] = &line.words[..] else {
        return Err("it should be: testbed end TEMPLATE ID".into());
    };
    let port = line.number("--port")?.unwrap_or(PORT);
    let url = end_url(port, password().as_deref(), template, id);
    match PgConnection::connect(&url).await {
        Ok(connection) => Ok(connection.close().await?),
        Err(error) if asks_for_password(&error) => Err(format!(
            "the endpoint at port {port} wants its password: set {PASSWORD} to what stands in \
             the connection strings that it printed"
        )
        .into()),
        Err(error) => Err(error.into()),
    }
}

/// Whether the password is wrong, or there was none to give.
fn asks_for_password(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(DatabaseError::code);
    code.is_some_and(|code| code == "28P01")
}
