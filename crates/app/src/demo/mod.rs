//! A small fictional nonprofit, so that every page has something to show.

mod content;

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use archivist_domain::output::Tracking;
use archivist_domain::sentences::sentences;
use archivist_domain::{DocumentId, PassageId, StyleId, StylePurpose, StyleType, UserRole, count};
use archivist_ingest::FileKind;
use archivist_search::{Filters, SearchRequest};
use archivist_store::audit::{Audited, Origin};
use archivist_store::jobs::Worker;
use archivist_store::outputs::{self, OutputFields, OutputFilter};
use archivist_store::styles::{self, NewStyle};
use archivist_store::users::User;
use archivist_store::{programs, site as archive, sources, statistics, users};
use archivist_web::intake::{self, Asked, Metadata, Order, Receipt};
use archivist_web::retrieve;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use uuid::Uuid;

pub(crate) use self::content::ORGANIZATION;
use self::content::{DOCUMENTS, DemoDocument, DemoOutput, OUTPUTS};
use crate::site::Site;
use crate::work::{ingest, reindex};

/// Fills an empty archive; one that holds anything of its own is left as it is.
/// What was broken off is taken up again, and what was finished stays as people
/// have changed it since.
pub(crate) async fn load(site: &Site) -> Result<()> {
    match archive::demo_finished(&site.state.pool).await? {
        Some(true) => return Ok(()),
        None if holds_anything(site).await? => return Ok(()),
        _ => {}
    }
    let mut conn = site.state.pool.acquire().await?;
    archive::note_demo(&mut conn, false).await?;
    let everybody = users::list(&site.state.pool).await?;
    let owner = everybody
        .iter()
        .find(|user| user.actor().is_at_least(UserRole::Admin));
    let owner = owner.context("there is no admin yet")?;
    let documents = add_documents(site, owner).await?;
    reindex::catch_up(site).await?;
    let mut tx = Audited::begin(&site.state.pool, Origin::program("demo")).await?;
    let style = style(&mut tx, site, owner).await?;
    for output in OUTPUTS {
        let cited = cited_passages(site, output, &documents).await?;
        let made = outputs::create(&mut tx, &fields(output, style), None, &owner.email).await?;
        sources::attach(&mut tx, made.output_id, &cited).await?;
    }
    archive::note_demo(&mut tx, true).await?;
    tx.commit().await?;
    Ok(())
}

async fn holds_anything(site: &Site) -> Result<bool> {
    let figures = statistics::library(&site.state.pool, true).await?;
    let outputs = outputs::list(&site.state.pool, &OutputFilter::default(), 0, 1).await?;
    Ok(figures.documents > 0 || outputs.total > 0)
}

async fn add_documents(site: &Site, owner: &User) -> Result<HashMap<&'static str, DocumentId>> {
    let worker = site.worker().await?;
    let active = programs::active_names(&site.state.pool).await?;
    let mut added = HashMap::new();
    for document in DOCUMENTS {
        let id = add_document(site, &worker, document, &active, owner).await?;
        added.insert(document.filename, id);
    }
    Ok(added)
}

async fn add_document(
    site: &Site,
    worker: &Worker,
    document: &DemoDocument,
    active_programs: &[String],
    owner: &User,
) -> Result<DocumentId> {
    let mut blob = site.state.blobs.begin().await?;
    blob.write(document.bytes).await?;
    let kind = FileKind::of_name(document.filename).context("the demo has only readable files")?;
    let order = Order {
        sha256: blob.sha256(),
        size: blob.size(),
        filename: document.filename.to_owned(),
        metadata: metadata(document, active_programs),
        submitted_by: Some(owner.email.clone()),
        confirmed_at: site.state.clock.now(),
        request: Origin::program("demo").into_facts(),
        inside: None,
        is_awaited: true,
    };
    let asked = Asked {
        user: Some(owner.user_id),
        ..Asked::default()
    };
    let media_type = kind.media_type();
    let job = intake::begin(&site.state, worker, blob, media_type, order, asked).await?;
    match ingest::see_through(site, worker, job).await? {
        Receipt::Added { doc_id, .. } | Receipt::Duplicate { doc_id } => Ok(doc_id),
        Receipt::Unpacked { .. } => bail!("{} of the demo is no document", document.filename),
        Receipt::Refused { reason } | Receipt::Locked { reason } | Receipt::Broken { reason } => {
            bail!(
                "{} of the demo could not be read: {reason}",
                document.filename
            )
        }
    }
}

/// The document's metadata; a program that the site has renamed or switched off
/// is left out.
fn metadata(document: &DemoDocument, active_programs: &[String]) -> Metadata {
    let is_used = |program: &&String| document.programs.contains(&program.as_str());
    Metadata {
        doc_type: Some(document.doc_type),
        year: Some(document.year),
        programs: active_programs.iter().filter(is_used).cloned().collect(),
        tags: document.tags.iter().map(ToString::to_string).collect(),
        outcome: document.outcome,
        funder: None,
        notes: document.notes.map(str::to_owned),
        title: Some(document.title.to_owned()),
        by_list: Vec::new(),
    }
}

/// The demo's style, made unless there is one of its name.
async fn style(tx: &mut Audited, site: &Site, owner: &User) -> Result<StyleId> {
    let existing = styles::active(&mut **tx).await?;
    if let Some(style) = existing
        .iter()
        .find(|style| style.name == content::STYLE_NAME)
    {
        return Ok(style.style_id);
    }
    let new = NewStyle {
        style_id: StyleId(Uuid::new_v4()),
        name: content::STYLE_NAME.to_owned(),
        purpose: StylePurpose::Grant,
        register: Some(StyleType::Narrative),
        description: Some(content::STYLE_DESCRIPTION.to_owned()),
        prompt: content::STYLE_PROMPT.to_owned(),
        samples: Vec::new(),
        analysis: None,
        created_by: Some(owner.user_id),
    };
    styles::create(tx, &new, site.state.clock.now().naive_utc()).await?;
    Ok(new.style_id)
}

/// For each marker of an output the passage that it stands for.
async fn cited_passages(
    site: &Site,
    output: &DemoOutput,
    documents: &HashMap<&str, DocumentId>,
) -> Result<Vec<(i32, PassageId)>> {
    let mut cited = Vec::new();
    for (number, filename) in (1..).zip(output.sources) {
        let document = documents
            .get(filename)
            .context("an output of the demo cites an unknown file")?;
        if let Some(passage) = cited_passage(site, output.content, number, *document).await? {
            cited.push((number, passage));
        }
    }
    Ok(cited)
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
