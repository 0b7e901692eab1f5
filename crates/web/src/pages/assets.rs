//! Static files, embedded in the program.
//!
//! Their addresses carry one version, made from the content of all of them, so
//! that browsers may keep them for ever and modules can import each other by
//! plain relative paths.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::blobs::hex;
use crate::error::Error;

struct Asset {
    path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

macro_rules! assets {
    ($($path:literal as $media_type:expr,)+) => {
        &[$(Asset {
            path: $path,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../static/", $path)),
        },)+]
    };
}

static ASSETS: &[Asset] = assets! {
    "css/tokens.css" as CSS,
    "css/base.css" as CSS,
    "css/components.css" as CSS,
    "css/library.css" as CSS,
    "css/write.css" as CSS,
    "css/outputs.css" as CSS,
    "icon.svg" as SVG,
    "theme.js" as JAVASCRIPT,
    "page.js" as JAVASCRIPT,
    "api.js" as JAVASCRIPT,
    "add.js" as JAVASCRIPT,
    "upload.js" as JAVASCRIPT,
    "review.js" as JAVASCRIPT,
    "write.js" as JAVASCRIPT,
    "stream.js" as JAVASCRIPT,
    "follow.js" as JAVASCRIPT,
    "similar.js" as JAVASCRIPT,
    "draft.js" as JAVASCRIPT,
    "sources.js" as JAVASCRIPT,
    "output.js" as JAVASCRIPT,
    "vendor/htmx.min.js" as JAVASCRIPT,
    "vendor/htmx.LICENSE.txt" as TEXT,
    "vendor/manifest.json" as JSON,
};

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    for asset in ASSETS {
        hash.update(asset.path);
        hash.update(asset.bytes);
    }
    hex(&hash.finalize())[..12].to_owned()
});

/// The address of a static file in this version of the program.
pub(super) fn url(path: &str) -> String {
    format!("/static/{}/{path}", *VERSION)
}

/// Serves a static file. A page that was loaded before an upgrade asks for an
/// older version: it gets what there is, but must not keep it.
pub(super) async fn serve(
    Path((version, path)): Path<(String, String)>,
) -> Result<Response, Error> {
    let asset = ASSETS
        .iter()
        .find(|asset| asset.path == path)
        .ok_or_else(|| Error::NotFound("There is no such file.".to_owned()))?;
    let caching = if version == *VERSION {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [(CONTENT_TYPE, asset.media_type), (CACHE_CONTROL, caching)];
    Ok((headers, asset.bytes).into_response())
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Vendored {
        file: String,
        name: String,
        version: String,
        licence: String,
        licence_file: String,
        sha256: String,
    }

    fn files_below(folder: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().path())
            .flat_map(|path| {
                if path.is_dir() {
                    files_below(&path)
                } else {
                    vec![path]
                }
            })
            .collect()
    }

    #[test]
    fn every_file_of_the_folder_is_served() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("static");
        for file in files_below(&root) {
            let path = file.strip_prefix(&root).unwrap().to_str().unwrap();
            assert!(
                ASSETS.iter().any(|asset| asset.path == path),
                "{path} is not embedded"
            );
        }
    }

    #[test]
    fn vendored_files_are_the_ones_of_the_manifest() {
        let find = |path: String| ASSETS.iter().find(|a| a.path == path).unwrap().bytes;
        let manifest = find("vendor/manifest.json".to_owned());
        let entries: Vec<Vendored> = serde_json::from_slice(manifest).unwrap();
        for entry in &entries {
            let bytes = find(format!("vendor/{}", entry.file));
            assert_eq!(hex(&Sha256::digest(bytes)), entry.sha256, "{}", entry.file);
            assert!(!find(format!("vendor/{}", entry.licence_file)).is_empty());
            for text in [&entry.name, &entry.version, &entry.licence] {
                assert!(!text.is_empty());
            }
        }
        let vendored = ASSETS
            .iter()
            .filter(|a| a.path.starts_with("vendor/") && a.media_type == JAVASCRIPT);
        assert_eq!(vendored.count(), entries.len());
    }

    #[tokio::test]
    async fn only_the_version_of_today_may_be_kept() {
        let caching = async |version: &str| {
            let path = Path::new("theme.js").to_str().unwrap().to_owned();
            let reply = serve(axum::extract::Path((version.to_owned(), path))).await;
            reply.unwrap().headers()[CACHE_CONTROL].clone()
        };
        assert!(
            caching(&VERSION)
                .await
                .to_str()
                .unwrap()
                .contains("immutable")
        );
        assert_eq!(caching("000000000000").await, "no-cache");
    }
}
