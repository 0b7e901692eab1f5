//! The description of the API, held against the running server. That every route is
//! described is shown beside the router itself (`routes`), and that every reply is as
//! described by each test that gets one (`support::openapi`).

mod described;

use reqwest::{Method, Url};
use serde_json::Value;

pub(crate) use self::described::operations;
use crate::support::openapi::Contract;
use crate::support::{Reply, TestServer};

/// An id that leads nowhere.
const NOWHERE: &str = "00000000-0000-4000-8000-000000000000";

const METHODS: [Method; 5] = [
    Method::GET,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
];

async fn contract(server: &TestServer) -> Contract {
    Contract::of(&Url::parse(server.address()).unwrap()).await
}

#[tokio::test]
async fn paths_take_the_methods_that_are_described_and_no_other() {
    let server = TestServer::start().await;
    let nobody = server.as_nobody();
    let contract = contract(&server).await;
    for (path, item) in contract.document()["paths"].as_object().unwrap() {
        let somewhere = path
            .split('/')
            .map(|part| if part.starts_with('{') { NOWHERE } else { part });
        let somewhere = somewhere.collect::<Vec<_>>().join("/");
        for method in METHODS {
            let is_described = item.get(method.as_str().to_lowercase()).is_some();
            let reply = Reply::of(nobody.request(method.clone(), &somewhere)).await;
            let is_taken = ![404, 405].contains(&reply.status.as_u16());
            assert_eq!(is_taken, is_described, "{method} {path}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn every_example_fits_its_schema() {
    let server = TestServer::start().await;
    let contract = contract(&server).await;
    let mut shown = Vec::new();
    find_examples(contract.document(), &mut Vec::new(), &mut shown);
    assert!(shown.len() > 300, "{}", shown.len());
    for (place, example) in shown {
        let mut schema: Vec<_> = place.iter().map(String::as_str).collect();
        if contract.at(&[&schema[..], &["schema"]].concat()).is_some() {
            schema.push("schema");
        }
        let problems = contract.problems_of_value(&schema, &example);
        assert!(problems.is_empty(), "{schema:?}: {problems:?}\n{example}");
    }
}

/// Every example, and where it stands: beside its schema, or in it.
fn find_examples(value: &Value, place: &mut Vec<String>, found: &mut Vec<(Vec<String>, Value)>) {
    match value {
        Value::Object(fields) => {
            // A field may be called so, too.
            let is_field = place.last().is_some_and(|key| key == "properties");
            if let Some(example) = fields.get("example").filter(|_| !is_field) {
                found.push((place.clone(), example.clone()));
            }
            for (key, field) in fields.iter().filter(|(key, _)| *key != "example") {
                place.push(key.clone());
                find_examples(field, place, found);
                place.pop();
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                place.push(index.to_string());
                find_examples(item, place, found);
                place.pop();
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_document_is_openapi_3_1_with_labels_as_replies_have_them() {
    let server = TestServer::start().await;
    let contract = contract(&server).await;
    let document = contract.document();
    let version = document["openapi"].as_str().unwrap();
    assert!(version.starts_with("3.1."), "{version}");
    // A closed set is described by its labels, as replies have them.
    let kinds = &document["components"]["schemas"]["OutputStatus"]["enum"];
    assert_eq!(kinds[0], "draft", "{kinds}");
}
