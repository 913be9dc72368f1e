//! Kubernetes quantities and resource vectors, exact integers.
//!
//! Takes text such as `128Gi`, `500m`, gives whole milli-CPU, bytes or counts. Invariant: no floating point, no overflow
//! that is not reported. Source: Kubernetes API conventions, `resource.Quantity`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// A resource that capacity, requests, reserves and quotas are counted in.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// CPU, in milli-CPU.
    Cpu,
    /// Memory, in bytes.
    Memory,
    /// Pods, a count.
    Pods,
    /// An extended resource such as `nvidia.com/gpu`, a count.
    Extended(Arc<str>),
}

impl Resource {
    /// The name as Kubernetes writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Resource::Cpu => "cpu",
            Resource::Memory => "memory",
            Resource::Pods => "pods",
            Resource::Extended(name) => name,
        }
    }

    /// The resource of that name.
    pub fn from_name(name: &str) -> Self {
        match name {
            "cpu" => Resource::Cpu,
            "memory" => Resource::Memory,
            "pods" => Resource::Pods,
            other => Resource::Extended(other.into()),
        }
    }

    /// Reads a quantity of this resource into its unit.
    ///
    /// # Errors
    /// What is no quantity, finer than the unit, negative or too large.
    pub fn parse(&self, text: &str) -> Result<u64, QuantityError> {
        parse_scaled(text, if *self == Resource::Cpu { 3 } else { 0 })
    }

    /// Prints an amount as a canonical Kubernetes quantity: `500m`, `4`, `128Gi`.
    pub fn format(&self, amount: i128) -> String {
        match self {
            Resource::Cpu if amount % 1000 != 0 => format!("{amount}m"),
            Resource::Cpu => format!("{}", amount / 1000),
            Resource::Memory => format_binary(amount),
            Resource::Pods | Resource::Extended(_) => format!("{amount}"),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Resource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Resource {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|name| Resource::from_name(&name))
    }
}

fn format_binary(amount: i128) -> String {
    const SUFFIXES: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let (mut value, mut index) = (amount, 0);
    while value != 0 && value % 1024 == 0 && index + 1 < SUFFIXES.len() {
        value /= 1024;
        index += 1;
    }
    format!("{value}{}", SUFFIXES[index])
}

/// Why a text is no usable quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the form `<number><suffix>`.
    #[error("not a Kubernetes quantity")]
    Syntax,
    /// Finer than the unit of the resource.
    #[error("finer than the smallest unit")]
    TooFine,
    /// Below zero.
    #[error("negative")]
    Negative,
    /// Above what fits.
    #[error("too large")]
    TooLarge,
}

/// Largest amount in a resource's unit that a policy may name: sums of millions of them stay far inside 128 bits.
pub const AMOUNT_LIMIT: u64 = i64::MAX as u64;

fn parse_scaled(text: &str, scale: i32) -> Result<u64, QuantityError> {
    if text.starts_with('-') {
        return Err(QuantityError::Negative);
    }
    let text = text.strip_prefix('+').unwrap_or(text);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, suffix) = text.split_at(end);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') || number.len() > 60 {
        return Err(QuantityError::Syntax);
    }
    let (binary, exponent) = parse_suffix(suffix)?;
    let fraction = fraction.trim_end_matches('0');
    let digits = format!("{whole}{fraction}");
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Ok(0);
    }
    let value: u128 =
        if digits.len() > 38 { return Err(QuantityError::TooLarge) } else { number_of(digits)? };
    let value = value.checked_mul(1u128 << binary).ok_or(QuantityError::TooLarge)?;
    let power =
        exponent.saturating_add(scale).saturating_sub(i32::try_from(fraction.len()).unwrap_or(i32::MAX));
    let amount = shift_decimal(value, power)?;
    u64::try_from(amount).ok().filter(|a| *a <= AMOUNT_LIMIT).ok_or(QuantityError::TooLarge)
}

