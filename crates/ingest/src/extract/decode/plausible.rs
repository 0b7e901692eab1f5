//! How odd a text reads: the share of its characters beyond ASCII that stand where
//! no writer puts them. Wrong encodings scatter symbols through words.

/// From 0 (reads well) to 1 and a little more (every foreign character is odd).
pub(super) fn oddity(text: &str) -> f64 {
    let (mut foreign, mut odd) = (0_u32, 0.0);
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if !c.is_ascii() {
            foreign += 1;
            odd += weight(before, c, chars.peek().copied().unwrap_or(' '));
        }
        before = c;
    }
    if foreign == 0 {
        0.0
    } else {
        odd / f64::from(foreign)
    }
}

/// How odd one character is between its neighbours.
fn weight(before: char, c: char, after: char) -> f64 {
    let touches_letter = before.is_alphabetic() || after.is_alphabetic();
    let inside_word = before.is_alphabetic() && after.is_alphabetic();
    match c {
        '\u{fffd}' | '\u{e000}'..='\u{f8ff}' => 1.5,
        _ if c.is_control() => 1.5,
        // Lines of tables stand among themselves.
        '\u{2500}'..='\u{25ff}' | '\u{2320}'..='\u{2321}' => f64::from(u8::from(touches_letter)),
        '’' | '‘' | '·' | '´' | '\u{ad}' | '‑' | '–' | '—' | '…' | '”' | '“' | '\u{a0}' => {
            0.0
        }
        // Quotations open before words.
        '«' | '„' | '‚' | '‹' if before.is_alphabetic() => 1.0,
        _ if c.is_alphabetic() => letter(before, c, after),
        _ if inside_word => 1.0,
        '\u{80}'..='\u{bf}' | '×' | '÷' | '†' | '‡' | '‰' | '™' | 'ˆ' | '˜' if touches_letter => {
            0.4
        }
        _ => 0.0,
    }
}

/// A capital after a small letter, letters of two scripts in one word, a letter that
/// touches a digit, or three accented letters in a row.
fn letter(before: char, c: char, after: char) -> f64 {
    let neighbours = [before, after];
    let raised = before.is_lowercase() && c.is_uppercase();
    let lowered = before.is_uppercase() && c.is_lowercase() && after.is_uppercase();
    let mixed = neighbours.iter().any(|next| are_mixed(c, *next));
    let sign = matches!(c, 'ª' | 'º' | 'µ' | 'ƒ' | 'ˆ' | 'ˇ');
    let counted = script(c) == Some(0) && neighbours.iter().any(char::is_ascii_digit) && !sign;
    let misplaced = sign && neighbours.iter().any(|next| next.is_alphabetic());
    let crowded = [before, c, after]
        .iter()
        .all(|c| !c.is_ascii() && script(*c) == Some(0));
    match () {
        () if mixed => 1.0,
        () if raised || lowered || counted || misplaced || crowded => 0.8,
        () => 0.0,
    }
}

fn are_mixed(a: char, b: char) -> bool {
    match (script(a), script(b)) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    }
}

/// The alphabets that share no words; others are not told apart.
fn script(c: char) -> Option<u8> {
    match c {
        'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}' => Some(0),
        '\u{370}'..='\u{3ff}' => Some(1),
        '\u{400}'..='\u{52f}' => Some(2),
        '\u{590}'..='\u{5ff}' => Some(3),
        '\u{600}'..='\u{6ff}' => Some(4),
        _ => None,
    }
}
