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

/// Words of the lists that do say something: nouns and verbs of work, time, people and places, and
/// what distinguishes them (*medio ambiente*, *primera infancia*).
fn said(language: Language) -> HashSet<&'static str> {
    let words = match language {
        Language::English | Language::Dutch => "",
        Language::Danish => "far lav mand",
        Language::Finnish => {
            "aika aikaa apu asia asiat avun kukka tavoitteena uuden uudet uusi uusia uusien uutta \
             vuoden vuosi vuosien vuosina vuotta"
        }
        Language::French => {
            "droite effet essai force gens mine naturel naturelle naturelles nouveau nouveaux ouvert \
             ouverte ouverts parole personne personnes pièce retour sujet valeur voie état"
        }
        Language::German => {
            "beispiel ernst gott jahr jahre jahren mann mensch menschen mittel neue neuen ordnung \
             recht rechte rechten rechter rechtes sache startseite suche tag tage tagen wissen zeit"
        }
        Language::Italian => {
            "anni anno anticipo attesa citta città comprare conclusione consiglio cortesia esempio \
             forza futuro generale gente giorni giorno gruppo luogo mesi miliardi milioni minimi \
             momento mondo nome nuovi nuovo paese persone piedi posto press promesso registrazione \
             scola scopo tempo titolo uomo vita"
        }
        Language::Norwegian => {
            "arbeid folk makt navn punkt rett slutt start stille tid tilstand verdi"
        }
        Language::Portuguese => {
            "anos apoio caminho conselho corrente estado exemplo final geral grupo hora horas iniciar \
             inicio local lugar meio menor meses momento máximo noite nome nova novas novo novos \
             nível número obra pessoas ponto pontos posição povo primeira primeiras primeiro \
             primeiros questão relação sistema tempo tipo trabalhar trabalho valor verdade \
             verdadeiro viagem área"
        }
        Language::Romanian => "halbă nevoie noroc timp vreme",
        Language::Russian => {
            "большой вечер взгляд вода война время времени глаз год года году голова голос город \
             дверь дел дело деньги день дом дорога друг душа жена женщина жизнь жить земля имя книга \
             комната лет лицо любить люди маленький мать машина место миллионов минута мир мира \
             москва народ новый нога ночь ответить отец писать плечо помнить правда процентов путь \
             работа работать ребенок решить россия рука русский свет сила слово случай смотреть \
             советский старый стол сторона страна товарищ тысяч улица утро хороший час человек"
        }
        Language::Spanish => {
            "acuerdo dia dias días ejemplo empleais emplean emplear empleas empleo final general \
             horas lugar mayor medio momento nueva nuevas nuevo nuevos pais paìs primer primera \
             primero primeros tiempo total trabaja trabajais trabajamos trabajan trabajar trabajas \
             trabajo usar uso valor verdad verdadera verdadero"
        }
        Language::Swedish => {
            "beslut beslutat beslutit dag dagar dagarna dagen likställd likställda nummer"
        }
        Language::Turkish => "kaynak",
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
            (Language::Spanish, "empleo trabajo medio primera 2 9"),
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
