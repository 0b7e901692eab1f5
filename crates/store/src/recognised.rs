//! What text recognition has read on pages that are pictures.
//!
//! It is kept by file, page by page as it is read: a job that stops goes on where it was, and
//! whoever reads the file again has it.

use sqlx::PgExecutor;

/// A page that was read; without paragraphs there is no text on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognisedPage {
    /// Which one, from 1.
    pub page: i32,
    /// Its text.
    pub paragraphs: Vec<String>,
}

/// Keeps what was read on a page, in place of an earlier reading.
pub async fn keep(
    db: impl PgExecutor<'_>,
    file_sha256: &str,
    languages: &str,
    page: &RecognisedPage,
) -> sqlx::Result<()> {
    sqlx::query!(
        "INSERT INTO recognised_pages (file_sha256, page, languages, paragraphs) VALUES ($1, $2, $3, $4)
         ON CONFLICT (file_sha256, page)
         DO UPDATE SET languages = excluded.languages, paragraphs = excluded.paragraphs",
        file_sha256,
        page.page,
        languages,
        &page.paragraphs
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All pages of a file that were read, in order.
pub async fn of_file(
    db: impl PgExecutor<'_>,
    file_sha256: &str,
) -> sqlx::Result<Vec<RecognisedPage>> {
    sqlx::query_as!(
        RecognisedPage,
        "SELECT page, paragraphs FROM recognised_pages WHERE file_sha256 = $1 ORDER BY page",
        file_sha256
    )
    .fetch_all(db)
    .await
}

/// The pages of a file that were read in these languages, or in any, in order.
pub async fn pages(
    db: impl PgExecutor<'_>,
    file_sha256: &str,
    languages: Option<&str>,
) -> sqlx::Result<Vec<i32>> {
    sqlx::query_scalar!(
        "SELECT page FROM recognised_pages
         WHERE file_sha256 = $1 AND ($2::text IS NULL OR languages = $2) ORDER BY page",
        file_sha256,
        languages
    )
    .fetch_all(db)
    .await
}
