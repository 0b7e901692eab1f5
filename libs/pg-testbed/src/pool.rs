//! Databases that go from test to test: each is restored to its template's
//! state in between, and belongs to one test at a time.

use std::sync::{Arc, Mutex};

use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::database::{end_sessions, rename};
use crate::error::TestbedError;
use crate::found::{Found, look};
use crate::keeper::{Keeper, lock};
use crate::names::{self, Name};
use crate::stock::{self, take_over};
use crate::template::Ready;
use crate::wipe;

/// The owner of databases that wait for anybody: a lock that nobody takes.
const NOBODY: i64 = 0;

/// One of these databases, with the sessions that stay in it.
#[derive(Debug)]
pub(crate) struct Pooled {
    pub(crate) name: String,
    /// Restores it. Triggers do not fire in it, nor do foreign keys.
    wiper: PgConnection,
    /// Runs the transactions of tests in rollback mode, if there were any. What
    /// they leave is undone before the next one begins.
    pub(crate) transactor: Option<PgPool>,
    /// Whether sessions of rollback mode may wait in it.
    served_rollback: bool,
}

impl Pooled {
    fn new(name: String, wiper: PgConnection) -> Self {
        Self {
            name,
            wiper,
            transactor: None,
            served_rollback: false,
        }
    }

    /// Whether sessions are in it that wait for the next transaction.
    fn has_sessions(&self) -> bool {
        self.transactor.is_some() || self.served_rollback
    }
}

/// Those of the process that no test uses, each with the key of its template; the one that
/// has waited longest comes first.
#[derive(Debug, Default)]
pub(crate) struct Idle(Mutex<Vec<(i64, Pooled)>>);

impl Idle {
    /// Takes the latest of a template, of the wanted kind if there is one.
    fn pop(&self, template: i64, wanted: impl Fn(&Pooled) -> bool) -> Option<Pooled> {
        let mut idle = lock(&self.0);
        let latest = |wanted: &dyn Fn(&Pooled) -> bool| {
            idle.iter()
                .rposition(|(key, one)| *key == template && wanted(one))
        };
        let at = latest(&wanted).or_else(|| latest(&|_| true))?;
        Some(idle.remove(at).1)
    }

    /// Adds one; where there are more than `most` then, returns the one that has waited
    /// longest, with the key of its template.
    fn push(&self, template: i64, pooled: Pooled, most: usize) -> Option<(i64, Pooled)> {
        let mut idle = lock(&self.0);
        idle.push((template, pooled));
        (idle.len() > most).then(|| idle.remove(0))
    }

    /// Takes all of a template.
    pub(crate) fn take_all(&self, template: i64) -> Vec<Pooled> {
        let mut idle = lock(&self.0);
        let taken = idle.extract_if(.., |(key, _)| *key == template);
        taken.map(|(_, pooled)| pooled).collect()
    }
}

/// A database in its template's state for a transaction of the transactor,
/// which undoes what its last one has left: one of ours that is free, or one
/// whose process is gone, or a new clone. To be used on the keeper's runtime.
pub(crate) async fn take(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    take_kind(keeper, ready, |one| one.transactor.is_some()).await
}

/// The same for a transaction that is begun elsewhere.
pub(crate) async fn take_to_share(
    keeper: &Keeper,
    ready: &Arc<Ready>,
) -> Result<Pooled, TestbedError> {
    loop {
        let mut pooled = take_kind(keeper, ready, |one| one.transactor.is_none()).await?;
        let Some(transactor) = pooled.transactor.take() else {
            return Ok(pooled);
        };
        transactor.close().await;
        if wipe::rewind(&mut pooled.wiper).await.is_ok() {
            return Ok(pooled);
        }
        stock::remove(keeper, &pooled.name).await?;
    }
}

async fn take_kind(
    keeper: &Keeper,
    ready: &Arc<Ready>,
    wanted: impl Fn(&Pooled) -> bool,
) -> Result<Pooled, TestbedError> {
    if let Some(pooled) = keeper.idle().pop(ready.key(), wanted) {
        return Ok(pooled);
    }
    take_new(keeper, ready).await
}

/// The same for a test with connections of its own: in a database that served
/// for transactions, what they left is undone first.
pub(crate) async fn take_to_wipe(
    keeper: &Keeper,
    ready: &Arc<Ready>,
) -> Result<Pooled, TestbedError> {
    if !keeper.facts().may_wipe {
        return Err(TestbedError::MayNotWipe);
    }
    loop {
        let pooled = take_kind(keeper, ready, |one| !one.has_sessions()).await?;
        if !pooled.has_sessions() {
            return Ok(pooled);
        }
        give_back(keeper, ready.key(), pooled).await?;
    }
}

