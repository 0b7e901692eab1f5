//! Clones that wait ready, what they carry over, and the budget of connections.

use std::time::{Duration, Instant};

use pg_testbed::{State, Template, Testbed};

use crate::support::{execute, exists, template, text};

/// How many clones of the template called `label` wait ready.
async fn ready(testbed: &Testbed, label: &str) -> usize {
    let all = testbed.databases().await.unwrap();
    let is_ours = |state: &State| matches!(state, State::Template { label: it } if it == label);
    let Some(template) = all.iter().find(|one| is_ours(&one.state)) else {
        return 0;
    };
    let key = &template.name["testbed_t_".len()..][..16];
    let beginning = format!("testbed_p_{key}_");
    all.iter()
        .filter(|one| one.name.starts_with(&beginning))
        .count()
}

async fn wait_until_ready(testbed: &Testbed, label: &str) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while ready(testbed, label).await < 4 {
        assert!(Instant::now() < deadline, "no clones were made ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn clones_are_made_ready_for_other_processes() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template("stock", "CREATE TABLE t AS SELECT 7 AS seven");
    drop(testbed.scratch(&shop).await.unwrap());
    wait_until_ready(&testbed, "stock").await;
    let other = Testbed::on(testbed.admin_url()).await.unwrap();
    let database = other.scratch(&shop).await.unwrap();
    assert_eq!(text(database.url(), "SELECT seven::text FROM t").await, "7");
    drop(database);
    testbed.discard(&shop).await.unwrap();
    assert_eq!(ready(&testbed, "stock").await, 0);
}

#[tokio::test]
async fn many_at_once_share_the_stock_and_none_twice() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template("stock-many", "CREATE TABLE t ()");
    drop(testbed.scratch(&shop).await.unwrap());
    wait_until_ready(&testbed, "stock-many").await;
    let mut taken = Vec::new();
    for _ in 0..3 {
        let testbed = Testbed::on(testbed.admin_url()).await.unwrap();
        for _ in 0..3 {
            let (testbed, shop) = (testbed.clone(), shop.clone());
            taken.push(tokio::spawn(async move {
                testbed.scratch(&shop).await.unwrap()
            }));
        }
    }
    let mut names = Vec::new();
    let mut held = Vec::new();
    for database in taken {
        let database = database.await.unwrap();
        names.push(database.name().to_owned());
        held.push(database);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 9);
    drop(held);
    testbed.discard(&shop).await.unwrap();
}

/// Rights and comment, which CREATE DATABASE … TEMPLATE leaves out.
#[tokio::test]
async fn rights_and_comments_are_carried_over() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template(
        "extras",
        "DO $$ BEGIN EXECUTE format(
           'REVOKE ALL ON DATABASE %1$I FROM PUBLIC;
            GRANT TEMPORARY ON DATABASE %1$I TO pg_monitor WITH GRANT OPTION;
            COMMENT ON DATABASE %1$I IS ''the shop''''s'';', current_database());
         END $$",
    );
    let rights = "SELECT string_agg(concat_ws(' ', grantee::regrole, privilege_type, is_grantable),
                         ', ') FROM pg_database d, aclexplode(datacl)
                   WHERE datname = current_database() AND grantee <> datdba";
    let comment = "SELECT shobj_description(oid, 'pg_database') FROM pg_database
                    WHERE datname = current_database()";
    for _ in 0..2 {
        let database = testbed.scratch(&shop).await.unwrap();
        assert_eq!(text(database.url(), rights).await, "pg_monitor TEMPORARY t");
        assert_eq!(text(database.url(), comment).await, "the shop's");
        drop(database);
        wait_until_ready(&testbed, "extras").await;
    }
    testbed.discard(&shop).await.unwrap();
}

#[tokio::test]
async fn kept_databases_are_listed_and_dropped_by_name() {
    let testbed = Testbed::get().await.unwrap();
    let mut failed = testbed.empty().await.unwrap();
    let name = failed.name().to_owned();
    failed.keep();
    drop(failed);
    let all = testbed.databases().await.unwrap();
    let kept = all.iter().find(|one| one.name == name).unwrap();
    let State::Kept { seconds, test } = &kept.state else {
        panic!("{:?}", kept.state)
    };
    assert_eq!(test, "stock::kept_databases_are_listed_and_dropped_by_name");
    assert!((3500..=3600).contains(seconds), "{seconds}");
    assert!(kept.url.contains(&name));
    assert!(testbed.drop_database(&name).await.unwrap());
    assert!(!testbed.drop_database(&name).await.unwrap());
    assert!(!exists(&testbed, &name).await);
}

#[tokio::test]
async fn other_databases_are_neither_listed_nor_dropped() {
    let testbed = Testbed::get().await.unwrap();
    assert!(!testbed.drop_database("postgres").await.unwrap());
    let all = testbed.databases().await.unwrap();
    assert!(all.iter().all(|one| one.name.starts_with("testbed_")));
}

/// A session on the template would make every clone wait for five seconds.
#[tokio::test]
async fn nobody_can_connect_to_a_template() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template("closed", "CREATE TABLE t ()");
    drop(testbed.scratch(&shop).await.unwrap());
    let all = testbed.databases().await.unwrap();
    let is_ours = |state: &State| matches!(state, State::Template { label } if label == "closed");
    let template = all.iter().find(|one| is_ours(&one.state)).unwrap();
    let error = execute(&template.url, "SELECT 1").await.unwrap_err();
    assert!(
        error.to_string().contains("not currently accepting"),
        "{error}"
    );
    testbed.discard(&shop).await.unwrap();
}

/// Two labels are two templates, though their content is the same.
#[tokio::test]
async fn checkouts_with_other_migrations_do_not_meet() {
    let testbed = Testbed::get().await.unwrap();
    let of = |content: &'static str| {
        Template::new("checkout", content, move |url: String| async move {
            Ok(execute(&url, content).await?)
        })
    };
    let (one, other) = (of("CREATE TABLE a ()"), of("CREATE TABLE b ()"));
    let (first, second) = (
        testbed.scratch(&one).await.unwrap(),
        testbed.scratch(&other).await.unwrap(),
    );
    execute(first.url(), "SELECT FROM a").await.unwrap();
    execute(second.url(), "SELECT FROM b").await.unwrap();
    execute(second.url(), "SELECT FROM a").await.unwrap_err();
    drop((first, second));
    testbed.discard(&one).await.unwrap();
    testbed.discard(&other).await.unwrap();
}
