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
        .filter_map(|chunk| match chunk.expect("a draft") {
            Chunk::Text(text) => Some(text),
            Chunk::Done { .. } => None,
        })
        .collect()
}

fn every_request() -> Vec<DraftRequest> {
    let mut requests = Vec::new();
    for &section in Section::ALL {
        for &audience in Audience::ALL {
            for tone in ["Professional", "Warm", "Technical"] {
                requests.push(DraftRequest {
                    audience,
                    tone: tone.to_owned(),
                    ..fixture::request(section)
                });
            }
        }
    }
    requests
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
fn every_sentence_is_verbatim_in_every_source_it_cites() {
    let sources = fixture::sources();
    for request in every_request() {
        let text = draft(&request, &sources);
        let claims = ground::check(&text, &sources);
        assert!(!claims.is_empty());
        for claim in claims {
            assert_eq!(claim.verdict, Verdict::Supported, "{claim:?}");
            let own = &sources[claim.markers[0] as usize - 1];
            assert!(
                text::one_line(&own.text).contains(&claim.text),
                "{}",
                claim.text
            );
        }
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
    for max_words in [20, 45, 90, 400] {
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
