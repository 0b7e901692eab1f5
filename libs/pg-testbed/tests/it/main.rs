//! The testbed on a real server.

mod attribute;
mod bed;
mod child;
mod clones;
mod endpoint;
mod leaks;
mod modes;
mod parity;
mod pitfalls;
mod processes;
mod recycle;
mod rollback;
mod shared;
mod stock;
mod support;
mod trust;
mod victim;
mod wipe;
