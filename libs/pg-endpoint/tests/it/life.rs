//! When scratch databases end.

use std::time::Duration;

use pg_endpoint::{Mode, Options, end_url};
use pg_testbed::Testbed;
use sqlx::{Connection, PgConnection};

use crate::support::{connect, eventually, notes, place, place_with, run, see};

async fn exists(database: &str) -> bool {
    let admin = Testbed::get().await.unwrap().admin_url();
    let mut connection = PgConnection::connect(&admin).await.unwrap();
    let found = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)");
    found
        .bind(database)
        .fetch_one(&mut connection)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_scratch_database_ends_after_its_last_client() {
    let place = place_with(&Options::default().grace(Duration::from_millis(200)));
    for mode in [Mode::Clone, Mode::Rollback] {
        let client = connect(&place.url(mode)).await.unwrap();
        run(&client, "INSERT INTO note VALUES (1)").await;
        let database = see(&client, "SELECT current_database()").await;
        drop(client);
        // The next client of the test comes in time.
        let client = connect(&place.url(mode)).await.unwrap();
        assert_eq!(notes(&client).await, "1");
        drop(client);
        eventually(async || !exists(&database).await).await;
    }
}

#[tokio::test]
async fn the_run_ends_it_by_connecting() {
    let place = place();
    let clone = connect(&place.url(Mode::Clone)).await.unwrap();
    let shared = place.client().await;
    run(&shared, "INSERT INTO note VALUES (1)").await;
    let databases = [
        see(&clone, "SELECT current_database()").await,
        see(&shared, "SELECT current_database()").await,
    ];
    let end = end_url(place.endpoint.port(), None, "shop", &place.id);
    let ended = connect(&end).await.unwrap();
    run(&ended, "SELECT 1").await;
    for database in &databases {
        assert!(!exists(database).await);
    }
    eventually(async || shared.batch_execute("SELECT 1").await.is_err()).await;
    // The same id begins anew.
    assert_eq!(notes(&place.client().await).await, "");
}

#[tokio::test]
async fn all_end_with_the_endpoint() {
    let place = place();
    let client = place.client().await;
    let database = see(&client, "SELECT current_database()").await;
    drop(place);
    assert!(!exists(&database).await);
}
