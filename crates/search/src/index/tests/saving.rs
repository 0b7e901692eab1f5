//! Saving and loading.

use super::*;
use crate::persist::LoadError;

#[test]
fn a_saved_index_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    let mut index = trained(index_of(library()));
    index.remove(document(4));
    index.set_position(77);
    let dense = index.dense.as_mut().unwrap();
    Arc::get_mut(&mut dense.model).unwrap().trust = 0.5;
    index.save(&path).unwrap();
    let mut loaded = Index::load(&path).unwrap();
    assert_eq!(loaded.position(), 77);
    assert_eq!(loaded.dense_state(), index.dense_state());
    for more in [
        record(4, "Back", &["Beans."]),
        record(5, "Anew", &["Soil and rent."]),
    ] {
        index.upsert(more.clone());
        loaded.upsert(more);
    }
    for question in QUESTIONS {
        assert_eq!(ask(&loaded, question), ask(&index, question), "{question}");
    }
    for index in [&loaded, &index] {
        let answer = index.answer(&SearchRequest::new("harvset"), YEAR);
        let meant = answer.did_you_mean;
        assert_eq!(meant.as_deref(), Some("harvest"));
    }
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(files.len(), 1, "no temporary file is left: {files:?}");
}

/// More than an alphabet is learned from.
fn many() -> Vec<DocumentRecord> {
    let texts = |number: u128| {
        let passage =
            |at| format!("Garden {number} has bed {at}, which families of the county tend.");
        let texts: Vec<String> = (0..20).map(passage).collect();
        texts
    };
    let document = |number| {
        let texts = texts(number);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        record(number, "Gardens", &texts)
    };
    (0..60).map(document).collect()
}

#[test]
fn a_large_index_packs_its_texts_and_answers_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    let index = trained(index_of(many()));
    assert!(index.archive.alphabet().is_some());
    index.save(&path).unwrap();
    let mut loaded = Index::load(&path).unwrap();
    // One whose texts are as they came, and one whose texts are packed.
    for text in ["Garden 3 has bed 7", "Garden 58 has bed 11"] {
        let mut request = SearchRequest::new(text);
        request.phrases.push(text.to_owned());
        let hits = index.search(&request, YEAR);
        assert_eq!(hits.len(), 1, "{text}");
        assert_eq!(loaded.search(&request, YEAR), hits, "{text}");
        let (first, whole) = (hits[0].document, many());
        let record = whole.into_iter().find(|record| record.id == first).unwrap();
        let slots = &loaded.archive.documents[&first].slots;
        let kept = slots.iter().map(|&slot| loaded.archive.passage(slot));
        let kept: Vec<_> = kept.map(|p| (p.id, p.text.text().into_owned())).collect();
        let put = record.passages.into_iter();
        assert_eq!(
            kept,
            put.map(|p| (p.id, p.text)).collect::<Vec<_>>(),
            "{text}"
        );
        let marks = hits[0].marks.iter().map(|mark| {
            let passage = kept.iter().find(|(id, _)| *id == hits[0].passage);
            &passage.unwrap().1[mark.clone()]
        });
        assert!(marks.collect::<Vec<_>>().contains(&"Garden"));
    }
    let saved = std::fs::metadata(&path).unwrap().len();
    loaded.upsert(record(
        90,
        "Gardens",
        &["Families tend beds of the garden."],
    ));
    assert!(loaded.remove(document(3)));
    loaded.upsert(many().remove(3));
    loaded.save(&path).unwrap();
    assert!(
        std::fs::metadata(&path).unwrap().len() < saved,
        "what came again is packed"
    );
}

#[test]
fn what_is_superseded_stays_so_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    let mut older = record(6, "Older", &["Marigolds grow beside the well."]);
    older.facets.superseded = true;
    index_of([older]).save(&path).unwrap();
    let loaded = Index::load(&path).unwrap();
    let mut request = SearchRequest::new("marigolds");
    assert_eq!(loaded.search(&request, 2026).len(), 0);
    request.filters.include_superseded = true;
    assert_eq!(loaded.search(&request, 2026).len(), 1);
}

#[test]
fn an_empty_and_an_untrained_index_are_saved_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    Index::new().save(&path).unwrap();
    assert_eq!(Index::load(&path).unwrap().passage_count(), 0);
    index_of(library()).save(&path).unwrap();
    assert_eq!(
        Index::load(&path).unwrap().dense_state(),
        DenseState::Untrained
    );
}

#[test]
fn a_snapshot_holds_what_was_there_whatever_comes_after() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    let mut index = trained(index_of(library()));
    let before: Vec<_> = QUESTIONS.iter().map(|asked| ask(&index, asked)).collect();
    let snapshot = index.snapshot();
    index.remove(document(4));
    index.upsert(record(5, "Anew", &["Soil and rent."]));
    index.upsert(record(90, "More", &["Beans and a clinic."]));
    snapshot.write(&path).unwrap();
    let loaded = Index::load(&path).unwrap();
    let saved: Vec<_> = QUESTIONS.iter().map(|asked| ask(&loaded, asked)).collect();
    assert_eq!(saved, before);
}

#[test]
fn a_file_is_refused_whatever_byte_of_it_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    index_of([record(1, "Plan", &["Beans.", "Soil and rent."])])
        .save(&path)
        .unwrap();
    let good = std::fs::read(&path).unwrap();
    for at in 0..good.len() {
        for wrong in [1, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[at] ^= wrong;
            std::fs::write(&path, bytes).unwrap();
            assert!(Index::load(&path).is_err(), "byte {at} by {wrong}");
        }
    }
}

#[test]
fn damaged_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("search.index");
    trained(index_of(library())).save(&path).unwrap();
    let good = std::fs::read(&path).unwrap();
    let load = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        Index::load(&path).unwrap_err()
    };
    let mut flipped = good.clone();
    flipped[good.len() / 2] ^= 1;
    assert!(matches!(load(&flipped), LoadError::Corrupt(_)));
    assert!(matches!(
        load(&good[..good.len() - 1]),
        LoadError::Corrupt(_)
    ));
    let mut older = good.clone();
    older[8] = 0;
    assert!(matches!(load(&older), LoadError::OtherVersion { found: 0 }));
    assert!(matches!(
        load(b"something else entirely"),
        LoadError::NotAnIndex
    ));
    assert!(matches!(load(b""), LoadError::NotAnIndex));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(Index::load(&path), Err(LoadError::Io(_))));
}
