//! Where scratch databases come from.

use std::any::Any;
use std::error::Error;
use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Handle;

use crate::address::Mode;

/// Any error; its text and its causes are shown to the client.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A scratch database to come, or why there is none.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<Scratch, BoxError>> + Send + 'a>>;

/// Hands out the databases that clients ask for by name.
pub trait Databases: Send + Sync + 'static {
    /// A database made from the template of this name, for one test alone. In
    /// rollback mode nothing is ever committed in it, so that it may be handed
    /// out again afterwards; in wipe mode its tables have to be emptied first.
    fn open<'a>(&'a self, template: &'a str, mode: Mode) -> Opening<'a>;
}

/// A database that is in use, until it is dropped.
#[derive(Debug)]
pub struct Scratch {
    url: String,
    comes_again: bool,
    guard: Option<Box<dyn Any + Send>>,
}

impl Scratch {
    /// The database of this URL. `guard` is dropped when the database is no
    /// longer needed, on a thread that may block.
    pub fn new(url: impl Into<String>, guard: impl Send + 'static) -> Self {
        Self {
            url: url.into(),
            comes_again: false,
            guard: Some(Box::new(guard)),
        }
    }

    /// Says that the same database will be handed out again for rollback mode,
    /// in the same state. The session may then wait for it: see
    /// [`Options::idle_sessions`](crate::Options::idle_sessions).
    #[must_use]
    pub fn comes_again(mut self) -> Self {
        self.comes_again = true;
        self
    }

    pub(crate) fn will_come_again(&self) -> bool {
        self.comes_again
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Gives the database back and waits until that is done.
    pub(crate) async fn give_back(mut self) {
        let guard = self.guard.take();
        let given = tokio::task::spawn_blocking(move || drop(guard)).await;
        if let Err(panicked) = given {
            eprintln!("warning: a scratch database was not cleaned up: {panicked}");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let (Some(guard), Ok(runtime)) = (self.guard.take(), Handle::try_current()) {
            runtime.spawn_blocking(move || drop(guard));
        }
    }
}
