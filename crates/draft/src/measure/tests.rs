use super::*;

fn read(sentence: &str, year: i32) -> Vec<Measure> {
    measures(sentence, &text::words(sentence), Some(year))
}

fn attributes(sentence: &str) -> Vec<(String, String)> {
    read(sentence, 2024)
        .into_iter()
        .map(|measure| (measure.attribute, measure.written))
        .collect()
}

fn one(sentence: &str, year: i32) -> Measure {
    let mut found = read(sentence, year);
    assert_eq!(found.len(), 1, "{sentence}: {found:?}");
    found.remove(0)
}

#[test]
fn what_is_counted_is_read_in_many_wordings() {
    for (sentence, attribute, written) in [
        (
            "We are governed by a board of directors of eleven members.",
            "number of board members",
            "eleven",
        ),
        (
            "In May 2025 the board has 13 voting members.",
            "number of board members",
            "13",
        ),
        (
            "We employ 14 full-time and six part-time staff.",
            "number of full-time staff",
            "14",
        ),
        (
            "All six reading coaches hold a degree.",
            "number of reading coaches",
            "six",
        ),
        (
            "Oak Hill's budget for fiscal year 2026 is $2,480,000.",
            "annual budget",
            "$2,480,000",
        ),
        (
            "Our annual budget is $1.2 million.",
            "annual budget",
            "$1.2 million",
        ),
        (
            "The operating reserve was $90,000 in June 2024.",
            "operating reserve",
            "$90,000",
        ),
        (
            "A reserve covers four months of expenses.",
            "months of expenses in the reserve",
            "four",
        ),
        (
            "We serve 610 children each year.",
            "number of children served",
            "610",
        ),
        (
            "First Steps serves 40 children.",
            "number of children served (First Steps)",
            "40",
        ),
        (
            "Oak Hill was founded in March 1998.",
            "founding year (Oak Hill)",
            "1998",
        ),
        (
            "Oak Hill Reads was founded in 1998 by two teachers.",
            "founding year (Oak Hill)",
            "1998",
        ),
    ] {
        let wanted = (attribute.to_owned(), written.to_owned());
        assert!(
            attributes(sentence).contains(&wanted),
            "{sentence}: {:?}",
            attributes(sentence)
        );
    }
}

#[test]
fn parts_bounds_plans_and_other_things_are_not_counted() {
    for sentence in [
        "Three members of the board are parents.",
        "At least three directors must be parents.",
        "The board has at least nine members.",
        "The bylaws provide for nine to fifteen directors.",
        "A committee of three directors and four staff members met.",
        "Four full-time reading coaches will visit families.",
        "Two reading coaches visit each family.",
        "We will employ 14 full-time staff.",
        "Our four new coaches began in May.",
        "The project has a budget of $40,000.",
    ] {
        assert_eq!(attributes(sentence), [], "{sentence}");
    }
}

#[test]
fn the_year_is_the_one_beside_the_figure() {
    let year = |sentence| one(sentence, 2026).year;
    assert_eq!(
        year("In May 2025 the board has 13 members, up from nine in 2019."),
        Some(2025)
    );
    assert_eq!(
        year("In 2019 we grew, and we served 610 children in 2021."),
        Some(2021)
    );
    assert_eq!(
        year("Since 2015 we have a board of nine members."),
        Some(2026)
    );
    assert_eq!(year("The board has nine members."), Some(2026));
}

#[test]
fn a_present_figure_is_outdated_by_a_newer_one() {
    let old = one("The board has 12 members.", 2023);
    let new = one("In May 2025 the board has 13 members.", 2026);
    assert!(old.is_outdated_by(&new) && !new.is_outdated_by(&old));
    assert!(!old.is_outdated_by(&one("The board has 12 members.", 2026)));
}

#[test]
fn history_neither_ages_nor_contradicts() {
    let then = one("In fiscal year 2019 we served 610 children.", 2019);
    let now = one("We serve 900 children.", 2025);
    assert!(!then.is_outdated_by(&now) && !then.contradicts(&now));
    let later = one("In fiscal year 2021 we served 700 children.", 2021);
    assert!(!then.contradicts(&later));
    assert!(then.contradicts(&one("In 2019 we served 640 children.", 2020)));
}

#[test]
fn two_present_figures_contradict() {
    let old = one("The board has 12 members.", 2023);
    let new = one("The board has 13 members.", 2025);
    assert!(old.contradicts(&new) && new.contradicts(&old));
    assert!(!old.contradicts(&old) && old.repeats(&old));
}
