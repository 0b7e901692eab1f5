//! What became of outputs: by style, funder and year (contract, chapter 10). Each
//! answer is one round trip.

use archivist_domain::{OutputStatus, OutputType, StyleId, success};
use chrono::{NaiveDate, NaiveDateTime};
use rust_decimal::Decimal;
use sqlx::PgExecutor;
use uuid::Uuid;

use crate::contains_pattern;
use crate::memory::Answer;
use crate::statistics::OutputGroup;

/// Which outputs are counted; all conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Only those of this person (e-mail).
    pub owner: Option<String>,
    /// Written in this style.
    pub style: Option<StyleId>,
    /// This text in the funder's name, in any letter case.
    pub funder: Option<String>,
    /// Submitted in these days, both included.
    pub submitted: Option<(NaiveDate, NaiveDate)>,
    /// Made at or after this moment.
    pub from: Option<NaiveDateTime>,
    /// Made at or before this moment.
    pub to: Option<NaiveDateTime>,
}

/// How a set of outputs fared. "Sent in" is every status but draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// All of them, drafts included.
    pub all: i64,
    /// Those sent in.
    pub submitted: i64,
    /// Those awarded.
    pub awarded: i64,
    /// Those not awarded.
    pub not_awarded: i64,
    /// Sum asked for by all; missing amounts count as 0.
    pub requested_amount: Decimal,
    /// Sum given to all.
    pub awarded_amount: Decimal,
}

impl Figures {
    /// Percentage of what was sent in that was awarded, in two decimals.
    pub fn success_rate(&self) -> f64 {
        success::percentage(self.awarded, self.submitted)
    }

    /// Percentage of the money asked for that was given, in two decimals.
    pub fn award_rate(&self) -> f64 {
        success::money_percentage(self.awarded_amount, self.requested_amount)
    }
}

/// The figures of the outputs in scope; zeros where the outputs are in the `known` state.
pub(crate) async fn figures(
    db: impl PgExecutor<'_>,
    scope: &Scope,
    known: Option<Uuid>,
) -> sqlx::Result<Answer<Figures>> {
    let row = sqlx::query!(
        r#"SELECT (SELECT revision FROM output_revision) AS revision, count(*) AS "all!",
                  count(*) FILTER (WHERE status <> 'draft') AS "submitted!",
                  count(*) FILTER (WHERE status = 'awarded') AS "awarded!",
                  count(*) FILTER (WHERE status = 'not_awarded') AS "not_awarded!",
                  coalesce(sum(requested_amount), 0) AS "requested_amount!",
                  coalesce(sum(awarded_amount), 0) AS "awarded_amount!"
           FROM outputs
           WHERE ($1::text IS NULL OR created_by = $1)
             AND ($2::uuid IS NULL OR writing_style_id = $2)
             AND ($3::text IS NULL OR funder_name ILIKE $3)
             AND ($4::date IS NULL OR submission_date >= $4)
             AND ($5::date IS NULL OR submission_date <= $5)
             AND ($6::timestamp IS NULL OR created_at >= $6)
             AND ($7::timestamp IS NULL OR created_at <= $7)
             AND ((SELECT revision FROM output_revision) = $8) IS NOT TRUE"#,
        scope.owner,
        scope.style.map(|style| style.0),
        scope.funder.as_deref().map(contains_pattern),
        scope.submitted.map(|(first, _)| first),
        scope.submitted.map(|(_, last)| last),
        scope.from,
        scope.to,
        known,
    )
    .fetch_one(db)
    .await?;
    Ok(Answer {
        revision: row.revision,
        value: Figures {
            all: row.all,
            submitted: row.submitted,
            awarded: row.awarded,
            not_awarded: row.not_awarded,
            requested_amount: row.requested_amount,
            awarded_amount: row.awarded_amount,
        },
    })
}

/// A funder and how what was sent in there fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunderRank {
    /// Its name, exactly as written.
    pub funder_name: String,
    /// Outputs sent in.
    pub submitted: i64,
    /// Those awarded.
    pub awarded: i64,
    /// Those not awarded.
    pub not_awarded: i64,
    /// Those whose status is pending.
    pub pending: i64,
    /// Sum asked for.
    pub requested_amount: Decimal,
    /// Sum given.
    pub awarded_amount: Decimal,
    /// Mean of the amounts given, over those that have one; 0 when none has.
    pub average_award: Decimal,
}

/// The funders with the highest success rate, at most `limit`; of equal ones
/// those that gave more first. None where the outputs are in the `known` state.
pub(crate) async fn funders(
    db: impl PgExecutor<'_>,
    owner: Option<&str>,
    limit: i64,
    known: Option<Uuid>,
) -> sqlx::Result<Answer<Vec<FunderRank>>> {
    let rows = sqlx::query!(
        r#"WITH state AS (SELECT (SELECT revision FROM output_revision) AS revision),
           ranks AS (
               SELECT funder_name, count(*) AS submitted,
                      count(*) FILTER (WHERE status = 'awarded') AS awarded,
                      count(*) FILTER (WHERE status = 'not_awarded') AS lost,
                      count(*) FILTER (WHERE status = 'pending') AS pending,
                      coalesce(sum(requested_amount), 0) AS requested,
                      coalesce(sum(awarded_amount), 0) AS given,
                      coalesce(round(avg(awarded_amount), 2), 0) AS mean
               FROM outputs
               WHERE funder_name IS NOT NULL AND status <> 'draft'
                 AND ($1::text IS NULL OR created_by = $1)
                 AND ((SELECT revision FROM output_revision) = $3) IS NOT TRUE
               GROUP BY funder_name
               ORDER BY count(*) FILTER (WHERE status = 'awarded')::numeric / count(*) DESC,
                        coalesce(sum(awarded_amount), 0) DESC, funder_name
               LIMIT $2)
           SELECT revision AS "revision?", funder_name AS "funder?", submitted AS "submitted?",
                  awarded AS "awarded?", lost AS "lost?", pending AS "pending?", requested AS "requested?",
                  given AS "given?", mean AS "mean?"
           FROM state LEFT JOIN ranks ON true
           ORDER BY awarded::numeric / submitted DESC, given DESC, funder_name"#,
        owner,
        limit,
        known,
    )
    .fetch_all(db)
    .await?;
    let revision = rows.first().and_then(|row| row.revision);
    let ranks = rows.into_iter().filter_map(|row| {
        Some(FunderRank {
            funder_name: row.funder?,
            submitted: row.submitted?,
            awarded: row.awarded?,
            not_awarded: row.lost?,
            pending: row.pending?,
            requested_amount: row.requested?,
            awarded_amount: row.given?,
            average_award: row.mean?,
        })
    });
    Ok(Answer {
        revision,
        value: ranks.collect(),
    })
}

