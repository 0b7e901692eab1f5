//! What was read of the outputs, remembered while they stay as they are.
//!
//! A page of a list is ten rows; to say how many there are in all, or to find those ten by
//! a text, PostgreSQL reads far more, and for a figure every one that counts. The database
//! names the state of its outputs (`output_revision`, made anew by a trigger with each
//! change), and each query compares that name in its own snapshot: an answer is either of
//! this very state, or read.

use archivist_domain::{OutputId, OutputType};
use sqlx::{PgExecutor, PgPool};
use uuid::Uuid;

use super::{Output, OutputFilter, known_list, known_page};
use crate::Page;
use crate::analytics::{self, Figures, FunderRank, Overview, Scope};
use crate::memory::{self, Answers, Listing, MAX_ROWS, Question, bytes};
use crate::statistics::{self, OutputGroup};

/// What was read of the outputs before.
pub type Memory = memory::Memory<OutputAnswers>;

/// Answers about one state of the outputs.
#[derive(Debug, Default)]
pub struct OutputAnswers {
    totals: Answers<OutputFilter, i64>,
    pages: Answers<Listing<OutputFilter>, Vec<OutputId>>,
    groups: Answers<(Option<String>, Vec<OutputType>), Vec<OutputGroup>>,
    figures: Answers<Scope, Figures>,
    funders: Answers<(Option<String>, i64), Vec<FunderRank>>,
    overviews: Answers<Option<String>, Overview>,
}

/// What is known of a page, about one state of the outputs.
struct Known {
    revision: Uuid,
    /// How many match in all.
    total: i64,
    /// Which stand on the page.
    ids: Option<Vec<OutputId>>,
}

impl Memory {
    /// [`list`](super::list), without counting and searching for what is known: in one round
    /// trip, or in two where the outputs changed since the page was read.
    pub async fn list(
        &self,
        pool: &PgPool,
        filter: &OutputFilter,
        skip: i64,
        limit: i64,
    ) -> sqlx::Result<Page<Output>> {
        let listing = Listing {
            filter: filter.clone(),
            skip,
            limit,
        };
        let known = self.known_of(&listing);
        if let Some(known) = &known
            && let Some(ids) = &known.ids
            && let Some(page) = known_page(pool, known.revision, known.total, ids).await?
        {
            return Ok(page);
        }
        let total = known.map(|known| (known.revision, known.total));
        let found = known_list(pool, filter, skip, limit, total).await?;
        let page = found.value;
        if let Some(revision) = found.revision {
            self.remember(|answers| &mut answers.totals, filter, revision, page.total);
            if limit <= MAX_ROWS {
                let ids = page.rows.iter().map(|output| output.output_id).collect();
                self.remember(|answers| &mut answers.pages, &listing, revision, ids);
            }
        }
        Ok(page)
    }

    /// Outputs by type and status, of one owner or of everybody, of any of `types` (empty
    /// means all).
    pub async fn groups(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
        types: &[OutputType],
    ) -> sqlx::Result<Vec<OutputGroup>> {
        let key = (owner.map(str::to_owned), types.to_vec());
        self.answer(
            |answers| &mut answers.groups,
            &key,
            |known| statistics::output_groups(db, owner, types, known),
        )
        .await
    }

    /// The figures of the outputs in scope.
    pub async fn figures(&self, db: impl PgExecutor<'_>, scope: &Scope) -> sqlx::Result<Figures> {
        self.answer(
            |answers| &mut answers.figures,
            scope,
            |known| analytics::figures(db, scope, known),
        )
        .await
    }

    /// The funders with the highest success rate, at most `limit`; of equal ones those that
    /// gave more first.
    pub async fn funders(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
        limit: i64,
    ) -> sqlx::Result<Vec<FunderRank>> {
        let key = (owner.map(str::to_owned), limit);
        self.answer(
            |answers| &mut answers.funders,
            &key,
            |known| analytics::funders(db, owner, limit, known),
        )
        .await
    }

    /// The overview of one person's outputs, or of everybody's.
    pub async fn overview(
        &self,
        db: impl PgExecutor<'_>,
        owner: Option<&str>,
    ) -> sqlx::Result<Overview> {
        let key = owner.map(str::to_owned);
        self.answer(
            |answers| &mut answers.overviews,
            &key,
            |known| analytics::overview(db, owner, known),
        )
        .await
    }

    fn known_of(&self, listing: &Listing<OutputFilter>) -> Option<Known> {
        let (revision, total) = self.known(|answers| &mut answers.totals, &listing.filter)?;
        let page = self.known(|answers| &mut answers.pages, listing);
        let page = page.filter(|(of, _)| *of == revision);
        Some(Known {
            revision,
            total,
            ids: page.map(|(_, ids)| ids),
        })
    }
}

impl Question for OutputFilter {
    fn text_bytes(&self) -> usize {
        let texts = [&self.owner, &self.funder, &self.search];
        let texts: usize = texts.map(|text| bytes(text.as_ref())).into_iter().sum();
        texts + self.types.len() + self.statuses.len()
    }
}

impl Question for Scope {
    fn text_bytes(&self) -> usize {
        bytes(self.owner.as_ref()) + bytes(self.funder.as_ref())
    }
}
