//! The quantity that somebody may have meant.

use super::format;

/// Units as people write them, without case, and what Kubernetes calls them.
const UNITS: [(&str, &str); 20] = [
    ("b", ""),
    ("k", "k"),
    ("kb", "k"),
    ("ki", "Ki"),
    ("kib", "Ki"),
    ("mb", "M"),
    ("mi", "Mi"),
    ("mib", "Mi"),
    ("g", "G"),
    ("gb", "G"),
    ("gi", "Gi"),
    ("gib", "Gi"),
    ("t", "T"),
    ("tb", "T"),
    ("ti", "Ti"),
    ("tib", "Ti"),
    ("p", "P"),
    ("pb", "P"),
    ("pi", "Pi"),
    ("millicpu", "m"),
];

/// A quantity near to a text that is none: spaces left out, units spelt as Kubernetes has them.
pub(super) fn meant(text: &str) -> Option<String> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',' && *c != '_').collect();
    if plain.is_empty() || plain.len() > 32 {
        return None;
    }
    let digits = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
    let (number, unit) = plain.split_at(digits);
    let lower = unit.to_ascii_lowercase();
    let known = UNITS.iter().find(|(written, _)| *written == lower).map(|(_, unit)| *unit);
    let meant = format!("{number}{}", known.unwrap_or(unit));
    (meant != text && format::holds("quantity", &meant)).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::meant;

    #[test]
    fn units_are_spelt_as_kubernetes_has_them() {
        let cases = [
            ("4 Gi", Some("4Gi")),
            ("4GB", Some("4G")),
            ("512mb", Some("512M")),
            ("1gi", Some("1Gi")),
            ("1K", Some("1k")),
            ("1 000", Some("1000")),
            ("four", None),
            ("", None),
            ("1.2.3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(meant(text).as_deref(), expected, "{text}");
        }
    }
}
