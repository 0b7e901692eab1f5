//! The API under load: the real server on a database with 20,000 outputs and 10,000
//! documents, the load generator on the same machine.
//!
//! `make bench-api`, or `cargo bench -p archivist-app --bench api --` with
//! `--seconds N` for each route (5), `--clients N` at once (16), `--mix-seconds N` (30),
//! `--only TEXT` for routes with this in their name, `--server PATH` for another build,
//! `--database URL` for a database that is filled already (`fill.sql`); `--freshness N` to measure
//! instead how soon two servers find N documents, and no longer find them.
//!
//! The machine decides about the figures; what can be compared between machines are the
//! ratios to the first route, and between runs the computing time per request.

mod client;
mod freshness;
mod load;
mod process;
mod routes;
mod site;

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use self::client::{Connection, get, put};
use self::load::Outcome;
use self::routes::{COMPARED_WITH, LIBRARY, LISTS, MIX, Route, TOGETHER, Who};
use self::site::{Choice, Site};

/// What lists have to sustain: requests per second, and milliseconds that 99 of 100 stay
/// under.
const BAR: (f64, f64) = (2000.0, 30.0);

const MISSED: &str = "missed";

/// How many ask at once in the mix.
const CROWD: usize = 200;

/// How much more memory is still called flat, after the crowd has been there for a while.
const FLAT: f64 = 1.10;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let site = Site::start(Choice {
        server: option(&arguments, "--server")?,
        database: option(&arguments, "--database")?,
    })
    .await?;
    if let Some(documents) = option(&arguments, "--freshness")? {
        return freshness::measure(&site, documents).await;
    }
    let only: Option<String> = option(&arguments, "--only")?;
    let clients = option(&arguments, "--clients")?.unwrap_or(16);
    let seconds = Duration::from_secs(option(&arguments, "--seconds")?.unwrap_or(5));
    let (routes, missing) = known_routes(&site).await?;
    heading(clients);
    let mut compared_with = None;
    let mut bars = Vec::new();
    for route in &routes {
        let is_wanted = only.as_ref().is_none_or(|only| route.name.contains(only));
        if !is_wanted && route.name != COMPARED_WITH {
            continue;
        }
        let measured = measure(&site, requests(&site, route), clients, seconds).await?;
        let rate = measured.outcome.per_second();
        println!(
            "{}",
            measured.row(route.name, *compared_with.get_or_insert(rate))
        );
        if LISTS.contains(&route.name) || LIBRARY.contains(&route.name) {
            bars.push(bar(route.name, &measured.outcome));
        }
    }
    for name in missing {
        println!("{name:<30} not there (404)");
    }
    if only.is_none() {
        let requests = in_turn(&site, &routes, &TOGETHER);
        let measured = measure(&site, requests, clients, seconds).await?;
        let name = "all of these in turn";
        println!("{}", measured.row(name, compared_with.unwrap_or(f64::NAN)));
        bars.push(bar(name, &measured.outcome));
    }
    println!("\n{}", bars.join("\n"));
    let missed = bars.iter().filter(|bar| bar.ends_with(MISSED)).count();
    let mix_seconds: u64 = option(&arguments, "--mix-seconds")?.unwrap_or(30);
    if mix_seconds > 0 {
        crowd(&site, &routes, mix_seconds).await?;
    }
    ensure!(missed == 0, "{missed} bars were missed");
    Ok(())
}

/// The value behind a flag.
fn option<T: FromStr>(arguments: &[String], flag: &str) -> Result<Option<T>>
where
    T::Err: std::error::Error + Send + Sync + 'static,
{
    let Some(at) = arguments.iter().position(|word| word == flag) else {
        return Ok(None);
    };
    let value = arguments
        .get(at + 1)
        .with_context(|| format!("{flag} needs a value"))?;
    let value = value.parse().with_context(|| format!("{flag} {value}"))?;
    Ok(Some(value))
}

/// The routes that this server has, and the names of those that it does not.
async fn known_routes(site: &Site) -> Result<(Vec<Route>, Vec<&'static str>)> {
    let mut connection = Connection::open(site.address()).await?;
    let (mut known, mut missing) = (Vec::new(), Vec::new());
    for route in routes::all() {
        let request = get(&route.paths[0], site.token(route.who));
        match connection.ask(&request).await?.status {
            200 => known.push(route),
            404 => missing.push(route.name),
            other => bail!("{} answered with {other}", route.paths[0]),
        }
    }
    Ok((known, missing))
}

fn requests(site: &Site, route: &Route) -> Vec<Vec<u8>> {
    let token = site.token(route.who);
    route.paths.iter().map(|path| get(path, token)).collect()
}

/// What one load did.
struct Measured {
    outcome: Outcome,
    /// Per request, in microseconds: the server, PostgreSQL, the load generator.
    cpu: Option<[f64; 3]>,
}

