//! `testbed lint`: migrations that lock or rewrite tables in use.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use pg_catalog::lint::{Migration, lint as problems};
use pg_testbed::BoxError;

use crate::compare::exit;
use crate::line::Line;
use crate::print;

/// A migration's name and text.
type Script = (String, String);

/// Reads the migrations of a folder in the order in which they run.
pub(crate) fn lint(words: &[&str]) -> Result<ExitCode, BoxError> {
    let line = Line::parse(words, &[])?;
    let [dir] = &line.words[..] else {
        return Err("it should be: testbed lint DIR".into());
    };
    let scripts = scripts(Path::new(dir))?;
    if scripts.is_empty() {
        return Err(format!("there are no .sql files in {dir}").into());
    }
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

/// Those of a folder. What leads back (`….down.sql`) is left out.
fn scripts(dir: &Path) -> Result<Vec<Script>, BoxError> {
    let cannot_read = |path: &Path, error| format!("{} cannot be read: {error}", path.display());
    let mut scripts = Vec::new();
    for entry in fs::read_dir(dir).map_err(|error| cannot_read(dir, error))? {
        let entry = entry.map_err(|error| cannot_read(dir, error))?;
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy().into_owned();
        let is_sql = path.extension().is_some_and(|kind| kind == "sql");
        if is_sql && !name.ends_with(".down.sql") {
            let sql = fs::read_to_string(&path).map_err(|error| cannot_read(&path, error))?;
            scripts.push((name, sql));
        }
    }
    scripts.sort_by_cached_key(|(name, _)| (number(name), name.clone()));
    Ok(scripts)
}

/// What sqlx sorts by, so that 10 comes after 2.
fn number(name: &str) -> Option<i64> {
    name.split('_').next()?.parse().ok()
}
