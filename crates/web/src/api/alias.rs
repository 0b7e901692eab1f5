//! The same routes under a second name, which older clients call.

use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Deprecated, Paths};
use utoipa_axum::router::UtoipaMethodRouter;

use crate::state::AppState;

/// The routes below `from` once more below `to`: the same handlers, in OpenAPI as
/// operations of their own. The first name is the one to use.
pub(super) fn also_below(
    routes: UtoipaMethodRouter<AppState>,
    from: &str,
    to: &str,
) -> UtoipaMethodRouter<AppState> {
    let (schemas, paths, handlers) = routes;
    let mut renamed = Paths::new();
    for (path, mut item) in paths.paths {
        operations(&mut item).for_each(|operation| mark(operation, from));
        renamed.paths.insert(path.replacen(from, to, 1), item);
    }
    (schemas, renamed, handlers)
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.delete,
    ];
    all.into_iter().filter_map(Option::as_mut)
}

/// No two operations share an id, and whoever reads about this one is led to the other.
fn mark(operation: &mut Operation, from: &str) {
    operation.deprecated = Some(Deprecated::True);
    if let Some(id) = &mut operation.operation_id {
        id.push_str("_alias");
    }
    operation.description = Some(format!(
        "For older clients: the same as the route below `{from}`."
    ));
}
