//! Which of a site's programs a document is about.

use super::Suggestion;
use super::places::plain;
use crate::passages::Passage;

/// A program named so often is surely spoken of.
const OFTEN: usize = 5;

/// The programs that the text names, the most named first. `names` is the site's list;
/// a program counts where its whole name stands, in any letter case.
pub fn programs(names: &[String], title: &str, passages: &[Passage]) -> Vec<Suggestion<String>> {
    let title = plain(title);
    let texts: Vec<(Option<u32>, String)> = passages
        .iter()
        .map(|passage| {
            let heading = passage.heading.as_deref().unwrap_or_default();
            (
                passage.page_first,
                plain(&format!("{heading} {}", passage.text)),
            )
        })
        .collect();
    let mut found: Vec<(usize, Suggestion<String>)> = names
        .iter()
        .filter(|name| name.chars().filter(|c| c.is_alphanumeric()).count() >= 3)
        .filter_map(|name| {
            let sought = plain(name);
            let holding: Vec<_> = texts
                .iter()
                .filter(|(_, text)| text.contains(&sought))
                .collect();
            let in_title = title.contains(&sought);
            let count: usize = texts
                .iter()
                .map(|(_, text)| text.matches(&sought).count())
                .sum();
            if count == 0 && !in_title {
                return None;
            }
            let page = holding.first().and_then(|(page, _)| *page);
            let evidence = if in_title {
                format!("title: {name}")
            } else {
                let often = if count == 1 {
                    "once".to_owned()
                } else {
                    format!("{count} times, first")
                };
                format!("named {often}{}: {name}", on_page(page))
            };
            let often = count.min(OFTEN) as f32 / OFTEN as f32;
            let confidence = if in_title { 0.95 } else { 0.4 + 0.4 * often };
            Some((
                count,
                Suggestion {
                    value: name.clone(),
                    evidence,
                    page: page.filter(|_| !in_title),
                    confidence,
                },
            ))
        })
        .collect();
    found.sort_by(|(a, x), (b, y)| y.confidence.total_cmp(&x.confidence).then(b.cmp(a)));
    found
        .into_iter()
        .map(|(_, suggestion)| suggestion)
        .collect()
}

fn on_page(page: Option<u32>) -> String {
    page.map(|page| format!(" on page {page}"))
        .unwrap_or_default()
}
