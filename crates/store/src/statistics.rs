//! Figures about the library and the outputs.

use archivist_domain::{OutputStatus, OutputType};
use rust_decimal::Decimal;
use sqlx::PgExecutor;

/// A value and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<T> {
    /// The value.
    pub value: T,
    /// How often.
    pub count: i64,
}

/// What the library holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LibraryFigures {
    /// Documents.
    pub documents: i64,
    /// Their passages.
    pub passages: i64,
    /// Documents by kind.
    pub by_type: Vec<Tally<String>>,
    /// Documents by year; those without one are left out.
    pub by_year: Vec<Tally<String>>,
    /// Documents by outcome; those without one are left out.
    pub by_outcome: Vec<Tally<String>>,
}

/// Counts the library in one round trip.
pub async fn library(db: impl PgExecutor<'_>) -> sqlx::Result<LibraryFigures> {
    let rows = sqlx::query!(
        r#"SELECT CASE WHEN grouping(doc_type) = 0 THEN 'type' WHEN grouping(year) = 0 THEN 'year'
                       WHEN grouping(outcome) = 0 THEN 'outcome' ELSE 'all' END AS "facet!",
                  coalesce(doc_type, year::text, outcome) AS value,
                  count(*) AS "documents!", coalesce(sum(chunks_count), 0)::bigint AS "passages!"
           FROM documents GROUP BY GROUPING SETS ((), (doc_type), (year), (outcome))
           ORDER BY 2"#
    )
    .fetch_all(db)
    .await?;
    let mut figures = LibraryFigures::default();
    for row in rows {
        let tally = row.value.map(|value| Tally {
            value,
            count: row.documents,
        });
        match (row.facet.as_str(), tally) {
            ("all", _) => (figures.documents, figures.passages) = (row.documents, row.passages),
            ("type", Some(tally)) => figures.by_type.push(tally),
            ("year", Some(tally)) => figures.by_year.push(tally),
            ("outcome", Some(tally)) => figures.by_outcome.push(tally),
            _ => {}
        }
    }
    Ok(figures)
}

/// What became of outputs of one type and status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputGroup {
    /// Their type.
    pub output_type: OutputType,
    /// Their status.
    pub status: OutputStatus,
    /// How many.
    pub count: i64,
    /// Sum asked for; missing amounts count as 0.
    pub requested: Decimal,
    /// Sum given.
    pub awarded: Decimal,
}

/// Outputs by type and status, of one owner or of everybody, of any of `types`
/// (empty means all).
pub async fn output_groups(
    db: impl PgExecutor<'_>,
    owner: Option<&str>,
    types: &[OutputType],
) -> sqlx::Result<Vec<OutputGroup>> {
    let types = (!types.is_empty()).then_some(types);
    sqlx::query_as!(
        OutputGroup,
        r#"SELECT output_type AS "output_type: OutputType", status AS "status: OutputStatus",
                  count(*) AS "count!", coalesce(sum(requested_amount), 0) AS "requested!",
                  coalesce(sum(awarded_amount), 0) AS "awarded!"
           FROM outputs
           WHERE ($1::text IS NULL OR created_by = $1)
             AND ($2::outputtype[] IS NULL OR output_type = ANY ($2))
           GROUP BY output_type, status ORDER BY output_type, status"#,
        owner,
        types as Option<&[OutputType]>
    )
    .fetch_all(db)
    .await
}
