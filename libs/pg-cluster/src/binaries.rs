//! Where the PostgreSQL server's programs are.

use std::env;
use std::fmt;
use std::fs;
use std::iter;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The major versions of PostgreSQL that this library runs.
pub const SUPPORTED: RangeInclusive<u32> = 15..=18;

/// Names a folder with the server's programs; nothing else is searched then.
const BIN_DIR_VARIABLE: &str = "PG_BIN_DIR";

/// The programs without which a folder is of no use.
const NEEDED: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Folders that hold one installation per version: (parent, prefix of the
/// version's folder, path from there to the programs).
const VERSIONED: [(&str, &str, &str); 8] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// A folder with the PostgreSQL server's programs, of a supported version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The first usable installation: `PG_BIN_DIR`, then `PATH`, `pg_config`,
    /// and the places of Debian, Red Hat, SUSE, Alpine, Homebrew and
    /// Postgres.app, the newest version of each first.
    pub fn find() -> Result<Self, FindError> {
        Self::find_where(None, |_| true)
    }

    /// The installation in `dir`.
    pub fn in_dir(dir: impl Into<PathBuf>) -> Result<Self, FindError> {
        Self::find_where(Some(dir.into()), |_| true)
    }

    /// Like [`Binaries::find`], but of this major version only.
    pub(crate) fn find_major(major: u32) -> Result<Self, FindError> {
        Self::find_where(None, |found| found == major)
    }

    /// These binaries, if they are of this major version.
    pub(crate) fn require(&self, major: u32) -> Result<Self, FindError> {
        if self.major == major {
            return Ok(self.clone());
        }
        let has = format!("has PostgreSQL {}", self.major);
        Err(FindError {
            looked: vec![(self.dir.clone(), has)],
        })
    }

    fn find_where(
        explicit: Option<PathBuf>,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<Self, FindError> {
        let explicit = explicit.or_else(|| env::var_os(BIN_DIR_VARIABLE).map(PathBuf::from));
        let candidates: Box<dyn Iterator<Item = PathBuf>> = match explicit {
            Some(dir) => Box::new(iter::once(dir)),
            None => Box::new(everywhere()),
        };
        let mut looked: Vec<(PathBuf, String)> = Vec::new();
        for dir in candidates {
            if looked.iter().any(|(seen, _)| *seen == dir) {
                continue;
            }
            match Self::inspect(&dir) {
                Ok(found) if wanted(found.major) => return Ok(found),
                Ok(found) => looked.push((dir, format!("has PostgreSQL {}", found.major))),
                Err(why) => looked.push((dir, why)),
            }
        }
        Err(FindError { looked })
    }

    fn inspect(dir: &Path) -> Result<Self, String> {
        if let Some(missing) = NEEDED.iter().find(|name| !dir.join(name).is_file()) {
            return Err(format!("no {missing} there"));
        }
        // All programs of an installation have one version, and this one starts
        // in a tenth of the server's time.
        let output = Command::new(dir.join("pg_ctl")).arg("--version").output();
        let output = output.map_err(|error| format!("pg_ctl does not run: {error}"))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let major = parse_major(&text).ok_or_else(|| format!("unknown version {text:?}"))?;
        if !SUPPORTED.contains(&major) {
            return Err(format!("has PostgreSQL {major}, which is not supported"));
        }
        let dir = dir.to_path_buf();
        Ok(Self { dir, major })
    }

    /// The folder that holds the programs.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The major version, such as 16.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The path of one program, such as `psql`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// Reads `pg_ctl (PostgreSQL) 15.14 (Debian …)`, also `16beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split(") ").nth(1)?;
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// Folders to look into, in order of preference. Lazy, because asking
/// `pg_config` starts a process and `PATH` often suffices.
fn everywhere() -> impl Iterator<Item = PathBuf> {
    [path, pg_config, versioned]
        .into_iter()
        .flat_map(|source: fn() -> Vec<PathBuf>| source())
}

/// The folders of `PATH` that have a `postgres` or a `pg_ctl`, links followed:
/// distributions link single programs into common folders.
fn path() -> Vec<PathBuf> {
    let variable = env::var_os("PATH").unwrap_or_default();
    let programs = env::split_paths(&variable)
        .flat_map(|dir| ["postgres", "pg_ctl"].map(|name| dir.join(name)));
    programs
        .filter_map(|program| fs::canonicalize(program).ok())
        .filter_map(|program| program.parent().map(Path::to_path_buf))
        .collect()
}

fn pg_config() -> Vec<PathBuf> {
    let Ok(output) = Command::new("pg_config").arg("--bindir").output() else {
        return Vec::new();
    };
    let dir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if dir.is_empty() {
        Vec::new()
    } else {
        vec![PathBuf::from(dir)]
    }
}

fn versioned() -> Vec<PathBuf> {
    VERSIONED
        .iter()
        .flat_map(|(parent, prefix, below)| versions_under(Path::new(parent), prefix, below))
        .collect()
}

/// `parent/<prefix><version>/<below>` for every version there, newest first.
fn versions_under(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name();
            let version = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((version, entry.path().join(below)))
        })
        .collect();
    versions.sort_by(|left, right| right.cmp(left));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

/// No usable PostgreSQL was found. Its `Display` says where was looked and
/// what to install.
#[derive(Clone, Debug)]
pub struct FindError {
    looked: Vec<(PathBuf, String)>,
}

impl FindError {
    /// The folders that were inspected, each with the reason why it is of no use.
    pub fn looked(&self) -> &[(PathBuf, String)] {
        &self.looked
    }
}

impl fmt::Display for FindError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (oldest, newest) = (SUPPORTED.start(), SUPPORTED.end());
        writeln!(
            f,
            "no usable PostgreSQL server ({oldest} to {newest}) was found."
        )?;
        for (dir, why) in &self.looked {
            writeln!(f, "  looked into {}: {why}", dir.display())?;
        }
        writeln!(
            f,
            "  searched: {BIN_DIR_VARIABLE}, PATH, pg_config --bindir,"
        )?;
        for (parent, prefix, below) in VERSIONED {
            let place = Path::new(parent).join(format!("{prefix}*")).join(below);
            writeln!(f, "            {}", place.display())?;
        }
        write!(f, "{}", install_hint())
    }
}

