//! Forms of texts and bounds of numbers.
//!
//! Takes the name of a format and a text, says whether it holds; a format that Kubernetes does not check holds always.

use crate::decode::calendar::{is_date, is_moment};
use seawall_schema::name::{LABEL_LIMIT, is_dns_label};
use serde_json::{Number, Value};

/// Whether a text has the form.
pub(super) fn holds(format: &str, text: &str) -> bool {
    match format {
        // Of a field that may be left out an empty text is the same.
        "quantity" => is_quantity(text),
        "label-value" => is_label_value(text),
        "dns-label" => text.is_empty() || is_dns_label(text, LABEL_LIMIT),
        "dns-subdomain" => text.is_empty() || is_subdomain(text),
        "port-name" => text.is_empty() || is_port_name(text),
        "byte" => is_base64(text),
        "date-time" | "datetime" => is_moment(text),
        "date" => is_date(text),
        "ipv4" => text.parse::<std::net::Ipv4Addr>().is_ok(),
        "ipv6" => text.parse::<std::net::Ipv6Addr>().is_ok(),
        "ip" => text.parse::<std::net::IpAddr>().is_ok(),
        "cidr" => text.split_once('/').is_some_and(|(address, bits)| {
            let most = address.parse::<std::net::IpAddr>().map(|ip| if ip.is_ipv4() { 32 } else { 128 });
            most.is_ok_and(|most| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
        }),
        "uuid" => is_uuid(text),
        "duration" => is_duration(text),
        _ => true,
    }
}

/// In words, and an example; `None` where the format's own name says as much.
pub(super) fn words(format: &str) -> Option<(&'static str, &'static str)> {
    Some(match format {
        "label-value" => (
            "a label's value: at most 63 letters, digits, `-`, `_` and `.`, a letter or digit at both ends",
            "v1.2",
        ),
        "dns-label" => {
            ("a DNS label: at most 63 small letters, digits and `-`, a letter or digit at both ends", "web-1")
        }
        "dns-subdomain" => {
            ("a DNS name: labels of small letters, digits and `-`, joined by dots", "web.example")
        }
        "port-name" => {
            ("a port's name: at most 15 small letters, digits and `-`, one letter at least", "http")
        }
        "byte" => ("base64", "aGVsbG8="),
        "date-time" | "datetime" => ("a time as RFC 3339 writes it", "2026-01-31T08:00:00Z"),
        "date" => ("a day", "2026-01-31"),
        "ipv4" | "ip" => ("an IP address", "10.0.0.1"),
        "ipv6" => ("an IPv6 address", "fd00::1"),
        "cidr" => ("a range of addresses", "10.0.0.0/16"),
        "uuid" => ("a UUID", "123e4567-e89b-12d3-a456-426614174000"),
        "duration" => ("a duration", "90s"),
        _ => return None,
    })
}

fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let number = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(number);
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    let exponent = || {
        let rest = suffix.strip_prefix(['e', 'E'])?;
        Some(rest.strip_prefix(['+', '-']).unwrap_or(rest))
    };
    digits > 0
        && number.len() - digits <= 1
        && (matches!(suffix, "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E")
            || matches!(suffix, "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei")
            || exponent().is_some_and(|power| !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit())))
}

fn is_label_value(text: &str) -> bool {
    let ends = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    text.len() <= 63 && text.chars().all(inner) && ends(text.chars().next()) && ends(text.chars().last())
}

/// RFC 1123: the labels may be longer than 63, as Kubernetes has it.
fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(|label| is_dns_label(label, 253))
}

fn is_port_name(text: &str) -> bool {
    is_dns_label(text, 15) && !text.contains("--") && text.bytes().any(|b| b.is_ascii_lowercase())
}

/// As Go reads it: with padding, line breaks left out.
fn is_base64(text: &str) -> bool {
    let mut length = 0;
    let mut padding = 0;
    for byte in text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        length += 1;
        match byte {
            b'=' => padding += 1,
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' if padding == 0 => {}
            _ => return false,
        }
    }
    length % 4 == 0 && padding <= 2
}

fn is_uuid(text: &str) -> bool {
    let dash = |index: usize| matches!(index, 8 | 13 | 18 | 23);
    let fits = |(index, byte): (usize, u8)| if dash(index) { byte == b'-' } else { byte.is_ascii_hexdigit() };
    text.len() == 36 && text.bytes().enumerate().all(fits)
}

/// As Go writes one: `1h30m`, `1.5s`, `0`.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        if !number.bytes().any(|b| b.is_ascii_digit()) || number.matches('.').count() > 1 {
            return false;
        }
        let units = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"];
        let Some(known) =
            units.iter().filter(|known| unit.starts_with(**known)).max_by_key(|known| known.len())
        else {
            return false;
        };
        rest = &unit[known.len()..];
        parts += 1;
    }
    parts > 0
}

