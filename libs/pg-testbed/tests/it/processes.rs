//! Several test processes at once, and what is left when they are gone.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command, Output};
use std::time::{Duration, Instant};

use pg_cluster::{Cluster, ClusterOptions, LastUser, Profile};
use pg_testbed::{Mode, State, Testbed};

use crate::bed::{Bed, cluster};
use crate::child::{command, notes, start};
use crate::support::{execute, text};

/// As PostgreSQL comes: a server with a hundred connections.
const HUNDRED: [(&str, &str); 1] = [("max_connections", "100")];

/// Waits for a process, which should have done well.
async fn ended_well(child: Child) {
    let output = ended(child).await;
    assert!(
        output.status.success(),
        "{}{}",
        told(&output.stdout),
        told(&output.stderr)
    );
}

async fn ended(child: Child) -> Output {
    let wait = tokio::task::spawn_blocking(|| child.wait_with_output().unwrap());
    wait.await.unwrap()
}

fn told(printed: &[u8]) -> String {
    String::from_utf8_lossy(printed).into_owned()
}

/// Waits until a process says that it holds what it was to take.
async fn holding(mut child: Child) -> Child {
    let output = BufReader::new(child.stdout.take().unwrap());
    tokio::task::spawn_blocking(move || {
        let mut lines = output.lines().map(Result::unwrap);
        assert!(lines.any(|line| line.contains("holding")), "it ended");
        child
    })
    .await
    .unwrap()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Everything on the server that a run might leave.
pub(crate) async fn inventory(server: &str) -> String {
    let all = "SELECT concat_ws(E'\\n',
        (SELECT string_agg(concat_ws(' ', datname, datdba, datacl, datconnlimit,
                shobj_description(oid, 'pg_database')), ',' ORDER BY datname) FROM pg_database),
        (SELECT string_agg(rolname, ',' ORDER BY rolname) FROM pg_roles),
        (SELECT string_agg(s::text, ',' ORDER BY s::text) FROM pg_db_role_setting s))";
    text(server, all).await
}

pub(crate) async fn eventually_as_before(server: &str, before: &str) {
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        let now = inventory(server).await;
        if now == before {
            return;
        }
        assert!(Instant::now() < deadline, "still there: {now}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn eight_processes_of_four_tests_share_a_hundred_connections() {
    let bed = Bed::new(&HUNDRED).await;
    let server = bed.testbed.admin_url();
    let children: Vec<_> = (0..8).map(|_| start("work 4", &server)).collect();
    for child in children {
        ended_well(child).await;
    }
}

#[tokio::test]
async fn tests_with_several_databases_do_not_wait_for_each_other_for_ever() {
    let bed = Bed::new(&HUNDRED).await;
    let server = bed.testbed.admin_url();
    let children: Vec<_> = (0..2).map(|_| start("hoard", &server)).collect();
    for child in children {
        ended_well(child).await;
    }
}

#[tokio::test]
async fn two_runs_do_not_meet_although_one_drops_the_other_s_template() {
    let bed = Bed::new(&[]).await;
    let server = bed.testbed.admin_url();
    let discarder = holding(start("discard", &server)).await;
    let children = [start("work 12", &server), start("work 12", &server)];
    for child in children {
        ended_well(child).await;
    }
    kill(discarder);
}

#[tokio::test]
async fn a_server_is_left_as_it_was_found() {
    let (cluster, _folder) = cluster(&[]);
    let server = cluster.url("postgres");
    let before = inventory(&server).await;
    ended_well(start("work 4", &server)).await;
    assert_ne!(
        inventory(&server).await,
        before,
        "nothing was there to be cleared"
    );
    eventually_as_before(&server, &before).await;
}

#[tokio::test]
async fn when_all_processes_are_killed_the_reaper_clears_up() {
    let (cluster, _folder) = cluster(&[]);
    let server = cluster.url("postgres");
    let before = inventory(&server).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(holding(start("hold", &server)).await);
    }
    held.into_iter().for_each(kill);
    eventually_as_before(&server, &before).await;
}

