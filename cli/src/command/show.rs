//! `seawall show [DIR] [KIND [NAME]]`: the resolved model, every default applied, every value with its place in the source.

use crate::failure::Failure;
use crate::fleet::{self, FleetArgs};
use crate::shown;
use crate::style::Style;
use crate::{Context, Exit, Outcome, args::Format};
use seawall_compiler::diagnostic::nearest::nearest;
use seawall_compiler::show::show;
use serde_json::Value;
use std::path::PathBuf;

/// Show the resolved fleet: every default applied, each value with its line
///
/// Without KIND an overview; with KIND, and NAME, all of it: `seawall show workload risk-api`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The fleet's folder [default: .], then what to show: a kind such as `workload`, and a name
    #[arg(value_names = ["DIR", "KIND", "NAME"], num_args = 0..=3)]
    words: Vec<String>,
    /// The date that allowances are compared with [default: today, UTC]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = fleet::date)]
    today: Option<String>,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// Kinds, and the lists of the model that hold them.
const KINDS: &[(&str, &str)] = &[
    ("region", "regions"),
    ("tier", "tiers"),
    ("lane", "lanes"),
    ("link", "links"),
    ("jurisdiction", "jurisdictions"),
    ("tenant", "tenants"),
    ("dataset", "datasets"),
    ("workload", "workloads"),
    ("queue", "queues"),
    ("job", "jobs"),
    ("event", "events"),
    ("declaration", "declarations"),
    ("manifest", "manifests"),
];

/// Prints the model, or the part of it that is asked for.
///
/// # Errors
/// Where there is no fleet, findings leave no model, or nothing of that kind and name is in it.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let (folder, wanted) = split(args, context)?;
    let compiled = fleet::check(context, &FleetArgs { folder, today: args.today.clone() })?;
    let checked = &compiled.checked;
    let color = context.terminal.stderr_color;
    let Some(model) = &checked.model else {
        context.complain(&fleet::shown(context, &checked.diagnostics, &checked.sources, color));
        return Err(Failure::input("the fleet has errors that leave no model to show")
            .help("mend them; `seawall check` shows the same"));
    };
    let whole = show(model, &checked.sources);
    let overview = wanted.is_empty();
    let part = choose(whole, &wanted)?;
    let style = Style(context.terminal.stdout_color);
    match args.format {
        Format::Json => context.json(&part)?,
        Format::Text if overview => {
            context.write(&shown::overview(&part, KINDS, style))?;
            context.say("all of it: seawall show KIND [NAME], or --format json");
        }
        Format::Text => context.write(&shown::whole(&part, &wanted[0], style))?,
    }
    Ok(Exit::Fine)
}

/// The first word is the fleet's folder where it is one, or where it is no kind.
fn split(args: &Args, context: &Context) -> Result<(PathBuf, Vec<String>), Failure> {
    let mut words = args.words.clone();
    let is_kind =
        |word: &str| word == "fleet" || KINDS.iter().any(|(one, many)| word == *one || word == *many);
    let folder = match words.first() {
        Some(first) if context.path(first).join("fleet.kdl").is_file() || !is_kind(first) => {
            words.remove(0).into()
        }
        _ => PathBuf::from("."),
    };
    let Some(kind) = words.first_mut() else { return Ok((folder, words)) };
    if !is_kind(kind) {
        let known = || KINDS.iter().map(|(one, _)| *one).chain(["fleet"]);
        let help = match nearest(kind, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("kinds: {}", known().collect::<Vec<_>>().join(", ")),
        };
        return Err(Failure::input(format!("no kind is called `{kind}`")).help(help));
    }
    if let Some((one, _)) = KINDS.iter().find(|(_, many)| many == kind) {
        *kind = (*one).to_owned();
    }
    match words.get(2) {
        Some(more) => {
            Err(Failure::input(format!("`{more}` is one word too many"))
                .help("seawall show [DIR] [KIND [NAME]]"))
        }
        None => Ok((folder, words)),
    }
}

/// What of the whole is asked for.
fn choose(mut whole: Value, wanted: &[String]) -> Result<Value, Failure> {
    let Some(kind) = wanted.first() else { return Ok(whole) };
    let list = KINDS.iter().find(|(one, _)| one == kind).map_or("fleet", |(_, many)| many);
    let found = whole[list].take();
    let Some(name) = wanted.get(1) else { return Ok(found) };
    let all = match found {
        Value::Array(all) => all,
        // There is one fleet; its name may be said.
        one => vec![one],
    };
    let names: Vec<String> = all.iter().map(shown::name).collect();
    match names.iter().position(|known| known == name) {
        Some(index) => Ok(all.into_iter().nth(index).unwrap_or_default()),
        None => {
            let near = nearest(name, names.iter().map(String::as_str));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None if names.is_empty() => format!("the fleet has no {kind}"),
                None => format!("there are {}", names.join(", ")),
            };
            Err(Failure::input(format!("no {kind} is called `{name}`")).help(help))
        }
    }
}
