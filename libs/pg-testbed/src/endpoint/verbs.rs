//! The verbs of the command.

use std::path::Path;
use std::time::Duration;

use pg_endpoint::{Endpoint, Mode, Options, end_url};
use sqlx::{Connection, PgConnection};
use tokio::signal::unix::{SignalKind, signal};

use super::project::{Project, Source};
use crate::template::BoxError;

/// The port without `--port`.
const PORT: u16 = 5434;

/// The project's file without `--config`.
const FILE: &str = "testbed.toml";

/// How many sessions of rollback mode wait for the next test.
const IDLE: usize = 2;

/// How the verbs are used.
pub const USAGE: &str = "\
  serve [--port PORT] [--grace SECONDS] [--config FILE] [--migrations NAME=DIR]
        [--sql NAME=PATH]
                       hands out scratch databases by connection string:
                       postgresql://testbed@127.0.0.1:5434/TEMPLATE.MODE.ID, where
                       MODE is rollback, clone or wipe. The templates are those of
                       testbed.toml, and those named here
  end TEMPLATE ID [--port PORT]
                       ends the scratch databases of a test";

/// What a command line says.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    port: Option<u16>,
    grace: Option<u64>,
    config: Option<String>,
    sources: Vec<(String, Source)>,
    words: Vec<String>,
}

/// Serves until it is interrupted; then all scratch databases end.
pub async fn serve(words: &[&str]) -> Result<(), BoxError> {
    let line = Line::parse(words)?;
    if let Some(word) = line.words.first() {
        return Err(format!("{word:?} is not understood").into());
    }
    let (port, grace) = (line.port.unwrap_or(PORT), line.grace);
    let project = line.project()?;
    let names: Vec<String> = project.names().map(str::to_owned).collect();
    let mut options = Options::default().port(port).idle_sessions(IDLE);
    if let Some(seconds) = grace {
        options = options.grace(Duration::from_secs(seconds));
    }
    let endpoint = Endpoint::start(project, &options)?;
    for name in &names {
        println!("{}", endpoint.url(name, Mode::Rollback, "ID"));
    }
    println!("ready; instead of rollback also clone or wipe");
    let mut end = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted?,
        _ = end.recv() => {}
    }
    drop(endpoint);
    Ok(())
}

/// Ends the scratch databases of a test.
pub async fn end(words: &[&str]) -> Result<(), BoxError> {
    let line = Line::parse(words)?;
    let [template, id] = &line.words[..] else {
        return Err("it should be: testbed end TEMPLATE ID".into());
    };
    let url = end_url(line.port.unwrap_or(PORT), template, id);
    Ok(PgConnection::connect(&url).await?.close().await?)
}

impl Line {
    fn parse(words: &[&str]) -> Result<Self, BoxError> {
        let mut line = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if !word.starts_with("--") {
                line.words.push((*word).to_owned());
                continue;
            }
            let value = words
                .next()
                .ok_or_else(|| format!("{word} needs a value"))?;
            match *word {
                "--port" => line.port = Some(value.parse()?),
                "--grace" => line.grace = Some(value.parse()?),
                "--config" => line.config = Some((*value).to_owned()),
                "--migrations" => {
                    let (name, path) = named(word, value)?;
                    let migrations = path.into();
                    line.sources.push((name, Source::Migrations { migrations }));
                }
                "--sql" => {
                    let (name, path) = named(word, value)?;
                    let sql = path.into();
                    line.sources.push((name, Source::Sql { sql }));
                }
                _ => return Err(format!("{word} is not known").into()),
            }
        }
        Ok(line)
    }

    /// The project's file, if there is one or one is named, and what is added.
    fn project(self) -> Result<Project, BoxError> {
        let mut project = match self.config {
            Some(file) => Project::read(Path::new(&file))?,
            None if Path::new(FILE).exists() => Project::read(Path::new(FILE))?,
            None => Project::default(),
        };
        for (name, source) in self.sources {
            project.add(name, source);
        }
        if project.names().next().is_none() {
            return Err(format!("no templates: write {FILE}, or use --migrations NAME=DIR").into());
        }
        Ok(project)
    }
}

fn named(option: &str, value: &str) -> Result<(String, String), BoxError> {
    let parts = value.split_once('=').filter(|(name, _)| !name.is_empty());
    let (name, path) = parts.ok_or_else(|| format!("it should be: {option} NAME=PATH"))?;
    Ok((name.to_owned(), path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_understood_in_any_order() {
        let line = Line::parse(&["shop", "--port", "1", "--sql", "a=b=c", "7"]).unwrap();
        let expected = Line {
            port: Some(1),
            sources: vec![("a".to_owned(), Source::Sql { sql: "b=c".into() })],
            words: vec!["shop".to_owned(), "7".to_owned()],
            ..Line::default()
        };
        assert_eq!(line, expected);
    }

    #[test]
    fn mistakes_are_named() {
        for (words, named) in [
            (&["--port"][..], "--port needs"),
            (&["--prot", "1"], "--prot is not known"),
            (&["--migrations", "folder"], "NAME=PATH"),
        ] {
            let error = Line::parse(words).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
