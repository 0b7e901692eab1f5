//! Statements that concern the transaction or the session as a whole: they are
//! carried out for their client alone.

use super::client::Phase;
use super::refusals;
use super::turn::Turn;
use crate::sql::Command;
use crate::wire::{Broken, Refusal, Severity};

impl Turn<'_, '_> {
    /// Carries out a command and answers it.
    pub(super) async fn command(&mut self, command: &Command) -> Result<(), Broken> {
        let ends = matches!(
            command,
            Command::Commit { .. } | Command::Rollback { .. } | Command::RollbackTo(_)
        );
        if self.client.phase == Phase::Failed && !ends {
            self.refuse(&refusals::aborted());
            return Ok(());
        }
        match command {
            Command::Begin { read_only } => self.begin(*read_only),
            Command::Commit { chain } => self.end_block(true, *chain).await?,
            Command::Rollback { chain } => self.end_block(false, *chain).await?,
            Command::Savepoint(name) => self.savepoint(name),
            Command::Release(name) => self.release(name),
            Command::RollbackTo(name) => self.rollback_to(name).await?,
            Command::Access { read_only } => self.access(*read_only),
            Command::Impossible(what) => {
                let refusal = refusals::impossible(what, &self.session.instead);
                self.refuse(&refusal);
            }
            other => self.clear(other),
        }
        Ok(())
    }

    /// Carries out what clears part of the client's session.
    fn clear(&mut self, command: &Command) {
        let tag = match command {
            Command::Deallocate(name) if !self.forget(name) => {
                self.refuse(&refusals::no_statement(name));
                return;
            }
            Command::Deallocate(_) => "DEALLOCATE",
            Command::DeallocateAll => {
                self.deallocate_all();
                "DEALLOCATE ALL"
            }
            Command::CloseAll => {
                self.close_portals();
                "CLOSE CURSOR ALL"
            }
            Command::ResetAll => {
                self.reset_all();
                "RESET"
            }
            Command::DiscardAll => {
                self.close_portals();
                self.deallocate_all();
                self.reset_all();
                "DISCARD ALL"
            }
            // Nobody listens: there is nothing to end.
            _ => "UNLISTEN",
        };
        self.reply().complete(tag);
    }

    fn reset_all(&mut self) {
        let level = self.client.level();
        self.client.settings.note_reset_all(level);
        self.entered = false;
        if self.client.phase == Phase::Idle {
            // So it is undone if the request fails later on.
            self.client.phase = Phase::Implicit;
        }
    }

    fn deallocate_all(&mut self) {
        let names: Vec<String> = self.client.statements.keys().cloned().collect();
        for name in names {
            self.forget(&name);
        }
    }

    fn begin(&mut self, read_only: Option<bool>) {
        if self.client.phase == Phase::Block {
            self.warn("25001", "there is already a transaction in progress");
        }
        self.client.phase = Phase::Block;
        self.set_read_only(read_only.unwrap_or(self.client.read_only));
        self.reply().complete("BEGIN");
    }

    fn access(&mut self, read_only: bool) {
        if self.client.phase == Phase::Block {
            self.set_read_only(read_only);
        } else {
            self.warn(
                "25P01",
                "SET TRANSACTION can only be used in transaction blocks",
            );
        }
        self.reply().complete("SET");
    }

    fn set_read_only(&mut self, read_only: bool) {
        if self.client.read_only != read_only {
            self.client.read_only = read_only;
            self.entered = false;
        }
    }

    /// COMMIT or ROLLBACK. A failed block is rolled back either way.
    async fn end_block(&mut self, commit: bool, chain: bool) -> Result<(), Broken> {
        let phase = self.client.phase;
        // A failure outside of savepoints has given up being read-only.
        let lasting = phase != Phase::Failed || !self.client.savepoints.is_empty();
        let read_only = self.client.read_only && lasting;
        if matches!(phase, Phase::Idle | Phase::Implicit) {
            if chain {
                let what = if commit {
                    "COMMIT AND CHAIN"
                } else {
                    "ROLLBACK AND CHAIN"
                };
                self.refuse(&refusals::only_in_block(what));
                return Ok(());
            }
            self.warn("25P01", "there is no transaction in progress");
        }
        let committed = commit && phase != Phase::Failed;
        if committed {
            if let Some(error) = self.commit().await? {
                self.pass_on_error(&error);
                return Ok(());
            }
        } else {
            self.undo(0).await?;
            if let Some(refusal) = self.session.spoiled.clone() {
                self.refuse(&refusal);
                return Ok(());
            }
            self.leave_transaction();
        }
        if chain {
            self.client.phase = Phase::Block;
            self.client.read_only = read_only;
        }
        self.reply()
            .complete(if committed { "COMMIT" } else { "ROLLBACK" });
        Ok(())
    }

    fn savepoint(&mut self, name: &str) {
        if self.client.phase != Phase::Block {
            return self.refuse(&refusals::only_in_block("SAVEPOINT"));
        }
        self.client.savepoints.push(name.to_owned());
        self.entered = false;
        self.reply().complete("SAVEPOINT");
    }

    fn release(&mut self, name: &str) {
        match self.find_savepoint("RELEASE SAVEPOINT", name) {
            Ok(position) => {
                let joined = self.session.stack.join(self.client.id, position + 1);
                self.session.queue(joined);
                self.client.settings.join(position + 1);
                self.client.savepoints.truncate(position);
                self.entered = false;
                self.reply().complete("RELEASE");
            }
            Err(refusal) => self.refuse(&refusal),
        }
    }

    async fn rollback_to(&mut self, name: &str) -> Result<(), Broken> {
        let position = match self.find_savepoint("ROLLBACK TO SAVEPOINT", name) {
            Ok(position) => position,
            Err(refusal) => {
                self.refuse(&refusal);
                return Ok(());
            }
        };
        self.undo(position + 1).await?;
        if let Some(refusal) = self.session.spoiled.clone() {
            self.refuse(&refusal);
            return Ok(());
        }
        self.client.savepoints.truncate(position + 1);
        self.client.phase = Phase::Block;
        self.reply().complete("ROLLBACK");
        Ok(())
    }

    /// The position of the client's last savepoint of this name.
    fn find_savepoint(&self, what: &str, name: &str) -> Result<usize, Refusal> {
        if matches!(self.client.phase, Phase::Idle | Phase::Implicit) {
            return Err(refusals::only_in_block(what));
        }
        let found = self.client.savepoints.iter().rposition(|own| own == name);
        found.ok_or_else(|| refusals::no_savepoint(name))
    }

    fn warn(&mut self, code: &'static str, message: &str) {
        let warning = Refusal::new(Severity::Warning, code, message);
        self.reply().refuse(&warning);
    }
}
