//! `compose.yaml` and `Dockerfile` are what the documentation says.

use std::path::Path;

use yaml_rust2::{Yaml, YamlLoader};

fn read(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(name)).unwrap()
}

fn services() -> Yaml {
    let mut documents = YamlLoader::load_from_str(&read("compose.yaml")).unwrap();
    documents.remove(0)["services"].clone()
}

fn texts(list: &Yaml) -> Vec<&str> {
    list.as_vec()
        .map(|all| all.iter().filter_map(Yaml::as_str).collect())
        .unwrap_or_default()
}

/// The value of `${NAME:-value}`, or the text itself.
fn default_of(text: &str) -> &str {
    text.split_once(":-")
        .map_or(text, |(_, value)| value.trim_end_matches('}'))
}

/// A row of the table of servers in `docs/database.md`.
fn documented(service: &Yaml, name: &str) -> String {
    let ports = texts(&service["ports"]);
    let [address, outside, inside] = ports[0].split(':').collect::<Vec<_>>()[..] else {
        panic!("{ports:?}")
    };
    assert_eq!((address, inside), ("127.0.0.1", "5432"), "{name}");
    let set = |variable: &str| default_of(service["environment"][variable].as_str().unwrap());
    let (database, user) = (set("POSTGRES_DB"), set("POSTGRES_USER"));
    let password = set("POSTGRES_PASSWORD");
    format!("| `{name}` | {outside} | `{database}` | `{user}` | `{password}` |")
}

#[test]
fn the_servers_are_the_documented_ones() {
    let services = services();
    let page = read("docs/database.md");
    let rows = ["postgres", "postgres-test"].map(|name| documented(&services[name], name));
    let test_server = "5433 | `org_archivist_test` | `test_user` | `test_password` |";
    assert!(
        rows[0].contains("| 5432 |") && rows[1].ends_with(test_server),
        "{rows:?}"
    );
    for row in rows {
        assert!(
            page.lines().any(|line| line == row),
            "docs/database.md lacks {row}"
        );
    }
    let url = "postgresql://test_user:test_password@localhost:5433/org_archivist_test";
    assert!(page.contains(url));
}

#[test]
fn the_test_server_is_productions_twin_that_may_lose_everything() {
    let services = services();
    let (real, test) = (&services["postgres"], &services["postgres-test"]);
    assert_eq!(real["image"], test["image"]);
    assert_eq!(texts(&test["tmpfs"]), ["/var/lib/postgresql"], "in memory");
    assert!(test["volumes"].is_badvalue(), "nothing is kept");
    let command = texts(&test["command"]);
    for setting in [
        "-cfsync=off",
        "-csynchronous_commit=off",
        "-cfull_page_writes=off",
    ] {
        assert!(command.contains(&setting), "{command:?}");
        assert!(real["command"].is_badvalue(), "production keeps its data");
    }
    for server in [real, test] {
        let check = texts(&server["healthcheck"]["test"]);
        assert!(check[1].starts_with("pg_isready "), "{check:?}");
    }
}

#[test]
fn the_program_waits_for_its_database_and_is_told_the_same() {
    let services = services();
    let (program, server) = (&services["archivist"], &services["postgres"]);
    assert_eq!(
        program["depends_on"]["postgres"]["condition"].as_str(),
        Some("service_healthy")
    );
    for variable in ["POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"] {
        assert_eq!(
            program["environment"][variable],
            server["environment"][variable]
        );
    }
    assert_eq!(
        program["environment"]["POSTGRES_HOST"].as_str(),
        Some("postgres")
    );
    assert_eq!(texts(&program["ports"]), ["127.0.0.1:8000:8000"]);
}

#[test]
fn the_image_is_built_with_our_rust_and_runs_as_nobody_special() {
    let dockerfile = read("Dockerfile");
    let rust = env!("CARGO_PKG_RUST_VERSION");
    assert!(dockerfile.contains(&format!("FROM rust:{rust}-bookworm AS build")));
    let user = dockerfile
        .lines()
        .find_map(|line| line.strip_prefix("USER "));
    assert!(
        user.is_some_and(|user| user.parse::<u32>().is_ok_and(|id| id > 0)),
        "{user:?}"
    );
}
