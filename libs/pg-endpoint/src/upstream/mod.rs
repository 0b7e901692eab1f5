//! Sessions with the PostgreSQL server.

mod login;
mod target;

use std::io;
use std::time::Duration;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::time::{Instant, sleep, timeout};

use crate::wire::{Message, Wire};

pub(crate) use target::Target;

/// How long to wait for a connection to become free on a server that has none.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a cancel request may take.
const CANCEL_PATIENCE: Duration = Duration::from_secs(5);

/// Process number and secret of a session, with which its statements are
/// cancelled.
pub(crate) type Key = (i32, i32);

/// A session that is ready for its first request.
pub(crate) struct Upstream {
    pub(crate) wire: Wire,
    pub(crate) key: Key,
    /// What the server said about itself, such as its version.
    pub(crate) parameters: Vec<(String, String)>,
}

/// Why no session could be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConnectError {
    /// The server's own words, to be passed on.
    #[error("the server says: {}", .0.text_of_error())]
    Refused(Message),
    #[error("the server cannot be reached")]
    Io(#[from] io::Error),
}

/// Opens a session with these startup parameters besides user and database. A
/// server that is full or still starting is asked again for a while.
pub(crate) async fn connect(
    target: &Target,
    parameters: &[(String, String)],
) -> Result<Upstream, ConnectError> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match login::log_in(target, parameters).await {
            Err(ConnectError::Refused(message)) if may_pass(&message, deadline) => {
                sleep(Duration::from_millis(50)).await;
            }
            outcome => return outcome,
        }
    }
}

/// 53300: too many connections; 57P03: still starting.
fn may_pass(message: &Message, deadline: Instant) -> bool {
    matches!(message.code_of_error(), "53300" | "57P03") && Instant::now() < deadline
}

/// Asks the server to stop what the session with this key is doing, and returns
/// when it was told.
pub(crate) async fn cancel(target: &Target, (process, secret): Key) -> io::Result<()> {
    let asked = async {
        let mut wire = target.open().await?;
        frontend::cancel_request(process, secret, &mut wire.outgoing);
        wire.flush().await?;
        wire.closed().await;
        Ok(())
    };
    timeout(CANCEL_PATIENCE, asked).await?
}

/// Leaves a session in an orderly way and waits for the server to be done.
pub(crate) async fn leave(wire: &mut Wire) {
    let mut farewell = BytesMut::new();
    frontend::terminate(&mut farewell);
    wire.outgoing.unsplit(farewell);
    if wire.flush().await.is_ok() {
        // A server that does not end in this time will notice by itself.
        let _ = timeout(CANCEL_PATIENCE, wire.closed()).await;
    }
}
