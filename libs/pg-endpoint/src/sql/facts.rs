//! What matters about statements that the server carries out, in a session that
//! others share.

use std::ops::Range;

use super::command::says;
use super::token::{Kind, Token};

/// What matters about a statement that the server carries out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The settings of the session that it changes.
    pub(crate) settings: Vec<Setting>,
    /// Names of prepared statements and cursors in it.
    pub(crate) marks: Vec<Mark>,
    /// It asks for locks in a way that shows whether others hold them, which
    /// they do not within one session.
    pub(crate) lock: Option<Lock>,
    /// It is an error outside of a transaction, by this name.
    pub(crate) block: Option<&'static str>,
    /// Session-level advisory locks that it takes, less those it gives back.
    pub(crate) advisory: i32,
    /// It calls for what cannot work here, by this name.
    pub(crate) impossible: Option<&'static str>,
}

impl Facts {
    /// Whether it can be sent together with its neighbours.
    pub(crate) fn is_plain(&self) -> bool {
        self == &Self::default()
    }
}

/// A way to ask for locks that shows whether they are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Of rows or tables, with these words.
    Rows(&'static str),
    Advisory,
}

/// A change of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) scope: Scope,
    /// It is changed by calling `set_config`, so that the value need not stand
    /// in the statement.
    pub(crate) called: bool,
}

impl Setting {
    pub(super) fn new(name: String, scope: Scope) -> Self {
        let called = false;
        Self {
            name,
            scope,
            called,
        }
    }
}

/// How long a setting holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Session,
    /// Until the transaction ends.
    Transaction,
    /// It is given up, from now on.
    Reset,
}

/// A name that belongs to one client although the session is shared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) at: Range<usize>,
    pub(crate) name: String,
    /// A cursor; otherwise it is a prepared statement.
    pub(crate) cursor: bool,
    /// The statement makes it.
    pub(crate) made: bool,
    /// It is made to outlive its transaction.
    pub(crate) held: bool,
}

