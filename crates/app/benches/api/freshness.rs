//! How soon every process finds a document that was committed, and no longer one that was deleted:
//! two servers on one database, both searched all the time, while documents come in.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::client::{Connection, delete, get, upload};
use crate::routes::Who;
use crate::site::Site;

/// Within which every process has to follow.
const BAR: Duration = Duration::from_secs(1);

/// How long it is waited at most.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(5);

/// How many search each of the servers.
const SEARCHING: usize = 2;

/// What was done beside what is measured.
#[derive(Default)]
struct Load {
    ends: AtomicBool,
    searches: AtomicUsize,
    documents: AtomicUsize,
}

/// Puts so many documents in and takes them out again, by one server and the other in turn.
pub(crate) async fn measure(site: &Site, documents: usize) -> Result<()> {
    let neighbour = site.neighbour()?;
    let servers = [site.address(), neighbour.address()];
    let token = site.token(Who::Admin).to_owned();
    let load = Arc::new(Load::default());
    let begin = Instant::now();
    let mut others = JoinSet::new();
    for server in servers {
        for _ in 0..SEARCHING {
            others.spawn(search_on(server, token.clone(), Arc::clone(&load)));
        }
    }
    others.spawn(put_in_more(servers[0], token.clone(), Arc::clone(&load)));
    let (mut found, mut gone) = (Vec::new(), Vec::new());
    for number in 0..documents {
        let [by, other] = if number % 2 == 0 { [0, 1] } else { [1, 0] };
        let word = format!("fresh{number}x");
        let id = put_in(servers[by], &token, &word).await?;
        found.extend(both(servers, &token, &word, true).await?);
        take_out(servers[other], &token, &id).await?;
        gone.extend(both(servers, &token, &word, false).await?);
    }
    let took = begin.elapsed().as_secs_f64();
    load.ends.store(true, Ordering::Relaxed);
    while let Some(ended) = others.join_next().await {
        ended??;
    }
    let rate = |count: &AtomicUsize| count.load(Ordering::Relaxed) as f64 / took;
    println!(
        "{documents} documents in and out, beside {:.0} searches and {:.1} documents a second:",
        rate(&load.searches),
        rate(&load.documents)
    );
    let late = [("committed, found", found), ("deleted, gone", gone)].map(report);
    ensure!(!late.contains(&true), "a process followed late");
    Ok(())
}

/// Prints how long it took; whether it was longer than it may be.
fn report((what, mut took): (&str, Vec<Duration>)) -> bool {
    took.sort_unstable();
    let at = |share: usize| took[(took.len() * share / 100).min(took.len() - 1)].as_secs_f64();
    let most = took.last().copied().unwrap_or_default();
    let verdict = if most < BAR { "met" } else { "missed" };
    println!(
        "{what:<18} median {:.3} s, 99th percentile {:.3} s, at most {:.3} s (under {:.0} s): {verdict}",
        at(50),
        at(99),
        most.as_secs_f64(),
        BAR.as_secs_f64()
    );
    most >= BAR
}

/// How long it takes until each of the servers finds a word, or does not any more.
async fn both(
    servers: [SocketAddr; 2],
    token: &str,
    word: &str,
    expected: bool,
) -> Result<[Duration; 2]> {
    let [here, there] = servers.map(|server| until(server, token, word, expected));
    let (here, there) = tokio::try_join!(here, there)?;
    Ok([here, there])
}

async fn until(server: SocketAddr, token: &str, word: &str, expected: bool) -> Result<Duration> {
    let begin = Instant::now();
    let mut connection = Connection::open(server).await?;
    let request = get(&format!("/api/search?q={word}"), token);
    loop {
        let answer = connection.ask(&request).await?;
        let said: Value = serde_json::from_slice(answer.body)?;
        let hits = said["hits"].as_array();
        let hits = hits.with_context(|| format!("a search without hits: {said}"))?;
        if hits.is_empty() != expected {
            return Ok(begin.elapsed());
        }
        ensure!(begin.elapsed() < PATIENCE, "{word}: waited for in vain");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn put_in(server: SocketAddr, token: &str, word: &str) -> Result<String> {
    let text = format!("The {word} was planted by children of the second grade, beside the well.");
    let mut connection = Connection::open(server).await?;
    let answer = connection
        .ask(&upload(&format!("{word}.txt"), &text, token))
        .await?;
    let status = answer.status;
    let said: Value = serde_json::from_slice(answer.body)?;
    ensure!(status == 201, "{word}: {said}");
    let id = said["doc_id"].as_str().context("a document without id")?;
    Ok(id.to_owned())
}

async fn take_out(server: SocketAddr, token: &str, id: &str) -> Result<()> {
    let mut connection = Connection::open(server).await?;
    let request = delete(&format!("/api/documents/{id}"), token);
    let status = connection.ask(&request).await?.status;
    ensure!(status == 200, "deleting {id}: {status}");
    Ok(())
}

async fn search_on(server: SocketAddr, token: String, load: Arc<Load>) -> Result<()> {
    let mut connection = Connection::open(server).await?;
    let request = get("/api/search?q=children+plant+trees+beside+a+well", &token);
    while !load.ends.load(Ordering::Relaxed) {
        let status = connection.ask(&request).await?.status;
        ensure!(status == 200, "a search beside: {status}");
        load.searches.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}

async fn put_in_more(server: SocketAddr, token: String, load: Arc<Load>) -> Result<()> {
    for number in 0.. {
        if load.ends.load(Ordering::Relaxed) {
            break;
        }
        put_in(server, &token, &format!("more{number}y")).await?;
        load.documents.fetch_add(1, Ordering::Relaxed);
    }
    Ok(())
}
