//! Which characters are what in KDL v2. Pure look-ups; ASCII by table, the rest by match.

/// May stand in a bare word.
const WORD: u8 = 1;
/// Ends a run of ordinary characters of a quoted string.
const STRING_STOP: u8 = 2;
/// A line ends here (ASCII).
const NEWLINE: u8 = 4;

static CLASS: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut table = [0u8; 256];
    let mut byte = 0;
    while byte < 128 {
        let word =
            !matches!(byte as u8, b'\t' | 10..=13 | b' ' | b'\\' | b'/' | b'(' | b')' | b'{' | b'}' | b';')
                && !matches!(byte as u8, b'[' | b']' | b'"' | b'#' | b'=');
        table[byte] = if word { WORD } else { 0 };
        byte += 1;
    }
    table[b'"' as usize] |= STRING_STOP;
    table[b'\\' as usize] |= STRING_STOP;
    // The first bytes of U+0085, and of U+2028 and U+2029.
    table[0xC2] |= STRING_STOP;
    table[0xE2] |= STRING_STOP;
    byte = 10;
    while byte < 14 {
        table[byte] |= NEWLINE | STRING_STOP;
        byte += 1;
    }
    table
}

/// Whether an ASCII byte may stand in a bare word; false for bytes of other characters.
#[inline]
pub(super) fn is_word_byte(byte: u8) -> bool {
    CLASS[byte as usize] & WORD != 0
}

/// Whether a byte may end a run of ordinary characters of a quoted string.
#[inline]
pub(super) fn is_string_stop(byte: u8) -> bool {
    CLASS[byte as usize] & STRING_STOP != 0
}

/// Whether a byte is a line's end by itself.
#[inline]
pub(super) fn is_newline_byte(byte: u8) -> bool {
    CLASS[byte as usize] & NEWLINE != 0
}

/// The length of the line's end that `bytes` starts with; 0 where it starts with none.
#[inline]
pub(super) fn newline_len(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] | [0xC2, 0x85, ..] => 2,
        [first, ..] if is_newline_byte(*first) => 1,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// The length of the space that `bytes` starts with, in bytes; 0 where it starts with none.
#[inline]
pub(super) fn space_len(bytes: &[u8]) -> usize {
    match bytes {
        [b' ' | b'\t', ..] => 1,
        [0xC2, 0xA0, ..] => 2,
        [0xE1, 0x9A, 0x80, ..] | [0xE2, 0x80, 0x80..=0x8A, ..] => 3,
        [0xE2, 0x80, 0xAF, ..] | [0xE2, 0x81, 0x9F, ..] | [0xE3, 0x80, 0x80, ..] => 3,
        _ => 0,
    }
}

/// Whether a line holds nothing but spaces.
pub(super) fn is_blank(line: &str) -> bool {
    let mut bytes = line.as_bytes();
    loop {
        match space_len(bytes) {
            0 => return bytes.is_empty(),
            len => bytes = &bytes[len..],
        }
    }
}

/// Whether a character may not stand in a file at all, not even in a comment.
pub(super) fn is_disallowed(character: char) -> bool {
    matches!(character, '\0'..='\u{8}' | '\u{E}'..='\u{1F}' | '\u{7F}' | '\u{FEFF}')
        || matches!(character, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Runs of disallowed characters as byte ranges; the usual file is passed by one vectorised look at its bytes.
pub(super) fn disallowed_runs(text: &str, from: usize) -> Vec<(u32, u32)> {
    let suspicious =
        |byte: &u8| (*byte < 32 && !matches!(*byte, 9..=13)) || matches!(*byte, 0x7F | 0xE2 | 0xEF);
    let clean = text.as_bytes().chunks(4096).all(|part| part.iter().filter(|b| suspicious(b)).count() == 0);
    let mut runs: Vec<(u32, u32)> = Vec::new();
    if clean {
        return runs;
    }
    for (at, character) in text[from..].char_indices().filter(|(_, character)| is_disallowed(*character)) {
        let (start, end) = ((from + at) as u32, (from + at + character.len_utf8()) as u32);
        match runs.last_mut() {
            Some(run) if run.1 == start => run.1 = end,
            _ => runs.push((start, end)),
        }
    }
    runs
}
