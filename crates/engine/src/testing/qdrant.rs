//! A server that speaks as Qdrant does, as far as it is asked here.
//!
//! It is strict: what it does not know it refuses. What it takes and gives was compared with the
//! models of Qdrant's own Python client (docs/decisions/0045-engines-outside.md).

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use url::Url;
use uuid::Uuid;

/// Starts one that wants this key, on a port of its own; it lives as long as the runtime.
///
/// # Panics
/// Where no port of this machine can be listened on.
pub async fn qdrant_server(key: Option<&'static str>) -> Url {
    serve(router(key)).await
}

/// The same, which refuses to make room as often as the figure says that comes with it; that goes
/// down each time.
pub async fn reluctant_qdrant_server(refusals: usize) -> (Url, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(refusals));
    let refuses = Arc::clone(&left);
    let reluctant = middleware::from_fn(move |request: Request, next: Next| {
        let makes_room = request.method() == Method::PUT
            && request.uri().path().matches('/').count() == "/collections/".matches('/').count();
        let step = |left: usize| left.checked_sub(1);
        let is_refused = makes_room
            && refuses
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, step)
                .is_ok();
        async move {
            if is_refused {
                return error(StatusCode::FORBIDDEN, "Collections limit reached").into_response();
            }
            next.run(request).await
        }
    });
    (serve(router(None).layer(reluctant)).await, left)
}

fn router(key: Option<&'static str>) -> Router {
    Router::new()
        .route("/collections/{name}", put(create).delete(delete))
        .route("/collections/{name}/index", put(index))
        .route("/collections/{name}/points", put(upsert))
        .route("/collections/{name}/points/delete", post(delete_points))
        .route("/collections/{name}/points/count", post(count))
        .route("/collections/{name}/points/query/batch", post(query_batch))
        .layer(middleware::from_fn(move |request, next| {
            knows(key, request, next)
        }))
        .with_state(Collections::default())
}

async fn serve(router: Router) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    address.parse().unwrap()
}

async fn knows(key: Option<&'static str>, request: Request, next: Next) -> Response {
    let given = request.headers().get("api-key");
    match key {
        Some(key) if given.is_none_or(|given| given != key) => {
            (StatusCode::UNAUTHORIZED, "Must provide an API key").into_response()
        }
        _ => next.run(request).await,
    }
}

type Collections = Arc<Mutex<HashMap<String, Collection>>>;
type Outcome = Result<Json<Value>, (StatusCode, Json<Value>)>;

