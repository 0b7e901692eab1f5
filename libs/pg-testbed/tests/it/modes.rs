//! Tests of all modes, one after the other.

use pg_testbed::{Mode, Template, Testbed};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::template;

const SHOP: &str = "
    CREATE TABLE item (id serial PRIMARY KEY, name text);
    INSERT INTO item (name) VALUES ('seed')";

/// What a test does: it sees whether another one's work is left.
const WORK: &str = "
    DELETE FROM item WHERE name = 'seed';
    INSERT INTO item (name) VALUES ('mine');
    SELECT string_agg(id || name, ',' ORDER BY id) FROM item";

async fn seen(connection: &mut PgConnection) -> String {
    let (change, look) = WORK.rsplit_once(';').unwrap();
    sqlx::raw_sql(change)
        .execute(&mut *connection)
        .await
        .unwrap();
    let look = sqlx::query_scalar(AssertSqlSafe(look.to_owned()));
    look.fetch_one(connection).await.unwrap()
}

/// `None` is a transaction that is handed over.
async fn one_test(testbed: &Testbed, shop: &Template, mode: Option<Mode>) -> String {
    match mode {
        Some(mode) => {
            let database = testbed.scratch(shop).mode(mode).await.unwrap();
            seen(&mut database.connect().await.unwrap()).await
        }
        None => seen(&mut testbed.begin(shop).await.unwrap()).await,
    }
}

#[tokio::test]
async fn each_mode_may_follow_each_other() {
    let testbed = Testbed::get().await.unwrap();
    let (shop, _) = template("modes", SHOP);
    let modes = [
        None,
        Some(Mode::Clone),
        Some(Mode::Wipe),
        Some(Mode::Rollback),
    ];
    for first in modes {
        for second in modes {
            for mode in [first, second] {
                let seen = one_test(&testbed, &shop, mode).await;
                assert_eq!(seen, "2mine", "{mode:?} of {first:?}, {second:?}");
            }
        }
    }
    testbed.discard(&shop).await.unwrap();
}
