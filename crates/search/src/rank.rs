//! Signals beside likeness, and the choice of what is shown.

use std::cmp::Ordering;
use std::collections::HashMap;

use archivist_domain::{DocumentId, Outcome};

use crate::archive::Archive;
use crate::records::{Facets, SearchRequest};

/// By what a document's scores are multiplied, for its age, its outcome and what it is a version of.
pub(crate) fn multiplier(facets: &Facets, request: &SearchRequest, current_year: i32) -> f32 {
    let (recency, outcome) = multipliers(facets, request, current_year);
    recency * outcome * version(facets)
}

/// By what the scores of an older version are multiplied, where those are looked for.
pub(crate) fn version(facets: &Facets) -> f32 {
    if facets.superseded { SUPERSEDED } else { 1.0 }
}

/// The same for age and outcome each.
pub(crate) fn multipliers(
    facets: &Facets,
    request: &SearchRequest,
    current_year: i32,
) -> (f32, f32) {
    (
        weighed(recency(facets.year, current_year), request.recency_weight),
        weighed(outcome(facets.outcome), request.outcome_weight),
    )
}

/// Age and outcome, each from 0 for the least to 1 for the best.
pub(crate) fn signals(facets: &Facets, current_year: i32) -> (f32, f32) {
    let within = |multiplier: f32, least: f32| (multiplier - least) / (1.0 - least);
    (
        within(recency(facets.year, current_year), OLD),
        within(outcome(facets.outcome), LOST),
    )
}

/// What an older version of a document says counts against what the newest says.
const SUPERSEDED: f32 = 0.8;

/// The least multipliers for age and for outcome.
const OLD: f32 = 0.85;
const LOST: f32 = 0.80;

/// `1 + weight × (multiplier − 1)`: nothing at weight 0, all of it at weight 1.
fn weighed(multiplier: f32, weight: f32) -> f32 {
    1.0 + weight.clamp(0.0, 1.0) * (multiplier - 1.0)
}

/// Steps by age in calendar years, as this product has always had them. An
/// unknown year counts as old, a future one as new.
fn recency(year: Option<i32>, current_year: i32) -> f32 {
    match year.map(|year| current_year - year) {
        Some(i32::MIN..=0) => 1.00,
        Some(1) => 0.95,
        Some(2) => 0.90,
        _ => OLD,
    }
}

/// Text that won is worth more than text that is undecided, and that more than
/// text that lost. A final report stands for a grant that was made.
fn outcome(outcome: Option<Outcome>) -> f32 {
    match outcome {
        Some(Outcome::Funded) => 1.00,
        Some(Outcome::FinalReport) => 0.97,
        Some(Outcome::Pending | Outcome::NotApplicable) | None => 0.90,
        Some(Outcome::NotFunded) => LOST,
    }
}

/// The best slots with their scores, at most `per_document` of one document;
/// best first, equals in the order of documents and ordinals.
pub(crate) fn select(
    archive: &Archive,
    scores: &[f32],
    limit: usize,
    per_document: usize,
) -> Vec<(u32, f32)> {
    let mut size = limit.saturating_mul(4).max(64);
    loop {
        let candidates = best(archive, scores, size);
        let were_all = candidates.len() < size;
        let chosen = sparing(archive, candidates, limit, per_document);
        if chosen.len() == limit || were_all {
            return chosen;
        }
        // A few documents have crowded out the rest.
        size = size.saturating_mul(8);
    }
}

/// The first `limit` of these, at most `per_document` of one document.
fn sparing(
    archive: &Archive,
    best: Vec<(u32, f32)>,
    limit: usize,
    per_document: usize,
) -> Vec<(u32, f32)> {
    let mut taken: HashMap<DocumentId, usize> = HashMap::new();
    let mut has_room = |slot: u32| {
        let count = taken.entry(archive.passage(slot).document).or_default();
        *count += 1;
        *count <= per_document
    };
    let chosen = best.into_iter().filter(|(slot, _)| has_room(*slot));
    chosen.take(limit).collect()
}

/// The best `size` slots above 0 with their scores, in order.
pub(crate) fn best(archive: &Archive, scores: &[f32], size: usize) -> Vec<(u32, f32)> {
    best_of(archive, (0..).zip(scores.iter().copied()), size)
}

