//! The life of real clusters: sharing, crashes, races, odd places.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use pg_cluster::{
    Binaries, Cluster, ClusterError, ClusterOptions, LastUser, Profile, Stopping, stop_unused,
};
use tempfile::TempDir;

/// A folder that the server's user can enter, also when we are root.
fn open_folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
    dir
}

fn options(dir: &Path) -> ClusterOptions {
    ClusterOptions::new(dir, Profile::Throwaway)
}

fn sql(url: &str, statement: &str) -> String {
    let psql = Binaries::find().unwrap().program("psql");
    let output = Command::new(psql)
        .args(["-XAtqc", statement, url])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{statement}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        thread::sleep(Duration::from_millis(10));
    }
}

fn kill_hard(pid: u32) {
    let status = Command::new("/bin/sh")
        .args(["-c", &format!("kill -KILL {pid}")])
        .status();
    assert!(status.unwrap().success());
}

fn postmaster(data: &Path) -> Option<u32> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    text.lines().next()?.parse().ok()
}

/// The program `pg-cluster run`, which uses a cluster until it is killed.
struct Holder {
    child: Child,
    url: String,
}

impl Holder {
    fn start(dir: &Path, flags: &[&str]) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pg-cluster"));
        command.arg("run").arg(dir).args(flags);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn ready(mut child: Child) -> Self {
        let mut url = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut url).unwrap();
        assert!(url.starts_with("postgres://"), "no URL but {url:?}");
        let url = url.trim().to_owned();
        Self { child, url }
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn data_outlives_the_server() {
    let dir = open_folder();
    let first = Cluster::open(options(dir.path())).unwrap();
    assert!(first.is_running());
    sql(
        &first.url("postgres"),
        "CREATE TABLE kept AS SELECT 'déjà' AS word",
    );
    let (data, socket_dir) = (first.data_dir(), first.socket_dir().to_owned());
    first.close().unwrap();
    assert_eq!(postmaster(&data), None);
    assert!(!socket_dir.join(".s.PGSQL.5432").exists());

    let second = Cluster::open(options(dir.path())).unwrap();
    assert_eq!(
        sql(&second.url("postgres"), "SELECT upper(word) FROM kept"),
        "DÉJÀ"
    );
}

#[test]
fn a_server_is_stopped_by_its_folder_when_nobody_uses_it() {
    let dir = open_folder();
    let missing = dir.path().join("missing");
    assert_eq!(stop_unused(&missing).unwrap(), Stopping::WasDown);
    assert!(!missing.exists());
    assert_eq!(stop_unused(dir.path()).unwrap(), Stopping::WasDown);
    let entries = || fs::read_dir(dir.path()).unwrap().count();
    assert_eq!(entries(), 0, "something was created");
    let stays = options(dir.path()).last_user(LastUser::LeavesRunning);
    let user = Cluster::open(stays).unwrap();
    let data = user.data_dir();
    assert_eq!(stop_unused(user.dir()).unwrap(), Stopping::InUse);
    assert!(user.is_running());
    user.close().unwrap();
    assert!(postmaster(&data).is_some());
    assert_eq!(stop_unused(dir.path()).unwrap(), Stopping::Stopped);
    assert_eq!(postmaster(&data), None);
    assert_eq!(stop_unused(dir.path()).unwrap(), Stopping::WasDown);
}

#[test]
fn real_data_is_synced_and_has_checksums() {
    let dir = open_folder();
    let cluster = Cluster::open(ClusterOptions::new(dir.path(), Profile::Durable)).unwrap();
    for setting in ["fsync", "full_page_writes", "data_checksums", "autovacuum"] {
        assert_eq!(
            sql(&cluster.url("postgres"), &format!("SHOW {setting}")),
            "on",
            "{setting}"
        );
    }
    assert_eq!(sql(&cluster.url("postgres"), "SHOW listen_addresses"), "");
}

#[test]
fn text_is_sorted_by_code_point() {
    let dir = open_folder();
    let cluster = Cluster::open(options(dir.path())).unwrap();
    let sorted = "SELECT string_agg(t, ',' ORDER BY t) FROM unnest(ARRAY['b','a','B','é','_']) t";
    assert_eq!(sql(&cluster.url("postgres"), sorted), "B,_,a,b,é");
}

#[test]
fn queries_may_run_in_parallel() {
    let dir = open_folder();
    let cluster = Cluster::open(options(dir.path())).unwrap();
    let url = cluster.url("postgres");
    sql(
        &url,
        "CREATE TABLE numbers AS SELECT generate_series(1, 1000) AS n",
    );
    let count = "SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0;
        SET parallel_tuple_cost = 0; SELECT count(*) FROM numbers";
    assert_eq!(sql(&url, count), "1000");
    let plan = count.replace("SELECT", "EXPLAIN (COSTS off) SELECT");
    assert!(sql(&url, &plan).contains("Workers Planned"));
}

#[test]
fn settings_of_the_caller_win() {
    let dir = open_folder();
    let cluster = Cluster::open(options(dir.path()).setting("max_connections", "33")).unwrap();
    assert_eq!(sql(&cluster.url("postgres"), "SHOW max_connections"), "33");
}

#[test]
fn the_last_user_stops_the_server() {
    let dir = open_folder();
    let first = Cluster::open(options(dir.path())).unwrap();
    let second = Cluster::open(options(dir.path())).unwrap();
    first.close().unwrap();
    assert!(second.is_running());
    let data = second.data_dir();
    drop(second);
    assert_eq!(postmaster(&data), None);
}

#[test]
fn the_last_user_may_leave_the_server_running() {
    let dir = open_folder();
    let warm = options(dir.path()).last_user(LastUser::LeavesRunning);
    let first = Cluster::open(warm).unwrap();
    let (data, before) = (first.data_dir(), postmaster(&first.data_dir()));
    first.close().unwrap();
    let second = Cluster::open(options(dir.path())).unwrap();
    assert_eq!(postmaster(&data), before);
    second.close().unwrap();
    assert_eq!(postmaster(&data), None);
}

#[test]
fn racing_starters_share_one_server() {
    let dir = open_folder();
    let racers: Vec<Child> = (0..4).map(|_| Holder::start(dir.path(), &[])).collect();
    let mut holders: Vec<Holder> = racers.into_iter().map(Holder::ready).collect();
    let started = "SELECT pg_postmaster_start_time()";
    let times: Vec<String> = holders
        .iter()
        .map(|holder| sql(&holder.url, started))
        .collect();
    assert!(times.iter().all(|time| *time == times[0]), "{times:?}");

    let data = dir.path().join("pgdata");
    let mut last = holders.pop().unwrap();
    holders.iter_mut().for_each(Holder::kill);
    assert_eq!(sql(&last.url, started), times[0]);
    last.kill();
    eventually("the stop by a watchdog", || postmaster(&data).is_none());
}

#[test]
fn an_orphaned_server_is_adopted() {
    let dir = open_folder();
    let mut holder = Holder::ready(Holder::start(dir.path(), &["--unwatched"]));
    let data = dir.path().join("pgdata");
    let orphan = postmaster(&data);
    holder.kill();
    let heir = Cluster::open(options(dir.path())).unwrap();
    assert_eq!(postmaster(&data), orphan);
    assert_eq!(sql(&heir.url("postgres"), "SELECT 1"), "1");
    heir.close().unwrap();
    assert_eq!(postmaster(&data), None);
}

#[test]
fn a_killed_server_recovers_at_the_next_start() {
    let dir = open_folder();
    let first = Cluster::open(ClusterOptions::new(dir.path(), Profile::Durable)).unwrap();
    sql(
        &first.url("postgres"),
        "CREATE TABLE kept AS SELECT 7 AS number",
    );
    kill_hard(postmaster(&first.data_dir()).unwrap());
    eventually("the end of the server", || !first.is_running());

    let second = Cluster::open(ClusterOptions::new(dir.path(), Profile::Durable)).unwrap();
    assert_eq!(sql(&second.url("postgres"), "SELECT number FROM kept"), "7");
    assert!(first.is_running());
}

#[test]
fn a_pid_file_from_before_a_reboot_does_not_block() {
    let dir = open_folder();
    let first = Cluster::open(options(dir.path())).unwrap();
    let data = first.data_dir();
    first.close().unwrap();
    let reused = format!(
        "{}\n{}\n1\n5432\n\n\n0\nready\n",
        std::process::id(),
        data.display()
    );
    fs::write(data.join("postmaster.pid"), reused).unwrap();
    let second = Cluster::open(options(dir.path())).unwrap();
    assert_eq!(sql(&second.url("postgres"), "SELECT 1"), "1");
}

#[test]
fn a_creation_that_was_killed_halfway_is_begun_anew() {
    let dir = open_folder();
    let unfinished = dir.path().join("pgdata.unfinished");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();
    let cluster = Cluster::open(options(dir.path())).unwrap();
    assert_eq!(sql(&cluster.url("postgres"), "SELECT 1"), "1");
    assert!(!unfinished.exists());
}

#[test]
fn data_of_another_version_is_refused_with_advice() {
    let dir = open_folder();
    let cluster = Cluster::open(options(dir.path())).unwrap();
    let version = cluster.data_dir().join("PG_VERSION");
    cluster.close().unwrap();
    fs::write(&version, "14\n").unwrap();
    let error = Cluster::open(options(dir.path())).unwrap_err();
    assert!(
        matches!(error, ClusterError::OtherVersion { .. }),
        "{error}"
    );
    assert!(
        error.to_string().contains("made by PostgreSQL 14"),
        "{error}"
    );
}

#[test]
fn a_server_that_cannot_start_says_why() {
    let dir = open_folder();
    let error = Cluster::open(options(dir.path()).setting("shared_buffers", "much")).unwrap_err();
    assert!(error.to_string().contains("shared_buffers"), "{error}");
}

#[test]
fn a_long_path_gets_a_short_socket() {
    let dir = open_folder();
    let deep = dir.path().join("x".repeat(60)).join("y".repeat(60));
    let cluster = Cluster::open(options(&deep)).unwrap();
    assert!(cluster.socket_dir().starts_with("/tmp"));
    assert_eq!(sql(&cluster.url("postgres"), "SELECT 1"), "1");
    let socket_dir = cluster.socket_dir().to_owned();
    cluster.close().unwrap();
    fs::remove_dir(socket_dir).unwrap();
}

#[test]
fn only_the_owner_can_reach_the_socket_and_the_data() {
    let dir = open_folder();
    let cluster = Cluster::open(options(dir.path())).unwrap();
    for folder in [cluster.socket_dir(), &cluster.data_dir()] {
        assert_eq!(
            fs::metadata(folder).unwrap().mode() & 0o077,
            0,
            "{}",
            folder.display()
        );
    }
}

/// Removes a folder when the test is over, however it ends.
struct Cleared(PathBuf);

impl Drop for Cleared {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn root_with_a_folder_of_its_own_keeps_the_cluster_elsewhere() {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o700)).unwrap();
    let app = format!("pg-cluster-test-{}", std::process::id());
    let system = Cleared(Path::new("/var/lib").join(&app));
    let cluster = Cluster::open(options(dir.path()).app_name(&app)).unwrap();
    assert_eq!(sql(&cluster.url("postgres"), "SELECT 1"), "1");
    let we_are_root = fs::metadata(dir.path()).unwrap().uid() == 0;
    assert_eq!(cluster.data_dir().starts_with(&system.0), we_are_root);
    assert_eq!(cluster.notes().len(), usize::from(we_are_root));

    let again = Cluster::open(options(dir.path()).app_name(&app)).unwrap();
    assert_eq!(again.data_dir(), cluster.data_dir());
}
