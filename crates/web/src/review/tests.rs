use super::*;

fn values() -> Values {
    Values {
        title: Some("plan".to_owned()),
        doc_type: DocType::Other,
        year: Some(2024),
        fiscal_year: None,
        funder: None,
        requested_amount: None,
        awarded_amount: None,
        outcome: Some(Outcome::NotApplicable),
        programs: Vec::new(),
    }
}

fn proposal(field: DocumentField, value: &str, confidence: f32) -> Proposal {
    Proposal {
        field,
        value: value.to_owned(),
        evidence: format!("text: {value}"),
        page: Some(1),
        confidence,
    }
}

#[test]
fn what_waits_is_put_in_and_a_persons_word_stays() {
    let said_by = Sayings::from([
        (DocumentField::Title, SaidBy::Person),
        (DocumentField::Year, SaidBy::Proposal),
    ]);
    let proposals = [
        proposal(DocumentField::Title, "Another title", 0.9),
        proposal(DocumentField::Funder, "Rivers Foundation", 0.9),
        proposal(DocumentField::Funder, "Lakes Foundation", 0.5),
        proposal(DocumentField::RequestedAmount, "50000.00", 0.9),
        proposal(DocumentField::Outcome, "Funded", 0.8),
        proposal(DocumentField::Programs, "Health", 0.9),
        proposal(DocumentField::Programs, "Arts", 0.5),
        proposal(DocumentField::AwardedAmount, "lots", 0.9),
    ];
    let shown = with_proposals(&values(), &said_by, &proposals);
    assert_eq!(shown.title.as_deref(), Some("plan"));
    assert_eq!(shown.funder.as_deref(), Some("Rivers Foundation"));
    assert_eq!(shown.requested_amount, Some(Decimal::from(50_000)));
    assert_eq!(shown.outcome, Some(Outcome::Funded));
    assert_eq!(shown.programs, ["Health"], "a guess is not ticked");
    assert_eq!(shown.awarded_amount, None);
}

#[test]
fn a_correction_says_what_it_speaks_of() {
    let correction = Correction {
        year: Said::Nothing,
        funder: Said::Value("Rivers".to_owned()),
        ..Correction::default()
    };
    let fields: Vec<_> = correction.fields().into_iter().collect();
    assert_eq!(fields, [DocumentField::Year, DocumentField::Funder]);
    let mut changed = values();
    correction.write_into(&mut changed);
    assert_eq!(
        (changed.year, changed.title.as_deref()),
        (None, Some("plan"))
    );
    assert_eq!(texts(&changed, DocumentField::Funder), ["Rivers"]);
}