/// The same of some slots. One pass over the scores: what is kept is thinned out
/// whenever there is twice as much, and from then on only what is as good as its worst enters.
pub(crate) fn best_of(
    archive: &Archive,
    scored: impl Iterator<Item = (u32, f32)>,
    size: usize,
) -> Vec<(u32, f32)> {
    let better = |a: &(u32, f32), b: &(u32, f32)| -> Ordering {
        let place = |slot| archive.passage(slot).place();
        b.1.total_cmp(&a.1)
            .then_with(|| place(a.0).cmp(&place(b.0)))
    };
    if size == 0 {
        return Vec::new();
    }
    let full = size.saturating_mul(2);
    let mut kept: Vec<(u32, f32)> = Vec::new();
    let mut least = f32::MIN_POSITIVE;
    for (slot, score) in scored {
        if score >= least {
            kept.push((slot, score));
            if kept.len() == full {
                let (_, worst, _) = kept.select_nth_unstable_by(size - 1, better);
                least = worst.1;
                kept.truncate(size);
            }
        }
    }
    kept.sort_unstable_by(better);
    kept.truncate(size);
    kept
}

/// Why a document's signals speak for or against it, for people.
pub(crate) fn reasons(facets: &Facets, request: &SearchRequest) -> Vec<String> {
    let mut reasons = Vec::new();
    if request.outcome_weight > 0.0 {
        let said = match facets.outcome {
            Some(Outcome::Funded) => Some("funded"),
            Some(Outcome::FinalReport) => Some("final report of a grant"),
            Some(Outcome::NotFunded) => Some("not funded"),
            _ => None,
        };
        reasons.extend(said.map(str::to_owned));
    }
    if request.recency_weight > 0.0 {
        reasons.extend(facets.year.map(|year| year.to_string()));
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::*;
    use archivist_domain::DocType;

    fn facets(year: Option<i32>, outcome: Option<Outcome>) -> Facets {
        Facets {
            doc_type: DocType::AnnualReport,
            year,
            outcome,
            programs: Vec::new(),
            tags: Vec::new(),
            funder: None,
            superseded: false,
        }
    }

    fn request(recency_weight: f32, outcome_weight: f32) -> SearchRequest {
        SearchRequest {
            recency_weight,
            outcome_weight,
            ..SearchRequest::default()
        }
    }

    fn close(a: f32, b: f32) -> bool {
        (a - b).abs() < 1e-6
    }

    #[test]
    fn recency_follows_the_steps() {
        let steps = [
            (2027, 1.0),
            (2026, 1.0),
            (2025, 0.95),
            (2024, 0.9),
            (2023, 0.85),
            (2001, 0.85),
        ];
        for (year, expected) in steps {
            let found = multiplier(&facets(Some(year), None), &request(1.0, 0.0), 2026);
            assert!(close(found, expected), "{year}: {found}");
        }
        assert!(close(
            multiplier(&facets(None, None), &request(1.0, 0.0), 2026),
            0.85
        ));
    }

    #[test]
    fn the_weight_scales_the_step() {
        let two_years_old = facets(Some(2024), None);
        assert!(close(
            0.65 * multiplier(&two_years_old, &request(0.7, 0.0), 2026),
            0.6045
        ));
        assert!(close(
            multiplier(&two_years_old, &request(0.0, 0.0), 2026),
            1.0
        ));
    }

    #[test]
    fn outcomes_stand_in_order() {
        let by = |outcome| multiplier(&facets(None, outcome), &request(0.0, 1.0), 2026);
        assert!(by(Some(Outcome::Funded)) > by(Some(Outcome::FinalReport)));
        assert!(by(Some(Outcome::FinalReport)) > by(Some(Outcome::Pending)));
        assert!(close(by(Some(Outcome::Pending)), by(None)));
        assert!(by(None) > by(Some(Outcome::NotFunded)));
    }

    #[test]
    fn older_versions_step_back() {
        let newest = facets(Some(2024), None);
        let older = Facets {
            superseded: true,
            ..newest.clone()
        };
        let by = |facets: &Facets| multiplier(facets, &request(0.0, 0.0), 2026);
        assert!(close(by(&newest), 1.0));
        assert!(close(by(&older), SUPERSEDED));
    }

    #[test]
    fn reasons_name_only_signals_that_count() {
        let won = facets(Some(2024), Some(Outcome::Funded));
        assert_eq!(reasons(&won, &request(0.7, 0.3)), ["funded", "2024"]);
        assert_eq!(reasons(&won, &request(0.0, 0.0)), Vec::<String>::new());
    }
}
