//! Scratch databases by connection string, for tests in any language: what
//! `testbed serve` does, and the same inside a test process.

mod project;
mod shared;
mod verbs;

pub use project::{Project, ProjectError, Source};
pub use shared::SharedTransaction;
pub use verbs::{USAGE, end, serve};

use pg_endpoint::Scratch;

use crate::error::TestbedError;
use crate::mode::Mode;
use crate::template::Template;
use crate::testbed::Testbed;

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
        // Nothing is left after a rollback but the numbers of sequences, which
        // wiping sets back. A user who may not wipe gets a new clone each time.
        pg_endpoint::Mode::Rollback => match request.mode(Mode::Wipe).await {
            Err(TestbedError::MayNotWipe) => request.await?,
            outcome => outcome?,
        },
    };
    Ok(Scratch::new(database.url().to_owned(), database))
}
