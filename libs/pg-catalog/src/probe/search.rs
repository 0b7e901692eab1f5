//! The search for values that violate one condition and satisfy all others.

use std::fmt::Write as _;

use sqlx::postgres::PgRow;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use super::conditions::Condition;
use super::row::{Column, Generated, ident};

/// How many combinations are tried at most.
const MOST_COMBINATIONS: usize = 200_000;

/// How many are tried one by one, when a condition fails on some of them.
const MOST_ONE_BY_ONE: usize = 500;

/// How many solutions are asked for.
const SOLUTIONS: usize = 8;

/// The values of one solution; `None` is NULL.
pub(super) type Values = Vec<Option<String>>;

/// A search over the values of some columns.
pub(super) struct Search<'a> {
    /// Generated columns that the conditions speak of.
    generated: Vec<&'a Generated>,
    columns: Vec<Column>,
    /// The condition to violate, if any.
    target: Option<&'a Condition>,
    /// The others, all of which are to be satisfied.
    others: Vec<&'a Condition>,
}

impl<'a> Search<'a> {
    /// A search over these columns, which should be all that the conditions
    /// speak of. `all` may contain the target.
    pub(super) fn new(
        generated: Vec<&'a Generated>,
        mut columns: Vec<Column>,
        target: Option<&'a Condition>,
        all: &'a [Condition],
    ) -> Self {
        let spoken_of = |condition: &&Condition| {
            let is_known = |name: &String| {
                columns.iter().any(|column| column.name == *name)
                    || generated.iter().any(|it| it.name == *name)
            };
            !condition.not_enforced && condition.columns.iter().all(is_known)
        };
        let others = all
            .iter()
            .filter(|condition| target.is_none_or(|target| target.name != condition.name))
            .filter(spoken_of)
            .collect();
        limit(&mut columns, target);
        Self {
            generated,
            columns,
            target,
            others,
        }
    }

    /// How many combinations there are.
    pub(super) fn combinations(&self) -> usize {
        product(&self.columns)
    }

    /// The columns with the values of a solution.
    pub(super) fn assigned<'v>(
        &'v self,
        values: &'v Values,
    ) -> impl Iterator<Item = (&'v Column, Option<&'v str>)> {
        let values = values.iter().map(Option::as_deref);
        self.columns.iter().zip(values)
    }

    /// Some solutions, or why none can be looked for.
    pub(super) async fn run(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Result<Vec<Values>, String>, sqlx::Error> {
        let mut values: Vec<Values> = Vec::new();
        for column in &self.columns {
            let valid = valid(connection, column).await?;
            if valid.is_empty() {
                let why = format!("no value is known for {} {}", column.name, column.data_type);
                return Ok(Err(why));
            }
            values.push(valid);
        }
        match self.ask(connection, &values).await? {
            Ok(found) => Ok(Ok(found)),
            Err(why) => {
                let found = self.one_by_one(connection, &values).await?;
                Ok(if found.is_empty() {
                    Err(why)
                } else {
                    Ok(found)
                })
            }
        }
    }

    /// Asks about single combinations, because for some of them a condition
    /// cannot be computed.
    async fn one_by_one(
        &self,
        connection: &mut PgConnection,
        values: &[Values],
    ) -> Result<Vec<Values>, sqlx::Error> {
        let mut found = Vec::new();
        let count: usize = values.iter().map(Vec::len).product();
        for number in 0..count.min(MOST_ONE_BY_ONE) {
            let mut rest = number;
            let mut combination = Vec::new();
            for column in values {
                combination.push(vec![column[rest % column.len()].clone()]);
                rest /= column.len();
            }
            found.extend(
                self.ask(connection, &combination)
                    .await?
                    .unwrap_or_default(),
            );
            if found.len() >= SOLUTIONS {
                break;
            }
        }
        Ok(found)
    }

    /// Lets PostgreSQL compute the conditions for all combinations of values.
    async fn ask(
        &self,
        connection: &mut PgConnection,
        values: &[Values],
    ) -> Result<Result<Vec<Values>, String>, sqlx::Error> {
        let mut attempt = connection.begin().await?;
        let mut query = sqlx::query(AssertSqlSafe(self.sql()));
        for column in values {
            query = query.bind(column);
        }
        let rows = query.fetch_all(&mut *attempt).await;
        attempt.rollback().await?;
        match rows {
            Ok(rows) => Ok(Ok(rows.iter().map(read).collect::<Result<_, _>>()?)),
            Err(sqlx::Error::Database(error)) => Ok(Err(error.message().to_owned())),
            Err(error) => Err(error),
        }
    }

    fn sql(&self) -> String {
        let places = 0..self.columns.len();
        let tried: Vec<_> = places.clone().map(|n| format!("\"?{n}\".v")).collect();
        let lists: Vec<_> = places
            .map(|n| format!("unnest(${}::text[]) AS \"?{n}\"(v)", n + 1))
            .collect();
        let typed: Vec<_> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, column)| {
                format!(
                    "CAST(\"?{n}\".v AS {}) AS {}",
                    column.data_type,
                    ident(&column.name)
                )
            })
            .collect();
        let mut row = format!("(SELECT {}) AS r", typed.join(", "));
        if !self.generated.is_empty() {
            let mut computed = String::new();
            for Generated {
                name, expression, ..
            } in &self.generated
            {
                let _ = write!(computed, ", ({expression}) AS {}", ident(name));
            }
            row = format!("(SELECT *{computed} FROM {row}) AS r");
        }
        format!(
            "SELECT ARRAY[{}] FROM {} WHERE (SELECT {} FROM {row}) LIMIT {SOLUTIONS}",
            tried.join(", "),
            lists.join(", "),
            self.wanted()
        )
    }

    fn wanted(&self) -> String {
        let target = self
            .target
            .iter()
            .map(|it| format!("{} IS FALSE", it.expression));
        let others = self
            .others
            .iter()
            .map(|it| format!("{} IS NOT FALSE", it.expression));
        let all: Vec<_> = target.chain(others).collect();
        if all.is_empty() {
            "true".to_owned()
        } else {
            all.join(" AND ")
        }
    }
}