/// Notes what the tokens of a statement, of which this is the first, tell.
pub(super) fn gather(first: &str, tokens: &[Token<'_>], facts: &mut Facts) {
    facts.marks = marks(first, tokens);
    (facts.lock, facts.advisory) = locks(tokens);
    facts.settings.extend(calls(tokens));
    facts.impossible = if defines(first) {
        None
    } else if notifies(tokens) {
        Some("pg_notify()")
    } else {
        isolates(tokens).then_some("this isolation level")
    };
    facts.block = match first {
        "declare" if !facts.marks.iter().any(|mark| mark.held) => Some("DECLARE CURSOR"),
        "lock" => Some("LOCK TABLE"),
        _ => None,
    };
}

/// Whether a statement that begins so only names functions, without calling them.
fn defines(first: &str) -> bool {
    let verbs = ["create", "alter", "drop", "grant", "revoke", "comment"];
    verbs.contains(&first)
}

fn notifies(tokens: &[Token<'_>]) -> bool {
    (0..tokens.len())
        .any(|at| is_call(tokens, at) && tokens[at].name().is_some_and(|name| name == "pg_notify"))
}

/// Whether `set_config` is called for an isolation level that the shared transaction
/// does not have.
fn isolates(tokens: &[Token<'_>]) -> bool {
    (0..tokens.len()).any(|at| {
        let called = tokens[at].is("set_config") && is_call(tokens, at);
        let argument = |number: usize| tokens.get(at + 2 * number).and_then(Token::content);
        called
            && argument(1).is_some_and(|name| is_isolation(&name))
            && argument(2).is_some_and(|level| is_stricter(&level))
    })
}

/// Whether this setting is an isolation level.
pub(crate) fn is_isolation(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with("transaction_isolation")
}

/// Whether an isolation level is above READ COMMITTED.
pub(crate) fn is_stricter(level: &str) -> bool {
    let level = level.trim_matches(['\'', '"', ' ']).to_ascii_lowercase();
    level == "serializable" || level.starts_with("repeatable")
}

/// The names in a statement that are private to a client.
fn marks(first: &str, tokens: &[Token<'_>]) -> Vec<Mark> {
    let one = |token: Option<&Token<'_>>, cursor, made| -> Vec<Mark> {
        let found = token.and_then(|token| Some((token, token.name()?)));
        let mark = |(token, name): (&Token<'_>, String)| Mark {
            at: token.at.clone(),
            name,
            cursor,
            made,
            held: made && follow(tokens, &["with", "hold"]).is_some(),
        };
        found.map(mark).into_iter().collect()
    };
    match first {
        "prepare" => one(tokens.get(1), false, true),
        "execute" => one(tokens.get(1), false, false),
        "declare" => one(tokens.get(1), true, true),
        "fetch" | "move" => one(tokens.last().filter(|_| tokens.len() > 1), true, false),
        "close" => one(tokens.get(1), true, false),
        "explain" | "create" => one(follow(tokens, &["execute"]), false, false),
        "update" | "delete" => one(follow(tokens, &["current", "of"]), true, false),
        _ => Vec::new(),
    }
}

/// The token after these words, wherever they stand.
fn follow<'a, 'b>(tokens: &'a [Token<'b>], words: &[&str]) -> Option<&'a Token<'b>> {
    let start = (0..tokens.len()).find(|&start| says(&tokens[start..], words))?;
    tokens
        .get(start + words.len())
        .filter(|token| !token.is("function") && !token.is("procedure"))
}

/// How a statement tells whether somebody else holds a lock, and how many
/// session-level advisory locks it takes (or, below zero, gives back).
fn locks(tokens: &[Token<'_>]) -> (Option<Lock>, i32) {
    let (mut lock, mut taken) = (None, 0);
    for (position, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Word {
            continue;
        }
        if says(&tokens[position..], &["skip", "locked"]) {
            lock = Some(Lock::Rows("SKIP LOCKED"));
        } else if token.is("nowait") {
            lock = Some(Lock::Rows("NOWAIT"));
        } else if is_call(tokens, position) {
            let called = token.text.to_ascii_lowercase();
            let name = called.trim_end_matches("_shared").replace("_try_", "_");
            match name.as_str() {
                "pg_advisory_lock" => taken += 1,
                "pg_advisory_unlock" => taken -= 1,
                // More than anybody has.
                "pg_advisory_unlock_all" => taken = i32::MIN,
                _ => {}
            }
            if matches!(name.as_str(), "pg_advisory_lock" | "pg_advisory_xact_lock") {
                lock = lock.or(Some(Lock::Advisory));
            }
        }
    }
    (lock, taken)
}

fn is_call(tokens: &[Token<'_>], position: usize) -> bool {
    tokens
        .get(position + 1)
        .is_some_and(|next| next.is_sign(b'('))
}

/// The settings that are changed by calls of `set_config('name', value, local)`.
/// A name that is no plain text cannot be known here.
fn calls(tokens: &[Token<'_>]) -> Vec<Setting> {
    let starts = (0..tokens.len()).filter(|&at| tokens[at].is("set_config") && is_call(tokens, at));
    let call = |start: usize| {
        let arguments = &tokens[start + 2..];
        let name = arguments.first()?.content()?.to_ascii_lowercase();
        let local = last_argument(arguments)?;
        let scope = if local.is("false") {
            Scope::Session
        } else {
            Scope::Transaction
        };
        let called = true;
        Some(Setting {
            name,
            scope,
            called,
        })
    };
    starts.filter_map(call).collect()
}

/// The token before the parenthesis that closes a call.
fn last_argument<'a, 'b>(arguments: &'a [Token<'b>]) -> Option<&'a Token<'b>> {
    let mut depth = 0;
    let end = arguments.iter().position(|token| {
        depth += i32::from(token.is_sign(b'(')) - i32::from(token.is_sign(b')'));
        depth < 0
    });
    arguments.get(end?.checked_sub(1)?)
}
