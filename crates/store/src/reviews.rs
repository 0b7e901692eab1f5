//! What was proposed about documents, who said what stands, and whether a person has
//! confirmed it.

use std::collections::{BTreeMap, BTreeSet};

use archivist_domain::{DocumentField, DocumentId, SaidBy};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use sqlx::{PgConnection, PgExecutor};

use crate::audit::{Audited, Subject, difference};
use crate::changes;
use crate::documents::{self, Document, Values};

/// Who said what stands, by field; what is not in it nobody has said.
pub type Sayings = BTreeMap<DocumentField, SaidBy>;

/// How far a document has been looked through by people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Who said what stands.
    pub said_by: Sayings,
    /// Whether something waits for a person's word.
    pub to_confirm: bool,
    /// When all of it was confirmed last.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// Who confirmed it.
    pub confirmed_by: Option<String>,
}

/// A value that rules found, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What it is a value of.
    pub field: DocumentField,
    /// As [`Values`] would be written: a label, a year, an amount, a name.
    pub value: String,
    /// The place and the words.
    pub evidence: String,
    /// The page of these, from 1.
    pub page: Option<i32>,
    /// How sure the rules are, 0 to 1.
    pub confidence: f32,
}

/// What was found in a document that is put in by this transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewReview {
    /// Who said what stands.
    pub said_by: Sayings,
    /// What was proposed, the surest of a field first.
    pub proposals: Vec<Proposal>,
}

impl NewReview {
    /// Whether a person has to look at it: something that stands is only proposed, or
    /// nobody knows what a document cannot go without, or a proposal waits.
    pub fn is_open(&self) -> bool {
        let needed = [
            DocumentField::Title,
            DocumentField::DocType,
            DocumentField::Year,
        ];
        let proposed = self.proposals.iter().map(|proposal| proposal.field);
        let fields: BTreeSet<_> = needed.into_iter().chain(proposed).collect();
        fields.iter().any(|field| is_open(&self.said_by, *field))
    }
}

/// Whether a field waits for a person's word.
pub fn is_open(said_by: &Sayings, field: DocumentField) -> bool {
    matches!(said_by.get(&field), None | Some(SaidBy::Proposal))
}

/// Keeps what was proposed about a new document.
pub async fn keep(tx: &mut Audited, id: DocumentId, new: &NewReview) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO document_reviews (doc_id, said_by, to_confirm) VALUES ($1, $2, $3)",
        id.0,
        Json(&new.said_by) as _,
        new.is_open()
    )
    .execute(&mut **tx)
    .await?;
    write(tx, id, &new.proposals).await
}

/// Writes what another reading proposes in the place of what was proposed. What stands
/// stays as it is. Documents that nobody has to confirm any more keep what was proposed
/// when somebody did.
pub async fn replace(tx: &mut Audited, id: DocumentId, proposals: &[Proposal]) -> sqlx::Result<()> {
    let gone = sqlx::query!(
        "DELETE FROM document_proposals p USING document_reviews r
         WHERE p.doc_id = $1 AND r.doc_id = p.doc_id AND r.to_confirm",
        id.0
    )
    .execute(&mut **tx)
    .await?;
    // A document that waits has at least one: there is always a title.
    if gone.rows_affected() == 0 {
        return Ok(());
    }
    write(tx, id, proposals).await
}

