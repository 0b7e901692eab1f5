//! What the routes of the audit log answer.

use archivist_store::Page;
use archivist_store::audit::LogRow;
use chrono::NaiveDateTime;
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire;

/// A change, as it was written down with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditLogEntry, example = json!({
    "log_id": "5b0f9a52-0d7c-4d59-9d39-3f6b1a4c2e77",
    "event_type": "output.update",
    "entity_type": "output",
    "entity_id": "0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10",
    "user_id": "9f1d7a1e-4a51-4f0e-9d27-7a8b6c5d4e3f",
    "details": {
        "ip_address": "203.0.113.7",
        "user_agent": "curl/8.5.0",
        "method": "PUT",
        "path": "/api/outputs/0c5b7c56-6a0f-4f3c-8f0d-2b9b7f6f3a10",
        "status_code": 200,
        "query_params": null,
        "request_id": "2f6c1c0a-6f0e-4a57-8f64-3f1f0b7f9d55",
        "before": { "status": "draft" },
        "after": { "status": "submitted" }
    },
    "created_at": "2026-11-22T13:07:22.770141"
}))]
pub(super) struct Entry {
    /// The row.
    log_id: Uuid,
    /// What was done: `document.upload`, `output.update`, `user.login`, …
    event_type: String,
    /// What kind of thing was changed; empty in rows that do not say.
    entity_type: String,
    /// The thing; null in old rows that do not say.
    entity_id: Option<Uuid>,
    /// Who did it; null where the command line or the program itself did.
    user_id: Option<String>,
    /// The request (`ip_address`, `user_agent`, `method`, `path`, `status_code`,
    /// `query_params`, `request_id`, `referer`), or the `origin` where there was
    /// none; and what was changed, `before` and `after`. Of long texts there is only a
    /// mark with their SHA-256 and length.
    #[schema(value_type = Object)]
    details: Value,
    /// When (UTC, without zone).
    #[serde(serialize_with = "wire::timestamp")]
    created_at: NaiveDateTime,
}

impl From<LogRow> for Entry {
    fn from(row: LogRow) -> Self {
        Self {
            log_id: row.log_id,
            event_type: row.event_type,
            entity_type: row.entity_type.unwrap_or_default(),
            entity_id: row.entity_id,
            user_id: row.user_id,
            details: row.details.unwrap_or_else(|| Map::new().into()),
            created_at: row.created_at,
        }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditLogList)]
pub(super) struct EntryList {
    /// The rows, newest first.
    logs: Vec<Entry>,
    /// How many rows match in all.
    total_count: i64,
    /// The number of this page, from 1.
    page: i64,
    /// How many rows a page has at most.
    per_page: i64,
    /// How many pages there are; 0 when nothing matches.
    total_pages: i64,
}

impl EntryList {
    /// The page with this number.
    pub(super) fn new(found: Page<LogRow>, page: i64, per_page: i64) -> Self {
        let full = found.total / per_page;
        let rest = i64::from(found.total % per_page > 0);
        Self {
            logs: found.rows.into_iter().map(Into::into).collect(),
            total_count: found.total,
            page,
            per_page,
            total_pages: full + rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_counted_and_there_may_be_none() {
        let pages = |total| {
            let rows = Vec::new();
            EntryList::new(Page { rows, total }, 1, 50).total_pages
        };
        assert_eq!([pages(0), pages(1), pages(50), pages(51)], [0, 1, 1, 2]);
    }
}
