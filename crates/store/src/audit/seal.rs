//! Sealing: every row of the log gets the next number of a chain of hashes.
//!
//! Writers never wait for it. Transactions commit in another order than they begin,
//! so a row's place is decided here, among the rows that can be seen and have no seal
//! yet; one that commits later gets a later place. Each run is one transaction, and
//! all its seals have the same time.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::row::{Hash, NOTHING_BEFORE, RowText};

/// How many rows are read at a time.
const BATCH: i64 = 1000;

/// How far back to look for rows without a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// To an hour before the last run: further back is nothing that came in properly.
    Recent,
    /// To the first row.
    All,
}

/// The last seal of a chain. Kept outside of the database, it proves that nothing was
/// cut off, and that the chain was not made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: i64,
    pub(super) hash: Vec<u8>,
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// How many rows it sealed.
    pub rows: u64,
    /// The end of the chain.
    pub head: Option<Head>,
}

/// Seals what has no seal yet; `None` where another process is at it.
pub async fn run(pool: &PgPool, reach: Reach) -> sqlx::Result<Option<Sealed>> {
    let mut tx = pool.begin().await?;
    let ours = sqlx::query_scalar!(
        r#"SELECT pg_try_advisory_xact_lock(hashtext('audit_seals')) AS "ours!""#
    )
    .fetch_one(&mut *tx)
    .await?;
    if !ours {
        return Ok(None);
    }
    let mut chain = Chain::load(&mut tx).await?;
    let mut rows = 0;
    let mut place = beginning(&mut tx, reach).await?;
    loop {
        let batch = unsealed(&mut tx, &place).await?;
        let Some(last) = batch.last() else { break };
        place = last.place.clone();
        rows += batch.len() as u64;
        chain.append(&mut tx, &batch).await?;
    }
    tx.commit().await?;
    let head = chain.head;
    Ok(Some(Sealed { rows, head }))
}

/// The end of the chain, `None` where nothing is sealed.
pub async fn head(conn: &mut PgConnection) -> sqlx::Result<Option<Head>> {
    sqlx::query_as!(
        Head,
        "SELECT seq, hash FROM audit_seals ORDER BY seq DESC LIMIT 1"
    )
    .fetch_optional(conn)
    .await
}

/// A chain that grows in one run.
struct Chain {
    head: Option<Head>,
    /// The time of the run.
    sealed_at: String,
}

impl Chain {
    async fn load(conn: &mut PgConnection) -> sqlx::Result<Self> {
        let sealed_at = sqlx::query_scalar!(r#"SELECT extract(epoch FROM now())::text AS "now!""#)
            .fetch_one(&mut *conn)
            .await?;
        let head = head(conn).await?;
        Ok(Self { head, sealed_at })
    }

    async fn append(&mut self, conn: &mut PgConnection, batch: &[Unsealed]) -> sqlx::Result<()> {
        let (mut seqs, mut ids) = (Vec::new(), Vec::new());
        let (mut befores, mut hashes) = (Vec::new(), Vec::new());
        for Unsealed { row, .. } in batch {
            let (previous, hash) = self.seal(row);
            seqs.push(self.head.as_ref().map_or(0, |head| head.seq));
            ids.push(row.log_id);
            befores.push(previous);
            hashes.push(hash.to_vec());
        }
        sqlx::query!(
            "INSERT INTO audit_seals (seq, log_id, previous, hash, sealed_at)
             SELECT seq, log_id, previous, hash, now()
             FROM unnest($1::bigint[], $2::uuid[], $3::bytea[], $4::bytea[])
                 AS seals(seq, log_id, previous, hash)",
            &seqs,
            &ids,
            &befores,
            &hashes
        )
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Puts a row at the end; tells the hash before it, and its own.
    fn seal(&mut self, row: &RowText) -> (Vec<u8>, Hash) {
        let (before, previous) = match self.head.take() {
            Some(head) => (head.seq, head.hash),
            None => (0, NOTHING_BEFORE.to_vec()),
        };
        let seq = before + 1;
        let hash = row.hash(&previous, seq, &self.sealed_at);
        self.head = Some(Head {
            seq,
            hash: hash.to_vec(),
        });
        (previous, hash)
    }
}

struct Unsealed {
    row: RowText,
    place: Place,
}

/// A place in the log by time, the time as the database reads it again.
#[derive(Clone)]
struct Place {
    time: String,
    id: Uuid,
}

/// Where to begin to look.
async fn beginning(conn: &mut PgConnection, reach: Reach) -> sqlx::Result<Place> {
    // A row that the last run did not see, though it is an hour older, is looked for
    // only now and then: `verify` tells it as one that came in behind the chain.
    let recent = sqlx::query_scalar!(
        r#"SELECT (timezone('UTC', sealed_at) - interval '1 hour')::text AS "time!"
           FROM audit_seals WHERE $1 ORDER BY seq DESC LIMIT 1"#,
        reach == Reach::Recent
    )
    .fetch_optional(conn)
    .await?;
    Ok(Place {
        time: recent.unwrap_or_else(|| "-infinity".to_owned()),
        id: Uuid::nil(),
    })
}

/// The next rows without a seal after a place.
async fn unsealed(conn: &mut PgConnection, after: &Place) -> sqlx::Result<Vec<Unsealed>> {
    // Asked for each row: a join would read all seals every time.
    let found = sqlx::query!(
        r#"SELECT log_id, event_type, entity_type, entity_id, user_id, details::text AS details,
                  extract(epoch FROM created_at)::text AS "created_at!", created_at::text AS "time!"
           FROM audit_log a
           WHERE (SELECT true FROM audit_seals s WHERE s.log_id = a.log_id) IS NULL
             AND (created_at, log_id) > ($1::text::timestamp, $2)
           ORDER BY created_at, log_id LIMIT $3"#,
        after.time,
        after.id,
        BATCH
    )
    .fetch_all(conn)
    .await?;
    Ok(found
        .into_iter()
        .map(|r| Unsealed {
            place: Place {
                time: r.time,
                id: r.log_id,
            },
            row: RowText {
                log_id: r.log_id,
                event_type: r.event_type,
                entity_type: r.entity_type,
                entity_id: r.entity_id,
                user_id: r.user_id,
                details: r.details,
                created_at: r.created_at,
            },
        })
        .collect())
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.seq)?;
        self.hash
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl Serialize for Head {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// A text that is no head of a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a head is a number, a colon and 64 hexadecimal digits, as `archivist audit verify` prints it"
)]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;
    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotAHead)?;
        let seq = seq.parse().ok().filter(|seq| *seq > 0).ok_or(NotAHead)?;
        if hash.len() != 64 || !hash.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(NotAHead);
        }
        let byte = |at: usize| u8::from_str_radix(&hash[at..at + 2], 16).map_err(|_| NotAHead);
        let hash = (0..64).step_by(2).map(byte).collect::<Result<_, _>>()?;
        Ok(Self { seq, hash })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_is_printed() {
        let head = Head {
            seq: 7,
            hash: (0..32).collect(),
        };
        assert_eq!(head.to_string().parse(), Ok(head));
        for text in [
            "",
            "7",
            "7:",
            "x:00",
            "0:00",
            "7:zz",
            &format!("7:{}", "ä".repeat(32)),
        ] {
            assert_eq!(text.parse::<Head>(), Err(NotAHead), "{text}");
        }
    }
}
