//! The scratch databases in use, and when they end.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::sleep;

use crate::address::{self, Mode};
use crate::databases::{BoxError, Databases, Scratch};
use crate::endpoint::Options;
use crate::shared::Shared;
use crate::upstream::{Target, Upstream};

/// Whose scratch database it is: all clients with the same key meet in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) template: String,
    pub(crate) mode: Mode,
    pub(crate) id: String,
}

/// What becomes of the transaction of rollback mode in the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    RolledBack,
    /// It is committed, for somebody to look at.
    Kept,
}

/// All scratch databases in use.
pub(crate) struct Registry {
    databases: Box<dyn Databases>,
    options: Options,
    live: Mutex<HashMap<Key, Live>>,
    /// Sessions that wait for the next test in the database of their URL, the
    /// longest one first.
    idle: Mutex<VecDeque<(String, Upstream)>>,
}

/// A scratch database with its clients.
struct Live {
    entry: Arc<Entry>,
    clients: usize,
    /// How many clients there have been, to notice those who came and went.
    visits: u64,
}

/// What clients of one scratch database have in common.
struct Entry {
    open: AsyncMutex<Option<Open>>,
    ended: watch::Sender<bool>,
}

struct Open {
    scratch: Scratch,
    access: Access,
}

/// How a client gets in.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) target: Target,
    /// The session that all share, in rollback mode.
    pub(crate) shared: Option<Arc<Shared>>,
}

impl Registry {
    pub(crate) fn new(databases: Box<dyn Databases>, options: Options) -> Arc<Self> {
        Arc::new(Self {
            databases,
            options,
            live: Mutex::default(),
            idle: Mutex::default(),
        })
    }

    /// Counts a client in, until the visit is dropped.
    pub(crate) fn visit(self: &Arc<Self>, key: Key) -> Visit {
        let mut live = self.live();
        let found = live.entry(key.clone()).or_insert_with(|| Live {
            entry: Arc::new(Entry {
                open: AsyncMutex::new(None),
                ended: watch::Sender::new(false),
            }),
            clients: 0,
            visits: 0,
        });
        found.clients += 1;
        found.visits += 1;
        let entry = Arc::clone(&found.entry);
        Visit {
            registry: Arc::clone(self),
            key,
            entry,
        }
    }

    /// Ends the scratch databases of a test, in all modes, with their clients;
    /// returns when they are gone. The error says why one that was to be kept
    /// could not be.
    pub(crate) async fn end(&self, template: &str, id: &str, fate: Fate) -> Result<(), BoxError> {
        self.end_where(|key| key.template == template && key.id == id, fate)
            .await
    }

    pub(crate) async fn end_all(&self) {
        // Nothing is to be kept, so nothing can fail.
        let _ = self.end_where(|_| true, Fate::RolledBack).await;
    }

    async fn end_where(&self, chosen: impl Fn(&Key) -> bool, fate: Fate) -> Result<(), BoxError> {
        let ended: Vec<Live> = self
            .live()
            .extract_if(|key, _| chosen(key))
            .map(|(_, live)| live)
            .collect();
        let mut outcome = Ok(());
        for live in ended {
            let finished = self.finish(&live.entry, fate).await;
            outcome = outcome.and(finished);
        }
        outcome
    }

    /// Tells the clients, closes the shared session, gives the database back.
    async fn finish(&self, entry: &Entry, fate: Fate) -> Result<(), BoxError> {
        entry.ended.send_replace(true);
        let Some(Open { scratch, access }) = entry.open.lock().await.take() else {
            return Ok(());
        };
        let mut outcome = Ok(());
        if let Some(shared) = access.shared {
            let rests = fate == Fate::RolledBack
                && scratch.will_come_again()
                && self.options.idle_sessions > 0;
            match shared.reset(rests).await {
                Some(session) => self.let_rest(scratch.url(), session),
                None => outcome = shared.close(fate).await,
            }
        }
        scratch.give_back().await;
        outcome
    }

    /// What clients must know to be let in.
    pub(crate) fn password(&self) -> Option<&str> {
        self.options.password.as_deref()
    }

    /// How a test gets clone mode.
    fn instead(&self, template: &str, id: &str) -> String {
        let connect = || {
            let clone = address::name(template, Mode::Clone, id);
            format!("connect to database \"{clone}\"")
        };
        self.options.instead.clone().unwrap_or_else(connect)
    }

    /// Lets a session wait. Of too many the longest one goes: the server may have
    /// ended it meanwhile.
    fn let_rest(&self, url: &str, session: Upstream) {
        let mut idle = self.idle();
        idle.push_back((url.to_owned(), session));
        if idle.len() > self.options.idle_sessions {
            idle.pop_front();
        }
    }

    /// The session that waits in the database of this URL.
    fn wake(&self, url: &str) -> Option<Upstream> {
        let mut idle = self.idle();
        let at = idle.iter().position(|(of, _)| of == url)?;
        idle.remove(at).map(|(_, session)| session)
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<(String, Upstream)>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn live(&self) -> MutexGuard<'_, HashMap<Key, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a client out; returns the number of visits if it was the last.
    fn leave(&self, visit: &Visit) -> Option<u64> {
        let mut live = self.live();
        let found = live
            .get_mut(&visit.key)
            .filter(|found| Arc::ptr_eq(&found.entry, &visit.entry))?;
        found.clients -= 1;
        (found.clients == 0).then_some(found.visits)
    }

    /// Ends a scratch database that nobody has visited meanwhile.
    async fn end_if_left(&self, key: &Key, visits: u64) {
        sleep(self.options.grace).await;
        let left = {
            let mut live = self.live();
            let unused = live
                .get(key)
                .is_some_and(|found| found.clients == 0 && found.visits == visits);
            if unused { live.remove(key) } else { None }
        };
        if let Some(left) = left {
            // Nothing is to be kept, so nothing can fail.
            let _ = self.finish(&left.entry, Fate::RolledBack).await;
        }
    }
}

/// One client's stay.
pub(crate) struct Visit {
    registry: Arc<Registry>,
    key: Key,
    entry: Arc<Entry>,
}

impl Visit {
    /// The way into the scratch database, which the first client opens.
    pub(crate) async fn open(&self) -> Result<Access, BoxError> {
        let mut open = self.entry.open.lock().await;
        if let Some(open) = &*open {
            return Ok(open.access.clone());
        }
        let Key { template, mode, id } = &self.key;
        let scratch = self.registry.databases.open(template, *mode).await?;
        let target = Target::parse(scratch.url())?;
        let shared = match mode {
            Mode::Rollback => {
                let instead = self.registry.instead(template, id);
                let idle = self.registry.wake(scratch.url());
                Some(Shared::begin(&target, instead, idle).await?)
            }
            Mode::Clone | Mode::Wipe => None,
        };
        let access = Access { target, shared };
        let opened = Open {
            scratch,
            access: access.clone(),
        };
        *open = Some(opened);
        Ok(access)
    }

    /// Waits until the scratch database is ended by somebody else.
    pub(crate) async fn ended(&self) {
        // The sender lives as long as the entry that we hold.
        let _ = self.entry.ended.subscribe().wait_for(|ended| *ended).await;
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if let Some(visits) = self.registry.leave(self) {
            let (registry, key) = (Arc::clone(&self.registry), self.key.clone());
            tokio::spawn(async move { registry.end_if_left(&key, visits).await });
        }
    }
}
