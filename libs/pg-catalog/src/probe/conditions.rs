//! The conditions of CHECK constraints.

use crate::catalog::{ConstraintKind, Domain, Table};
use crate::sql::{Token, bracketed, lex};

/// A CHECK constraint, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    pub(super) name: String,
    /// The columns that it speaks of.
    pub(super) columns: Vec<String>,
    /// The condition itself, in brackets.
    pub(super) expression: String,
    /// Whether PostgreSQL (18 and later) was told not to mind it.
    pub(super) not_enforced: bool,
}

/// The name under which a domain's conditions speak of the value.
pub(super) const VALUE: &str = "value";

/// The CHECK constraints of a table.
pub(super) fn of_table(table: &Table) -> Vec<Condition> {
    let checks = table
        .constraints
        .iter()
        .filter(|constraint| constraint.kind == ConstraintKind::Check);
    checks
        .filter_map(|check| take_apart(&check.name, check.columns.clone(), &check.definition))
        .collect()
}

/// The CHECK constraints of a domain.
pub(super) fn of_domain(domain: &Domain) -> Vec<Condition> {
    let checks = domain.checks.iter();
    checks
        .filter_map(|check| take_apart(&check.name, vec![VALUE.to_owned()], &check.definition))
        .collect()
}

/// Reads `CHECK (…) NOT VALID`.
fn take_apart(name: &str, columns: Vec<String>, definition: &str) -> Option<Condition> {
    let tokens = lex(definition)?.tokens;
    let open = tokens.get(1)?.start;
    let length = bracketed(tokens.get(1..)?)?;
    let close = tokens.get(length)?.end;
    let mut after = tokens[length + 1..].windows(2);
    let not_enforced =
        after.any(|pair| pair[0].token.is_word("not") && pair[1].token.is_word("enforced"));
    Some(Condition {
        name: name.to_owned(),
        columns,
        expression: definition[open..close].to_owned(),
        not_enforced,
    })
}

/// The names of columns of a table in an expression.
pub(super) fn columns_in(expression: &str, table: &Table) -> Vec<String> {
    let tokens = lex(expression).unwrap_or_default().tokens;
    let names = tokens.iter().filter_map(|placed| match &placed.token {
        Token::Word(name) | Token::Quoted(name) => table.column(name),
        _ => None,
    });
    names.map(|column| column.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_ends_with_its_bracket() {
        let definition = "CHECK (((a)::text <> ')'::text)) NO INHERIT NOT VALID";
        let condition = take_apart("c", vec![], definition).unwrap();
        assert_eq!(condition.expression, "(((a)::text <> ')'::text))");
        assert!(!condition.not_enforced);
        assert!(
            take_apart("c", vec![], "CHECK ((a > 0)) NOT ENFORCED")
                .unwrap()
                .not_enforced
        );
    }
}
