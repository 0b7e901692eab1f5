//! One client's turn with the session.

use tokio::sync::MutexGuard;

use super::Shared;
use super::client::{Client, Phase, Statement};
use super::session::Session;
use crate::sql::Setting;
use crate::wire::{Broken, Event, Message, Refusal, Reply, next_event};

/// A client and the session, for one request of the client.
pub(super) struct Turn<'a, 'b> {
    pub(super) client: &'a mut Client<'b>,
    pub(super) session: MutexGuard<'a, Session>,
    pub(super) shared: &'a Shared,
    /// The request has failed; the rest of it is skipped.
    pub(super) failed: bool,
    /// The session is ready for the client's statements.
    pub(super) entered: bool,
    /// More was begun than the preparing of statements.
    pub(super) bound: bool,
    pub(super) hold: Hold,
    /// Settings that the request has changed by function calls.
    pub(super) called: Vec<Setting>,
}

/// Whether the ends of statements are held back until constraints are checked.
#[derive(Default)]
pub(super) enum Hold {
    #[default]
    Off,
    On,
    /// With the one that is held back now.
    Holds(Message),
}

impl Hold {
    /// What is held back; from now on nothing is.
    pub(super) fn end(&mut self) -> Option<Message> {
        match std::mem::take(self) {
            Self::Holds(message) => Some(message),
            Self::Off | Self::On => None,
        }
    }
}

impl<'a, 'b> Turn<'a, 'b> {
    pub(super) fn new(
        client: &'a mut Client<'b>,
        session: MutexGuard<'a, Session>,
        shared: &'a Shared,
    ) -> Self {
        Self {
            client,
            session,
            shared,
            failed: false,
            entered: false,
            bound: false,
            hold: Hold::Off,
            called: Vec::new(),
        }
    }

    pub(super) fn reply(&mut self) -> Reply<'_> {
        Reply(&mut self.client.wire.outgoing)
    }

    /// Fails the request.
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        self.reply().refuse(refusal);
        self.failed = true;
    }

    /// Lets the client in, with its settings in effect.
    pub(super) async fn welcome(&mut self, key: (i32, i32)) -> Result<bool, Broken> {
        if let Some(refusal) = self.session.spoiled.clone() {
            self.refuse(&refusal);
            return Ok(false);
        }
        if self.session.applied != Some(self.client.settings.sql()) {
            self.enter().await?;
        }
        self.shared.rests().await;
        if self.failed {
            self.abort().await?;
            return Ok(false);
        }
        self.leave_implicit().await?;
        let mut reply = Reply(&mut self.client.wire.outgoing);
        reply.authentication_ok();
        for (name, value) in &self.session.parameters {
            reply.parameter(name, value);
        }
        reply.key(key.0, key.1);
        reply.ready(b'I');
        Ok(true)
    }

    /// Makes the session ready for a statement of this client: its settings are
    /// in effect, and what it does can be undone without what others did.
    pub(super) async fn enter(&mut self) -> Result<(), Broken> {
        if self.entered {
            return Ok(());
        }
        if self.client.phase == Phase::Idle {
            self.client.phase = Phase::Implicit;
        }
        self.settle().await?;
        let (id, level) = (self.client.id, self.client.level());
        let entered = self.session.stack.enter(id, level, self.client.read_only);
        self.session.queue(entered);
        self.entered = true;
        let settings = self.client.settings.sql();
        if self.session.applied.as_ref() != Some(&settings) {
            self.apply(settings).await?;
        }
        if self.client.read_only {
            let read_only = "SET LOCAL transaction_read_only = on;";
            self.session.queue(Some(read_only.to_owned()));
        }
        self.session.send_queued().map_err(Broken::Server)?;
        if self.session.expected.is_empty() {
            self.shared.runs(id);
        }
        Ok(())
    }

    /// Runs SQL of our own, when no answer is outstanding.
    pub(super) async fn run(
        &mut self,
        sql: &str,
    ) -> Result<Result<Option<String>, Message>, Broken> {
        self.session.run(sql).await.map_err(Broken::Server)
    }

    /// Waits until the server has answered everything.
    pub(super) async fn drain(&mut self) -> Result<(), Broken> {
        while !self.session.expected.is_empty() {
            let hear_client = self.session.copying;
            match next_event(self.client.wire, &mut self.session.wire, hear_client).await? {
                Event::Server(message) => self.hear(&message)?,
                Event::Client(message) => self.copy(&message),
            }
        }
        Ok(())
    }

    /// Passes on a client's message of a COPY.
    pub(super) fn copy(&mut self, message: &Message) {
        if self.session.copying && matches!(message.kind(), b'd' | b'c' | b'f') {
            self.session
                .wire
                .outgoing
                .extend_from_slice(message.bytes());
            self.session.copying = message.kind() == b'd';
        }
    }

    /// Ends the request: its implicit transaction is committed, or what failed
    /// is undone.
    pub(super) async fn finish(&mut self) -> Result<(), Broken> {
        if !self.failed {
            self.read_called_settings().await?;
            self.leave_implicit().await?;
        }
        if self.failed {
            self.abort().await?;
        } else if self.client.read_only && self.entered {
            let released = self.session.stack.leave();
            self.session.queue(released);
        }
        if let Some(held) = self.hold.end().filter(|_| !self.failed) {
            self.client.wire.outgoing.extend_from_slice(held.bytes());
        }
        let status = self.client.status();
        self.reply().ready(status);
        Ok(())
    }

    /// Forgets a prepared statement; tells whether there was one.
    pub(super) fn forget(&mut self, name: &str) -> bool {
        let found = self.client.statements.remove(name);
        if let Some(Statement::Theirs(prepared)) = &found {
            self.session.close_later(b'S', prepared.name.clone());
        }
        found.is_some()
    }

    /// Ends a turn that went to its end.
    pub(super) async fn end(self) {
        self.shared.rests().await;
    }
}
