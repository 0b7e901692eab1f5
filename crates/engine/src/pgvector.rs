//! PostgreSQL with the extension pgvector.
//!
//! Each generation has two tables in the schema `archivist_engine`: passages with what they can
//! be filtered by and their vectors, and a row for each word of each passage, ordered by
//! how much the word says there. The best passages of a word stand first in its index: so a
//! search reads a bounded number of rows for each word, however large the archive is.

mod filter;

use std::collections::HashSet;

use archivist_domain::{DocumentId, GenerationId, Outcome, PassageId};
use archivist_search::{Candidate, Entry, Language, Look};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Postgres, QueryBuilder, Row};
use uuid::Uuid;

use crate::{Engine, EngineError, Widths, Work};

/// Of a word's passages so many are looked at, those in which it says most. Rare words, which
/// decide most, have no more.
const OF_A_WORD: i64 = 4000;
/// The widest vectors that pgvector has an index for, of four and of two bytes a number.
const MAX_INDEXED_DIMS: i32 = 2000;
const MAX_INDEXED_HALF_DIMS: i32 = 4000;
/// Vectors of fewer passages are read one by one in no time.
const MIN_INDEXED_PASSAGES: i64 = 10_000;
/// The memory in which indexes are made.
const BUILDING: &str = "512MB";
/// The first version whose index goes on until enough passages pass the filters.
const VERSION: [u32; 2] = [0, 8];

/// A PostgreSQL that keeps passages.
#[derive(Debug)]
pub struct PgVector {
    pool: PgPool,
    name: String,
}

impl PgVector {
    /// Connects, and makes sure that pgvector is there in a version that will do. `name` is
    /// what it is called in messages.
    pub async fn connect(
        options: PgConnectOptions,
        connections: u32,
        name: impl Into<String>,
    ) -> Result<Self, EngineError> {
        let name = name.into();
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .connect_with(options)
            .await;
        let pool = pool.map_err(|error| trouble(&name, &error))?;
        let engine = Self { pool, name };
        engine.prepare().await?;
        Ok(engine)
    }

    async fn prepare(&self) -> Result<(), EngineError> {
        let available: Option<String> = sqlx::query_scalar(
            "SELECT coalesce(e.extversion, a.default_version)
             FROM pg_available_extensions a LEFT JOIN pg_extension e ON e.extname = a.name
             WHERE a.name = 'vector'",
        )
        .fetch_optional(&self.pool)
        .await
        .map_err(|error| self.trouble(&error))?;
        is_fit(available.as_deref()).map_err(|reason| EngineError::Refused {
            name: self.name.clone(),
            reason,
        })?;
        // Two processes that begin at once would trip over each other.
        self.run(
            "BEGIN;
             SELECT pg_advisory_xact_lock(hashtext('archivist_engine'));
             CREATE EXTENSION IF NOT EXISTS vector;
             COMMIT"
                .to_owned(),
        )
        .await
    }

    /// Runs statements that are made up here and of the names of generations alone.
    async fn run(&self, statements: String) -> Result<(), EngineError> {
        let done = sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(&self.pool)
            .await;
        done.map(|_| ()).map_err(|error| self.trouble(&error))
    }

    fn trouble(&self, error: &sqlx::Error) -> EngineError {
        trouble(&self.name, error)
    }

    async fn begin(&self, generation: GenerationId, widths: Widths) -> Result<(), EngineError> {
        let Tables { passages, words } = Tables::of(generation);
        let column = |kind: Kind, dims: usize| match dims {
            0 => String::new(),
            dims => format!("{} {}({dims}),", kind.column(), kind.of_type()),
        };
        let meaning = column(Kind::Meaning, widths.meaning);
        let given = column(Kind::Given, widths.given);
        // Somebody may have deleted all there was.
        self.run(format!(
            "CREATE SCHEMA IF NOT EXISTS archivist_engine;
             CREATE TABLE {passages} (
                 key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                 passage uuid NOT NULL UNIQUE,
                 document uuid NOT NULL,
                 language smallint NOT NULL,
                 {meaning}
                 {given}
                 doc_type text NOT NULL,
                 year integer,
                 outcome text,
                 programs text[] NOT NULL,
                 tags text[] NOT NULL,
                 funder text,
                 superseded boolean NOT NULL);
             CREATE INDEX ON {passages} (document);
             CREATE TABLE {words} (
                 word integer NOT NULL,
                 share real NOT NULL,
                 key bigint NOT NULL,
                 superseded boolean NOT NULL);
             CREATE INDEX ON {words} (key)"
        ))
        .await
    }

