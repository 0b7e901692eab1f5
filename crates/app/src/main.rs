//! The `archivist` command.
fn main() {}
