use archivist_domain::{Audience, Section};
use futures_util::FutureExt;

use super::*;
use crate::ground::{self, Verdict};
use crate::{fixture, review, text};

fn run(request: &DraftRequest, sources: &[Source]) -> Vec<Result<Chunk, ProviderError>> {
    let stream = Composer.stream(request.clone(), sources.into());
    stream
        .collect()
        .now_or_never()
        .expect("the composer never waits")
}

fn draft(request: &DraftRequest, sources: &[Source]) -> String {
    run(request, sources)
        .into_iter()
        .filter_map(|chunk| text_of(chunk.expect("a draft")))
        .collect()
}

fn text_of(chunk: Chunk) -> Option<String> {
    match chunk {
        Chunk::Text(text) => Some(text),
        Chunk::Done { .. } => None,
    }
}

fn every_request() -> Vec<DraftRequest> {
    let mut requests = Vec::new();
    for &section in Section::ALL {
        for (&audience, tone) in Audience::ALL
            .iter()
            .zip(["Professional", "Warm"].iter().cycle())
        {
            requests.push(DraftRequest {
                audience,
                tone: (*tone).to_owned(),
                ..fixture::request(section)
            });
        }
    }
    requests
}

/// The whole archive, parts of it, and passages as careless as files can be.
fn every_archive() -> Vec<Vec<Source>> {
    let all = fixture::sources();
    let careless = vec![
        fixture::source(
            1,
            2023,
            "Notes",
            "# Staff\n\n- **Ana**: coach\n- Our staff of nine trained 61 volunteers (a record!) in 2023.\n\n\
             1) We offer “Read with Me”, a weekly session for 40 families, at 2 libraries. They \
             come back every week. Said one mother: \"My son reads to me now.\"\n\n| 2022 | 2023 |",
        ),
        fixture::source(
            2,
            2021,
            "Money",
            "Our budget grew from $0.9 million to $1.1M, or 22%, between 06/30/2020 and 06/30/2021. \
             The audit of Lee & Rowe, Inc. found no weakness. Total\t$1,100,000",
        ),
    ];
    vec![all[..3].to_vec(), all[3..].to_vec(), all, careless]
}

#[test]
fn an_organizational_capacity_section_reads_as_one() {
    let request = fixture::request(Section::OrganizationalCapacity);
    let text = draft(&request, &fixture::sources());
    for expected in [
        "founded in 1998 with the mission of helping every child in Harlan County read by third grade [1].",
        "board of directors of eleven members, who meet every other month [1].",
        "nineteen years of experience in early literacy [4].",
        "independent audit has given an unqualified opinion in each of the past ten years [5].",
        "memorandum of understanding signed on June 30, 2021 [6].",
    ] {
        assert!(text.contains(expected), "{expected}\n---\n{text}");
    }
    let mission = text.find("mission").unwrap();
    assert!(mission < text.find("board").unwrap());
    assert!(text.find("board").unwrap() < text.find("partner with").unwrap());
}

#[test]
fn every_sentence_is_verbatim_in_its_source_and_supported_by_its_markers() {
    for sources in every_archive() {
        let mut sentences = 0;
        for request in every_request() {
            let drafted = run(&request, &sources).into_iter().filter_map(Result::ok);
            let text: String = drafted.filter_map(text_of).collect();
            for claim in ground::check(&text, &sources) {
                assert_eq!(claim.verdict, Verdict::Supported, "{claim:?}");
                let own = &sources
                    .iter()
                    .find(|s| s.number == claim.markers[0])
                    .unwrap()
                    .text;
                assert!(text::one_line(own).contains(&claim.text), "{}", claim.text);
                sentences += 1;
            }
        }
        assert!(sentences > 10, "{sentences}");
    }
}

#[test]
fn the_same_request_gives_the_same_draft() {
    for request in every_request() {
        assert_eq!(
            run(&request, &fixture::sources()),
            run(&request, &fixture::sources())
        );
    }
}

#[test]
fn leftovers_and_older_repetitions_stay_out() {
    for request in every_request() {
        let text = draft(&request, &fixture::sources());
        for unwanted in [
            "Who we are",
            "Page 3",
            "Dear",
            "Contact",
            "http",
            "|",
            "?",
            "@",
            "380",
        ] {
            assert!(!text.contains(unwanted), "{unwanted} in {text}");
        }
    }
}

#[test]
fn a_leaning_sentence_follows_the_one_it_leans_on() {
    let text = draft(
        &fixture::request(Section::ImpactAndOutcomes),
        &fixture::sources(),
    );
    let leaning = text
        .find("Of these, 78%")
        .expect("the figure everybody wants");
    assert!(
        text[..leaning]
            .trim_end()
            .ends_with("412 children at nine elementary schools [2].")
    );
}

