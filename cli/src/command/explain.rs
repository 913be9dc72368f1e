//! `seawall explain CODE`: the page of a diagnostic.

use crate::args::Format;
use crate::style::Style;
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::diagnostic::nearest::nearest;
use seawall_compiler::diagnostic::registry::{self, Code};
use seawall_compiler::diagnostic::{Severity, plain};
use serde_json::json;

/// Explain a diagnostic: what it means, why, a failing and a fixed example
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Such as SW0401, or its name, bad-name; without one, all are listed
    code: Option<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Prints the page.
///
/// # Errors
/// [`Failure::Input`] for a code that does not exist.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let Some(wanted) = &args.code else { return list(args, context) };
    let found = registry::find(wanted);
    let Some(code) = found else {
        let failure =
            Failure::input(format!("no diagnostic is called {}", plain::cut(&plain::text(wanted), 80)));
        let names = registry::ALL.iter().flat_map(|code| [code.id, code.name]);
        return Err(match nearest(wanted, names) {
            Some(near) => failure.help(format!("did you mean {near}? `seawall explain` lists all of them")),
            None => failure.help("`seawall explain` lists all of them"),
        });
    };
    match args.format {
        Format::Json => context.json(&as_json(code))?,
        Format::Text => {
            let style = Style(context.terminal.stdout_color);
            let head = format!("{} {} ({})", code.id, code.name, level(code));
            context.line(&style.bold(&head))?;
            context.line(&format!("\n{}", page(code)))?;
        }
    }
    Ok(Exit::Fine)
}

fn list(args: &Args, context: &Context) -> Outcome {
    match args.format {
        Format::Json => context.json(&registry::ALL.iter().copied().map(as_json).collect())?,
        Format::Text => {
            for code in registry::ALL.iter().copied() {
                context.line(&format!("{}  {:8} {:32} {}", code.id, level(code), code.name, code.summary))?;
            }
        }
    }
    Ok(Exit::Fine)
}

fn as_json(code: &Code) -> serde_json::Value {
    json!({
        "code": code.id, "name": code.name, "summary": code.summary, "severity": level(code), "since": code.since,
        "page": page(code),
    })
}

fn level(code: &Code) -> &'static str {
    match code.level {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The page without its heading, which is printed already.
fn page(code: &Code) -> String {
    let body = match code.page.split_once('\n') {
        Some((heading, rest)) if heading.starts_with("# ") => rest,
        _ => code.page,
    };
    body.trim().to_owned()
}
