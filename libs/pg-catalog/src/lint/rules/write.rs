//! Statements that lock tables, change their rows or write them anew.

use super::super::Rule;
use super::super::script::{Reader, has, split_at_commas};
use super::Checker;
use crate::sql::{Placed, Token, bracketed};

/// Modes of LOCK that let others read and write.
const HARMLESS: [&[&str]; 4] = [
    &["access", "share"],
    &["row", "share"],
    &["row", "exclusive"],
    &["share", "update", "exclusive"],
];

impl Checker<'_> {
    pub(super) fn write(&mut self, mut reader: Reader<'_>) {
        let all = reader.rest();
        if reader.words(&["with"]) {
            self.with(reader);
        } else if reader.words(&["update"]) || reader.words(&["delete", "from"]) {
            reader.words(&["only"]);
            let table = reader.name().unwrap_or_default();
            if !has(&outside_of_brackets(all), &["where"]) {
                self.all_rows(&table, "changed");
            }
        } else if reader.words(&["merge"]) {
            self.merge(reader);
        } else if reader.words(&["truncate"]) {
            reader.words(&["table"]);
            for table in self.tables(reader) {
                self.all_rows(&table, "removed under a lock");
            }
        } else if reader.words(&["lock"]) {
            self.lock(reader);
        } else if reader.words(&["refresh", "materialized", "view"]) {
            self.refresh(reader);
        } else if reader.words(&["cluster"]) || reader.words(&["vacuum"]) && has(all, &["full"]) {
            let message = "a table is written anew".to_owned();
            self.report(Rule::Rewrite, self.statement, message);
        } else if reader.words(&["reindex"]) {
            let done = "an index is built anew";
            self.concurrently("REINDEX", all, done);
        }
    }

    /// The queries of a WITH, which may write too, and the statement after them.
    fn with(&mut self, mut reader: Reader<'_>) {
        reader.words(&["recursive"]);
        let mut rest = reader.rest();
        while let Some(open) = rest
            .iter()
            .position(|placed| placed.token == Token::Sign('('))
        {
            let is_query = rest[..open].iter().any(|placed| placed.token.is_word("as"));
            let length = bracketed(&rest[open..]).unwrap_or(rest.len() - open);
            if is_query {
                let inner = &rest[open + 1..open + length];
                self.write(Reader::new(
                    inner.split_last().map_or(&[], |(_, inner)| inner),
                ));
            }
            rest = &rest[open + length..];
            let goes_on = |next: &Placed| {
                let word = next.token.name().unwrap_or_default();
                !is_query || next.token == Token::Sign(',') || ["search", "cycle"].contains(&word)
            };
            if !rest.first().is_some_and(goes_on) {
                break;
            }
        }
        self.write(Reader::new(rest));
    }

    /// As many rows as the source has, which is few only where it is written out.
    fn merge(&mut self, mut reader: Reader<'_>) {
        reader.words(&["into"]);
        reader.words(&["only"]);
        let table = reader.name().unwrap_or_default();
        let rest = reader.rest();
        let changes = has(rest, &["then", "update"]) || has(rest, &["then", "delete"]);
        let using = rest
            .iter()
            .position(|placed| placed.token.is_word("using"))
            .map_or(&[][..], |using| &rest[using + 1..]);
        let written_out = using
            .get(1)
            .is_some_and(|second| second.token.is_word("values"));
        if changes && !written_out {
            self.all_rows(&table, "changed, as far as the source has them");
        }
    }

    fn lock(&mut self, mut reader: Reader<'_>) {
        reader.words(&["table"]);
        let rest = reader.rest();
        let mode = rest.iter().position(|placed| placed.token.is_word("in"));
        let mut mode = Reader::new(mode.map_or(&[], |at| &rest[at + 1..]));
        if HARMLESS.iter().any(|words| mode.words(words)) {
            return;
        }
        for table in self.tables(reader) {
            let message = format!("{table} is locked until the transaction ends");
            self.report(Rule::LockTable, self.statement, message);
        }
    }

    fn refresh(&mut self, mut reader: Reader<'_>) {
        let concurrently = reader.words(&["concurrently"]);
        let view = reader.name().unwrap_or_default();
        if !concurrently && !self.created.contains(&view) {
            let message = format!("{view} is written anew, and not CONCURRENTLY");
            self.report(Rule::Rewrite, self.statement, message);
        }
    }

    /// The tables of a list that are not of this file.
    fn tables(&self, reader: Reader<'_>) -> Vec<String> {
        let parts = split_at_commas(reader.rest()).into_iter();
        let names = parts.filter_map(|part| {
            let mut reader = Reader::new(part);
            reader.words(&["only"]);
            reader.name()
        });
        names.filter(|name| !self.created.contains(name)).collect()
    }

    fn all_rows(&mut self, table: &str, what: &str) {
        if !self.created.contains(table) {
            let message = format!("all rows of {table} are {what}");
            self.report(Rule::AllRows, self.statement, message);
        }
    }

    /// A statement on an index that has to say CONCURRENTLY, and outside of a
    /// transaction.
    pub(super) fn concurrently(&mut self, what: &str, statement: &[Placed], done: &str) {
        let (rule, message) = if !has(statement, &["concurrently"]) {
            (Rule::IndexConcurrently, done.to_owned())
        } else if self.in_transaction {
            let message = format!("{what} CONCURRENTLY in a transaction");
            (Rule::ConcurrentlyInTransaction, message)
        } else {
            return;
        };
        self.report(rule, self.statement, message);
    }
}

/// What is not inside of brackets: a WHERE in there is a subquery's.
fn outside_of_brackets(tokens: &[Placed]) -> Vec<Placed> {
    let mut depth = 0_usize;
    let mut outside = Vec::new();
    for placed in tokens {
        match placed.token {
            Token::Sign('(') => depth += 1,
            Token::Sign(')') => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(placed.clone()),
            _ => {}
        }
    }
    outside
}
