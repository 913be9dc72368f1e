//! Numbers: a bare word in, a value out, or the word that it is none. No floating point: what is not whole stays text.

use super::tree::Value;

/// Whether a bare word starts like a number and so must be one: `7`, `-7`, `.7`, `+.7`.
#[inline]
pub(super) fn is_number_like(word: &[u8]) -> bool {
    let rest = match word {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    matches!(rest, [b'0'..=b'9', ..] | [b'.', b'0'..=b'9', ..])
}

/// Reads a number; `None` where the word is none.
pub(super) fn number(word: &str) -> Option<Value<'_>> {
    let bytes = word.as_bytes();
    // Most numbers by far are a few plain digits.
    if bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit) {
        let whole = bytes.iter().fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
        return Some(Value::Integer(i128::from(whole)));
    }
    let (negative, digits) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let (radix, digits) = match digits {
        [b'0', b'x', rest @ ..] => (16, rest),
        [b'0', b'o', rest @ ..] => (8, rest),
        [b'0', b'b', rest @ ..] => (2, rest),
        rest => (10, rest),
    };
    if is_integer(digits, radix) {
        let whole = integer(digits, radix, negative);
        return Some(whole.map_or(Value::Float(word), Value::Integer));
    }
    (radix == 10 && is_decimal(digits)).then_some(Value::Float(word))
}

/// A digit, then digits and underscores.
fn is_integer(digits: &[u8], radix: u32) -> bool {
    let is_digit = |byte: &u8| (*byte as char).is_digit(radix);
    digits.first().is_some_and(is_digit) && digits.iter().all(|byte| *byte == b'_' || is_digit(byte))
}

/// The value, where it fits.
fn integer(digits: &[u8], radix: u32, negative: bool) -> Option<i128> {
    digits.iter().filter_map(|byte| (*byte as char).to_digit(radix)).try_fold(0i128, |sum, digit| {
        let digit = i128::from(digit);
        sum.checked_mul(i128::from(radix))?.checked_add(if negative { -digit } else { digit })
    })
}

/// `1.5`, `1e5`, `1.5e-5`, without the sign.
fn is_decimal(digits: &[u8]) -> bool {
    let (mantissa, exponent) = match digits.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let exponent = exponent.map(|part| match part {
        [b'+' | b'-', rest @ ..] => rest,
        rest => rest,
    });
    let mantissa_ok = match mantissa.iter().position(|byte| *byte == b'.') {
        Some(at) => is_integer(&mantissa[..at], 10) && is_integer(&mantissa[at + 1..], 10),
        None => is_integer(mantissa, 10),
    };
    mantissa_ok && exponent.is_none_or(|part| is_integer(part, 10))
}