impl std::error::Error for FindError {}

/// Package manager, and the command that installs the server with it.
const INSTALL: [(&str, &str); 7] = [
    ("apt-get", "sudo apt-get install postgresql"),
    (
        "dnf",
        "sudo dnf install postgresql-server postgresql-contrib",
    ),
    (
        "zypper",
        "sudo zypper install postgresql-server postgresql-contrib",
    ),
    ("pacman", "sudo pacman -S postgresql"),
    ("apk", "sudo apk add postgresql17 postgresql17-contrib"),
    ("port", "sudo port install postgresql17-server"),
    ("brew", "brew install postgresql@17"),
];

/// What to type to install PostgreSQL: the command for this machine's package
/// manager, or those of all known ones when none is recognised.
pub fn install_hint() -> String {
    let path = env::var_os("PATH").unwrap_or_default();
    let present = |name: &str| env::split_paths(&path).any(|dir| dir.join(name).is_file());
    let here = INSTALL.iter().find(|(manager, _)| present(manager));
    let commands: Vec<&str> = match here {
        Some((_, command)) => vec![command],
        None => INSTALL.iter().map(|(_, command)| *command).collect(),
    };
    let list = commands.join("\n    ");
    format!(
        "Install it with\n    {list}\nor set {BIN_DIR_VARIABLE} to a folder that has its programs."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_versions_that_servers_print() {
        assert_eq!(
            parse_major("pg_ctl (PostgreSQL) 15.14 (Debian 15.14-0)\n"),
            Some(15)
        );
        assert_eq!(parse_major("pg_ctl (PostgreSQL) 18beta2\n"), Some(18));
        assert_eq!(parse_major("PostgreSQL fifteen"), None);
    }

    #[test]
    fn newest_version_comes_first_by_number() {
        let root = tempfile::tempdir().unwrap();
        for name in ["pg9", "pg16", "pg15", "pgx", "other17"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        let found = versions_under(root.path(), "pg", "bin");
        let names = ["pg16/bin", "pg15/bin", "pg9/bin"].map(|name| root.path().join(name));
        assert_eq!(found, names);
    }

    #[test]
    fn an_explicit_folder_is_the_only_one_searched() {
        let root = tempfile::tempdir().unwrap();
        let error = Binaries::in_dir(root.path()).unwrap_err();
        assert_eq!(error.looked().len(), 1);
        let text = error.to_string();
        assert!(text.contains(&root.path().display().to_string()), "{text}");
        assert!(text.contains("Install it with"), "{text}");
    }

    #[test]
    fn this_machine_has_a_server() {
        let found = Binaries::find().unwrap();
        assert!(SUPPORTED.contains(&found.major()));
        assert!(found.program("initdb").is_file());
    }
}