struct Collection {
    about: About,
    points: BTreeMap<Uuid, Point>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    vectors: BTreeMap<String, Dense>,
    sparse_vectors: BTreeMap<String, Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Dense {
    size: usize,
    distance: Distance,
}

#[derive(Deserialize)]
enum Distance {
    Dot,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Points {
    points: Vec<Point>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    id: Uuid,
    vector: BTreeMap<String, Vector>,
    payload: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Vector {
    Dense(Vec<f32>),
    Sparse { indices: Vec<u32>, values: Vec<f32> },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Selector {
    filter: Filter,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Filter {
    #[serde(default)]
    must: Vec<Condition>,
    #[serde(default)]
    must_not: Vec<Condition>,
    should: Option<Vec<Condition>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Condition {
    Match { key: String, r#match: Match },
    Range { key: String, range: Range },
    HasId { has_id: Vec<Uuid> },
    Nested(Filter),
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Match {
    Any { any: Vec<Value> },
    Value { value: Value },
    Text { text: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Range {
    gte: i64,
    lte: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Searches {
    searches: Vec<Search>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Search {
    query: Vector,
    using: String,
    filter: Filter,
    limit: usize,
    with_payload: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Index {
    field_name: String,
    field_schema: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exact {
    exact: bool,
}

#[expect(clippy::unnecessary_wraps, reason = "handlers end with it")]
fn ok(result: impl serde::Serialize) -> Outcome {
    Ok(Json(
        json!({ "result": result, "status": "ok", "time": 0.001 }),
    ))
}

fn error(status: StatusCode, message: &str) -> (StatusCode, Json<Value>) {
    let body = json!({ "status": { "error": message }, "time": 0.001 });
    (status, Json(body))
}

/// Does something to a collection that has to be there.
fn with<T>(
    collections: &Collections,
    name: &str,
    act: impl FnOnce(&mut Collection) -> T,
) -> Result<T, (StatusCode, Json<Value>)> {
    let mut all = collections.lock().unwrap();
    let missing = || {
        let message = format!("Not found: Collection `{name}` doesn't exist!");
        error(StatusCode::NOT_FOUND, &message)
    };
    all.get_mut(name).map(act).ok_or_else(missing)
}

async fn create(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(about): Json<About>,
) -> Outcome {
    let mut all = all.lock().unwrap();
    if all.contains_key(&name) {
        return Err(error(StatusCode::CONFLICT, "Collection already exists!"));
    }
    let points = BTreeMap::new();
    all.insert(name, Collection { about, points });
    ok(true)
}

async fn delete(State(all): State<Collections>, Path(name): Path<String>) -> Outcome {
    ok(all.lock().unwrap().remove(&name).is_some())
}

async fn index(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(index): Json<Index>,
) -> Outcome {
    let is_known = ["keyword", "integer", "bool"].contains(&index.field_schema.as_str());
    assert!(is_known && !index.field_name.is_empty());
    with(&all, &name, |_| ())?;
    ok(json!({ "operation_id": 1, "status": "completed" }))
}

async fn upsert(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(Points { points }): Json<Points>,
) -> Outcome {
    let fits = |about: &About, point: &Point| {
        point.vector.iter().all(|(name, vector)| match vector {
            Vector::Dense(values) => about.vectors.get(name).is_some_and(|dense| {
                matches!(dense.distance, Distance::Dot) && dense.size == values.len()
            }),
            Vector::Sparse { indices, values } => {
                about.sparse_vectors.contains_key(name)
                    && indices.len() == values.len()
                    && indices.is_sorted_by(|a, b| a < b)
            }
        })
    };
    let are_in = with(&all, &name, |collection| {
        let all_fit = points.iter().all(|point| fits(&collection.about, point));
        if all_fit {
            let points = points.into_iter().map(|point| (point.id, point));
            collection.points.extend(points);
        }
        all_fit
    })?;
    if !are_in {
        return Err(error(
            StatusCode::BAD_REQUEST,
            "Wrong input: Vector dimension error",
        ));
    }
    ok(json!({ "operation_id": 2, "status": "completed" }))
}

async fn delete_points(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(Selector { filter }): Json<Selector>,
) -> Outcome {
    with(&all, &name, |collection| {
        collection.points.retain(|_, point| !admits(&filter, point));
    })?;
    ok(json!({ "operation_id": 3, "status": "completed" }))
}

async fn count(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(Exact { exact }): Json<Exact>,
) -> Outcome {
    assert!(exact);
    ok(json!({ "count": with(&all, &name, |collection| collection.points.len())? }))
}

async fn query_batch(
    State(all): State<Collections>,
    Path(name): Path<String>,
    Json(Searches { searches }): Json<Searches>,
) -> Outcome {
    let found = with(&all, &name, |collection| {
        let found = searches
            .iter()
            .map(|search| json!({ "points": query(collection, search) }));
        found.collect::<Vec<Value>>()
    })?;
    ok(found)
}

fn query(collection: &Collection, search: &Search) -> Vec<Value> {
    let mut scored: Vec<(f32, &Point)> = collection
        .points
        .values()
        .filter(|point| admits(&search.filter, point))
        .filter_map(|point| Some((dot(&search.query, point.vector.get(&search.using)?)?, point)))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = scored.into_iter().take(search.limit);
    best.map(|(score, point)| {
        let mut payload = point.payload.clone();
        payload.retain(|name, _| search.with_payload.contains(name));
        json!({ "id": point.id, "version": 2, "score": score, "payload": payload })
    })
    .collect()
}

/// `None` where sparse vectors have nothing in common: such points are not found.
fn dot(query: &Vector, point: &Vector) -> Option<f32> {
    match (query, point) {
        (Vector::Dense(a), Vector::Dense(b)) => Some(a.iter().zip(b).map(|(a, b)| a * b).sum()),
        (
            Vector::Sparse { indices, values },
            Vector::Sparse {
                indices: others,
                values: theirs,
            },
        ) => {
            let products = indices.iter().zip(values).filter_map(|(index, value)| {
                let at = others.iter().position(|other| other == index)?;
                Some(value * theirs[at])
            });
            let products: Vec<f32> = products.collect();
            (!products.is_empty()).then(|| products.iter().sum())
        }
        _ => panic!("a vector of another kind"),
    }
}

fn admits(filter: &Filter, point: &Point) -> bool {
    let holds = |condition: &Condition| holds(condition, point);
    filter.must.iter().all(holds)
        && !filter.must_not.iter().any(holds)
        && filter
            .should
            .as_ref()
            .is_none_or(|should| should.iter().any(holds))
}

fn holds(condition: &Condition, point: &Point) -> bool {
    let values = |key: &str| match point.payload.get(key) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
    };
    match condition {
        Condition::Match { key, r#match } => values(key).iter().any(|value| match r#match {
            Match::Any { any } => any.contains(value),
            Match::Value { value: wanted } => value == wanted,
            Match::Text { text } => value.as_str().unwrap().contains(text.as_str()),
        }),
        Condition::Range { key, range } => values(key).iter().any(|value| {
            let value = value.as_i64().unwrap();
            (range.gte..=range.lte).contains(&value)
        }),
        Condition::HasId { has_id } => has_id.contains(&point.id),
        Condition::Nested(filter) => admits(filter, point),
    }
}
