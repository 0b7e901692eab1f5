//! Pages of lists (contract, 1.7).

use serde::Serialize;
use utoipa::ToSchema;

use crate::bounds;
use crate::error::{Error, FieldProblem};

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    /// Rows to pass over.
    pub(super) skip: i64,
    /// Rows to return at most.
    pub(super) limit: i64,
}

/// How long a page of a list is.
#[derive(Debug, Clone, Copy)]
pub(super) struct PageSize {
    /// When nothing is said.
    pub(super) default: i64,
    /// At most.
    pub(super) max: i64,
}

impl PageSize {
    /// Checks what was asked for.
    pub(super) fn window(self, skip: Option<i64>, limit: Option<i64>) -> Result<Window, Error> {
        let skip = skip.unwrap_or(0);
        let limit = limit.unwrap_or(self.default);
        let mut problems = Vec::new();
        if skip < 0 {
            problems.push(FieldProblem::query("skip", "must be 0 or more"));
        }
        let outside = bounds::number(&limit, &(1..=self.max));
        problems.extend(outside.map(|message| FieldProblem::query("limit", message)));
        if problems.is_empty() {
            Ok(Window { skip, limit })
        } else {
            Err(Error::Invalid(problems))
        }
    }
}

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct Pagination {
    /// How many rows match in all.
    total: i64,
    /// The number of this page, from 1.
    page: i64,
    /// How many rows a page has at most.
    per_page: i64,
    /// How many pages there are, at least 1.
    total_pages: i64,
    /// Whether a page follows.
    has_next: bool,
    /// Whether a page goes before.
    has_previous: bool,
}

impl Pagination {
    /// The place of `window` among `total` rows.
    pub(super) fn new(total: i64, window: Window) -> Self {
        let Window { skip, limit } = window;
        Self {
            total,
            page: skip / limit + 1,
            per_page: limit,
            total_pages: (total.saturating_add(limit - 1) / limit).max(1),
            has_next: skip.saturating_add(limit) < total,
            has_previous: skip > 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: PageSize = PageSize {
        default: 10,
        max: 100,
    };

    #[test]
    fn the_last_page_has_none_after_it() {
        let window = SIZE.window(Some(20), None).unwrap();
        let page = Pagination::new(23, window);
        assert_eq!((page.page, page.total_pages), (3, 3));
        assert!(!page.has_next && page.has_previous);
        assert!(Pagination::new(31, window).has_next);
    }

    #[test]
    fn an_empty_list_has_one_page() {
        let page = Pagination::new(0, SIZE.window(None, None).unwrap());
        assert_eq!((page.page, page.total_pages, page.per_page), (1, 1, 10));
        assert!(!page.has_next && !page.has_previous);
    }

    #[test]
    fn every_wrong_bound_is_named() {
        let Err(Error::Invalid(problems)) = SIZE.window(Some(-1), Some(101)) else {
            panic!("refused");
        };
        let fields: Vec<_> = problems.iter().map(|p| p.loc[1].name()).collect();
        assert_eq!(fields, ["skip", "limit"]);
        assert!(SIZE.window(None, Some(0)).is_err());
    }
}
