//! One value against the [`Kind`] it must be. Takes an entry, gives a typed [`Datum`] or a finding.

use super::calendar::{is_date, is_moment};
use super::node::Datum;
use super::shape::Kind;
use super::spelling;
use crate::diagnostic::{Diagnostic, Edit, plain, registry as codes};
use crate::model::Declared;
use crate::span::Span;
use crate::syntax::Value;
use seawall_schema::quantity::QuantityError;
use seawall_schema::{Duration, Resource, Share};
use std::borrow::Cow;

/// Reads a value; `what` names it in messages.
///
/// # Errors
/// The finding, at `span`.
pub fn read(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    match kind {
        Kind::Text | Kind::Name => text(value, kind, what, span).map(|t| Datum::Text((*t).into())),
        Kind::Country => country(value, kind, what, span),
        Kind::Date => date(value, kind, what, span),
        Kind::Moment => moment(value, kind, what, span),
        Kind::Count => count(value, kind, what, span).map(Datum::Count),
        Kind::Duration => duration(value, kind, what, span),
        Kind::Share => share(value, kind, what, span).map(Datum::Share),
        Kind::ShareOrCount if matches!(value, Value::String(_)) => {
            share(value, kind, what, span).map(Datum::Share)
        }
        Kind::ShareOrCount => count(value, kind, what, span).map(Datum::Count),
        Kind::Amount(resource) => amount(value, resource, kind, what, span),
        Kind::AmountOrShare(resource) => match value {
            Value::String(text) if text.ends_with('%') => share(value, kind, what, span).map(Datum::Share),
            _ => amount(value, resource, kind, what, span),
        },
        Kind::Extended => extended(value, false, kind, what, span),
        Kind::ExtendedOrShare => extended(value, true, kind, what, span),
        Kind::Flag => flag(value, kind, what, span),
        Kind::Word(words) => word(value, words, kind, what, span),
    }
}

fn found(value: &Value<'_>) -> String {
    match value {
        Value::String(text) => format!("the text `{}`", clip(text)),
        Value::Integer(number) => format!("the number {number}"),
        Value::Float(raw) => format!("the number {}", clip(raw)),
        Value::Bool(flag) => format!("`#{flag}`"),
        Value::Null => "`#null`".to_owned(),
    }
}

/// A text short enough to stand in a message.
pub fn clip(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(64) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

fn wrong_type(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Box<Diagnostic> {
    let message = format!("{what} takes {}, found {}", kind.expected(), found(value));
    Box::new(Diagnostic::new(&codes::WRONG_TYPE, message, span, "of another type"))
}

fn text<'v>(
    value: &'v Value<'_>,
    kind: &Kind,
    what: &str,
    span: Span,
) -> Result<Cow<'v, str>, Box<Diagnostic>> {
    match value {
        Value::String(text) if text.is_empty() => {
            let message = format!("{what} is empty");
            Err(Box::new(Diagnostic::new(&codes::WRONG_TYPE, message, span, "nothing in it")))
        }
        Value::String(text) => Ok(Cow::Borrowed(text)),
        _ => Err(wrong_type(value, kind, what, span)),
    }
}

fn country(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    let code = text(value, kind, what, span)?;
    if crate::resolve::cities::is_country(&code) {
        return Ok(Datum::Text((*code).into()));
    }
    let message = format!("`{}` is no ISO 3166 country code", clip(&code));
    let finding = Diagnostic::new(&codes::UNKNOWN_COUNTRY, message, span, "no country of that code");
    let upper = code.to_ascii_uppercase();
    let near = if upper == "UK" { "GB".to_owned() } else { upper };
    Err(Box::new(if crate::resolve::cities::is_country(&near) {
        finding.meant(span, &near, true)
    } else {
        finding.help("a country is two capital letters, such as `DE`")
    }))
}

fn replace(finding: Diagnostic, span: Span, text: String) -> Diagnostic {
    let title = format!("replace by `{text}`");
    finding.fix(title, vec![Edit { span, replacement: text }])
}

fn date(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    let day = text(value, kind, what, span)?;
    if is_date(&day) {
        return Ok(Datum::Text((*day).into()));
    }
    Err(wrong_type(value, kind, what, span))
}

fn moment(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    let given = text(value, kind, what, span)?;
    if is_moment(&given) {
        return Ok(Datum::Text((*given).into()));
    }
    let finding = *wrong_type(value, kind, what, span);
    Err(Box::new(match is_date(&given) {
        true => finding.help(format!("say the time of day: `\"{given}T18:00:00Z\"`")),
        false => finding,
    }))
}