    async fn put(
        &self,
        generation: GenerationId,
        documents: &[DocumentId],
        entries: &[Entry],
    ) -> Result<(), sqlx::Error> {
        let tables = Tables::of(generation);
        let mut tx = self.pool.begin().await?;
        remove(&mut tx, &tables, documents).await?;
        for entries in entries.chunks(AT_ONCE) {
            put_passages(&mut tx, &tables, entries).await?;
            put_words(&mut tx, &tables, entries).await?;
        }
        tx.commit().await
    }

    async fn settle(&self, generation: GenerationId) -> Result<(), EngineError> {
        let Tables { passages, words } = Tables::of(generation);
        let widths: Vec<(String, i32)> = sqlx::query_as(AssertSqlSafe(format!(
            "SELECT attname::text, atttypmod FROM pg_attribute
             WHERE attrelid = '{passages}'::regclass AND NOT attisdropped
               AND (SELECT count(*) FROM {passages}) >= {MIN_INDEXED_PASSAGES}"
        )))
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.trouble(&error))?;
        // Made once, when all is in: row by row it takes several times as long.
        let name = generation.0.simple();
        let index = |kind: Kind| {
            let column = kind.column();
            let width = widths.iter().find(|(name, _)| name == column);
            match width {
                Some((_, width)) if *width <= kind.max_indexed_dims() => format!(
                    "CREATE INDEX IF NOT EXISTS passages_{name}_by_{column}
                         ON {passages} USING hnsw ({column} {}_ip_ops);",
                    kind.of_type()
                ),
                _ => String::new(),
            }
        };
        let by_meaning = index(Kind::Meaning);
        let by_given = index(Kind::Given);
        self.run(format!(
            "BEGIN;
             SET LOCAL maintenance_work_mem = '{BUILDING}';
             CREATE INDEX IF NOT EXISTS words_{name}_by_word
                 ON {words} (word, share DESC) INCLUDE (key, superseded);
             {by_meaning}
             {by_given}
             COMMIT"
        ))
        .await?;
        // So that what stands in an index is not looked up in its table again.
        self.run(format!("VACUUM (ANALYZE) {words}")).await?;
        self.run(format!("VACUUM (ANALYZE) {passages}")).await
    }

    async fn find(
        &self,
        generation: GenerationId,
        look: &Look,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let tables = Tables::of(generation);
        let mut tx = self.pool.begin().await?;
        let mut found = Vec::new();
        if !look.words.is_empty() {
            found = by_words(&mut tx, &tables, look).await?;
        }
        for (kind, asked) in [(Kind::Meaning, &look.meaning), (Kind::Given, &look.given)] {
            if let Some(vector) = asked {
                found.extend(nearest(&mut tx, &tables, look, (kind, vector)).await?);
            }
        }
        tx.commit().await?;
        let mut known = HashSet::new();
        found.retain(|candidate| known.insert(candidate.passage));
        Ok(found)
    }
}

/// How many passages are looked at to find enough that a narrow filter lets through.
const MAX_SCANNED: u32 = 200_000;

/// So many passages are written in one statement.
const AT_ONCE: usize = 500;

/// Which vectors.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Those that were learned from the archive.
    Meaning,
    /// Those of an embedding model: wide, and as good with half of their bytes to find
    /// candidates by.
    Given,
}

impl Kind {
    const fn column(self) -> &'static str {
        match self {
            Self::Meaning => "meaning",
            Self::Given => "given",
        }
    }

    const fn of_type(self) -> &'static str {
        match self {
            Self::Meaning => "vector",
            Self::Given => "halfvec",
        }
    }

    const fn max_indexed_dims(self) -> i32 {
        match self {
            Self::Meaning => MAX_INDEXED_DIMS,
            Self::Given => MAX_INDEXED_HALF_DIMS,
        }
    }

    fn of(self, entry: &Entry) -> Option<&[f32]> {
        match self {
            Self::Meaning => entry.meaning.as_deref(),
            Self::Given => entry.given.as_deref(),
        }
    }
}

/// The tables of a generation.
struct Tables {
    passages: String,
    words: String,
}

impl Tables {
    fn of(generation: GenerationId) -> Self {
        let name = generation.0.simple();
        Self {
            passages: format!("archivist_engine.passages_{name}"),
            words: format!("archivist_engine.words_{name}"),
        }
    }
}

async fn remove(
    conn: &mut PgConnection,
    Tables { passages, words }: &Tables,
    documents: &[DocumentId],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = documents.iter().map(|id| id.0).collect();
    let delete = format!(
        "WITH gone AS (DELETE FROM {passages} WHERE document = ANY($1) RETURNING key)
         DELETE FROM {words} USING gone WHERE {words}.key = gone.key"
    );
    let delete = sqlx::query(AssertSqlSafe(delete)).bind(ids);
    delete.execute(conn).await?;
    Ok(())
}

