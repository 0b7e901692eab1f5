//! Proof that CHECK constraints are alive: each is shown a row that violates
//! just it, and has to refuse that row by name.
//!
//! Rows are found, not written: values come from the types of the columns and
//! from the constants in the conditions, and PostgreSQL itself says which of
//! their combinations violate one condition and satisfy all others. PostgreSQL
//! checks these conditions before it looks at keys, so that no other row has to
//! be there. Everything happens in transactions that are rolled back, without
//! taking a number from any sequence.

use serde::{Deserialize, Serialize};
use sqlx::postgres::PgDatabaseError;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::catalog::{Catalog, Domain, Table};

mod candidates;
mod conditions;
mod pattern;
mod row;
mod search;

use conditions::Condition;
use search::Search;

/// What became of one CHECK constraint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// The table or domain that it belongs to.
    pub table: String,
    /// Its name.
    pub constraint: String,
    /// Whether it is alive.
    #[serde(flatten)]
    pub verdict: Verdict,
}

/// Whether a CHECK constraint is alive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "verdict")]
pub enum Verdict {
    /// It refused a row that violates just it.
    Alive {
        /// The statement that it refused.
        statement: String,
    },
    /// No row was found, or another than this constraint refused it, or it was
    /// taken. A statement by hand ([`ByHand`]) may show more.
    NotShown {
        /// What happened.
        why: String,
    },
    /// This connection may not write there, so nothing could be tried.
    NotPermitted {
        /// What PostgreSQL said.
        why: String,
    },
}

/// Statements of one's own for a constraint for which none is found, or whose
/// table has triggers that want to be satisfied first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    /// The table (or domain), as the catalog names it.
    pub table: String,
    /// The constraint.
    pub constraint: String,
    /// One or more statements, the last of which the constraint must refuse.
    pub sql: String,
}

impl Probe {
    /// Whether the constraint is alive.
    pub fn is_alive(&self) -> bool {
        matches!(self.verdict, Verdict::Alive { .. })
    }
}

/// Proves every CHECK of a catalog alive, in the database that the catalog was
/// read from. Domains come first, then tables, each with its constraints by
/// name.
pub async fn probe(
    connection: &mut PgConnection,
    catalog: &Catalog,
    by_hand: &[ByHand],
) -> Result<Vec<Probe>, sqlx::Error> {
    let mut probes = Vec::new();
    for domain in &catalog.domains {
        for condition in conditions::of_domain(domain) {
            let mut transaction = begin(connection).await?;
            let hand = find(by_hand, &domain.name, &condition.name);
            let verdict = match hand {
                Some(hand) => refused(&mut transaction, &hand.sql, None, &condition.name).await?,
                None => probe_domain(&mut transaction, catalog, domain, &condition).await?,
            };
            transaction.rollback().await?;
            probes.push(report(&domain.name, condition, verdict));
        }
    }
    for table in &catalog.tables {
        for condition in conditions::of_table(table) {
            let mut transaction = begin(connection).await?;
            let hand = find(by_hand, &table.name, &condition.name);
            let verdict = match hand {
                Some(hand) => {
                    let (table, name) = (Some(table.name.as_str()), &condition.name);
                    refused(&mut transaction, &hand.sql, table, name).await?
                }
                None => probe_table(&mut transaction, catalog, table, &condition).await?,
            };
            transaction.rollback().await?;
            probes.push(report(&table.name, condition, verdict));
        }
    }
    Ok(probes)
}

fn report(owner: &str, condition: Condition, verdict: Verdict) -> Probe {
    Probe {
        table: owner.to_owned(),
        constraint: condition.name,
        verdict,
    }
}

fn find<'a>(by_hand: &'a [ByHand], owner: &str, constraint: &str) -> Option<&'a ByHand> {
    by_hand
        .iter()
        .find(|hand| hand.table == owner && hand.constraint == constraint)
}

/// A transaction in which names mean what they meant to the catalog, and in
/// which nobody has to wait long.
async fn begin(
    connection: &mut PgConnection,
) -> Result<sqlx::Transaction<'_, sqlx::Postgres>, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let settings = "SET LOCAL search_path TO public;
                    SET LOCAL lock_timeout TO '5s';
                    SET LOCAL statement_timeout TO '30s'";
    sqlx::raw_sql(settings).execute(&mut *transaction).await?;
    Ok(transaction)
}

