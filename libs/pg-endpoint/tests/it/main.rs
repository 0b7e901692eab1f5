//! The endpoint with real clients, on a real server.

mod support;

mod clones;
mod copy;
mod differential;
mod extended;
mod life;
mod password;
mod pools;
mod psql;
mod raw;
mod refusals;
mod sharing;
mod transactions;
