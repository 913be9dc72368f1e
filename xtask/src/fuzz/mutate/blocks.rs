//! Changes lines and blocks: removes, repeats, moves and nests them, or borrows them from another file.

use seawall_tests::generate::random::Random;
use std::ops::Range;

/// One change.
pub(super) fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    let own = part(bytes, random);
    let piece = bytes[own.clone()].to_vec();
    match random.below(6) {
        0 => drop(bytes.drain(own)),
        1 => {
            let times = if random.percent(5) { 150 } else { 1 };
            bytes.splice(own.end..own.end, std::iter::repeat_n(piece, times).flatten());
        }
        2 => {
            bytes.drain(own);
            let at = part(bytes, random).start;
            bytes.splice(at..at, piece);
        }
        3 => {
            // Into a block of its own, or of many.
            let depth = if random.percent(10) { 140 } else { 1 };
            let name = random.pick(&["cell x", "region x country=DE", "a", "event e", "workload w", "/-"]);
            let open = format!("{name} {{\n").repeat(depth);
            let nested = [open.as_bytes(), &piece, "\n}".repeat(depth).as_bytes(), b"\n"].concat();
            bytes.splice(own, nested);
        }
        _ => {
            let theirs = other[part(other, random)].to_vec();
            let at = if random.percent(50) { own } else { own.start..own.start };
            bytes.splice(at, theirs);
        }
    }
}

/// A line, or a line with the block or the deeper lines that follow it.
fn part(bytes: &[u8], random: &mut Random) -> Range<usize> {
    let mut starts = vec![0];
    starts.extend(bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1));
    let first = random.below(starts.len());
    let mut last = first;
    let line = |index: usize| &bytes[starts[index]..starts.get(index + 1).copied().unwrap_or(bytes.len())];
    let depth = |line: &[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    if random.percent(60) {
        let own = depth(line(first));
        while last + 1 < starts.len() && depth(line(last + 1)) > own {
            last += 1;
        }
        if last + 1 < starts.len() && line(last + 1).trim_ascii() == b"}" {
            last += 1;
        }
    }
    starts[first]..starts.get(last + 1).copied().unwrap_or(bytes.len())
}
