//! Changes bytes without knowing what they mean.

use super::{place, range};
use seawall_tests::generate::random::Random;

/// Bytes that end, open or escape something somewhere.
const SPECIAL: [&[u8]; 22] = [
    b"\0",
    b"\"",
    b"\"\"\"",
    b"#\"",
    b"\\",
    b"/*",
    b"*/",
    b"/-",
    b"//",
    b"{",
    b"}",
    b";",
    b"\r",
    b"\n",
    b"=",
    b"(",
    b"\xEF\xBB\xBF",
    b"\xE2\x80\xAE",
    b"\xF0\x9F\x98\x80",
    b"\xFF",
    b"\t",
    b"\xC2\x85",
];

/// One change.
pub(super) fn mutate(bytes: &mut Vec<u8>, random: &mut Random) {
    let length = bytes.len();
    match random.below(7) {
        0 if length > 0 => bytes[random.below(length)] ^= 1 << random.below(8),
        1 if length > 0 => bytes[random.below(length)] = random.below(256) as u8,
        2 => drop(bytes.drain(range(length, random))),
        3 => {
            let copy = bytes[range(length, random)].to_vec();
            let at = place(length, random);
            let times = if random.percent(5) { 200 } else { 1 };
            bytes.splice(at..at, std::iter::repeat_n(copy, times).flatten());
        }
        4 => bytes.truncate(place(length, random)),
        _ => {
            let at = place(length, random);
            let times = if random.percent(10) { 300 } else { 1 };
            let piece = random.pick(&SPECIAL);
            bytes.splice(at..at, std::iter::repeat_n(piece, times).flatten().copied());
        }
    }
}
