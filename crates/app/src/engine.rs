//! The search engine of this site, opened as its settings say.

use std::sync::Arc;

use anyhow::Result;
use archivist_engine::{Engine, PgVector, Qdrant};
use archivist_web::outside::Outside;

use crate::config::{EngineChoice, PlaceArgs};
use crate::database::Database;

/// Connections to a PostgreSQL that keeps the passages.
const CONNECTIONS: u32 = 4;

/// The engine outside of the process that keeps the passages; `None` where this process does.
pub(crate) async fn open(place: &PlaceArgs, database: &Database) -> Result<Option<Arc<Outside>>> {
    let pgvector = |options, name: String| PgVector::connect(options, CONNECTIONS, name);
    let engine: Arc<dyn Engine> = match place.engine.choice.clone() {
        EngineChoice::Memory => return Ok(None),
        EngineChoice::OwnPostgres => {
            let name = "pgvector in the site's database";
            Arc::new(pgvector(database.options.clone(), name.to_owned()).await?)
        }
        EngineChoice::Postgres { options, name } => Arc::new(pgvector(*options, name).await?),
        EngineChoice::Qdrant(address) => Arc::new(Qdrant::new(address, place.engine.key()?)),
    };
    Ok(Some(Arc::new(Outside::new(engine))))
}
