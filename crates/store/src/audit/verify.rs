//! Proving that no sealed row was altered or removed.

use serde::Serialize;
use sqlx::{Connection, PgConnection, PgPool};
use uuid::Uuid;

use super::row::{NOTHING_BEFORE, RowText, micros};
use super::seal::{self, Head};

/// How many seals are read at a time.
const BATCH: i64 = 2000;

/// How many findings are told one by one; the others are counted.
const MAX_TOLD: usize = 50;

/// A row that is older than a run by more than this, and was not there in that run,
/// did not come in when it says. In microseconds.
const LATE: i64 = 3_600_000_000;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A row, or its seal, does not say what was sealed.
    Altered,
    /// A sealed row is gone.
    Removed,
    /// A row came in behind the chain, with a time that is not its own.
    Inserted,
    /// Seals are gone, or do not continue the ones before them.
    Cut,
    /// The chain ends before the head that was kept.
    CutShort,
    /// The chain is another than the one whose head was kept.
    Rewritten,
}

/// One place that is broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What is wrong.
    pub kind: Kind,
    /// The number of the seal.
    pub seq: Option<i64>,
    /// The row.
    pub log_id: Option<Uuid>,
    /// The same in words.
    pub message: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Report {
    /// How many rows have a seal.
    pub sealed: i64,
    /// How many wait for one.
    pub waiting: i64,
    /// The end of the chain.
    pub head: Option<Head>,
    /// How many places are broken.
    pub broken: usize,
    /// The first of them, in the order of the chain.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing is broken.
    pub fn holds(&self) -> bool {
        self.broken == 0
    }

    fn tell(&mut self, kind: Kind, seq: Option<i64>, log_id: Option<Uuid>, message: String) {
        self.broken += 1;
        if self.findings.len() < MAX_TOLD {
            self.findings.push(Finding {
                kind,
                seq,
                log_id,
                message,
            });
        }
    }
}

/// Looks at every seal and its row; with `expected`, also whether the chain still has
/// the head that was kept. Reads only, all of it at one moment.
pub async fn verify(pool: &PgPool, expected: Option<&Head>) -> sqlx::Result<Report> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    sqlx::query!("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(&mut *tx)
        .await?;
    let mut report = Report::default();
    let mut walk = Walk::default();
    loop {
        let batch = seals_after(&mut tx, walk.seq).await?;
        if batch.is_empty() {
            break;
        }
        for seal in &batch {
            walk.step(seal, &mut report);
        }
    }
    report.head = seal::head(&mut tx).await?;
    if let Some(expected) = expected {
        compare_head(&mut tx, expected, &mut report).await?;
    }
    count_waiting(&mut tx, &mut report).await?;
    tx.rollback().await?;
    Ok(report)
}

/// A seal, with its row while there is one.
struct Seal {
    seq: i64,
    log_id: Uuid,
    previous: Vec<u8>,
    hash: Vec<u8>,
    sealed_at: String,
    row: Option<RowText>,
}

async fn seals_after(conn: &mut PgConnection, seq: i64) -> sqlx::Result<Vec<Seal>> {
    let found = sqlx::query!(
        r#"SELECT s.seq, s.log_id, s.previous, s.hash, extract(epoch FROM s.sealed_at)::text AS "sealed_at!",
                  a.event_type AS "event_type?", a.entity_type AS "entity_type?", a.entity_id AS "entity_id?",
                  a.user_id AS "user_id?", a.details::text AS details,
                  extract(epoch FROM a.created_at)::text AS created_at
           FROM audit_seals s LEFT JOIN audit_log a USING (log_id)
           WHERE s.seq > $1 ORDER BY s.seq LIMIT $2"#,
        seq,
        BATCH
    )
    .fetch_all(conn)
    .await?;
    Ok(found
        .into_iter()
        .map(|r| Seal {
            seq: r.seq,
            log_id: r.log_id,
            previous: r.previous,
            hash: r.hash,
            sealed_at: r.sealed_at,
            row: r
                .event_type
                .zip(r.created_at)
                .map(|(event_type, created_at)| RowText {
                    log_id: r.log_id,
                    event_type,
                    entity_type: r.entity_type,
                    entity_id: r.entity_id,
                    user_id: r.user_id,
                    details: r.details,
                    created_at,
                }),
        })
        .collect())
}

