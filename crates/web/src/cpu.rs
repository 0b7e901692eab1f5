//! A bounded pool for work that would block the runtime: hashing, search, parsing
//! results.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// Runs at most a fixed number of CPU-bound tasks at once; others wait their turn
/// without holding a thread.
#[derive(Debug, Clone)]
pub struct CpuPool(Arc<Semaphore>);

impl CpuPool {
    /// A pool of `threads` at once (at least one).
    pub fn new(threads: usize) -> Self {
        Self(Arc::new(Semaphore::new(threads.max(1))))
    }

    /// Runs `task` off the async threads.
    ///
    /// # Panics
    /// Panics where `task` does.
    pub async fn run<T: Send + 'static>(&self, task: impl FnOnce() -> T + Send + 'static) -> T {
        // The semaphore is never closed, so a permit always comes.
        let _permit = self.0.acquire().await;
        match spawn_blocking(task).await {
            Ok(value) => value,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