async fn put_passages(
    conn: &mut PgConnection,
    tables: &Tables,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let has = |kind: &Kind| entries.iter().any(|entry| kind.of(entry).is_some());
    let kinds: Vec<Kind> = [Kind::Meaning, Kind::Given]
        .into_iter()
        .filter(has)
        .collect();
    let mut insert = QueryBuilder::<Postgres>::new("INSERT INTO ");
    insert.push(&tables.passages).push(
        " (passage, document, language, doc_type, year, outcome, programs, tags, funder, superseded",
    );
    for kind in &kinds {
        insert.push(", ").push(kind.column());
    }
    insert.push(") ");
    insert.push_values(entries, |mut row, entry| {
        let facets = &entry.facets;
        row.push_bind(entry.passage.0)
            .push_bind(entry.document.0)
            .push_bind(number_of(entry.language))
            .push_bind(facets.doc_type.as_str())
            .push_bind(facets.year)
            .push_bind(facets.outcome.map(Outcome::as_str))
            .push_bind(&facets.programs)
            .push_bind(&facets.tags)
            .push_bind(&facets.funder)
            .push_bind(facets.superseded);
        for kind in &kinds {
            row.push_bind(kind.of(entry).map(written))
                .push_unseparated("::")
                .push_unseparated(kind.of_type());
        }
    });
    insert.build().execute(conn).await?;
    Ok(())
}

async fn put_words(
    conn: &mut PgConnection,
    Tables { passages, words }: &Tables,
    entries: &[Entry],
) -> Result<(), sqlx::Error> {
    let mut of: Vec<Uuid> = Vec::new();
    let mut said: Vec<i32> = Vec::new();
    let mut shares: Vec<f32> = Vec::new();
    for entry in entries {
        for &(word, share) in &entry.words {
            of.push(entry.passage.0);
            said.push(word.cast_signed());
            shares.push(share);
        }
    }
    let insert = format!(
        "INSERT INTO {words} (word, share, key, superseded)
         SELECT word, share, key, superseded
         FROM unnest($1::uuid[], $2::integer[], $3::real[]) AS said (passage, word, share)
         JOIN {passages} USING (passage)"
    );
    sqlx::query(AssertSqlSafe(insert))
        .bind(of)
        .bind(said)
        .bind(shares)
        .execute(conn)
        .await?;
    Ok(())
}

/// The passages with the greatest sums over the words' best.
async fn by_words(
    conn: &mut PgConnection,
    Tables { passages, words }: &Tables,
    look: &Look,
) -> Result<Vec<Candidate>, sqlx::Error> {
    let (asked, gains): (Vec<i32>, Vec<f32>) = look
        .words
        .iter()
        .map(|&(word, gain)| (word.cast_signed(), gain))
        .unzip();
    let mut query = QueryBuilder::<Postgres>::new(
        "WITH best AS (SELECT said.key, sum(gain * share) AS score FROM unnest(",
    );
    query
        .push_bind(asked)
        .push("::integer[], ")
        .push_bind(gains);
    // The usual restriction can be told by the words themselves.
    let is_usual = look.filters.iter().all(filter::is_usual);
    let (of, newest) = if is_usual {
        (String::new(), " AND NOT words.superseded")
    } else {
        (format!(" JOIN {passages} p USING (key)"), "")
    };
    query.push(format!(
        "::real[]) AS asked (word, gain)
         CROSS JOIN LATERAL (
             SELECT words.key, share FROM {words} words{of}
             WHERE words.word = asked.word{newest}"
    ));
    if !is_usual {
        filter::push(&mut query, &look.filters);
    }
    query.push(format!(
        " ORDER BY share DESC LIMIT {OF_A_WORD}) said
         GROUP BY said.key ORDER BY score DESC, said.key LIMIT "
    ));
    query.push_bind(limit(look.by_words));
    query.push(format!(
        ") SELECT passage, document, language FROM best JOIN {passages} USING (key)"
    ));
    candidates(query.build().fetch_all(conn).await?)
}

/// The passages whose vectors are nearest to this one.
async fn nearest(
    conn: &mut PgConnection,
    Tables { passages, .. }: &Tables,
    look: &Look,
    (kind, vector): (Kind, &[f32]),
) -> Result<Vec<Candidate>, sqlx::Error> {
    let most = limit(look.by_meaning);
    // As many as are wanted, also where filters let few through.
    let settings = format!(
        "SET LOCAL hnsw.ef_search = {};
         SET LOCAL hnsw.iterative_scan = relaxed_order;
         SET LOCAL hnsw.max_scan_tuples = {MAX_SCANNED}",
        most.clamp(40, 1000)
    );
    sqlx::raw_sql(AssertSqlSafe(settings))
        .execute(&mut *conn)
        .await?;
    let column = kind.column();
    let mut query = QueryBuilder::<Postgres>::new(format!(
        "SELECT passage, document, language FROM {passages} p WHERE {column} IS NOT NULL"
    ));
    filter::push(&mut query, &look.filters);
    query
        .push(format!(" ORDER BY {column} <#> "))
        .push_bind(written(vector))
        .push(format!("::{} LIMIT ", kind.of_type()))
        .push_bind(most);
    candidates(query.build().fetch_all(conn).await?)
}

fn candidates(rows: Vec<PgRow>) -> Result<Vec<Candidate>, sqlx::Error> {
    let candidate = |row: PgRow| {
        let language = usize::try_from(row.try_get::<i16, _>("language")?).ok();
        Ok(Candidate {
            document: DocumentId(row.try_get("document")?),
            passage: PassageId(row.try_get("passage")?),
            language: language.and_then(Language::at).unwrap_or_default(),
        })
    };
    rows.into_iter().map(candidate).collect()
}

fn number_of(language: Language) -> i16 {
    i16::try_from(language.number()).expect("there are few languages")
}

fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX)
}

