//! Logging in at the server: trust, password, MD5 and SCRAM.

use std::io;

use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::frontend;

use super::{ConnectError, Target, Upstream};
use crate::wire::{Fields, Message, Wire};

/// Codes in the server's `R` message.
mod ask {
    pub(super) const OK: i32 = 0;
    pub(super) const PASSWORD: i32 = 3;
    pub(super) const MD5: i32 = 5;
    pub(super) const SASL: i32 = 10;
}

/// Opens a session, without waiting for a free one.
pub(super) async fn log_in(
    target: &Target,
    parameters: &[(String, String)],
) -> Result<Upstream, ConnectError> {
    let mut wire = target.open().await?;
    let own = [("user", &*target.user), ("database", &*target.database)];
    let others = parameters
        .iter()
        .map(|(name, value)| (&**name, &**value))
        .filter(|(name, _)| !matches!(*name, "user" | "database"));
    frontend::startup_message(own.into_iter().chain(others), &mut wire.outgoing)?;
    authenticate(&mut wire, target).await?;
    greeting(wire).await
}

async fn authenticate(wire: &mut Wire, target: &Target) -> Result<(), ConnectError> {
    loop {
        let message = expect(wire, b'R').await?;
        let mut fields = Fields(message.body());
        match fields.int()? {
            ask::OK => return Ok(()),
            ask::PASSWORD => {
                frontend::password_message(password(target)?.as_bytes(), &mut wire.outgoing)?;
            }
            ask::MD5 => {
                let salt = fields.int()?.to_be_bytes();
                let password = password(target)?.as_bytes();
                let hash = md5_hash(target.user.as_bytes(), password, salt);
                frontend::password_message(hash.as_bytes(), &mut wire.outgoing)?;
            }
            ask::SASL => scram(wire, password(target)?).await?,
            other => {
                let what = format!("the server wants a login of kind {other}, which is not known");
                return Err(ConnectError::Io(io::Error::other(what)));
            }
        }
    }
}

async fn scram(wire: &mut Wire, password: &str) -> Result<(), ConnectError> {
    let mut scram = ScramSha256::new(password.as_bytes(), ChannelBinding::unsupported());
    frontend::sasl_initial_response(SCRAM_SHA_256, scram.message(), &mut wire.outgoing)?;
    scram.update(&expect(wire, b'R').await?.body()[4..])?;
    frontend::sasl_response(scram.message(), &mut wire.outgoing)?;
    scram.finish(&expect(wire, b'R').await?.body()[4..])?;
    Ok(())
}

fn password(target: &Target) -> io::Result<&str> {
    let message = "the server wants a password and the scratch database's URL has none";
    let missing = || io::Error::new(io::ErrorKind::InvalidInput, message);
    target.password.as_deref().ok_or_else(missing)
}

/// What the server says between login and its first readiness.
async fn greeting(mut wire: Wire) -> Result<Upstream, ConnectError> {
    let (mut key, mut parameters) = ((0, 0), Vec::new());
    loop {
        let message = wire.next().await?;
        let mut fields = Fields(message.body());
        match message.kind() {
            b'S' => parameters.push((fields.text()?.to_owned(), fields.text()?.to_owned())),
            b'K' => key = (fields.int()?, fields.int()?),
            b'E' => return Err(ConnectError::Refused(message)),
            b'Z' => {
                return Ok(Upstream {
                    wire,
                    key,
                    parameters,
                });
            }
            _ => {}
        }
    }
}

async fn expect(wire: &mut Wire, kind: u8) -> Result<Message, ConnectError> {
    let message = wire.next().await?;
    if message.kind() == kind && message.body().len() >= 4 {
        Ok(message)
    } else if message.kind() == b'E' {
        Err(ConnectError::Refused(message))
    } else {
        let text = "the server does not speak PostgreSQL's protocol";
        Err(ConnectError::Io(io::Error::other(text)))
    }
}
