//! The ends of a client's transactions, which are none of the server's.

use super::client::{Phase, Portal};
use super::refusals;
use super::stack::Effect;
use super::turn::{Hold, Turn};
use crate::wire::{Broken, Message};

/// Counts the savepoints that have written something: each has a number then,
/// on which it holds a lock, and so have all those below it. One is the
/// transaction's own.
const WRITTEN: &str = "SELECT greatest(count(*) - 1, 0) FROM pg_catalog.pg_locks \
     WHERE locktype = 'transactionid' AND pid = pg_catalog.pg_backend_pid()";

impl Turn<'_, '_> {
    /// Finds out who has written, if that matters now.
    pub(super) async fn settle(&mut self) -> Result<(), Broken> {
        if !self.session.stack.in_doubt(self.client.id) {
            return Ok(());
        }
        let written = match self.run(WRITTEN).await? {
            Ok(count) => count.and_then(|count| count.parse().ok()),
            Err(_) => None,
        };
        // If the server does not tell, all of them count as having written.
        self.session.stack.settle(written.unwrap_or(usize::MAX));
        Ok(())
    }

    /// Commits what the request has done, if that is its own transaction.
    pub(super) async fn leave_implicit(&mut self) -> Result<(), Broken> {
        if self.client.phase == Phase::Implicit
            && let Some(error) = self.commit().await?
        {
            self.hold = Hold::Off;
            self.pass_on_error(&error);
        }
        Ok(())
    }

    /// Undoes what a failed request has done: all of an implicit transaction,
    /// or what a block has done since its last savepoint.
    pub(super) async fn abort(&mut self) -> Result<(), Broken> {
        self.hold = Hold::Off;
        if self.entered {
            // The server's transaction has failed, even if nothing was executed.
            self.session.stack.note(Effect::Maybe);
        }
        let (level, next) = match self.client.phase {
            Phase::Idle | Phase::Implicit => (0, Phase::Idle),
            Phase::Block | Phase::Failed => (self.client.level(), Phase::Failed),
        };
        self.undo(level).await?;
        self.client.phase = next;
        if next == Phase::Idle {
            self.close_portals();
        }
        Ok(())
    }

    /// Makes the client's work lasting. Returns the error of a deferred
    /// constraint; then its work is undone.
    pub(super) async fn commit(&mut self) -> Result<Option<Message>, Broken> {
        let id = self.client.id;
        let mut failure = None;
        if self.session.stack.has_effects(id) {
            failure = self.check_deferred().await?;
        }
        if failure.is_some() {
            self.undo(0).await?;
        } else {
            self.settle().await?;
            let released = self.session.stack.commit(id);
            self.session.queue(released);
            self.client.settings.commit();
        }
        self.leave_transaction();
        Ok(failure)
    }

    /// Undoes the client's work from a level up. If that would undo what others
    /// have done, nobody can go on.
    pub(super) async fn undo(&mut self, level: usize) -> Result<(), Broken> {
        if !self.entered {
            self.settle().await?;
        }
        if let Ok(sql) = self.session.stack.undo(self.client.id, level) {
            if sql.as_ref().is_some_and(|sql| sql.starts_with("ROLLBACK")) {
                self.forget_what_is_undone();
            }
            self.session.queue(sql);
        } else {
            let refusal = refusals::conflict(&self.session.instead);
            self.session.spoil(refusal);
        }
        self.client.settings.undo(level);
        self.entered = false;
        Ok(())
    }

    /// Settings and definitions may have been undone as well.
    fn forget_what_is_undone(&mut self) {
        self.session.applied = None;
        if self.session.redefined {
            self.session.deferrable = None;
        }
    }

    /// The client is in no transaction any more.
    pub(super) fn leave_transaction(&mut self) {
        self.client.phase = Phase::Idle;
        self.client.read_only = false;
        self.client.savepoints.clear();
        self.session.advisory_blocks.remove(&self.client.id);
        self.entered = false;
        self.close_portals();
    }

    /// Closes the client's portals, except cursors that outlive transactions.
    pub(super) fn close_portals(&mut self) {
        let ended = self
            .client
            .portals
            .extract_if(|_, portal| !matches!(portal, Portal::Cursor { held: true, .. }));
        for (_, portal) in ended {
            if let Portal::Theirs(name, _) | Portal::Cursor { name, .. } = portal {
                self.session.close_later(b'P', name);
            }
        }
    }
}
