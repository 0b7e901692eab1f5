//! What a document is called.

use std::sync::LazyLock;

use regex::Regex;

use super::Suggestion;
use super::labels::{Label, labelled};
use super::places::{Line, Places, plain, shown};
use super::terms::shortened;
use super::votes::{Vote, decide};
use crate::entities::{EntityKind, entities};

/// Labels before a title.
const TITLE_LABELS: &[Label] = &[
    ("project title", 0.95),
    ("title of project", 0.95),
    ("title of the project", 0.95),
    ("title of proposal", 0.95),
    ("title of the proposal", 0.95),
    ("title of application", 0.9),
    ("title of research", 0.9),
    ("proposal title", 0.95),
    ("application title", 0.9),
    ("grant title", 0.9),
    ("research title", 0.9),
    ("program title", 0.85),
    ("project name", 0.85),
    ("name of project", 0.85),
    ("name of the project", 0.85),
    ("document title", 0.9),
    ("title", 0.8),
    ("research plan", 0.8),
    ("research proposal", 0.8),
    ("research project", 0.75),
    ("research statement", 0.7),
    ("research opportunity", 0.75),
    ("project proposal", 0.8),
    ("grant proposal", 0.8),
    ("proposal", 0.7),
    ("project description", 0.75),
    ("project summary", 0.7),
    ("project", 0.7),
    ("subject", 0.5),
    ("re", 0.5),
];

/// How sure a title is that the file's own data say, and that the text repeats.
const OWN: f32 = 0.6;
const OWN_AND_IN_TEXT: f32 = 0.93;
/// How sure the best line at the top of the first page is.
const TOP_HEADING: f32 = 0.72;
const TOP_LINE: f32 = 0.6;
/// The same for a line at the top that stands in quotation marks as a whole.
const QUOTED_LINE: f32 = 0.85;
/// How sure the thing is that "this proposal will establish".
const PURPOSE: f32 = 0.45;
/// How sure the file's name is.
const NAME: f32 = 0.2;

/// So many lines at the top may hold the title.
const TOP_LINES: usize = 8;

/// Words of forms and outlines: a line of nothing else is no title.
const OUTLINE: &[&str] = &[
    "a",
    "abstract",
    "acknowledgements",
    "acknowledgments",
    "activities",
    "advanced",
    "aims",
    "an",
    "and",
    "annex",
    "appendix",
    "applicant",
    "application",
    "attachment",
    "award",
    "background",
    "broader",
    "budget",
    "by",
    "cited",
    "contact",
    "contents",
    "cover",
    "data",
    "date",
    "description",
    "details",
    "document",
    "draft",
    "excellence",
    "executive",
    "exhibit",
    "final",
    "for",
    "form",
    "full",
    "funding",
    "general",
    "goal",
    "goals",
    "grant",
    "guidelines",
    "i",
    "ii",
    "iii",
    "impact",
    "impacts",
    "in",
    "information",
    "instructions",
    "intellectual",
    "introduction",
    "iv",
    "lead",
    "letter",
    "merit",
    "methods",
    "name",
    "narrative",
    "need",
    "needs",
    "new",
    "no",
    "note",
    "number",
    "objective",
    "objectives",
    "of",
    "opportunity",
    "organization",
    "other",
    "outline",
    "overview",
    "page",
    "part",
    "plan",
    "problem",
    "profile",
    "project",
    "proposal",
    "proposed",
    "purpose",
    "questions",
    "rationale",
    "references",
    "request",
    "required",
    "research",
    "results",
    "section",
    "sheet",
    "specific",
    "statement",
    "submission",
    "submitted",
    "summary",
    "table",
    "template",
    "the",
    "title",
    "to",
    "unknown",
    "untitled",
    "version",
    "you",
    "your",
];

/// Words in titles that programs and people leave behind.
const LEFT_BEHIND: &[&str] = &[
    " copy of ",
    " microsoft word ",
    " powerpoint ",
    " presentation ",
    " untitled ",
    " template ",
    " new document ",
    " scanned ",
    " slide 1 ",
    " layout 1 ",
];