fn read(row: &PgRow) -> Result<Values, sqlx::Error> {
    row.try_get(0)
}

fn product(columns: &[Column]) -> usize {
    columns
        .iter()
        .map(|column| column.values.len())
        .fold(1, usize::saturating_mul)
}

/// Shortens the longest lists, those of columns that the target does not speak
/// of first, until the combinations can be tried.
fn limit(columns: &mut [Column], target: Option<&Condition>) {
    let is_of_target = |name: &String| target.is_some_and(|it| it.columns.contains(name));
    while product(columns) > MOST_COMBINATIONS {
        let longest = columns.iter_mut().max_by_key(|it| {
            (
                it.values.len() > 3,
                !is_of_target(&it.name),
                it.values.len(),
            )
        });
        let Some(longest) = longest.filter(|it| it.values.len() > 1) else {
            return;
        };
        let half = longest.values.len() / 2;
        longest.values.truncate(half);
    }
}

/// The values of a column that its type takes.
async fn valid(connection: &mut PgConnection, column: &Column) -> Result<Values, sqlx::Error> {
    if takes(connection, column, &column.values).await? {
        return Ok(column.values.clone());
    }
    let mut valid = Vec::new();
    for value in &column.values {
        if takes(connection, column, std::slice::from_ref(value)).await? {
            valid.push(value.clone());
        }
    }
    Ok(valid)
}

async fn takes(
    connection: &mut PgConnection,
    column: &Column,
    values: &[Option<String>],
) -> Result<bool, sqlx::Error> {
    let mut attempt = connection.begin().await?;
    let sql = format!(
        "SELECT count(CAST(v AS {})) FROM unnest($1::text[]) AS v",
        column.data_type
    );
    let done = sqlx::query(AssertSqlSafe(sql))
        .bind(values)
        .execute(&mut *attempt)
        .await;
    attempt.rollback().await?;
    match done {
        Ok(_) => Ok(true),
        Err(sqlx::Error::Database(_)) => Ok(false),
        Err(error) => Err(error),
    }
}
