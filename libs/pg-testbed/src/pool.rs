//! Databases that go from test to test: each is restored to its template's
//! state in between, and belongs to one test at a time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use sqlx::{PgConnection, PgPool};

use crate::database::end_sessions;
use crate::error::TestbedError;
use crate::found::{Found, look};
use crate::keeper::{Keeper, lock};
use crate::names::{self, Name};
use crate::stock::{self, take_over};
use crate::template::Ready;
use crate::wipe;

/// One of these databases, with the sessions that stay in it.
#[derive(Debug)]
pub(crate) struct Pooled {
    pub(crate) name: String,
    /// Restores it. Triggers do not fire in it, nor do foreign keys.
    wiper: PgConnection,
    /// Runs the transactions of tests in rollback mode, if there were any. What
    /// they leave is undone before the next one begins.
    pub(crate) transactor: Option<PgPool>,
}

/// Those of the process that no test uses, by the key of their template.
#[derive(Debug, Default)]
pub(crate) struct Idle(Mutex<HashMap<i64, Vec<Pooled>>>);

impl Idle {
    fn pop(&self, template: i64) -> Option<Pooled> {
        lock(&self.0).get_mut(&template)?.pop()
    }

    /// Puts a database back that is in its template's state.
    pub(crate) fn push(&self, template: i64, pooled: Pooled) {
        lock(&self.0).entry(template).or_default().push(pooled);
    }

    /// Takes all of a template.
    pub(crate) fn take_all(&self, template: i64) -> Vec<Pooled> {
        lock(&self.0).remove(&template).unwrap_or_default()
    }
}

/// A database in its template's state: one of ours that is free, or one whose
/// process is gone, or a new clone. To be used on the keeper's runtime.
pub(crate) async fn take(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    if !keeper.facts().may_wipe {
        return Err(TestbedError::MayNotWipe);
    }
    if let Some(pooled) = keeper.idle().pop(ready.key()) {
        return Ok(pooled);
    }
    take_new(keeper, ready).await
}

/// The same for a test with connections of its own: in a database that served
/// for transactions, what they left is undone first.
pub(crate) async fn take_clean(
    keeper: &Keeper,
    ready: &Arc<Ready>,
) -> Result<Pooled, TestbedError> {
    loop {
        let pooled = take(keeper, ready).await?;
        if pooled.transactor.is_none() {
            return Ok(pooled);
        }
        give_back(keeper, ready.key(), pooled).await?;
    }
}

/// One whose process is gone, or a new clone.
async fn take_new(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    while let Some(name) = adopt(keeper, ready).await? {
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
    Ok(clean.then_some(Pooled {
        name,
        wiper,
        transactor: None,
    }))
}

/// A new clone, prepared for being wiped.
async fn born(keeper: &Keeper, ready: &Arc<Ready>) -> Result<Pooled, TestbedError> {
    let clone = stock::take(keeper, ready).await?;
    let name = own_name(keeper, ready);
    crate::database::rename(&mut *keeper.session().await, &clone, &name).await?;
    let mut wiper = connect(keeper, &name).await?;
    wipe::prepare(&mut wiper).await?;
    Ok(Pooled {
        name,
        wiper,
        transactor: None,
    })
}

async fn connect(keeper: &Keeper, name: &str) -> Result<PgConnection, TestbedError> {
    let options = keeper.server().options_of(name).options(wipe::SETTINGS);
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
    match wipe::wipe(&mut pooled.wiper).await {
        Ok(None) => {
            keeper.idle().push(template, pooled);
            Ok(())
        }
        // Whatever is in the way, a new database has nothing of it.
        Ok(Some(_)) | Err(_) => stock::remove(keeper, &pooled.name).await,
    }
}

/// Drops the databases of a template that is of no more use.
pub(crate) async fn discard(keeper: &Keeper, template: i64) -> Result<(), TestbedError> {
    for pooled in keeper.idle().take_all(template) {
        stock::remove(keeper, &pooled.name).await?;
    }
    stock::collect(keeper).await?;
    Ok(())
}
