//! What breaks a rule.

mod timeout;
mod write;

use std::collections::HashSet;

use super::constraints::Known;
use super::script::{Reader, find, has, split_at_commas};
use super::{Found, Migration, Rule};
use crate::sql::{Placed, Token, bracketed};
use timeout::sets_lock_timeout;

/// Functions that give the same value for all rows of one statement. Others may
/// be volatile.
const NOT_VOLATILE: [&str; 12] = [
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "timezone",
    "current_setting",
    "coalesce",
    "lower",
    "upper",
    "make_interval",
    "to_jsonb",
    "jsonb_build_object",
    "jsonb_build_array",
];

/// Looks at all statements of a migration.
pub(super) fn check(
    migration: &Migration<'_>,
    statements: &[&[Placed]],
    known: &mut Known,
) -> Vec<Found> {
    let mut checker = Checker {
        in_transaction: migration.in_transaction,
        known,
        created: HashSet::new(),
        added: HashSet::new(),
        labels: Vec::new(),
        statement: 0,
        found: Vec::new(),
    };
    checker.lock_timeout(statements);
    for statement in statements {
        checker.statement = statement.first().map_or(0, |first| first.start);
        checker.statement(statement);
    }
    checker.found
}

struct Checker<'k> {
    in_transaction: bool,
    known: &'k mut Known,
    /// What this migration creates: tables, which are empty, their indexes, and
    /// materialized views and domains, which nobody uses yet.
    created: HashSet<String>,
    /// Constraints that this migration adds, with their tables.
    added: HashSet<(String, String)>,
    /// Labels that this migration adds to enum types.
    labels: Vec<String>,
    /// Where the present statement begins.
    statement: usize,
    found: Vec<Found>,
}

