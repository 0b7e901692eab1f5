//! The same short tests in every mode, in plain clones of a template and under
//! `#[sqlx::test]`, side by side on one server and with one schema: 18 tables
//! made by 10 migrations, or one of your own.
//!
//! `cargo bench -p pg-testbed` for 500 tests, 4 at a time; `-- 100` for 100;
//! `-- --migrations DIR --insert SQL --count SQL` for your schema, where the first
//! statement adds one row to an empty table and the second counts its rows.
//! The server is that of the tests: `TEST_DATABASE_URL`, or the private one.

use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use pg_testbed::{BoxError, Mode, ScratchDb, Template, Testbed};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgConnectOptions;
use sqlx::testing::{TestArgs, TestFn};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, PgPool};
use tokio::runtime::{Builder, Runtime};

static OURS: Migrator = sqlx::migrate!("benches/migrations");

/// What the tests run in, and what they do there.
struct Schema {
    label: String,
    migrator: &'static Migrator,
    insert: String,
    count: String,
}

static SCHEMA: OnceLock<Schema> = OnceLock::new();

/// How many tests run at the same time.
const AT_ONCE: usize = 4;

/// How many times the template is made.
const TEMPLATES: usize = 10;

/// Those that are compared, the one they are compared with first.
const WAYS: [&str; 6] = [
    "sqlx::test",
    "plain clones",
    "clone",
    "wipe",
    "by pool", // rollback mode for code that makes its own connections
    "rollback",
];

/// How many times as fast as `#[sqlx::test]` each has to be.
const BARS: [(&str, f64); 3] = [("clone", 6.0), ("wipe", 15.0), ("rollback", 40.0)];

type Outcome = Result<(), BoxError>;

fn main() -> Outcome {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let number = |word: &String| word.parse().ok();
    let tests = arguments.iter().find_map(number).unwrap_or(500);
    let _ = SCHEMA.set(Schema::of(&arguments)?);
    match arguments.iter().find(|word| WAYS.contains(&word.as_str())) {
        Some(way) => run_one_way(way, tests),
        None => compare(tests, &arguments),
    }
}

impl Schema {
    fn of(arguments: &[String]) -> Result<Self, BoxError> {
        let option = |name: &str| {
            let at = arguments.iter().position(|word| word == name)?;
            arguments.get(at + 1).cloned()
        };
        let Some(dir) = option("--migrations") else {
            let insert = "INSERT INTO person (email, name, role)
                          VALUES ('ada@example.org', 'Ada', 'writer')";
            return Ok(Self {
                label: "bench".to_owned(),
                migrator: &OURS,
                insert: insert.to_owned(),
                count: "SELECT count(*) FROM person".to_owned(),
            });
        };
        let migrator = runtime().block_on(Migrator::new(Path::new(&dir)))?;
        Ok(Self {
            label: format!("bench {dir}"),
            migrator: Box::leak(Box::new(migrator)),
            insert: option("--insert").ok_or("--insert is missing")?,
            count: option("--count").ok_or("--count is missing")?,
        })
    }

    fn get() -> &'static Self {
        SCHEMA.get().expect("set at the start")
    }
}

/// Each way runs in a process of its own: `#[sqlx::test]` reads its server from
/// the environment.
fn compare(tests: usize, arguments: &[String]) -> Outcome {
    let url = runtime().block_on(async { Testbed::get().await.map(|testbed| testbed.admin_url()) });
    let url = url?;
    runtime().block_on(time_template())?;
    println!("{tests} tests, {AT_ONCE} at a time; milliseconds, median / 95th percentile\n");
    println!(
        "{:<13} {:>9} {:>7}  {:>15} {:>15} {:>15} {:>15} {:>6}",
        "", "ms a test", "ratio", "hand-out", "connect", "test", "return", "bar"
    );
    let mut first = None;
    for way in WAYS {
        let mut command = Command::new(env::current_exe()?);
        command.args([way, &tests.to_string()]).args(arguments);
        let output = command.env("DATABASE_URL", &url).output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let text = String::from_utf8(output.stdout)?;
        let (total, steps) = text.split_once('\t').unwrap_or((&text, ""));
        let each: f64 = total.trim().parse()?;
        let ratio = *first.get_or_insert(each) / each;
        let bar = BARS.iter().find(|(name, _)| *name == way);
        let bar = bar.map_or(String::new(), |(_, bar)| format!("{bar:.0}x"));
        println!(
            "{way:<13} {each:>9.2} {ratio:>6.1}x  {} {bar:>6}",
            steps.trim_end()
        );
    }
    runtime().block_on(warm_pool(100))
}

