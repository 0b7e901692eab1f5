//! The extended protocol in rollback mode.

use futures_util::{TryStreamExt, pin_mut};

use crate::support::{notes, place, run, told};

#[tokio::test]
async fn prepared_statements_are_each_client_s_own_and_survive_transactions() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    let insert = "INSERT INTO note VALUES ($1)";
    let (by_one, by_other) = (
        one.prepare(insert).await.unwrap(),
        other.prepare("SELECT $1::text").await.unwrap(),
    );
    run(&one, "BEGIN").await;
    one.execute(&by_one, &[&1]).await.unwrap();
    assert_eq!(
        other
            .query_one(&by_other, &[&"x"])
            .await
            .unwrap()
            .get::<_, &str>(0),
        "x"
    );
    run(&one, "ROLLBACK").await;
    one.execute(&by_one, &[&2]).await.unwrap();
    assert_eq!(notes(&other).await, "2");
}

#[tokio::test]
async fn names_in_sql_are_each_client_s_own() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    run(&one, "PREPARE p AS SELECT 'one'").await;
    run(&other, "PREPARE p AS SELECT 'other'").await;
    for (client, expected) in [(&one, "one"), (&other, "other")] {
        assert_eq!(crate::support::see(client, "EXECUTE p").await, expected);
    }
    run(&one, "DEALLOCATE ALL").await;
    assert_eq!(crate::support::see(&other, "EXECUTE p").await, "other");
    run(&one, "BEGIN; DECLARE c CURSOR FOR SELECT 'mine'").await;
    run(&other, "BEGIN; DECLARE c CURSOR FOR SELECT 'theirs'").await;
    assert_eq!(crate::support::see(&one, "FETCH NEXT FROM c").await, "mine");
    run(&one, "CLOSE ALL").await;
    assert_eq!(crate::support::see(&other, "FETCH c").await, "theirs");
}

#[tokio::test]
async fn a_failed_pipeline_undoes_itself_and_its_statements() {
    let place = place();
    let client = place.client().await;
    let wrong = told(&client.query("SELECT missing", &[]).await.unwrap_err());
    assert_eq!(wrong.0, "42703");
    let insert = client
        .prepare("INSERT INTO note VALUES ($1)")
        .await
        .unwrap();
    client.execute(&insert, &[&1]).await.unwrap();
    assert_eq!(
        told(&client.execute(&insert, &[&1]).await.unwrap_err()).0,
        "23505"
    );
    client.execute(&insert, &[&2]).await.unwrap();
    assert_eq!(notes(&client).await, "1,2");
}

#[tokio::test]
async fn transactions_work_by_prepared_statements_too() {
    let place = place();
    let client = place.client().await;
    client.execute("BEGIN", &[]).await.unwrap();
    client
        .execute("INSERT INTO note VALUES (1)", &[])
        .await
        .unwrap();
    client.execute("SAVEPOINT a", &[]).await.unwrap();
    client
        .execute("INSERT INTO note VALUES (2)", &[])
        .await
        .unwrap();
    client.execute("ROLLBACK TO a", &[]).await.unwrap();
    assert_eq!(
        client
            .execute("INSERT INTO note VALUES (1)", &[])
            .await
            .unwrap_err()
            .code()
            .unwrap()
            .code(),
        "23505"
    );
    let aborted = client.query("SELECT 1", &[]).await.unwrap_err();
    assert_eq!(aborted.code().unwrap().code(), "25P02");
    client.execute("ROLLBACK TO a", &[]).await.unwrap();
    client.execute("COMMIT", &[]).await.unwrap();
    assert_eq!(notes(&client).await, "1");
}

#[tokio::test]
async fn portals_are_fetched_piece_by_piece_although_others_work() {
    let place = place();
    let (mut one, other) = (place.client().await, place.client().await);
    let transaction = one.transaction().await.unwrap();
    let statement = transaction
        .prepare("SELECT generate_series(1, 5)")
        .await
        .unwrap();
    let portal = transaction.bind(&statement, &[]).await.unwrap();
    let mut seen = Vec::new();
    for _ in 0..3 {
        let rows = transaction.query_portal(&portal, 2).await.unwrap();
        seen.push(rows.len());
        assert_eq!(other.query("SELECT 1", &[]).await.unwrap().len(), 1);
    }
    assert_eq!(seen, [2, 2, 1]);
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn large_results_pass_while_the_client_is_slow() {
    let place = place();
    let client = place.client().await;
    let sql = "SELECT repeat('x', 10000) FROM generate_series(1, 3000)";
    let rows = client.query_raw::<_, &str, _>(sql, []).await.unwrap();
    pin_mut!(rows);
    let mut bytes = 0;
    while let Some(row) = rows.try_next().await.unwrap() {
        bytes += row.get::<_, &str>(0).len();
    }
    assert_eq!(bytes, 30_000_000);
}

#[tokio::test]
async fn many_requests_can_be_under_way() {
    let place = place();
    let client = place.client().await;
    let insert = client
        .prepare("INSERT INTO note VALUES ($1)")
        .await
        .unwrap();
    let ids: Vec<i32> = (0..500).collect();
    let inserts = ids.iter().map(|id| client.execute_raw(&insert, [id]));
    futures_util::future::try_join_all(inserts).await.unwrap();
    assert_eq!(
        crate::support::see(&client, "SELECT count(*) FROM note").await,
        "500"
    );
}