/// One whose process is gone, or a new clone.
async fn take_new(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    while keeper.facts().may_wipe
        && let Some(name) = adopt(keeper, ready).await?
    {
        match restore(keeper, name.clone()).await {
            Ok(Some(pooled)) => return Ok(pooled),
            Ok(None) | Err(_) => stock::remove(keeper, &name).await?,
        }
    }
    born(keeper, ready).await
}

/// Takes over a database that a process before us has left.
async fn adopt(keeper: &Keeper, ready: &Ready) -> Result<Option<String>, TestbedError> {
    let mut session = keeper.session().await;
    let (found, _) = look(&mut session).await?;
    for one in found.iter().filter(|one| left_over(one, ready.key())) {
        end_sessions(&mut session, &one.database).await?;
        let name = own_name(keeper, ready);
        if take_over(&mut session, &one.database, &name).await? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn left_over(found: &Found, key: i64) -> bool {
    found.is_stock() && matches!(found.name, Name::Pooled { template, .. } if template == key)
}

fn own_name(keeper: &Keeper, ready: &Ready) -> String {
    names::pooled(ready.key(), keeper.owner(), keeper.next_number())
}

/// Restores a database that was taken over; `None` if that cannot be done.
async fn restore(keeper: &Keeper, name: String) -> Result<Option<Pooled>, TestbedError> {
    let mut wiper = connect(keeper, &name).await?;
    let clean = wipe::wipe(&mut wiper).await?.is_none();
    Ok(clean.then(|| Pooled::new(name, wiper)))
}

/// A new clone, prepared for being wiped.
async fn born(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    let clone = stock::take(keeper, ready).await?;
    let name = own_name(keeper, ready);
    rename(&mut *keeper.session().await, &clone, &name).await?;
    let mut wiper = connect(keeper, &name).await?;
    wipe::prepare(&mut wiper).await?;
    Ok(Pooled::new(name, wiper))
}

async fn connect(keeper: &Keeper, name: &str) -> Result<PgConnection, TestbedError> {
    let mut options = keeper.server().options_of(name).options(wipe::SETTINGS);
    if keeper.facts().may_wipe {
        options = options.options([wipe::WITHOUT_TRIGGERS]);
    }
    keeper.server().connect_with(&options).await
}

/// Ends the test's sessions, restores the database and puts it back; drops it
/// if the test changed what cannot be restored.
pub(crate) async fn give_back(
    keeper: &Keeper,
    template: i64,
    mut pooled: Pooled,
) -> Result<(), TestbedError> {
    if let Some(transactor) = pooled.transactor.take() {
        transactor.close().await;
    }
    if !keeper.facts().may_wipe {
        return stock::remove(keeper, &pooled.name).await;
    }
    match wipe::wipe(&mut pooled.wiper).await {
        Ok(None) => {
            pooled.served_rollback = false;
            rest(keeper, template, pooled).await
        }
        // Whatever is in the way, a new database has nothing of it.
        Ok(Some(_)) | Err(_) => stock::remove(keeper, &pooled.name).await,
    }
}

/// Puts back a database in which all was rolled back: only its sequences may
/// have moved.
pub(crate) async fn rewind(
    keeper: &Keeper,
    template: i64,
    mut pooled: Pooled,
) -> Result<(), TestbedError> {
    if wipe::rewind(&mut pooled.wiper).await.is_err() {
        return give_back(keeper, template, pooled).await;
    }
    pooled.served_rollback = true;
    rest(keeper, template, pooled).await
}

/// Lets a database that is in its template's state wait for our next test. Where we have
/// enough of them, the one that has waited longest waits for anybody's from now on, without
/// our sessions in it.
pub(crate) async fn rest(
    keeper: &Keeper,
    template: i64,
    pooled: Pooled,
) -> Result<(), TestbedError> {
    let most = keeper.budget().idle();
    match keeper.idle().push(template, pooled, most) {
        Some((template, longest)) => set_free(keeper, template, longest).await,
        None => Ok(()),
    }
}

async fn set_free(keeper: &Keeper, template: i64, pooled: Pooled) -> Result<(), TestbedError> {
    let name = pooled.name.clone();
    drop(pooled);
    if !keeper.facts().may_wipe {
        // Nobody could take it over.
        return stock::remove(keeper, &name).await;
    }
    let mut session = keeper.session().await;
    end_sessions(&mut session, &name).await?;
    let free = names::pooled(template, NOBODY, Uuid::new_v4().as_u64_pair().0);
    take_over(&mut session, &name, &free).await?;
    Ok(())
}

/// Drops the databases of a template that is of no more use.
pub(crate) async fn discard(keeper: &Keeper, template: i64) -> Result<(), TestbedError> {
    for pooled in keeper.idle().take_all(template) {
        stock::remove(keeper, &pooled.name).await?;
    }
    stock::collect(keeper).await?;
    Ok(())
}
