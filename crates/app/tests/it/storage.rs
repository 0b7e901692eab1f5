//! Original files in a bucket of a service that speaks S3.

use archivist_web::blobs::hex;
use reqwest::Method;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::process::run;
use crate::support::s3::{ACCESS_KEY, BUCKET, S3, SECRET_KEY};
use crate::support::server::serve_command;
use crate::support::{Client, Reply, Site, TestServer, a_document, eventually};

const WORDS: &str = "In 2024 our boats brought 312 books to the islands.";

/// Where files are kept in these tests.
const PLACE: &str = "s3://papers/site/files";

fn name_of(bytes: &[u8]) -> String {
    let sha256 = hex(&Sha256::digest(bytes));
    let (start, rest) = sha256.split_at(2);
    format!("site/files/{start}/{rest}")
}

async fn job(client: &Client, accepted: &Reply) -> Value {
    let id = accepted.json(202)["job_id"].as_str().unwrap().to_owned();
    client.get(&format!("/api/jobs/{id}")).await.ok()
}

#[tokio::test]
async fn a_document_comes_in_and_goes_out_by_a_bucket() {
    let s3 = S3::start();
    let server = TestServer::start_with(&s3.flags(PLACE)).await;
    let editor = server.as_editor().await;
    let document = a_document("boats.pdf").saying(&[WORDS]);
    let made = editor.upload(document.clone()).await.created();
    let objects = s3.objects();
    let name = name_of(document.bytes());
    assert_eq!(objects.keys().collect::<Vec<_>>(), [&name]);
    assert_eq!(objects[&name], document.bytes());
    assert!(server.kept_files().is_empty(), "{:?}", server.kept_files());

    let path = format!("/api/documents/{}/file", made["doc_id"].as_str().unwrap());
    let whole = editor.get(&path).await;
    assert_eq!(
        (whole.status.as_u16(), &whole.bytes[..]),
        (200, document.bytes())
    );
    let length = document.bytes().len().to_string();
    assert_eq!(whole.header("content-length"), Some(length.as_str()));
    let part = editor
        .request(Method::GET, &path)
        .header("range", "bytes=5-7");
    let part = Reply::of(part).await;
    assert_eq!(
        (part.status.as_u16(), &part.bytes[..]),
        (206, &document.bytes()[5..8])
    );
    let range = format!("bytes 5-7/{length}");
    assert_eq!(part.header("content-range"), Some(range.as_str()));

    // What is refused leaves nothing there.
    let broken = a_document("broken.pdf").with_bytes(&b"%PDF-1.4 and no more"[..]);
    editor.upload(broken).await.refusal(422);
    assert_eq!(s3.objects().len(), 1);
}

#[tokio::test]
async fn commands_read_from_a_bucket_and_notice_damage() {
    let s3 = S3::start();
    let site = Site::new().await;
    let folder = site.path("papers");
    site.write("papers/one.txt", WORDS);
    site.write(
        "papers/two.md",
        format!("# Ferries\n\n{WORDS} Ferries bring tutors."),
    );
    let mut args = vec!["import", folder.to_str().unwrap(), "--json"];
    args.extend(s3.flags(PLACE));
    site.run(&args).ok();
    assert_eq!(site.count("SELECT count(*) FROM documents").await, 2);
    assert_eq!(s3.objects().len(), 2);
    // Reading again fetches each of them.
    let mut args = vec!["reprocess", "--all"];
    args.extend(s3.flags(PLACE));
    let said = site.run(&args).ok();
    assert!(said.contains("2 stay the same"), "{said}");
    assert!(site.kept_files().is_empty(), "{:?}", site.kept_files());
    // A file that is not what it was is not read.
    s3.replace(&name_of(WORDS.as_bytes()), b"Something else.");
    let read = site.run(&args);
    assert!(read.stdout.contains("damaged"), "{read:?}");
    let mut args = vec!["files", "check", "--content"];
    args.extend(s3.flags(PLACE));
    let checked = site.run(&args);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(
        checked.stdout.contains("2 files, 1 problems"),
        "{checked:?}"
    );
}

