//! Cancel requests: a second connection says which session's statement to stop.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::shared::{ClientId, Shared};
use crate::upstream::{self, Target};

/// What a client's key leads to.
#[derive(Clone)]
pub(crate) enum Cancellable {
    /// A session of its own.
    Session { target: Target, key: (i32, i32) },
    /// A shared session, when it is this client's turn.
    Turn {
        shared: Arc<Shared>,
        client: ClientId,
    },
}

/// The keys given to clients: by process number the secret and what it opens.
#[derive(Clone, Default)]
pub(crate) struct Keys(Arc<Mutex<Ring>>);

#[derive(Default)]
struct Ring {
    last: i32,
    keys: HashMap<i32, (i32, Cancellable)>,
}

/// A client's key, valid until it is dropped.
pub(crate) struct Given {
    pub(crate) process: i32,
    pub(crate) secret: i32,
    keys: Keys,
}

impl Keys {
    pub(crate) fn give(&self, what: Cancellable) -> Given {
        let secret = rand::random();
        let mut ring = self.ring();
        ring.last = ring.last.checked_add(1).unwrap_or(1);
        let process = ring.last;
        ring.keys.insert(process, (secret, what));
        Given {
            process,
            secret,
            keys: self.clone(),
        }
    }

    /// Does what a cancel request asks for. As with PostgreSQL, a wrong key and
    /// one that comes too late have no effect, and no answer.
    pub(crate) async fn cancel(&self, process: i32, secret: i32) {
        let found = self
            .ring()
            .keys
            .get(&process)
            .filter(|(own, _)| *own == secret)
            .cloned();
        match found {
            Some((_, Cancellable::Session { target, key })) => {
                let _ = upstream::cancel(&target, key).await;
            }
            Some((_, Cancellable::Turn { shared, client })) => shared.cancel(client).await,
            None => {}
        }
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        self.keys.ring().keys.remove(&self.process);
    }
}
