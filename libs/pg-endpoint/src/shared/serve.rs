//! A client of a shared session from its welcome to its leaving.

use super::client::{Client, Phase};
use super::stack::ClientId;
use super::turn::Turn;
use super::{Shared, refusals, settings};
use crate::sql;
use crate::wire::{Broken, Message, Refusal, Reply, Severity, Startup, Wire};

/// Serves a client until it leaves. Then its open transaction is undone.
pub(crate) async fn serve(
    wire: &mut Wire,
    shared: &Shared,
    id: ClientId,
    key: (i32, i32),
    startup: &Startup,
) {
    let mut client = Client::new(wire, id, startup);
    if welcome(&mut client, shared, key, startup).await {
        while let Ok(message) = client.wire.next().await {
            if message.kind() == b'X' || take_turn(&mut client, shared, message).await.is_err() {
                break;
            }
        }
    }
    let _ = client.wire.flush().await;
    if let Ok(session) = shared.session(id).await {
        let mut turn = Turn::new(&mut client, session, shared);
        if let Err(Broken::Server(error)) = turn.depart().await {
            turn.session.lose(&error);
        }
    }
}

/// Lets a client in with the settings that it asks for; tells whether it is in.
async fn welcome(
    client: &mut Client<'_>,
    shared: &Shared,
    key: (i32, i32),
    startup: &Startup,
) -> bool {
    if let Some(refusal) = unwanted(startup) {
        Reply(&mut client.wire.outgoing).refuse(&refusal);
        return false;
    }
    let session = match shared.session(client.id).await {
        Ok(session) => session,
        Err(refusal) => {
            Reply(&mut client.wire.outgoing).refuse(&refusal);
            return false;
        }
    };
    let mut turn = Turn::new(client, session, shared);
    let outcome = turn.welcome(key).await;
    if let Err(Broken::Server(error)) = &outcome {
        turn.session.lose(error);
        turn.refuse(&refusals::lost(error));
    }
    outcome.is_ok_and(|let_in| let_in)
}

/// Why a client cannot be let in.
fn unwanted(startup: &Startup) -> Option<Refusal> {
    let encoding = startup.get("client_encoding").unwrap_or("UTF8");
    let utf8 = encoding
        .trim_matches('\'')
        .replace('-', "")
        .eq_ignore_ascii_case("utf8");
    if startup
        .get("replication")
        .is_some_and(|wanted| wanted != "false")
    {
        let message = "replication cannot work in rollback mode: use clone mode";
        return Some(Refusal::fatal("0A000", message));
    }
    let level = startup.0.iter().cloned();
    let mut level = level.chain(settings::options(
        startup.get("options").unwrap_or_default(),
    ));
    if level.any(|(name, level)| sql::is_isolation(&name) && sql::is_stricter(&level)) {
        let message = "this isolation level cannot work in rollback mode: use clone mode";
        return Some(Refusal::fatal("0A000", message));
    }
    let unicode = encoding.eq_ignore_ascii_case("unicode");
    let message = "rollback mode needs client_encoding UTF8: set it, or use clone mode";
    (!utf8 && !unicode).then(|| Refusal::fatal("0A000", message))
}

/// Carries out one request. An error means that the client is gone.
async fn take_turn(
    client: &mut Client<'_>,
    shared: &Shared,
    request: Message,
) -> Result<(), Broken> {
    if matches!(request.kind(), b'd' | b'c' | b'f') {
        // The rest of a COPY that has failed.
        return Ok(());
    }
    let session = match shared.session(client.id).await {
        Ok(session) => session,
        Err(refusal) => return turn_down(client, &request, &refusal).await,
    };
    if let Some(refusal) = session.spoiled.clone() {
        drop(session);
        return turn_down(client, &request, &refusal).await;
    }
    let mut turn = Turn::new(client, session, shared);
    let outcome = match request.kind() {
        b'Q' => turn.query(&request).await,
        _ => turn.pipeline(request).await,
    };
    match outcome {
        Ok(()) => turn.end().await,
        Err(Broken::Client) => {
            turn.abandon().await?;
            return Err(Broken::Client);
        }
        Err(Broken::Server(error)) => {
            turn.session.lose(&error);
            let mut refusal = refusals::lost(&error);
            refusal.severity = Severity::Fatal;
            Reply(&mut turn.client.wire.outgoing).refuse(&refusal);
            return Err(Broken::Server(error));
        }
    }
    Ok(())
}

/// Answers a whole request with an error, without the session.
async fn turn_down(
    client: &mut Client<'_>,
    request: &Message,
    refusal: &Refusal,
) -> Result<(), Broken> {
    Reply(&mut client.wire.outgoing).refuse(refusal);
    let mut kind = request.kind();
    while !matches!(kind, b'Q' | b'S') {
        kind = client.wire.next().await.map_err(|_| Broken::Client)?.kind();
    }
    if client.phase == Phase::Block {
        client.phase = Phase::Failed;
    }
    let status = client.status();
    Reply(&mut client.wire.outgoing).ready(status);
    Ok(())
}
