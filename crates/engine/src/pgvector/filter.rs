//! Hard restrictions as conditions of a query over passages `p`.

use archivist_search::Filters;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

/// Whether nothing is restricted but that there is no newer version.
pub(super) fn is_usual(filters: &Filters) -> bool {
    *filters == Filters::default()
}

/// Adds the conditions, of which all must hold, each after an `AND`.
pub(super) fn push(query: &mut QueryBuilder<Postgres>, filters: &[Filters]) {
    for filters in filters {
        push_one(query, filters);
    }
}

fn push_one(query: &mut QueryBuilder<Postgres>, filters: &Filters) {
    let ids =
        |ids: &[archivist_domain::DocumentId]| ids.iter().map(|id| id.0).collect::<Vec<Uuid>>();
    if !filters.include_superseded {
        query.push(" AND NOT p.superseded");
    }
    if !filters.doc_types.is_empty() {
        let labels: Vec<&str> = filters.doc_types.iter().map(|kind| kind.as_str()).collect();
        query
            .push(" AND p.doc_type = ANY(")
            .push_bind(labels)
            .push(")");
    }
    if !filters.years.is_empty() {
        query
            .push(" AND p.year = ANY(")
            .push_bind(filters.years.clone())
            .push(")");
    }
    if let Some((first, last)) = filters.year_range {
        query.push(" AND p.year BETWEEN ").push_bind(first);
        query.push(" AND ").push_bind(last);
    }
    if !filters.outcomes.is_empty() {
        let labels: Vec<&str> = filters.outcomes.iter().map(|o| o.as_str()).collect();
        query
            .push(" AND p.outcome = ANY(")
            .push_bind(labels)
            .push(")");
    }
    if !filters.programs.is_empty() {
        query
            .push(" AND p.programs && ")
            .push_bind(filters.programs.clone());
    }
    if !filters.tags.is_empty() {
        query
            .push(" AND p.tags && ")
            .push_bind(filters.tags.clone());
    }
    if !filters.funders.is_empty() {
        query
            .push(" AND EXISTS (SELECT FROM unnest(")
            .push_bind(filters.funders.clone());
        query.push("::text[]) AS asked (part) WHERE strpos(p.funder, asked.part) > 0)");
    }
    if !filters.documents.is_empty() {
        query
            .push(" AND p.document = ANY(")
            .push_bind(ids(&filters.documents))
            .push(")");
    }
    if !filters.exclude_documents.is_empty() {
        query
            .push(" AND p.document <> ALL(")
            .push_bind(ids(&filters.exclude_documents))
            .push(")");
    }
}