impl Checker<'_> {
    fn report(&mut self, rule: Rule, at: usize, message: String) {
        self.found.push(Found {
            rule,
            message,
            statement: self.statement,
            at,
        });
    }

    /// Every other statement comes after `SET … lock_timeout`.
    fn lock_timeout(&mut self, statements: &[&[Placed]]) {
        let first = statements
            .iter()
            .take_while(|statement| !sets_lock_timeout(statement, self.in_transaction))
            .find(|statement| !statement[0].token.is_word("set"));
        if let Some(first) = first {
            self.statement = first[0].start;
            let message = "there is no lock timeout before this statement".to_owned();
            self.report(Rule::LockTimeout, first[0].start, message);
        }
    }

    fn statement(&mut self, statement: &[Placed]) {
        self.new_labels(statement);
        let mut reader = Reader::new(statement);
        if reader.words(&["create"]) {
            self.create(reader);
        } else if reader.words(&["alter", "table"]) {
            self.alter_table(reader);
        } else if reader.words(&["alter", "domain"]) {
            self.alter_domain(reader);
        } else if reader.words(&["drop", "table"]) {
            self.drop_table(reader);
        } else if reader.words(&["drop", "index"]) {
            self.drop_index(reader);
        } else if has(statement, &["rename", "to"]) || has(statement, &["rename", "value"]) {
            self.report(
                Rule::Rename,
                self.statement,
                "something gets another name".to_owned(),
            );
        } else {
            self.write(reader);
        }
    }

    fn create(&mut self, mut reader: Reader<'_>) {
        while reader.any(&["unlogged", "temp", "temporary", "local", "global"]) {}
        if reader.words(&["table"]) {
            reader.words(&["if", "not", "exists"]);
            if let Some(table) = reader.name() {
                let body = reader.rest();
                let length = bracketed(body).unwrap_or(0);
                self.known
                    .created(&table, body.get(1..length).unwrap_or_default());
                self.created.insert(table);
            }
            return;
        }
        if reader.words(&["materialized", "view"]) || reader.words(&["domain"]) {
            reader.words(&["if", "not", "exists"]);
            self.created.extend(reader.name());
            return;
        }
        reader.words(&["unique"]);
        if reader.words(&["index"]) {
            self.create_index(reader);
        }
    }

    fn create_index(&mut self, reader: Reader<'_>) {
        let rest = reader.rest();
        let concurrently = has(rest, &["concurrently"]);
        if concurrently && self.in_transaction {
            let message = "CREATE INDEX CONCURRENTLY in a transaction".to_owned();
            self.report(Rule::ConcurrentlyInTransaction, self.statement, message);
        }
        let mut on = Reader::new(find(rest, &["on"]).map_or(&[], |at| &rest[at + 1..]));
        on.words(&["only"]);
        let Some(table) = on.name() else { return };
        if self.created.contains(&table) {
            self.created.extend(index_name(reader));
        } else if !concurrently {
            let message = format!("an index is built on {table}, which may be large");
            self.report(Rule::IndexConcurrently, self.statement, message);
        }
    }

    fn drop_index(&mut self, mut reader: Reader<'_>) {
        let all = reader.rest();
        reader.words(&["concurrently"]);
        reader.words(&["if", "exists"]);
        let is_new = |part: &[Placed]| {
            let name = Reader::new(part).name();
            name.is_none_or(|name| self.created.contains(&name))
        };
        if !split_at_commas(reader.rest()).into_iter().all(is_new) {
            let done = "an index is dropped, which waits for all who use its table";
            self.concurrently("DROP INDEX", all, done);
        }
    }

    fn drop_table(&mut self, mut reader: Reader<'_>) {
        reader.words(&["if", "exists"]);
        for part in split_at_commas(reader.rest()) {
            let table = Reader::new(part).name();
            if let Some(table) = table.filter(|table| !self.created.contains(table)) {
                self.report(
                    Rule::DropTable,
                    part[0].start,
                    format!("the table {table} is dropped"),
                );
            }
        }
    }

    fn alter_table(&mut self, mut reader: Reader<'_>) {
        reader.words(&["if", "exists"]);
        reader.words(&["only"]);
        let Some(table) = reader.name() else { return };
        let is_new = self.created.contains(&table);
        for action in split_at_commas(reader.rest()) {
            self.note(&table, action);
            if !is_new {
                self.action(&table, action);
            }
        }
    }

    /// A domain's constraints are checked in all columns that have its type.
    fn alter_domain(&mut self, mut reader: Reader<'_>) {
        let Some(domain) = reader.name() else { return };
        self.note(&domain, reader.rest());
        if self.created.contains(&domain) {
            return;
        }
        let (at, all) = (self.statement, reader.rest());
        if reader.words(&["add"]) {
            if !has(all, &["not", "valid"]) {
                let message = format!("all values of the domain {domain} are checked");
                self.report(Rule::ConstraintNotValid, at, message);
            }
        } else if reader.words(&["validate", "constraint"]) {
            self.validate(&domain, at, reader);
        } else if reader.words(&["set", "not", "null"]) {
            let message = format!("all values of the domain {domain} are searched for NULL");
            self.report(Rule::SetNotNull, at, message);
        } else if reader.words(&["rename", "to"]) {
            let message = format!("the domain {domain} gets another name");
            self.report(Rule::Rename, at, message);
        }
    }

    /// Remembers what an action says of constraints.
    fn note(&mut self, table: &str, action: &[Placed]) {
        let mut reader = Reader::new(action);
        if reader.words(&["add", "constraint"])
            && let Some(name) = reader.name()
        {
            self.known.added(table, &name, reader.rest());
            self.added.insert((table.to_owned(), name));
        } else if reader.words(&["validate", "constraint"])
            && let Some(name) = reader.name()
        {
            self.known.validated(table, &name);
        }
    }

    fn action(&mut self, table: &str, action: &[Placed]) {
        let at = action[0].start;
        let mut reader = Reader::new(action);
        if reader.words(&["add"]) {
            self.add(table, at, reader);
        } else if reader.words(&["alter"]) {
            reader.words(&["column"]);
            self.alter_column(table, at, reader);
        } else if reader.words(&["validate", "constraint"]) {
            self.validate(table, at, reader);
        } else if reader.words(&["attach", "partition"]) {
            self.attach(at, reader);
        } else if reader.words(&["drop"]) && !reader.words(&["constraint"]) {
            reader.words(&["column"]);
            reader.words(&["if", "exists"]);
            let column = reader.name().unwrap_or_default();
            self.report(
                Rule::DropColumn,
                at,
                format!("the column {table}.{column} is dropped"),
            );
        } else if reader.words(&["rename"]) && !reader.words(&["constraint"]) {
            self.report(
                Rule::Rename,
                at,
                format!("{table}, or a column of it, gets another name"),
            );
        } else if reader.words(&["set"])
            && reader.any(&["logged", "unlogged", "tablespace", "access"])
        {
            self.report(Rule::Rewrite, at, format!("{table} is written anew"));
        }
    }

    fn add(&mut self, table: &str, at: usize, mut reader: Reader<'_>) {
        if reader.words(&["constraint"]) {
            reader.name();
        }
        let definition = reader.rest();
        if reader.any(&["check", "foreign"]) {
            if !has(definition, &["not", "valid"]) {
                let message = format!("all rows of {table} are checked");
                self.report(Rule::ConstraintNotValid, at, message);
            }
        } else if reader.any(&["unique", "primary", "exclude"]) {
            if !has(definition, &["using", "index"]) {
                let message = format!("an index is built on {table} for a key");
                self.report(Rule::KeyUsingIndex, at, message);
            }
        } else {
            reader.words(&["column"]);
            reader.words(&["if", "not", "exists"]);
            let column = reader.name().unwrap_or_default();
            self.add_column(&format!("{table}.{column}"), at, reader.rest());
        }
    }

    /// A new column, given what follows its name.
    fn add_column(&mut self, column: &str, at: usize, definition: &[Placed]) {
        let default = find(definition, &["default"]).map(|default| &definition[default + 1..]);
        if let Some(what) = computed_per_row(definition, default) {
            self.report(Rule::VolatileDefault, at, format!("{column} gets {what}"));
        } else if default.is_none()
            && has(definition, &["not", "null"])
            && !has(definition, &["generated"])
        {
            self.report(
                Rule::RequiredColumn,
                at,
                format!("{column} is NOT NULL and has no default"),
            );
        }
        if has(definition, &["references"]) || has(definition, &["check"]) {
            let message = format!("{column} brings a constraint that is checked for all rows");
            self.report(Rule::ConstraintNotValid, at, message);
        }
        if has(definition, &["unique"]) || has(definition, &["primary"]) {
            let message = format!("an index is built for {column}");
            self.report(Rule::KeyUsingIndex, at, message);
        }
    }

    fn alter_column(&mut self, table: &str, at: usize, mut reader: Reader<'_>) {
        let column = reader.name().unwrap_or_default();
        if reader.words(&["set", "not", "null"]) {
            if !self.known.proves(table, &column) {
                let message = format!("all rows of {table} are searched for NULL in {column}");
                self.report(Rule::SetNotNull, at, message);
            }
        } else if reader.words(&["type"]) || reader.words(&["set", "data", "type"]) {
            let message = format!("{table}.{column} gets another type");
            self.report(Rule::ColumnType, at, message);
        }
    }

    /// Nothing is read if a valid CHECK says already what the partition's bounds say.
    fn attach(&mut self, at: usize, mut reader: Reader<'_>) {
        let partition = reader.name().unwrap_or_default();
        if !self.created.contains(&partition) {
            let message = format!(
                "all rows of {partition} are checked, unless it has a CHECK, validated before, \
                 that says the same as its bounds"
            );
            self.report(Rule::ConstraintNotValid, at, message);
        }
    }

    fn validate(&mut self, table: &str, at: usize, mut reader: Reader<'_>) {
        let Some(name) = reader.name() else { return };
        if self.in_transaction && self.added.contains(&(table.to_owned(), name.clone())) {
            let message = format!("{name} is added and validated in one transaction");
            self.report(Rule::ValidateApart, at, message);
        }
    }

    /// `ALTER TYPE … ADD VALUE`, and uses of labels that were added before.
    fn new_labels(&mut self, statement: &[Placed]) {
        let mut reader = Reader::new(statement);
        let adds = reader.words(&["alter", "type"]) && has(statement, &["add", "value"]);
        let texts = || statement.iter().filter_map(text_of);
        if adds {
            self.labels.extend(texts().next().map(str::to_owned));
        } else if self.in_transaction {
            let used = self.labels.iter().find(|label| {
                let quoted = format!("'{label}'");
                texts().any(|text| text == *label || text.contains(&quoted))
            });
            if let Some(label) = used.cloned() {
                let message =
                    format!("the label '{label}' is used in the transaction that adds it");
                self.report(Rule::LabelAtOnce, self.statement, message);
            }
        }
    }
}

