//! As much understanding of SQL as sharing a session needs: where statements
//! begin and end, and which of them concern the session and its transaction.

mod command;
mod facts;
mod script;
mod token;

pub(crate) use command::Command;
pub(crate) use facts::{Facts, Lock, Mark, Scope, Setting, is_isolation, is_stricter};
pub(crate) use script::{Statement, split};