/// Whether a number lies within bounds.
pub(super) fn within(
    value: &Value,
    least: Option<&Number>,
    open_low: bool,
    most: Option<&Number>,
    open_high: bool,
) -> bool {
    let Value::Number(value) = value else { return true };
    let above = least
        .and_then(|least| compare(value, least))
        .is_none_or(|order| order.is_gt() || (order.is_eq() && !open_low));
    let below = most
        .and_then(|most| compare(value, most))
        .is_none_or(|order| order.is_lt() || (order.is_eq() && !open_high));
    above && below
}

fn compare(a: &Number, b: &Number) -> Option<std::cmp::Ordering> {
    match (a.as_i128(), b.as_i128()) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}

/// Whether a number is a multiple of another.
pub(super) fn multiple(value: &Value, step: &Number) -> bool {
    let Value::Number(value) = value else { return true };
    match (value.as_i128(), step.as_i128()) {
        (Some(value), Some(step)) => step == 0 || value % step == 0,
        _ => match (value.as_f64(), step.as_f64()) {
            (Some(value), Some(step)) if step != 0.0 => {
                ((value / step) - (value / step).round()).abs() < 1e-9
            }
            _ => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_hold_as_kubernetes_has_them() {
        let cases: [(&str, &[&str], &[&str]); 13] = [
            (
                "quantity",
                &["1", "1.5", ".5", "5.", "100m", "4Gi", "1e3", "1E-3", "+1", "-2k", "0", "3E"],
                &["", "4 Gi", "4GB", "1.2.3", "Gi", "1ki", "1K", "e3", "1e", "--1", "four"],
            ),
            ("label-value", &["", "a", "v1.2", "A_b-C"], &["-a", "a-", "a b", "a/b", "ä"]),
            ("dns-label", &["web", "w-1", ""], &["Web", "-w", "w-", "w.x", "w_x"]),
            ("dns-subdomain", &["web.example", "a-b.c"], &["Web", ".web", "web.", "a..b"]),
            ("port-name", &["http", "a1-b2"], &["a--b", "123", "averyveryverylongone", "HTTP"]),
            ("byte", &["", "aGVsbG8=", "aGVs\nbG8="], &["hello", "aGVsbG8", "a===", "=aaa", "hunter2!"]),
            (
                "date-time",
                &["2026-01-31T08:00:00Z", "2026-01-31T08:00:00.5+01:00"],
                &[
                    "2026-01-31",
                    "2026-02-30T08:00:00Z",
                    "2026-01-31T25:00:00Z",
                    "2026-01-31T08:00Z",
                    "now",
                    "2026-01-31T08:00:+5Z",
                    "2026-01-31T08:00:00Z01:00",
                ],
            ),
            ("ipv4", &["10.0.0.1"], &["10.0.0", "::1", "10.0.0.256"]),
            ("ipv6", &["fd00::1"], &["10.0.0.1", "fd00"]),
            ("cidr", &["10.0.0.0/8", "fd00::/64"], &["10.0.0.0", "10.0.0.0/33"]),
            (
                "uuid",
                &["123e4567-e89b-12d3-a456-426614174000"],
                &["123e4567", "123e4567-e89b-12d3-a456-42661417400g"],
            ),
            ("duration", &["1h30m", "1.5s", "0", "-2m", "5ms"], &["", "1", "1d", "h", "1.2.3s"]),
            ("something else", &["", "anything"], &[]),
        ];
        for (format, fit, unfit) in cases {
            fit.iter().for_each(|text| assert!(holds(format, text), "{format}: {text:?}"));
            unfit.iter().for_each(|text| assert!(!holds(format, text), "{format}: {text:?}"));
        }
    }

    #[test]
    fn bounds_are_exact() {
        let n = |n: i64| Number::from(n);
        assert!(within(&json!(i64::MAX), None, false, Some(&n(i64::MAX)), false));
        assert!(!within(&json!(i64::MAX), None, false, Some(&n(i64::MAX)), true));
        assert!(!within(&json!(u64::MAX), None, false, Some(&n(i64::MAX)), false));
        assert!(!within(&json!(0), Some(&n(1)), false, None, false));
        assert!(within(&json!(1.5), Some(&n(1)), true, Some(&n(2)), true));
        assert!(multiple(&json!(6), &n(3)) && !multiple(&json!(7), &n(3)));
        assert!(multiple(&json!(0.6), &Number::from_f64(0.2).unwrap()));
    }
}
