use super::*;
use FindingKind::{
    BankAccount, CreditCard, DateOfBirth, Diagnosis, HealthRecord, HomeAddress, Iban, PrivatePhone,
    RoutingNumber, SocialSecurity,
};

fn found(text: &str) -> Vec<(FindingKind, String)> {
    in_text(text)
        .into_iter()
        .map(|found| {
            assert!((TOLD_FROM..=1.0).contains(&found.confidence));
            assert!(text.get(found.range).is_some());
            (found.kind, found.masked)
        })
        .collect()
}

fn kinds(text: &str) -> Vec<FindingKind> {
    found(text).into_iter().map(|(kind, _)| kind).collect()
}

#[test]
fn social_security_numbers_are_masked() {
    assert_eq!(
        found("Her number is 536-22-8147."),
        [(SocialSecurity, "***-**-8147".to_owned())]
    );
    assert_eq!(kinds("SSN: 536 22 8147"), [SocialSecurity]);
    assert_eq!(kinds("Social Security Number 536228147"), [SocialSecurity]);
}

#[test]
fn numbers_that_nobody_has_are_none() {
    for text in [
        "666-22-8147",
        "000-22-8147",
        "912-22-8147",
        "536-00-8147",
        "536-22-0000",
        "078-05-1120",
        "Grant 536228147 was awarded.",
        "Part no. 1536-22-8147-9",
        "See 10.1000/536-22-8147",
        "Tel. 536 22 8147",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn cards_need_their_check_digit() {
    assert_eq!(
        found("Paid with 4539 1488 0343 6467."),
        [(CreditCard, "**** **** **** 6467".to_owned())]
    );
    assert_eq!(kinds("Card: 4539148803436467"), [CreditCard]);
    for text in [
        "4539 1488 0343 6468",
        "Order 4539148803436467",
        "1234 5678 9012 3456",
        "4444 4444 4444 4444",
    ] {
        assert_eq!(kinds(text), [], "{text}");
    }
}

#[test]
fn accounts_are_checked_or_named() {
    assert_eq!(
        found("Pay to DE89 3704 0044 0532 0130 00 by May."),
        [(Iban, "**** **** **** **** **30 00".to_owned())]
    );
    assert_eq!(kinds("Pay to DE88 3704 0044 0532 0130 00"), []);
    let text = "Willow Bank, routing number 021000021, account number 4417 220 918";
    assert_eq!(kinds(text), [RoutingNumber, BankAccount]);
    assert_eq!(kinds("Routing number 021000022"), [], "a wrong check digit");
    assert_eq!(
        kinds("On account of 250000 visitors the bank stays open."),
        []
    );
    assert_eq!(kinds("Charge account number 7781234 for printing."), []);
    assert_eq!(kinds("Her bank account is 12345678 here."), [BankAccount]);
    assert_eq!(kinds("Our savings account is 250000 strong."), []);
}

#[test]
fn health_of_a_named_person_is_told_and_of_a_group_not() {
    assert_eq!(kinds("MRN: 00482213"), [HealthRecord]);
    assert_eq!(
        kinds("Maria Quill was diagnosed with asthma in spring."),
        [Diagnosis]
    );
    assert_eq!(kinds("One in nine children was diagnosed with asthma."), []);
    assert_eq!(
        kinds("Patients were treated for diabetes at the clinic."),
        []
    );
}

#[test]
fn homes_and_births_are_told_beside_their_words() {
    assert_eq!(
        kinds("She lives at 14 Quill Lane, Willow Creek."),
        [HomeAddress]
    );
    assert_eq!(kinds("DOB: 04/17/2009"), [DateOfBirth]);
    assert_eq!(kinds("Date of Birth | April 17, 2009"), [DateOfBirth]);
    assert_eq!(
        kinds("The date of birth is not collected before May 2024."),
        []
    );
}

#[test]
fn a_list_of_people_is_told_row_by_row() {
    let row = |name: &str, n: u32| format!("{name} | (555) 201-44{n:02}");
    let rows: Vec<String> = ["Maria Quill", "Thomas Tansy", "Ruth Okafor", "Peter Harlan"]
        .into_iter()
        .zip(10..)
        .map(|(name, n)| row(name, n))
        .collect();
    assert_eq!(kinds(&rows.join("\n")), [PrivatePhone; 4]);
    assert_eq!(kinds(&rows[..2].join("\n")), []);
}

#[test]
fn the_contact_block_of_an_office_is_no_finding() {
    let text = "Willow Creek Foundation\n120 Main Street, Suite 4\nPhone: (555) 201-4410\n\
                Fax: (555) 201-4411\nContact: Maria Quill, Executive Director\n\
                maria@example.org";
    assert_eq!(kinds(text), []);
}
