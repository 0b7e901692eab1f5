//! A small fictional nonprofit, so that every page has something to show.

mod content;

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use archivist_domain::output::Tracking;
use archivist_domain::sentences::sentences;
use archivist_domain::{DocumentId, PassageId, StyleId, StylePurpose, StyleType, count};
use archivist_ingest::FileKind;
use archivist_search::{Filters, SearchRequest};
use archivist_store::jobs::Worker;
use archivist_store::outputs::{self, OutputFields};
use archivist_store::styles::{self, NewStyle};
use archivist_store::users::User;
use archivist_store::{sources, statistics, users};
use archivist_web::intake::{self, Metadata, Order, Receipt};
use archivist_web::retrieve;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

pub(crate) use self::content::ORGANIZATION;
use self::content::{DOCUMENTS, DemoDocument, DemoOutput, OUTPUTS};
use crate::site::Site;
use crate::work::{ingest, reindex};

/// Fills an empty archive; one that holds anything is left as it is.
pub(crate) async fn load(site: &Site) -> Result<()> {
    let figures = statistics::library(&site.state.pool).await?;
    if figures.documents > 0 {
        return Ok(());
    }
    let owner = users::list(&site.state.pool)
        .await?
        .into_iter()
        .next()
        .context("there is no account yet")?;
    let worker = site.worker().await?;
    let mut documents = HashMap::new();
    for document in DOCUMENTS {
        documents.insert(
            document.filename,
            add_document(site, &worker, document, &owner).await?,
        );
    }
    reindex::catch_up(site).await?;
    let style = add_style(site, &owner).await?;
    for output in OUTPUTS {
        add_output(site, output, style, &documents, &owner).await?;
    }
    Ok(())
}

async fn add_document(
    site: &Site,
    worker: &Worker,
    document: &DemoDocument,
    owner: &User,
) -> Result<DocumentId> {
    let mut blob = site.state.blobs.begin().await?;
    blob.write(document.bytes).await?;
    let stored = blob.keep().await?;
    let kind = FileKind::of_name(document.filename).context("the demo has only readable files")?;
    let order = Order {
        sha256: stored.sha256.clone(),
        size: stored.size,
        filename: document.filename.to_owned(),
        metadata: metadata(document),
        submitted_by: Some(owner.email.clone()),
        confirmed_at: site.state.clock.now(),
        request: json!({ "by": "demo" }),
    };
    let job = intake::submit(
        &site.state,
        &stored,
        kind.media_type(),
        &order,
        Some(owner.user_id),
    )
    .await?;
    let receipt = match ingest::do_claimed(site, worker, job).await? {
        Some(receipt) => receipt,
        None => intake::wait(&site.state, job).await?,
    };
    match receipt {
        Receipt::Added { doc_id, .. } | Receipt::Duplicate { doc_id } => Ok(doc_id),
        Receipt::Refused { reason } | Receipt::Broken { reason } => {
            bail!(
                "{} of the demo could not be read: {reason}",
                document.filename
            )
        }
    }
}

fn metadata(document: &DemoDocument) -> Metadata {
    let owned = |texts: &[&str]| texts.iter().map(ToString::to_string).collect();
    Metadata {
        doc_type: Some(document.doc_type),
        year: Some(document.year),
        programs: owned(document.programs),
        tags: owned(document.tags),
        outcome: document.outcome,
        notes: document.notes.map(str::to_owned),
        title: Some(document.title.to_owned()),
    }
}

async fn add_style(site: &Site, owner: &User) -> Result<StyleId> {
    let id = StyleId(Uuid::new_v4());
    let new = NewStyle {
        name: content::STYLE_NAME.to_owned(),
        purpose: StylePurpose::Grant,
        register: Some(StyleType::Narrative),
        description: Some(content::STYLE_DESCRIPTION.to_owned()),
        prompt: content::STYLE_PROMPT.to_owned(),
        created_by: Some(owner.user_id),
    };
    let mut conn = site.state.pool.acquire().await?;
    styles::create(&mut conn, id, &new, site.state.clock.now().naive_utc()).await?;
    Ok(id)
}

async fn add_output(
    site: &Site,
    output: &DemoOutput,
    style: StyleId,
    documents: &HashMap<&str, DocumentId>,
    owner: &User,
) -> Result<()> {
    let mut cited = Vec::new();
    for (number, filename) in (1..).zip(output.sources) {
        let document = documents
            .get(filename)
            .context("an output of the demo cites an unknown file")?;
        if let Some(passage) = cited_passage(site, output.content, number, *document).await? {
            cited.push((number, passage));
        }
    }
    let mut tx = site.state.pool.begin().await?;
    let made = outputs::create(&mut tx, &fields(output, style), None, &owner.email).await?;
    sources::attach(&mut tx, made.output_id, &cited).await?;
    tx.commit().await?;
    Ok(())
}

fn fields(output: &DemoOutput, style: StyleId) -> OutputFields {
    let date =
        |ymd: Option<(i32, u32, u32)>| ymd.and_then(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
    OutputFields {
        output_type: output.output_type,
        title: output.title.to_owned(),
        content: output.content.to_owned(),
        word_count: i32::try_from(count::words(output.content)).ok(),
        status: output.status,
        writing_style_id: Some(style),
        tracking: Tracking {
            funder_name: output.funder_name.map(str::to_owned),
            requested_amount: output.requested.map(Decimal::from),
            awarded_amount: output.awarded.map(Decimal::from),
            submission_date: date(output.submitted),
            decision_date: date(output.decided),
        },
        success_notes: output.notes.map(str::to_owned),
        metadata: None,
    }
}

/// The passage of the document that is nearest to the sentences marked `[number]`.
async fn cited_passage(
    site: &Site,
    content: &str,
    number: i32,
    document: DocumentId,
) -> Result<Option<PassageId>> {
    let marker = format!("[{number}]");
    let cited: Vec<_> = sentences(content)
        .into_iter()
        .map(|range| &content[range])
        .filter(|sentence| sentence.contains(&marker))
        .collect();
    let request = SearchRequest {
        filters: Filters {
            documents: vec![document],
            ..Filters::default()
        },
        limit: 1,
        ..SearchRequest::new(cited.join(" "))
    };
    let found = retrieve::search(&site.state, request).await?;
    Ok(found.first().map(|found| found.passage.passage_id))
}
