//! Messages of policies: text with expressions in braces; `{{` and `}}` are braces themselves.

use super::cel::ast::Expr;
use super::cel::code::Code;
use super::cel::eval::{Machine, Stop};
use super::cel::fault::{At, Fault, place};
use super::cel::parse::parse;
use super::cel::types::Type;
use super::cel::typing::{Scope, typed};
use super::cel::value::Value;
use crate::diagnostic::plain;

/// A message.
#[derive(Clone, Debug)]
pub(super) struct Template {
    parts: Vec<Part>,
    /// As it was written, for people.
    pub(super) written: String,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Value(Code, Type),
}

/// Most expressions of a message.
const MOST: usize = 32;

impl Template {
    /// Reads a message and types its expressions.
    ///
    /// # Errors
    /// The first fault, placed in the message.
    pub(super) fn load(text: &str, scope: &mut Scope) -> Result<Template, Box<Fault>> {
        let (mut parts, mut plain, mut at) = (Vec::new(), String::new(), 0);
        while let Some(c) = text[at..].chars().next() {
            let doubled = text[at + c.len_utf8()..].starts_with(c);
            match c {
                '{' | '}' if doubled => {
                    plain.push(c);
                    at += 2;
                }
                '}' => {
                    let fault = Fault::syntax(
                        place(at, at + 1),
                        "a `}` in a message closes nothing",
                        "no `{` before it",
                    );
                    return Err(fault.help("a brace itself is written twice: `}}`"));
                }
                '{' => {
                    let end = at + 1 + close(&text[at + 1..]).ok_or_else(|| unclosed(at))?;
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(value(&text[at + 1..end], at + 1, scope)?);
                    if parts.len() > 2 * MOST {
                        let message = format!("a message has more than {MOST} expressions");
                        return Err(Fault::syntax(place(at, end), message, "one too many"));
                    }
                    at = end + 1;
                }
                c => {
                    plain.push(c);
                    at += c.len_utf8();
                }
            }
        }
        parts.push(Part::Text(plain));
        Ok(Template { parts, written: text.to_owned() })
    }

    /// Puts the values in.
    ///
    /// # Errors
    /// Where one of them cannot be worked out.
    pub(super) fn fill<'m>(
        &'m self,
        machine: &mut Machine<'m>,
        variables: &[Value<'m>],
    ) -> Result<String, Stop> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Value(code, of) => {
                    let shown = machine.run(code, variables)?.show(of);
                    text.push_str(&plain::cut(&shown, plain::COLUMNS));
                }
            }
        }
        Ok(text)
    }
}

fn unclosed(at: usize) -> Box<Fault> {
    let fault = Fault::syntax(place(at, at + 1), "a `{` in a message is not closed", "opened here");
    fault.help("close it with `}`; a brace itself is written twice: `{{`")
}

/// The `}` that closes an expression: the first one outside its texts.
fn close(text: &str) -> Option<usize> {
    let (mut mark, mut escaped) = (None, false);
    for (at, c) in text.char_indices() {
        match mark {
            None if c == '}' => return Some(at),
            None if matches!(c, '"' | '\'') => mark = Some(c),
            None => {}
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(open) if c == open => mark = None,
            Some(_) => {}
        }
    }
    None
}

fn value(text: &str, from: usize, scope: &mut Scope) -> Result<Part, Box<Fault>> {
    let moved = |mut fault: Box<Fault>| {
        fault.at = shift(&fault.at, from);
        fault
    };
    let expr: Expr = parse(text).map_err(moved)?;
    let (code, of) = typed(&expr, scope, None).map_err(moved)?;
    if !of.shown() {
        let fault =
            Fault::typed(shift(&expr.at, from), format!("a message cannot show {of}"), format!("gives {of}"));
        return Err(match of {
            Type::Object(kind) if kind.field("name").is_some() => fault.help("show its name: `.name`"),
            Type::List(_) => {
                fault.help("show how many there are: `size(…)`, or their names: `.map(x, x.name)`")
            }
            _ => fault,
        });
    }
    Ok(Part::Value(code, of))
}

fn shift(at: &At, by: usize) -> At {
    let by = u32::try_from(by).unwrap_or(u32::MAX);
    at.start.saturating_add(by)..at.end.saturating_add(by)
}
