//! What a round trip costs by way of the endpoint, against a direct connection
//! to the same database: `cargo bench -p pg-endpoint`. The number of rounds can
//! be given: `cargo bench -p pg-endpoint -- 5000`.

use std::env;
use std::time::{Duration, Instant};

use pg_endpoint::{BoxError, Databases, Endpoint, Mode, Opening, Options, Scratch};
use pg_testbed::Testbed;
use tokio_postgres::{Client, NoTls, Statement};

/// Hands out empty databases.
struct Empty;

impl Databases for Empty {
    fn open<'a>(&'a self, _template: &'a str, _mode: Mode) -> Opening<'a> {
        Box::pin(async {
            let database = Testbed::get().await?.empty().await?;
            Ok(Scratch::new(database.url().to_owned(), database))
        })
    }
}

/// What is timed.
#[derive(Clone, Copy)]
enum Work {
    Simple,
    Prepared,
    Insert,
    /// BEGIN, an insert, COMMIT: three round trips, given as one third.
    Transaction,
}

const WORKS: [(&str, Work); 4] = [
    ("SELECT 1, simple", Work::Simple),
    ("SELECT 1, prepared", Work::Prepared),
    ("INSERT, prepared", Work::Insert),
    ("BEGIN, INSERT, COMMIT (each)", Work::Transaction),
];

/// A way to the server, with its prepared statements.
struct Way {
    client: Client,
    select: Statement,
    insert: Statement,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let rounds = env::args()
        .find_map(|word| word.parse().ok())
        .unwrap_or(3000);
    let database = Testbed::get().await?.empty().await?;
    let endpoint = Endpoint::start(Empty, &Options::default())?;
    let direct = Way::open(database.url()).await?;
    let rollback = Way::open(&endpoint.url("bench", Mode::Rollback, "1")).await?;
    let clone = Way::open(&endpoint.url("bench", Mode::Clone, "1")).await?;
    println!("microseconds a round trip, median and 95th percentile of {rounds}");
    println!(
        "{:<30} {:>12} {:>12} {:>12} {:>9}",
        "", "direct", "clone", "rollback", "added"
    );
    for (name, work) in WORKS {
        let mut times = [Vec::new(), Vec::new(), Vec::new()];
        // In turn, so that the machine's other work hits all alike.
        for _ in 0..rounds {
            for (way, times) in [&direct, &clone, &rollback].into_iter().zip(&mut times) {
                times.push(way.time(work).await?);
            }
        }
        report(name, times);
    }
    Ok(())
}

impl Way {
    async fn open(url: &str) -> Result<Self, BoxError> {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
        tokio::spawn(connection);
        client.batch_execute("CREATE TABLE t (n int)").await?;
        let select = client.prepare("SELECT 1").await?;
        let insert = client.prepare("INSERT INTO t VALUES (1)").await?;
        Ok(Self {
            client,
            select,
            insert,
        })
    }

    async fn time(&self, work: Work) -> Result<Duration, BoxError> {
        let begin = Instant::now();
        let mut trips = 1;
        match work {
            Work::Simple => drop(self.client.simple_query("SELECT 1").await?),
            Work::Prepared => drop(self.client.query(&self.select, &[]).await?),
            Work::Insert => drop(self.client.execute(&self.insert, &[]).await?),
            Work::Transaction => {
                self.client.batch_execute("BEGIN").await?;
                self.client.execute(&self.insert, &[]).await?;
                self.client.batch_execute("COMMIT").await?;
                trips = 3;
            }
        }
        Ok(begin.elapsed() / trips)
    }
}

fn report(name: &str, mut times: [Vec<Duration>; 3]) {
    let [direct, clone, rollback] = times.each_mut().map(|times| {
        times.sort();
        let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_micros();
        (at(50), at(95))
    });
    let cell = |(median, high): (u128, u128)| format!("{median} {high:>6}");
    let added = rollback.0.saturating_sub(direct.0);
    println!(
        "{name:<30} {:>12} {:>12} {:>12} {added:>9}",
        cell(direct),
        cell(clone),
        cell(rollback)
    );
}
