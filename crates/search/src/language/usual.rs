//! Words that say nothing about what a text is about, by language.
//!
//! The lists of `stop-words` know the words that questions are made of, which shorter lists lack,
//! but also words that an organization may well look for. English has a list of its own, on which
//! the search was tuned.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::{COUNT, LANGUAGES, Language};
use crate::text;

/// By language; English has none here.
static WORDS: LazyLock<[HashSet<&'static str>; COUNT]> = LazyLock::new(|| {
    LANGUAGES.map(|known| {
        if known.language == Language::English {
            return HashSet::new();
        }
        let said = said(known.language);
        let listed = stop_words::get(known.listed).iter().copied();
        let listed = listed.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
        listed.filter(|word| !said.contains(word)).collect()
    })
});

/// Whether a word in small letters says nothing in a language.
pub(super) fn says_nothing(word: &str, language: Language) -> bool {
    match language {
        Language::English => text::is_stop_word(&text::fold(word)),
        _ => WORDS[language.number()].contains(word),
    }
}

/// Words of the lists that do say something: numbers, nouns and verbs of work, time, people and
/// places, and what distinguishes them (*medio ambiente*, *primera infancia*).
fn said(language: Language) -> HashSet<&'static str> {
    let words = match language {
        Language::English => "",
        Language::Danish => "far fem fire lav mand ni otte seks syv ti to tre",
        Language::Dutch => {
            "dertig drie duizend honderd negen tien twee veertig vier vijf vijftig zes zeven"
        }
        Language::Finnish => {
            "aika aikaa apu asia asiat avun kahdeksan kaksi kolme kukka kuusi kymmenen neljä sata \
             seitsemän tavoitteena uuden uudet uusi uusia uusien uutta viisi vuoden vuosi vuosien \
             vuosina vuotta yhdeksän"
        }
        Language::French => {
            "cent cinq cinquante deux deuxième dix douze droite début effet essai force gens huit mille \
             mine mot naturel naturelle naturelles neuf nouveau nouveaux onze ouvert ouverte ouverts \
             parole personne personnes pièce premier première quarante quatorze quatre quinze retour \
             seize sept six soixante sujet treize trente trois troisième valeur vingt voie état"
        }
        Language::German => {
            "acht beispiel drei dritte dritten dritter drittes elf ende ernst erste ersten erster erstes \
             fünf gott jahr jahre jahren mann mensch menschen mittel neue neuen neun ordnung recht \
             rechte rechten rechter rechtes sache sechs sieben startseite suche tag tage tagen teil \
             vier wissen zehn zeit zwanzig zwei zweite zweiten zweiter zweites zwölf"
        }
        Language::Italian => {
            "anni anno anticipo attesa cento cinque citta città comprare conclusione consiglio \
             cortesia esempio forza futuro generale gente giorni giorno gruppo luogo mesi mila \
             miliardi milioni minimi momento mondo nome novanta nove nuovi nuovo ore ottanta otto \
             paese persone piedi posto press promesso quattro registrazione scola scopo sette stato \
             tempo titolo tre trenta uomo vita"
        }
        Language::Norwegian => {
            "arbeid folk makt navn punkt rett slutt start stille tid tilstand verdi"
        }
        Language::Portuguese => {
            "anos apoio caminho catorze cento cinco conselho corrente dez direita dois doze duas estado \
             exemplo fim final geral grupo hora horas iniciar inicio local lugar meio menor meses mil \
             momento máximo noite nome nova novas nove novo novos nível número obra oito onze pessoas \
             ponto pontos posição povo primeira primeiras primeiro primeiros quatro questão quinze \
             relação seis sete sistema tempo tipo trabalhar trabalho treze três valor verdade \
             verdadeiro viagem vinte zero área"
        }
        Language::Romanian => {
            "cinci doi două halbă nevoie nouă noroc opt patru sută timp trei vreme zece şapte şase"
        }
        Language::Russian => {
            "большой вечер взгляд вода восемь война время времени глаз год года году голова голос город \
             два дверь двадцать двенадцать две девять дел дело деньги день десять дом дорога друг \
             душа жена женщина жизнь жить земля имя книга комната лет лицо любить люди маленький мать \
             машина место миллионов минута мир мира москва народ новый нога ночь ответить отец писать \
             плечо помнить правда процентов путь пять работа работать ребенок решить россия рука \
             русский свет семь сила слово случай смотреть советский старый стол сторона страна \
             товарищ три тысяч улица утро хороший час человек четыре шесть"
        }
        Language::Spanish => {
            "acuerdo cinco cuatro cuenta dia dias dos día días ejemplo empleais emplean emplear empleas \
             empleo estado estados final general horas lugar mayor medio momento nueva nuevas nuevo \
             nuevos ocho pais paìs poder primer primera primero primeros segunda segundo seis siete \
             tercera tiempo total trabaja trabajais trabajamos trabajan trabajar trabajas trabajo tres \
             usar uso valor verdad verdadera verdadero"
        }
        Language::Swedish => {
            "beslut beslutat beslutit dag dagar dagarna dagen elva fem fyra hundra likställd likställda \
             nio nummer sex sju tio tolv tre två åtta"
        }
        Language::Turkish => {
            "altı beş dokuz dört elli iki kaynak kırk otuz sekiz yedi yetmiş yirmi yüz üç"
        }
    };
    words.split_whitespace().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_questions_are_made_of_says_nothing() {
        for (language, words) in [
            (Language::French, "comment pourquoi quelles est"),
            (Language::Spanish, "cómo cuáles los para"),
            (Language::German, "welche wie der und"),
            (Language::Portuguese, "como quais dos"),
        ] {
            let say_something = words
                .split(' ')
                .filter(|word| !says_nothing(word, language));
            assert_eq!(say_something.count(), 0, "{words}");
        }
    }

    #[test]
    fn what_an_organization_may_look_for_says_something() {
        for (language, words) in [
            (
                Language::Spanish,
                "empleo trabajo medio primera cuenta día cinco 2 9",
            ),
            (Language::Portuguese, "apoio trabalho conselho"),
            (Language::French, "personnes valeur"),
            (Language::German, "mittel wissen menschen"),
            (Language::Russian, "работа ребенок женщина"),
            (Language::Italian, "città persone"),
        ] {
            for word in words.split(' ') {
                assert!(!says_nothing(word, language), "{word}");
            }
        }
    }

    #[test]
    fn what_is_taken_from_the_lists_stands_there() {
        for known in &LANGUAGES {
            let listed = stop_words::get(known.listed);
            for word in said(known.language) {
                assert!(listed.contains(&word), "{word}");
            }
        }
    }
}
