use super::*;

fn text_of(bytes: &[u8]) -> String {
    decode(bytes).text
}

#[test]
fn marks_decide() {
    assert_eq!(text_of(b"\xEF\xBB\xBFna\xC3\xAFve"), "naïve");
    assert_eq!(text_of(b"\xFF\xFEh\0i\0"), "hi");
    assert_eq!(text_of(b"\xFE\xFF\0h\0i"), "hi");
    assert_eq!(text_of(b"\xFF\xFE\0\0h\0\0\0i\0\0\0"), "hi");
    assert_eq!(text_of(b"\0\0\xFE\xFF\0\0\0h"), "h");
}

#[test]
fn utf16_without_a_mark_is_seen_by_its_zeros() {
    for text in [
        "Twelve children",
        "Двенадцать детей читают",
        "十二人の子供 が読む\n",
    ] {
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text_of(&big), text);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_of(&little), text);
    }
}

#[test]
fn utf32_without_a_mark_is_seen_by_its_units() {
    let big: Vec<u8> = "十二 children 𝒜"
        .chars()
        .flat_map(|c| u32::from(c).to_be_bytes())
        .collect();
    assert_eq!(text_of(&big), "十二 children 𝒜");
    let little: Vec<u8> = "十二 children"
        .chars()
        .flat_map(|c| u32::from(c).to_le_bytes())
        .collect();
    assert_eq!(text_of(&little), "十二 children");
}

#[test]
fn single_byte_encodings_are_guessed_and_named() {
    let decoded = decode(b"Das Geb\xE4ude f\xFCr die Sch\xFCler \x96 gr\xF6\xDFer");
    assert_eq!(decoded.text, "Das Gebäude für die Schüler – größer");
    assert_eq!(decoded.guessed, Some("windows-1252"));
}

#[test]
fn a_broken_byte_does_not_spoil_utf8() {
    let mut bytes = "é".repeat(40).into_bytes();
    bytes.push(0xFF);
    bytes.extend("é".repeat(40).bytes());
    assert_eq!(text_of(&bytes).matches('é').count(), 80);
}

#[test]
fn a_character_cut_at_the_end_does_not_spoil_utf8() {
    assert!(text_of("abc €".as_bytes().split_last().unwrap().1).starts_with("abc "));
    assert_eq!(
        decode("abc €".as_bytes().split_last().unwrap().1).guessed,
        None
    );
}

#[test]
fn what_a_file_declares_is_believed_where_its_bytes_bear_it_out() {
    let xml = b"<?xml version=\"1.0\" encoding=\"ISO-8859-2\"?><a>\xBEiadnu da\xF2</a>";
    let decoded = decode(xml);
    assert!(decoded.text.contains("žiadnu daň"), "{}", decoded.text);
    assert_eq!(decoded.guessed, None);
    let meta = b"<html><head><meta http-equiv=Content-Type content='text/html; charset=koi8-r'><p>\xF7\xD3\xC5\xCD \xD0\xD2\xC9\xD7\xC5\xD4";
    assert!(text_of(meta).contains("Всем привет"));
    let editors = b"# -*- coding: cp852 -*-\n\x9Ar\xA0da";
    assert!(text_of(editors).ends_with("Üráda"), "{}", text_of(editors));
}

#[test]
fn what_a_file_declares_may_be_a_lie() {
    let utf8 = "<?xml version='1.0' encoding='windows-1252'?><a>größer</a>";
    assert_eq!(text_of(utf8.as_bytes()), utf8);
    let (cyrillic, ..) =
        encoding_rs::WINDOWS_1251.encode("Мы просим о поддержке наших библиотек и школ");
    let lie = [b"<meta charset=iso-8859-1><p>".as_slice(), &cyrillic].concat();
    assert!(
        text_of(&lie).ends_with("библиотек и школ"),
        "{}",
        text_of(&lie)
    );
    let (japanese, ..) =
        encoding_rs::SHIFT_JIS.encode("私たちは図書館のために本を買います。子供が読みます。");
    let lie = [b"<meta charset=iso-8859-1><p>".as_slice(), &japanese].concat();
    assert!(
        text_of(&lie).ends_with("子供が読みます。"),
        "{}",
        text_of(&lie)
    );
}

#[test]
fn a_label_that_came_with_the_text_counts_like_its_own() {
    assert_eq!(
        decode_as(b"\xC4\xE5\xF2\xE8", Some("windows-1251")).text,
        "Дети"
    );
    assert_eq!(decode_as("é".as_bytes(), Some("iso-8859-1")).text, "é");
}

#[test]
fn code_pages_of_dos_are_seen_by_the_words_they_make() {
    let german = b"Die Sch\x81ler der Grundschule lesen B\x81cher \x81ber gr\x94\xE1ere Tiere, sch\x94n f\x81r alle.";
    assert!(text_of(german).contains("Schüler") && text_of(german).contains("größere"));
    let french = b"L'\x82cole \x85 c\x93t\x82 a re\x87u une aide; les \x82l\x8aves ont lu, \x82crit et cr\x82\x82.";
    assert!(
        text_of(french).starts_with("L'école à côté a reçu"),
        "{}",
        text_of(french)
    );
}

#[test]
fn mac_text_is_seen_by_the_words_it_makes() {
    let french = b"L'\x8Ecole \x88 c\x99t\x8E a re\x8Du une aide; les \x8El\x8Fves ont lu, \x8Ecrit et cr\x8E\x8E.";
    assert!(
        text_of(french).starts_with("L'école à côté a reçu"),
        "{}",
        text_of(french)
    );
}

#[test]
fn korean_in_johab_is_read() {
    let bytes = b"\x88\x61 \xd0\x65 \xd9\x31";
    assert_eq!(johab::decode(bytes), "가 한 \u{3000}");
}

#[test]
fn seven_bit_encodings_are_read() {
    assert_eq!(text_of(b"Books: ~{<:Ky2;~} ~~ end"), "Books: 己所不 ~ end");
    assert_eq!(text_of(b"\x1b$)C\nBooks \x0e0!\x0f."), "\nBooks 가.");
    assert_eq!(
        text_of(b"caf+AOk und gr+APYA3w-er, 1 +- 1"),
        "café und größer, 1 + 1"
    );
    assert_eq!(text_of(b"Books \x1b$B;R6!\x1b(B."), "Books 子供.");
    for plain in ["1+1=2 and a+b-c", "C++ and c++-like", "~{ in a regex"] {
        assert_eq!(text_of(plain.as_bytes()), plain);
    }
}

#[test]
fn japanese_standards_keep_their_own_dashes() {
    let declared = b"<?xml version='1.0' encoding='Shift_JIS'?>\x81\x60";
    assert!(text_of(declared).ends_with('〜'));
    let of_windows = b"<?xml version='1.0' encoding='windows-31j'?>\x81\x60";
    assert!(text_of(of_windows).ends_with('～'));
}

#[test]
fn a_currency_sign_is_no_letter() {
    let text = text_of(b"They raised \xA3825 for books. Not bad for a \xA32 ticket.");
    assert!(text.contains("£825") && text.contains("£2"), "{text}");
    let text = text_of(b"Jedes Buch f\xFCr die Sch\xFCler kostet 10 \xA4.");
    assert!(text.ends_with("10 €."), "{text}");
}
