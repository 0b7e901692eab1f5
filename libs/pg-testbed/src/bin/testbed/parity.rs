//! Proof that databases, migrations and a kept fingerprint agree.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use pg_catalog::lint::{Migration, lint as problems};
use pg_catalog::{Catalog, Comparison, Probe, Verdict, diff as compare, probe};
use pg_testbed::BoxError;
use serde_json::{Value, json};

use crate::line::{Line, PROJECT};
use crate::print;
use crate::side::{Side, schemas};

pub(crate) const USAGE: &str = "\
For any database. SIDE is a URL, a file with a fingerprint, or the word migrations
(migrations:NAME of several): an empty database made by testbed.toml, or by
--migrations NAME=DIR or --sql NAME=PATH. --schema NAME, once or more: instead of public.
  fingerprint SIDE [--output FILE]
                       prints the catalog as a text to keep in a repository
  diff SIDE SIDE [--json]
                       tells what differs; exit code 1 if something does
  verify SIDE [--against SIDE] [--json]
                       shows every CHECK a row that it has to refuse (all is rolled
                       back), and compares; exit code 1 if one fails
  lint DIR             finds migrations (.sql) that lock or rewrite tables in use";

type Outcome = Result<ExitCode, BoxError>;

fn options(own: &[&'static str]) -> Vec<&'static str> {
    [own, &["--schema"], &PROJECT].concat()
}

fn exit(good: bool) -> ExitCode {
    if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Prints a database's fingerprint, or writes it to a file.
pub(crate) async fn fingerprint(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &options(&["--output"]))?;
    let [word] = &line.words[..] else {
        return Err("it should be: testbed fingerprint SIDE".into());
    };
    let fingerprint = Side::of(word, &line)
        .await?
        .fingerprint(&schemas(&line))
        .await?;
    match line.value("--output") {
        Some(file) => fs::write(file, fingerprint.to_string())
            .map_err(|error| format!("{file} cannot be written: {error}"))?,
        None => print(&fingerprint.to_string())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Compares two sides.
pub(crate) async fn diff(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &options(&["--json"]))?;
    let [left, right] = &line.words[..] else {
        return Err("it should be: testbed diff SIDE SIDE".into());
    };
    let (left, right) = (Side::of(left, &line).await?, Side::of(right, &line).await?);
    let comparison = compared(&left, &right, &line).await?;
    if line.has("--json") {
        print(&format!("{:#}\n", as_json(&left, &right, &comparison)))?;
    } else {
        print(&report(&left, &right, &comparison))?;
    }
    Ok(exit(comparison.agrees()))
}

/// Proves every CHECK alive; compares with another side if there is one.
pub(crate) async fn verify(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &options(&["--json", "--against"]))?;
    let [word] = &line.words[..] else {
        return Err("it should be: testbed verify SIDE".into());
    };
    let side = Side::of(word, &line).await?;
    let probes = probed(&side, &line).await?;
    let against = match line.value("--against") {
        Some(word) => Some(Side::of(word, &line).await?),
        None => None,
    };
    let comparison = match &against {
        Some(against) => Some((against, compared(against, &side, &line).await?)),
        None => None,
    };
    let alike = comparison.iter().all(|(_, comparison)| comparison.agrees());
    let good = alike && probes.iter().all(Probe::is_alive);
    if line.has("--json") {
        let drift = comparison
            .as_ref()
            .map(|(left, it)| as_json(left, &side, it));
        let told = json!({ "agrees": good, "checks": probes, "comparison": drift });
        print(&format!("{told:#}\n"))?;
    } else {
        let drift = comparison
            .as_ref()
            .map(|(left, it)| report(left, &side, it));
        print(&(proofs(&probes) + &drift.unwrap_or_default()))?;
    }
    Ok(exit(good))
}

async fn probed(side: &Side, line: &Line) -> Result<Vec<Probe>, BoxError> {
    let mut connection = side.connect().await?;
    let catalog = Catalog::read(&mut connection, &schemas(line)).await?;
    Ok(probe(&mut connection, &catalog, &[]).await?)
}

/// What differs between two sides.
pub(crate) async fn compared(
    left: &Side,
    right: &Side,
    line: &Line,
) -> Result<Comparison, BoxError> {
    let schemas = schemas(line);
    let (left, right) = (
        left.fingerprint(&schemas).await?,
        right.fingerprint(&schemas).await?,
    );
    Ok(compare(&left, &right))
}

fn as_json(left: &Side, right: &Side, comparison: &Comparison) -> Value {
    json!({
        "agrees": comparison.agrees(), "left": left.shown, "right": right.shown,
        "drift": comparison.drift, "environment": comparison.environment,
    })
}

/// What differs, for a person.
pub(crate) fn report(left: &Side, right: &Side, comparison: &Comparison) -> String {
    let (left, right) = (&left.shown, &right.shown);
    if comparison.agrees() {
        return format!("no drift between {left} and {right}\n{comparison}");
    }
    let number = comparison.drift.len();
    format!("- {left}\n+ {right}\n\n{comparison}\n{number} differences\n")
}

fn proofs(probes: &[Probe]) -> String {
    let mut text = String::new();
    for one in probes {
        if let Verdict::NotShown { why } | Verdict::NotPermitted { why } = &one.verdict {
            let (check, table) = (&one.constraint, &one.table);
            let _ = writeln!(text, "CHECK {check} on {table} was not proven: {why}");
        }
    }
    let alive = probes.iter().filter(|one| one.is_alive()).count();
    let all = probes.len();
    text + &format!("{alive} of {all} CHECK constraints refused a row that violates just them\n")
}

/// Reads the migrations of a folder in the order of their names.
pub(crate) fn lint(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &[])?;
    let [dir] = &line.words[..] else {
        return Err("it should be: testbed lint DIR".into());
    };
    let scripts = scripts(Path::new(dir))?;
    let migrations: Vec<_> = scripts
        .iter()
        .map(|(file, sql)| Migration {
            file,
            sql,
            in_transaction: in_transaction(sql),
        })
        .collect();
    let found = problems(&migrations);
    for problem in &found {
        print(&format!("{problem}\n"))?;
    }
    let (all, number) = (migrations.len(), found.len());
    print(&format!("{all} migrations, {number} problems\n"))?;
    Ok(exit(found.is_empty()))
}

/// As sqlx has it: a migration is a transaction unless its first line says not.
fn in_transaction(sql: &str) -> bool {
    !sql.starts_with("-- no-transaction")
}

/// Names and texts. What leads back (`….down.sql`) is left out.
fn scripts(dir: &Path) -> Result<Vec<(String, String)>, BoxError> {
    let cannot_read = |path: &Path, error| format!("{} cannot be read: {error}", path.display());
    let entries = fs::read_dir(dir).map_err(|error| cannot_read(dir, error))?;
    let mut paths: Vec<PathBuf> = entries
        .map(|it| Ok(it?.path()))
        .collect::<Result<_, BoxError>>()?;
    paths.sort();
    let mut scripts = Vec::new();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_sql = path.extension().is_some_and(|kind| kind == "sql");
        if is_sql && !name.ends_with(".down.sql") {
            let sql = fs::read_to_string(&path).map_err(|error| cannot_read(&path, error))?;
            scripts.push((name, sql));
        }
    }
    Ok(scripts)
}
