//! A client's side of a shared session.

use std::collections::HashMap;
use std::sync::Arc;

use super::session::Prepared;
use super::settings::Settings;
use super::stack::ClientId;
use crate::sql::Command;
use crate::wire::{Startup, Wire};

/// Where a client is in a transaction, as it sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    /// In the transaction that every request outside of one is by itself.
    Implicit,
    /// After BEGIN.
    Block,
    /// After BEGIN and a failure; it can only roll back.
    Failed,
}

/// A prepared statement.
#[derive(Clone)]
pub(super) enum Statement {
    Ours(Arc<Command>),
    Theirs(Arc<Prepared>),
}

/// A portal or cursor.
#[derive(Clone)]
pub(super) enum Portal {
    Ours(Arc<Command>),
    /// Its name on the server, and what it executes.
    Theirs(String, Arc<Prepared>),
    /// Declared in SQL, with its name on the server. It may outlive its
    /// transaction.
    Cursor {
        name: String,
        held: bool,
    },
}

/// One client.
pub(super) struct Client<'a> {
    pub(super) wire: &'a mut Wire,
    pub(super) id: ClientId,
    pub(super) phase: Phase,
    /// Its transaction may not write.
    pub(super) read_only: bool,
    /// The names of the savepoints of its transaction.
    pub(super) savepoints: Vec<String>,
    pub(super) statements: HashMap<String, Statement>,
    pub(super) portals: HashMap<String, Portal>,
    pub(super) settings: Settings,
}

impl<'a> Client<'a> {
    pub(super) fn new(wire: &'a mut Wire, id: ClientId, startup: &Startup) -> Self {
        Self {
            wire,
            id,
            phase: Phase::Idle,
            read_only: false,
            savepoints: Vec::new(),
            statements: HashMap::new(),
            portals: HashMap::new(),
            settings: Settings::new(startup),
        }
    }

    /// The letter in `ReadyForQuery`.
    pub(super) fn status(&self) -> u8 {
        match self.phase {
            Phase::Idle | Phase::Implicit => b'I',
            Phase::Block => b'T',
            Phase::Failed => b'E',
        }
    }

    /// The level on its pile that its next statement belongs to.
    pub(super) fn level(&self) -> usize {
        self.savepoints.len()
    }
}
