//! Fiscal years that a search names, in the other ways in which documents write them: `FY2023` is
//! `FY 23`, and `fiscal year 2023`.

/// The terms of a fiscal year's other spellings.
pub(crate) fn years(typed: &[String]) -> Vec<Vec<String>> {
    let named = (0..typed.len()).filter_map(|at| year(&typed[at..]));
    let mut years: Vec<String> = named.collect();
    years.dedup();
    years.iter().flat_map(|year| spellings(year)).collect()
}

/// The year in two digits that a search goes on with.
fn year(typed: &[String]) -> Option<String> {
    let word = |at: usize| typed.get(at).map(String::as_str);
    let digits = match (word(0)?, word(1), word(2)) {
        ("fy", Some(digits), _) | ("fiscal", Some("year"), Some(digits)) => digits,
        (word, ..) => word.strip_prefix("fy")?,
    };
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    let short = match digits.len() {
        2 => digits,
        4 => digits.strip_prefix("20")?,
        _ => return None,
    };
    // Two digits of the century before are another year.
    (is_number && short < "50").then(|| short.to_owned())
}

fn spellings(year: &str) -> Vec<Vec<String>> {
    let ways = [
        format!("fy{year}"),
        format!("fy20{year}"),
        format!("fy {year}"),
        format!("fy 20{year}"),
        format!("fiscal year 20{year}"),
    ];
    let words = |way: String| way.split(' ').map(str::to_owned).collect();
    ways.map(words).into()
}

#[cfg(test)]
mod tests {
    use crate::language::Language;
    use crate::text;

    #[test]
    fn fiscal_years_are_read_in_every_spelling() {
        let years = |typed: &str| {
            let tokens = text::tokens(typed, Language::English).into_iter();
            let typed: Vec<String> = tokens.map(|token| token.term).collect();
            let spellings = super::years(&typed).into_iter();
            spellings.map(|terms| terms.join(" ")).collect::<Vec<_>>()
        };
        let expected = ["fy23", "fy2023", "fy 23", "fy 2023", "fiscal year 2023"];
        for typed in ["FY23", "our fy2023 budget", "FY 2023", "fiscal years 2023"] {
            assert_eq!(years(typed), expected, "{typed}");
        }
        for typed in ["2023", "fy", "fysiology", "fiscal year", "FY1999", "FY98"] {
            assert_eq!(years(typed), Vec::<String>::new(), "{typed}");
        }
    }
}
