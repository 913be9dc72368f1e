//! Days and moments. Takes text, gives whether it is one of the Gregorian calendar.

/// Whether a text is a day of the Gregorian calendar, `YYYY-MM-DD`.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if !shape {
        return false;
    }
    let number =
        |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<u32>().ok()).unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether a text is a moment of RFC 3339: `2026-01-31T18:00:00Z`, or with `+01:00` and parts of a second.
pub fn is_moment(text: &str) -> bool {
    let digits = |part: &str, limit: u32| {
        part.len() == 2
            && part.bytes().all(|b| b.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|number| number < limit)
    };
    let clock = |time: &str| {
        let parts: Vec<&str> = time.split(':').collect();
        matches!(parts[..], [hour, minute, second] if digits(hour, 24) && digits(minute, 60) && digits(second, 61))
    };
    let Some((day, time)) = text.split_once(['T', 't']) else { return false };
    let (time, zone) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => return false,
    };
    let (time, part) = time.split_once('.').unwrap_or((time, "0"));
    let in_zone = matches!(zone, "Z" | "z")
        || zone
            .strip_prefix(['+', '-'])
            .and_then(|zone| zone.split_once(':'))
            .is_some_and(|(h, m)| digits(h, 24) && digits(m, 60));
    is_date(day) && clock(time) && in_zone && !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments() {
        for moment in ["2026-01-31T18:00:00Z", "2028-02-29t00:00:00.25+01:00", "2026-12-31T23:59:60-23:59"] {
            assert!(is_moment(moment), "{moment}");
        }
        for other in [
            "2026-01-31",
            "2026-02-29T18:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T18:00Z",
            "2026-01-31T18:00:00",
            "2026-01-31T18:00:00.Z",
            "2026-01-31T18:00:00+1:00",
            "2026-01-31T18:00:00Zx",
            "2026-01-31T18:00:00Z01:00",
            "tomorrow",
            "T",
            "é-TZ",
        ] {
            assert!(!is_moment(other), "{other}");
        }
        assert!(is_date("2028-02-29") && !is_date("2026-02-29") && !is_date("2026-1-31"));
    }
}