/// The best title that can be found.
pub(super) fn title(places: &Places<'_>, own: Option<&str>) -> Suggestion<String> {
    let mut votes = Vec::new();
    votes.extend(own.and_then(|own| of_file(places, own)));
    votes.extend(of_labels(places));
    votes.extend(at_top(places));
    votes.extend(purpose(places));
    votes.extend(shortened(places).filter(|vote| is_telling(&vote.value, places.file_name)));
    // There is always the file's name.
    decide(&merged(votes)).unwrap_or_else(|| Suggestion {
        value: places.name.clone(),
        evidence: "the file name".to_owned(),
        page: None,
        confidence: NAME,
    })
}

/// The same title in another spelling is the same title: the surest spelling stands.
fn merged(mut votes: Vec<Vote<String>>) -> Vec<Vote<String>> {
    votes.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    let spellings: Vec<String> = votes.iter().map(|vote| vote.value.clone()).collect();
    for vote in &mut votes {
        let own = plain(&vote.value);
        if let Some(same) = spellings.iter().find(|other| plain(other) == own) {
            vote.value.clone_from(same);
        }
    }
    votes
}

fn of_file(places: &Places<'_>, own: &str) -> Option<Vote<String>> {
    if !is_telling(own, places.file_name) {
        return None;
    }
    let sought = plain(own);
    let text = places.text();
    let repeated = plain(&text).contains(&sought);
    Some(Vote {
        value: own.to_owned(),
        weight: if repeated { OWN_AND_IN_TEXT } else { OWN },
        evidence: "the document's own title".to_owned(),
        page: None,
    })
}

fn of_labels(places: &Places<'_>) -> Vec<Vote<String>> {
    labelled(places, TITLE_LABELS)
        .into_iter()
        .filter_map(|found| {
            let value = before_run_in(without_number(&found.value));
            let fits = is_telling(value, places.file_name) && is_line_of_title(value);
            fits.then(|| Vote {
                value: bare(value),
                weight: found.weight,
                evidence: format!("{}: {}", found.label, shown(value)),
                page: found.page,
            })
        })
        // Sections further down have labels too ("Project: …"): the first counts.
        .take(2)
        .enumerate()
        .map(|(at, vote)| Vote {
            weight: if at == 0 {
                vote.weight
            } else {
                vote.weight - 0.1
            },
            ..vote
        })
        .collect()
}

/// The best line at the top of the first page.
fn at_top(places: &Places<'_>) -> Option<Vote<String>> {
    let page = places.lines.first()?.page;
    let mut top: Vec<(usize, &Line<'_>)> = places
        .lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.page == page)
        .take(TOP_LINES)
        .collect();
    // A document whose first heading comes late has it all the same.
    top.extend(
        places
            .lines
            .iter()
            .enumerate()
            .skip(TOP_LINES)
            .find(|(_, line)| line.is_heading && line.page == page),
    );
    let vote = |(at, line): (usize, &Line<'_>)| {
        let whole = whole_title(&places.lines, at);
        let value = whole.as_str();
        let fits = is_telling(value, places.file_name)
            && is_line_of_title(value)
            && without_number(value) == value
            && !begins_as_form(value)
            && !is_somebody(value)
            && (line.is_heading || !says_something(value));
        let in_quotes = is_in_quotes(value);
        let base = if in_quotes {
            QUOTED_LINE
        } else if line.is_heading {
            TOP_HEADING
        } else {
            TOP_LINE
        };
        let long = if (5..=25).contains(&value.split_whitespace().count()) {
            0.08
        } else {
            0.0
        };
        let subtitled = if has_subtitle(value) { 0.06 } else { 0.0 };
        let late = f32::from(u8::try_from(at).unwrap_or(u8::MAX).min(20)) * 0.015;
        // A plain line is a title only before the text begins.
        let plain_and_alone =
            line.is_heading || in_quotes || (at < 4 && line.block.lines().count() <= 4);
        (fits && plain_and_alone).then(|| Vote {
            value: bare(value),
            weight: base + long + subtitled - late,
            evidence: format!(
                "{}: {}",
                if line.is_heading {
                    "heading"
                } else {
                    "first lines"
                },
                shown(value)
            ),
            page: line.page,
        })
    };
    top.into_iter()
        .filter_map(vote)
        .max_by(|a, b| a.weight.total_cmp(&b.weight))
}

