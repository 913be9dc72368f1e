//! Units of amounts: whole numbers of milli-cpu, bytes, milliseconds, thousandths of a percent, days.
//!
//! Takes text as the language writes it, gives numbers, and the other way round.

use crate::decode::calendar::is_date;
use seawall_schema::{Duration, Resource, Share};

/// What an amount counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Milli-cpu.
    Cpu,
    /// Bytes.
    Memory,
    /// Milliseconds.
    Duration,
    /// Thousandths of a percent.
    Share,
    /// Days since 1970-01-01.
    Day,
}

impl Unit {
    /// Every unit.
    pub(crate) const ALL: [Unit; 5] = [Unit::Cpu, Unit::Memory, Unit::Duration, Unit::Share, Unit::Day];

    /// The function that makes one of text.
    pub(crate) fn function(self) -> &'static str {
        match self {
            Unit::Cpu => "cpu",
            Unit::Memory => "memory",
            Unit::Duration => "duration",
            Unit::Share => "share",
            Unit::Day => "day",
        }
    }

    /// In words.
    pub(super) fn about(self) -> &'static str {
        match self {
            Unit::Cpu => "an amount of cpu",
            Unit::Memory => "an amount of memory",
            Unit::Duration => "a duration",
            Unit::Share => "a share",
            Unit::Day => "a day",
        }
    }

    /// What a number of it counts.
    pub(crate) fn counts(self) -> &'static str {
        match self {
            Unit::Cpu => "milli-cpu",
            Unit::Memory => "bytes",
            Unit::Duration => "milliseconds",
            Unit::Share => "thousandths of a percent",
            Unit::Day => "days since 1970-01-01",
        }
    }

    /// An example of its text.
    pub(crate) fn example(self) -> &'static str {
        match self {
            Unit::Cpu => "500m",
            Unit::Memory => "4Gi",
            Unit::Duration => "90s",
            Unit::Share => "12.5%",
            Unit::Day => "2026-01-31",
        }
    }

    /// Reads its text.
    pub(crate) fn read(self, text: &str) -> Option<i64> {
        match self {
            Unit::Cpu => i64::try_from(Resource::Cpu.parse(text).ok()?).ok(),
            Unit::Memory => i64::try_from(Resource::Memory.parse(text).ok()?).ok(),
            Unit::Duration => i64::try_from(Duration::parse(text)?.millis()).ok(),
            Unit::Share => Some(Share::parse(text)?.thousandths().into()),
            Unit::Day => is_date(text).then(|| days(text)),
        }
    }

    /// Writes its text.
    pub(crate) fn show(self, amount: i64) -> String {
        let sign = if amount < 0 { "-" } else { "" };
        let size = amount.unsigned_abs();
        match self {
            Unit::Cpu => Resource::Cpu.format(amount.into()),
            Unit::Memory => Resource::Memory.format(amount.into()),
            Unit::Duration => format!("{sign}{}", crate::check::rto::spoken(Duration::from_millis(size))),
            Unit::Share => {
                let digits = format!("{}.{:03}", size / 1000, size % 1000);
                format!("{sign}{}%", digits.trim_end_matches('0').trim_end_matches('.'))
            }
            Unit::Day => date(amount),
        }
    }
}

/// Days since 1970-01-01 of a text that is a day; by the arithmetic of the proleptic Gregorian calendar in eras of 400 years.
fn days(text: &str) -> i64 {
    let part =
        |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<i64>().ok()).unwrap_or(0);
    let (year, month, day) = (part(0..4), part(5..7), part(8..10));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The day that is so many days from 1970-01-01.
fn date(days: i64) -> String {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_amount_agree() {
        for (unit, text, amount) in [
            (Unit::Cpu, "1500m", 1500),
            (Unit::Memory, "4Gi", 4 << 30),
            (Unit::Duration, "6m", 360_000),
            (Unit::Share, "12.5%", 12_500),
            (Unit::Day, "1970-01-01", 0),
            (Unit::Day, "2000-02-29", 11_016),
            (Unit::Day, "2026-01-31", 20_484),
        ] {
            assert_eq!(unit.read(text), Some(amount), "{text}");
            assert_eq!(unit.show(amount), text);
            assert!(unit.read(unit.example()).is_some());
        }
        assert_eq!(Unit::Share.show(250_000), "250%");
        assert_eq!(Unit::Duration.show(-90_000), "-1m30s");
        assert_eq!(Unit::Day.read("2026-02-30"), None);
        for day in (-800_000..800_000).step_by(97) {
            assert_eq!(days(&date(day)), day);
        }
    }
}
