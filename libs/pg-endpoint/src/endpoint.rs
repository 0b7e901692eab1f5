//! The endpoint as its user sees it.

use std::fmt::{self, Write as _};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

use crate::address::{self, Mode};
use crate::cancel::Keys;
use crate::databases::{BoxError, Databases};
use crate::door::Door;
use crate::registry::{Fate, Registry};

/// How an endpoint is started.
#[derive(Clone, Debug)]
pub struct Options {
    port: u16,
    pub(crate) grace: Duration,
    pub(crate) idle_sessions: usize,
    pub(crate) instead: Option<String>,
    pub(crate) password: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            grace: Duration::from_secs(5),
            idle_sessions: 0,
            instead: None,
            password: None,
        }
    }
}

impl Options {
    /// The port to listen on. Default: any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// How long a scratch database is kept for its next client when the last
    /// one has left. Default: 5 seconds.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How many sessions of rollback mode may wait, reset, for the next test in
    /// the same database, which then need not connect to the server. Default: 0.
    #[must_use]
    pub fn idle_sessions(mut self, idle_sessions: usize) -> Self {
        self.idle_sessions = idle_sessions;
        self
    }

    /// What the hint of a refusal tells a test to do for clone mode. Default:
    /// to connect to the database of that name.
    #[must_use]
    pub fn instead(mut self, instead: impl Into<String>) -> Self {
        self.instead = Some(instead.into());
        self
    }

    /// The password that clients must give; [`Endpoint::url`] has it. Default:
    /// none is asked for, so whoever has an account on the machine and knows or
    /// guesses a name gets in.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }
}

/// A running endpoint. It works on a thread of its own, so that it serves
/// blocking clients of the same process too. Dropping it ends all its scratch
/// databases with their clients, and blocks until that is done.
pub struct Endpoint {
    port: u16,
    password: Option<String>,
    registry: Arc<Registry>,
    runtime: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Endpoint {
    /// Starts listening on this machine's loopback addresses, and on no other.
    /// The error says why the port cannot be had.
    pub fn start(databases: impl Databases, options: &Options) -> io::Result<Self> {
        let listeners = listen(options.port)?;
        let port = listeners[0].local_addr()?.port();
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let registry = Registry::new(Box::new(databases), options.clone());
        let door = Door {
            registry: Arc::clone(&registry),
            keys: Keys::default(),
        };
        let (stop, stopped) = oneshot::channel();
        let body = move || runtime.block_on(serve(listeners, door, stopped));
        let thread = thread::Builder::new()
            .name("pg-endpoint".to_owned())
            .spawn(body)?;
        Ok(Self {
            port,
            password: options.password.clone(),
            registry,
            runtime: handle,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// The port that it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The connection string of a test's scratch database.
    pub fn url(&self, template: &str, mode: Mode, id: &str) -> String {
        let name = address::name(template, mode, id);
        url(self.port, self.password.as_deref(), &name)
    }

    /// Like [`Endpoint::end`], for code that is not async, or must not be.
    pub fn end_blocking(&self, template: &str, id: &str) {
        // Nothing is to be kept, so nothing can fail.
        let _ = self.finish_blocking(template, id, Fate::RolledBack);
    }

    /// Like [`Endpoint::end_blocking`], but what was done in rollback mode is
    /// committed first, so that somebody can look at it in the database that
    /// [`Databases::open`] handed out. The error says why there is nothing to
    /// look at, such as what the server says when a constraint that was deferred
    /// is violated.
    pub fn keep_blocking(&self, template: &str, id: &str) -> Result<(), BoxError> {
        self.finish_blocking(template, id, Fate::Kept)
    }

    fn finish_blocking(&self, template: &str, id: &str, fate: Fate) -> Result<(), BoxError> {
        let (registry, template, id) = (
            Arc::clone(&self.registry),
            template.to_owned(),
            id.to_owned(),
        );
        let (done, ended) = sync_channel(1);
        self.runtime.spawn(async move {
            // Whoever waited may have given up.
            let _ = done.send(registry.end(&template, &id, fate).await);
        });
        // It can only fail when the endpoint is gone, and all databases with it.
        ended.recv()?
    }

    /// Ends the scratch databases of a test, with the clients that are left,
    /// and waits until they are gone.
    pub async fn end(&self, template: &str, id: &str) {
        let (registry, template, id) = (
            Arc::clone(&self.registry),
            template.to_owned(),
            id.to_owned(),
        );
        let ended = self
            .runtime
            .spawn(async move { registry.end(&template, &id, Fate::RolledBack).await });
        // It can only fail when the endpoint is gone, and all databases with it.
        let _ = ended.await;
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been printed already.
            let _ = thread.join();
        }
    }
}

/// The connection string that ends a test's scratch databases when it is
/// connected to, on the endpoint at this port, with its password if it asks for
/// one.
pub fn end_url(port: u16, password: Option<&str>, template: &str, id: &str) -> String {
    url(port, password, &format!("{template}.end.{id}"))
}

fn url(port: u16, password: Option<&str>, database: &str) -> String {
    let password = password.map(|password| format!(":{}", encoded(password)));
    let (password, database) = (password.unwrap_or_default(), encoded(database));
    format!("postgresql://testbed{password}@127.0.0.1:{port}/{database}")
}

/// As a part of a URL.
fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Listens on both loopback addresses; the second may not exist.
fn listen(port: u16) -> io::Result<Vec<StdListener>> {
    let first = StdListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let second = SocketAddr::from((Ipv6Addr::LOCALHOST, first.local_addr()?.port()));
    let listeners: Vec<_> = [first]
        .into_iter()
        .chain(StdListener::bind(second).ok())
        .collect();
    for listener in &listeners {
        listener.set_nonblocking(true)?;
    }
    Ok(listeners)
}

/// Serves until `stopped`, then ends what is left.
async fn serve(listeners: Vec<StdListener>, door: Door, stopped: oneshot::Receiver<()>) {
    let accepting: Vec<_> = listeners
        .into_iter()
        .map(|listener| tokio::spawn(accept(listener, door.clone())))
        .collect();
    // The sender is dropped, not used.
    let _ = stopped.await;
    for task in accepting {
        task.abort();
    }
    door.registry.end_all().await;
}

async fn accept(listener: StdListener, door: Door) {
    let Ok(listener) = TcpListener::from_std(listener) else {
        return;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(tokio::spawn(door.clone().welcome(stream))),
            // Out of file descriptors, or a client that is gone already.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_ids_are_encoded() {
        let expected = "postgresql://testbed@127.0.0.1:5434/shop.end.a%5B1%20%2F%C3%A9%5D";
        assert_eq!(end_url(5434, None, "shop", "a[1 /é]"), expected);
        let expected = "postgresql://testbed:a%40b@127.0.0.1:5434/shop.end.1";
        assert_eq!(end_url(5434, Some("a@b"), "shop", "1"), expected);
    }
}
