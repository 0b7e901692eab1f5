//! Integration tests: the real program on a real PostgreSQL.

mod schema;
mod support;
