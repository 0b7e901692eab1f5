//! Making a clone that a test has used into a new one.
//!
//! CREATE DATABASE copies some three hundred files and DROP DATABASE removes
//! them, while a test has written to perhaps ten. On the private server, whose
//! files are ours, the used clone's folder is taken away before it is dropped,
//! what was written in it is copied from the template again, and the folder is
//! given to a database that was created from a *hull*: a clone of the template
//! without files, so that creating from it copies nothing but catalog rows. The
//! result is what CREATE DATABASE makes, byte for byte, in a third of the time.
//!
//! It is safe because the server never has a page of either database in memory
//! that its files do not have. The old one is given a secret name, so that
//! nobody can connect any more; then a checkpoint writes what is left, and then
//! its folder is taken. The new one has a number of its own, under which nothing
//! was ever read.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sqlx::PgConnection;
use uuid::Uuid;

use crate::collect::STOCK;
use crate::database::{self, drop_used, end_sessions, rename, run};
use crate::error::TestbedError;
use crate::files::{Files, Original};
use crate::keeper::{Keeper, Worker, lock};
use crate::names::{self, ident};
use crate::stock::{self, take_over};
use crate::template::Ready;

/// What is needed to make clones of one template new.
#[derive(Debug)]
pub(crate) struct Mould {
    original: Original,
    hull: String,
}

/// The mould of a template, when it was needed once.
#[derive(Debug, Default)]
pub(crate) struct Moulds(Mutex<Option<Arc<Mould>>>);

/// Makes a used clone one that waits for the next test; false if that is not
/// possible or not wanted, and it is still there.
pub(crate) async fn recycle(
    keeper: &Keeper,
    ready: &Ready,
    used: &str,
) -> Result<bool, TestbedError> {
    let Some(files) = keeper.server().files() else {
        return Ok(false);
    };
    // What we do with files is not synced, as the user of this server wants it.
    if keeper.facts().synced {
        return Ok(false);
    }
    if stock::count(keeper, ready).await? >= STOCK {
        return Ok(false);
    }
    let mut worker = keeper.worker().await?;
    let mould = mould(worker.connection(), files, ready).await?;
    let Some(taken) = retire(keeper, &mut worker, files, used).await? else {
        worker.done();
        return Ok(false);
    };
    let renewed = renew(keeper, &mut worker, ready, &mould, &taken).await;
    if renewed.is_err() {
        // The hull may have been dropped by hand.
        lock(&ready.moulds().0).take();
        let _ = std::fs::remove_dir_all(&taken);
    } else {
        worker.done();
    }
    renewed.map(|()| true)
}

/// Drops a database and keeps its folder; `None` if somebody is in it who does
/// not leave.
async fn retire(
    keeper: &Keeper,
    worker: &mut Worker<'_>,
    files: &Files,
    used: &str,
) -> Result<Option<PathBuf>, TestbedError> {
    let connection = worker.connection();
    let secret = keeper.new_name();
    end_sessions(connection, used).await?;
    if !take_over(connection, used, &secret).await? {
        return Ok(None);
    }
    run(connection, "CHECKPOINT".to_owned()).await?;
    let number = number_of(connection, &secret).await?;
    let taken = files.take(number, keeper.owner(), keeper.next_number());
    let dropped = drop_used(connection, &secret).await;
    let taken = taken.map_err(files_are_odd)?;
    if let Err(error) = dropped {
        // The database has no files any more: nobody can use them.
        let _ = std::fs::remove_dir_all(&taken);
        return Err(error.into());
    }
    Ok(Some(taken))
}

/// Restores a folder and puts a database around it, among those that wait.
async fn renew(
    keeper: &Keeper,
    worker: &mut Worker<'_>,
    ready: &Ready,
    mould: &Arc<Mould>,
    taken: &Path,
) -> Result<(), TestbedError> {
    restore(mould, taken).await?;
    let connection = worker.connection();
    let (name, hull) = (keeper.new_name(), ident(&mould.hull));
    let create = format!(
        "CREATE DATABASE {} TEMPLATE {hull} STRATEGY FILE_COPY",
        ident(&name)
    );
    run(connection, create).await?;
    let number = number_of(connection, &name).await?;
    if let Some(files) = keeper.server().files() {
        files.give(taken, number).map_err(files_are_odd)?;
    }
    if let Some(sql) = ready.extras().apply(&name) {
        run(connection, sql).await?;
    }
    let spare = names::spare(ready.key(), Uuid::new_v4().as_u64_pair().0);
    Ok(rename(connection, &name, &spare).await?)
}

/// Copies the files that were written to, beside the keeper's other work.
async fn restore(mould: &Arc<Mould>, taken: &Path) -> Result<(), TestbedError> {
    let (mould, taken) = (Arc::clone(mould), taken.to_owned());
    let restored = tokio::task::spawn_blocking(move || mould.original.restore(&taken));
    restored
        .await
        .map_err(|_| TestbedError::Lost)?
        .map_err(files_are_odd)
}

/// The template's files and its hull, made by whoever comes first.
async fn mould(
    connection: &mut PgConnection,
    files: &Files,
    ready: &Ready,
) -> Result<Arc<Mould>, TestbedError> {
    if let Some(mould) = &*lock(&ready.moulds().0) {
        return Ok(Arc::clone(mould));
    }
    let hull = names::hull(ready.key());
    make_hull(connection, files, ready, &hull).await?;
    let original = files.original(ready.number()).map_err(files_are_odd)?;
    let mould = Arc::new(Mould { original, hull });
    *lock(&ready.moulds().0) = Some(Arc::clone(&mould));
    Ok(mould)
}

/// Makes the hull if there is none. Nobody can connect to it.
async fn make_hull(
    connection: &mut PgConnection,
    files: &Files,
    ready: &Ready,
    hull: &str,
) -> Result<(), TestbedError> {
    let turn = [
        "SELECT pg_advisory_lock($1)",
        "SELECT pg_advisory_unlock($1)",
    ];
    sqlx::query(turn[0])
        .bind(ready.key())
        .execute(&mut *connection)
        .await?;
    let there = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    if !there.bind(hull).fetch_one(&mut *connection).await? {
        let closed = "STRATEGY FILE_COPY ALLOW_CONNECTIONS false";
        ready.copy(connection, hull, closed).await?;
    }
    let number = number_of(connection, hull).await?;
    files.hollow(number).map_err(files_are_odd)?;
    sqlx::query(turn[1])
        .bind(ready.key())
        .execute(&mut *connection)
        .await?;
    Ok(())
}

/// The number of a database that is there.
async fn number_of(connection: &mut PgConnection, name: &str) -> Result<u32, TestbedError> {
    let number = database::number_of(connection, name).await?;
    number.ok_or(TestbedError::Gone(sqlx::Error::RowNotFound))
}

fn files_are_odd(error: io::Error) -> TestbedError {
    TestbedError::Files(error)
}
