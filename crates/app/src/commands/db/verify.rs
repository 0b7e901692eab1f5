//! `archivist db verify`.

use std::process::ExitCode;

use anyhow::Result;
use archivist_store::contract::{self, Finding};
use pg_catalog::{Probe, Verdict, probe};
use serde_json::json;

use crate::commands::print_json;
use crate::database::Database;

/// Compares code and database and, if `prove`, shows every CHECK a row that it
/// has to refuse.
pub(super) async fn verify(database: &Database, prove: bool, as_json: bool) -> Result<ExitCode> {
    let mut conn = database.pool.acquire().await?;
    let catalog = contract::read(&mut conn).await?;
    let findings = contract::verify(&catalog)?;
    let probes = if prove {
        Some(probe(&mut conn, &catalog, &[]).await?)
    } else {
        None
    };
    let not_valid = contract::not_valid(&catalog)?;
    let all_alive = probes.iter().flatten().all(Probe::is_alive);
    let agrees = findings.is_empty() && all_alive;
    if as_json {
        print_json(&json!({
            "agrees": agrees, "differences": findings, "not_valid": not_valid, "checks": probes,
        }));
    } else {
        print_findings(&findings)?;
        for constraint in not_valid {
            say!(
                "Note: {constraint} guards new and changed rows only; `archivist migrate` tells how \
                 many rows from before adoption stand in the way."
            );
        }
        print_probes(probes.as_deref());
    }
    Ok(if agrees {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn print_findings(findings: &[Finding]) -> Result<()> {
    if findings.is_empty() {
        say!("Code and database agree: {}.", contract::summary()?);
        return Ok(());
    }
    let subjects = findings.iter().map(|f| f.subject.chars().count());
    let width = subjects.max().unwrap_or(0);
    say!("{:<width$}  expected → found", "what");
    for finding in findings {
        let side = |text: &Option<String>| text.clone().unwrap_or_else(|| "(nothing)".to_owned());
        say!(
            "{:<width$}  {} → {}",
            finding.subject,
            side(&finding.expected),
            side(&finding.found)
        );
    }
    say!(
        "\n{} differences between code and database.",
        findings.len()
    );
    Ok(())
}

fn print_probes(probes: Option<&[Probe]>) {
    let Some(probes) = probes else {
        say!("The CHECK constraints were not tried (--no-probe).");
        return;
    };
    let not_permitted = probes.iter().find_map(|it| match &it.verdict {
        Verdict::NotPermitted { why } => Some(why),
        _ => None,
    });
    if let Some(why) = not_permitted {
        say!(
            "The CHECK constraints were not proven, because this role may not write here: {why}. \
             Use a role that may (all that it writes is rolled back), or leave this out with --no-probe."
        );
        return;
    }
    for it in probes {
        if let Verdict::NotShown { why } = &it.verdict {
            say!(
                "CHECK {} on {} was not proven: {why}",
                it.constraint,
                it.table
            );
        }
    }
    let alive = probes.iter().filter(|it| it.is_alive()).count();
    say!(
        "{alive} of {} CHECK constraints refused a row that violates just them.",
        probes.len()
    );
}