async fn measure(
    site: &Site,
    requests: Vec<Vec<u8>>,
    clients: usize,
    time: Duration,
) -> Result<Measured> {
    load::run(site.address(), requests.clone(), clients, time / 5).await?;
    let backends = site.backends().await?;
    let used = || -> Option<[Duration; 3]> {
        let of = process::cpu_time;
        Some([
            of(&[site.pid()])?,
            of(&backends)?,
            of(&[std::process::id()])?,
        ])
    };
    let before = used();
    let outcome = load::run(site.address(), requests, clients, time).await?;
    let per_request = |(before, after): (Duration, Duration)| {
        (after.saturating_sub(before)).as_secs_f64() * 1e6 / outcome.requests().max(1) as f64
    };
    let cpu = before
        .zip(used())
        .map(|(before, after)| [0, 1, 2].map(|n| per_request((before[n], after[n]))));
    Ok(Measured { outcome, cpu })
}

fn heading(clients: usize) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores, {clients} clients at once\n");
    println!(
        "{:<30} {:>8} {:>7} {:>8} {:>8} {:>8} {:>7} {:>6}   computing µs: server + database + client",
        "route", "per s", "ratio", "median", "95th", "99th ms", "KiB", "errors"
    );
}

impl Measured {
    fn row(&self, name: &str, compared_with: f64) -> String {
        let outcome = &self.outcome;
        let rate = outcome.per_second();
        let kib = outcome.bytes as f64 / 1024.0 / outcome.requests().max(1) as f64;
        let cpu = self
            .cpu
            .map_or_else(String::new, |[server, database, client]| {
                format!("{server:.0} + {database:.0} + {client:.0}")
            });
        format!(
            "{name:<30} {rate:>8.0} {:>7.2} {:>8.2} {:>8.2} {:>8.2} {kib:>7.1} {:>6}   {cpu}",
            rate / compared_with,
            outcome.percentile(50),
            outcome.percentile(95),
            outcome.percentile(99),
            outcome.errors,
        )
    }
}

fn bar(name: &str, outcome: &Outcome) -> String {
    let (rate, late) = (outcome.per_second(), outcome.percentile(99));
    let verdict = if rate >= BAR.0 && late < BAR.1 {
        "met"
    } else {
        MISSED
    };
    let (least, most) = BAR;
    format!(
        "{name}: {rate:.0} per second (at least {least:.0}), 99th percentile {late:.1} ms (under {most:.0}): {verdict}"
    )
}

/// Requests to the routes of these names: each route in turn, in each of its variants.
fn in_turn(site: &Site, routes: &[Route], names: &[&str]) -> Vec<Vec<u8>> {
    let of_name = |name: &&str| routes.iter().find(|route| route.name == *name);
    let chosen: Vec<_> = names
        .iter()
        .filter_map(of_name)
        .map(|route| requests(site, route))
        .collect();
    (0..1000)
        .map(|n| {
            let variants = &chosen[n % chosen.len()];
            variants[n / chosen.len() % variants.len()].clone()
        })
        .collect()
}

/// A change of the newest output: what is remembered of the outputs is worth nothing then.
async fn change(site: &Site) -> Result<Vec<u8>> {
    let token = site.token(Who::Admin);
    let mut connection = Connection::open(site.address()).await?;
    let list = connection.ask(&get("/api/outputs?limit=1", token)).await?;
    let list: Value = serde_json::from_slice(list.body)?;
    let id = list["outputs"][0]["output_id"].as_str();
    let id = id.context("a list without outputs")?;
    let body = r#"{"success_notes": "Noted."}"#;
    Ok(put(&format!("/api/outputs/{id}"), token, body))
}

/// Many at once over all kinds of routes, and one in five hundred changes something: nobody
/// gets an error, and memory stays.
async fn crowd(site: &Site, routes: &[Route], seconds: u64) -> Result<()> {
    let mut requests = in_turn(site, routes, &MIX);
    let change = change(site).await?;
    for at in [requests.len() / 2, requests.len()] {
        requests.insert(at, change.clone());
    }
    let pid = site.pid();
    let rest = Duration::from_secs(seconds);
    let begin = tokio::time::Instant::now();
    let watch = async {
        let start = process::memory(pid);
        tokio::time::sleep_until(begin + rest / 3).await;
        let early = process::memory(pid);
        tokio::time::sleep_until(begin + rest - Duration::from_millis(200)).await;
        (start, early, process::memory(pid))
    };
    let load = load::run(site.address(), requests, CROWD, rest);
    let (outcome, (start, early, late)) = tokio::join!(load, watch);
    let outcome = outcome?;
    println!(
        "\n{CROWD} clients for {seconds} s over {} kinds of requests:",
        MIX.len()
    );
    println!(
        "{} requests, {:.0} per second, median {:.1} ms, 99th percentile {:.1} ms, {} errors",
        outcome.requests(),
        outcome.per_second(),
        outcome.percentile(50),
        outcome.percentile(99),
        outcome.errors
    );
    if let (Some(start), Some(early), Some(late)) = (start, early, late) {
        let verdict = if late <= early * FLAT {
            "flat"
        } else {
            "growing"
        };
        println!(
            "memory of the server: {start:.0} MiB at the start, {early:.0} after {} s, {late:.0} at the end: {verdict}",
            seconds / 3
        );
        ensure!(late <= early * FLAT, "the memory of the server grows");
    }
    ensure!(outcome.errors == 0, "{} requests failed", outcome.errors);
    Ok(())
}
