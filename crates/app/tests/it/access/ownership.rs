//! Things that belong to somebody: what others may do with them.

use std::fmt::Write as _;

use reqwest::Method;
use serde_json::{Value, json};

use super::people::{KEY, Person, people, signed_in};
use super::{NOWHERE, Route};
use crate::support::{Reply, TestServer, an_output};

/// Of the table's first column.
const WIDTH: usize = 42;

/// What in a path is somebody's, by the route's way of writing it, and where a new one
/// is made. A new kind of thing gets a line here.
const OWNED: [Owned; 7] = [
    Owned {
        place: "/api/outputs/{output_id}",
        make: "/api/outputs",
        body: || an_output("Somebody's").body().clone(),
        id: "output_id",
    },
    Owned {
        place: "/outputs/{id}",
        make: "/api/outputs",
        body: || an_output("Somebody's").body().clone(),
        id: "output_id",
    },
    Owned {
        place: "/api/chat/{conversation_id}",
        make: "/api/chat",
        body: || json!({ "message": "Hello!" }),
        id: "conversation_id",
    },
    Owned {
        place: "/api/chat/conversations/{conversation_id}",
        make: "/api/chat",
        body: || json!({ "message": "Hello!" }),
        id: "conversation_id",
    },
    Owned {
        place: "/api/search/saved/{search_id}",
        make: "/api/search/saved",
        body: || json!({ "name": "Somebody's", "query": "q=somebody" }),
        id: "search_id",
    },
    Owned {
        place: "/search/saved/{id}",
        make: "/api/search/saved",
        body: || json!({ "name": "Somebody's", "query": "q=somebody" }),
        id: "search_id",
    },
    Owned {
        place: "/api/conversations/{conversation_id}",
        make: "/api/chat",
        body: || json!({ "message": "Hello!" }),
        id: "conversation_id",
    },
];

/// What in a path is everybody's, or nobody's in particular. Figures keep to one's own
/// outputs, accounts are for admins but for one's own, and jobs for editors but for one's
/// own: their areas test that.
const SHARED: [&str; 17] = [
    "/api/citations/{passage_id}",
    "/cited/{passage}",
    "/api/jobs/{job_id}",
    "/library/jobs/{id}",
    "/api/outputs/analytics/",
    "/api/prompts/{prompt_id}",
    "users/{user_id}",
    "/api/writing-styles/{style_id}",
    "/api/documents/{doc_id}",
    "/api/programs/{program_id}",
    "/api/audit/logs/entity/{entity_type}/{entity_id}",
    "/library/{id}",
    "/api/search/pins/{pin_id}",
    "/api/search/synonyms/{synonym_id}",
    "/search/synonyms/{id}",
    "/static/",
    "{*rest}",
];

/// A kind of thing that belongs to who made it.
struct Owned {
    /// How paths to it begin.
    place: &'static str,
    /// Where one is made.
    make: &'static str,
    /// Of what.
    body: fn() -> Value,
    /// The name of its id in the answer.
    id: &'static str,
}

impl Owned {
    /// The one that a route leads to.
    fn at(route: &Route) -> Option<&'static Self> {
        let mut all = OWNED.iter();
        all.find(|owned| route.path.starts_with(owned.place))
    }

    /// A new one, by its id.
    async fn of(&self, server: &TestServer, owner: &Person) -> String {
        let request = server.as_nobody().request(Method::POST, self.make);
        let request = owner.sign(request, true).json(&(self.body)());
        let made = Reply::of(request).await;
        assert!(made.status.is_success(), "{}", made.text());
        let made = made.json(made.status.as_u16());
        made[self.id].as_str().expect("an id").to_owned()
    }
}

#[test]
fn every_id_in_a_path_is_somebodys_or_everybodys() {
    for route in Route::all().iter().filter(|route| route.path.contains('{')) {
        let is_owned = Owned::at(route).is_some();
        let is_shared = SHARED.iter().any(|shared| route.path.contains(shared));
        assert!(
            is_owned != is_shared,
            "{}: say whose it is in OWNED or SHARED",
            route.name()
        );
    }
}

#[tokio::test]
async fn what_is_somebodys_is_written_down() {
    let server = TestServer::start_with(&["--secret-key", KEY]).await;
    let mut people = people(&server).await;
    people.retain(|person| person.is_somebody);
    server.as_member("olga@example.org", "writer").await;
    let olga = signed_in(&server, "other", "olga@example.org").await;
    let mut table = format!("{:<WIDTH$}", "route");
    for person in &people {
        write!(table, "{:<18}", person.name).unwrap();
    }
    write!(table, "\n{:<WIDTH$}", "").unwrap();
    table.push_str(&"own  other none   ".repeat(people.len()));
    for route in Route::all() {
        let Some(owned) = Owned::at(&route) else {
            continue;
        };
        table.truncate(table.trim_end().len());
        write!(table, "\n{:<WIDTH$}", route.name()).unwrap();
        for person in &people {
            let own = owned.of(&server, person).await;
            let others = owned.of(&server, &olga).await;
            let [own, others, none] = [
                route.call(&server, person, &own).await,
                route.call(&server, person, &others).await,
                route.call(&server, person, NOWHERE).await,
            ];
            write!(table, "{own:<5}{others:<6}{none:<7}").unwrap();
        }
    }
    insta::assert_snapshot!(table.trim_end());
}
