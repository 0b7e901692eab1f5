//! All SQL of Org Archivist: migrations, the schema contract, and one module per
//! entity.
//!
//! Functions that write take a `&mut PgConnection`, so that a handler decides
//! what commits together; functions that only read take any executor. Queries
//! are checked when the crate is built, against the data in `.sqlx/`.

pub mod adopt;
pub mod analytics;
pub mod audit;
pub mod changes;
pub mod citations;
pub mod clicks;
pub mod constraint;
pub mod contract;
pub mod conversations;
pub mod deleted;
pub mod documents;
pub mod embeddings;
pub mod entities;
pub mod files;
pub mod fingerprints;
pub mod generations;
pub mod holds;
pub mod jobs;
mod json;
pub mod judgements;
pub mod memory;
pub mod migrate;
pub mod outputs;
pub mod passages;
pub mod pins;
pub mod pool;
pub mod programs;
pub mod prompts;
pub mod recognised;
pub mod reviews;
pub mod saved_searches;
pub mod search_order;
pub mod sessions;
pub mod settings;
pub mod site;
pub mod sources;
pub mod statistics;
pub mod styles;
pub mod synonyms;
mod turn;
pub mod users;
pub mod versions;

pub use sqlx::{Error as DatabaseError, PgConnection, PgPool};

/// A page of a longer list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows asked for.
    pub rows: Vec<T>,
    /// How many there are in all.
    pub total: i64,
}

/// A pattern for `ILIKE … ESCAPE '\'` that finds `text` anywhere, taking `%` and
/// `_` as they are.
pub(crate) fn contains_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #[test]
    fn wildcards_are_taken_as_they_are() {
        assert_eq!(super::contains_pattern(r"50%_\a"), r"%50\%\_\\a%");
    }
}
