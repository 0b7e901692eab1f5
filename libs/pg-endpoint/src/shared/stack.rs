//! Whose work lies on whose, in a transaction that several clients share.
//!
//! The server knows one pile of savepoints. Each client has a pile of its own:
//! its transaction, and the savepoints in it. Each piece of the server's pile
//! belongs to one level of one client's pile, or to nobody when what is in it
//! is committed, as far as the clients are concerned.
//!
//! A piece is put on lazily, before the first statement for which it is needed.
//! To undo a client's work, the server rolls back to the lowest piece in which
//! that client has done something; this is right if nobody else has done
//! anything since, and otherwise it is a [`Conflict`].

/// Tells clients of one session apart.
pub(crate) type ClientId = u64;

/// What a piece has done that a rollback would undo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effect {
    #[default]
    None,
    /// Statements ran; whether they wrote was not asked yet. No piece is in
    /// doubt under one of another client.
    Maybe,
    Sure,
}

/// The work of others would be undone together with a client's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Conflict;

#[derive(Clone, Debug)]
struct Piece {
    savepoint: u64,
    owner: Option<ClientId>,
    /// Of the owner's pile: 0 is its transaction, 1 its first savepoint.
    level: usize,
    own: Effect,
    /// There is committed work in it, which must not be undone.
    committed: bool,
}

impl Piece {
    fn is_of(&self, client: ClientId, level: usize) -> bool {
        self.owner == Some(client) && self.level >= level
    }
}

/// The server's pile. The methods return the SQL that makes the server follow.
#[derive(Debug, Default)]
pub(crate) struct Stack {
    pieces: Vec<Piece>,
    /// The number of the last savepoint that was made.
    last: u64,
}

impl Stack {
    /// Puts a piece of this client on top, unless there is one that can be used
    /// and no `fresh` one is wanted.
    pub(crate) fn enter(&mut self, client: ClientId, level: usize, fresh: bool) -> Option<String> {
        let usable = |top: &Piece| {
            !fresh && top.owner == Some(client) && top.level == level && !top.committed
        };
        if self.pieces.last().is_some_and(usable) {
            return None;
        }
        self.last += 1;
        self.pieces.push(Piece {
            savepoint: self.last,
            owner: Some(client),
            level,
            own: Effect::None,
            committed: false,
        });
        Some(format!("SAVEPOINT testbed_{};", self.last))
    }

    /// Takes a piece off the top again that was put there for one request and
    /// could not write.
    pub(crate) fn leave(&mut self) -> Option<String> {
        self.pieces.pop().map(|piece| release(piece.savepoint))
    }

    /// Notes what the topmost piece has done.
    pub(crate) fn note(&mut self, effect: Effect) {
        if let Some(top) = self.pieces.last_mut() {
            top.own = top.own.max(effect);
        }
    }

    /// Whether it has to be asked who has written before this client goes on:
    /// there is a doubt, and not all pieces are its own.
    pub(crate) fn in_doubt(&self, client: ClientId) -> bool {
        let doubtful = self.pieces.iter().any(|piece| piece.own == Effect::Maybe);
        doubtful && self.pieces.iter().any(|piece| piece.owner != Some(client))
    }

    /// Ends all doubts: the lowest `written` savepoints have written something,
    /// or one on them has, and those above have not.
    pub(crate) fn settle(&mut self, written: usize) {
        for (position, piece) in self.pieces.iter_mut().enumerate() {
            if piece.own == Effect::Maybe {
                let wrote = position < written;
                piece.own = if wrote { Effect::Sure } else { Effect::None };
            }
        }
    }

    /// Whether this client has done something, as far as is known.
    pub(crate) fn has_effects(&self, client: ClientId) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| piece.owner == Some(client) && piece.own > Effect::None)
    }

    /// Whether another client has something that is not committed.
    pub(crate) fn others_have_effects(&self, client: ClientId) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| {
            piece.owner.is_some_and(|owner| owner != client) && piece.own > Effect::None
        })
    }

    /// Makes all work of a client lasting.
    pub(crate) fn commit(&mut self, client: ClientId) -> Option<String> {
        for piece in self
            .pieces
            .iter_mut()
            .filter(|piece| piece.owner == Some(client))
        {
            piece.owner = None;
            piece.committed |= piece.own > Effect::None;
            piece.own = Effect::None;
        }
        self.release_committed()
    }

    /// Joins a client's levels from this one up to the level below it.
    pub(crate) fn join(&mut self, client: ClientId, level: usize) -> Option<String> {
        for piece in self
            .pieces
            .iter_mut()
            .filter(|piece| piece.is_of(client, level))
        {
            piece.level = level - 1;
        }
        let mut lowest = None;
        while let [.., below, top] = &mut self.pieces[..]
            && below.owner == Some(client)
            && top.owner == Some(client)
            && below.level == top.level
        {
            below.own = below.own.max(top.own);
            below.committed |= top.committed;
            lowest = self.pieces.pop().map(|piece| piece.savepoint);
        }
        lowest.map(release)
    }

    /// Undoes a client's work from this level up. Nothing changes if there is a
    /// conflict.
    pub(crate) fn undo(
        &mut self,
        client: ClientId,
        level: usize,
    ) -> Result<Option<String>, Conflict> {
        let worked = |piece: &Piece| piece.is_of(client, level) && piece.own > Effect::None;
        let mut sql = None;
        if let Some(lowest) = self.pieces.iter().position(worked) {
            let others = |piece: &Piece| piece.own > Effect::None && !piece.is_of(client, level);
            if self.pieces[lowest..]
                .iter()
                .any(|piece| piece.committed || others(piece))
            {
                return Err(Conflict);
            }
            let savepoint = self.pieces[lowest].savepoint;
            self.pieces.truncate(lowest);
            sql = Some(format!(
                "ROLLBACK TO testbed_{savepoint};{}",
                release(savepoint)
            ));
        }
        self.forget(client, level);
        let released = self.release_committed();
        Ok(match (sql, released) {
            (Some(sql), Some(released)) => Some(sql + &released),
            (sql, released) => sql.or(released),
        })
    }

    /// The pieces left from an undone level are empty: those of a transaction
    /// are nobody's any more, those of a savepoint go on.
    fn forget(&mut self, client: ClientId, level: usize) {
        for piece in self
            .pieces
            .iter_mut()
            .filter(|piece| piece.is_of(client, level))
        {
            piece.level = level;
            if level == 0 {
                piece.owner = None;
            }
        }
    }

    /// Takes pieces that are nobody's off the top.
    fn release_committed(&mut self) -> Option<String> {
        let mut lowest = None;
        while let Some(top) = self.pieces.pop_if(|top| top.owner.is_none()) {
            lowest = Some(top.savepoint);
            if let Some(below) = self.pieces.last_mut() {
                below.committed |= top.committed;
            }
        }
        lowest.map(release)
    }
}

fn release(savepoint: u64) -> String {
    format!("RELEASE testbed_{savepoint};")
}

#[cfg(test)]
mod tests;
