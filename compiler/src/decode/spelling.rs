//! Spellings of quantities, durations and shares that people bring along from elsewhere, and what they mean here.
//!
//! Takes text that is none, gives text that is; nothing where the meaning is open.

use seawall_schema::{Duration, Resource, Share};

/// `90 sec`, `6min`, `1.5h`, `2 Hours`.
pub(super) fn duration(raw: &str) -> Option<String> {
    let compact: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    let (number, unit) = compact.split_at(compact.find(|c: char| c.is_ascii_alphabetic())?);
    let (unit, millis) = match unit.to_ascii_lowercase().as_str() {
        "ms" | "msec" | "millis" | "millisecond" | "milliseconds" => ("ms", 1),
        "s" | "sec" | "secs" | "second" | "seconds" => ("s", 1_000),
        // `M` is a month elsewhere.
        "m" if unit == "M" => return None,
        "m" | "min" | "mins" | "minute" | "minutes" => ("m", 60_000),
        "h" | "hr" | "hrs" | "hour" | "hours" => ("h", 3_600_000),
        "d" | "day" | "days" => ("d", 86_400_000),
        _ => return None,
    };
    let better = match number.split_once('.') {
        None => format!("{number}{unit}"),
        Some((whole, part)) => in_smaller(whole, part, millis)?,
    };
    Duration::parse(&better).map(|_| better)
}

/// A decimal number of a unit as a whole number of a smaller one.
fn in_smaller(whole: &str, part: &str, millis: u64) -> Option<String> {
    let digits = part.trim_end_matches('0');
    if digits.len() > 6 || !part.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let scale = 10u64.pow(digits.len() as u32);
    let scaled = whole.parse::<u64>().ok()?.checked_mul(scale)?.checked_add(digits.parse().unwrap_or(0))?;
    let total = scaled.checked_mul(millis)?;
    let exact = total.is_multiple_of(scale).then_some(total / scale)?;
    let units = [("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];
    units
        .iter()
        .find(|(_, unit)| exact.is_multiple_of(*unit))
        .map(|(name, unit)| format!("{}{name}", exact / unit))
}

/// `20`, `20 %`, `0.2`, `.2`.
pub(super) fn share(raw: &str) -> Option<String> {
    let compact: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.ends_with('%') {
        return Share::parse(&compact).map(|_| compact);
    }
    let better = match compact.split_once('.') {
        Some(("" | "0", part)) if part.len() <= 5 && part.bytes().all(|b| b.is_ascii_digit()) => {
            let thousandths: u32 = format!("{part:0<5}").parse().ok()?;
            let (percent, rest) = (thousandths / 1000, thousandths % 1000);
            let decimals = format!("{rest:03}");
            match decimals.trim_end_matches('0') {
                "" => format!("{percent}%"),
                decimals => format!("{percent}.{decimals}%"),
            }
        }
        _ => format!("{compact}%"),
    };
    Share::parse(&better).map(|_| better)
}

/// `4GiB`, `4gi`, `4 Gi`, and `4GB`; whether that is plain: `GB` may be meant as `Gi`.
pub(super) fn amount(raw: &str, resource: &Resource) -> Option<(String, bool)> {
    let compact: String = raw.chars().filter(|c| !c.is_whitespace()).collect();
    let (number, given) = compact.split_at(compact.find(|c: char| c.is_ascii_alphabetic())?);
    let unit = given.trim_end_matches(['b', 'B']).to_ascii_lowercase();
    let unit = match unit.as_str() {
        "k" => "k",
        "ki" => "Ki",
        "m" if *resource == Resource::Memory => "M",
        "m" => "m",
        "mi" => "Mi",
        "g" => "G",
        "gi" => "Gi",
        "t" => "T",
        "ti" => "Ti",
        _ => return None,
    };
    let better = format!("{number}{unit}");
    let binary = unit.ends_with('i');
    resource.parse(&better).ok().map(|_| (better, binary))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_elsewhere() {
        for (raw, better) in [
            ("90 sec", "90s"),
            ("6min", "6m"),
            ("1.5h", "90m"),
            ("2 Hours", "2h"),
            ("0.25s", "250ms"),
            ("1.0m", "1m"),
        ] {
            assert_eq!(duration(raw).as_deref(), Some(better), "{raw}");
        }
        for raw in ["6M", "90", "soon", "1.2345ms", "-5 s", "1e3s"] {
            assert_eq!(duration(raw), None, "{raw}");
        }
    }

    #[test]
    fn shares_of_elsewhere() {
        for (raw, better) in
            [("20", "20%"), ("20 %", "20%"), ("0.2", "20%"), (".125", "12.5%"), ("0.00001", "0.001%")]
        {
            assert_eq!(share(raw).as_deref(), Some(better), "{raw}");
        }
        for raw in ["120", "-1", "half", "120 %"] {
            assert_eq!(share(raw), None, "{raw}");
        }
    }

    #[test]
    fn amounts_of_elsewhere() {
        let memory = |raw| amount(raw, &Resource::Memory);
        assert_eq!(memory("4GiB"), Some(("4Gi".to_owned(), true)));
        assert_eq!(memory("4 gi"), Some(("4Gi".to_owned(), true)));
        assert_eq!(memory("4GB"), Some(("4G".to_owned(), false)));
        assert_eq!(memory("4 cows"), None);
    }
}
