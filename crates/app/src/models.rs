//! The models of this site, opened as its settings say.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use archivist_embed::local::{CrossEncoder, LocalModel, Precision};
use archivist_embed::remote::{Dialect, RemoteModel, Service};
use archivist_embed::{EmbedError, Embedder, Identity, Reranker};
use archivist_store::embeddings::{self, Model, ModelName};
use archivist_web::models::{Voice, Voices};
use tokio::task::spawn_blocking;
use url::Url;

use crate::config::{Choice, EmbeddingArgs, PlaceArgs};
use crate::site::Site;

/// Where models are, in the data folder.
pub(crate) const FOLDER: &str = "models";

/// The first wait before a service is asked again.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// Which model is to read, and how it is reached.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    choice: Choice,
    folder: PathBuf,
    address: Option<Url>,
    key: Option<String>,
    price: Option<f64>,
}

impl Wanted {
    /// What the settings say; `None` where no model is wanted. One that is not installed is an
    /// error.
    pub(crate) fn of(place: &PlaceArgs) -> Result<Option<Self>> {
        let EmbeddingArgs {
            choice,
            address,
            price,
            ..
        } = place.embeddings.clone();
        let folder = place.data.join(FOLDER);
        if choice == Choice::Archive {
            return Ok(None);
        }
        if let Choice::Local { name, .. } = &choice {
            check_installed(&folder, name)?;
        }
        Ok(Some(Self {
            choice,
            folder,
            address,
            key: place.embeddings.key()?,
            price,
        }))
    }

    fn service(&self, dialect: Dialect, model: &str) -> Service {
        let usual = || Url::parse(dialect.address()).expect("a constant");
        Service {
            dialect,
            address: self.address.clone().unwrap_or_else(usual),
            model: model.to_owned(),
            key: self.key.clone(),
            first_wait: FIRST_WAIT,
        }
    }

    /// Opens the model. A service whose vectors are known here is not asked.
    async fn open(&self, known: &[Model], threads: usize) -> Result<Opened, EmbedError> {
        match &self.choice {
            Choice::Archive => unreachable!("nothing is wanted then"),
            Choice::Local { name, precision } => {
                let model = open_local(&self.folder, name, *precision, threads).await?;
                Ok(Opened {
                    embedder: Arc::new(model),
                    price: None,
                })
            }
            Choice::Service { dialect, model } => {
                let service = self.service(*dialect, model);
                let price = self.price.or_else(|| dialect.list_price(model));
                let address = service.variant();
                let is_it = |known: &&ModelName| {
                    known.provider == dialect.as_str()
                        && known.model == *model
                        && known.variant == address
                };
                let known = known.iter().map(|known| &known.name).find(is_it);
                let dims = known.map(|known| known.dims);
                let model = match dims.and_then(|dims| usize::try_from(dims).ok()) {
                    Some(dims) => RemoteModel::known(service, dims),
                    None => RemoteModel::connect(service).await?,
                };
                Ok(Opened {
                    embedder: Arc::new(model),
                    price,
                })
            }
        }
    }

    /// Opens the model that was read with before, where that can be: it is still installed, or
    /// it is another of the same service.
    async fn open_before(&self, name: &ModelName, threads: usize) -> Option<Arc<dyn Embedder>> {
        if name.provider == "local" {
            let precision = match name.variant.rsplit_once('-') {
                Some((_, "int8")) => Precision::Int8,
                _ => Precision::F32,
            };
            let model = open_local(&self.folder, &name.model, precision, threads).await;
            let model = model.ok()?;
            return (self::name(model.identity()) == *name).then(|| Arc::new(model) as _);
        }
        let Choice::Service { dialect, .. } = &self.choice else {
            return None;
        };
        let service = self.service(*dialect, &name.model);
        let is_same = dialect.as_str() == name.provider && service.variant() == name.variant;
        let dims = usize::try_from(name.dims).ok()?;
        is_same.then(|| Arc::new(RemoteModel::known(service, dims)) as _)
    }
}

struct Opened {
    embedder: Arc<dyn Embedder>,
    price: Option<f64>,
}

fn check_installed(folder: &Path, name: &str) -> Result<()> {
    ensure!(
        folder.join(name).join("config.json").is_file(),
        "the model '{name}' is not installed in {}: install it with `archivist model install`, or \
         see what is there with `archivist model list`",
        folder.display()
    );
    Ok(())
}

/// The folder of a model that is named by it, or by the name under which it is installed.
pub(crate) fn folder_of(place: &PlaceArgs, named: &Path) -> Result<PathBuf> {
    if named.is_dir() {
        return Ok(named.to_owned());
    }
    let installed = place.data.join(FOLDER);
    check_installed(&installed, &named.to_string_lossy())?;
    Ok(installed.join(named))
}

