//! `testbed serve` and `testbed end`.

use std::io;
use std::thread;
use std::time::Duration;

use pg_endpoint::{Endpoint, Mode, Options, end_url};
use pg_testbed::BoxError;
use sqlx::{Connection, PgConnection};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use crate::line::{Line, PROJECT};

/// The port without `--port`.
const PORT: u16 = 5434;

/// How many sessions of rollback mode wait for the next test.
const IDLE: usize = 2;

pub(crate) const USAGE: &str = "\
For tests in any language:
  serve [--port PORT] [--grace SECONDS] [--until-eof]
        [--config FILE] [--migrations NAME=DIR] [--sql NAME=PATH]
                       hands out scratch databases by connection string:
                       postgresql://testbed@127.0.0.1:5434/TEMPLATE.MODE.ID, where
                       MODE is rollback, clone or wipe. The templates are those of
                       testbed.toml, and those named here. With --until-eof it ends
                       with its standard input, and so with whoever started it
  end TEMPLATE ID [--port PORT]
                       ends the scratch databases of a test";

/// Serves until it is interrupted; then all scratch databases end.
pub(crate) async fn serve(words: &[&str]) -> Result<(), BoxError> {
    let known = [&["--port", "--grace", "--until-eof"][..], &PROJECT].concat();
    let line = Line::parse(words, &known)?;
    if let Some(word) = line.words.first() {
        return Err(format!("{word:?} is not understood").into());
    }
    let port = line.number("--port")?.unwrap_or(PORT);
    let project = line.project()?;
    let names: Vec<String> = project.names().map(str::to_owned).collect();
    let mut options = Options::default().port(port).idle_sessions(IDLE);
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
    let url = end_url(line.number("--port")?.unwrap_or(PORT), template, id);
    Ok(PgConnection::connect(&url).await?.close().await?)
}
