//! What whole replicas can come to: the largest sum of their requests within a limit.
//!
//! Takes sizes with how many of each there are, and a limit; gives the largest sum that is not above it. Invariant: never
//! below a sum that some choice of whole replicas reaches, so an inequality keeps every assignment it had.

/// The largest limit that is looked into, in steps of the common divisor: it bounds memory and time.
pub(super) const LARGEST: i128 = 1 << 20;

/// The largest `Σ size × n ≤ limit` with whole `0 ≤ n ≤ most`; the limit itself where it is above [`LARGEST`].
///
/// Sizes are positive, numbers and the limit not negative.
pub(super) fn reachable(pieces: &[(i128, i128)], limit: i128) -> i128 {
    if limit > LARGEST {
        return limit;
    }
    let Ok(top) = usize::try_from(limit) else { return limit };
    // Bit n is set where the sum n can be reached.
    let mut sums = vec![0u64; top / 64 + 1];
    sums[0] = 1;
    for (size, most) in pieces {
        let mut left = (*most).min(limit / (*size).max(1));
        let mut some = 1;
        while left > 0 {
            // 1, 2, 4, … and the rest make every number up to `most`.
            let taken = left.min(some);
            or_shifted(&mut sums, usize::try_from(taken * size).unwrap_or(usize::MAX));
            if sums[top / 64] >> (top % 64) & 1 == 1 {
                return limit;
            }
            left -= taken;
            some *= 2;
        }
    }
    // What the last word holds above the limit was never asked for.
    let last = u64::MAX >> (63 - top % 64);
    sums[top / 64] &= last;
    let word = sums.iter().rposition(|word| *word > 0).unwrap_or(0);
    let bit = 63 - sums[word].leading_zeros().min(63);
    (word * 64) as i128 + i128::from(bit)
}

/// Adds every sum once more, so much larger.
fn or_shifted(sums: &mut [u64], by: usize) {
    let (words, bits) = (by / 64, by % 64);
    for at in (words..sums.len()).rev() {
        let low = if bits > 0 && at > words { sums[at - words - 1] >> (64 - bits) } else { 0 };
        sums[at] |= sums[at - words] << bits | low;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn gaps_between_sums_are_skipped() {
        assert_eq!(reachable(&[(7, 2), (11, 1)], 24), 18);
        assert_eq!(reachable(&[(7, 2), (11, 1)], 25), 25);
        assert_eq!(reachable(&[(7, 2), (11, 1)], 17), 14);
        assert_eq!(reachable(&[(7, 9)], 6), 0);
        assert_eq!(reachable(&[], 5), 0);
        assert_eq!(reachable(&[(3, 1000)], LARGEST + 1), LARGEST + 1, "too large to look into");
    }

    proptest! {
        #[test]
        fn it_is_what_trying_everything_gives(
            pieces in prop::collection::vec((1i128..200, 0i128..4), 0..5),
            limit in 0i128..600,
        ) {
            let mut sums = vec![0];
            for (size, most) in &pieces {
                sums = sums.iter().flat_map(|sum| (0..=*most).map(move |n| sum + n * size)).collect();
            }
            let best = sums.into_iter().filter(|sum| *sum <= limit).max();
            prop_assert_eq!(Some(reachable(&pieces, limit)), best);
        }
    }
}
