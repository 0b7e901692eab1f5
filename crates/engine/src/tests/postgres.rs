//! A PostgreSQL of a test's own.

use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use pg_cluster::{Binaries, Cluster, ClusterOptions, Profile};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

pub(super) struct Server {
    cluster: Cluster,
    _folder: TempDir,
}

impl Server {
    /// One that has pgvector, which is fetched where it is not installed.
    pub(super) fn with_pgvector() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let found = Command::new(script).arg("pgvector").output().unwrap();
        assert!(
            found.status.success(),
            "no PostgreSQL with pgvector: {}",
            String::from_utf8_lossy(&found.stderr)
        );
        let folder = String::from_utf8(found.stdout).unwrap();
        let binaries = Binaries::in_dir(folder.trim()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let options = ClusterOptions::new(folder.path().join("cluster"), Profile::Throwaway);
        Self {
            cluster: Cluster::open(options.binaries(binaries)).unwrap(),
            _folder: folder,
        }
    }

    pub(super) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::from_str(&self.cluster.url("postgres")).unwrap()
    }
}
