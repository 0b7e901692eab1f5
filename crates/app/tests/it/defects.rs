//! The defects of the original, one by one: each has a test that is named after it
//! (`d_24_…`), or a line in the decision that says why it cannot occur here.

use std::fs;
use std::path::{Path, PathBuf};

/// How many are numbered.
const DEFECTS: usize = 81;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The texts of all Rust files below.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|it| it == "rs") {
            *into += &fs::read_to_string(path).unwrap();
        }
    }
}

/// The numbers in names of functions such as `d_14_d_20_the_list_is_filtered`.
fn tested(sources: &str) -> Vec<usize> {
    let names = sources.split("fn ").skip(1);
    let numbers = names.flat_map(|name| {
        let name = name.split('(').next().unwrap_or_default();
        let words: Vec<&str> = name.split('_').collect();
        let pairs = words.chunks(2).take_while(|pair| pair[0] == "d");
        let numbers = pairs.filter_map(|pair| pair.get(1)?.parse().ok());
        numbers.collect::<Vec<_>>()
    });
    numbers.collect()
}

#[test]
fn every_defect_of_the_original_has_a_test_or_a_reason() {
    let mut code = String::new();
    sources(&root().join("crates"), &mut code);
    let tested = tested(&code);
    let decision = root().join("docs/decisions/0013-departures-from-the-original.md");
    let decision = fs::read_to_string(decision).unwrap();
    let open: Vec<_> = (1..=DEFECTS)
        .filter(|number| !tested.contains(number))
        .map(|number| format!("D-{number:02}"))
        .filter(|name| !decision.contains(&format!("\n- {name}: ")))
        .collect();
    assert!(
        open.is_empty(),
        "without a test and without a reason: {open:?}"
    );
}

#[test]
fn numbers_are_read_from_the_beginning_of_a_name() {
    let code = "async fn d_820_d_821_pages() {} fn good_3_things() {} fn d_97_x() {} fn d_x() {}";
    assert_eq!(tested(code), [820, 821, 97]);
}
