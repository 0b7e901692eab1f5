//! Documents of several languages in one archive.

use super::{Filters, YEAR, ask, document, documents_of, index_of, record, trained};
use crate::{DocumentRecord, Index, SearchRequest};

const SPANISH: &str = "Las familias del valle reciben apoyo durante todo el año escolar. Los \
    voluntarios leen con los niños dos veces por semana y llevan un registro de las palabras \
    que han aprendido, para que los maestros puedan ver cómo avanzan.";
const ENGLISH: &str = "Families of the valley are supported through the whole school year. \
    Volunteers read with children twice a week and keep a record of the words that they have \
    learned, so that teachers can see how they get on.";

fn library() -> Vec<DocumentRecord> {
    vec![
        record(1, "Plan del valle", &[SPANISH]),
        record(2, "Plan of the valley", &[ENGLISH]),
    ]
}

fn found(index: &Index, text: &str) -> Vec<archivist_domain::DocumentId> {
    documents_of(&ask(index, text))
}

#[test]
fn each_document_is_stemmed_as_its_language() {
    let index = index_of(library());
    for text in ["niño", "voluntario lee", "aprender", "Maestro"] {
        assert_eq!(found(&index, text), [document(1)], "{text}");
    }
    for text in ["volunteering", "teacher", "supporting"] {
        assert_eq!(found(&index, text), [document(2)], "{text}");
    }
    let hit = &ask(&index, "niño")[0];
    assert_eq!(hit.matched, ["niños"]);
    assert_eq!(&SPANISH[hit.marks[0].clone()], "niños");
}

#[test]
fn words_that_say_nothing_in_their_language_find_nothing() {
    let index = index_of(library());
    assert_eq!(found(&index, "de los para que"), []);
    assert_eq!(found(&index, "of the and with"), []);
    let answer = index.answer(&SearchRequest::new("the teachers of los niños"), YEAR);
    assert_eq!(answer.did_you_mean, None);
}

const GERMAN: &str = "Die Familien im Tal werden das ganze Jahr über betreut.";

#[test]
fn usual_words_of_the_language_that_is_typed_are_no_words_of_another() {
    let dice = "A die, another die and one more die, as dice are called.";
    let index = index_of([
        record(1, "Plan", &[GERMAN]),
        record(2, "Games", &[dice]),
        record(3, "Plan of the valley", &[ENGLISH]),
    ]);
    assert_eq!(
        found(&index, "Wie werden die Familien betreut?"),
        [document(1)]
    );
    assert_eq!(found(&index, "one die"), [document(2)]);
}

#[test]
fn words_without_their_accents_are_those_with_them() {
    let portuguese = "A metodologia da avaliação é a mesma todos os anos, e os voluntários da \
        associação registam os resultados das crianças em todas as escolas do concelho.";
    let spanish = "La metodología es la misma todos los años, y los voluntarios registran los \
        resultados de los niños en todas las escuelas del municipio con la tesorería.";
    let index = index_of([
        record(1, "Relatório", &[portuguese]),
        record(2, "Memoria", &[spanish]),
        record(3, "Plan of the valley", &[ENGLISH]),
    ]);
    for (text, documents) in [
        ("metodologia", vec![document(1), document(2)]),
        ("avaliacao", vec![document(1)]),
        ("tesoreria", vec![document(2)]),
    ] {
        let answer = index.answer(&SearchRequest::new(text), YEAR);
        let mut found = documents_of(&answer.hits);
        found.sort_unstable();
        assert_eq!(found, documents, "{text}");
        assert_eq!(answer.did_you_mean, None, "{text}");
    }
}

#[test]
fn wordings_are_found_whatever_their_words_say_alone() {
    let index = index_of([
        record(1, "Memoria", &[SPANISH, "El grupo se llama Con Nosotros."]),
        record(2, "Plan of the valley", &[ENGLISH]),
        record(3, "Music", &["They heard The Who of the sixties."]),
    ]);
    let phrase = |text: &str| {
        let request = SearchRequest::typed(text).unwrap();
        let hits = index.search(&request, YEAR);
        let reasons = hits.iter().flat_map(|hit| hit.reasons.clone());
        (documents_of(&hits), reasons.collect::<Vec<_>>())
    };
    let (found, reasons) = phrase("\"Con Nosotros\"");
    assert_eq!(found, [document(1)]);
    let request = SearchRequest::typed("\"con nosotros\"").unwrap();
    let marks = index.search(&request, YEAR).remove(0).marks;
    assert_eq!(marks, ["El grupo se llama ".len()..21, 22..30]);
    assert!(reasons[0].contains("Con Nosotros"), "{reasons:?}");
    assert_eq!(phrase("\"the who\"").0, [document(3)]);
    assert_eq!(phrase("\"who the\"").0, []);
    assert_eq!(phrase("the who").0, []);
}

#[test]
fn usual_english_words_are_no_stems_of_other_languages() {
    let index = index_of([
        record(
            1,
            "Memoria",
            &[SPANISH, "En mayo empieza el año, con una nota."],
        ),
        record(2, "Plan of the valley", &[ENGLISH]),
    ]);
    assert_eq!(found(&index, "may"), []);
    assert_eq!(found(&index, "mayo"), [document(1)]);
}

