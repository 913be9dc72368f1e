//! Changes inputs: their bytes, their words, their lines and blocks. The same numbers give the same change.

mod blocks;
mod bytes;
mod words;

use super::input::Input;
use seawall_tests::generate::random::Random;

/// An input grows no further than this.
const MOST: usize = 256 << 10;

/// A changed copy of an input; `other` is one to borrow from, `dictionary` words to splice in.
pub(super) fn mutated(from: &Input, other: &Input, dictionary: &[String], random: &mut Random) -> Input {
    let mut input = from.clone();
    for _ in 0..=random.below(4) {
        let names: Vec<String> = input.0.keys().cloned().collect();
        let Some(name) = names.get(random.below(names.len().max(1))) else { return input };
        let borrowed = other.0.values().nth(random.below(other.0.len().max(1)));
        let Some(content) = input.0.get_mut(name) else { continue };
        match random.below(10) {
            0 | 1 => bytes::mutate(content, random),
            2..=5 => words::mutate(content, dictionary, random),
            6..=8 => blocks::mutate(content, borrowed.map_or(&[][..], Vec::as_slice), random),
            _ if random.percent(20) => drop(input.0.remove(name)),
            _ => {
                if let Some(borrowed) = borrowed {
                    content.clone_from(borrowed);
                }
            }
        }
        if input.size() > MOST {
            return from.clone();
        }
    }
    input
}

/// A place in `0..=length`.
fn place(length: usize, random: &mut Random) -> usize {
    random.below(length + 1)
}

/// A short range inside `0..length`.
fn range(length: usize, random: &mut Random) -> std::ops::Range<usize> {
    let start = place(length, random);
    let longest = if random.percent(10) { length } else { 40 };
    let end = (start + random.below(longest.max(1))).min(length);
    start..end
}
