//! One client, from its first byte to its last.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::address::{Address, Mode, Wish};
use crate::cancel::{Cancellable, Keys};
use crate::databases::BoxError;
use crate::registry::{Fate, Key, Registry, Visit};
use crate::shared::{self, Shared};
use crate::upstream::{self, ConnectError, Target};
use crate::wire::{Fields, Greeting, Refusal, Reply, Startup, Wire, greet};

/// How long a client may take to say what it wants.
const PATIENCE: Duration = Duration::from_secs(30);

/// What all connections share.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) registry: Arc<Registry>,
    pub(crate) keys: Keys,
}

impl Door {
    /// Serves a connection to its end.
    pub(crate) async fn welcome(self, stream: TcpStream) {
        let Ok(mut wire) = Wire::tcp(stream) else {
            return;
        };
        match timeout(PATIENCE, self.greet(&mut wire)).await {
            Ok(Ok(Greeting::Cancel(process, secret))) => self.keys.cancel(process, secret).await,
            Ok(Ok(Greeting::Start(startup))) => self.start(wire, startup).await,
            Ok(Err(Turned::Away(refusal))) => refuse(&mut wire, &refusal).await,
            // Nobody who speaks the protocol: there is nothing to answer.
            Ok(Err(Turned::Silent)) | Err(_) => {}
        }
    }

    /// Hears what the client wants, and its password before it gets anything.
    async fn greet(&self, wire: &mut Wire) -> Result<Greeting, Turned> {
        let greeting = greet(wire).await?;
        if let Greeting::Start(_) = greeting
            && let Some(password) = self.registry.password()
        {
            ask_password(wire, password).await?;
        }
        Ok(greeting)
    }

    async fn start(&self, mut wire: Wire, startup: Startup) {
        let Some(Address { template, wish, id }) = Address::parse(startup.database()) else {
            return refuse(&mut wire, &unknown(startup.database())).await;
        };
        match wish {
            Wish::Use(mode) => {
                let visit = self.registry.visit(Key { template, mode, id });
                self.serve(&mut wire, &visit, startup).await;
            }
            Wish::End => {
                // Nothing is to be kept, so nothing can fail.
                let _ = self.registry.end(&template, &id, Fate::RolledBack).await;
                answer_that_it_ended(&mut wire).await;
            }
        }
    }

    /// Serves a client of a scratch database until either ends.
    async fn serve(&self, wire: &mut Wire, visit: &Visit, startup: Startup) {
        let access = match visit.open().await {
            Ok(access) => access,
            Err(error) => return refuse(wire, &no_database(&error)).await,
        };
        let work = async {
            match access.shared {
                Some(shared) => self.share(wire, shared, startup).await,
                None => self.forward(wire, access.target, startup).await,
            }
        };
        let ended = tokio::select! { () = work => false, () = visit.ended() => true };
        if ended {
            let message = "the run has ended this scratch database";
            refuse(wire, &Refusal::fatal("57P01", message)).await;
        }
    }

    /// Gives the client a session of its own on the server.
    async fn forward(&self, wire: &mut Wire, target: Target, startup: Startup) {
        let mut upstream = match upstream::connect(&target, &startup.0).await {
            Ok(upstream) => upstream,
            Err(ConnectError::Refused(message)) => {
                wire.outgoing.extend_from_slice(message.bytes());
                let _ = wire.flush().await;
                return;
            }
            Err(ConnectError::Io(error)) => return refuse(wire, &no_database(&error.into())).await,
        };
        let key = upstream.key;
        let given = self.keys.give(Cancellable::Session { target, key });
        let mut reply = Reply(&mut wire.outgoing);
        reply.authentication_ok();
        for (name, value) in &upstream.parameters {
            reply.parameter(name, value);
        }
        reply.key(given.process, given.secret);
        reply.ready(b'I');
        // However it ends, the client is gone and its session goes with it.
        let _ = wire.splice(&mut upstream.wire).await;
    }

    /// Lets the client take turns with others on one session.
    async fn share(&self, wire: &mut Wire, shared: Arc<Shared>, startup: Startup) {
        let client = shared.next_client();
        let cancellable = Cancellable::Turn {
            shared: Arc::clone(&shared),
            client,
        };
        let given = self.keys.give(cancellable);
        let key = (given.process, given.secret);
        shared::serve(wire, &shared, client, key, &startup).await;
    }
}

/// Why a client does not come in.
enum Turned {
    Away(Refusal),
    /// It is gone, or does not speak the protocol.
    Silent,
}

impl From<io::Error> for Turned {
    fn from(_: io::Error) -> Self {
        Self::Silent
    }
}

async fn ask_password(wire: &mut Wire, password: &str) -> Result<(), Turned> {
    Reply(&mut wire.outgoing).ask_password();
    let answer = wire.next().await?;
    let given = Fields(answer.body()).text()?;
    if answer.kind() == b'p' && is_same(given, password) {
        return Ok(());
    }
    let wrong = Refusal::fatal("28P01", "this is not the password of the test endpoint");
    Err(Turned::Away(wrong.hint(
        "It stands in the connection strings that the endpoint printed when it started.",
    )))
}

/// Compares in a time that does not tell where the difference is.
fn is_same(given: &str, password: &str) -> bool {
    let pairs = given.bytes().zip(password.bytes());
    given.len() == password.len() && pairs.fold(0, |sum, (one, other)| sum | (one ^ other)) == 0
}

async fn refuse(wire: &mut Wire, refusal: &Refusal) {
    Reply(&mut wire.outgoing).refuse(refusal);
    // A client that is gone does not want to know.
    let _ = wire.flush().await;
}

fn unknown(database: &str) -> Refusal {
    let message = format!("database name {database:?} does not say template, mode and test");
    let [rollback, clone, wipe] = [Mode::Rollback, Mode::Clone, Mode::Wipe];
    Refusal::fatal("3D000", message).hint(format!(
        "Use TEMPLATE.{rollback}.ID, TEMPLATE.{clone}.ID or TEMPLATE.{wipe}.ID; \
         TEMPLATE.end.ID ends the test's databases."
    ))
}

fn no_database(error: &BoxError) -> Refusal {
    let mut message = format!("no scratch database could be had: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        message += "; because: ";
        message += &inner.to_string();
        cause = inner.source();
    }
    Refusal::fatal("08006", message)
}

/// Lets a client that asked for an end in, so that its connecting succeeds and
/// any query does, and that is all.
async fn answer_that_it_ended(wire: &mut Wire) {
    let mut reply = Reply(&mut wire.outgoing);
    reply.authentication_ok();
    for (name, value) in [("server_version", "15.0"), ("client_encoding", "UTF8")] {
        reply.parameter(name, value);
    }
    reply.key(0, 0);
    reply.ready(b'I');
    while let Ok(message) = wire.next().await {
        let mut reply = Reply(&mut wire.outgoing);
        match message.kind() {
            b'Q' => reply.complete("END"),
            b'S' => reply.refuse(&Refusal::error(
                "0A000",
                "this connection has only ended a test",
            )),
            b'X' => return,
            _ => continue,
        }
        reply.ready(b'I');
    }
}
