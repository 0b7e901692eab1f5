//! Pools of sqlx: fixtures on one connection, the code under test on another.

use pg_endpoint::Mode;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use crate::support::place;

async fn pool(url: &str) -> PgPool {
    PgPoolOptions::new()
        .min_connections(3)
        .max_connections(3)
        .connect(url)
        .await
        .unwrap()
}

#[tokio::test]
async fn fixtures_of_one_connection_are_seen_by_all_and_gone_afterwards() {
    let place = place();
    let url = place.url(Mode::Rollback);
    let (fixtures, code) = (pool(&url).await, pool(&url).await);
    let mut transaction = fixtures.begin().await.unwrap();
    sqlx::query("INSERT INTO note VALUES ($1, $2)")
        .bind(1)
        .bind("one")
        .execute(&mut *transaction)
        .await
        .unwrap();
    transaction.commit().await.unwrap();
    let works = (0..20).map(|number| {
        let code = code.clone();
        tokio::spawn(async move {
            let mut transaction = code.begin().await.unwrap();
            let text = sqlx::query_scalar::<_, String>("SELECT text FROM note WHERE id = $1");
            assert_eq!(
                text.bind(1).fetch_one(&mut *transaction).await.unwrap(),
                "one"
            );
            transaction.rollback().await.unwrap();
            sqlx::query("INSERT INTO note VALUES ($1)")
                .bind(10 + number)
                .execute(&code)
                .await
                .unwrap();
        })
    });
    for work in works.collect::<Vec<_>>() {
        work.await.unwrap();
    }
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM note");
    assert_eq!(count.fetch_one(&fixtures).await.unwrap(), 21);
    fixtures.close().await;
    code.close().await;
    place.endpoint.end("shop", &place.id).await;
    let mut next = PgConnection::connect(&url).await.unwrap();
    let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM note");
    assert_eq!(count.fetch_one(&mut next).await.unwrap(), 0);
}

#[tokio::test]
async fn nested_transactions_of_sqlx_work() {
    let place = place();
    let pool = pool(&place.url(Mode::Rollback)).await;
    let mut outer = pool.begin().await.unwrap();
    sqlx::query("INSERT INTO note VALUES (1)")
        .execute(&mut *outer)
        .await
        .unwrap();
    let mut inner = outer.begin().await.unwrap();
    sqlx::query("INSERT INTO note VALUES (2)")
        .execute(&mut *inner)
        .await
        .unwrap();
    inner.rollback().await.unwrap();
    outer.commit().await.unwrap();
    let ids = sqlx::query_scalar::<_, i32>("SELECT id FROM note");
    assert_eq!(ids.fetch_all(&pool).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_transaction_that_is_dropped_is_rolled_back() {
    let place = place();
    let pool = pool(&place.url(Mode::Rollback)).await;
    let mut transaction = pool.begin().await.unwrap();
    sqlx::query("INSERT INTO note VALUES (1)")
        .execute(&mut *transaction)
        .await
        .unwrap();
    drop(transaction);
    let seen = async || {
        let count = sqlx::query_scalar::<_, i64>("SELECT count(*) FROM note");
        count.fetch_one(&pool).await.unwrap() == 0
    };
    crate::support::eventually(seen).await;
}
