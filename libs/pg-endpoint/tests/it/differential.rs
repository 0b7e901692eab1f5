//! Clients in rollback mode and clients with real sessions do the same at
//! random, and see the same.

use pg_endpoint::Mode;
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::support::{connect, place};

/// A small generator of random numbers (xorshift), so that a failure can be
/// repeated by its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    fn one_of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        let position = usize::try_from(self.below(all.len() as u64)).unwrap();
        all[position]
    }

    fn statement(&mut self) -> String {
        let (id, kind) = (self.below(12), self.below(20));
        match kind {
            0..=4 => format!("INSERT INTO note VALUES ({id}, 'x{id}')"),
            5 => format!("UPDATE note SET text = text || '!' WHERE id > {id}"),
            6 => format!("DELETE FROM note WHERE id = {id}"),
            7..=9 => "SELECT id, text FROM note ORDER BY id".to_owned(),
            10 => "SELECT 1 / 0".to_owned(),
            11 => format!("INSERT INTO book VALUES ({id}, {id})"),
            12 => format!("INSERT INTO author VALUES ({id}); SELECT count(*) FROM book"),
            13 => format!("SET work_mem = '{}MB'", id + 1),
            14 => format!("SET LOCAL work_mem = '{}MB'", id + 20),
            15 => format!("SELECT set_config('app.x', '{id}', {})", id % 2 == 0),
            16 => "SELECT current_setting('work_mem'), nullif(current_setting('app.x', true), '')"
                .to_owned(),
            17 => self
                .one_of(&[
                    "PREPARE p AS SELECT max(id) FROM note",
                    "EXECUTE p",
                    "DEALLOCATE p",
                ])
                .to_owned(),
            18 => self
                .one_of(&[
                    "DECLARE c CURSOR FOR SELECT id FROM note ORDER BY id",
                    "FETCH 2 FROM c",
                    "CLOSE c",
                ])
                .to_owned(),
            _ => self
                .one_of(&["RESET work_mem", "RESET ALL", "CLOSE ALL", ""])
                .to_owned(),
        }
    }

    fn control(&mut self) -> &'static str {
        self.one_of(&[
            "BEGIN",
            "COMMIT",
            "ROLLBACK",
            "SAVEPOINT a",
            "SAVEPOINT b",
            "ROLLBACK TO a",
            "ROLLBACK TO b",
            "RELEASE a",
            "RELEASE SAVEPOINT b",
            "COMMIT AND CHAIN",
            "BEGIN READ ONLY",
        ])
    }

    /// A request of one statement or more. A transaction that becomes read-only
    /// after it has written is left out: which of two errors its COMMIT then
    /// gives, that of a constraint or of the checking, is different.
    fn request(&mut self) -> String {
        if self.below(4) > 0 {
            return self.statement_or_control();
        }
        let count = 1 + self.below(3);
        let all: Vec<_> = (0..count).map(|_| self.statement_or_control()).collect();
        all.join("; ").replace("READ ONLY", "READ WRITE")
    }

    fn statement_or_control(&mut self) -> String {
        if self.below(3) == 0 {
            self.control().to_owned()
        } else {
            self.statement()
        }
    }
}

/// What a client sees of a request: values, counts, or the SQLSTATE.
async fn outcome(client: &Client, sql: &str, prepared: bool) -> String {
    let seen = if prepared {
        extended(client, sql).await
    } else {
        simple(client, sql).await
    };
    seen.unwrap_or_else(|error| {
        error
            .code()
            .map_or(error.to_string(), |code| code.code().to_owned())
    })
}

async fn simple(client: &Client, sql: &str) -> Result<String, tokio_postgres::Error> {
    let answers = client
        .simple_query(sql)
        .await?
        .into_iter()
        .map(|answer| match answer {
            SimpleQueryMessage::Row(row) => {
                let values =
                    (0..row.len()).map(|column| row.get(column).unwrap_or("NULL").to_owned());
                values.collect::<Vec<_>>().join("|")
            }
            SimpleQueryMessage::CommandComplete(count) => format!("={count}"),
            _ => "description".to_owned(),
        });
    Ok(answers.collect::<Vec<_>>().join(" "))
}

async fn extended(client: &Client, sql: &str) -> Result<String, tokio_postgres::Error> {
    let statement = client.prepare(sql).await?;
    Ok(format!("={}", client.execute(&statement, &[]).await?))
}

/// Two clients of a kind. While one is in a transaction the other does nothing:
/// what they see of each other then is the one thing that differs.
async fn play(seed: u64, prepared: bool) {
    let place = place();
    let mut pairs = Vec::new();
    for _ in 0..2 {
        let real = connect(&place.url(Mode::Clone)).await.unwrap();
        pairs.push((place.client().await, real));
    }
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let (mut active, mut history) = (0, Vec::new());
    for _ in 0..80 {
        let (shared, real) = &pairs[active];
        let sql = if prepared && dice.below(3) > 0 {
            dice.statement()
        } else {
            dice.request()
        };
        let prepare = prepared && !sql.contains(';') && dice.below(2) == 0;
        history.push(format!("{active} {prepare}: {sql}"));
        let (ours, theirs) =
            tokio::join!(outcome(shared, &sql, prepare), outcome(real, &sql, prepare));
        assert_eq!(ours, theirs, "seed {seed}, after\n{}", history.join("\n"));
        if dice.below(4) == 0 {
            history.push(format!("{active}: ROLLBACK, and the other goes on"));
            let end = "ROLLBACK; SELECT id, text FROM note ORDER BY id";
            assert_eq!(
                outcome(shared, end, false).await,
                outcome(real, end, false).await
            );
            active = 1 - active;
        }
    }
}

#[tokio::test]
async fn simple_queries_have_the_same_outcome() {
    for seed in 1..=20 {
        play(seed, false).await;
    }
}

#[tokio::test]
async fn prepared_statements_have_the_same_outcome() {
    for seed in 1001..=1020 {
        play(seed, true).await;
    }
}
