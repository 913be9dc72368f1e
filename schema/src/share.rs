//! Shares such as `20%`: exact thousandths of a percent. Takes text, gives integers; no floating point.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A share from 0% to 100% with up to three decimals, held in thousandths of a percent (100% is 100,000).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share(u32);

impl Share {
    /// All of it.
    pub const FULL: Share = Share(100_000);
    /// Nothing.
    pub const ZERO: Share = Share(0);

    /// From thousandths of a percent; `None` above 100%.
    pub fn from_thousandths(value: u32) -> Option<Self> {
        (value <= 100_000).then_some(Share(value))
    }

    /// In thousandths of a percent.
    pub fn thousandths(self) -> u32 {
        self.0
    }

    /// `ceil(n × share)`; `n` must not be negative.
    pub fn ceil_of(self, n: i128) -> i128 {
        (n * i128::from(self.0) + 99_999) / 100_000
    }

    /// `floor(n × share)`; `n` must not be negative.
    pub fn floor_of(self, n: i128) -> i128 {
        n * i128::from(self.0) / 100_000
    }

    /// Reads `20%`, `0.125%`; `None` where it is not a share between 0% and 100% with at most three decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_suffix('%')?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 3 || whole.len() > 3 {
            return None;
        }
        let thousandths =
            whole.parse::<u32>().ok()? * 1000 + format!("{fraction:0<3}").parse::<u32>().ok()?;
        Self::from_thousandths(thousandths)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = (self.0 / 1000, self.0 % 1000);
        if fraction == 0 {
            return write!(f, "{whole}%");
        }
        let digits = format!("{fraction:03}");
        write!(f, "{whole}.{}%", digits.trim_end_matches('0'))
    }
}

impl fmt::Debug for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Share {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Share::parse(&text).ok_or_else(|| serde::de::Error::custom("not a share between 0% and 100%"))
    }
}