#[test]
fn the_word_limit_is_kept() {
    for max_words in [25, 60, 400] {
        for mut request in every_request() {
            request.max_words = max_words;
            let text = draft(&request, &fixture::sources());
            let review = review(&request, &fixture::sources(), &text);
            assert!(review.words <= max_words, "{} > {max_words}", review.words);
        }
    }
}

#[test]
fn missing_elements_are_named_not_filled() {
    let request = fixture::request(Section::OrganizationalCapacity);
    let sources: Vec<_> = fixture::sources().into_iter().take(1).collect();
    let text = draft(&request, &sources);
    let review = review(&request, &sources, &text);
    assert!(
        review.missing_elements.contains(&"partnerships"),
        "{review:?}"
    );
    assert!(
        !review.missing_elements.contains(&"governance"),
        "{review:?}"
    );
}

#[test]
fn without_citations_the_sentences_still_map_to_passages() {
    let mut request = fixture::request(Section::OrganizationalCapacity);
    request.include_citations = false;
    let text = draft(&request, &fixture::sources());
    assert!(citation::markers(&text).is_empty());
    for claim in ground::check(&text, &fixture::sources()) {
        assert_eq!(claim.verdict, Verdict::Supported);
        assert!(!claim.supports.is_empty());
    }
}

#[test]
fn the_stream_is_sentence_by_sentence_and_ends_with_zero_tokens() {
    let chunks = run(
        &fixture::request(Section::OrganizationalCapacity),
        &fixture::sources(),
    );
    assert!(chunks.len() > 5);
    let end = Chunk::Done {
        input_tokens: 0,
        output_tokens: 0,
    };
    assert_eq!(chunks.last(), Some(&Ok(end)));
}

#[test]
fn refusals_say_what_to_do() {
    let request = fixture::request(Section::OrganizationalCapacity);
    let no_sources = run(&request, &[]).remove(0).unwrap_err();
    assert_eq!(no_sources, ProviderError::NoSources);
    assert!(no_sources.to_string().contains("add documents"));

    let weather = fixture::source(
        1,
        2024,
        "Weather",
        "Rain fell on the hills for most of the afternoon.",
    );
    let nothing = run(&request, &[weather]).remove(0).unwrap_err();
    assert_eq!(nothing, ProviderError::NothingRelevant);

    let narrow = DraftRequest {
        max_words: 3,
        ..request
    };
    let no_room = run(&narrow, &fixture::sources()).remove(0).unwrap_err();
    assert!(
        matches!(
            no_room,
            ProviderError::NoRoom {
                max_words: 3,
                needed: 6..
            }
        ),
        "{no_room}"
    );
}

#[test]
fn the_section_opens_with_the_organization_and_people_come_last() {
    let mut sources = fixture::sources();
    sources.insert(
        0,
        fixture::source(
            9,
            2026,
            "Our people",
            "Lucia Ferreira, who holds a degree in education and has worked for Willow Creek since \
             the mission was adopted, supervises our reading coaches. All our coaches hold a \
             certified credential in early literacy.",
        ),
    );
    let text = draft(&fixture::request(Section::OrganizationalCapacity), &sources);
    assert!(
        text.starts_with("Willow Creek Reads was founded in 1998"),
        "{text}"
    );
    let coaches = text.find("All our coaches hold").unwrap();
    assert!(coaches < text.find("Lucia Ferreira").unwrap(), "{text}");
}

#[test]
fn an_outdated_figure_is_neither_drafted_nor_reported_as_a_conflict() {
    let mut sources = fixture::sources();
    let newer = "In May 2026 the board of directors has 13 members, up from eleven in 2023.";
    sources.push(fixture::source(7, 2026, "Governance", newer));
    let request = fixture::request(Section::OrganizationalCapacity);
    let text = draft(&request, &sources);
    assert!(
        text.contains("has 13 members") && !text.contains("eleven members"),
        "{text}"
    );
    let issues = review(&request, &sources, &text).quality_issues;
    assert!(
        !issues.iter().any(|issue| issue.contains("differs")),
        "{issues:?}"
    );
}

/// The original showed 500 characters of each passage to its model.
#[test]
fn d_48_a_fact_at_the_end_of_a_long_passage_is_found() {
    let filler = "The committee met at the library and read the minutes of the last meeting. ";
    let fact = "In 2024 our coaches served 412 children at nine elementary schools.";
    let passage = format!("{}{fact}", filler.repeat(12));
    assert!(passage.find(fact).unwrap() > 500);
    let source = fixture::source(1, 2024, "Results", &passage);
    let draft = draft(&fixture::request(Section::ImpactAndOutcomes), &[source]);
    assert!(draft.contains("412 children"), "{draft}");
}
