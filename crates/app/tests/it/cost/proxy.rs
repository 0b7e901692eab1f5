//! A proxy before PostgreSQL that counts what those ask who connect to it.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::postgres::PgConnectOptions;
use tokio::io::{self, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use url::Url;

/// Lives as long as its test's runtime.
#[derive(Debug)]
pub(super) struct Proxy {
    url: String,
    count: Arc<Count>,
}

/// What was asked so far.
#[derive(Debug, Default)]
struct Count {
    questions: AtomicUsize,
    signs_of_life: AtomicUsize,
}

impl Proxy {
    /// Before the server of this address.
    pub(super) async fn start(url: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut through = Url::parse(url).unwrap();
        through.set_query(Some("sslmode=disable"));
        through.set_host(Some("127.0.0.1")).unwrap();
        let port = listener.local_addr().unwrap().port();
        through.set_port(Some(port)).unwrap();
        let server = PgConnectOptions::from_str(url).unwrap();
        // The address may have it in its query, which is gone.
        through.set_username(server.get_username()).unwrap();
        let count = Arc::new(Count::default());
        tokio::spawn(accept(listener, server, Arc::clone(&count)));
        Self {
            url: through.into(),
            count,
        }
    }

    /// The address of the database, through the proxy.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// How often somebody has asked something and waited for the answer.
    pub(super) fn questions(&self) -> usize {
        self.count.questions.load(Ordering::SeqCst)
    }

    /// How often somebody has only asked whether the server lives: the pool does when it
    /// gets a connection back, and no request waits for that.
    pub(super) fn signs_of_life(&self) -> usize {
        self.count.signs_of_life.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, server: PgConnectOptions, count: Arc<Count>) {
    while let Ok((client, _)) = listener.accept().await {
        let count = Arc::clone(&count);
        let (host, port) = (server.get_host(), server.get_port());
        let folder = server.get_socket().cloned();
        let folder = folder.or_else(|| host.starts_with('/').then(|| host.into()));
        if let Some(folder) = folder {
            let socket = UnixStream::connect(folder.join(format!(".s.PGSQL.{port}"))).await;
            tokio::spawn(between(client, socket.unwrap(), count));
        } else {
            let socket = TcpStream::connect((host, port)).await.unwrap();
            tokio::spawn(between(client, socket, count));
        }
    }
}

async fn between<S>(client: TcpStream, server: S, count: Arc<Count>)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    client.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = io::split(server);
    let answers = async { io::copy(&mut from_server, &mut to_client).await.map(drop) };
    // Whichever side leaves first: the connection is over.
    tokio::select! {
        _ = pass_on(&mut from_client, &mut to_server, &count) => {}
        _ = answers => {}
    }
}

/// Passes on what the client sends, message by message. What it waits for after is the
/// answer to a Sync, or to a query in the simple protocol.
async fn pass_on(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    count: &Count,
) -> io::Result<()> {
    // The first message has no letter.
    pass_rest(from, to, Vec::new()).await?;
    let mut before = b'S';
    loop {
        let letter = from.read_u8().await?;
        let counter = match (letter, before) {
            (b'S', b'S' | b'Q') => Some(&count.signs_of_life),
            (b'S' | b'Q', _) => Some(&count.questions),
            _ => None,
        };
        if let Some(counter) = counter {
            counter.fetch_add(1, Ordering::SeqCst);
        }
        before = letter;
        pass_rest(from, to, vec![letter]).await?;
    }
}

/// Passes on length and content of a message, after what has been read of it.
async fn pass_rest(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut message: Vec<u8>,
) -> io::Result<()> {
    let length = from.read_u32().await?;
    message.extend(length.to_be_bytes());
    let begin = message.len();
    message.resize(begin + length as usize - 4, 0);
    from.read_exact(&mut message[begin..]).await?;
    to.write_all(&message).await
}
