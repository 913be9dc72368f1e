//! `seawall check [DIR]`: every finding of a fleet, in the format that the reader wants.

use crate::fleet::{self, Compiled, FleetArgs};
use crate::style::{Style, count};
use crate::{Context, Failure, Outcome};
use seawall_compiler::diagnostic::{Applicability, github, junit, render, sarif};
use std::path::{Path, PathBuf};

pub(crate) mod fix;

/// Check a fleet: parse, resolve, prove; print every finding
///
/// Exits 1 where a finding is an error, 0 where there are at most warnings. With --fix, by what remains.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    fleet: FleetArgs,
    /// How findings are printed
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Make every certain fix in the fleet's files, then check again
    ///
    /// Only fixes that were tried and leave no new finding are made; comments and line endings stay.
    #[arg(long)]
    fix: bool,
    /// Write the proof as JSON, also where it is refuted; `-` is stdout
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
}

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One object with `findings` and `summary`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// JUnit XML
    Junit,
}

/// Checks, prints, and says how it went.
///
/// # Errors
/// Where there is no fleet, or it or the output cannot be read or written.
pub fn exec(args: &Args, context: &Context) -> Outcome {
    let compiled =
        if args.fix { fix::check(context, &args.fleet)? } else { fleet::check(context, &args.fleet)? };
    let (findings, sources) = (&compiled.checked.diagnostics, &compiled.checked.sources);
    if let Some(file) = &args.proof {
        write_proof(context, &compiled, file)?;
    }
    match args.format {
        Format::Text => {
            context.write(&fleet::shown(context, findings, sources, context.terminal.stdout_color))?
        }
        Format::Json => context.json(&render::json(findings, sources))?,
        Format::Sarif => {
            let folder = fleet::prefix(context, &compiled.root);
            context.json(&sarif::sarif(findings, sources, &folder, env!("CARGO_PKG_VERSION")))?;
        }
        Format::Github => {
            context.write(&github::github(findings, sources, &fleet::prefix(context, &compiled.root)))?;
        }
        Format::Junit => context.write(&junit::junit(findings, sources))?,
    }
    context.say(&summary(context, &compiled));
    let fixable =
        findings.iter().filter(|f| f.fixes.iter().any(|x| x.applicability == Applicability::Certain));
    match fixable.count() {
        0 => {}
        fixable if args.fix => {
            context.say(&format!("{fixable} more can be fixed by another `seawall check --fix`"))
        }
        fixable => context.say(&format!("{fixable} of them can be fixed by `seawall check --fix`")),
    }
    Ok(fleet::verdict(findings))
}

fn summary(context: &Context, compiled: &Compiled) -> String {
    let checked = &compiled.checked;
    let findings = fleet::summary(&checked.diagnostics, Style(context.terminal.stderr_color));
    match &checked.model {
        Some(model) => format!(
            "{}: {}, {}, {}",
            model.fleet.name.value,
            count(model.regions.len(), "region"),
            count(model.workloads.len(), "workload"),
            findings
        ),
        None => findings,
    }
}

fn write_proof(context: &Context, compiled: &Compiled, file: &Path) -> Result<(), Failure> {
    let (Some(model), Some(proof)) = (&compiled.checked.model, &compiled.checked.proof) else {
        context.say(&format!("no proof: {} was not written, the findings come first", file.display()));
        return Ok(());
    };
    let text = format!("{:#}\n", proof.to_json(model));
    if file == Path::new("-") {
        return context.write(&text);
    }
    let path = context.path(file);
    crate::folder::write_file(&path, text.as_bytes())
        .map_err(|error| Failure::disk("write the proof to", file, &error))
}