/// One that is about to end when a process starts looks like one that watches.
#[tokio::test]
async fn a_process_without_a_reaper_starts_another() {
    const REAPERS: &str = "SELECT coalesce(string_agg(pid::text, ','), '') FROM pg_stat_activity
                            WHERE application_name = 'pg-testbed-reaper'";
    let (cluster, _folder) = cluster(&[]);
    let server = cluster.url("postgres");
    let held = holding(start("hold", &server)).await;
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut first = String::new();
    loop {
        let now = text(&server, REAPERS).await;
        if first.is_empty() && !now.is_empty() {
            let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'pg-testbed-reaper'";
            execute(&server, end).await.unwrap();
            first.clone_from(&now);
        }
        if !now.is_empty() && now != first {
            break;
        }
        assert!(Instant::now() < deadline, "no other than {first:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    kill(held);
}

#[tokio::test]
async fn a_reaper_stops_the_server_that_it_watches() {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let dir = folder.path().join("cluster");
    let options = ClusterOptions::new(&dir, Profile::Throwaway);
    let cluster = Cluster::open(options.last_user(LastUser::LeavesRunning)).unwrap();
    let (server, data) = (cluster.url("postgres"), cluster.data_dir());
    cluster.close().unwrap();
    let mut reaper = Command::new(env!("CARGO_BIN_EXE_testbed"));
    reaper.args(["reaper", "1", "1"]);
    reaper.env("TESTBED_REAPER_URL", &server);
    reaper.env("TESTBED_REAPER_DATA", &data);
    reaper.env("TESTBED_REAPER_CLUSTER", &dir);
    ended_well(reaper.spawn().unwrap()).await;
    assert!(!data.join("postmaster.pid").exists());
}

#[tokio::test]
async fn a_user_who_may_create_databases_needs_no_more_but_for_wiping() {
    let bed = Bed::new(&[]).await;
    let server = bed.testbed.admin_url();
    execute(&server, "CREATE ROLE tester LOGIN CREATEDB")
        .await
        .unwrap();
    let testbed = Testbed::on(server.replace("user=postgres", "user=tester"))
        .await
        .unwrap();
    let insert = "INSERT INTO note (text) VALUES ('mine') RETURNING id::text";
    for _ in 0..2 {
        for mode in [Mode::Clone, Mode::Rollback] {
            let database = testbed.scratch(&notes()).mode(mode).await.unwrap();
            assert_eq!(text(database.url(), insert).await, "1", "in {mode} mode");
        }
        let mut transaction = testbed.begin(&notes()).await.unwrap();
        let id: String = sqlx::query_scalar(insert)
            .fetch_one(&mut *transaction)
            .await
            .unwrap();
        assert_eq!(id, "1");
    }
    let refused = testbed
        .scratch(&notes())
        .mode(Mode::Wipe)
        .await
        .unwrap_err();
    let grant = "GRANT SET ON PARAMETER session_replication_role TO";
    assert!(refused.to_string().contains(grant), "{refused}");
    execute(&server, &format!("{grant} tester")).await.unwrap();
    let testbed = Testbed::on(server.replace("user=postgres", "user=tester"))
        .await
        .unwrap();
    for _ in 0..2 {
        let database = testbed.scratch(&notes()).mode(Mode::Wipe).await.unwrap();
        assert_eq!(text(database.url(), insert).await, "1");
    }
}

#[tokio::test]
async fn a_right_that_is_missing_is_named_and_no_other() {
    let bed = Bed::new(&[]).await;
    let server = bed.testbed.admin_url();
    execute(&server, "CREATE ROLE tester LOGIN CREATEDB")
        .await
        .unwrap();
    let lock = "EXECUTE ON FUNCTION pg_catalog.pg_advisory_lock(bigint)";
    execute(&server, &format!("REVOKE {lock} FROM PUBLIC"))
        .await
        .unwrap();
    let tester = server.replace("user=postgres", "user=tester");
    let without = Testbed::on(tester).await.unwrap_err();
    let told = format!("{without:?}");
    assert!(told.contains("function pg_advisory_lock"), "{told}");
    assert!(!told.contains("CREATEDB"), "{told}");
    execute(&server, &format!("GRANT {lock} TO PUBLIC"))
        .await
        .unwrap();
    execute(&server, "CREATE ROLE visitor LOGIN").await.unwrap();
    let visitor = server.replace("user=postgres", "user=visitor");
    let visiting = Testbed::on(visitor).await.unwrap();
    let refused = visiting.empty().await.unwrap_err();
    assert!(refused.to_string().contains("CREATEDB"), "{refused}");
}

#[tokio::test]
async fn without_a_server_tests_fail_and_say_how_to_get_one() {
    let nothing = tempfile::tempdir().unwrap();
    for (server, advice) in [
        ("", "there is no PostgreSQL for the tests"),
        (
            "postgres://ana@127.0.0.1:1/db",
            "check that it runs and accepts the user",
        ),
    ] {
        let mut command = command("work 1", server);
        command.args(["attribute::a_url_for_tokio_postgres"]);
        let child = command.env("PG_BIN_DIR", nothing.path()).spawn().unwrap();
        let output = ended(child).await;
        assert_eq!(output.status.code(), Some(101), "{server:?}");
        let told = told(&output.stderr);
        assert!(told.contains(advice), "{told}");
        assert!(told.contains("TEST_DATABASE_URL"), "{told}");
    }
}

#[tokio::test]
async fn a_failed_test_says_how_to_look_at_its_database() {
    let bed = Bed::new(&[]).await;
    for mode in [Mode::Clone, Mode::Wipe, Mode::Rollback] {
        let output = ended(start(&format!("fail {mode}"), &bed.testbed.admin_url())).await;
        assert_eq!(output.status.code(), Some(101));
        let told = told(&output.stderr);
        let line = told
            .lines()
            .find_map(|line| line.split_once("kept for 60 minutes: "));
        let (_, psql) = line.unwrap_or_else(|| panic!("no line in {told}"));
        let look = format!("{psql} -XAtc 'SELECT text FROM note'");
        let seen = Command::new("sh").args(["-c", &look]).output().unwrap();
        assert_eq!(
            self::told(&seen.stdout),
            "mine\n",
            "in {mode} mode: {seen:?}"
        );
    }
    let all = bed.testbed.databases().await.unwrap();
    let kept = all
        .iter()
        .filter(|one| matches!(one.state, State::Kept { .. }));
    assert_eq!(kept.count(), 3);
}

#[tokio::test]
async fn where_every_test_fails_the_newest_databases_are_kept() {
    let bed = Bed::new(&[]).await;
    for role in ["fail clone", "fail wipe", "fail rollback", "fail clone"] {
        let mut command = command(role, &bed.testbed.admin_url());
        let child = command.env("TESTBED_KEEP", "2").spawn().unwrap();
        assert_eq!(ended(child).await.status.code(), Some(101));
    }
    let all = bed.testbed.databases().await.unwrap();
    let kept = all
        .iter()
        .filter(|one| matches!(one.state, State::Kept { .. }));
    assert_eq!(kept.count(), 2, "{all:?}");
}

#[tokio::test]
async fn nothing_is_said_to_be_kept_that_is_not() {
    let bed = Bed::new(&[]).await;
    for (role, why) in [
        (
            "refuse rollback",
            "duplicate key value violates unique constraint",
        ),
        ("late", "use Mode::Wipe"),
    ] {
        let output = ended(start(role, &bed.testbed.admin_url())).await;
        assert_eq!(output.status.code(), Some(101));
        let told = told(&output.stderr);
        assert!(told.contains(why), "{told}");
        assert!(!told.contains("kept for"), "{told}");
    }
    let all = bed.testbed.databases().await.unwrap();
    let mut kept = all
        .iter()
        .filter(|one| matches!(one.state, State::Kept { .. }));
    assert_eq!(kept.next(), None);
}

#[tokio::test]
async fn processes_of_one_test_leave_no_more_than_the_next_ones_use() {
    let bed = Bed::new(&[]).await;
    for _ in 0..6 {
        let mut command = command("work 4", &bed.testbed.admin_url());
        command.env("NEXTEST_EXECUTION_MODE", "process-per-test");
        ended_well(command.spawn().unwrap()).await;
    }
    let all = bed.testbed.databases().await.unwrap();
    assert!(all.len() <= 1 + 8 + 8, "{all:?}");
    assert!(
        all.iter().all(|one| one.state != State::Abandoned),
        "{all:?}"
    );
}
