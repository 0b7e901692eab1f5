//! What a statement means to a session that others share.

use super::facts::{Facts, Scope, Setting, gather, is_isolation, is_stricter};
use super::token::Token;

/// A statement that the endpoint carries out itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    /// Begins a transaction; says whether it may write, if it says so.
    Begin {
        read_only: Option<bool>,
    },
    Commit {
        chain: bool,
    },
    Rollback {
        chain: bool,
    },
    Savepoint(String),
    Release(String),
    RollbackTo(String),
    /// `SET TRANSACTION READ ONLY` or `READ WRITE`.
    Access {
        read_only: bool,
    },
    ResetAll,
    Deallocate(String),
    DeallocateAll,
    CloseAll,
    DiscardAll,
    Unlisten,
    /// It cannot work here; says what it is.
    Impossible(&'static str),
}

/// Tells what a statement means. It has one token at least.
pub(super) fn understand(tokens: &[Token<'_>]) -> (Option<Command>, Facts) {
    let mut facts = Facts::default();
    let first = tokens[0].text.to_ascii_lowercase();
    let rest = &tokens[1..];
    let command = match first.as_str() {
        "begin" => Some(begin(rest)),
        "start" if says(rest, &["transaction"]) => Some(begin(rest)),
        "commit" | "rollback" if says(rest, &["prepared"]) => Some(two_phase()),
        "commit" | "end" => Some(Command::Commit { chain: chain(rest) }),
        "rollback" | "abort" => Some(rollback(rest)),
        "savepoint" => name(rest).map(Command::Savepoint),
        "release" => name(after(rest, "savepoint")).map(Command::Release),
        "prepare" if says(rest, &["transaction"]) => Some(two_phase()),
        "set" => set(rest, &mut facts),
        "reset" => reset(rest, &mut facts),
        "deallocate" => deallocate(after(rest, "prepare")),
        "close" if says(rest, &["all"]) => Some(Command::CloseAll),
        "discard" if says(rest, &["all"]) => Some(Command::DiscardAll),
        "listen" => Some(Command::Impossible("LISTEN")),
        "notify" => Some(Command::Impossible("NOTIFY")),
        "unlisten" => Some(Command::Unlisten),
        _ => None,
    };
    if command.is_none() {
        gather(&first, tokens, &mut facts);
    }
    (command, facts)
}

/// Whether the tokens begin with these words.
pub(super) fn says(tokens: &[Token<'_>], words: &[&str]) -> bool {
    tokens.len() >= words.len() && words.iter().zip(tokens).all(|(word, token)| token.is(word))
}

/// What follows `word`, if it is there.
fn after<'a, 'b>(tokens: &'a [Token<'b>], word: &str) -> &'a [Token<'b>] {
    if says(tokens, &[word]) {
        &tokens[1..]
    } else {
        tokens
    }
}

fn name(tokens: &[Token<'_>]) -> Option<String> {
    tokens.first()?.name()
}

fn two_phase() -> Command {
    Command::Impossible("a prepared transaction")
}

fn begin(modes: &[Token<'_>]) -> Command {
    if stricter(modes) {
        return Command::Impossible("this isolation level");
    }
    Command::Begin {
        read_only: access(modes),
    }
}

/// Whether an isolation level above READ COMMITTED is meant.
fn stricter(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| is_stricter(token.text))
}

fn access(modes: &[Token<'_>]) -> Option<bool> {
    let found = modes
        .windows(2)
        .find(|pair| pair[0].is("read") && !pair[1].is("committed"));
    found
        .filter(|pair| !pair[1].is("uncommitted"))
        .map(|pair| pair[1].is("only"))
}

fn chain(rest: &[Token<'_>]) -> bool {
    let and = rest.iter().position(|token| token.is("and"));
    and.is_some_and(|and| says(&rest[and + 1..], &["chain"]))
}

fn rollback(rest: &[Token<'_>]) -> Command {
    let rest = after(after(rest, "work"), "transaction");
    let to = after(rest, "to");
    match name(after(to, "savepoint")) {
        Some(savepoint) if to.len() < rest.len() => Command::RollbackTo(savepoint),
        _ => Command::Rollback { chain: chain(rest) },
    }
}

fn deallocate(rest: &[Token<'_>]) -> Option<Command> {
    let whole = says(rest, &["all"]);
    if whole {
        Some(Command::DeallocateAll)
    } else {
        name(rest).map(Command::Deallocate)
    }
}

fn set(rest: &[Token<'_>], facts: &mut Facts) -> Option<Command> {
    let local = says(rest, &["local"]);
    let named = after(after(rest, "local"), "session");
    if says(named, &["constraints"]) {
        return None;
    }
    let of_transaction = says(named, &["transaction"]);
    if of_transaction || says(named, &["characteristics"]) || isolation(named) {
        return if stricter(named) {
            Some(Command::Impossible("this isolation level"))
        } else if of_transaction {
            access(named).map(|read_only| Command::Access { read_only })
        } else {
            None
        };
    }
    let scope = if local {
        Scope::Transaction
    } else {
        Scope::Session
    };
    facts
        .settings
        .extend(setting_name(named, rest).map(|name| Setting::new(name, scope)));
    None
}

fn isolation(tokens: &[Token<'_>]) -> bool {
    name(tokens).is_some_and(|name| is_isolation(&name))
}

/// The setting's name, of which some have two words or a word of their own.
fn setting_name(named: &[Token<'_>], whole: &[Token<'_>]) -> Option<String> {
    if says(named, &["time", "zone"]) {
        return Some("timezone".to_owned());
    }
    if says(whole, &["session", "authorization"]) || says(named, &["session", "authorization"]) {
        return Some("session authorization".to_owned());
    }
    let name = name(named)?;
    Some(match name.as_str() {
        "schema" => "search_path".to_owned(),
        "names" => "client_encoding".to_owned(),
        _ => match named {
            [_, dot, second, ..] if dot.is_sign(b'.') => format!("{name}.{}", second.name()?),
            _ => name,
        },
    })
}

fn reset(rest: &[Token<'_>], facts: &mut Facts) -> Option<Command> {
    if says(rest, &["all"]) {
        return Some(Command::ResetAll);
    }
    let name = setting_name(rest, rest);
    facts
        .settings
        .extend(name.map(|name| Setting::new(name, Scope::Reset)));
    None
}

#[cfg(test)]
mod tests;
