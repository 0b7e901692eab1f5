//! Clone and wipe mode: a database of the test's own, a session for each client.

use pg_endpoint::Mode;

use crate::support::{connect, notes, place, run, see, told};

#[tokio::test]
async fn clients_with_one_id_meet_in_one_database() {
    for mode in [Mode::Clone, Mode::Wipe] {
        let place = place();
        let one = connect(&place.url(mode)).await.unwrap();
        let other = connect(&place.url(mode)).await.unwrap();
        run(&one, "BEGIN; INSERT INTO note VALUES (1)").await;
        assert_eq!(notes(&other).await, "", "it is not committed");
        run(&one, "COMMIT").await;
        assert_eq!(notes(&other).await, "1");
        let pids = (
            see(&one, "SELECT pg_backend_pid()").await,
            see(&other, "SELECT pg_backend_pid()").await,
        );
        assert_ne!(pids.0, pids.1);
    }
}

#[tokio::test]
async fn other_ids_and_modes_are_other_databases() {
    let place = place();
    let names = ["one", "other"].map(|id| place.endpoint.url("shop", Mode::Clone, id));
    let wipe = place.endpoint.url("shop", Mode::Wipe, "one");
    let mut seen = Vec::new();
    for url in [&names[0], &names[1], &wipe] {
        let client = connect(url).await.unwrap();
        seen.push(see(&client, "SELECT current_database()").await);
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3);
}

#[tokio::test]
async fn everything_works_in_clone_mode() {
    let place = place();
    let client = connect(&place.url(Mode::Clone)).await.unwrap();
    run(&client, "LISTEN a").await;
    run(&client, "VACUUM note").await;
    run(&client, "CREATE INDEX CONCURRENTLY ON note (text)").await;
    run(
        &client,
        "BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT",
    )
    .await;
}

#[tokio::test]
async fn a_running_statement_is_cancelled() {
    let place = place();
    for mode in [Mode::Clone, Mode::Rollback] {
        let client = connect(&place.url(mode)).await.unwrap();
        let cancel = client.cancel_token();
        let begin = std::time::Instant::now();
        let stop = async {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            cancel.cancel_query(tokio_postgres::NoTls).await.unwrap();
        };
        let (slept, ()) = tokio::join!(client.batch_execute("SELECT pg_sleep(30)"), stop);
        assert_eq!(told(&slept.unwrap_err()).0, "57014", "{mode}");
        assert!(begin.elapsed().as_secs() < 10);
        assert_eq!(see(&client, "SELECT 1").await, "1", "{mode}");
    }
}

#[tokio::test]
async fn a_name_that_is_not_understood_is_explained() {
    let place = place();
    let url = place.url(Mode::Clone);
    let nonsense = url.replace(".clone.", ".clown.");
    let (code, message, hint) = told(&connect(&nonsense).await.err().unwrap());
    assert_eq!(code, "3D000");
    assert!(message.contains("shop.clown."), "{message}");
    assert!(hint.contains("TEMPLATE.rollback.ID"), "{hint}");
    let unknown = place.endpoint.url("shoe", Mode::Clone, "1");
    let (_, message, _) = told(&connect(&unknown).await.err().unwrap());
    assert!(message.contains("no template \"shoe\""), "{message}");
}
