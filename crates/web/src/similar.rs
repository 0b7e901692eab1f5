//! Near duplicates: documents that have much in common with another. Fingerprints find
//! the few that may be; how much it is, is measured on the texts themselves.

use std::collections::{HashMap, HashSet};

use archivist_domain::DocumentId;
use archivist_ingest::fingerprint::{Fingerprint, Overlap, Shingles};
use archivist_store::documents::{self, Document};
use archivist_store::fingerprints;
use archivist_store::{PgConnection, passages};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::cpu::CpuPool;
use crate::error::Error;

/// From this share on two documents are near duplicates: chosen by what it finds in a
/// library of real papers, see `docs/ingestion.md`.
pub const LEAST_SHARE: f32 = 0.5;

/// Texts with fewer runs of words are not compared: what they share may be chance.
const LEAST_SHINGLES: u32 = 20;

/// By so much an estimate may be too low: three times its standard error.
const DOUBT: f32 = 0.13;

/// So many are measured on their texts: those with the most in common by the estimate.
const MOST: usize = 10;

/// A document that has much in common with another.
#[derive(Debug, Clone, PartialEq)]
pub struct Similar {
    /// The document.
    pub document: Document,
    /// How much it is; the first is the one that was asked about.
    pub overlap: Overlap,
}

/// A document that has much in common with another one, as people see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SimilarDocument {
    /// The document.
    pub doc_id: DocumentId,
    /// What to call it.
    #[schema(example = "Annual Report 2023")]
    pub title: String,
    /// Its file name.
    #[schema(example = "annual-report-2023.pdf")]
    pub filename: String,
    /// Its year.
    pub year: Option<i32>,
    /// The share of both texts together that is in both, 0 to 1: of their runs of five
    /// words.
    #[schema(example = 0.87)]
    pub share: f64,
    /// The part of the document asked about that is in this one.
    #[schema(example = 0.91)]
    pub share_of_own: f64,
    /// The part of this one that is in the document asked about.
    #[schema(example = 0.95)]
    pub share_of_other: f64,
    /// The newest version of it, where it is an older one.
    pub superseded_by: Option<DocumentId>,
}

impl SimilarDocument {
    /// `87 % in common with “Plan” (2023)`.
    pub fn in_words(&self) -> String {
        let year = self.year.map(|year| format!(" ({year})"));
        format!(
            "{} in common with “{}”{}",
            percent(self.share),
            self.title,
            year.unwrap_or_default()
        )
    }
}

/// `87 %`; only what is the same is all of it.
pub(crate) fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

impl From<Similar> for SimilarDocument {
    fn from(similar: Similar) -> Self {
        let Similar { document, overlap } = similar;
        Self {
            doc_id: document.doc_id,
            title: document.display_title().to_owned(),
            superseded_by: document.superseded_by(),
            filename: document.filename,
            year: document.year,
            share: rounded(overlap.both),
            share_of_own: rounded(overlap.first_in_second),
            share_of_other: rounded(overlap.second_in_first),
        }
    }
}

/// In two decimals. Towards zero: 1 is said only of texts that are the same.
fn rounded(share: f32) -> f64 {
    (f64::from(share) * 100.0).floor() / 100.0
}

/// The fingerprint of a document's text, given in parts.
pub async fn fingerprint(cpu: &CpuPool, parts: Vec<String>) -> Fingerprint {
    cpu.run(move || Shingles::of(parts.iter().map(String::as_str)).fingerprint())
        .await
}

/// As the database keeps it.
pub fn to_store(doc_id: DocumentId, print: &Fingerprint) -> fingerprints::Fingerprint {
    fingerprints::Fingerprint {
        doc_id,
        shingles: i32::try_from(print.shingles).unwrap_or(i32::MAX),
        least: print.to_bytes(),
    }
}

fn opened(stored: &fingerprints::Fingerprint) -> Option<Fingerprint> {
    Fingerprint::from_bytes(u32::try_from(stored.shingles).ok()?, &stored.least)
}

/// The documents that have much in common with this one, the most first; none that are
/// versions of it. A document that has no fingerprint yet has none.
pub async fn find(
    conn: &mut PgConnection,
    cpu: &CpuPool,
    id: DocumentId,
) -> Result<Vec<Similar>, Error> {
    let near = nearest(conn, id).await?;
    if near.is_empty() {
        return Ok(Vec::new());
    }
    let measured = measure(conn, cpu, id, &near).await?;
    let mut found = Vec::new();
    for (other, overlap) in measured {
        let document = documents::get(&mut *conn, other).await?;
        let other = document.filter(|document| !document.versions.contains(&id));
        found.extend(other.map(|document| Similar { document, overlap }));
    }
    Ok(found)
}

/// Those whose fingerprints are alike.
async fn nearest(conn: &mut PgConnection, id: DocumentId) -> Result<Vec<DocumentId>, Error> {
    let own = fingerprints::get(&mut *conn, id).await?;
    let own = own.as_ref().and_then(opened);
    let Some(own) = own.filter(|own| own.shingles >= LEAST_SHINGLES) else {
        return Ok(Vec::new());
    };
    let candidates = fingerprints::by_bands(&mut *conn, id, &own.bands()).await?;
    let mut near: Vec<(f32, DocumentId)> = candidates
        .iter()
        .filter_map(|other| Some((own.estimate(&opened(other)?), other.doc_id)))
        .filter(|(estimate, _)| *estimate >= LEAST_SHARE - DOUBT)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    near.truncate(MOST);
    Ok(near.into_iter().map(|(_, id)| id).collect())
}

/// What each of `others` has in common with the document, where it is enough; the most
/// first.
async fn measure(
    conn: &mut PgConnection,
    cpu: &CpuPool,
    id: DocumentId,
    others: &[DocumentId],
) -> Result<Vec<(DocumentId, Overlap)>, Error> {
    let all: Vec<DocumentId> = [id].iter().chain(others).copied().collect();
    let mut texts: HashMap<DocumentId, Vec<String>> = HashMap::new();
    for passage in passages::of_documents(&mut *conn, &all).await? {
        let text = texts.entry(passage.doc_id).or_default();
        text.push(passage.content);
    }
    let measured = cpu.run(move || {
        let shingles = |parts: &[String]| Shingles::of(parts.iter().map(String::as_str));
        let own = shingles(&texts.remove(&id).unwrap_or_default());
        let others = texts.iter();
        let mut measured: Vec<(DocumentId, Overlap)> = others
            .map(|(other, parts)| (*other, own.overlap(&shingles(parts))))
            .filter(|(_, overlap)| overlap.both >= LEAST_SHARE)
            .collect();
        measured.sort_by(|a, b| b.1.both.total_cmp(&a.1.both).then(a.0.cmp(&b.0)));
        measured
    });
    Ok(measured.await)
}

/// What is told of them to whoever puts the document in: of the versions of one
/// document one, the newest where it is among them.
pub fn told(similar: Vec<Similar>) -> Vec<SimilarDocument> {
    let ids: HashSet<DocumentId> = similar.iter().map(|one| one.document.doc_id).collect();
    let mut chains = HashSet::new();
    let told = similar.into_iter().filter(|one| {
        let newest = one.document.superseded_by();
        let chain = newest.unwrap_or(one.document.doc_id);
        newest.is_none_or(|newest| !ids.contains(&newest)) && chains.insert(chain)
    });
    told.map(Into::into).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_rounded_up_to_all() {
        assert_eq!(percent(rounded(0.999)), "99 %");
        assert_eq!(percent(rounded(1.0)), "100 %");
        assert_eq!(percent(rounded(0.87)), "87 %");
    }
}
