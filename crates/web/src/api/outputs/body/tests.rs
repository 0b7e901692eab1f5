use archivist_domain::OutputId;
use serde_json::json;
use uuid::Uuid;

use super::*;

fn create(body: Value) -> Result<NewOutput, Error> {
    let body: CreateOutput = serde_json::from_value(body).unwrap();
    body.check()
}

fn minimal() -> Value {
    json!({"output_type": "other", "title": "T", "content": "Three plain words [1]."})
}

fn stored() -> Output {
    Output {
        output_id: OutputId(Uuid::nil()),
        conversation_id: None,
        output_type: OutputType::Other,
        title: "Before".into(),
        content: "One two".into(),
        word_count: Some(2),
        status: OutputStatus::Submitted,
        writing_style_id: None,
        funder_name: Some("Rivers".into()),
        requested_amount: Some(100.into()),
        awarded_amount: None,
        submission_date: "2026-03-02".parse().ok(),
        decision_date: None,
        success_notes: None,
        metadata: Some(json!({"kept": true})),
        created_by: None,
        created_at: "2026-03-01T10:00:00".parse().unwrap(),
        updated_at: "2026-03-01T10:00:00".parse().unwrap(),
    }
}

fn update(body: Value) -> UpdateOutput {
    serde_json::from_value(body).unwrap()
}

fn fields_of(error: Error) -> Vec<String> {
    let Error::Invalid(problems) = error else {
        panic!("{error:?} names no fields");
    };
    problems
        .iter()
        .map(|p| p.loc[1].name().to_owned())
        .collect()
}

#[test]
fn a_new_output_is_a_draft_with_its_words_counted() {
    let new = create(minimal()).unwrap();
    assert_eq!(new.fields.status, OutputStatus::Draft);
    assert_eq!(new.fields.word_count, Some(3));
    assert!(new.sources.is_empty());
}

#[test]
fn a_given_count_of_words_stands() {
    let mut body = minimal();
    body["word_count"] = json!(-7);
    assert_eq!(create(body).unwrap().fields.word_count, Some(-7));
}

#[test]
fn every_wrong_field_is_named() {
    let mut body = minimal();
    body["title"] = json!("");
    body["content"] = json!(" \n");
    body["funder_name"] = json!("x".repeat(256));
    body["requested_amount"] = json!(10);
    body["awarded_amount"] = json!("10.01");
    assert_eq!(
        fields_of(create(body).unwrap_err()),
        ["title", "content", "funder_name", "awarded_amount"]
    );
}

#[test]
fn blanks_are_no_title() {
    let blank = update(json!({"title": "   "})).merge(stored());
    assert_eq!(fields_of(blank.unwrap_err()), ["title"]);
}

#[test]
fn markers_count_from_one() {
    let mut body = minimal();
    body["sources"] = json!([{"number": 0, "passage_id": Uuid::nil()}]);
    assert_eq!(fields_of(create(body).unwrap_err()), ["sources"]);
}

#[test]
fn what_is_left_out_or_null_stays() {
    let merged = update(json!({"title": "After", "funder_name": null, "awarded_amount": "40"}))
        .merge(stored())
        .unwrap();
    assert_eq!(merged.title, "After");
    assert_eq!(merged.word_count, Some(2));
    assert_eq!(merged.tracking.funder_name.as_deref(), Some("Rivers"));
    assert_eq!(
        merged.tracking.awarded_amount,
        Some("40.00".parse().unwrap())
    );
    assert_eq!(merged.metadata, Some(json!({"kept": true})));
}

#[test]
fn new_content_is_counted_anew() {
    let merged = update(json!({"content": "One two three"}))
        .merge(stored())
        .unwrap();
    assert_eq!(merged.word_count, Some(3));
}

#[test]
fn rules_hold_between_what_is_sent_and_what_is_stored() {
    let above = update(json!({"awarded_amount": 101})).merge(stored());
    assert_eq!(fields_of(above.unwrap_err()), ["awarded_amount"]);
    let early = update(json!({"decision_date": "2026-03-01"})).merge(stored());
    assert_eq!(fields_of(early.unwrap_err()), ["decision_date"]);
}

#[test]
fn a_body_of_nulls_changes_nothing() {
    assert!(update(json!({"title": null, "unknown": 1})).is_empty());
    assert!(!update(json!({"status": "submitted"})).is_empty());
}
