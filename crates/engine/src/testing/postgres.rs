use std::path::Path;
use std::process::Command;

use pg_cluster::{Binaries, Cluster, ClusterOptions, Profile};
use tempfile::TempDir;

/// A PostgreSQL with pgvector that goes when it is dropped.
#[derive(Debug)]
pub struct PgVectorServer {
    cluster: Cluster,
    _folder: TempDir,
}

impl PgVectorServer {
    /// Starts one, of the version that is installed or else fetched by `scripts/postgres`.
    ///
    /// # Panics
    /// Where there is none and none can be fetched: with what to do.
    pub fn start() -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/postgres");
        let found = Command::new(script).arg("pgvector").output();
        let found = found.expect("scripts/postgres can be run");
        assert!(
            found.status.success(),
            "no PostgreSQL with pgvector: {}",
            String::from_utf8_lossy(&found.stderr)
        );
        let programs = String::from_utf8_lossy(&found.stdout);
        let binaries = Binaries::in_dir(programs.trim()).expect("what the script found");
        let folder = tempfile::tempdir().expect("a folder can be made");
        let options = ClusterOptions::new(folder.path().join("cluster"), Profile::Throwaway);
        Self {
            cluster: Cluster::open(options.binaries(binaries)).expect("PostgreSQL starts"),
            _folder: folder,
        }
    }

    /// The address of its database.
    pub fn url(&self) -> String {
        self.cluster.url("postgres")
    }
}