/// A vector as pgvector reads it.
fn written(vector: &[f32]) -> String {
    let numbers: Vec<String> = vector.iter().map(f32::to_string).collect();
    format!("[{}]", numbers.join(","))
}

/// Whether the version of pgvector that is there will do, or what to do.
fn is_fit(available: Option<&str>) -> Result<(), String> {
    let Some(version) = available else {
        return Err(
            "the extension pgvector is not installed there; packages of it exist for all usual \
             systems (https://github.com/pgvector/pgvector)"
                .to_owned(),
        );
    };
    let mut numbers = version.split('.').map(|number| number.parse().unwrap_or(0));
    let found = [numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)];
    if found >= VERSION {
        return Ok(());
    }
    let [major, minor] = VERSION;
    Err(format!(
        "its pgvector is version {version}, and {major}.{minor} or later is needed: install it, \
         then ALTER EXTENSION vector UPDATE"
    ))
}

/// PostgreSQL's code for a table that is not there.
const UNDEFINED_TABLE: &str = "42P01";

fn trouble(name: &str, error: &sqlx::Error) -> EngineError {
    let name = name.to_owned();
    match error.as_database_error() {
        Some(error) if error.code().as_deref() == Some(UNDEFINED_TABLE) => {
            EngineError::Lost { name }
        }
        Some(error) => EngineError::Refused {
            name,
            reason: error.message().to_owned(),
        },
        None => EngineError::Away {
            name,
            reason: error.to_string(),
        },
    }
}

impl Engine for PgVector {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn begin(&self, generation: GenerationId, widths: Widths) -> Work<'_, ()> {
        Box::pin(Self::begin(self, generation, widths))
    }

    fn put<'a>(
        &'a self,
        generation: GenerationId,
        documents: &'a [DocumentId],
        entries: &'a [Entry],
    ) -> Work<'a, ()> {
        Box::pin(async move {
            let put = Self::put(self, generation, documents, entries).await;
            put.map_err(|error| self.trouble(&error))
        })
    }

    fn settle(&self, generation: GenerationId) -> Work<'_, ()> {
        Box::pin(Self::settle(self, generation))
    }

    fn find<'a>(&'a self, generation: GenerationId, look: &'a Look) -> Work<'a, Vec<Candidate>> {
        Box::pin(async move {
            let found = Self::find(self, generation, look).await;
            found.map_err(|error| self.trouble(&error))
        })
    }

    fn count(&self, generation: GenerationId) -> Work<'_, Option<u64>> {
        Box::pin(async move {
            let Tables { passages, .. } = Tables::of(generation);
            let count = format!("SELECT count(*) FROM {passages}");
            let count = sqlx::query_scalar::<_, i64>(AssertSqlSafe(count))
                .fetch_one(&self.pool)
                .await;
            match count.map_err(|error| self.trouble(&error)) {
                Ok(count) => Ok(u64::try_from(count).ok()),
                Err(EngineError::Lost { .. }) => Ok(None),
                Err(error) => Err(error),
            }
        })
    }

    fn discard(&self, generation: GenerationId) -> Work<'_, ()> {
        let Tables { passages, words } = Tables::of(generation);
        Box::pin(self.run(format!("DROP TABLE IF EXISTS {words}, {passages}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_versions_are_fit_and_others_say_what_to_do() {
        for version in ["0.8.0", "0.10.1", "1.0"] {
            assert_eq!(is_fit(Some(version)), Ok(()), "{version}");
        }
        assert!(is_fit(Some("0.7.4")).unwrap_err().contains("0.8 or later"));
        assert!(is_fit(None).unwrap_err().contains("not installed"));
    }
}
