//! `archivist documents …`: those that were deleted, and bringing them back.

use std::process::ExitCode;

use anyhow::Result;
use archivist_domain::DocumentId;
use archivist_store::audit::Origin;
use archivist_store::deleted::{self, Deleted};
use archivist_web::removal;
use archivist_web::wire::timestamp_text;
use serde_json::{Value, json};

use super::print_json;
use crate::config::{DocumentsCommand, PlaceArgs};
use crate::site::{Site, open_existing};
use crate::work::reindex;

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: DocumentsCommand) -> Result<ExitCode> {
    let site = open_existing(place).await?;
    let done = match command {
        DocumentsCommand::Deleted { limit, json } => list(&site, limit, json).await,
        DocumentsCommand::Restore { document, json } => restore(&site, document, json).await,
    };
    site.close().await?;
    done?;
    Ok(ExitCode::SUCCESS)
}

async fn list(site: &Site, limit: u32, as_json: bool) -> Result<()> {
    let page = deleted::list(&site.state.pool, 0, limit.into()).await?;
    if as_json {
        print_json(&page.rows.iter().map(described).collect());
    } else if page.rows.is_empty() {
        say!(
            "Nothing was deleted in the last {} days.",
            removal::UNDO.num_days()
        );
    } else {
        page.rows.iter().for_each(print_row);
        say!("\n{} of {} deleted documents.", page.rows.len(), page.total);
    }
    Ok(())
}

fn described(row: &Deleted) -> Value {
    let until = removal::restorable_until(row.deleted_at);
    json!({
        "doc_id": row.doc_id,
        "filename": row.filename,
        "title": row.title,
        "deleted_at": timestamp_text(&row.deleted_at.naive_utc()),
        "deleted_by": row.deleted_by,
        "restorable_until": timestamp_text(&until.naive_utc()),
    })
}

fn print_row(row: &Deleted) {
    let until = removal::restorable_until(row.deleted_at);
    say!(
        "{}  until {}  {}",
        row.doc_id,
        until.date_naive(),
        row.display_title()
    );
}

async fn restore(site: &Site, id: DocumentId, as_json: bool) -> Result<()> {
    let document = removal::restore(&site.state, id, Origin::command_line())
        .await
        .map_err(|error| anyhow::anyhow!(error.message()))?;
    reindex::catch_up(site).await?;
    let passages = document.chunks_count.unwrap_or_default();
    if as_json {
        print_json(&json!({
            "doc_id": id, "filename": document.filename, "passages": passages,
        }));
    } else {
        say!(
            "{} is back, with {passages} passages.",
            document.display_title()
        );
    }
    Ok(())
}