/// The name of an index in what follows CREATE INDEX; it may have none.
fn index_name(mut reader: Reader<'_>) -> Option<String> {
    reader.words(&["concurrently"]);
    reader.words(&["if", "not", "exists"]);
    if reader.words(&["on"]) {
        return None;
    }
    reader.name()
}

fn text_of(placed: &Placed) -> Option<&str> {
    match &placed.token {
        Token::Text(text) => Some(text),
        _ => None,
    }
}

/// What makes PostgreSQL compute a new column for each row, if anything does.
fn computed_per_row(definition: &[Placed], default: Option<&[Placed]>) -> Option<String> {
    let serial = |placed: &Placed| {
        let types = ["serial", "bigserial", "smallserial"];
        types.iter().any(|word| placed.token.is_word(word))
    };
    if definition.first().is_some_and(serial) || has(definition, &["as", "identity"]) {
        return Some("a number from a sequence".to_owned());
    }
    if has(definition, &["generated"]) && has(definition, &["stored"]) {
        return Some("a stored value that is computed for each row".to_owned());
    }
    let calls = default?.windows(3).find_map(|window| match window {
        [before, name, open]
            if open.token == Token::Sign('(') && before.token != Token::Sign(':') =>
        {
            name.token.name()
        }
        _ => None,
    });
    let first = match default? {
        [name, open, ..] if open.token == Token::Sign('(') => name.token.name(),
        _ => None,
    };
    let function = first.or(calls)?;
    let is_clause = ["check", "references", "using"].contains(&function);
    (!is_clause && !NOT_VOLATILE.contains(&function))
        .then(|| format!("a default from {function}()"))
}