/// A walk along the chain. It goes on behind a broken place, so that each is told
/// for itself.
struct Walk {
    seq: i64,
    hash: Vec<u8>,
    /// The time of the run that the last seal is of.
    run: String,
    /// The latest time of the runs before that one.
    before: Option<i64>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            seq: 0,
            hash: NOTHING_BEFORE.to_vec(),
            run: String::new(),
            before: None,
        }
    }
}

impl Walk {
    fn step(&mut self, seal: &Seal, report: &mut Report) {
        report.sealed += 1;
        self.enter_run(&seal.sealed_at);
        self.check_link(seal, report);
        self.check_row(seal, report);
        self.seq = seal.seq;
        self.hash.clone_from(&seal.hash);
    }

    fn enter_run(&mut self, sealed_at: &str) {
        if self.run != sealed_at {
            self.before = self.before.max(micros(&self.run));
            sealed_at.clone_into(&mut self.run);
        }
    }

    fn check_link(&self, seal: &Seal, report: &mut Report) {
        let (seq, next) = (seal.seq, self.seq + 1);
        let mut tell = |message| report.tell(Kind::Cut, Some(seq), Some(seal.log_id), message);
        if seq != next {
            tell(format!("the seals {next} to {} are gone", seq - 1));
        } else if seal.previous != self.hash {
            tell(format!("seal {seq} does not continue the one before it"));
        }
    }

    fn check_row(&self, seal: &Seal, report: &mut Report) {
        let (seq, id) = (seal.seq, seal.log_id);
        let mut tell = |kind, message| report.tell(kind, Some(seq), Some(id), message);
        match &seal.row {
            None => tell(
                Kind::Removed,
                format!("row {id} was sealed as number {seq} and is gone"),
            ),
            Some(row) if row.hash(&seal.previous, seq, &seal.sealed_at) != *seal.hash => tell(
                Kind::Altered,
                format!("row {id} does not say what was sealed as number {seq}"),
            ),
            Some(row) if is_late(&row.created_at, self.before) => {
                tell(Kind::Inserted, behind_the_chain(id));
            }
            Some(_) => {}
        }
    }
}

fn is_late(created_at: &str, run: Option<i64>) -> bool {
    micros(created_at)
        .zip(run)
        .is_some_and(|(created, run)| created.saturating_add(LATE) < run)
}

fn behind_the_chain(id: Uuid) -> String {
    format!("row {id} says that it is older than rows that were sealed without it")
}

async fn compare_head(
    conn: &mut PgConnection,
    expected: &Head,
    report: &mut Report,
) -> sqlx::Result<()> {
    let seq = expected.seq;
    let found = sqlx::query_scalar!("SELECT hash FROM audit_seals WHERE seq = $1", seq)
        .fetch_optional(conn)
        .await?;
    let end = report.head.as_ref().map_or(0, |head| head.seq);
    match found {
        Some(hash) if hash == expected.hash => {}
        Some(_) => report.tell(
            Kind::Rewritten,
            Some(seq),
            None,
            format!("seal {seq} is another than the one that was kept: the chain was made anew"),
        ),
        None if end < seq => report.tell(
            Kind::CutShort,
            Some(seq),
            None,
            format!(
                "the chain ends with number {end}: {} and what followed was cut off",
                end + 1
            ),
        ),
        // A gap, which was told on the way.
        None => {}
    }
    Ok(())
}

/// Rows without a seal: they wait, or they came in behind the chain.
async fn count_waiting(conn: &mut PgConnection, report: &mut Report) -> sqlx::Result<()> {
    let last_run = sqlx::query_scalar!(
        r#"SELECT extract(epoch FROM max(sealed_at))::text AS run FROM audit_seals"#
    )
    .fetch_one(&mut *conn)
    .await?;
    let last_run = last_run.as_deref().and_then(micros);
    let waiting = sqlx::query!(
        r#"SELECT log_id, extract(epoch FROM created_at)::text AS "created_at!" FROM audit_log a
           WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE s.log_id = a.log_id)
           ORDER BY created_at, log_id"#
    )
    .fetch_all(conn)
    .await?;
    for row in waiting {
        if is_late(&row.created_at, last_run) {
            let message = behind_the_chain(row.log_id);
            report.tell(Kind::Inserted, None, Some(row.log_id), message);
        } else {
            report.waiting += 1;
        }
    }
    Ok(())
}