fn count(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<u64, Box<Diagnostic>> {
    let problem = match value {
        Value::Integer(number) => match u64::try_from(*number) {
            Ok(number) if number <= COUNT_LIMIT => return Ok(number),
            _ if *number < 0 => "below 0".to_owned(),
            _ => format!("above {COUNT_LIMIT}"),
        },
        Value::Float(_) => "not a whole number".to_owned(),
        Value::String(text) if text.parse::<u64>().is_ok_and(|number| number <= COUNT_LIMIT) => {
            let right = text.trim_start_matches('0');
            let right = if right.is_empty() { "0" } else { right };
            let finding = wrong_type(value, kind, what, span).help(format!("without quotes: `{right}`"));
            return Err(Box::new(replace(finding, span, right.to_owned())));
        }
        _ => return Err(wrong_type(value, kind, what, span)),
    };
    let message = format!("{what} takes a whole number from 0, found {}", found(value));
    Err(Box::new(Diagnostic::new(&codes::BAD_COUNT, message, span, problem)))
}

/// Largest count that a policy may name: sums of millions of them stay far inside 128 bits.
pub const COUNT_LIMIT: u64 = 1_000_000_000;

fn duration(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    let raw = match value {
        Value::String(text) => Cow::Borrowed(&**text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Float(raw) => Cow::Borrowed(*raw),
        _ => return Err(wrong_type(value, kind, what, span)),
    };
    if let Some(duration) = Duration::parse(&raw) {
        return Ok(Datum::Duration(duration));
    }
    let digits = !raw.is_empty() && raw.bytes().all(|b| b.is_ascii_digit());
    let message = format!("{what} takes a duration such as `90s`, found {}", found(value));
    let label = if digits { "no unit" } else { "not a whole number with a unit" };
    let finding = Diagnostic::new(&codes::BAD_DURATION, message, span, label);
    if let Some(better) = spelling::duration(&raw) {
        let finding = finding.help(format!("write `\"{better}\"`"));
        return Err(Box::new(replace(finding, span, format!("\"{better}\""))));
    }
    Err(Box::new(finding.help(if digits && raw.len() < 19 {
        // Distances on a network are milliseconds, everything else is seconds at least.
        let unit = if matches!(what, "`rtt`" | "`within`") { "ms" } else { "s" };
        format!("say the unit, one of ms, s, m, h, d: `\"{raw}{unit}\"`")
    } else {
        "durations are whole numbers with ms, s, m, h or d: `\"1500ms\"`, `\"90s\"`".to_owned()
    })))
}

fn share(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Share, Box<Diagnostic>> {
    let raw = match value {
        Value::String(text) => Cow::Borrowed(&**text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Float(raw) => Cow::Borrowed(*raw),
        _ => return Err(wrong_type(value, kind, what, span)),
    };
    if let Some(share) = Share::parse(&raw) {
        return Ok(share);
    }
    let message = format!("{what} takes a share from 0% to 100%, found {}", found(value));
    let finding = Diagnostic::new(&codes::BAD_SHARE, message, span, "not a share");
    let Some(better) = spelling::share(&raw) else {
        return Err(Box::new(
            finding.help("shares run from `\"0%\"` to `\"100%\"` with up to three decimals"),
        ));
    };
    let written = format!("\"{better}\"");
    // 1 and 0.5 may be meant as parts of one, or as percents.
    let plain = raw.trim_end().ends_with('%') || raw.parse::<u8>().is_ok_and(|whole| whole > 1);
    let finding = finding.help(format!("shares are written in percent: `{written}`"));
    let (title, edits) = (format!("replace by `{written}`"), vec![Edit { span, replacement: written }]);
    Err(Box::new(finding.offer(plain, title, edits)))
}

fn amount(
    value: &Value<'_>,
    resource: &Resource,
    kind: &Kind,
    what: &str,
    span: Span,
) -> Result<Datum, Box<Diagnostic>> {
    let raw = match value {
        Value::String(text) => Cow::Borrowed(&**text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Float(raw) => Cow::Borrowed(*raw),
        _ => return Err(wrong_type(value, kind, what, span)),
    };
    let problem = match resource.parse(&raw) {
        Ok(_) if *resource == Resource::Cpu && raw.ends_with('i') => {
            let message = format!("{what} takes {}, found {}", kind.expected(), found(value));
            let finding = Diagnostic::new(&codes::BAD_QUANTITY, message, span, "a unit of bytes");
            return Err(Box::new(
                finding.help("cpu is counted in cores: `2`, or thousandths of one: `\"500m\"`"),
            ));
        }
        Ok(amount) => return Ok(Datum::Amount(amount)),
        Err(problem) => problem,
    };
    let message = format!("{what} takes {}, found {}", kind.expected(), found(value));
    let label = match (problem, resource) {
        (QuantityError::TooFine, Resource::Cpu) => "finer than 1m".to_owned(),
        (QuantityError::TooFine, _) => "not a whole number".to_owned(),
        (other, _) => other.to_string(),
    };
    let finding = Diagnostic::new(&codes::BAD_QUANTITY, message, span, label);
    let Some((better, sure)) = spelling::amount(&raw, resource) else {
        return Err(Box::new(finding.help(match resource {
            Resource::Cpu => "cores: `2`, or thousandths of one: `\"500m\"`",
            Resource::Memory => "bytes, with a unit: `\"512Mi\"`, `\"4Gi\"`",
            Resource::Pods | Resource::Extended(_) => "a whole number: `8`",
        })));
    };
    let written = format!("\"{better}\"");
    let finding = finding.help(format!("did you mean `{written}`?"));
    let (title, edits) = (format!("replace by `{written}`"), vec![Edit { span, replacement: written }]);
    Err(Box::new(finding.offer(sure, title, edits)))
}

fn extended(
    value: &Value<'_>,
    shares: bool,
    kind: &Kind,
    what: &str,
    span: Span,
) -> Result<Datum, Box<Diagnostic>> {
    let raw = text(value, kind, what, span)?;
    let wrong = |label: &str| {
        let message = format!("{what} takes {}, found {}", kind.expected(), found(value));
        Box::new(Diagnostic::new(&codes::BAD_QUANTITY, message, span, label))
    };
    let Some((name, number)) = raw.split_once('=') else { return Err(wrong("no `=`")) };
    if matches!(name, "cpu" | "memory" | "pods") {
        let help = format!("write it as a property of its own: `{name}={number}`");
        return Err(Box::new(wrong("not an extended resource").help(help)));
    }
    if !is_resource_name(name) {
        return Err(wrong("not a resource name such as `nvidia.com/gpu`"));
    }
    if shares && number.ends_with('%') {
        let share = Share::parse(number).ok_or_else(|| wrong("not a share from 0% to 100%"))?;
        return Ok(Datum::Extended(name.into(), Declared::Share(share)));
    }
    match Resource::Extended(name.into()).parse(number) {
        Ok(amount) => Ok(Datum::Extended(name.into(), Declared::Amount(amount))),
        Err(problem) => Err(wrong(&problem.to_string())),
    }
}

/// A qualified name as Kubernetes has it: `[prefix/]name`.
pub(crate) fn is_resource_name(name: &str) -> bool {
    let (prefix, last) = name.rsplit_once('/').unwrap_or(("", name));
    let word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    let part =
        |text: &str| text.bytes().all(word) && edge(text.as_bytes().first()) && edge(text.as_bytes().last());
    last.len() <= 63 && part(last) && prefix.len() <= 253 && (prefix.is_empty() || part(prefix))
}

fn flag(value: &Value<'_>, kind: &Kind, what: &str, span: Span) -> Result<Datum, Box<Diagnostic>> {
    match value {
        Value::Bool(flag) => Ok(Datum::Flag(*flag)),
        Value::String(text) if matches!(&**text, "true" | "false") => {
            let right = format!("#{text}");
            let finding = *wrong_type(value, kind, what, span);
            Err(Box::new(replace(finding.help(format!("KDL 2 writes it `{right}`")), span, right)))
        }
        _ => Err(wrong_type(value, kind, what, span)),
    }
}

fn word(
    value: &Value<'_>,
    words: &'static [&'static str],
    kind: &Kind,
    what: &str,
    span: Span,
) -> Result<Datum, Box<Diagnostic>> {
    // A word that reads as a number, such as a version, was meant as text.
    if let Value::Float(raw) = value {
        let finding = *wrong_type(value, kind, what, span);
        let digits = |word: &&&str| word.starts_with(|c: char| c.is_ascii_digit());
        return Err(Box::new(match words.iter().find(|word| *word == raw) {
            Some(meant) => {
                let written = plain::quoted(meant);
                let finding = finding.help(format!("without quotes it is a number: write `{written}`"));
                replace(finding, span, written)
            }
            None => match words.iter().rfind(digits) {
                Some(word) => {
                    finding.help(format!("one of these in quotes, such as `{}`", plain::quoted(word)))
                }
                None => finding,
            },
        }));
    }
    let given = text(value, kind, what, span)?;
    if let Some(word) = words.iter().find(|w| ***w == *given) {
        return Ok(Datum::Word(word));
    }
    let message = format!("{what} takes {}, found `{}`", kind.expected(), clip(&given));
    let finding = Diagnostic::new(&codes::UNKNOWN_VALUE, message, span, "not one of these words");
    Err(Box::new(match words {
        [only] => finding.meant(span, only, true),
        _ => finding.did_you_mean(span, &given, words.iter().copied()),
    }))
}