async fn write(
    conn: &mut PgConnection,
    id: DocumentId,
    proposals: &[Proposal],
) -> sqlx::Result<()> {
    let fields: Vec<_> = proposals.iter().map(|p| p.field.to_string()).collect();
    let values: Vec<_> = proposals.iter().map(|p| p.value.clone()).collect();
    let evidence: Vec<_> = proposals.iter().map(|p| p.evidence.clone()).collect();
    let pages: Vec<_> = proposals.iter().map(|p| p.page).collect();
    let confidences: Vec<_> = proposals.iter().map(|p| p.confidence).collect();
    sqlx::query!(
        "INSERT INTO document_proposals (doc_id, number, field, value, evidence, page, confidence)
         SELECT $1, n, field, value, evidence, page, confidence
         FROM unnest($2::text[], $3::text[], $4::text[], $5::int[], $6::real[])
              WITH ORDINALITY AS p(field, value, evidence, page, confidence, n)",
        id.0,
        &fields,
        &values,
        &evidence,
        &pages as &[Option<i32>],
        &confidences
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How far a document has been looked through; `None` where nothing was ever proposed
/// about it.
pub async fn get(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Option<Review>> {
    let row = sqlx::query!(
        r#"SELECT said_by AS "said_by: Json<Sayings>", to_confirm, confirmed_at, confirmed_by
           FROM document_reviews WHERE doc_id = $1"#,
        id.0
    )
    .fetch_optional(db)
    .await?;
    Ok(row.map(|row| Review {
        said_by: row.said_by.0,
        to_confirm: row.to_confirm,
        confirmed_at: row.confirmed_at,
        confirmed_by: row.confirmed_by,
    }))
}

/// What was proposed about a document, the surest of a field first.
pub async fn proposals(db: impl PgExecutor<'_>, id: DocumentId) -> sqlx::Result<Vec<Proposal>> {
    sqlx::query_as!(
        Proposal,
        r#"SELECT field AS "field: DocumentField", value, evidence, page, confidence
           FROM document_proposals WHERE doc_id = $1 ORDER BY number"#,
        id.0
    )
    .fetch_all(db)
    .await
}

/// A document that somebody is about to correct or confirm, locked until the
/// transaction ends.
#[derive(Debug)]
pub struct Opened {
    /// As it is.
    pub document: Document,
    /// How far people have looked through it.
    pub review: Option<Review>,
    /// What was proposed.
    pub proposals: Vec<Proposal>,
}

/// Waits until nobody else changes documents, then tells what is known of this one.
/// `None` where it is gone.
pub async fn open(tx: &mut Audited, id: DocumentId) -> sqlx::Result<Option<Opened>> {
    changes::take_turn(tx).await?;
    let Some(document) = documents::get(&mut **tx, id).await? else {
        return Ok(None);
    };
    Ok(Some(Opened {
        document,
        review: get(&mut **tx, id).await?,
        proposals: proposals(&mut **tx, id).await?,
    }))
}

/// What a person has decided about a document.
#[derive(Debug, Clone)]
pub struct Decision<'a> {
    /// What is to stand.
    pub values: &'a Values,
    /// Who said it.
    pub said_by: &'a Sayings,
    /// Whether nothing waits for anybody's word any more.
    pub is_final: bool,
    /// Who decides.
    pub by: &'a str,
}

/// Writes what a person has decided about a document that [`open`] told.
pub async fn decide(
    tx: &mut Audited,
    opened: &Opened,
    decision: &Decision<'_>,
) -> sqlx::Result<()> {
    let before = &opened.document;
    documents::set_values(tx, before.doc_id, decision.values).await?;
    sqlx::query!(
        "INSERT INTO document_reviews AS r (doc_id, said_by, to_confirm, confirmed_at, confirmed_by)
         VALUES ($1, $2, NOT $3, CASE WHEN $3 THEN now() END, CASE WHEN $3 THEN $4::text END)
         ON CONFLICT (doc_id) DO UPDATE SET said_by = EXCLUDED.said_by, to_confirm = EXCLUDED.to_confirm,
             confirmed_at = coalesce(EXCLUDED.confirmed_at, r.confirmed_at),
             confirmed_by = coalesce(EXCLUDED.confirmed_by, r.confirmed_by)",
        before.doc_id.0,
        Json(decision.said_by) as _,
        decision.is_final,
        decision.by
    )
    .execute(&mut **tx)
    .await?;
    let after = documents::get(&mut **tx, before.doc_id).await?;
    let after = after.ok_or(sqlx::Error::RowNotFound)?;
    let event = if decision.is_final {
        "document.confirm"
    } else {
        "document.update"
    };
    let (was, is) = difference(before.facts(), after.facts());
    tx.write(event, &after, was, is).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposal(field: DocumentField) -> Proposal {
        Proposal {
            field,
            value: "x".to_owned(),
            evidence: "title: x".to_owned(),
            page: None,
            confidence: 0.5,
        }
    }

    #[test]
    fn what_nobody_has_said_waits() {
        let all = [
            DocumentField::Title,
            DocumentField::DocType,
            DocumentField::Year,
        ];
        let said: Sayings = all.map(|field| (field, SaidBy::Person)).into();
        let review = |said_by: &Sayings, proposals| NewReview {
            said_by: said_by.clone(),
            proposals,
        };
        let title = || vec![proposal(DocumentField::Title)];
        assert!(!review(&said, title()).is_open(), "a person's word stands");
        let funder = vec![proposal(DocumentField::Funder)];
        assert!(review(&said, funder).is_open());
        let mut less = said;
        less.insert(DocumentField::Year, SaidBy::Proposal);
        assert!(review(&less, Vec::new()).is_open());
        less.remove(&DocumentField::Year);
        assert!(review(&less, Vec::new()).is_open());
    }
}
