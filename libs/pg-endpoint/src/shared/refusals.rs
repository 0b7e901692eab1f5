//! What cannot be done in a shared session, in words.

use std::io;

use crate::wire::Refusal;

/// SQLSTATE for what a mode does not do: feature_not_supported.
const UNSUPPORTED: &str = "0A000";

fn use_clone(instead: &str) -> String {
    format!("Use clone mode for this test: {instead}.")
}

/// A rollback would undo another client's work as well.
pub(super) fn conflict(instead: &str) -> Refusal {
    let message = "rollback mode cannot undo this client's transaction without undoing what \
                   another client has written since; nothing can be relied on any more";
    Refusal::error(UNSUPPORTED, message).hint(use_clone(instead))
}

/// A statement that cannot work at all.
pub(super) fn impossible(what: &str, instead: &str) -> Refusal {
    let message =
        format!("{what} cannot work in rollback mode, where all clients share a transaction");
    Refusal::error(UNSUPPORTED, message).hint(use_clone(instead))
}

/// A statement that would see whether others hold locks.
pub(super) fn lock(how: &str, instead: &str) -> Refusal {
    let message = format!(
        "{how} cannot work in rollback mode while another client's transaction or advisory lock \
         is open: clients share one session, which never waits for its own locks"
    );
    Refusal::error(UNSUPPORTED, message).hint(use_clone(instead))
}

/// The hint for an error of the server that comes of sharing a transaction.
pub(super) fn hint(code: &str, instead: &str) -> Option<String> {
    let why = match code {
        // It must not be in a transaction, or must come first in one.
        "25001" => "In rollback mode everything is inside one long transaction.",
        "2D000" => "In rollback mode a procedure cannot end the transaction, which others share.",
        "55P04" => "In rollback mode a new enum label is never committed, so it cannot be used.",
        _ => return None,
    };
    Some(format!("{why} {}", use_clone(instead)))
}

/// Something ended the transaction that all share.
pub(super) fn ended(instead: &str) -> Refusal {
    let message = "the transaction that all clients share has ended unexpectedly";
    Refusal::error("25P01", message).hint(use_clone(instead))
}

/// Our own preparation for a client's statement failed.
pub(super) fn unprepared(reason: &str) -> Refusal {
    Refusal::error(
        "XX000",
        format!("the shared session could not be prepared: {reason}"),
    )
}

pub(super) fn lost(error: &io::Error) -> Refusal {
    Refusal::error(
        "08006",
        format!("the shared session with the server is lost: {error}"),
    )
}

pub(super) fn closed() -> Refusal {
    Refusal::error("57P01", "the shared session has ended")
}

/// Another client has kept the session too long.
pub(super) fn waited(seconds: u64) -> Refusal {
    let message =
        format!("another client of this test has held the shared session for {seconds} s");
    Refusal::error("55P03", message).hint(
        "It is in the middle of a statement, a COPY or a pipeline without Sync. \
         Clients that wait for each other need clone mode.",
    )
}

/// As PostgreSQL words it.
pub(super) fn cancelled() -> Refusal {
    Refusal::error("57014", "canceling statement due to user request")
}

pub(super) fn aborted() -> Refusal {
    let message = "current transaction is aborted, commands ignored until end of transaction block";
    Refusal::error("25P02", message)
}

pub(super) fn no_savepoint(name: &str) -> Refusal {
    Refusal::error("3B001", format!("savepoint \"{name}\" does not exist"))
}

pub(super) fn only_in_block(what: &str) -> Refusal {
    Refusal::error(
        "25P01",
        format!("{what} can only be used in transaction blocks"),
    )
}

pub(super) fn no_statement(name: &str) -> Refusal {
    Refusal::error(
        "26000",
        format!("prepared statement \"{name}\" does not exist"),
    )
}

pub(super) fn no_portal(name: &str) -> Refusal {
    Refusal::error("34000", format!("portal \"{name}\" does not exist"))
}

pub(super) fn statement_exists(name: &str) -> Refusal {
    Refusal::error(
        "42P05",
        format!("prepared statement \"{name}\" already exists"),
    )
}

pub(super) fn portal_exists(name: &str) -> Refusal {
    Refusal::error("42P03", format!("cursor \"{name}\" already exists"))
}

pub(super) fn not_utf8() -> Refusal {
    Refusal::error(
        "22021",
        "the statement is not UTF-8, which rollback mode needs",
    )
}

pub(super) fn unexpected(kind: u8) -> Refusal {
    let kind = char::from(kind).escape_default();
    Refusal::error(
        "08P01",
        format!("a message of kind '{kind}' was not expected here"),
    )
}