/// A style, a funder or a year, and how its outputs fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ranked<T> {
    /// What they have in common.
    pub of: T,
    /// How they fared.
    pub figures: Figures,
}

/// An overview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overview {
    /// All outputs by type and status.
    pub groups: Vec<OutputGroup>,
    /// The five styles with the highest success rate.
    pub styles: Vec<Ranked<StyleId>>,
    /// The five funders with the highest success rate.
    pub funders: Vec<Ranked<String>>,
    /// The last five years in which something was submitted.
    pub years: Vec<Ranked<i32>>,
}

/// The overview of one person's outputs, or of everybody's; empty where the outputs are in
/// the `known` state.
pub(crate) async fn overview(
    db: impl PgExecutor<'_>,
    owner: Option<&str>,
    known: Option<Uuid>,
) -> sqlx::Result<Answer<Overview>> {
    let rows = sqlx::query!(
        r#"WITH state AS (SELECT (SELECT revision FROM output_revision) AS revision),
           groups AS (
             SELECT CASE WHEN grouping(output_type) = 0 THEN 'group'
                         WHEN grouping(writing_style_id) = 0 THEN 'style'
                         WHEN grouping(funder_name) = 0 THEN 'funder' ELSE 'year' END AS facet,
                    output_type, status, writing_style_id AS style, funder_name AS funder, year,
                    count(*) AS outputs,
                    count(*) FILTER (WHERE status <> 'draft') AS submitted,
                    count(*) FILTER (WHERE status = 'awarded') AS awarded,
                    count(*) FILTER (WHERE status = 'not_awarded') AS lost,
                    coalesce(sum(requested_amount), 0) AS requested,
                    coalesce(sum(awarded_amount), 0) AS given
             FROM (SELECT *, extract(year FROM submission_date)::int AS year FROM outputs
                    WHERE ($1::text IS NULL OR created_by = $1)
                      AND ((SELECT revision FROM output_revision) = $2) IS NOT TRUE) AS outputs
             GROUP BY GROUPING SETS ((output_type, status), (writing_style_id), (funder_name), (year))
           ), ranked AS (
             SELECT *, row_number() OVER (
                      PARTITION BY facet
                      ORDER BY year DESC, awarded::numeric / nullif(submitted, 0) DESC NULLS LAST,
                               given DESC, funder, style) AS place
             FROM groups
             WHERE facet = 'group' OR year IS NOT NULL
                OR (submitted > 0 AND (funder IS NOT NULL OR style IS NOT NULL))
           )
           SELECT revision AS "revision?", facet AS "facet?", output_type AS "output_type?: OutputType",
                  status AS "status?: OutputStatus", style AS "style?: StyleId",
                  funder AS "funder?", year AS "year?",
                  outputs AS "outputs?", submitted AS "submitted?", awarded AS "awarded?",
                  lost AS "lost?", requested AS "requested?", given AS "given?"
           FROM state LEFT JOIN ranked ON facet = 'group' OR place <= 5 ORDER BY facet, place"#,
        owner,
        known,
    )
    .fetch_all(db)
    .await?;
    let revision = rows.first().and_then(|row| row.revision);
    let mut overview = Overview::default();
    for row in rows {
        let figures = Figures {
            all: row.outputs.unwrap_or_default(),
            submitted: row.submitted.unwrap_or_default(),
            awarded: row.awarded.unwrap_or_default(),
            not_awarded: row.lost.unwrap_or_default(),
            requested_amount: row.requested.unwrap_or_default(),
            awarded_amount: row.given.unwrap_or_default(),
        };
        match (row.output_type, row.status) {
            (Some(output_type), Some(status)) => overview.groups.push(OutputGroup {
                output_type,
                status,
                count: figures.all,
                requested: figures.requested_amount,
                awarded: figures.awarded_amount,
            }),
            _ => overview.rank(row.style, row.funder, row.year, figures),
        }
    }
    Ok(Answer {
        revision,
        value: overview,
    })
}

impl Overview {
    fn rank(
        &mut self,
        style: Option<StyleId>,
        funder: Option<String>,
        year: Option<i32>,
        figures: Figures,
    ) {
        match (style, funder, year) {
            (Some(of), ..) => self.styles.push(Ranked { of, figures }),
            (_, Some(of), _) => self.funders.push(Ranked { of, figures }),
            (.., Some(of)) => self.years.push(Ranked { of, figures }),
            (None, None, None) => {}
        }
    }
}
