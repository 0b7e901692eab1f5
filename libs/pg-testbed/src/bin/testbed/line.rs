//! What a command line says, in any order.

use std::path::{self, Path, PathBuf};

use pg_testbed::BoxError;
use pg_testbed::endpoint::{Project, Source};

/// The project's file without `--config`.
const FILE: &str = "testbed.toml";

/// Options without a value.
const FLAGS: [&str; 3] = ["--json", "--until-eof", "--trust"];

/// Those that say where templates come from.
pub(crate) const PROJECT: [&str; 3] = ["--config", "--migrations", "--sql"];

/// Words and options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) words: Vec<String>,
    /// Each with its value, which is empty for a flag.
    options: Vec<(String, String)>,
}

impl Line {
    /// Reads what follows the command's name. Only these options may be used.
    pub(crate) fn parse(words: &[&str], known: &[&str]) -> Result<Self, BoxError> {
        let mut line = Self::default();
        let mut words = words.iter().peekable();
        while let Some(&word) = words.next() {
            if !word.starts_with("--") {
                line.words.push(word.to_owned());
                continue;
            }
            let (option, attached) = match word.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (word, None),
            };
            if !known.contains(&option) {
                return Err(format!("{option} is not known here; see testbed --help").into());
            }
            let value = match attached {
                _ if FLAGS.contains(&option) => Some(""),
                Some(value) => Some(value),
                None => words.next_if(|word| !word.starts_with("--")).copied(),
            };
            let value = value.ok_or_else(|| format!("{option} needs a value"))?;
            line.options.push((option.to_owned(), value.to_owned()));
        }
        Ok(line)
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.value(option).is_some()
    }

    /// The value of an option, the last one if it is given several times.
    pub(crate) fn value(&self, option: &str) -> Option<&str> {
        self.values(option).last().copied()
    }

    pub(crate) fn values(&self, option: &str) -> Vec<&str> {
        let of_this = self.options.iter().filter(|(name, _)| name == option);
        of_this.map(|(_, value)| value.as_str()).collect()
    }

    /// The value of an option that is a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, option: &str) -> Result<Option<T>, BoxError> {
        let number = |text: &str| {
            text.parse()
                .map_err(|_| format!("{option}: {text:?} is no number"))
        };
        Ok(self.value(option).map(number).transpose()?)
    }

    /// The project's file, if there is one or one is named, and what is added.
    pub(crate) fn project(&self) -> Result<Project, BoxError> {
        let mut project = match self.value("--config") {
            Some(file) => Project::read(Path::new(file))?,
            None if Path::new(FILE).exists() => Project::read(Path::new(FILE))?,
            None => Project::default(),
        };
        for (option, value) in &self.options {
            let source = match option.as_str() {
                "--migrations" => |migrations| Source::Migrations { migrations },
                "--sql" => |sql| Source::Sql { sql },
                _ => continue,
            };
            let (name, path) = named(option, value)?;
            project.add(name, source(path));
        }
        if project.names().next().is_none() {
            return Err(format!("no templates: write {FILE}, or use --migrations NAME=DIR").into());
        }
        Ok(project)
    }
}

/// The name, and the path from where the command is run: paths of the project's
/// file start elsewhere.
fn named(option: &str, value: &str) -> Result<(String, PathBuf), BoxError> {
    let is_whole = |(name, path): &(&str, &str)| !name.is_empty() && !path.is_empty();
    let parts = value.split_once('=').filter(is_whole);
    let (name, path) = parts.ok_or_else(|| format!("it should be: {option} NAME=PATH"))?;
    Ok((name.to_owned(), path::absolute(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_is_understood_in_any_order() {
        let known = ["--port", "--sql", "--json"];
        let words = [
            "shop",
            "--port",
            "1",
            "--sql",
            "a=b=c",
            "--json",
            "7",
            "--sql=b=c",
        ];
        let line = Line::parse(&words, &known).unwrap();
        assert_eq!(line.words, ["shop", "7"]);
        assert_eq!(line.number("--port").unwrap(), Some(1_u16));
        assert!(line.has("--json"));
        assert_eq!(
            line.project().unwrap().names().collect::<Vec<_>>(),
            ["a", "b"]
        );
    }

    #[test]
    fn mistakes_are_named() {
        let known = ["--port", "--migrations"];
        for (words, named) in [
            (&["--port"][..], "--port needs"),
            (&["--port", "--migrations"], "--port needs"),
            (&["--prot=1"], "--prot is not known"),
        ] {
            let error = Line::parse(words, &known).unwrap_err().to_string();
            assert!(error.contains(named), "{error}");
        }
        let line = Line::parse(&["--migrations", "folder", "--port", "x"], &known).unwrap();
        assert!(
            line.project()
                .unwrap_err()
                .to_string()
                .contains("NAME=PATH")
        );
        let error = line.number::<u16>("--port").unwrap_err().to_string();
        assert!(error.contains("\"x\" is no number"), "{error}");
    }
}
