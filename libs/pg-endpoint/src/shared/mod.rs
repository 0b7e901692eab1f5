//! Rollback mode: all clients of one test share one session of the server and
//! one transaction, which is never committed.
//!
//! A client holds the session for one *turn*: a simple query, or the messages
//! up to a `Sync`. What it takes for its transaction is a pile of savepoints,
//! see [`stack`]; names of prepared statements and portals are replaced by ones
//! that no other client uses; settings are changed with the client.

mod client;
mod command;
mod constraints;
mod hear;
mod leave;
mod pipeline;
mod query;
mod refusals;
mod serve;
mod session;
mod settings;
mod stack;
mod transaction;
mod turn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard, broadcast};
use tokio::time::sleep;

use crate::databases::BoxError;
use crate::registry::Fate;
use crate::upstream::{self, Target, Upstream};
use crate::wire::Refusal;
use session::Session;

pub(crate) use serve::serve;
pub(crate) use stack::ClientId;

/// How long a client waits for its turn.
const PATIENCE: Duration = Duration::from_mins(1);

/// A session of the server, and who may use it now.
pub(crate) struct Shared {
    session: Mutex<Session>,
    target: Target,
    key: upstream::Key,
    clients: AtomicU64,
    /// The client whose statement the server is working on, or 0.
    running: AtomicU64,
    /// Clients that do not want to wait for their turn any longer.
    called_off: broadcast::Sender<ClientId>,
    /// Held while the server is told to stop a statement, so that this cannot
    /// hit the next client's.
    cancelling: Mutex<()>,
}

impl Shared {
    /// Begins a transaction, in the session that waits for it or in a new one.
    /// `instead` tells how a test that cannot work in this mode gets clone mode.
    pub(crate) async fn begin(
        target: &Target,
        instead: String,
        idle: Option<Upstream>,
    ) -> Result<Arc<Self>, BoxError> {
        let (key, session) = match Self::resume(idle, &instead).await {
            Some(resumed) => resumed,
            None => Self::connect(target, instead).await?,
        };
        Ok(Arc::new(Self {
            session: Mutex::new(session),
            target: target.clone(),
            key,
            clients: AtomicU64::new(0),
            running: AtomicU64::new(0),
            called_off: broadcast::Sender::new(16),
            cancelling: Mutex::new(()),
        }))
    }

    /// The session that waits, unless the server has ended it meanwhile.
    async fn resume(idle: Option<Upstream>, instead: &str) -> Option<(upstream::Key, Session)> {
        let idle = idle?;
        let key = idle.key;
        let session = Session::begin(idle, instead.to_owned()).await.ok()?;
        Some((key, session))
    }

    async fn connect(
        target: &Target,
        instead: String,
    ) -> Result<(upstream::Key, Session), BoxError> {
        let parameters = [
            ("client_encoding", "UTF8"),
            ("idle_in_transaction_session_timeout", "0"),
        ];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let upstream = upstream::connect(target, &parameters).await?;
        let key = upstream.key;
        Ok((key, Session::begin(upstream, instead).await?))
    }

    /// Undoes everything and takes the session out, as if it were new, if that
    /// is wanted and possible; nobody can use it any more.
    pub(crate) async fn reset(&self, wanted: bool) -> Option<Upstream> {
        if !wanted {
            return None;
        }
        let (wire, parameters) = self.session.lock().await.reset().await?;
        Some(Upstream {
            wire,
            key: self.key,
            parameters,
        })
    }

    /// A number for a new client, from 1 on.
    pub(crate) fn next_client(&self) -> ClientId {
        self.clients.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Stops this client's statement if one is running.
    pub(crate) async fn cancel(&self, client: ClientId) {
        let _cancelling = self.cancelling.lock().await;
        if self.running.load(Ordering::SeqCst) == client {
            // If the server cannot be asked, the statement goes on: nobody
            // waits for an answer to a cancel request.
            let _ = upstream::cancel(&self.target, self.key).await;
        } else {
            // If nobody waits, nobody is told.
            let _ = self.called_off.send(client);
        }
    }

    /// Ends the session, which undoes everything unless it is to be kept. The
    /// error says why that could not be.
    pub(crate) async fn close(&self, fate: Fate) -> Result<(), BoxError> {
        let mut session = self.session.lock().await;
        let busy = !session.expected.is_empty();
        if busy {
            // A statement whose client is gone; it may run for long.
            let _ = upstream::cancel(&self.target, self.key).await;
        }
        let kept = match fate {
            Fate::RolledBack => Ok(()),
            Fate::Kept if busy => Err(BoxError::from("a statement was not at its end")),
            Fate::Kept => commit(&mut session).await,
        };
        session.close().await;
        kept
    }

    /// Waits for this client's turn, unless it takes too long or the client
    /// cancels its statement meanwhile.
    async fn session(&self, client: ClientId) -> Result<MutexGuard<'_, Session>, Refusal> {
        if let Ok(session) = self.session.try_lock() {
            return Ok(session);
        }
        let mut called_off = self.called_off.subscribe();
        tokio::select! {
            session = self.session.lock() => Ok(session),
            () = told(&mut called_off, client) => Err(refusals::cancelled()),
            () = sleep(PATIENCE) => Err(refusals::waited(PATIENCE.as_secs())),
        }
    }

    /// Notes whose statement the server is working on.
    fn runs(&self, client: ClientId) {
        self.running.store(client, Ordering::SeqCst);
    }

    /// Notes that it is nobody's, once no cancel request is under way.
    async fn rests(&self) {
        self.running.store(0, Ordering::SeqCst);
        drop(self.cancelling.lock().await);
    }
}

/// Commits what all clients have done. In a transaction that has failed COMMIT
/// would succeed and undo it; there the SELECT does not.
async fn commit(session: &mut Session) -> Result<(), BoxError> {
    match session.run("SELECT; COMMIT;").await? {
        Ok(_) => Ok(()),
        Err(refusal) => Err(refusal.text_of_error().into()),
    }
}

/// Waits until a client is told to give up.
async fn told(called_off: &mut broadcast::Receiver<ClientId>, client: ClientId) {
    loop {
        match called_off.recv().await {
            Ok(called) if called == client => return,
            // The sender lives as long as the session; who missed a message
            // goes on waiting.
            _ => {}
        }
    }
}
