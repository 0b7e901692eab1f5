//! What is asked: to measure another route, add a line.

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// Sees all outputs.
    Admin,
    /// Sees some 600 of 20,000.
    Writer,
}

/// A route under load, in one or many variants, which the clients take in turn.
#[derive(Debug, Clone)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    pub(crate) who: Who,
    pub(crate) paths: Vec<String>,
}

fn route<P: Into<String>>(
    name: &'static str,
    who: Who,
    paths: impl IntoIterator<Item = P>,
) -> Route {
    let paths = paths.into_iter().map(Into::into).collect();
    Route { name, who, paths }
}

/// The one that all others are compared with: who asks, and nothing else.
pub(crate) const COMPARED_WITH: &str = "who am I";

/// The list that has to sustain 2,000 requests per second.
pub(crate) const LISTS: [&str; 2] = ["list, admin", "list, writer"];

/// The lists of 10,000 documents, ten rows each as those of outputs: they have the same bar.
pub(crate) const LIBRARY: [&str; 6] = [
    "library, admin",
    "library, writer",
    "library, 200 pages",
    "library, filtered",
    "library, titles",
    "library, stats",
];

/// All routes.
pub(crate) fn all() -> Vec<Route> {
    use Who::{Admin, Writer};
    let pages = || (0..200).map(|page| format!("/api/outputs?skip={}", page * 10));
    let filtered = STATUSES.iter().flat_map(|status| {
        let path = move |kind| format!("/api/outputs?status={status}&output_type={kind}");
        TYPES.iter().map(path)
    });
    let library = |query: &str| format!("/api/documents?limit=10&{query}");
    vec![
        route(COMPARED_WITH, Admin, ["/api/auth/me"]),
        route(LISTS[0], Admin, ["/api/outputs"]),
        route(LISTS[1], Writer, ["/api/outputs"]),
        route("list, 200 pages", Admin, pages()),
        route("filtered list", Admin, filtered),
        route(
            "combined filters with search",
            Admin,
            searches("&status=awarded&status=pending&funder_name=foundation"),
        ),
        route(
            "combined, writer",
            Writer,
            searches("&status=awarded&output_type=grant_proposal"),
        ),
        route("search", Admin, searches("")),
        route("stats, admin", Admin, ["/api/outputs/stats"]),
        route("stats, writer", Writer, ["/api/outputs/stats"]),
        route(
            "analytics: summary",
            Admin,
            ["/api/outputs/analytics/summary"],
        ),
        route(
            "analytics: summary, writer",
            Writer,
            ["/api/outputs/analytics/summary"],
        ),
        route(
            "analytics: funders",
            Admin,
            ["/api/outputs/analytics/funders"],
        ),
        route(
            "analytics: one funder",
            Admin,
            ["/api/outputs/analytics/funder/foundation%207"],
        ),
        route(
            "analytics: a year",
            Admin,
            (2018..2026).map(|year| format!("/api/outputs/analytics/year/{year}")),
        ),
        route(
            "analytics: a style",
            Admin,
            STYLES.map(|style| format!("/api/outputs/analytics/style/{style}")),
        ),
        route(LIBRARY[0], Admin, [library("")]),
        route(LIBRARY[1], Writer, [library("")]),
        route("library, 100 rows", Writer, ["/api/documents"]),
        route(
            LIBRARY[2],
            Admin,
            (0..200).map(|page| library(&format!("skip={}", page * 10))),
        ),
        route(
            LIBRARY[3],
            Writer,
            [
                "year=2020",
                "doc_type=Annual%20Report",
                "program=Program%203&outcome=Funded",
                "tag=tag%207",
            ]
            .map(library),
        ),
        route(
            LIBRARY[4],
            Writer,
            WORDS.map(|words| library(&format!("search={words}"))),
        ),
        route(LIBRARY[5], Writer, ["/api/documents/stats"]),
    ]
}

/// What has to sustain the bar of lists together.
pub(crate) const TOGETHER: [&str; 10] = [
    LISTS[0],
    "list, 200 pages",
    "filtered list",
    "combined filters with search",
    "search",
    "stats, admin",
    "analytics: summary",
    "analytics: funders",
    "analytics: a year",
    "analytics: a style",
];

/// Every second request of the mix is a list; the others are what people do beside it.
pub(crate) const MIX: [&str; 10] = [
    LISTS[0],
    LISTS[1],
    "list, 200 pages",
    "filtered list",
    "combined, writer",
    LISTS[1],
    COMPARED_WITH,
    "stats, writer",
    "analytics: summary, writer",
    "analytics: funders",
];

/// Words of `fill.sql`: in a twentieth of the texts, in a third, and in next to none.
const WORDS: [&str; 6] = [
    "kitchen%20garden",
    "literacy",
    "neighbourhood",
    "garden%20feeds",
    "nowhere",
    "evening",
];

fn searches(filters: &str) -> Vec<String> {
    WORDS
        .map(|words| format!("/api/outputs?search={words}{filters}"))
        .to_vec()
}

const STATUSES: [&str; 5] = ["draft", "submitted", "pending", "awarded", "not_awarded"];
const TYPES: [&str; 4] = [
    "grant_proposal",
    "letter_of_inquiry",
    "grant_report",
    "budget_narrative",
];
/// uuid_generate_v5(uuid_nil(), 'style 1') and 'style 2'.
const STYLES: [&str; 2] = [
    "c2dd26f7-f1f2-59ab-96bb-8f6a2e15b1c8",
    "24fbdfb3-3d11-5774-8873-ed558ce5c530",
];
