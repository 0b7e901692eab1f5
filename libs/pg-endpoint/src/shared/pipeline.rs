//! The extended protocol: messages up to a `Sync`, which succeed or fail as one.

use std::sync::Arc;

use bytes::BufMut;
use postgres_protocol::message::frontend;

use super::client::{Phase, Portal, Statement};
use super::refusals;
use super::session::{Expect, Prepared};
use super::stack::Effect;
use super::turn::Turn;
use crate::sql::{self, Command};
use crate::wire::{Broken, Event, Fields, Message, Refusal, next_event};

/// A name that nothing has on the server.
const NOTHING: &str = "testbed_nothing";

impl Turn<'_, '_> {
    /// Carries out messages up to their `Sync`, of which this is the first.
    pub(super) async fn pipeline(&mut self, first: Message) -> Result<(), Broken> {
        let mut message = first;
        loop {
            match message.kind() {
                // The server ignores it too while it waits for data.
                b'S' if self.session.copying => {}
                b'S' => {
                    if self.synchronize().await? {
                        return self.finish().await;
                    }
                }
                b'd' | b'c' | b'f' => self.copy(&message),
                b'X' => return Err(Broken::Client),
                _ if self.failed => {}
                b'H' if self.rests().await? => return Ok(()),
                b'H' => frontend::flush(&mut self.session.wire.outgoing),
                b'Q' => {
                    if self.in_order().await? {
                        self.session.unsynced = false;
                        return self.query(&message).await;
                    }
                }
                _ => self.step(&message).await?,
            }
            message = self.next_message().await?;
        }
    }

    /// Whether the turn can end at a `Flush`, because the client has done no
    /// more than prepare statements. It may think long before it uses them.
    async fn rests(&mut self) -> Result<bool, Broken> {
        if self.bound || !self.in_order().await? {
            return Ok(false);
        }
        self.synchronize().await?;
        self.leave_implicit().await?;
        Ok(true)
    }

    async fn next_message(&mut self) -> Result<Message, Broken> {
        loop {
            match next_event(self.client.wire, &mut self.session.wire, true).await? {
                Event::Server(message) => self.hear(&message)?,
                Event::Client(message) => return Ok(message),
            }
        }
    }

    /// Lets the server come to the end of what it was sent. Not so if it begins
    /// to wait for data: then the client has more to say.
    async fn synchronize(&mut self) -> Result<bool, Broken> {
        if self.session.unsynced {
            frontend::sync(&mut self.session.wire.outgoing);
            self.session.expected.push_back(Expect::Sync);
        }
        while !self.session.expected.is_empty() && !self.session.copying {
            if let Event::Server(message) =
                next_event(self.client.wire, &mut self.session.wire, false).await?
            {
                self.hear(&message)?;
            }
        }
        self.session.unsynced = self.session.copying;
        Ok(!self.session.copying)
    }

    async fn step(&mut self, message: &Message) -> Result<(), Broken> {
        let mut fields = Fields(message.body());
        match message.kind() {
            b'P' => self.parse(&mut fields).await,
            b'B' => self.bind(&mut fields).await,
            b'D' => self.describe(&mut fields).await,
            b'E' => self.execute(&mut fields).await,
            b'C' => self.close(&mut fields).await,
            kind => self.refuse_in_order(&refusals::unexpected(kind)).await,
        }
    }

    /// Waits for the server's outstanding answers, so that one of our own can
    /// follow them; tells whether the request has not failed meanwhile.
    async fn in_order(&mut self) -> Result<bool, Broken> {
        if !self.session.expected.is_empty() {
            frontend::flush(&mut self.session.wire.outgoing);
            self.drain().await?;
        }
        Ok(!self.failed)
    }

    async fn refuse_in_order(&mut self, refusal: &Refusal) -> Result<(), Broken> {
        if self.in_order().await? {
            self.refuse(refusal);
        }
        Ok(())
    }

    /// Makes the session ready for a message of the client to the server;
    /// tells whether the request has not failed by that.
    async fn ready_to_send(&mut self) -> Result<bool, Broken> {
        if !self.entered && self.in_order().await? {
            self.enter().await?;
        }
        self.session.unsynced |= !self.failed;
        Ok(!self.failed)
    }

    async fn parse(&mut self, fields: &mut Fields<'_>) -> Result<(), Broken> {
        let (Ok(name), Ok(text)) = (fields.text(), fields.text()) else {
            return self.refuse_in_order(&refusals::not_utf8()).await;
        };
        if name.is_empty() {
            self.forget(name);
        } else if self.client.statements.contains_key(name) {
            return self
                .refuse_in_order(&refusals::statement_exists(name))
                .await;
        }
        let mut statements = sql::split(text);
        // The server refuses to prepare several at once.
        let only = statements.pop().filter(|_| statements.is_empty());
        let (command, facts) = only
            .map(|only| (only.command, only.facts))
            .unwrap_or_default();
        if let Some(command) = command {
            if self.in_order().await? {
                let statement = Statement::Ours(Arc::new(command));
                self.client.statements.insert(name.to_owned(), statement);
                self.reply().plain(b'1');
            }
            return Ok(());
        }
        if self.client.phase == Phase::Failed {
            return self.refuse_in_order(&refusals::aborted()).await;
        }
        if !self.ready_to_send().await? {
            return Ok(());
        }
        let prepared = Prepared {
            name: self.session.new_statement(),
            sql: text.to_owned(),
            facts,
        };
        let changed = self.with_own_names(text, 0, &prepared.facts.marks);
        self.send(b'P', &[&prepared.name, &changed], fields.0);
        self.session
            .expected
            .push_back(Expect::Parse(name.to_owned()));
        self.client
            .statements
            .insert(name.to_owned(), Statement::Theirs(prepared.into()));
        Ok(())
    }

