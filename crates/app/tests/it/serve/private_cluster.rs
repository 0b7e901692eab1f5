//! The PostgreSQL that the server starts for itself.

use std::fs;
use std::path::PathBuf;

use crate::support::process::send;
use crate::support::{Site, TestServer, a_document, eventually};

fn pid_file(site: &Site) -> PathBuf {
    site.data().join("postgres/pgdata/postmaster.pid")
}

fn postmaster(site: &Site) -> Option<u32> {
    let text = fs::read_to_string(pid_file(site)).ok()?;
    text.lines().next()?.parse().ok()
}

#[tokio::test]
async fn it_starts_and_stops_with_the_server() {
    let mut server = TestServer::on(Site::with_private_cluster(), &[]);
    let health = server.as_nobody().get("/api/health").await.ok();
    assert_eq!(health["checks"]["database"], "ok");
    assert!(postmaster(&server).is_some(), "it runs in the data folder");
    server.as_writer().await;
    server.restart_after(|site| assert_eq!(postmaster(site), None));
    // What was there before is there again.
    let listed = server.run(&["user", "list"]).ok();
    assert!(listed.contains("walter@example.org"), "{listed}");
    server.process().stop();
    assert!(!pid_file(&server).exists());
}

#[tokio::test]
async fn it_does_not_outlive_a_server_that_was_killed() {
    let mut server = TestServer::on(Site::with_private_cluster(), &[]);
    server.as_writer().await;
    server.process().kill();
    eventually("PostgreSQL stops", || async {
        postmaster(&server).is_none().then_some(())
    })
    .await;
    server.restart_after(|_| {});
    assert_eq!(
        server.as_writer().await.get("/api/auth/me").await.ok()["role"],
        "writer"
    );
}

#[tokio::test]
async fn the_server_revives_it() {
    let server = TestServer::on(Site::with_private_cluster(), &[]);
    let writer = server.as_writer().await;
    let killed = postmaster(&server).expect("a running PostgreSQL");
    send("KILL", killed);
    eventually("the database answers again", || async {
        let health = server.as_nobody().get("/api/health").await.ok();
        let revived = postmaster(&server).is_some_and(|pid| pid != killed);
        (revived && health["checks"]["database"] == "ok").then_some(())
    })
    .await;
    assert_eq!(writer.get("/api/auth/me").await.ok()["role"], "writer");
}

#[tokio::test]
async fn documents_come_in_after_it_was_revived() {
    let server = TestServer::on(Site::with_private_cluster(), &[]);
    let editor = server.as_editor().await;
    let killed = postmaster(&server).expect("a running PostgreSQL");
    send("KILL", killed);
    eventually("the database answers again", || async {
        let health = server.as_nobody().get("/api/health").await.ok();
        let revived = postmaster(&server).is_some_and(|pid| pid != killed);
        (revived && health["checks"]["database"] == "ok").then_some(())
    })
    .await;
    // Each is read once: a worker that lost its lock would leave its job to the
    // other while it reads, and the second to be done would find a duplicate.
    for n in 0..8 {
        let text = format!("Report {n}. Boats bring books to the islands every week.");
        let document = a_document(&format!("{n}.txt")).saying(&[&text]);
        editor.upload(document).await.created();
    }
}
