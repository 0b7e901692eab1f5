//! `archivist outputs …`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_domain::money;
use archivist_store::outputs::{self, Output, OutputFilter};
use archivist_web::wire::timestamp_text;
use serde_json::{Value, json};

use super::print_json;
use crate::config::{OutputsCommand, PlaceArgs};
use crate::site::open_existing;

/// Runs one of the verbs.
pub(crate) async fn run(place: &PlaceArgs, command: OutputsCommand) -> Result<ExitCode> {
    let OutputsCommand::List {
        statuses,
        limit,
        json,
    } = command;
    let site = open_existing(place).await?;
    let filter = OutputFilter {
        statuses,
        ..OutputFilter::default()
    };
    let page = outputs::list(&site.state.pool, &filter, 0, i64::from(limit)).await;
    site.close().await?;
    let page = page?;
    if json {
        print_json(&Value::Array(page.rows.iter().map(as_json).collect()));
    } else if page.rows.is_empty() {
        say!("No outputs yet: write one in the browser, or save a draft there.");
    } else {
        page.rows.iter().for_each(print_row);
        say!("\n{} of {} outputs.", page.rows.len(), page.total);
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(output: &Output) -> Value {
    let amount = |amount: Option<rust_decimal::Decimal>| amount.map(|a| format!("{a:.2}"));
    json!({
        "output_id": output.output_id,
        "title": output.title,
        "output_type": output.output_type,
        "status": output.status,
        "funder_name": output.funder_name,
        "requested_amount": amount(output.requested_amount),
        "awarded_amount": amount(output.awarded_amount),
        "submission_date": output.submission_date,
        "decision_date": output.decision_date,
        "word_count": output.word_count,
        "created_by": output.created_by,
        "created_at": timestamp_text(&output.created_at),
    })
}

fn print_row(output: &Output) {
    let amount = output
        .awarded_amount
        .or(output.requested_amount)
        .map_or_else(|| "-".to_owned(), money::display);
    say!(
        "{:<12} {:>12}  {:<28} {}",
        output.status.in_words(),
        amount,
        output.funder_name.as_deref().unwrap_or("-"),
        output.title
    );
}