    async fn bind(&mut self, fields: &mut Fields<'_>) -> Result<(), Broken> {
        let (Ok(portal), Ok(name)) = (fields.text(), fields.text()) else {
            return self.refuse_in_order(&refusals::not_utf8()).await;
        };
        if portal.is_empty() {
            self.drop_portal(portal);
        } else if self.client.portals.contains_key(portal) {
            return self.refuse_in_order(&refusals::portal_exists(portal)).await;
        }
        match self.client.statements.get(name).cloned() {
            None => self.refuse_in_order(&refusals::no_statement(name)).await,
            Some(Statement::Ours(command)) => {
                if self.in_order().await? {
                    self.client
                        .portals
                        .insert(portal.to_owned(), Portal::Ours(command));
                    self.reply().plain(b'2');
                }
                Ok(())
            }
            Some(Statement::Theirs(prepared)) => self.bind_theirs(portal, prepared, fields.0).await,
        }
    }

    async fn bind_theirs(
        &mut self,
        portal: &str,
        prepared: Arc<Prepared>,
        rest: &[u8],
    ) -> Result<(), Broken> {
        if self.client.phase == Phase::Failed {
            return self.refuse_in_order(&refusals::aborted()).await;
        }
        if !self.ready_to_send().await? {
            return Ok(());
        }
        self.bound = true;
        let own = self.session.new_portal();
        self.send(b'B', &[&own, &prepared.name], rest);
        self.session
            .expected
            .push_back(Expect::Bind(portal.to_owned()));
        self.client
            .portals
            .insert(portal.to_owned(), Portal::Theirs(own, prepared));
        Ok(())
    }

    async fn describe(&mut self, fields: &mut Fields<'_>) -> Result<(), Broken> {
        let (Ok(kind), Ok(name)) = (fields.byte(), fields.text()) else {
            return self.refuse_in_order(&refusals::not_utf8()).await;
        };
        let own = match (
            kind,
            self.client.statements.get(name),
            self.client.portals.get(name),
        ) {
            (b'S', None, _) => return self.refuse_in_order(&refusals::no_statement(name)).await,
            (b'S', Some(Statement::Ours(_)), _) | (b'P', _, Some(Portal::Ours(_))) => None,
            (b'S', Some(Statement::Theirs(prepared)), _) => Some(prepared.name.clone()),
            (_, _, Some(Portal::Theirs(own, _) | Portal::Cursor { name: own, .. })) => {
                Some(own.clone())
            }
            _ => return self.refuse_in_order(&refusals::no_portal(name)).await,
        };
        if let Some(own) = own {
            if self.ready_to_send().await? {
                self.send(b'D', &[&format!("{}{own}", char::from(kind))], &[]);
                self.session.expected.push_back(Expect::Describe);
            }
        } else if self.in_order().await? {
            if kind == b'S' {
                self.reply().no_parameters();
            }
            self.reply().plain(b'n');
        }
        Ok(())
    }

    async fn execute(&mut self, fields: &mut Fields<'_>) -> Result<(), Broken> {
        let Ok(name) = fields.text() else {
            return self.refuse_in_order(&refusals::not_utf8()).await;
        };
        let (own, prepared) = match self.client.portals.get(name).cloned() {
            None => return self.refuse_in_order(&refusals::no_portal(name)).await,
            Some(Portal::Ours(command)) => return self.execute_ours(&command).await,
            Some(Portal::Theirs(own, prepared)) => (own, prepared),
            Some(Portal::Cursor { name: own, .. }) => (own, Arc::default()),
        };
        if let Some(refusal) = self.objection(&prepared.facts, true) {
            return self.refuse_in_order(&refusal).await;
        }
        if self.ready_to_send().await? {
            self.send(b'E', &[&own], fields.0);
            self.session.expected.push_back(Expect::Execute(prepared));
            self.session.stack.note(Effect::Maybe);
        }
        Ok(())
    }

    async fn execute_ours(&mut self, command: &Command) -> Result<(), Broken> {
        self.bound = true;
        if self.in_order().await? {
            self.read_called_settings().await?;
            self.command(command).await?;
        }
        Ok(())
    }

    async fn close(&mut self, fields: &mut Fields<'_>) -> Result<(), Broken> {
        let (Ok(kind), Ok(name)) = (fields.byte(), fields.text()) else {
            return self.refuse_in_order(&refusals::not_utf8()).await;
        };
        if kind == b'S' {
            self.forget(name);
        } else {
            self.drop_portal(name);
        }
        if self.session.expected.is_empty() {
            self.reply().plain(b'3');
        } else {
            // What was queued is closed in its place among the other answers.
            self.send(b'C', &[&format!("{}{NOTHING}", char::from(kind))], &[]);
            self.session
                .expected
                .push_back(Expect::Close { shown: true });
        }
        Ok(())
    }

    fn drop_portal(&mut self, name: &str) {
        if let Some(Portal::Theirs(own, _) | Portal::Cursor { name: own, .. }) =
            self.client.portals.remove(name)
        {
            self.session.close_later(b'P', own);
        }
    }

    /// Sends a message that begins with these texts.
    fn send(&mut self, kind: u8, texts: &[&str], rest: &[u8]) {
        let length: usize = texts.iter().map(|text| text.len() + 1).sum();
        let buffer = &mut self.session.wire.outgoing;
        buffer.put_u8(kind);
        // A message of the client is never longer than a gibibyte.
        buffer.put_u32(u32::try_from(4 + length + rest.len()).unwrap_or(u32::MAX));
        for text in texts {
            buffer.put_slice(text.as_bytes());
            buffer.put_u8(0);
        }
        buffer.put_slice(rest);
    }
}