async fn probe_domain(
    connection: &mut PgConnection,
    catalog: &Catalog,
    domain: &Domain,
    target: &Condition,
) -> Result<Verdict, sqlx::Error> {
    let others = conditions::of_domain(domain);
    let column = row::of_domain(catalog, domain, &others);
    let search = Search::new(vec![], vec![column], Some(target), &others);
    let found = match search.run(connection).await? {
        Ok(found) => found,
        Err(why) => return Ok(Verdict::NotShown { why }),
    };
    let mut verdict = not_found(&search);
    for values in found {
        let Some(value) = values.first() else {
            continue;
        };
        let statement = format!(
            "SELECT CAST({} AS {})",
            row::literal(value.as_deref()),
            domain.name
        );
        verdict = refused(connection, &statement, None, &target.name).await?;
        if matches!(verdict, Verdict::Alive { .. }) {
            break;
        }
    }
    Ok(verdict)
}

async fn probe_table(
    connection: &mut PgConnection,
    catalog: &Catalog,
    table: &Table,
    target: &Condition,
) -> Result<Verdict, sqlx::Error> {
    if target.not_enforced {
        let why = "it is NOT ENFORCED".to_owned();
        return Ok(Verdict::NotShown { why });
    }
    let rows = row::Rows::new(catalog, table);
    let rest = match rows.rest(connection, target).await? {
        Ok(rest) => rest,
        Err(why) => return Ok(Verdict::NotShown { why }),
    };
    let search = rows.search(target);
    let found = match search.run(connection).await? {
        Ok(found) => found,
        Err(why) => return Ok(Verdict::NotShown { why }),
    };
    let mut verdict = not_found(&search);
    for values in found {
        let statement = rows.insert(search.assigned(&values), &rest);
        verdict = refused(connection, &statement, Some(&table.name), &target.name).await?;
        if !matches!(verdict, Verdict::NotShown { .. }) {
            break;
        }
    }
    Ok(verdict)
}

fn not_found(search: &Search<'_>) -> Verdict {
    let why = format!(
        "none of {} combinations of values violates just this one",
        search.combinations()
    );
    Verdict::NotShown { why }
}

/// Runs statements and undoes them; the constraint has to refuse the last. That of
/// a table, if it is one's: a trigger may write to another one with a constraint of
/// the same name.
async fn refused(
    connection: &mut PgConnection,
    sql: &str,
    table: Option<&str>,
    constraint: &str,
) -> Result<Verdict, sqlx::Error> {
    let mut attempt = connection.begin().await?;
    let done = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(&mut *attempt)
        .await;
    attempt.rollback().await?;
    let error = match done {
        Ok(_) => {
            let why = format!("it was not refused: {sql}");
            return Ok(Verdict::NotShown { why });
        }
        Err(sqlx::Error::Database(error)) => error,
        Err(error) => return Err(error),
    };
    // 23514: check violation; 25006: read-only transaction; 42501: no privilege.
    let code = error.code().unwrap_or_default();
    let named = code == "23514" && error.constraint() == Some(constraint);
    if named && !is_of(connection, table, error.downcast_ref()).await? {
        let other = error.table().unwrap_or_default();
        let why = format!("it was refused by the constraint of that name of {other}: {sql}");
        return Ok(Verdict::NotShown { why });
    }
    Ok(match &*code {
        "23514" if named => Verdict::Alive {
            statement: sql.to_owned(),
        },
        "25006" | "42501" => Verdict::NotPermitted {
            why: error.message().to_owned(),
        },
        _ => Verdict::NotShown {
            why: format!("{}: {sql}", error.message()),
        },
    })
}

/// Whether an error is about this table, or a partition of it.
async fn is_of(
    connection: &mut PgConnection,
    table: Option<&str>,
    error: &PgDatabaseError,
) -> Result<bool, sqlx::Error> {
    let Some(table) = table else { return Ok(true) };
    let same = sqlx::query_scalar(
        "SELECT coalesce(found = wanted
                         OR found IN (SELECT relid FROM pg_partition_tree(wanted)), false)
           FROM to_regclass($1) AS wanted, to_regclass(format('%I.%I', $2, $3)) AS found",
    );
    let same = same.bind(table).bind(error.schema()).bind(error.table());
    same.fetch_one(connection).await
}
