use super::sentences;

fn split(text: &str) -> Vec<&str> {
    sentences(text)
        .into_iter()
        .map(|range| &text[range])
        .collect()
}

/// Each row is one text, divided where `|` stands.
#[test]
fn splits_where_a_reader_would() {
    let cases = [
        "We serve 400 families.| Demand grows.",
        "Is it enough?| No!| We need more.",
        "Dr. Lee and Mrs. Ortiz run it.| They began in Jan. 2019.",
        "Acme Inc. gave $1.5 million.| Its gift helps.",
        "The grant went to Acme Inc.| The board agreed.",
        "We work in the U.S. and abroad.| It matters.",
        "We work in the U.S.| The need is great.",
        "The U.S. Department of Education agreed.",
        "Skills, e.g. Reading and writing, i.e. Literacy, improve.",
        "See No. 5 for details.| Did it work?| No.| We changed it.",
        "It lies at 12 Main St. near St. Paul.| The site is open.",
        "J. R. Smith v. Board of Education was decided.",
        "Scores rose by 3.14 points, vs. 2.5 before.| Good.",
        "She said \"We can.\"| Then she did.",
        "(It works.)| We saw it.",
        "“Really?” she asked.| Nobody knew.",
        "It grew... and grew.| Then it stopped...| Nobody asked why.",
        "Write to jane.doe@example.org or see https://example.org/a.b?c=d. Ask",
        "Open 9 a.m. to 5 p.m. daily.| The office is closed at 5 p.m.| We reopen Monday.",
        "1. Recruit tutors.| 2. Train them.",
        "iv. Evaluate the program.| They are fine.",
        "It is a 501(c)(3).| Gifts are deductible.",
        "Founded in 1998.| Renewed 2021.",
        "She holds a Ph.D. in Education.| He holds one too.",
        "これは文です。|次の文です。",
    ];
    for case in cases {
        let text = case.replace('|', "");
        let expected: Vec<&str> = case.split('|').map(str::trim).collect();
        let expected = if case.ends_with("Ask") {
            vec![
                "Write to jane.doe@example.org or see https://example.org/a.b?c=d.",
                "Ask",
            ]
        } else {
            expected
        };
        assert_eq!(split(&text), expected, "{text}");
    }
}

#[test]
fn a_line_break_ends_a_sentence() {
    assert_eq!(
        split("Staff | 12\nTutors | 40"),
        ["Staff | 12", "Tutors | 40"]
    );
    assert_eq!(split("One.\r\n\r\n  Two"), ["One.", "Two"]);
}

#[test]
fn nothing_comes_of_nothing() {
    assert!(split("").is_empty());
    assert!(split(" \n\t ").is_empty());
    assert_eq!(split("..."), ["..."]);
}

#[test]
fn every_visible_character_is_in_exactly_one_sentence() {
    let text = "A. B! C? “D.” (E.) 1.5. F…\nG e.g. H. 文。文！ x@y.z. ... ?! I.";
    let visible = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .collect::<String>()
    };
    assert_eq!(visible(&split(text).concat()), visible(text));
}