/// Makes the template anew, several times, with the first clone of it.
async fn time_template() -> Outcome {
    let (testbed, made) = (Testbed::get().await?, Times::default());
    for _ in 0..TEMPLATES {
        testbed.discard(&template()).await?;
        let began = Instant::now();
        let first = testbed.scratch(&template()).await?;
        made.add(began);
        drop(first);
    }
    let (times, summary) = (TEMPLATES, made.summary());
    println!("template, with its first clone, {times} times: {summary} ms");
    Ok(())
}

/// Hands out clones with time in between to make others ready.
async fn warm_pool(rounds: usize) -> Outcome {
    let (testbed, hand_out) = (Testbed::get().await?, Times::default());
    for _ in 0..rounds {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let began = Instant::now();
        let database = testbed.scratch(&template()).await?;
        hand_out.add(began);
        drop(database);
    }
    println!(
        "\nhand-out of a clone that waits ready: {}",
        hand_out.summary()
    );
    Ok(())
}

/// Runs the tests and prints the milliseconds of one, then those of its steps.
fn run_one_way(way: &str, tests: usize) -> Outcome {
    // Not part of the run, as little as starting the server: the template, and
    // the clones that earlier runs leave ready.
    warm_up()?;
    let steps = Steps::default();
    let began = Instant::now();
    in_threads(tests, |number| match way {
        "sqlx::test" => sqlx_test(number, &steps),
        "plain clones" => runtime().block_on(plain_clone(number, &steps)),
        "clone" => runtime().block_on(scratch(Mode::Clone, &steps)),
        "wipe" => runtime().block_on(scratch(Mode::Wipe, &steps)),
        "by pool" => runtime().block_on(scratch(Mode::Rollback, &steps)),
        _ => runtime().block_on(transaction(&steps)),
    })?;
    let each = milliseconds(began.elapsed()) / tests as f64;
    println!("{each:.3}\t{}", steps.table());
    Ok(())
}

fn template() -> Template {
    let schema = Schema::get();
    Template::migrations(&schema.label, schema.migrator)
}

fn warm_up() -> Outcome {
    runtime().block_on(async {
        drop(Testbed::get().await?.scratch(&template()).await?);
        tokio::time::sleep(Duration::from_millis(500)).await;
        Ok(())
    })
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime for one test")
}

/// Runs tests like a test harness, a few at the same time.
fn in_threads(tests: usize, test: impl Fn(usize) -> Outcome + Sync) -> Outcome {
    let (next, failure) = (AtomicUsize::new(0), Mutex::new(None));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= tests {
                return;
            }
            if let Err(error) = test(number) {
                *failure.lock().expect("no test panics") = Some(error);
                return;
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(work);
        }
    });
    let failure = failure.into_inner().expect("no test panics");
    failure.map_or(Ok(()), Err)
}

/// What each test does.
async fn work(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    let schema = Schema::get();
    let insert = sqlx::query(schema.insert.as_str());
    insert.execute(&mut *connection).await?;
    let count = sqlx::query_scalar(schema.count.as_str());
    let count: i64 = count.fetch_one(connection).await?;
    assert_eq!(count, 1, "another test is in this database");
    Ok(())
}