/// `“Reading for all”`, as titles are set and sentences are not.
fn is_in_quotes(line: &str) -> bool {
    line.starts_with(['“', '"', '«', '„']) && line.ends_with(['”', '"', '»', '“'])
}

/// `Reading for all: a new way to learn`: fields of forms have figures behind the colon.
fn has_subtitle(title: &str) -> bool {
    title.split_once(": ").is_some_and(|(title, subtitle)| {
        let words = |text: &str| text.split_whitespace().count();
        words(title) >= 2
            && words(subtitle) >= 3
            && !subtitle.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// A line with those after it that it runs on into: its block's, and after a colon, a
/// comma or an opened quotation the next block's.
fn whole_title(lines: &[Line<'_>], at: usize) -> String {
    let mut title = lines[at].text.to_owned();
    for next in &lines[at + 1..] {
        let same_block = next.at == lines[at].at;
        let open = title.ends_with([':', ',', '-', '–', '—'])
            || (title.starts_with('“') && !title.contains('”'))
            || ((same_block || next.is_heading) && next.text.starts_with(char::is_lowercase));
        let words = title.split_whitespace().count() + next.text.split_whitespace().count();
        if !(open || (same_block && lines[at].is_heading)) || words > 30 {
            break;
        }
        title.push(' ');
        title.push_str(next.text);
    }
    title
}

/// `S45. Applying …` → `Applying …`.
fn without_number(title: &str) -> &str {
    static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^(?:[A-Z]?\d{1,3}[.:)]|\d{1,2}(?:\.\d{1,2})+[.:)]?|[IVX]{1,4}[.:)])\s+")
            .expect("a valid pattern")
    });
    NUMBER
        .find(title)
        .map_or(title, |number| &title[number.end()..])
}

/// A heading that runs into the text ("… BACKGROUND. Children …") ends the title.
fn before_run_in(value: &str) -> &str {
    let shouted = |word: &str| {
        let bare = word.trim_end_matches(['.', ':']);
        bare.len() >= 4 && bare.len() < word.len() && bare.chars().all(char::is_uppercase)
    };
    let heading = value.split_whitespace().skip(2).find(|word| shouted(word));
    let end = heading.map_or(value.len(), |word| {
        word.as_ptr() as usize - value.as_ptr() as usize
    });
    value[..end].trim_end()
}

/// Without the quotation marks and the colon around it.
fn bare(title: &str) -> String {
    let title = title.trim().trim_end_matches([':', ',']);
    let inner = title
        .strip_prefix(['“', '"'])
        .and_then(|inner| inner.strip_suffix(['”', '"']))
        .filter(|inner| !inner.contains(['“', '”', '"']));
    inner.unwrap_or(title).trim().to_owned()
}

/// Whether a line could be a title: no sentence, no address, no date, no form.
fn is_line_of_title(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let ends = line.ends_with('.') && !line.ends_with("etc.");
    let starts = line
        .trim_start_matches(['“', '"', '(', '‘'])
        .starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
    let figures = words
        .iter()
        .filter(|word| word.chars().any(|c| c.is_ascii_digit()))
        .count();
    let sentence = words.len() > 14 && says_something(line);
    (2..=30).contains(&words.len())
        && !ends
        && starts
        && !sentence
        && figures * 2 < words.len()
        && !line.contains(['@', '|', '$', '€'])
        && !line.contains("http")
        && !line.contains("www.")
}

