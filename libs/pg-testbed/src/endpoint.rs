//! Scratch databases by connection string, for tests in any language: what
//! `testbed serve` does, and the same inside a test process.

mod project;
mod shared;

pub use project::{Project, ProjectError, Source};
pub(crate) use shared::Shared;

use pg_endpoint::Scratch;

use crate::error::TestbedError;
use crate::mode::Mode;
use crate::template::Template;
use crate::testbed::{Testbed, Wanted};

/// A database for the clients of one test.
async fn scratch(
    testbed: &Testbed,
    template: &Template,
    mode: pg_endpoint::Mode,
) -> Result<Scratch, TestbedError> {
    let request = testbed.scratch(template);
    let database = match mode {
        pg_endpoint::Mode::Clone => request.await?,
        pg_endpoint::Mode::Wipe => request.mode(Mode::Wipe).await?,
        pg_endpoint::Mode::Rollback => {
            let database = testbed.take(template, Wanted::ForTransaction).await?;
            return Ok(Scratch::new(database.url().to_owned(), database).comes_again());
        }
    };
    Ok(Scratch::new(database.url().to_owned(), database))
}
