//! A server of a test's own.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pg_cluster::{Cluster, ClusterOptions, Profile};
use pg_testbed::{ScratchDb, State, Template, Testbed};
use tempfile::TempDir;

/// A private cluster, whose databases nobody else uses.
pub(crate) struct Bed {
    pub(crate) testbed: Testbed,
    folder: TempDir,
}

impl Bed {
    /// With these settings of the server.
    pub(crate) async fn new(settings: &[(&str, &str)]) -> Self {
        let (cluster, folder) = cluster(settings);
        let testbed = Testbed::on_cluster(cluster).await.unwrap();
        Self { testbed, folder }
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How many databases there are in this state.
    pub(crate) async fn count(&self, state: &State) -> usize {
        let all = self.testbed.databases().await.unwrap();
        all.iter().filter(|one| one.state == *state).count()
    }

    /// All clones that wait ready, and some more.
    pub(crate) async fn several(&self, template: &Template) -> Vec<ScratchDb> {
        let mut taken = Vec::new();
        for _ in 0..9 {
            taken.push(self.testbed.scratch(template).await.unwrap());
        }
        taken
    }
}

/// A private cluster with these settings, without a testbed, and its folder.
pub(crate) fn cluster(settings: &[(&str, &str)]) -> (Cluster, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    // Run as root, PostgreSQL is another user, who must get in.
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let mut options = ClusterOptions::new(folder.path().join("cluster"), Profile::Throwaway);
    for (name, value) in settings {
        options = options.setting(*name, *value);
    }
    (Cluster::open(options).unwrap(), folder)
}
