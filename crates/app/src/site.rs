//! One archive, opened: the database, the files, the index and what works on
//! them. The server and the commands start from the same place.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use archivist_draft::Composer;
use archivist_ingest::Tesseract;
use archivist_ingest::sandbox::{Limits, Sandbox};
use archivist_search::Index;
use archivist_store::jobs::Worker;
use archivist_store::{migrate, site, statistics};
use archivist_web::auth::tokens::{TokenKeys, random_secret};
use archivist_web::blobs::Blobs;
use archivist_web::clock::Clock;
use archivist_web::cpu::CpuPool;
use archivist_web::jobs::JobBell;
use archivist_web::limit;
use archivist_web::models::Models;
use archivist_web::{AppState, Settings};
use tokio::sync::{Mutex, Notify, RwLock};

use crate::config::PlaceArgs;
use crate::database::Database;
use crate::engine;
use crate::models::{self, Wanted};
use crate::work::outside::MyTurn;

/// How many documents are read at the same time.
pub(crate) const READERS: usize = 2;

/// An open archive.
pub(crate) struct Site {
    /// What handlers and commands use.
    pub state: AppState,
    /// The database behind it.
    pub database: Database,
    /// Reads files.
    pub sandbox: Sandbox,
    /// Reads pictures of pages, where its programs are here.
    pub recogniser: Option<Tesseract>,
    /// Where the search index is saved.
    pub index_file: PathBuf,
    /// The embedding model of the settings, if any.
    pub wanted: Option<Wanted>,
    /// Held while the index takes changes over: the last vector of each model that it has seen,
    /// by the model's number.
    pub vectors_seen: Mutex<HashMap<i32, i64>>,
    /// Whose turn it is to fill an engine outside of the process.
    pub engine_turn: Mutex<MyTurn>,
}

impl Site {
    /// Opens the archive in the data folder; the database is brought up to date.
    /// `settings.max_upload_bytes` is taken from `place`.
    pub(crate) async fn open(
        place: &PlaceArgs,
        mut settings: Settings,
        keys: TokenKeys,
        connections: u32,
    ) -> Result<Self> {
        fs::create_dir_all(&place.data)
            .with_context(|| format!("the data folder {} cannot be made", place.data.display()))?;
        // What cannot be is told before a database is started.
        let wanted = Wanted::of(place)?;
        let reranker = models::open_reranker(place).await?;
        let database = Database::open(place, connections).await?;
        migrate::run(&database.pool).await?;
        let outside = engine::open(place, &database).await?;
        let index_file = index_file(&place.data, &database).await?;
        settings.max_upload_bytes = place.max_file_size_mb * 1024 * 1024;
        let sandbox = sandbox(settings.max_upload_bytes)?;
        let recogniser = place.ocr.find_programs();
        settings.recognition = recogniser.as_ref().map(|_| place.ocr.setting());
        let state = AppState {
            pool: database.pool.clone(),
            index: Arc::new(RwLock::new(match &outside {
                Some(_) => Index::new(),
                None => load_index(&index_file),
            })),
            outside,
            models: Arc::new(Models::with_reranker(reranker)),
            blobs: blobs(place).await?,
            provider: Arc::new(Composer),
            work: Arc::new(Notify::new()),
            jobs: JobBell::default(),
            cpu: CpuPool::new(std::thread::available_parallelism().map_or(2, usize::from)),
            clock: Clock::system(),
            keys: Arc::new(keys),
            limits: Arc::new(limit::Limits::new(settings.rate_limiting)),
            metrics: Arc::default(),
            outputs: Arc::default(),
            documents: Arc::default(),
            settings: Arc::new(settings),
        };
        Ok(Self {
            state,
            database,
            sandbox,
            recogniser,
            index_file,
            wanted,
            vectors_seen: Mutex::default(),
            engine_turn: Mutex::default(),
        })
    }

    /// A number by which this process owns background work.
    pub(crate) async fn worker(&self) -> Result<Worker> {
        Ok(Worker::register(&self.database.options, rand::random()).await?)
    }

    /// How many documents can be found.
    pub(crate) async fn document_count(&self) -> Result<usize> {
        if self.state.outside.is_none() {
            return Ok(self.state.index.read().await.document_count());
        }
        let figures = statistics::library(&self.state.pool, false).await?;
        Ok(usize::try_from(figures.documents)?)
    }

    /// Closes everything in good order.
    pub(crate) async fn close(self) -> Result<()> {
        self.database.close().await
    }
}

/// The archive that is there, for a command that reads or changes it. A command
/// in the wrong folder must not make a new one.
pub(crate) async fn open_existing(place: &PlaceArgs) -> Result<Site> {
    Database::refuse_missing(place)?;
    open_or_make(place).await
}

/// An archive for a command, made where there is none. Nobody signs in, so keys
/// are thrown away after.
pub(crate) async fn open_or_make(place: &PlaceArgs) -> Result<Site> {
    let keys = TokenKeys::from_secret(random_secret().as_bytes());
    Site::open(place, Settings::default(), keys, 4).await
}

async fn index_file(data: &Path, database: &Database) -> Result<PathBuf> {
    let folder = data.join("index");
    fs::create_dir_all(&folder)?;
    let id = site::id(&database.pool).await?;
    Ok(folder.join(format!("{id}.index")))
}

/// The store of files. What it is, is not asked before a file is needed, so that commands
/// which need none work without it.
async fn blobs(place: &PlaceArgs) -> Result<Blobs> {
    let folder = place.data.join("files");
    match place.bucket()? {
        Some(bucket) => Ok(Blobs::in_bucket(bucket, folder).await?),
        None => Ok(Blobs::in_folder(folder).await?),
    }
}

/// Proves that files can be stored, and says what to do where they cannot.
pub(crate) async fn check_store(blobs: &Blobs) -> Result<()> {
    let place = blobs.place();
    blobs
        .check()
        .await
        .with_context(|| format!("files cannot be kept in {place}"))
}

/// The saved index; an empty one where there is none that can be used. It is
/// derived from the database, so losing it loses nothing.
fn load_index(file: &Path) -> Index {
    match Index::load(file) {
        Ok(index) => index,
        Err(archivist_search::LoadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            Index::new()
        }
        Err(error) => {
            tracing::warn!(%error, "the saved search index cannot be used and is built anew");
            Index::new()
        }
    }
}

fn sandbox(max_bytes: u64) -> Result<Sandbox> {
    let program = std::env::current_exe().context("the program's own path is not known")?;
    let limits = Limits {
        input_bytes: max_bytes,
        ..Limits::default()
    };
    Ok(Sandbox::new(
        program,
        vec!["extract-child".into()],
        limits,
        READERS,
    ))
}

/// The key that signs tokens, kept in the data folder and readable by its owner
/// alone. Made on first use.
pub(crate) fn secret_key(data: &Path) -> Result<String> {
    fs::create_dir_all(data)?;
    let path = data.join("secret.key");
    let made = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path);
    match made {
        Ok(mut file) => {
            let key = random_secret();
            io::Write::write_all(&mut file, key.as_bytes())?;
            Ok(key)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let key = fs::read_to_string(&path).context("secret.key cannot be read")?;
            anyhow::ensure!(
                key.len() >= 32,
                "{} is too short to be a key: delete it, and a new one is made",
                path.display()
            );
            Ok(key)
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be made", path.display())),
    }
}
