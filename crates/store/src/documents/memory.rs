//! What was read of the library, remembered while it stays as it is.
//!
//! To say which documents stand on a page and how many match in all, PostgreSQL looks at
//! every one. The state of the library (`library_revision`) is made anew by each change of
//! what a list or a figure depends on.

use sqlx::PgPool;

use super::{Document, DocumentFilter, Found, find, in_state};
use crate::Page;
use crate::memory::{self, Answers, Listing, MAX_ROWS, Question, bytes};
use crate::statistics::{self, LibraryFigures};

/// What was read of the library before.
pub type Memory = memory::Memory<LibraryAnswers>;

/// Answers about one state of the library.
#[derive(Debug, Default)]
pub struct LibraryAnswers {
    pages: Answers<Listing<DocumentFilter>, Found>,
    /// With documents that are held, and without.
    figures: Answers<bool, LibraryFigures>,
}

/// How often a page is looked for anew because the library changed between the two
/// statements that read it; who imports without pause must not keep readers from it.
const TRIES: usize = 3;

impl Memory {
    /// [`list`](super::list), without searching and counting for what is known: in one round
    /// trip, or in three where the library changed since the page was read.
    pub async fn list(
        &self,
        pool: &PgPool,
        filter: &DocumentFilter,
        skip: i64,
        limit: i64,
    ) -> sqlx::Result<Page<Document>> {
        let listing = Listing {
            filter: filter.clone(),
            skip,
            limit,
        };
        let known = self.known(|answers| &mut answers.pages, &listing);
        if let Some((revision, found)) = known
            && !found.ids.is_empty()
        {
            let rows = in_state(pool, &found.ids, Some(revision)).await?;
            if !rows.is_empty() {
                let total = found.total;
                return Ok(Page { rows, total });
            }
        }
        for _ in 1..TRIES {
            let answer = find(pool, filter, skip, limit).await?;
            let (Some(revision), found) = (answer.revision, answer.value) else {
                break;
            };
            if limit <= MAX_ROWS {
                self.remember(|a| &mut a.pages, &listing, revision, found.clone());
            }
            let rows = in_state(pool, &found.ids, Some(revision)).await?;
            if rows.len() == found.ids.len() {
                let total = found.total;
                return Ok(Page { rows, total });
            }
        }
        super::list(pool, filter, skip, limit).await
    }

    /// The figures of the library: what can be searched, and with `with_held` also the
    /// documents that wait for an editor's decision.
    pub async fn figures(&self, pool: &PgPool, with_held: bool) -> sqlx::Result<LibraryFigures> {
        self.answer(
            |answers| &mut answers.figures,
            &with_held,
            |known| statistics::known_library(pool, with_held, known),
        )
        .await
    }
}

impl Question for DocumentFilter {
    fn text_bytes(&self) -> usize {
        let texts = [&self.program, &self.tag, &self.search];
        texts.map(|text| bytes(text.as_ref())).into_iter().sum()
    }
}
