//! The testbed on a real server.

mod attribute;
mod clones;
mod leaks;
mod rollback;
mod stock;
mod support;
mod trust;
mod victim;
mod wipe;
