//! The name somebody may have meant: optimal string alignment distance, so that a swap of two letters counts once.
//!
//! Takes a misspelt name and the valid ones, gives the nearest that is near enough. Ties go to the earlier candidate;
//! [`certain`] gives none where there is a tie.

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

/// The nearest candidate, if it is near enough and no other is as near: what was meant is then plain.
pub fn certain<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str, IntoIter: Clone>,
) -> Option<&'a str> {
    let all = candidates.into_iter();
    let first = nearest(name, all.clone())?;
    if first.eq_ignore_ascii_case(name) || whole(name, all.clone()) == Some(first) {
        return Some(first);
    }
    let letters: Vec<char> = name.chars().take(128).collect();
    let least = distance(&letters, first, usize::MAX);
    let tied = all
        .filter(|other| *other != first && *other != name)
        .any(|other| distance(&letters, other, least) <= least);
    (!tied).then_some(first)
}

/// The only candidate of which the name is a part: `passive` for `active-passive`.
fn whole<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let mut holding = candidates.filter(|candidate| candidate.split('-').any(|part| part == name));
    holding.next().filter(|_| holding.next().is_none())
}

/// Letters of a name that are compared.
const LETTERS: usize = 132;

/// The distance, or something above `limit` where it is above.
fn distance(a: &[char], b: &str, limit: usize) -> usize {
    let (mut letters, mut len) = (['\0'; LETTERS], 0);
    for (place, letter) in letters.iter_mut().zip(b.chars()) {
        *place = letter;
        len += 1;
    }
    let b = &letters[..len];
    if a.len().abs_diff(b.len()) > limit {
        return usize::MAX;
    }
    let mut rows = [[0; LETTERS + 1]; 3];
    let [before, last, row] = &mut rows;
    let (mut before, mut last, mut row) = (before, last, row);
    last.iter_mut().zip(0..).for_each(|(cell, j)| *cell = j);
    for (i, x) in a.iter().enumerate() {
        row[0] = i + 1;
        let mut least = row[0];
        for (j, y) in b.iter().enumerate() {
            let swap = i > 0 && j > 0 && a[i - 1] == *y && b[j - 1] == *x;
            let cost = usize::from(x != y);
            let mut cell = (last[j] + cost).min(last[j + 1] + 1).min(row[j] + 1);
            if swap {
                cell = cell.min(before[j - 1] + 1);
            }
            row[j + 1] = cell;
            least = least.min(cell);
        }
        // A swap reaches over one row: only where this one and the one before are beyond the limit, all that follow are.
        let beyond = least > limit && last[..=b.len()].iter().all(|cell| *cell > limit);
        if beyond {
            return usize::MAX;
        }
        (before, last, row) = (last, row, before);
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

    #[test]
    fn is_certain_only_of_one() {
        assert_eq!(certain("eu-wset", ["eu-west", "eu-east", "us-west"]), Some("eu-west"));
        assert_eq!(certain("eu-xest", ["eu-west", "eu-vest"]), None);
        assert_eq!(certain("Warm", ["warm", "cold"]), Some("warm"));
        assert_eq!(certain("rt0", ["rto", "mode"]), Some("rto"));
        assert_eq!(certain("passive", ["active-passive", "active-active"]), Some("active-passive"));
        assert_eq!(certain("zebra", ["warm"]), None);
    }
}
