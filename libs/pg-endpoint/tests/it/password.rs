//! Who knows the password gets in, and nobody else.

use pg_endpoint::{Mode, Options, end_url};

use crate::support::{connect, notes, place_with, run, told};

#[tokio::test]
async fn a_password_keeps_others_out() {
    let place = place_with(&Options::default().password("open/sesame"));
    let url = place.url(Mode::Rollback);
    let client = connect(&url).await.unwrap();
    run(&client, "INSERT INTO note VALUES (1)").await;
    for wrong in [":open%2Fsesam", ":open%2Fsesami", ":x"] {
        let url = url.replace(":open%2Fsesame", wrong);
        let error = connect(&url).await.map(drop).unwrap_err();
        let (code, message, hint) = told(&error);
        assert_eq!(code, "28P01", "{message}");
        assert!(!hint.contains("sesame"), "{hint}");
    }
    // The driver has none to give.
    connect(&url.replace(":open%2Fsesame", ""))
        .await
        .map(drop)
        .unwrap_err();
    let port = place.endpoint.port();
    let end = |password| end_url(port, password, "shop", &place.id);
    connect(&end(Some("x"))).await.map(drop).unwrap_err();
    assert_eq!(notes(&client).await, "1", "others have ended it");
    connect(&end(Some("open/sesame"))).await.unwrap();
    client.batch_execute("SELECT 1").await.unwrap_err();
}
