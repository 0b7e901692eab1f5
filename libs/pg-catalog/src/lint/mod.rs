//! A linter for migrations: it knows what locks, rewrites or breaks a table
//! that holds rows and is in use.
//!
//! ```
//! use pg_catalog::lint::{Migration, lint};
//!
//! let migration = Migration {
//!     file: "0007_fields.sql",
//!     sql: "SET LOCAL lock_timeout = '5s';\nALTER TABLE note DROP COLUMN colour;",
//!     in_transaction: true,
//! };
//! let problems = lint(&[migration]);
//! assert_eq!((problems[0].line, problems[0].rule.name()), (2, "drop-column"));
//! ```
//!
//! Tables that the same file creates are empty, so anything may be done to them.
//! What is done on purpose is said in a comment on the line before the statement
//! (or before the action of an `ALTER TABLE`):
//!
//! ```sql
//! -- lint: allow(drop-column) because no release since 2.1 reads it
//! ALTER TABLE note DROP COLUMN colour;
//! ```
//!
//! `allow-file(…)` allows it in the whole file. An allowance without a reason, or for something that is not done, is a
//! problem too.
//!
//! It reads tokens, not a grammar: what it looks for is easy to recognise, and a
//! parser that stops at a statement it does not know would be of less use. SQL
//! inside of functions and `DO` blocks is not read.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use crate::sql::{lex, line_of};

mod allowance;
mod constraints;
mod rule;
mod rules;
mod script;

pub use rule::Rule;

/// A migration.
#[derive(Clone, Copy, Debug)]
pub struct Migration<'a> {
    /// Its name, for messages.
    pub file: &'a str,
    /// Its statements.
    pub sql: &'a str,
    /// Whether all of it runs in one transaction.
    pub in_transaction: bool,
}

/// Something that should not be done, or not in this way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The name of the migration.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The rule that is broken.
    pub rule: Rule,
    /// What was found.
    pub message: String,
}

impl Display for Problem {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            line,
            rule,
            message,
        } = self;
        let advice = rule.advice();
        write!(f, "{file}:{line}: {rule}: {message}\n    {advice}")
    }
}

/// A broken rule, before allowances are looked at.
struct Found {
    rule: Rule,
    message: String,
    /// The first byte of the statement.
    statement: usize,
    /// The first byte of the part that is meant.
    at: usize,
}

/// The problems of migrations, given in the order in which they run.
pub fn lint(migrations: &[Migration<'_>]) -> Vec<Problem> {
    let mut known = constraints::Known::default();
    migrations
        .iter()
        .flat_map(|migration| lint_one(migration, &mut known))
        .collect()
}

fn lint_one(migration: &Migration<'_>, known: &mut constraints::Known) -> Vec<Problem> {
    let Some(lexed) = lex(migration.sql) else {
        let message = "a quote or comment is not closed".to_owned();
        return vec![problem(migration, 0, Rule::Syntax, message)];
    };
    let statements = script::statements(&lexed.tokens);
    let found = rules::check(migration, &statements, known);
    let (mut allowances, malformed) = allowance::read(&lexed);
    let kept: Vec<_> = found
        .into_iter()
        .filter(|it| !allowance::covers(&mut allowances, it))
        .map(|it| (it.at, it.rule, it.message))
        .collect();
    let unused = allowances.into_iter().filter(|it| !it.used).map(|it| {
        let message = format!("nothing here breaks {}", it.rule);
        (it.start, Rule::Allowance, message)
    });
    let mut all: Vec<_> = kept.into_iter().chain(unused).chain(malformed).collect();
    all.sort_by_key(|(at, _, _)| *at);
    all.into_iter()
        .map(|(at, rule, message)| problem(migration, at, rule, message))
        .collect()
}

fn problem(migration: &Migration<'_>, at: usize, rule: Rule, message: String) -> Problem {
    Problem {
        file: migration.file.to_owned(),
        line: line_of(migration.sql, at),
        rule,
        message,
    }
}

#[cfg(test)]
mod tests;