/// The very machinery of `#[sqlx::test]`.
fn sqlx_test(number: usize, steps: &Steps) -> Outcome {
    async fn with_pool(pool: PgPool) -> Result<(), sqlx::Error> {
        work(&mut *pool.acquire().await?).await
    }
    let mut args = TestArgs::new(format!("compare::test_{number}").leak());
    args.migrator(Schema::get().migrator);
    let test: fn(PgPool) -> _ = with_pool;
    let began = Instant::now();
    test.run_test(args)?;
    steps.test.add(began);
    Ok(())
}

/// CREATE DATABASE … TEMPLATE and DROP DATABASE, as everybody writes it.
async fn plain_clone(number: usize, steps: &Steps) -> Outcome {
    let testbed = Testbed::get().await?;
    let source = ready_template(&testbed).await?;
    let name = format!("compare_{}_{number}", std::process::id());
    let mut admin = PgConnection::connect(&testbed.admin_url()).await?;
    let began = Instant::now();
    run(
        &mut admin,
        format!("CREATE DATABASE {name} TEMPLATE {source}"),
    )
    .await?;
    steps.hand_out.add(began);
    let options: PgConnectOptions = testbed.admin_url().parse()?;
    let began = Instant::now();
    let mut connection = options.database(&name).connect().await?;
    steps.connect.add(began);
    let began = Instant::now();
    work(&mut connection).await?;
    steps.test.add(began);
    let began = Instant::now();
    connection.close().await?;
    run(&mut admin, format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    steps.ret.add(began);
    Ok(admin.close().await?)
}

async fn run(connection: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    let script = sqlx::raw_sql(AssertSqlSafe(sql));
    script.execute(connection).await.map(|_| ())
}

async fn ready_template(testbed: &Testbed) -> Result<String, BoxError> {
    static NAME: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let template = format!("template {}", Schema::get().label);
    let find = || async {
        let all = testbed.databases().await?;
        let found = all
            .into_iter()
            .rfind(|one| one.state.to_string() == template);
        found
            .map(|one| one.name)
            .ok_or_else(|| "no template".into())
    };
    NAME.get_or_try_init(find).await.cloned()
}

async fn scratch(mode: Mode, steps: &Steps) -> Outcome {
    let testbed = Testbed::get().await?;
    let began = Instant::now();
    let database: ScratchDb = testbed.scratch(&template()).mode(mode).await?;
    steps.hand_out.add(began);
    let began = Instant::now();
    let pool = database.pool();
    let mut connection = pool.acquire().await?;
    steps.connect.add(began);
    let began = Instant::now();
    work(&mut connection).await?;
    steps.test.add(began);
    let began = Instant::now();
    drop(connection);
    drop(database);
    steps.ret.add(began);
    Ok(())
}

async fn transaction(steps: &Steps) -> Outcome {
    let testbed = Testbed::get().await?;
    let began = Instant::now();
    let mut transaction = testbed.begin(&template()).await?;
    steps.hand_out.add(began);
    let began = Instant::now();
    work(&mut transaction).await?;
    steps.test.add(began);
    let began = Instant::now();
    drop(transaction);
    steps.ret.add(began);
    Ok(())
}

/// The times of all tests, by step.
#[derive(Default)]
struct Steps {
    hand_out: Times,
    connect: Times,
    test: Times,
    ret: Times,
}

impl Steps {
    fn table(&self) -> String {
        let steps = [&self.hand_out, &self.connect, &self.test, &self.ret];
        steps
            .map(|times| format!("{:>15}", times.summary()))
            .join(" ")
    }
}

#[derive(Default)]
struct Times(Mutex<Vec<Duration>>);

impl Times {
    fn add(&self, began: Instant) {
        let mut times = self.0.lock().expect("no test panics");
        times.push(began.elapsed());
    }

    /// Median and 95th percentile in milliseconds.
    fn summary(&self) -> String {
        let mut times = self.0.lock().expect("no test panics").clone();
        times.sort();
        let Some(last) = times.len().checked_sub(1) else {
            return "-".to_owned();
        };
        let at = |percent: usize| milliseconds(times[last * percent / 100]);
        format!("{:.2} / {:.2}", at(50), at(95))
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
