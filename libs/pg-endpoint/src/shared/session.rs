//! The server's side of a shared session.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io;
use std::sync::Arc;

use postgres_protocol::message::frontend;

use super::refusals;
use super::stack::{ClientId, Stack};
use crate::databases::BoxError;
use crate::sql::Facts;
use crate::upstream::{self, Upstream};
use crate::wire::{Fields, Message, Refusal, Wire};

/// The transaction that is never committed.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;";

/// The first letters of the server's names of statements and portals.
const STATEMENT: char = 's';
const PORTAL: char = 'p';

/// What the server's next answer belongs to.
pub(super) enum Expect {
    /// A query of our own, of which the client sees nothing.
    Own,
    /// A client's simple query.
    Query,
    /// The making of the client's prepared statement of this name.
    Parse(String),
    /// The making of the client's portal of this name.
    Bind(String),
    Describe,
    /// A `Close`, and whether it is the client's.
    Close {
        shown: bool,
    },
    Execute(Arc<Prepared>),
    Sync,
}

/// A statement that the server has prepared for a client.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Its name on the server.
    pub(super) name: String,
    pub(super) sql: String,
    pub(super) facts: Facts,
}

/// The session, which belongs to one client at a time.
pub(crate) struct Session {
    pub(super) wire: Wire,
    pub(super) stack: Stack,
    pub(super) expected: VecDeque<Expect>,
    /// Messages were sent that a `Sync` has to follow.
    pub(super) unsynced: bool,
    /// The server waits for the client's data of a COPY.
    pub(super) copying: bool,
    /// The settings in effect, as SQL; `None` if that is not known.
    pub(super) applied: Option<String>,
    /// What the server said about itself and the settings in effect.
    pub(super) parameters: BTreeMap<String, String>,
    /// Whether there are constraints that can be deferred, if that is known.
    pub(super) deferrable: Option<bool>,
    /// Tables or the like were changed.
    pub(super) redefined: bool,
    /// Who holds session-level advisory locks, and how many.
    pub(super) advisory: Option<(ClientId, i32)>,
    /// Who may hold advisory locks until the end of a transaction.
    pub(super) advisory_blocks: BTreeSet<ClientId>,
    /// Why nobody can go on: what a client sees would be wrong.
    pub(super) spoiled: Option<Refusal>,
    /// How a test gets clone mode, for hints.
    pub(super) instead: String,
    /// SQL to run before anything else.
    pending: String,
    /// Statements (`S`) and portals (`P`) to close before anything else.
    closing: Vec<(u8, String)>,
    names: u64,
}

impl Session {
    pub(super) async fn begin(upstream: Upstream, instead: String) -> Result<Self, BoxError> {
        let mut session = Self {
            wire: upstream.wire,
            stack: Stack::default(),
            expected: VecDeque::new(),
            unsynced: false,
            copying: false,
            applied: Some(String::new()),
            parameters: upstream.parameters.into_iter().collect(),
            deferrable: None,
            redefined: false,
            advisory: None,
            advisory_blocks: BTreeSet::new(),
            spoiled: None,
            instead,
            pending: String::new(),
            closing: Vec::new(),
            names: 0,
        };
        match session.run(BEGIN).await? {
            Ok(_) => Ok(session),
            Err(refusal) => Err(refusal.text_of_error().into()),
        }
    }

    /// Queues SQL, which is run before whatever is sent next.
    pub(super) fn queue(&mut self, sql: Option<String>) {
        self.pending.extend(sql);
    }

    /// Queues the closing of a statement (`S`) or portal (`P`).
    pub(super) fn close_later(&mut self, kind: u8, name: String) {
        self.closing.push((kind, name));
    }

    /// Puts what is queued into the buffer.
    pub(super) fn send_queued(&mut self) -> io::Result<()> {
        for (kind, name) in self.closing.drain(..) {
            frontend::close(kind, &name, &mut self.wire.outgoing)?;
            self.expected.push_back(Expect::Close { shown: false });
        }
        if !self.pending.is_empty() {
            frontend::query(&self.pending, &mut self.wire.outgoing)?;
            self.expected.push_back(Expect::Own);
            self.pending.clear();
        }
        Ok(())
    }

    /// Runs SQL of our own, when no answer is outstanding. Returns the first
    /// value, if there is one, or the error.
    pub(super) async fn run(&mut self, sql: &str) -> io::Result<Result<Option<String>, Message>> {
        self.pending.push_str(sql);
        self.send_queued()?;
        let (mut value, mut error) = (None, None);
        while !self.expected.is_empty() {
            let message = self.wire.next().await?;
            match message.kind() {
                b'Z' | b'3' => drop(self.expected.pop_front()),
                b'S' => self.note_parameter(&message)?,
                b'D' if value.is_none() => value = first_value(&message),
                b'E' if error.is_none() => error = Some(message),
                _ => {}
            }
        }
        Ok(error.map_or(Ok(value), Err))
    }

    pub(super) fn note_parameter(&mut self, message: &Message) -> io::Result<()> {
        let mut fields = Fields(message.body());
        let (name, value) = (fields.text()?.to_owned(), fields.text()?.to_owned());
        self.parameters.insert(name, value);
        Ok(())
    }

    pub(super) fn new_statement(&mut self) -> String {
        self.new_name(STATEMENT)
    }

    pub(super) fn new_portal(&mut self) -> String {
        self.new_name(PORTAL)
    }

    fn new_name(&mut self, first: char) -> String {
        self.names += 1;
        format!("testbed_{first}{}", self.names)
    }

    /// Lets nobody go on, for this reason. The first one stays.
    pub(super) fn spoil(&mut self, refusal: Refusal) {
        self.spoiled.get_or_insert(refusal);
    }

    /// Spoils the session because the server is gone.
    pub(super) fn lose(&mut self, error: &io::Error) {
        self.spoil(refusals::lost(error));
    }

    /// Undoes everything, forgets all that clients have set or prepared, and
    /// gives the connection away with what the server says about itself; `None`
    /// if it is in any other state than between two turns.
    pub(super) async fn reset(&mut self) -> Option<(Wire, Vec<(String, String)>)> {
        let busy = self.unsynced || self.copying || !self.expected.is_empty();
        if busy || self.spoiled.is_some() {
            return None;
        }
        self.pending.clear();
        self.closing.clear();
        // Apart: the second must not be in a transaction.
        for undo in ["ROLLBACK;", "DISCARD ALL;"] {
            self.run(undo).await.ok()?.ok()?;
        }
        self.spoil(refusals::closed());
        let parameters = std::mem::take(&mut self.parameters);
        let wire = std::mem::replace(&mut self.wire, Wire::ended());
        Some((wire, parameters.into_iter().collect()))
    }

    pub(super) async fn close(&mut self) {
        self.spoil(refusals::closed());
        upstream::leave(&mut self.wire).await;
    }
}

/// The first column of a row, as text.
fn first_value(row: &Message) -> Option<String> {
    let (length, rest) = row.body().get(2..)?.split_first_chunk()?;
    let length = usize::try_from(i32::from_be_bytes(*length)).ok()?;
    String::from_utf8(rest.get(..length)?.to_vec()).ok()
}
