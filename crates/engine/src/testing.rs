//! Engines for tests: a real PostgreSQL with pgvector, and a server that speaks as Qdrant does.

mod postgres;
mod qdrant;

pub use postgres::PgVectorServer;
pub use qdrant::{qdrant_server, reluctant_qdrant_server};
