//! Clones: taken from those that are ready, or made; and new ones laid in.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use sqlx::PgConnection;
use sqlx::error::DatabaseError;
use uuid::Uuid;

use crate::collect;
use crate::database::{drop_used, number_of, rename, run};
use crate::error::TestbedError;
use crate::keeper::{Keeper, lock};
use crate::names::{self, ident};
use crate::recycle;
use crate::report;
use crate::template::Ready;

/// How many clones of a template wait ready, for all processes together.
const SPARES: usize = 4;

/// A clone of the template that belongs to this process: one that was ready,
/// or else one made now. Others are then made ready in the background.
pub(crate) async fn take(keeper: &Keeper, ready: &Arc<Ready>) -> Result<String, TestbedError> {
    let spare = take_spare(keeper, ready).await?;
    restock(keeper, ready);
    match spare {
        Some(name) => Ok(name),
        None => create(keeper, ready).await,
    }
}

/// Makes a spare clone ours by giving it a name of ours. Of two processes that
/// want the same one, the second finds no database of that name any more.
async fn take_spare(keeper: &Keeper, ready: &Ready) -> Result<Option<String>, TestbedError> {
    let mut session = keeper.session().await;
    let spares: Vec<String> = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database
          WHERE starts_with(datname::text, $1) ORDER BY random() LIMIT 4",
    )
    .bind(names::spares_of(ready.key()))
    .fetch_all(&mut *session)
    .await?;
    for spare in spares {
        let name = keeper.new_name();
        if take_over(&mut session, &spare, &name).await? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Renames a database, unless somebody else was quicker or is in it.
pub(crate) async fn take_over(
    session: &mut PgConnection,
    from: &str,
    to: &str,
) -> Result<bool, sqlx::Error> {
    let Err(error) = rename(session, from, to).await else {
        return Ok(true);
    };
    let code = error.as_database_error().and_then(DatabaseError::code);
    // 3D000: no such database; 55006: in use; XX000: changed at the same time.
    match code.as_deref() {
        Some("3D000" | "55006" | "XX000") => Ok(false),
        _ => Err(error),
    }
}

/// Creates a database of this process with nothing in it.
pub(crate) async fn create_empty(keeper: &Keeper) -> Result<String, TestbedError> {
    let name = keeper.new_name();
    let (database, strategy) = (ident(&name), keeper.facts().strategy);
    let mut worker = keeper.worker().await?;
    let sql = format!("CREATE DATABASE {database} TEMPLATE template0 STRATEGY {strategy}");
    let created = run(worker.connection(), sql).await;
    created.map_err(TestbedError::creating)?;
    worker.done();
    Ok(name)
}

/// Creates a clone that belongs to this process.
async fn create(keeper: &Keeper, ready: &Ready) -> Result<String, TestbedError> {
    let name = keeper.new_name();
    let mut worker = keeper.worker().await?;
    let connection = worker.connection();
    let strategy = format!("STRATEGY {}", keeper.facts().strategy);
    ready.copy(connection, &name, &strategy).await?;
    if let Some(sql) = ready.extras().apply(&name) {
        run(connection, sql).await?;
    }
    if let Some(files) = keeper.server().files()
        && let Some(number) = number_of(connection, &name).await?
    {
        // What is not marked is copied when the clone is made new: only slower.
        let _ = files.mark(number, ready.number());
    }
    worker.done();
    Ok(name)
}

/// Makes a clone that a test has used new for another one, or drops it.
pub(crate) async fn give_back(
    keeper: &Keeper,
    ready: &Ready,
    name: &str,
) -> Result<(), TestbedError> {
    let recycled = recycle::recycle(keeper, ready, name).await;
    if let Err(error) = &recycled {
        report::tell_once(&format!("a used clone was not made new: {error:?}"));
    }
    match recycled {
        Ok(true) => Ok(()),
        // Whatever is in the way: nothing is lost but time.
        Ok(false) | Err(_) => remove(keeper, name).await,
    }
}

/// Drops a database of this process.
pub(crate) async fn remove(keeper: &Keeper, name: &str) -> Result<(), TestbedError> {
    let mut worker = keeper.worker().await?;
    drop_used(worker.connection(), name).await?;
    worker.done();
    Ok(())
}

/// The making of spare clones, for one template after the other.
#[derive(Debug, Default)]
pub(crate) struct Stocking {
    /// The templates whose turn will come.
    waiting: Mutex<HashSet<i64>>,
    /// Held while clones are being made.
    turn: tokio::sync::Mutex<()>,
}

/// Makes clones ready in the background until there are enough. What fails
/// here will be told when a test needs it.
fn restock(keeper: &Keeper, ready: &Arc<Ready>) {
    let (keeper, ready) = (keeper.clone(), Arc::clone(ready));
    if !lock(&keeper.stocking().waiting).insert(ready.key()) {
        return;
    }
    keeper.clone().start_work(async move {
        let stocking = keeper.stocking();
        let _turn = stocking.turn.lock().await;
        lock(&stocking.waiting).remove(&ready.key());
        let _ = fill(&keeper, &ready).await;
    });
}

async fn fill(keeper: &Keeper, ready: &Ready) -> Result<(), TestbedError> {
    while count(keeper, ready).await? < SPARES {
        let name = create(keeper, ready).await?;
        let spare = names::spare(ready.key(), Uuid::new_v4().as_u64_pair().0);
        rename(&mut *keeper.session().await, &name, &spare).await?;
    }
    Ok(())
}

/// How many clones of a template wait ready.
pub(crate) async fn count(keeper: &Keeper, ready: &Ready) -> Result<usize, sqlx::Error> {
    let count = "SELECT count(*) FROM pg_database WHERE starts_with(datname::text, $1)";
    let count = sqlx::query_scalar(count).bind(names::spares_of(ready.key()));
    let count: i64 = count.fetch_one(&mut *keeper.session().await).await?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// Waits until the clones that are being made are ready: a process with one
/// test would otherwise leave them half-made.
pub(crate) async fn settle(keeper: &Keeper) {
    drop(keeper.stocking().turn.lock().await);
}

/// Drops what others left behind, in the background: the test need not wait.
pub(crate) fn collect_later(keeper: &Keeper) {
    let keeper = keeper.clone();
    keeper.clone().start_work(async move {
        // What fails now, the next process will try again.
        let _ = collect(&keeper).await;
    });
}

/// Drops what belongs to nobody. Returns how many databases that were.
pub(crate) async fn collect(keeper: &Keeper) -> Result<usize, TestbedError> {
    let mut worker = keeper.worker().await?;
    let dropped = collect::collect(worker.connection(), keeper.server().files()).await?;
    worker.done();
    Ok(dropped)
}
