//! COPY, in and out, in rollback mode.

use bytes::Bytes;
use futures_util::{SinkExt, TryStreamExt, pin_mut};

use crate::support::{notes, place, run};

#[tokio::test]
async fn copy_goes_in_and_out() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    let sink = one
        .copy_in::<_, Bytes>("COPY note FROM STDIN")
        .await
        .unwrap();
    pin_mut!(sink);
    for piece in ["1\tone\n", "2\tt", "wo\n"] {
        sink.send(Bytes::from(piece)).await.unwrap();
    }
    assert_eq!(sink.finish().await.unwrap(), 2);
    let out = other
        .copy_out("COPY (SELECT * FROM note ORDER BY id) TO STDOUT")
        .await
        .unwrap();
    let pieces: Vec<Bytes> = out.try_collect().await.unwrap();
    assert_eq!(pieces.concat(), b"1\tone\n2\ttwo\n");
}

#[tokio::test]
async fn a_failed_copy_undoes_itself_and_no_more() {
    let place = place();
    let client = place.client().await;
    run(&client, "INSERT INTO note VALUES (1)").await;
    let sink = client
        .copy_in::<_, Bytes>("COPY note FROM STDIN")
        .await
        .unwrap();
    pin_mut!(sink);
    for piece in ["2\ttwo\n", "nonsense\n", "3\tthree\n"] {
        sink.send(Bytes::from(piece)).await.unwrap();
    }
    assert_eq!(
        sink.finish().await.unwrap_err().code().unwrap().code(),
        "22P02"
    );
    assert_eq!(notes(&client).await, "1");
}

#[tokio::test]
async fn a_copy_given_up_leaves_the_session_usable() {
    let place = place();
    let (one, other) = (place.client().await, place.client().await);
    {
        let sink = one
            .copy_in::<_, Bytes>("COPY note FROM STDIN")
            .await
            .unwrap();
        pin_mut!(sink);
        sink.send(Bytes::from("1\tone\n")).await.unwrap();
    }
    assert_eq!(notes(&one).await, "");
    assert_eq!(notes(&other).await, "");
}
