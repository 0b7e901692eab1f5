//! All SQL of Org Archivist: migrations, the schema contract, one module per entity.
