//! SQL cut into statements.

use std::ops::Range;

use super::command::{Command, understand};
use super::facts::Facts;
use super::token::{Token, tokens};

/// One statement of a script.
#[derive(Clone, Debug)]
pub(crate) struct Statement {
    /// Where it stands, in bytes, with neither the semicolon nor blanks around.
    pub(crate) at: Range<usize>,
    /// What it asks of the session, if that is ours to do.
    pub(crate) command: Option<Command>,
    /// What matters about it otherwise.
    pub(crate) facts: Facts,
}

/// Cuts a script into its statements; empty ones are left out.
pub(crate) fn split(sql: &str) -> Vec<Statement> {
    let tokens = tokens(sql);
    let mut found = Vec::new();
    let mut rest = &tokens[..];
    while !rest.is_empty() {
        let length = statement(rest);
        if let [first, ..] = &rest[..length] {
            let (command, facts) = understand(&rest[..length]);
            let at = first.at.start..rest[length - 1].at.end;
            found.push(Statement { at, command, facts });
        }
        rest = rest.get(length + 1..).unwrap_or_default();
    }
    found
}

/// How many tokens the first statement has. A semicolon inside parentheses or
/// inside the body of a function (`BEGIN ATOMIC … END`) does not end it.
fn statement(tokens: &[Token<'_>]) -> usize {
    let (mut parentheses, mut blocks) = (0_usize, 0_usize);
    for (position, token) in tokens.iter().enumerate() {
        let after_begin = position > 0 && tokens[position - 1].is("begin");
        if token.is_sign(b'(') {
            parentheses += 1;
        } else if token.is_sign(b')') {
            parentheses = parentheses.saturating_sub(1);
        } else if (after_begin && token.is("atomic")) || (blocks > 0 && token.is("case")) {
            blocks += 1;
        } else if token.is("end") {
            blocks = blocks.saturating_sub(1);
        } else if token.is_sign(b';') && parentheses == 0 && blocks == 0 {
            return position;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        let found = split(sql).into_iter();
        found.map(|statement| &sql[statement.at]).collect()
    }

    #[test]
    fn semicolons_end_statements_where_they_should() {
        assert_eq!(texts(" a ; ;b -- c\n;"), ["a", "b"]);
        assert_eq!(texts("select ';'; select 2"), ["select ';'", "select 2"]);
        let rule = "CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)";
        assert_eq!(texts(&format!("{rule};x")), [rule, "x"]);
        assert!(texts("  -- nothing\n").is_empty());
    }

    #[test]
    fn bodies_of_functions_stay_whole() {
        let function = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC \
                        SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        assert_eq!(texts(&format!("{function}; COMMIT")), [function, "COMMIT"]);
    }
}
