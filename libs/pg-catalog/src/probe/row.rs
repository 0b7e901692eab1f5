//! Rows: which columns get which value.

use std::collections::BTreeSet;

use sqlx::PgConnection;

use super::candidates::{self, Constants};
use super::conditions::{self, Condition};
use super::search::{Search, Values};
use crate::catalog::{self, Catalog, Domain, Filling, Table};

/// A column and the values to try in it.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) data_type: String,
    /// `None` is NULL.
    pub(super) values: Values,
}

/// A column of an INSERT with its value, as SQL.
pub(super) type Assignment = (String, String);

/// A generated column.
#[derive(Clone, Debug)]
pub(super) struct Generated {
    pub(super) name: String,
    pub(super) expression: String,
    /// The columns that it is computed from.
    sources: Vec<String>,
}

/// What is to be known of a table to fill it.
pub(super) struct Rows<'a> {
    catalog: &'a Catalog,
    table: &'a Table,
    conditions: Vec<Condition>,
    generated: Vec<Generated>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(catalog: &'a Catalog, table: &'a Table) -> Self {
        let generated = table.columns.iter().filter(|column| is_generated(column));
        let take_apart = |column: &catalog::Column| {
            let expression = column.default.clone()?;
            Some(Generated {
                name: column.name.clone(),
                sources: conditions::columns_in(&expression, table),
                expression,
            })
        };
        Self {
            catalog,
            table,
            conditions: conditions::of_table(table),
            generated: generated.filter_map(take_apart).collect(),
        }
    }

    /// The search for values that violate just this condition.
    pub(super) fn search<'s>(&'s self, target: &'s Condition) -> Search<'s> {
        self.search_among(&self.tied_to(&target.columns), Some(target))
    }

    /// Values for the columns that have no part in that search; or why there
    /// are none.
    pub(super) async fn rest(
        &self,
        connection: &mut PgConnection,
        target: &Condition,
    ) -> Result<Result<Vec<Assignment>, String>, sqlx::Error> {
        let mut done = self.tied_to(&target.columns);
        let mut rest = Vec::new();
        for column in &self.table.columns {
            let tied = self.tied_to(std::slice::from_ref(&column.name));
            let is_free = tied.len() == 1;
            if done.contains(&column.name) || is_free && !self.needs_value(column) {
                continue;
            }
            let search = self.search_among(&tied, None);
            let found = match search.run(connection).await? {
                Ok(found) => found,
                Err(why) => return Ok(Err(why)),
            };
            let Some(values) = found.first() else {
                let why = format!("no value of {} satisfies the other conditions", column.name);
                return Ok(Err(why));
            };
            rest.extend(search.assigned(values).map(assignment));
            done.extend(tied);
        }
        Ok(Ok(rest))
    }

    fn search_among<'s>(
        &'s self,
        names: &BTreeSet<String>,
        target: Option<&'s Condition>,
    ) -> Search<'s> {
        let columns = names.iter().filter_map(|name| self.table.column(name));
        let given = columns.filter(|column| !is_generated(column));
        let computed = self.generated.iter().filter(|it| names.contains(&it.name));
        Search::new(
            computed.collect(),
            given.map(|column| self.column(column)).collect(),
            target,
            &self.conditions,
        )
    }

    /// The INSERT of a row.
    pub(super) fn insert<'v>(
        &self,
        assigned: impl Iterator<Item = (&'v Column, Option<&'v str>)>,
        rest: &[Assignment],
    ) -> String {
        let all: Vec<_> = assigned
            .map(assignment)
            .chain(rest.iter().cloned())
            .collect();
        let (names, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        let has_identity = self.table.columns.iter().any(is_identity);
        let overriding = if has_identity {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        format!(
            "INSERT INTO {} ({}){overriding} VALUES ({})",
            self.table.name,
            names.join(", "),
            values.join(", ")
        )
    }

    /// These columns with all that conditions and generated columns tie to
    /// them.
    fn tied_to(&self, columns: &[String]) -> BTreeSet<String> {
        let of_conditions = self.conditions.iter().map(|it| it.columns.clone());
        let of_generated = self.generated.iter().map(|it| {
            let own = std::iter::once(it.name.clone());
            own.chain(it.sources.iter().cloned()).collect()
        });
        let knots: Vec<Vec<String>> = of_conditions.chain(of_generated).collect();
        let mut tied: BTreeSet<String> = columns.iter().cloned().collect();
        loop {
            let before = tied.len();
            for knot in &knots {
                if knot.iter().any(|name| tied.contains(name)) {
                    tied.extend(knot.iter().cloned());
                }
            }
            if tied.len() == before {
                return tied;
            }
        }
    }

    fn column(&self, column: &catalog::Column) -> Column {
        let expressions = self
            .conditions
            .iter()
            .filter(|it| self.is_about(it, &column.name));
        let nullable = self.accepts_null(column);
        let expressions = expressions.map(|it| it.expression.as_str()).collect();
        Column {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            values: values(self.catalog, &column.data_type, nullable, expressions),
        }
    }

    /// Whether a condition speaks of a column, or of one computed from it.
    fn is_about(&self, condition: &Condition, column: &String) -> bool {
        let names = |name| condition.columns.contains(name);
        let mut computed = self.generated.iter();
        names(column) || computed.any(|it| names(&it.name) && it.sources.contains(column))
    }

    /// Whether an INSERT has to name it: there is no other value, or it would
    /// come from a sequence, which no rollback sets back.
    fn needs_value(&self, column: &catalog::Column) -> bool {
        let counts = |default: &String| default.contains("nextval(");
        match &column.default {
            Some(default) => counts(default),
            None => is_identity(column) || !self.accepts_null(column),
        }
    }

    fn accepts_null(&self, column: &catalog::Column) -> bool {
        let domain = find_domain(self.catalog, &column.data_type);
        column.nullable && domain.is_none_or(|domain| domain.nullable)
    }
}

/// The value of a domain, as a column of its base type.
pub(super) fn of_domain(catalog: &Catalog, domain: &Domain, conditions: &[Condition]) -> Column {
    let expressions = conditions.iter().map(|it| it.expression.as_str());
    Column {
        name: conditions::VALUE.to_owned(),
        data_type: domain.base_type.clone(),
        values: values(catalog, &domain.base_type, false, expressions.collect()),
    }
}

/// Values for a type, which may be a domain over another: NULL first, because it
/// satisfies most conditions.
fn values<'a>(
    catalog: &'a Catalog,
    data_type: &'a str,
    nullable: bool,
    mut expressions: Vec<&'a str>,
) -> Values {
    let mut base = data_type;
    while let Some(domain) = find_domain(catalog, base) {
        expressions.extend(domain.checks.iter().map(|check| check.definition.as_str()));
        base = &domain.base_type;
    }
    let labels = catalog.enum_type(base).map(|found| found.labels.as_slice());
    let constants = Constants::of(expressions);
    let found = candidates::for_type(base, labels, &constants);
    let null = nullable.then_some(None);
    null.into_iter()
        .chain(found.into_iter().map(Some))
        .collect()
}

fn find_domain<'c>(catalog: &'c Catalog, name: &str) -> Option<&'c Domain> {
    catalog.domains.iter().find(|domain| domain.name == name)
}

fn is_generated(column: &catalog::Column) -> bool {
    matches!(
        column.filling,
        Filling::GeneratedStored | Filling::GeneratedVirtual
    )
}

fn is_identity(column: &catalog::Column) -> bool {
    matches!(
        column.filling,
        Filling::IdentityAlways | Filling::IdentityByDefault
    )
}

fn assignment((column, value): (&Column, Option<&str>)) -> Assignment {
    let literal = literal(value);
    let value = format!("CAST({literal} AS {})", column.data_type);
    (ident(&column.name), value)
}

/// A string constant, or NULL.
pub(super) fn literal(value: Option<&str>) -> String {
    value.map_or("NULL".to_owned(), |text| {
        format!("'{}'", text.replace('\'', "''"))
    })
}

/// A quoted identifier.
pub(super) fn ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