async fn open_local(
    folder: &Path,
    name: &str,
    precision: Precision,
    threads: usize,
) -> Result<LocalModel, EmbedError> {
    let (folder, name) = (folder.join(name), name.to_owned());
    spawn_blocking(move || LocalModel::open(&folder, &name, precision, threads))
        .await
        .map_err(|error| EmbedError::Model(error.to_string()))?
}

/// The model that judges hits, where one is wanted. One that is not installed is an error.
pub(crate) async fn open_reranker(place: &PlaceArgs) -> Result<Option<Arc<dyn Reranker>>> {
    let Some(name) = place.embeddings.reranker.clone() else {
        return Ok(None);
    };
    ensure!(
        archivist_embed::install::is_name(&name),
        "'{name}' is no name of a model: see `archivist model list`"
    );
    let folder = place.data.join(FOLDER);
    check_installed(&folder, &name)?;
    let folder = folder.join(&name);
    let open = move || CrossEncoder::open(&folder, Precision::F32, all_threads());
    let model = spawn_blocking(open).await?;
    let model = model.map_err(|error| anyhow!("the model '{name}' cannot judge hits: {error}"))?;
    Ok(Some(Arc::new(model)))
}

/// Opens the wanted model, and one that answers until that has read everything. Does nothing
/// where the wanted one is open. The inner error says why it is not; the other answers all the
/// same.
pub(crate) async fn open(site: &Site, threads: usize) -> Result<Result<(), EmbedError>> {
    let Some(wanted) = &site.wanted else {
        return Ok(Ok(()));
    };
    let models = &site.state.models;
    if models.voices().wanted.is_some() {
        return Ok(Ok(()));
    }
    let known = embeddings::models(&site.state.pool).await?;
    let (voices, opened) = match open_wanted(site, wanted, &known, threads).await? {
        Ok((voice, true)) if is_asked_alone(site, &voice).await? => (only(voice), Ok(())),
        Ok((voice, _)) => {
            let before = open_before(wanted, &known, Some(voice.model_id), threads).await;
            let wanted = Some(voice);
            (Voices { wanted, before }, Ok(()))
        }
        Err(error) => {
            let before = match models.voices().before {
                None => open_before(wanted, &known, None, threads).await,
                before => before,
            };
            let wanted = None;
            (Voices { wanted, before }, Err(error))
        }
    };
    let mut index = site.state.index.write().await;
    for voice in voices.iter() {
        index.expect_vectors(&voice.identity, voice.embedder.identity().dims);
    }
    models.set_voices(voices);
    Ok(opened)
}

/// Whether no other model answers before one that has read everything: an engine outside of the
/// process may have another's vectors still.
async fn is_asked_alone(site: &Site, voice: &Voice) -> Result<bool> {
    let Some(outside) = &site.state.outside else {
        return Ok(true);
    };
    let serving = outside.refresh(&site.state).await?;
    let kept = serving.and_then(|serving| serving.model_id);
    Ok(kept.is_none_or(|kept| kept == voice.model_id))
}

/// This model and no other.
pub(crate) fn only(voice: Voice) -> Voices {
    Voices {
        wanted: Some(voice),
        before: None,
    }
}

/// The wanted model, and whether it had read everything before.
async fn open_wanted(
    site: &Site,
    wanted: &Wanted,
    known: &[Model],
    threads: usize,
) -> Result<Result<(Voice, bool), EmbedError>> {
    let Opened { embedder, price } = match wanted.open(known, threads).await {
        Ok(opened) => opened,
        Err(error) => return Ok(Err(error)),
    };
    let name = name(embedder.identity());
    let model = embeddings::want(&site.state.pool, &name, site.state.clock.now()).await?;
    let voice = Voice::new(model.model_id, embedder, price);
    Ok(Ok((voice, model.completed_at.is_some())))
}

/// The model that was wanted last of those that have read everything, where it can be asked.
async fn open_before(
    wanted: &Wanted,
    known: &[Model],
    but: Option<i32>,
    threads: usize,
) -> Option<Voice> {
    let has_read = |known: &&Model| known.completed_at.is_some() && Some(known.model_id) != but;
    for before in known.iter().filter(has_read) {
        if let Some(embedder) = wanted.open_before(&before.name, threads).await {
            return Some(Voice::new(before.model_id, embedder, wanted.price));
        }
    }
    None
}

/// How the database calls a model.
pub(crate) fn name(identity: &Identity) -> ModelName {
    ModelName {
        provider: identity.provider.clone(),
        model: identity.model.clone(),
        variant: identity.variant.clone(),
        dims: i32::try_from(identity.dims).unwrap_or(i32::MAX),
    }
}

/// How many threads a model has while others are to be served: half of the processors.
pub(crate) fn some_threads() -> usize {
    (all_threads() / 2).max(1)
}

/// As many as there are processors.
pub(crate) fn all_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