/// Whether a line has the verb of a sentence.
fn says_something(line: &str) -> bool {
    const VERBS: &[&str] = &[
        " we ", " i ", " is ", " are ", " was ", " will ", " has ", " have ", " must ",
    ];
    let lower = plain(line);
    VERBS.iter().any(|verb| lower.contains(verb))
}

/// Whether a line is a field of a form, or of a letter's head.
fn begins_as_form(line: &str) -> bool {
    const FIELDS: &[&str] = &[
        " address ",
        " amount ",
        " applicant ",
        " attn ",
        " contact ",
        " date ",
        " dear ",
        " from ",
        " full name ",
        " grantee ",
        " lead applicant ",
        " name ",
        " note ",
        " organization ",
        " organisation ",
        " page ",
        " phone ",
        " prepared by ",
        " proposed duration ",
        " proposed start ",
        " requested ",
        " prepared for ",
        " principal investigator ",
        " reference number ",
        " submitted by ",
        " submitted to ",
        " to ",
    ];
    let plain = plain(line);
    FIELDS.iter().any(|field| plain.starts_with(field))
}

/// Whether a line is nothing but a person, an organization, a place or a date.
fn is_somebody(line: &str) -> bool {
    let named: usize = entities(line)
        .iter()
        .filter(|entity| {
            matches!(
                entity.kind,
                EntityKind::Person | EntityKind::Date | EntityKind::Place
            )
        })
        .map(|entity| entity.text.split_whitespace().count())
        .sum();
    let words = line
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphabetic))
        .count();
    named >= words.max(1)
}

/// Programs leave titles behind that say nothing, and some headings are no titles.
fn is_telling(title: &str, file_name: &str) -> bool {
    let plain = plain(title);
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let file_like = [".doc", ".pdf", ".indd", ".tex", ".xls", ".ppt", ".odt"]
        .iter()
        .any(|end| title.to_lowercase().contains(end));
    let outline = plain.split_whitespace().all(|word| {
        OUTLINE.binary_search(&word).is_ok() || word.chars().all(|c| c.is_ascii_digit())
    });
    (2..=30).contains(&title.split_whitespace().count())
        && letters >= 6
        && !file_like
        && !outline
        && title.to_lowercase() != file_name.to_lowercase()
        && !title.contains('_')
        && !LEFT_BEHIND.iter().any(|words| plain.contains(words))
}

static PURPOSES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\bthis (?:proposal|project|grant|application|request) (?:will|would|aims to|seeks to|proposes to|is to) (?:support|establish|create|fund|launch|develop|sustain|build|expand|continue|deliver|implement|pilot|strengthen) (?:the |an |a )?",
    )
    .expect("a valid pattern")
});

/// What the proposal says that it will establish: a quoted title, or a name.
fn purpose(places: &Places<'_>) -> Option<Vote<String>> {
    places.lines.iter().find_map(|line| {
        let said = PURPOSES.find(line.block)?;
        let rest = &line.block[said.end()..];
        let name = quoted(rest).or_else(|| capitals(rest))?;
        is_telling(name, places.file_name).then(|| Vote {
            value: name.to_owned(),
            weight: PURPOSE,
            evidence: format!("purpose: {}", shown(&line.block[said.start()..])),
            page: line.page,
        })
    })
}

fn quoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix(['“', '"'])?;
    Some(&inner[..inner.find(['”', '"'])?])
}

/// The capitalised words at the beginning of a text, three at least.
fn capitals(text: &str) -> Option<&str> {
    let (mut end, mut count) = (0, 0);
    for word in text.split_whitespace() {
        let at = word.as_ptr() as usize - text.as_ptr() as usize;
        let small = matches!(word, "of" | "and" | "for" | "the" | "in" | "to");
        if !small && !word.starts_with(char::is_uppercase) {
            break;
        }
        if !small {
            count += 1;
            end = at + word.trim_end_matches([',', '.', ';', ':']).len();
        }
        if word.ends_with([',', '.', ';']) {
            break;
        }
    }
    (count >= 3).then(|| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_outlines_are_in_order() {
        assert!(OUTLINE.is_sorted());
    }
}
