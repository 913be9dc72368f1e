//! `seawall drill SCENARIO [DIR]`: one scenario told before it happens.

use crate::drill::{listed, page};
use crate::fleet::{self, FleetArgs};
use crate::page::Page;
use crate::style::{Style, count};
use crate::{Context, Exit, Failure, Outcome};
use seawall_compiler::drill::{Drill, drill, names};
use seawall_compiler::files::Sources;
use seawall_compiler::model::Model;
use seawall_compiler::proof::{Proof, Verdict};
use std::path::PathBuf;

/// Show what moves, what stays, what is lost in a failure, and why
///
/// SCENARIO is region:R, regions:A+B, cell:R/C, zone:R/Z or event:E; without one, lists those of the fleet. Exits 1 where the
/// scenario is not survivable.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Which failure
    #[arg(value_name = "SCENARIO")]
    scenario: Option<String>,
    #[command(flatten)]
    fleet: FleetArgs,
    /// How it is printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

/// How a drill is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// For a page or a comment
    Markdown,
    /// For machines
    Json,
}

/// Proves, tells, prints.
///
/// # Errors
/// Where there is no fleet, findings leave no model, or no scenario has that name.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let (scenario, folder) = split(args, context);
    let compiled = fleet::check(context, &FleetArgs { folder, today: args.fleet.today.clone() })?;
    let checked = &compiled.checked;
    let (Some(model), Some(proof)) = (&checked.model, &checked.proof) else {
        let color = context.terminal.stderr_color;
        context.complain(&fleet::shown(context, &checked.diagnostics, &checked.sources, color));
        return Err(Failure::input("the fleet has errors that leave no model to drill")
            .help("mend them; `seawall check` shows the same"));
    };
    if checked.errors() > 0 {
        context
            .say(&format!("the fleet has {}; `seawall check` shows them", count(checked.errors(), "error")));
    }
    match scenario {
        None => list(args, context, model, proof),
        Some(name) => {
            let told = drill(model, proof, &name).map_err(|u| Failure::input(u.message).help(u.help))?;
            print(args, context, model, &checked.sources, &told)
        }
    }
}

/// The only word may be the fleet's folder: then the scenarios of that fleet are asked for.
fn split(args: &Args, context: &Context) -> (Option<String>, PathBuf) {
    match &args.scenario {
        Some(word) if !word.contains(':') && context.path(word).join("fleet.kdl").is_file() => {
            (None, word.into())
        }
        other => (other.clone(), args.fleet.folder.clone()),
    }
}

fn print(args: &Args, context: &Context, model: &Model, sources: &Sources, told: &Drill) -> Outcome {
    let (unicode, style) = (context.terminal.unicode, Style(context.terminal.stdout_color));
    let page = || page(model, sources, told, unicode);
    match args.format {
        Format::Json => context.json(&told.to_json(model, sources))?,
        Format::Markdown => context.write(&page().markdown())?,
        Format::Text => context.write(&page().text(style))?,
    }
    let holds = matches!(told.outcome.verdict, Verdict::Survivable(_)) && !told.outcome.on_paper;
    Ok(Exit::findings_if(!holds))
}

/// Every scenario with its verdict, where the fleet asks for one.
fn list(args: &Args, context: &Context, model: &Model, proof: &Proof) -> Outcome {
    let names = names(model, proof);
    match args.format {
        Format::Json => context.json(&listed::json(proof, &names))?,
        Format::Markdown => context.write(&listed::page(proof, &names).markdown())?,
        Format::Text => {
            let page: Page = listed::page(proof, &names);
            context.write(&page.text(Style(context.terminal.stdout_color)))?;
            context.say("one of them in full: seawall drill SCENARIO");
        }
    }
    Ok(Exit::Fine)
}
