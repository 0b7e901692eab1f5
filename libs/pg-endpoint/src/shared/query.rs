//! Simple queries: SQL text with one statement or several.

use std::ops::Range;
use std::sync::Arc;

use postgres_protocol::message::frontend;

use super::client::{Phase, Portal, Statement};
use super::refusals;
use super::session::{Expect, Prepared};
use super::stack::Effect;
use super::turn::{Hold, Turn};
use crate::sql::{self, Facts, Lock, Mark};
use crate::wire::{Broken, Fields, Message, Refusal};

impl Turn<'_, '_> {
    /// Carries out a simple query. Its statements are sent to the server in as
    /// few pieces as those between them that are ours to do allow.
    pub(super) async fn query(&mut self, request: &Message) -> Result<(), Broken> {
        let Ok(text) = Fields(request.body()).text() else {
            self.refuse(&refusals::not_utf8());
            return self.finish().await;
        };
        let statements = sql::split(text);
        if statements.is_empty() {
            self.reply().plain(b'I');
        }
        let mut rest = &statements[..];
        while let ([first, ..], false) = (rest, self.failed) {
            let count = together(rest);
            let (piece, after) = rest.split_at(count);
            if let Some(command) = &first.command {
                self.command(command).await?;
            } else {
                let at = first.at.start..piece[count - 1].at.end;
                let single = statements.len() == 1;
                match self.objection(&first.facts, single) {
                    Some(refusal) => self.refuse(&refusal),
                    None => self.piece(text, at, &first.facts, after.is_empty()).await?,
                }
            }
            rest = after;
        }
        self.finish().await
    }

    /// Sends a piece of a script to the server. What stands before it becomes
    /// blank, so that positions in errors stay right.
    async fn piece(
        &mut self,
        text: &str,
        at: Range<usize>,
        facts: &Facts,
        last: bool,
    ) -> Result<(), Broken> {
        self.enter().await?;
        if self.failed {
            return Ok(());
        }
        let may_wait = last && self.session.deferrable != Some(false);
        if may_wait && self.client.phase == Phase::Implicit {
            self.hold = Hold::On;
        }
        let new = |mark: &&Mark| mark.made && self.known_name(mark).is_none();
        let new: Vec<&Mark> = facts.marks.iter().filter(new).collect();
        let mut sql: String = text[..at.start]
            .chars()
            .map(|c| if c == '\n' { c } else { ' ' })
            .collect();
        sql += &self.with_own_names(&text[at.clone()], at.start, &facts.marks);
        frontend::query(&sql, &mut self.session.wire.outgoing).map_err(Broken::Server)?;
        self.session.expected.push_back(Expect::Query);
        self.session.stack.note(Effect::Maybe);
        self.drain().await?;
        if self.failed {
            for mark in new {
                self.unmake(mark);
            }
        } else {
            self.note_facts(facts, &text[at]);
            self.read_called_settings().await?;
        }
        Ok(())
    }

    /// Why a statement cannot be sent to the server now. One that is the single
    /// one of its request is in no transaction block, unless BEGIN came before.
    pub(super) fn objection(&self, facts: &Facts, single: bool) -> Option<Refusal> {
        if self.client.phase == Phase::Failed {
            return Some(refusals::aborted());
        }
        if let Some(what) = facts
            .block
            .filter(|_| single && self.client.phase != Phase::Block)
        {
            return Some(refusals::only_in_block(what));
        }
        let (id, session) = (self.client.id, &*self.session);
        if let Some(what) = facts.impossible {
            return Some(refusals::impossible(what, &session.instead));
        }
        let held_by_another = session.advisory.is_some_and(|(holder, _)| holder != id);
        let (how, wrong) = match facts.lock {
            Some(Lock::Rows(how)) => (how, session.stack.others_have_effects(id)),
            Some(Lock::Advisory) => {
                let in_block = session.advisory_blocks.iter().any(|holder| *holder != id);
                ("an advisory lock", held_by_another || in_block)
            }
            None => (
                "giving advisory locks back",
                facts.advisory != 0 && held_by_another,
            ),
        };
        wrong.then(|| refusals::lock(how, &session.instead))
    }

    /// The SQL with the client's names replaced by those on the server.
    /// `start` is where the SQL stands in the text that the marks refer to.
    pub(super) fn with_own_names(&mut self, sql: &str, start: usize, marks: &[Mark]) -> String {
        let mut changed = sql.to_owned();
        for mark in marks {
            if let Some(name) = self.own_name(mark) {
                changed.replace_range(mark.at.start - start..mark.at.end - start, &name);
            }
        }
        changed
    }

    /// The server's name for what a client names. Names that the client has not
    /// made itself, such as those of a function's cursors, stay as they are.
    fn own_name(&mut self, mark: &Mark) -> Option<String> {
        let known = self.known_name(mark);
        if known.is_some() || !mark.made {
            // If it is made a second time, the server will not have it.
            return known;
        }
        if mark.cursor {
            let (name, held) = (self.session.new_portal(), mark.held);
            let cursor = Portal::Cursor { name, held };
            self.client.portals.insert(mark.name.clone(), cursor);
        } else {
            let name = self.session.new_statement();
            let prepared = Arc::new(Prepared {
                name,
                ..Prepared::default()
            });
            let statement = Statement::Theirs(prepared);
            self.client.statements.insert(mark.name.clone(), statement);
        }
        self.known_name(mark)
    }

    fn known_name(&self, mark: &Mark) -> Option<String> {
        if mark.cursor {
            return match self.client.portals.get(&mark.name)? {
                Portal::Theirs(name, _) | Portal::Cursor { name, .. } => Some(name.clone()),
                Portal::Ours(_) => None,
            };
        }
        match self.client.statements.get(&mark.name)? {
            Statement::Theirs(prepared) => Some(prepared.name.clone()),
            Statement::Ours(_) => None,
        }
    }

    /// Forgets the name of what could not be made.
    fn unmake(&mut self, mark: &Mark) {
        if mark.cursor {
            self.client.portals.remove(&mark.name);
        } else {
            self.client.statements.remove(&mark.name);
        }
    }
}

/// How many statements from the first on can be sent to the server as one.
fn together(statements: &[sql::Statement]) -> usize {
    let plain =
        |statement: &&sql::Statement| statement.command.is_none() && statement.facts.is_plain();
    statements.iter().take_while(plain).count().max(1)
}
