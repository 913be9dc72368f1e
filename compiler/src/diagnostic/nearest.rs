//! The name somebody may have meant: optimal string alignment distance, so that a swap of two letters counts once.
//!
//! Takes a misspelt name and the valid ones, gives the nearest that is near enough. Ties go to the earlier candidate.

/// The nearest candidate, if it is within a third of the name's length (at least 1, at most 4).
pub fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Option<&'a str> {
    let letters: Vec<char> = name.chars().take(128).collect();
    let limit = (letters.len() / 3).clamp(1, 4);
    let mut best: Option<(usize, &str)> = None;
    let all = candidates.into_iter();
    for candidate in all.clone() {
        if candidate == name || candidate.len().abs_diff(name.len()) > limit * 4 {
            continue;
        }
        let distance =
            if candidate.eq_ignore_ascii_case(name) { 0 } else { distance(&letters, candidate, limit) };
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate).or_else(|| whole(name, all))
}

/// The only candidate of which the name is a part: `passive` for `active-passive`.
fn whole<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut holding = candidates.filter(|candidate| candidate.split('-').any(|part| part == name));
    holding.next().filter(|_| holding.next().is_none())
}

fn distance(a: &[char], b: &str, limit: usize) -> usize {
    let b: Vec<char> = b.chars().take(132).collect();
    if a.len().abs_diff(b.len()) > limit {
        return usize::MAX;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1; b.len() + 1];
        for (j, y) in b.iter().enumerate() {
            let swap = i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x;
            let cost = usize::from(x != y);
            row[j + 1] = (last[j] + cost).min(last[j + 1] + 1).min(row[j] + 1);
            if swap {
                row[j + 1] = row[j + 1].min(before[j - 1] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        let words = ["standby", "share", "warm", "lane", "recovery"];
        assert_eq!(nearest("stadnby", words), Some("standby"));
        assert_eq!(nearest("recovry", words), Some("recovery"));
        assert_eq!(nearest("Lane", words), Some("lane"));
        assert_eq!(nearest("zebra", words), None);
        assert_eq!(nearest("passive", ["active-passive", "active-active"]), Some("active-passive"));
        assert_eq!(nearest("active", ["active-passive", "active-active"]), None);
        assert_eq!(nearest("", words), None);
    }
}