#[test]
fn a_word_that_stands_somewhere_is_no_stem_of_another_language() {
    let fields = format!("{SPANISH} El campo está lejos, y la suma es pequeña.");
    let mut index = index_of([
        record(1, "Memoria", &[&fields]),
        record(2, "Plan of the valley", &[ENGLISH]),
        record(3, "Plan", &["Two camps for families in summer."]),
    ]);
    assert_eq!(found(&index, "camp"), [document(3)]);
    assert_eq!(found(&index, "campos"), [document(1)]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    index.save(&path).unwrap();
    assert_eq!(found(&Index::load(&path).unwrap(), "camp"), [document(3)]);
    index.remove(document(3));
    assert_eq!(found(&index, "camp"), [document(1)], "it stands nowhere");
}

#[test]
fn words_as_they_were_typed_come_first_in_romance_languages_too() {
    let with = |text: &str| format!("{SPANISH} {text}");
    let index = index_of([
        record(1, "Memoria", &[&with("Los casos están lejos.")]),
        record(2, "Memoria", &[&with("Las casas están lejos.")]),
        record(3, "Plan of the valley", &[ENGLISH]),
    ]);
    assert_eq!(found(&index, "casa"), [document(2), document(1)]);
    assert_eq!(found(&index, "caso"), [document(1), document(2)]);
}

#[test]
fn misspelt_words_and_phrases_are_found_in_each_language() {
    let index = index_of(library());
    let answer = index.answer(&SearchRequest::new("volutarios"), YEAR);
    assert_eq!(answer.did_you_mean.as_deref(), Some("voluntarios"));
    let phrase = |words: &str| {
        let request = SearchRequest {
            phrases: vec![words.to_owned()],
            ..SearchRequest::new(words)
        };
        documents_of(&index.search(&request, YEAR))
    };
    assert_eq!(phrase("los niños dos veces"), [document(1)]);
    assert_eq!(phrase("with children twice"), [document(2)]);
    assert_eq!(phrase("niños con los"), []);
}

#[test]
fn a_language_leaves_with_its_last_document_and_survives_a_restart() {
    let mut index = index_of(library());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index");
    index.save(&path).unwrap();
    let loaded = Index::load(&path).unwrap();
    assert_eq!(found(&loaded, "niño"), [document(1)]);
    index.remove(document(1));
    assert_eq!(found(&index, "niño"), []);
    assert_eq!(found(&index, "teacher"), [document(2)]);
    index.upsert(record(1, "Plan del valle", &[SPANISH]));
    assert_eq!(found(&index, "niño"), [document(1)]);
    let request = SearchRequest {
        filters: Filters::default(),
        ..SearchRequest::new("valle")
    };
    assert_eq!(documents_of(&index.search(&request, YEAR)), [document(1)]);
}

const FRENCH: &str = "Les familles de la vallée sont aidées pendant toute l'année scolaire. Un organisme \
    national paie les bénévoles, qui lisent avec les enfants deux fois par semaine et tiennent un registre \
    des mots appris, pour que les maîtres voient comment ils avancent.";

#[test]
fn a_word_is_matched_in_each_language_by_what_that_language_knows_it_by() {
    let mut records = vec![
        record(11, "Plan", &["A statement of what families need."]),
        // The French stem of "statement" is the English one of "stats".
        record(
            12,
            "Servers",
            &["Stats by the hour, stats by the day and stats."],
        ),
    ];
    assert_eq!(
        found(&index_of(records.clone()), "statement"),
        [document(11)]
    );
    records.push(record(13, "Plan de la vallée", &[FRENCH]));
    let index = index_of(records);
    assert_eq!(found(&index, "statement"), [document(11)]);
    assert_eq!(found(&index, "familles"), [document(13)]);
}

#[test]
fn a_word_is_as_rare_in_one_language_as_in_another() {
    let of = |number| {
        record(
            number,
            "Survey",
            &["A national survey, and a national plan."],
        )
    };
    let mut records: Vec<DocumentRecord> = (20..26).map(of).collect();
    records.push(record(13, "Plan de la vallée", &[FRENCH]));
    records.push(record(14, "Gardens", &["Beans and soil."]));
    let found = found(&index_of(records), "national");
    assert_eq!(found.len(), 7);
    assert_eq!(
        found.last(),
        Some(&document(13)),
        "it says it once in many words"
    );
}

#[test]
fn a_language_in_common_is_no_likeness() {
    let usual = [
        "the children and families of the county come to our program with volunteers",
        "los niños y las familias del condado vienen a nuestro programa con voluntarios",
        "die Kinder und Familien des Landkreises kommen mit Freiwilligen zu unserem Programm",
        "les enfants et les familles du comté viennent à notre programme avec des bénévoles",
        "as crianças e as famílias do concelho vêm ao nosso programa com os voluntários",
    ];
    let records = (0..40_u128).map(|number| {
        let usual = usual[number as usize % usual.len()];
        let text = format!("{usual}. {usual}.");
        record(100 + number, "Plan", &[&text])
    });
    let watered = (1..4).map(|number| {
        let text = format!("{} con riego. {}.", usual[1], usual[1]);
        record(number, "Plan", &[&text])
    });
    let few = record(
        4,
        "Nota",
        &["Le famiglie e i bambini della contea con il riego degli orti, che sono nella valle."],
    );
    let records = records.chain(watered).chain([few]);
    let index = trained(index_of(records.collect::<Vec<_>>()));
    let request = SearchRequest {
        limit: 60,
        ..SearchRequest::new("riego")
    };
    let mut found = documents_of(&index.search(&request, YEAR));
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3, 4].map(document), "by the word");
    let request = SearchRequest {
        limit: 60,
        ..SearchRequest::new("niños")
    };
    let found = documents_of(&index.search(&request, YEAR));
    assert!(
        !found.contains(&document(4)),
        "there is one passage of its language"
    );
    assert_eq!(found.len(), 11);
}
