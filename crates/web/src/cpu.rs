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

#[cfg(test)]
mod tests {
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn d_80_heavy_work_leaves_the_runtime_s_thread_alone() {
        let pool = CpuPool::new(1);
        let runtime = thread::current().id();
        let elsewhere = pool.run(|| thread::current().id()).await;
        assert_ne!(elsewhere, runtime);
        // The runtime goes on while a task blocks: it is what lets the task end.
        let barrier = Arc::new(Barrier::new(2));
        let waiting = Arc::clone(&barrier);
        let task = tokio::spawn({
            let pool = pool.clone();
            async move { pool.run(move || waiting.wait().is_leader()).await }
        });
        while pool.0.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let here = barrier.wait().is_leader();
        assert_ne!(task.await.unwrap(), here);
    }

    #[tokio::test]
    async fn no_more_run_at_once_than_the_pool_allows() {
        let (pool, running, most) = (CpuPool::new(2), AtomicUsize::new(0), AtomicUsize::new(0));
        let (running, most) = (Arc::new(running), Arc::new(most));
        let tasks = (0..8).map(|_| {
            let (pool, running, most) = (pool.clone(), Arc::clone(&running), Arc::clone(&most));
            tokio::spawn(async move {
                pool.run(move || {
                    most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(20));
                    running.fetch_sub(1, Ordering::SeqCst);
                })
                .await;
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
    }
}
