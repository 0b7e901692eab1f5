//! What the server says during a client's turn.

use super::client::Phase;
use super::refusals;
use super::session::Expect;
use super::stack::Effect;
use super::turn::{Hold, Turn};
use crate::sql::{Facts, Lock};
use crate::wire::{Broken, Fields, Message, with_hint};

impl Turn<'_, '_> {
    /// Takes in a message of the server and passes it on if it is the client's.
    pub(super) fn hear(&mut self, message: &Message) -> Result<(), Broken> {
        let own = matches!(self.session.expected.front(), Some(Expect::Own));
        match message.kind() {
            b'E' => self.hear_error(message),
            b'Z' => self.hear_ready(message),
            b'S' => {
                self.session
                    .note_parameter(message)
                    .map_err(Broken::Server)?;
                if !own {
                    self.pass_on(message);
                }
            }
            // Nobody can listen in this mode.
            b'A' => {}
            _ if own => {}
            b'C' => self.hear_complete(message),
            b'G' => self.hear_copy_in(message),
            b'3' => {
                if let Some(Expect::Close { shown: true }) = self.session.expected.pop_front() {
                    self.pass_on(message);
                }
            }
            kind => {
                self.pass_on(message);
                if self.answers(kind) {
                    self.session.expected.pop_front();
                }
            }
        }
        Ok(())
    }

    /// Whether a message of this kind is the last answer to what is expected.
    fn answers(&self, kind: u8) -> bool {
        match self.session.expected.front() {
            Some(Expect::Parse(_)) => kind == b'1',
            Some(Expect::Bind(_)) => kind == b'2',
            Some(Expect::Describe) => matches!(kind, b'T' | b'n'),
            Some(Expect::Execute(_)) => matches!(kind, b's' | b'I'),
            _ => false,
        }
    }

    /// Passes a message on, after what was held back before it. The end of a
    /// statement may be held back itself.
    fn pass_on(&mut self, message: &Message) {
        if let Hold::Holds(held) = &self.hold {
            self.client.wire.outgoing.extend_from_slice(held.bytes());
            self.hold = Hold::On;
        }
        if matches!(self.hold, Hold::On) && message.kind() == b'C' {
            self.hold = Hold::Holds(message.clone());
        } else {
            self.client.wire.outgoing.extend_from_slice(message.bytes());
        }
    }

    /// Passes on an error, with the mode to use if the mode is why.
    pub(super) fn pass_on_error(&mut self, error: &Message) {
        let instead = &self.session.instead;
        let hint = |code: &str| refusals::hint(code, instead);
        with_hint(&mut self.client.wire.outgoing, error, hint);
        self.failed = true;
    }

    fn hear_error(&mut self, error: &Message) {
        self.session.copying = false;
        match self.session.expected.front() {
            Some(Expect::Own) => {
                let refusal = refusals::unprepared(error.text_of_error());
                self.session.spoil(refusal);
                return;
            }
            // After an error nothing is answered up to the `Sync`.
            Some(Expect::Query) | None => {}
            Some(_) => self.drop_expected(),
        }
        if let Some(held) = self.hold.end() {
            self.client.wire.outgoing.extend_from_slice(held.bytes());
        }
        self.pass_on_error(error);
    }

    /// Gives up on answers that will not come, and on what they were about.
    fn drop_expected(&mut self) {
        while let Some(next) = self
            .session
            .expected
            .pop_front_if(|next| !matches!(next, Expect::Sync))
        {
            match next {
                Expect::Parse(name) => drop(self.client.statements.remove(&name)),
                Expect::Bind(name) => drop(self.client.portals.remove(&name)),
                _ => {}
            }
        }
    }

    fn hear_ready(&mut self, message: &Message) {
        if message.body() == b"I" {
            let refusal = refusals::ended(&self.session.instead);
            self.session.spoil(refusal);
        }
        if let Some(Expect::Own) = self.session.expected.pop_front() {
            // From here on it is the client's statement that is running.
            self.shared.runs(self.client.id);
        }
    }

    fn hear_copy_in(&mut self, message: &Message) {
        self.pass_on(message);
        self.session.copying = true;
        // The server ignores a `Sync` that came before the data; the client
        // sends another one after them.
        if let Some(Expect::Sync) = self.session.expected.back() {
            self.session.expected.pop_back();
        }
    }

    fn hear_complete(&mut self, message: &Message) {
        let tag = Fields(message.body()).text().unwrap_or_default();
        self.session.stack.note(effect(tag));
        if redefines(tag) {
            self.session.redefined = true;
            self.session.deferrable = None;
        }
        self.pass_on(message);
        if let Some(Expect::Execute(prepared)) = self.session.expected.pop_front_if(is_execute) {
            self.note_facts(&prepared.facts, &prepared.sql);
        }
    }

    /// Notes what a statement that succeeded has changed for its client.
    pub(super) fn note_facts(&mut self, facts: &Facts, sql: &str) {
        for setting in &facts.settings {
            if setting.called {
                self.called.push(setting.clone());
            } else {
                self.note_setting(setting, &format!("{sql};"));
            }
        }
        if facts.lock.is_some() {
            self.session.stack.note(Effect::Sure);
        }
        if facts.lock == Some(Lock::Advisory) && self.client.phase == Phase::Block {
            self.session.advisory_blocks.insert(self.client.id);
        }
        if facts.advisory != 0 {
            let held = self.session.advisory.map_or(0, |(_, held)| held);
            let held = held.saturating_add(facts.advisory);
            self.session.advisory = (held > 0).then_some((self.client.id, held));
        }
    }
}

fn is_execute(next: &mut Expect) -> bool {
    matches!(next, Expect::Execute(_))
}

/// What the tag of a statement says about its having written.
fn effect(tag: &str) -> Effect {
    let mut words = tag.split(' ');
    let verb = words.next().unwrap_or_default();
    let count = words.next_back().unwrap_or("0");
    match verb {
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" if count != "0" => Effect::Sure,
        // A cursor is gone after a rollback, though nothing is written.
        "DECLARE" => Effect::Sure,
        _ => Effect::Maybe,
    }
}

/// Whether a statement with this tag may have made or changed constraints.
fn redefines(tag: &str) -> bool {
    ["CREATE", "ALTER", "DROP", "DO", "CALL"]
        .iter()
        .any(|verb| tag.starts_with(verb))
}
