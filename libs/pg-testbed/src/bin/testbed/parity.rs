//! Proof that databases, migrations and a kept fingerprint agree.

use std::fmt::Write as _;
use std::fs;
use std::process::ExitCode;

use pg_catalog::{Probe, Verdict, probe};
use pg_testbed::BoxError;
use serde_json::json;

use crate::compare::{Compared, exit};
use crate::line::{Line, PROJECT};
use crate::print;
use crate::side::Side;

pub(crate) const USAGE: &str = "\
For any database. SIDE is a URL, a file with a fingerprint, or the word migrations
(migrations:NAME of several): an empty database made by testbed.toml, or by
--migrations NAME=DIR or --sql NAME=PATH. Without SIDE: the database of
TEST_DATABASE_URL. --schema NAME, once or more: not all schemas, but these.
  fingerprint [SIDE] [--output FILE]
                       prints the catalog as a text to keep in a repository
  diff SIDE SIDE [--json]
                       tells what differs; exit code 1 if something does
  verify [SIDE] [--against SIDE] [--json]
                       shows every CHECK a row that it has to refuse (all is rolled
                       back), and compares; exit code 1 if one fails
  lint DIR             finds migrations (.sql) that lock or rewrite tables in use;
                       exit code 1 if there are any
The exit code is 2 where nothing could be found out.";

type Outcome = Result<ExitCode, BoxError>;

fn options(own: &[&'static str]) -> Vec<&'static str> {
    [own, &["--schema"], &PROJECT].concat()
}

/// Prints a database's fingerprint, or writes it to a file.
pub(crate) async fn fingerprint(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &options(&["--output"]))?;
    let side = Side::only(&line, "testbed fingerprint [SIDE]").await?;
    let text = side.fingerprint(&line).await?.to_string();
    match line.value("--output") {
        Some(file) => {
            fs::write(file, text).map_err(|error| format!("{file} cannot be written: {error}"))?;
        }
        None => print(&text)?,
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
    let compared = Compared::of(&left, &right, &line).await?;
    if line.has("--json") {
        print(&format!("{:#}\n", compared.as_json()))?;
    } else {
        print(&compared.report())?;
    }
    Ok(exit(compared.agrees()))
}

/// Proves every CHECK alive; compares with another side if there is one.
pub(crate) async fn verify(words: &[&str]) -> Outcome {
    let line = Line::parse(words, &options(&["--json", "--against"]))?;
    let side = Side::only(&line, "testbed verify [SIDE]").await?;
    let against = Side::against(&line).await?;
    let probes = probed(&side, &line).await?;
    let compared = match &against {
        Some(against) => Some(Compared::of(against, &side, &line).await?),
        None => None,
    };
    let alike = compared.as_ref().is_none_or(Compared::agrees);
    let good = alike && probes.iter().all(Probe::is_alive);
    if line.has("--json") {
        let drift = compared.as_ref().map(Compared::as_json);
        let told = json!({ "agrees": good, "checks": probes, "comparison": drift });
        print(&format!("{told:#}\n"))?;
    } else {
        let drift = compared.as_ref().map(Compared::report);
        print(&(proofs(&probes) + &drift.unwrap_or_default()))?;
    }
    Ok(exit(good))
}

async fn probed(side: &Side, line: &Line) -> Result<Vec<Probe>, BoxError> {
    let mut connection = side.connect().await?;
    let catalog = side.catalog(&mut connection, line).await?;
    Ok(probe(&mut connection, &catalog, &[]).await?)
}

fn proofs(probes: &[Probe]) -> String {
    let mut text = String::new();
    let mut may_write = true;
    for one in probes {
        if let Verdict::NotShown { why } | Verdict::NotPermitted { why } = &one.verdict {
            let (check, table) = (&one.constraint, &one.table);
            let _ = writeln!(text, "CHECK {check} on {table} was not proven: {why}");
        }
        may_write &= !matches!(one.verdict, Verdict::NotPermitted { .. });
    }
    if !may_write {
        text += "Use a role that may write there: all that it writes is rolled back\n";
    }
    let alive = probes.iter().filter(|one| one.is_alive()).count();
    let all = probes.len();
    text + &format!("{alive} of {all} CHECK constraints refused a row that violates just them\n")
}
