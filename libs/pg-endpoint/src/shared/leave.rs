//! Clearing up after clients that have gone.

use std::io;

use postgres_protocol::message::frontend;

use super::session::Expect;
use super::turn::Turn;
use crate::upstream;
use crate::wire::Broken;

impl Turn<'_, '_> {
    /// Ends a turn in the middle of which the client went away: the server is
    /// told to stop, and brought back to where it takes requests.
    pub(super) async fn abandon(&mut self) -> Result<(), Broken> {
        let busy = !self.session.expected.is_empty() || self.session.unsynced;
        if busy {
            let _ = upstream::cancel(&self.shared.target, self.shared.key).await;
        }
        let outcome = self.resynchronize().await;
        if let Err(error) = &outcome {
            self.session.lose(error);
        }
        self.failed = true;
        self.abort().await?;
        self.shared.rests().await;
        outcome.map_err(Broken::Server)
    }

    async fn resynchronize(&mut self) -> io::Result<()> {
        if self.session.copying {
            frontend::copy_fail("the client is gone", &mut self.session.wire.outgoing)?;
            self.session.copying = false;
        }
        let synced = self
            .session
            .expected
            .iter()
            .any(|next| matches!(next, Expect::Sync));
        if self.session.unsynced && !synced {
            frontend::sync(&mut self.session.wire.outgoing);
            self.session.expected.push_back(Expect::Sync);
        }
        while !self.session.expected.is_empty() {
            let message = self.session.wire.next().await?;
            let heard = self.hear(&message);
            self.client.wire.outgoing.clear();
            match heard {
                Ok(()) | Err(Broken::Client) => {}
                Err(Broken::Server(error)) => return Err(error),
            }
        }
        self.session.unsynced = false;
        Ok(())
    }

    /// Clears up after a client that has left.
    pub(super) async fn depart(&mut self) -> Result<(), Broken> {
        if self.session.spoiled.is_some() {
            return Ok(());
        }
        self.undo(0).await?;
        self.leave_transaction();
        let names: Vec<String> = self.client.statements.keys().cloned().collect();
        for name in names {
            self.forget(&name);
        }
        if self
            .session
            .advisory
            .take_if(|(holder, _)| *holder == self.client.id)
            .is_some()
        {
            self.session.queue(Some(
                "SELECT pg_catalog.pg_advisory_unlock_all();".to_owned(),
            ));
        }
        Ok(())
    }
}
