//! Figures about the library and the outputs.

use archivist_domain::{OutputStatus, OutputType, success};
use rust_decimal::Decimal;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::memory::Answer;

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

/// Counts the library in one round trip: what can be searched, and with `with_held` also
/// the documents that wait for an editor's decision. See also
/// [`Memory::figures`](crate::documents::Memory::figures).
pub async fn library(db: impl PgExecutor<'_>, with_held: bool) -> sqlx::Result<LibraryFigures> {
    Ok(known_library(db, with_held, None).await?.value)
}

/// [`library`]; nothing is counted where the library is in the `known` state.
pub(crate) async fn known_library(
    db: impl PgExecutor<'_>,
    with_held: bool,
    known: Option<Uuid>,
) -> sqlx::Result<Answer<LibraryFigures>> {
    let rows = sqlx::query!(
        r#"WITH state AS (SELECT (SELECT revision FROM library_revision) AS revision),
           groups AS (
               SELECT CASE WHEN grouping(doc_type) = 0 THEN 'type' WHEN grouping(year) = 0 THEN 'year'
                           WHEN grouping(outcome) = 0 THEN 'outcome' ELSE 'all' END AS facet,
                      coalesce(doc_type, year::text, outcome) AS value,
                      count(*) AS documents, coalesce(sum(chunks_count), 0)::bigint AS passages
               FROM documents d
               WHERE ((SELECT revision FROM library_revision) = $2) IS NOT TRUE
                 AND ($1 OR NOT EXISTS (SELECT 1 FROM document_holds h
                                        WHERE h.doc_id = d.doc_id AND h.released_at IS NULL))
               GROUP BY GROUPING SETS ((), (doc_type), (year), (outcome)))
           SELECT revision AS "revision?", facet AS "facet!", value, documents AS "documents!",
                  passages AS "passages!"
           FROM state CROSS JOIN groups ORDER BY value"#,
        with_held,
        known
    )
    .fetch_all(db)
    .await?;
    // The group of everything is there even where nothing is counted.
    let revision = rows.first().and_then(|row| row.revision);
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
    Ok(Answer {
        revision,
        value: figures,
    })
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

/// The figures of success over groups of outputs (contract, chapter 10).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// Outputs.
    pub all: i64,
    /// Those that have been sent in, decided or not.
    pub submitted: i64,
    /// Those that were awarded.
    pub awarded: i64,
    /// Those sent in and not decided.
    pub waiting: i64,
    /// Sum asked for by all.
    pub requested_amount: Decimal,
    /// Sum given.
    pub awarded_amount: Decimal,
    /// Sum asked for by those that wait.
    pub waiting_amount: Decimal,
    /// Percentage of what was sent in that was awarded, in two decimals.
    pub success_rate: f64,
}

impl Summary {
    /// Adds up groups.
    pub fn of(groups: &[OutputGroup]) -> Self {
        let mut summary = Self::default();
        for group in groups {
            summary.add(group);
        }
        summary.success_rate = success::percentage(summary.awarded, summary.submitted);
        summary
    }

    fn add(&mut self, group: &OutputGroup) {
        self.all += group.count;
        self.requested_amount += group.requested;
        self.awarded_amount += group.awarded;
        if group.status.is_submitted() {
            self.submitted += group.count;
        }
        if group.status == OutputStatus::Awarded {
            self.awarded += group.count;
        }
        if group.status.is_submitted() && !group.status.is_decided() {
            self.waiting += group.count;
            self.waiting_amount += group.requested;
        }
    }
}

/// Outputs by type and status, of one owner or of everybody, of any of `types`
/// (empty means all); none where the outputs are in the `known` state.
pub(crate) async fn output_groups(
    db: impl PgExecutor<'_>,
    owner: Option<&str>,
    types: &[OutputType],
    known: Option<Uuid>,
) -> sqlx::Result<Answer<Vec<OutputGroup>>> {
    let types = (!types.is_empty()).then_some(types);
    let rows = sqlx::query!(
        r#"WITH state AS (SELECT (SELECT revision FROM output_revision) AS revision),
           groups AS (
               SELECT output_type, status, count(*) AS outputs,
                      coalesce(sum(requested_amount), 0) AS requested,
                      coalesce(sum(awarded_amount), 0) AS awarded
               FROM outputs
               WHERE ((SELECT revision FROM output_revision) = $3) IS NOT TRUE
                 AND ($1::text IS NULL OR created_by = $1)
                 AND ($2::outputtype[] IS NULL OR output_type = ANY ($2))
               GROUP BY output_type, status)
           SELECT revision AS "revision?", output_type AS "output_type?: OutputType",
                  status AS "status?: OutputStatus", outputs AS "outputs?", requested AS "requested?",
                  awarded AS "awarded?"
           FROM state LEFT JOIN groups ON true ORDER BY output_type, status"#,
        owner,
        types as Option<&[OutputType]>,
        known
    )
    .fetch_all(db)
    .await?;
    let revision = rows.first().and_then(|row| row.revision);
    let groups = rows.into_iter().filter_map(|row| {
        Some(OutputGroup {
            output_type: row.output_type?,
            status: row.status?,
            count: row.outputs?,
            requested: row.requested?,
            awarded: row.awarded?,
        })
    });
    Ok(Answer {
        revision,
        value: groups.collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(status: OutputStatus, count: i64, requested: i64, awarded: i64) -> OutputGroup {
        OutputGroup {
            output_type: OutputType::GrantProposal,
            status,
            count,
            requested: requested.into(),
            awarded: awarded.into(),
        }
    }

    #[test]
    fn drafts_do_not_count_against_success() {
        let summary = Summary::of(&[
            group(OutputStatus::Draft, 5, 0, 0),
            group(OutputStatus::Pending, 1, 200, 0),
            group(OutputStatus::Awarded, 1, 100, 90),
            group(OutputStatus::NotAwarded, 1, 50, 0),
        ]);
        assert!((summary.success_rate - 33.33).abs() < f64::EPSILON);
        assert_eq!((summary.all, summary.submitted, summary.waiting), (8, 3, 1));
        assert_eq!(summary.waiting_amount, Decimal::from(200));
        assert_eq!(summary.requested_amount, Decimal::from(350));
        assert_eq!(summary.awarded_amount, Decimal::from(90));
    }
}