fn number_of(digits: &str) -> Result<u128, QuantityError> {
    digits.parse().map_err(|_| QuantityError::TooLarge)
}

fn shift_decimal(value: u128, power: i32) -> Result<u128, QuantityError> {
    let factor = 10u128.checked_pow(power.unsigned_abs());
    match (power >= 0, factor) {
        (true, Some(factor)) => value.checked_mul(factor).ok_or(QuantityError::TooLarge),
        (true, None) => Err(QuantityError::TooLarge),
        (false, Some(factor)) if value.is_multiple_of(factor) => Ok(value / factor),
        (false, _) => Err(QuantityError::TooFine),
    }
}

/// Gives the power of two and the power of ten that a suffix stands for.
fn parse_suffix(suffix: &str) -> Result<(u32, i32), QuantityError> {
    Ok(match suffix {
        "" => (0, 0),
        "Ki" => (10, 0),
        "Mi" => (20, 0),
        "Gi" => (30, 0),
        "Ti" => (40, 0),
        "Pi" => (50, 0),
        "Ei" => (60, 0),
        "n" => (0, -9),
        "u" => (0, -6),
        "m" => (0, -3),
        "k" => (0, 3),
        "M" => (0, 6),
        "G" => (0, 9),
        "T" => (0, 12),
        "P" => (0, 15),
        "E" => (0, 18),
        other => {
            let exponent = other.strip_prefix(['e', 'E']).ok_or(QuantityError::Syntax)?;
            let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
            if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Err(QuantityError::Syntax);
            }
            (0, exponent.parse().map_err(|_| QuantityError::Syntax)?)
        }
    })
}

/// Amounts by resource, each in its unit (milli-CPU, bytes, count). A resource that is absent was not named, which for
/// capacity and requests means 0 and for quotas and bursts means unlimited.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Resources(pub BTreeMap<Resource, u64>);

impl Resources {
    /// The amount of a resource, 0 where it is not named.
    pub fn get(&self, resource: &Resource) -> u64 {
        self.0.get(resource).copied().unwrap_or(0)
    }

    /// The amount of a resource, `None` where it is not named.
    pub fn named(&self, resource: &Resource) -> Option<u64> {
        self.0.get(resource).copied()
    }

    /// Sets an amount.
    pub fn set(&mut self, resource: Resource, amount: u64) {
        self.0.insert(resource, amount);
    }

    /// The named resources in order.
    pub fn iter(&self) -> impl Iterator<Item = (&Resource, u64)> {
        self.0.iter().map(|(resource, amount)| (resource, *amount))
    }

    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_exact() {
        let memory = |text| Resource::Memory.parse(text);
        let cpu = |text| Resource::Cpu.parse(text);
        assert_eq!(cpu("0.5"), Ok(500));
        assert_eq!(cpu("2"), Ok(2000));
        assert_eq!(cpu("1500m"), Ok(1500));
        assert_eq!(cpu("0.0005"), Err(QuantityError::TooFine));
        assert_eq!(memory("1.5Gi"), Ok(1_610_612_736));
        assert_eq!(memory("1e3"), Ok(1000));
        assert_eq!(memory("1500m"), Err(QuantityError::TooFine));
        assert_eq!(memory("2000m"), Ok(2));
        assert_eq!(memory("99999999999Ei"), Err(QuantityError::TooLarge));
        assert_eq!(memory("-1"), Err(QuantityError::Negative));
        for bad in ["", ".", "1.2.3", "Gi", "1gi", "1 Gi", "e5", "1e", "0x10"] {
            assert_eq!(memory(bad), Err(QuantityError::Syntax), "{bad}");
        }
    }

    #[test]
    fn printing_is_canonical() {
        assert_eq!(Resource::Memory.format(128 << 30), "128Gi");
        assert_eq!(Resource::Memory.format(1000), "1000");
        assert_eq!(Resource::Cpu.format(1500), "1500m");
        assert_eq!(Resource::Cpu.format(2000), "2");
    }
}