#[tokio::test]
async fn a_store_that_is_away_for_a_while_puts_jobs_off() {
    let s3 = S3::start();
    let server = TestServer::start_with(&s3.flags(PLACE)).await;
    let editor = server.as_editor().await;
    s3.be_away(true);
    let document = a_document("boats.txt").saying(&[WORDS]);
    let accepted = editor.upload_later(document.clone()).await;
    let waits = eventually("the job is put off", || async {
        let job = job(&editor, &accepted).await;
        let message = job["message"].as_str().unwrap().to_owned();
        message.contains("store of files").then_some(job)
    })
    .await;
    assert_eq!(waits["status"], "queued");
    s3.be_away(false);
    let done = eventually("the job is done", || async {
        let job = job(&editor, &accepted).await;
        (job["status"] == "ready").then_some(job)
    })
    .await;
    let path = format!("/api/documents/{}/file", done["doc_id"].as_str().unwrap());
    assert_eq!(editor.get(&path).await.bytes, document.bytes());
    s3.be_away(true);
    let refusal = editor.get(&path).await;
    assert_eq!(refusal.status, 503, "{}", refusal.text());
    assert!(
        refusal.text().contains("does not answer"),
        "{}",
        refusal.text()
    );
}

#[tokio::test]
async fn a_start_says_what_is_wrong_with_the_bucket() {
    let s3 = S3::start();
    let site = Site::new().await;
    let start = |flags: &[&str]| {
        let said = run(&mut serve_command(&site, flags)).failed();
        assert!(
            !said.contains("another-secret") && !said.contains(SECRET_KEY),
            "{said}"
        );
        said
    };
    let flags = |place, endpoint, key, secret| {
        [
            "--files",
            place,
            "--s3-endpoint",
            endpoint,
            "--s3-access-key",
            key,
            "--s3-secret-key",
            secret,
        ]
    };
    let wrong_secret = start(&flags(PLACE, s3.address(), ACCESS_KEY, "another-secret"));
    assert!(
        wrong_secret.contains("credentials were refused"),
        "{wrong_secret}"
    );
    assert!(wrong_secret.contains(PLACE), "{wrong_secret}");
    let unknown_key = start(&flags(PLACE, s3.address(), "AKIANOBODY", SECRET_KEY));
    assert!(unknown_key.contains("InvalidAccessKeyId"), "{unknown_key}");
    let no_bucket = start(&flags("s3://nothing", s3.address(), ACCESS_KEY, SECRET_KEY));
    assert!(no_bucket.contains("bucket does not exist"), "{no_bucket}");
    let nobody = start(&flags(PLACE, "http://127.0.0.1:1", ACCESS_KEY, SECRET_KEY));
    assert!(nobody.contains("cannot be reached"), "{nobody}");
    let mut elsewhere = flags(PLACE, s3.address(), ACCESS_KEY, SECRET_KEY).to_vec();
    elsewhere.extend(["--s3-region", "eu-west-1"]);
    assert!(start(&elsewhere).contains("another region"));
    let half = start(&["--files", PLACE, "--s3-access-key", ACCESS_KEY]);
    assert!(half.contains("ARCHIVIST_S3_SECRET_KEY"), "{half}");
    assert!(s3.objects().is_empty(), "{BUCKET} holds {:?}", s3.objects());
}

#[tokio::test]
async fn files_move_from_the_folder_to_a_bucket_and_back() {
    let s3 = S3::start();
    let site = Site::new().await;
    let small = site.write("boats.txt", WORDS);
    site.run(&["import", small.to_str().unwrap()]).ok();
    // One that is sent in parts.
    let large: Vec<u8> = (0..18_000_000_u32).map(|n| (n % 251) as u8).collect();
    let sha256 = hex(&Sha256::digest(&large));
    site.write(
        &format!("data/files/{}/{}", &sha256[..2], &sha256[2..]),
        &large,
    );
    let note = "INSERT INTO files (sha256, size_bytes, media_type) VALUES ($1, $2, 'text/plain')";
    let note = sqlx::query(note).bind(&sha256).bind(18_000_000_i64);
    note.execute(&site.pool()).await.unwrap();

    let mut copy = vec!["files", "copy", "--json", "--to", PLACE];
    copy.extend(&s3.flags(PLACE)[2..]);
    let copied = site.run(&copy).json();
    assert_eq!(
        (&copied["copied"], &copied["place"]),
        (&2.into(), &PLACE.into())
    );
    assert_eq!(s3.loose_parts(), 0);
    assert_eq!(s3.objects()[&name_of(&large)], large);
    let again = site.run(&copy).json();
    assert_eq!(
        (&again["copied"], &again["there_already"]),
        (&0.into(), &2.into())
    );

    let elsewhere = site.path("elsewhere");
    let mut back = vec!["files", "copy", "--to", elsewhere.to_str().unwrap()];
    back.extend(s3.flags(PLACE));
    let said = site.run(&back).ok();
    assert!(said.contains("2 files copied"), "{said}");
    let kept = elsewhere.join(&sha256[..2]).join(&sha256[2..]);
    assert!(std::fs::read(kept).unwrap() == large);
    let mut check = vec!["files", "check", "--content"];
    check.extend(s3.flags(PLACE));
    assert!(site.run(&check).ok().contains("2 files, 0 problems"));
}
