//! Changes words: splices in ones that mean something elsewhere, and values at the edge of what is allowed.

use seawall_tests::generate::random::Random;
use std::ops::Range;

/// Values at an edge, or just over it.
const EDGES: [&str; 44] = [
    "0",
    "1",
    "-1",
    "128",
    "1000000000",
    "1000000001",
    "18446744073709551615",
    "340282366920938463463374607431768211456",
    "0.5",
    "1e999",
    "0x7fffffffffffffff",
    "\"0%\"",
    "\"100%\"",
    "\"100.001%\"",
    "\"0.001%\"",
    "\"33.333%\"",
    "\"0s\"",
    "\"1ms\"",
    "\"18446744073709551615d\"",
    "\"213503982334d\"",
    "\"9223372036854775807\"",
    "\"8Ei\"",
    "\"1m\"",
    "\"0.0001\"",
    "\"nvidia.com/gpu=0\"",
    "\"nvidia.com/gpu=9223372036854775807\"",
    "\"a=50%\"",
    "\"\"",
    "\"*\"",
    "\"**/*.kdl\"",
    "\"../x\"",
    "#true",
    "#null",
    "#inf",
    "\"2026-02-29\"",
    "region-x",
    "FRA",
    "XXX",
    "EU",
    "&a",
    "*a",
    "<<:",
    "- ",
    "? :",
];

/// One change.
pub(super) fn mutate(bytes: &mut Vec<u8>, dictionary: &[String], random: &mut Random) {
    let words = words(bytes);
    if words.is_empty() {
        return;
    }
    let at = words[random.below(words.len())].clone();
    match random.below(7) {
        0 => drop(bytes.drain(at)),
        1 => splice(bytes, at, random.pick(&EDGES).as_bytes()),
        2 | 3 if !dictionary.is_empty() => {
            splice(bytes, at, dictionary[random.below(dictionary.len())].as_bytes());
        }
        4 => {
            let other = bytes[words[random.below(words.len())].clone()].to_vec();
            splice(bytes, at, &other);
        }
        5 => {
            let twice = [&bytes[at.clone()], b" ", &bytes[at.clone()]].concat();
            splice(bytes, at, &twice);
        }
        _ => {
            let word = if dictionary.is_empty() { "a" } else { &dictionary[random.below(dictionary.len())] };
            let padded = format!(" {word} ");
            splice(bytes, at.start..at.start, padded.as_bytes());
        }
    }
}

fn splice(bytes: &mut Vec<u8>, at: Range<usize>, by: &[u8]) {
    bytes.splice(at, by.iter().copied());
}

/// Runs of letters, digits and what joins them, or of what stands between quotes' ends; and each other sign alone.
fn words(bytes: &[u8]) -> Vec<Range<usize>> {
    let inside = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'%' | b'#') || byte >= 128
    };
    let mut found = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let mut end = start;
        while end < bytes.len() && inside(bytes[end]) {
            end += 1;
        }
        if end > start {
            let quoted = start > 0 && bytes[start - 1] == b'"' && bytes.get(end) == Some(&b'"');
            found.push(if quoted { start - 1..end + 1 } else { start..end });
        } else if !bytes[start].is_ascii_whitespace() {
            found.push(start..start + 1);
        }
        start = end.max(start + 1);
    }
    found
}
