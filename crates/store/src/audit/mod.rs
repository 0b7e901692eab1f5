//! The audit log: one row per change, in the transaction of the change.
//!
//! Who changes something begins an [`Audited`] transaction, which knows who acts and
//! from where. The functions of this crate that change what a person looks after ask
//! for one, and write the row themselves: a caller can neither forget the row nor
//! write it into another transaction.
//!
//! Rows are never changed or deleted (a trigger sees to it); [`seal`] chains them, and
//! [`verify`] proves that the chain still fits.

mod list;
mod row;
pub mod seal;
mod subject;
pub mod verify;

use std::ops::{Deref, DerefMut};

use archivist_domain::UserId;
use serde_json::{Map, Value};
use sqlx::{PgConnection, PgPool, Postgres, Transaction};
use uuid::Uuid;

pub use list::{LogFilter, LogRow, list, of_entity};
pub(crate) use subject::{Facts, Subject, difference, facts, mark};

/// Who acts, and from where.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    actor: Option<UserId>,
    facts: Facts,
}

impl Origin {
    /// A request of a person; `None` where nobody is signed in. The facts tell the
    /// request: never a secret, never the text of a document.
    pub fn request(actor: Option<UserId>, facts: Map<String, Value>) -> Self {
        Self { actor, facts }
    }

    /// Somebody who works with the program itself, on its own machine.
    pub fn command_line() -> Self {
        Self::program("command line")
    }

    /// A part of the program that acts by itself.
    pub fn program(part: &str) -> Self {
        Self {
            actor: None,
            facts: facts([("origin", part.into())]),
        }
    }

    /// What is known, to be kept with work that is done later.
    pub fn into_facts(self) -> Map<String, Value> {
        self.facts
    }
}

/// A transaction that knows who acts: what is changed in it is written down in it.
///
/// Dropped without [`Audited::commit`] it undoes all of it, rows of the log included.
#[derive(Debug)]
pub struct Audited {
    tx: Transaction<'static, Postgres>,
    origin: Origin,
}

impl Audited {
    /// Begins a transaction.
    pub async fn begin(pool: &PgPool, origin: Origin) -> sqlx::Result<Self> {
        let tx = pool.begin().await?;
        Ok(Self { tx, origin })
    }

    /// Keeps what was changed.
    pub async fn commit(self) -> sqlx::Result<()> {
        self.tx.commit().await
    }

    /// Undoes it at once, so that the connection is free for other work.
    pub async fn rollback(self) -> sqlx::Result<()> {
        self.tx.rollback().await
    }

    /// Who acts, where it is a person.
    pub(crate) fn actor(&self) -> Option<UserId> {
        self.origin.actor
    }

    /// Adds a fact to all that is written down from here on.
    pub fn remark(&mut self, name: &str, value: impl Into<Value>) {
        self.origin.facts.insert(name.to_owned(), value.into());
    }

    /// Writes down that something was made.
    pub(crate) async fn created<S: Subject>(&mut self, new: &S) -> sqlx::Result<()> {
        self.write(&event::<S>("create"), new, Facts::new(), new.facts())
            .await
    }

    /// Writes down what has changed about something.
    pub(crate) async fn updated<S: Subject>(&mut self, old: &S, new: &S) -> sqlx::Result<()> {
        let (before, after) = subject::difference(old.facts(), new.facts());
        self.write(&event::<S>("update"), new, before, after).await
    }

    /// Writes down that something is gone.
    pub(crate) async fn deleted<S: Subject>(&mut self, old: &S) -> sqlx::Result<()> {
        self.write(&event::<S>("delete"), old, old.facts(), Facts::new())
            .await
    }

    /// Writes down what is neither of these, with what it changed.
    pub(crate) async fn write(
        &mut self,
        event: &str,
        about: &impl Subject,
        before: Facts,
        after: Facts,
    ) -> sqlx::Result<()> {
        let details = self.details(before, after);
        let (entity, id) = (entity_of(about), Some(about.id()));
        insert(&mut self.tx, event, entity, id, self.origin.actor, details).await
    }

    /// Writes down what has changed about the site as a whole, which has no id.
    pub(crate) async fn write_of_site(
        &mut self,
        event: &str,
        entity: &str,
        before: Facts,
        after: Facts,
    ) -> sqlx::Result<()> {
        let (before, after) = subject::difference(before, after);
        let details = self.details(before, after);
        insert(
            &mut self.tx,
            event,
            entity,
            None,
            self.origin.actor,
            details,
        )
        .await
    }

    fn details(&self, before: Facts, after: Facts) -> Facts {
        let mut details = self.origin.facts.clone();
        for (name, facts) in [("before", before), ("after", after)] {
            if !facts.is_empty() {
                details.insert(name.to_owned(), Value::Object(facts));
            }
        }
        details
    }
}

impl Deref for Audited {
    type Target = PgConnection;
    fn deref(&self) -> &PgConnection {
        &self.tx
    }
}

impl DerefMut for Audited {
    fn deref_mut(&mut self) -> &mut PgConnection {
        &mut self.tx
    }
}

fn event<S: Subject>(what: &str) -> String {
    format!("{}.{what}", S::ENTITY)
}

fn entity_of<S: Subject>(_: &S) -> &'static str {
    S::ENTITY
}

async fn insert(
    conn: &mut PgConnection,
    event: &str,
    entity: &str,
    id: Option<Uuid>,
    actor: Option<UserId>,
    details: Facts,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO audit_log (event_type, entity_type, entity_id, user_id, details)
         VALUES ($1, $2, $3, $4, $5)",
        event,
        entity,
        id,
        actor.map(|id| id.to_string()),
        Value::Object(details),
    )
    .execute(conn)
    .await?;
    Ok(())
}
