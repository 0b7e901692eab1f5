use super::*;
use crate::fixture;

fn verdicts(text: &str) -> Vec<Verdict> {
    check(text, &fixture::sources())
        .into_iter()
        .map(|claim| claim.verdict)
        .collect()
}

fn only(text: &str) -> Claim {
    let mut claims = check(text, &fixture::sources());
    assert_eq!(claims.len(), 1, "{claims:?}");
    claims.remove(0)
}

#[test]
fn a_verbatim_sentence_is_supported_by_its_marker() {
    let claim = only("In 2024 our coaches served 412 children at nine elementary schools [2].");
    assert_eq!(claim.verdict, Verdict::Supported);
    assert_eq!(claim.markers, [2]);
    assert_eq!(claim.supports.len(), 1);
    assert!(claim.supports[0].score > 0.99);
    let passage = &fixture::sources()[1].text;
    assert_eq!(passage[claim.supports[0].range.clone()], claim.text);
}

#[test]
fn a_paraphrase_is_supported() {
    let claim = only("Coaches reached 412 children in 9 elementary schools during 2024 [2].");
    assert_eq!(claim.verdict, Verdict::Supported, "{claim:?}");
}

#[test]
fn a_changed_number_is_caught_and_named() {
    let claim = only("Our staff includes eighteen certified reading coaches [4].");
    assert_eq!(claim.verdict, Verdict::Unsupported);
    assert_eq!(claim.missing, ["eighteen"]);

    let half_right =
        only("In 2024 our coaches served 512 children at nine elementary schools [2].");
    assert_eq!(half_right.verdict, Verdict::Partial);
    assert_eq!(half_right.missing, ["512"]);
}

#[test]
fn changed_money_percent_date_and_name_are_caught() {
    for (text, missing) in [
        ("Our annual budget is $2.1 million [5].", "$2.1 million"),
        (
            "Of these, 87% met or exceeded their reading goal [2].",
            "87%",
        ),
        (
            "It was signed with the school district on June 3, 2021 [6].",
            "June 3, 2021",
        ),
        (
            "We partner with the Mercer County School District [6].",
            "Mercer County School District",
        ),
    ] {
        let claim = only(text);
        assert_ne!(claim.verdict, Verdict::Supported, "{text}");
        assert_eq!(claim.missing, [missing], "{text}");
    }
}

#[test]
fn the_right_fact_under_the_wrong_marker_is_not_supported() {
    let text = "In 2024 our coaches served 412 children at nine elementary schools [5].";
    assert_eq!(only(text).verdict, Verdict::Unsupported);
}

#[test]
fn a_marker_that_points_nowhere_supports_nothing() {
    let claim = only("In 2024 our coaches served 412 children at nine elementary schools [9].");
    assert_eq!(claim.verdict, Verdict::Unsupported);
    assert!(claim.supports.is_empty());
}

#[test]
fn without_markers_any_passage_may_support() {
    let claim =
        only("An independent audit has given an unqualified opinion in the past ten years.");
    assert_eq!(claim.verdict, Verdict::Supported);
    assert_eq!(claim.supports[0].number, 5);
}

#[test]
fn invention_is_unsupported_with_or_without_a_marker() {
    let text = "Solar panels power our greenhouse laboratory.";
    assert_eq!(verdicts(text), [Verdict::Unsupported]);
    assert_eq!(
        verdicts("Solar panels power our greenhouse laboratory [1]."),
        [Verdict::Unsupported]
    );
}

#[test]
fn headings_questions_and_connectors_are_no_claims() {
    let text =
        "Organizational Capacity\n\nWhy does this matter? In addition to this, there is more.";
    assert_eq!(verdicts(text), [Verdict::NotAClaim; 3]);
}

#[test]
fn markers_belong_to_the_sentence_before_them_on_either_side_of_the_stop() {
    let text = "We are governed by a board of directors of eleven members [1]. Riverside University \
                evaluates our results. [6] An operating reserve covers four months of expenses [5][1].";
    let claims = check(text, &fixture::sources());
    let markers: Vec<_> = claims.iter().map(|claim| claim.markers.clone()).collect();
    assert_eq!(markers, [vec![1], vec![6], vec![5, 1]]);
    assert_eq!(
        &text[claims[1].range.clone()],
        "Riverside University evaluates our results. [6]"
    );
    assert_eq!(
        claims[2].text,
        "An operating reserve covers four months of expenses."
    );
    assert!(
        claims
            .iter()
            .all(|claim| claim.verdict == Verdict::Supported)
    );
}
